"""What a browser keeps while its person is at an identity provider: sealed, for ten minutes."""

from __future__ import annotations

import base64
import json
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from sluice.server.auth.identity.code_flow import Begun
from sluice.server.auth.refusals import Reason, SignInRefused
from sluice.server.kit.sealing import DataKey, Place, SealingError

STATE_LIFETIME: Final = timedelta(minutes=10)
MAX_COOKIE_LENGTH: Final = 4096


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in that was begun."""

    provider: str
    begun: Begun
    next: str = field(repr=False)
    """The page of ours to go on to."""
    expires_at: datetime

    def sealed(self, key: DataKey) -> str:
        """As a cookie's value, which nobody else can read or make."""
        content = {
            "provider": self.provider,
            "begun": asdict(self.begun),
            "next": self.next,
            "expires": self.expires_at.timestamp(),
        }
        envelope = key.seal(json.dumps(content), _PLACE)
        return base64.urlsafe_b64encode(envelope).rstrip(b"=").decode("ascii")

    @classmethod
    def opened(cls, key: DataKey, cookie: str, now: datetime) -> Pending:
        """From a cookie's value; raises `SignInRefused` if it is none of ours or too old."""
        if not 0 < len(cookie) <= MAX_COOKIE_LENGTH:
            raise _stale()
        try:
            envelope = base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4))
            content = json.loads(key.open(envelope, _PLACE))
        except (ValueError, SealingError):
            raise _stale() from None
        expires_at = datetime.fromtimestamp(content["expires"], UTC)
        if now >= expires_at:
            raise _stale()
        return cls(content["provider"], Begun(**content["begun"]), content["next"], expires_at)


_PLACE: Final = Place("browser", "sign_in", "pending")


def _stale() -> SignInRefused:
    return SignInRefused(
        Reason.STALE_SIGN_IN,
        "This sign-in was not begun in this browser, or more than ten minutes ago; try again.",
    )
