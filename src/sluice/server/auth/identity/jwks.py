"""A provider's published keys, and the verification of a JWT against them.

Only the key ids of a token's header are used. Keys that a token brings along (`jwk`, `x5c`) or
points to (`jku`, `x5u`) are never looked at, the algorithm must be one of two and fit the key,
and symmetric keys are not taken at all, so that a public key cannot serve as a secret.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Any, Final

import anyio
import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from sluice.server.auth.identity.base import ProviderToken
from sluice.server.auth.identity.http import Fetch, IdentityProviderDown
from sluice.server.auth.refusals import Reason, SignInRefused

ALGORITHMS: Final = ("RS256", "ES256")
MIN_RSA_BITS: Final = 2048
LEEWAY_SECONDS: Final = 30
"""How far clocks may be apart."""
FRESH_SECONDS: Final = 3600.0
"""Keys are fetched again after this long."""
STALE_SECONDS: Final = 86_400.0
"""Keys serve this long when the provider cannot be asked for newer ones."""
REFRESH_PAUSE_SECONDS: Final = 60.0
"""An unknown key id makes us ask again at most this often."""
MAX_KEYS: Final = 100

PublicKey = RSAPublicKey | EllipticCurvePublicKey


class KeySet:
    """The keys at one address, by key id and algorithm."""

    def __init__(
        self,
        url: str,
        fetch: Fetch,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self._fetch = fetch
        self._monotonic = monotonic
        self._keys: dict[tuple[str, str], PublicKey] = {}
        self._fetched_at: float | None = None
        self._asked_at: float | None = None
        self._lock = anyio.Lock()

    async def key(self, key_id: str, algorithm: str) -> PublicKey | None:
        """The key with this id for this algorithm; None if the provider has none.

        Raises `IdentityProviderDown` if there are no keys young enough and none to be had.
        """
        wanted = (key_id, algorithm)
        if self._age() >= FRESH_SECONDS or (wanted not in self._keys and self._may_ask()):
            await self._refresh(wanted)
        return self._keys.get(wanted)

    async def _refresh(self, wanted: tuple[str, str]) -> None:
        async with self._lock:
            if self._age() < FRESH_SECONDS and (wanted in self._keys or not self._may_ask()):
                return  # another request has just done it
            try:
                await self._load()
            except IdentityProviderDown:
                if self._age() >= STALE_SECONDS:
                    raise

    async def _load(self) -> None:
        if not self._may_ask():
            raise IdentityProviderDown(
                "The identity provider's keys could not be fetched a moment ago; try again "
                "in a minute."
            )
        self._asked_at = self._monotonic()
        answer = await self._fetch(self.url)
        if answer.status != 200:
            raise IdentityProviderDown(
                f"The identity provider answered with status {answer.status} for its keys."
            )
        self._keys = read_keys(answer.json)
        self._fetched_at = self._monotonic()

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._monotonic() - self._fetched_at

    def _may_ask(self) -> bool:
        if self._asked_at is None:
            return True
        return self._monotonic() - self._asked_at >= REFRESH_PAUSE_SECONDS


def read_keys(document: dict[str, Any]) -> dict[tuple[str, str], PublicKey]:
    """The usable signing keys of a JWK set; everything else in it is passed over.

    Raises `IdentityProviderDown` if there is none.
    """
    listed = document.get("keys")
    found = [_read_key(key) for key in listed[:MAX_KEYS]] if isinstance(listed, list) else []
    keys = {(key_id, algorithm): key for key_id, algorithm, key in filter(None, found)}
    if not keys:
        raise IdentityProviderDown("The identity provider publishes no key that can be used.")
    return keys


def _read_key(data: object) -> tuple[str, str, PublicKey] | None:
    if not isinstance(data, dict) or not isinstance(data.get("kid"), str):
        return None
    if data.get("use", "sig") != "sig":
        return None
    algorithm = {"RSA": "RS256", "EC": "ES256"}.get(str(data.get("kty")))
    if algorithm is None or data.get("alg", algorithm) != algorithm:
        return None
    try:
        key = jwt.PyJWK(data, algorithm).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    return (data["kid"], algorithm, key) if _is_usable(key) else None


def _is_usable(key: object) -> bool:
    if isinstance(key, RSAPublicKey):
        return key.key_size >= MIN_RSA_BITS
    return isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)


async def verify_jwt(
    token: ProviderToken,
    keys: KeySet,
    *,
    issuers: Collection[str],
    audience: str | None,
) -> dict[str, Any]:
    """The verified claims: signature, `exp`, `nbf`, `iat`, `iss`, `sub`, and `aud` if given.

    Raises `SignInRefused`, or `IdentityProviderDown` if the keys cannot be fetched.
    """
    key_id, algorithm = token.header.get("kid"), token.header.get("alg")
    if not isinstance(key_id, str) or algorithm not in ALGORITHMS:
        raise _invalid("it must be signed with RS256 or ES256 and name its key")
    key = await keys.key(key_id, algorithm)
    if key is None:
        raise _invalid("its key is not one of the identity provider's")
    required = ["exp", "iss", "sub"] + (["aud"] if audience is not None else [])
    try:
        return jwt.decode(
            token.text,
            key,
            algorithms=[algorithm],
            issuer=list(issuers),
            audience=audience,
            leeway=LEEWAY_SECONDS,
            options={"require": required, "verify_aud": audience is not None},
        )
    except jwt.InvalidTokenError as e:
        raise _refusal(e) from None


def _refusal(error: jwt.InvalidTokenError) -> SignInRefused:
    # PyJWT's own messages may quote claims; these do not.
    if isinstance(error, jwt.ExpiredSignatureError):
        return _invalid("it has expired")
    if isinstance(error, jwt.ImmatureSignatureError):
        return _invalid("it is not valid yet")
    if isinstance(error, jwt.InvalidIssuerError):
        return _invalid("another issuer made it")
    if isinstance(error, jwt.InvalidAudienceError):
        return SignInRefused(
            Reason.WRONG_AUDIENCE, "This access token is not valid here: it is for others."
        )
    if isinstance(error, jwt.InvalidSignatureError):
        return _invalid("its signature does not fit")
    if isinstance(error, jwt.MissingRequiredClaimError):
        return _invalid("a required claim is missing (exp, iss, sub, aud)")
    return _invalid("it is malformed")


def _invalid(why: str) -> SignInRefused:
    return SignInRefused(
        Reason.INVALID_PROVIDER_TOKEN, f"This access token is not valid here: {why}."
    )
