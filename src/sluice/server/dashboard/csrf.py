"""Tokens that prove that a form stands on one of our own pages.

A token is an HMAC of the session's number under the server's own key: it holds as long as the
session, in every replica, although the session's secret id changes now and then.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final, cast

from starlette.requests import Request

from sluice.server.auth.caller import auth_of
from sluice.server.auth.origin import SAFE_METHODS, refuse_cross_site
from sluice.server.dashboard.forms import form_of
from sluice.server.errors import Forbidden
from sluice.server.kit.database import Database
from sluice.server.vault.service import Vault

FIELD: Final = "csrf"
"""The name of the form's field."""
HEADER: Final = "x-csrf-token"
"""What scripts send in its place."""


class CsrfTokens:
    """Makes and checks tokens; the server's key is read once."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._key: bytes | None = None

    async def of_session(self, number: int) -> str:
        """The token of a session, which is not its secret id."""
        digest = hmac.digest(await self._secret(), f"csrf:{number}".encode(), hashlib.sha256)
        return digest.hex()

    async def is_of_session(self, token: str, number: int) -> bool:
        """Whether a token belongs to this session."""
        expected = await self.of_session(number)
        return hmac.compare_digest(expected.encode(), token.encode("utf-8", "replace"))

    async def _secret(self) -> bytes:
        if self._key is None:
            async with self._database.write() as session:
                key = await self._vault.settings_key(session)
            self._key = key.lookup_key
        return self._key


def csrf_of(request: Request) -> CsrfTokens:
    """The dashboard's tokens."""
    return cast("CsrfTokens", request.app.state.csrf)


async def refuse_forged(request: Request) -> None:
    """Raise `Forbidden` for a change that no form or script of ours asked for.

    To be asked after `visitor`. Forms send the field `csrf`, scripts the header `X-CSRF-Token`.
    """
    if request.method in SAFE_METHODS:
        return
    refuse_cross_site(request, auth_of(request).config.allowed_origins)
    token = request.headers.get(HEADER) or await _field(request)
    number: int = request.state.visit.session_number
    if not await csrf_of(request).is_of_session(token, number):
        raise Forbidden(
            "This form is not of your present session. Load the page again and repeat it.",
            code="stale_form",
        )


async def _field(request: Request) -> str:
    value = (await form_of(request)).get(FIELD, "")
    return value if isinstance(value, str) else ""
