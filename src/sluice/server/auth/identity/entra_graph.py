"""Entra ID by Microsoft Graph: a token that Graph itself accepts tells who its user is.

A token of the scope `User.Read` is made for Graph, and only Graph can verify its signature.
So Graph is asked with it, which proves that the token is genuine, not that it was meant for
us: every application of every tenant holds such tokens (the confused deputy). Three checks
narrow that down:

- the token's `tid` is the configured tenant and its `appid` (or `azp`) a configured client.
  We cannot verify these claims, but Graph did when it accepted this very token;
- Graph's `/organization`, asked with the same token, names the configured tenant;
- the token names Graph as its audience, so that tokens for others are never sent to it.

What remains: whoever holds a Graph token of a configured client can sign in as its user for
as long as the token lives (about an hour), also if they are not that client. Microsoft may
change the form of Graph's tokens at any time; a token whose claims we cannot read is refused.
`jwt_audience`, with a scope of our own, has neither limit.

Sources: Graph's "Get a user", "List organization" and "List transitive memberOf"; Entra's
"Access token claims reference".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from sluice.server.auth.identity.base import (
    Identity,
    ProviderToken,
    clean_email,
    clean_name,
    clean_subject,
    read_token,
)
from sluice.server.auth.identity.config import ENTRA_LOGIN_URL, Admission, EntraGraphConfig
from sluice.server.auth.identity.http import Answer, Fetch, IdentityProviderDown
from sluice.server.auth.identity.recent import MAX_SECONDS, Recent
from sluice.server.auth.refusals import Reason, SignInRefused

GRAPH_APPLICATION: Final = "00000003-0000-0000-c000-000000000000"
"""Graph's own application id, the audience of the tokens made for it."""
PROFILE: Final = "$select=id,displayName,mail,userPrincipalName,accountEnabled"
GROUPS: Final = "/v1.0/me/transitiveMemberOf/microsoft.graph.group?$select=id&$top=999"
MAX_GROUP_PAGES: Final = 20


class EntraGraph:
    """Verifies Graph tokens of one tenant; answers are remembered for at most 60 seconds."""

    def __init__(
        self,
        config: EntraGraphConfig,
        fetch: Fetch,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._config = config
        self._fetch = fetch
        self._now = now
        self._base = config.graph_url.rstrip("/")
        self._recent: Recent[Identity] = Recent(MAX_SECONDS, monotonic=monotonic)

    @property
    def name(self) -> str:
        """See `IdentityProvider`."""
        return self._config.name

    @property
    def admission(self) -> Admission:
        """See `IdentityProvider`."""
        return self._config

    def takes(self, token: ProviderToken) -> bool:
        """A JWT for Graph, of our tenant."""
        audiences = {GRAPH_APPLICATION, self._base, self._base + "/"}
        return bool(token.audiences & audiences) and token.claim("tid") == self._config.tenant_id

    async def verify(self, access_token: str) -> Identity:
        """See `IdentityProvider`."""
        token = read_token(access_token)
        self._check_claims(token)
        known = self._recent.get(access_token)
        if known is not None:
            return known
        identity = await self._ask(access_token)
        self._recent.put(access_token, identity, seconds=self._seconds_left(token))
        return identity

    async def identify(self, claims: Mapping[str, Any], access_token: str | None) -> Identity:
        """See `code_flow.Identify`: Graph is asked about the person of the ID token."""
        if claims.get("tid") != self._config.tenant_id:
            raise _wrong_tenant()
        identity = await self.verify(access_token or "")
        if claims.get("oid") != identity.subject:
            raise SignInRefused(
                Reason.PROVIDER_REFUSED, "Entra ID and Graph name two users for one sign-in."
            )
        return identity

    def _check_claims(self, token: ProviderToken) -> None:
        if token.claim("tid") != self._config.tenant_id:
            raise _wrong_tenant()
        client = token.claim("appid") or token.claim("azp") or ""
        if client.lower() not in self._config.client_ids:
            raise SignInRefused(
                Reason.WRONG_CLIENT,
                "This access token was issued to an application that may not sign in here.",
            )
        if self._seconds_left(token) <= 0:
            raise SignInRefused(Reason.PROVIDER_REFUSED, "This access token has expired.")

    def _seconds_left(self, token: ProviderToken) -> float:
        expires = (token.claims or {}).get("exp")
        return float(expires) - self._now() if isinstance(expires, int | float) else 0.0

    async def _ask(self, access_token: str) -> Identity:
        profile = await self._get(f"/v1.0/me?{PROFILE}", access_token)
        await self._check_tenant(access_token)
        if profile.get("accountEnabled") is False:
            raise SignInRefused(Reason.PROVIDER_REFUSED, "This account is disabled in Entra ID.")
        return Identity(
            issuer=f"{ENTRA_LOGIN_URL}/{self._config.tenant_id}/v2.0",
            subject=clean_subject(profile.get("id")),
            email=email_of(profile),
            name=clean_name(profile.get("displayName")),
            groups=await self._groups(access_token),
        )

    async def _check_tenant(self, access_token: str) -> None:
        answer = await self._get("/v1.0/organization?$select=id", access_token)
        tenants = [t.get("id") for t in _items(answer)]
        if tenants != [self._config.tenant_id]:
            raise _wrong_tenant()

    async def _groups(self, access_token: str) -> frozenset[str]:
        if not self._config.needs_groups:
            return frozenset()
        found: set[str] = set()
        path = GROUPS
        for _ in range(MAX_GROUP_PAGES):
            answer = await self._get(path, access_token)
            found.update(g["id"] for g in _items(answer) if isinstance(g.get("id"), str))
            following = self._next_page(answer)
            if following is None:
                return frozenset(found)
            path = following
        raise IdentityProviderDown("The user is in more groups than can be read.")

    def _next_page(self, answer: dict[str, Any]) -> str | None:
        link = answer.get("@odata.nextLink")
        if not isinstance(link, str):
            return None
        # The token goes to Graph and nowhere else, whatever the answer says.
        parts = urlsplit(link)
        if f"{parts.scheme}://{parts.netloc}" != self._base:
            raise IdentityProviderDown("Graph's answer continues at another host.")
        return f"{parts.path}?{parts.query}"

    async def _get(self, path: str, access_token: str) -> dict[str, Any]:
        answer = await self._fetch(self._base + path, bearer=access_token)
        if answer.status >= 400:
            raise _refused(answer, path)
        return answer.json


def email_of(profile: dict[str, Any]) -> str | None:
    """The mail address, else the user principal name; none of a guest's made-up names.

    Both are set by the tenant's administrators, which is why they are believed.
    """
    mail = clean_email(profile.get("mail"))
    if mail is not None:
        return mail
    principal = clean_email(profile.get("userPrincipalName"))
    return None if principal is None or "#ext#" in principal else principal


def _items(answer: dict[str, Any]) -> list[dict[str, Any]]:
    value = answer.get("value")
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _wrong_tenant() -> SignInRefused:
    return SignInRefused(
        Reason.WRONG_TENANT, "This access token belongs to a tenant that may not sign in here."
    )


def _refused(answer: Answer, path: str) -> SignInRefused:
    if answer.status == 403:
        need = "GroupMember.Read.All" if path == GROUPS else "User.Read"
        return SignInRefused(
            Reason.PROVIDER_REFUSED,
            f"Microsoft Graph did not let this access token read what is needed: request {need}.",
        )
    return SignInRefused(
        Reason.PROVIDER_REFUSED,
        "Microsoft Graph did not accept this access token; sign in there again.",
    )
