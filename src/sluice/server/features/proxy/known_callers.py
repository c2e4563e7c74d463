"""Callers of API tokens that were verified, kept in memory as long as nothing has changed."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sluice.server.auth.auth import Auth, Caller
from sluice.server.kit.configuration import KeptConfiguration
from sluice.server.kit.database import utc_now

KEPT_FOR: Final = timedelta(seconds=30)
"""So that the last use of a token is still written now and then, and its end is seen."""


@dataclass(frozen=True, slots=True)
class _Known:
    caller: Caller
    until: datetime


class KnownCallers:
    """Callers by their token, of which only a keyed hash is kept."""

    def __init__(
        self, configuration: KeptConfiguration, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self._configuration = configuration
        self._clock = clock
        self._key = secrets.token_bytes(32)

    async def caller(self, auth: Auth, token: str, *, address: str) -> Caller:
        """Whose API token this is; a revoked one is refused at once, everywhere.

        Raises `SignInRefused` or `RateLimited`.
        """
        await self._configuration.refresh()

        async def verified() -> _Known:
            caller, end = await auth.caller_and_end_of_token(token, address=address)
            until = self._clock() + KEPT_FOR
            return _Known(caller, until if end is None else min(until, end))

        hashed = hashlib.blake2b(token.encode(), key=self._key, digest_size=16).digest()
        known = await self._configuration.get(("caller", hashed), verified)
        if self._clock() >= known.until:
            self._configuration.forget(("caller", hashed))
            known = await self._configuration.get(("caller", hashed), verified)
        return known.caller
