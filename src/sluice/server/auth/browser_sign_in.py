"""Signing in with a browser at an identity provider, from the button to the session."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from sluice.server.auth.auth import Auth
from sluice.server.auth.browser_sign_in_state import STATE_LIFETIME, Pending
from sluice.server.auth.identity.base import Identity
from sluice.server.auth.identity.code_flow import Redirected
from sluice.server.auth.identity.registry import BrowserProvider
from sluice.server.auth.refusals import Reason, SignInRefused
from sluice.server.auth.sessions import SignedIn
from sluice.server.errors import NotFound
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import Vault

HOME: Final = "/dashboard/"
CALLBACK: Final = "/dashboard/sign-in/callback"
MAX_NEXT_LENGTH: Final = 1000
_NEXT: Final = re.compile(rf"{HOME}[\x21\x23-\x5b\x5d-\x7e]*", re.ASCII)
"""A path of the dashboard and its query; printable ASCII without quotation marks, backslashes."""
_PARAMETERS: Final = ("state", "code", "iss", "error")


@dataclass(frozen=True, slots=True)
class Departure:
    """Where to send the browser, and the cookie that it must bring back."""

    address: str = field(repr=False)
    cookie: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody who is signed in, and the page of ours to go on to."""

    signed_in: SignedIn
    next: str


class BrowserSignIn:
    """The providers with a button, each call in its own transaction."""

    def __init__(self, auth: Auth, vault: Vault, providers: Sequence[BrowserProvider]) -> None:
        self._auth = auth
        self._vault = vault
        self._providers: Mapping[str, BrowserProvider] = {one.name: one for one in providers}
        self._key: DataKey | None = None

    @property
    def providers(self) -> tuple[BrowserProvider, ...]:
        """In the order of the settings."""
        return tuple(self._providers.values())

    async def begin(self, name: str, *, base: str, page: str | None) -> Departure:
        """Where to send the browser; `base` is the server's address without a slash at its end.

        Raises `NotFound` for an unknown provider, `IdentityProviderDown` if it cannot be asked.
        """
        provider = self._provider(name)
        address, begun = await provider.flow.begin(f"{base}{CALLBACK}/{provider.name}")
        pending = Pending(
            provider.name, begun, safe_next(page), self._auth.service.clock() + STATE_LIFETIME
        )
        return Departure(address, pending.sealed(await self._server_key()))

    async def finish(
        self, name: str, *, cookie: str, query: Iterable[tuple[str, str]], address: str
    ) -> Arrival:
        """Sign in who comes back from a provider; `query` is what its redirect says.

        Raises `NotFound`, `SignInRefused`, `SignInForbidden`, `RateLimited` or
        `IdentityProviderDown`.
        """
        provider = self._provider(name)
        key = await self._server_key()
        pages: list[str] = []

        async def prove() -> Identity:
            pending = Pending.opened(key, cookie, self._auth.service.clock())
            if pending.provider != provider.name:
                raise SignInRefused(
                    Reason.WRONG_ISSUER, "Another identity provider sent this answer; try again."
                )
            pages.append(pending.next)
            return await provider.flow.finish(pending.begun, redirected(query))

        signed_in = await self._auth.sign_in_with_proof(
            prove, provider.admission, provider.name, address=address
        )
        return Arrival(signed_in, pages[0])

    def _provider(self, name: str) -> BrowserProvider:
        found = self._providers.get(name)
        if found is None:
            raise NotFound("There is no such identity provider.")
        return found

    async def _server_key(self) -> DataKey:
        if self._key is None:
            async with self._auth.database.write() as session:
                key = await self._vault.settings_key(session)
            self._key = key  # only now: what is not committed may be lost
        return self._key


def redirected(query: Iterable[tuple[str, str]]) -> Redirected:
    """What a redirect says; nothing if it says anything twice (RFC 6749, section 3.1)."""
    given = [(name, value) for name, value in query if name in _PARAMETERS]
    said = dict(given)
    if len(said) < len(given):
        return Redirected()
    return Redirected(said.get("state"), said.get("code"), said.get("iss"), said.get("error"))


def safe_next(page: str | None) -> str:
    """The page itself if it is one of the dashboard's, else the dashboard.

    So no link to our page to sign in leads on to somebody else's site.
    """
    if page is None or len(page) > MAX_NEXT_LENGTH or not _NEXT.fullmatch(page):
        return HOME
    path = page.partition("?")[0]
    unclear = "//" in path or "%" in path or {".", ".."} & set(path.split("/"))
    return HOME if unclear else page
