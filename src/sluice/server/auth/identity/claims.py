"""From the verified claims of an access token to an identity."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sluice.server.auth.identity.base import (
    Identity,
    clean_email,
    clean_groups,
    clean_name,
    clean_subject,
)
from sluice.server.auth.refusals import Reason, SignInRefused


def check_client(claims: Mapping[str, Any], client_ids: Collection[str]) -> None:
    """Raise `SignInRefused` unless the token was issued to one of these clients.

    The claim is `azp` (OIDC, Entra v2), `appid` (Entra v1) or `client_id` (RFC 9068). No
    clients means any.
    """
    if not client_ids:
        return
    named = [claims.get(name) for name in ("azp", "appid", "client_id")]
    present = [value.lower() for value in named if isinstance(value, str)]
    if not present or not set(present) <= set(client_ids):
        raise SignInRefused(
            Reason.WRONG_CLIENT,
            "This access token was issued to an application that may not sign in here.",
        )


def check_scope(claims: Mapping[str, Any], required: str | None) -> None:
    """Raise `SignInRefused` unless `scp` or `scope` holds the required scope."""
    if required is not None and required not in scopes(claims):
        raise SignInRefused(
            Reason.INVALID_PROVIDER_TOKEN,
            f"This access token is not valid here: it needs the scope {required}.",
        )


def scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """The scopes of a token: `scope` (RFC 9068) or `scp` (Entra), spaced or a list."""
    value = claims.get("scope", claims.get("scp"))
    if isinstance(value, str):
        return frozenset(value.split())
    return clean_groups(value)


def vouched_email(claims: Mapping[str, Any], *, trusted: bool) -> str | None:
    """The e-mail address that the provider vouches for.

    An address that says it is not verified is never taken; one that says nothing only if the
    operator trusts the provider's addresses. Some providers send the flag as a string.
    """
    verified = claims.get("email_verified")
    if verified is True or verified == "true" or (verified is None and trusted):
        return clean_email(claims.get("email"))
    return None


def identity_from(
    claims: Mapping[str, Any], *, issuer: str, email: str | None, groups_claim: str
) -> Identity:
    """Raises `SignInRefused` if the claims name nobody."""
    return Identity(
        issuer=issuer,
        subject=clean_subject(claims.get("sub")),
        email=email,
        name=clean_name(claims.get("name") or claims.get("preferred_username")),
        groups=clean_groups(claims.get(groups_claim)),
    )
