"""The contract of an identity provider, and what all of them share."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import jwt

from sluice.server.auth.identity.config import Admission
from sluice.server.auth.refusals import Reason, SignInRefused

MAX_TOKEN_LENGTH: Final = 32_768
"""Characters; a longer access token is refused unread."""
MAX_NAME_LENGTH: Final = 256
MAX_SUBJECT_LENGTH: Final = 256

_EMAIL = re.compile(r"[!-?A-~]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is, as their provider vouches for it."""

    issuer: str
    subject: str
    email: str | None
    """Lower case, ASCII; None unless the provider vouches that it is theirs."""
    name: str
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ProviderToken:
    """An access token, with what it says about itself. Nothing of it is verified."""

    text: str = field(repr=False)
    header: Mapping[str, Any] = field(default_factory=dict, repr=False)
    claims: Mapping[str, Any] | None = field(default=None, repr=False)
    """None: not a JWT, opaque to us."""

    @property
    def audiences(self) -> frozenset[str]:
        """The `aud` claim, which is a string or a list of strings."""
        value = (self.claims or {}).get("aud")
        values = value if isinstance(value, list) else [value]
        return frozenset(v for v in values if isinstance(v, str))

    def claim(self, name: str) -> str | None:
        """A claim that is a string, or None."""
        value = (self.claims or {}).get(name)
        return value if isinstance(value, str) else None


class IdentityProvider(Protocol):
    """One configured provider."""

    @property
    def name(self) -> str:
        """How logs and audit events call it."""

    @property
    def admission(self) -> Admission:
        """Whom of its users we let in, and as what."""

    def takes(self, token: ProviderToken) -> bool:
        """Whether the token claims to be this provider's.

        A token is never sent to a provider that does not take it: it would learn
        somebody else's credential.
        """

    async def verify(self, access_token: str) -> Identity:
        """Who the token's user is.

        Raises `SignInRefused` if it is not valid here, `Unavailable` if the provider cannot
        be asked: then nobody is signed in.
        """


def read_token(text: str) -> ProviderToken:
    """What a token says about itself; raises `SignInRefused` if it cannot be one at all."""
    if not text:
        raise SignInRefused(Reason.MISSING, "An access token is missing; send one.")
    if len(text) > MAX_TOKEN_LENGTH or not text.isascii():
        raise SignInRefused(Reason.INVALID_PROVIDER_TOKEN, "This is not an access token.")
    try:
        header = jwt.get_unverified_header(text)
        claims = jwt.decode(text, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return ProviderToken(text)
    return ProviderToken(text, header, claims)


def clean_email(value: object) -> str | None:
    """An address in lower case, or None if it is no plain ASCII address.

    Others are dropped rather than folded: case folding turns some letters of other scripts
    into ASCII ones, and so one person's address into another's.
    """
    if not isinstance(value, str) or not value.isascii() or len(value) > 320:
        return None
    lowered = value.strip().lower()
    return lowered if _EMAIL.fullmatch(lowered) else None


def clean_name(value: object) -> str:
    """A display name without control characters, at most 256 code points."""
    if not isinstance(value, str):
        return ""
    shown = "".join(c for c in value if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    return " ".join(shown.split())[:MAX_NAME_LENGTH]


def clean_subject(value: object) -> str:
    """A subject as it is; raises `SignInRefused` if there is none or it is too long."""
    if isinstance(value, str) and 0 < len(value) <= MAX_SUBJECT_LENGTH:
        return value
    raise SignInRefused(
        Reason.NO_PERSON, "The identity provider did not say who the token's user is."
    )


def clean_groups(value: object) -> frozenset[str]:
    """The groups that are strings; none if the claim is not a list."""
    return (
        frozenset(g for g in value if isinstance(g, str))
        if isinstance(value, list)
        else frozenset()
    )
