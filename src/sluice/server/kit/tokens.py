"""API tokens and session ids: how they look, and the only form in which they are stored.

A token is `slu_`, 30 base62 characters (178 bits of entropy), and 6 base62 characters that
hold the CRC-32 of all before them. The prefix and the checksum let secret scanners recognise
a token without asking us, and tell a mistyped token from an unknown one offline.

Stored is the SHA-256 of a token. That is enough: a slow or keyed hash protects what people
choose and others can guess, and nobody can guess 160 bits or more.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import zlib
from typing import Final

PREFIX: Final = "slu_"
SECRET_LENGTH: Final = 30
"""Base62 characters of entropy: log2(62) * 30 = 178 bits."""
CHECKSUM_LENGTH: Final = 6
"""Base62 characters; 62 ** 6 is above 2 ** 32, so that every CRC-32 fits."""
GIVEN_TOKEN_MIN_LENGTH: Final = 24
"""Characters that a token given by the administrator must have at least."""
GIVEN_TOKEN_MAX_LENGTH: Final = 512
SESSION_ID_BYTES: Final = 32
VISIBLE_LENGTH: Final = 8

TOKEN_PATTERN: Final = re.compile(
    rf"{PREFIX}[0-9A-Za-z]{{{SECRET_LENGTH + CHECKSUM_LENGTH}}}", re.ASCII
)
"""What secret scanners may search for; the checksum then removes chance hits."""

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_GIVEN: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?", re.ASCII)


def new_token() -> str:
    """A new API token of 40 characters."""
    body = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(SECRET_LENGTH))
    return body + _checksum(body)


def looks_like_token(text: str) -> bool:
    """Whether the text has the form of our tokens and its checksum is right."""
    if not TOKEN_PATTERN.fullmatch(text):
        return False
    body, checksum = text[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    return hmac.compare_digest(_checksum(body), checksum)


def is_mistyped(text: str) -> bool:
    """Whether the text begins like one of our tokens and cannot be one."""
    return text.startswith(PREFIX) and not looks_like_token(text)


def check_given_token(text: str) -> None:
    """Raise `ValueError` unless the text can serve as a token that a person chose.

    It travels in an HTTP header, so it is printable ASCII without spaces at its ends.
    """
    if not GIVEN_TOKEN_MIN_LENGTH <= len(text) <= GIVEN_TOKEN_MAX_LENGTH:
        raise ValueError(
            f"a token must have {GIVEN_TOKEN_MIN_LENGTH} to {GIVEN_TOKEN_MAX_LENGTH} "
            f"characters; this one has {len(text)}"
        )
    if not _GIVEN.fullmatch(text):
        raise ValueError("a token must be printable ASCII without spaces at its ends")


def token_hash(token: str) -> str:
    """The SHA-256 of a token or session id, as 64 hexadecimal digits."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same_hash(left: str, right: str) -> bool:
    """Whether two hashes are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(left.encode("utf-8"), right.encode("utf-8"))


def visible_prefix(token: str) -> str:
    """The characters by which a person recognises a token in a list.

    Empty for a token that a person chose: its first characters may give the rest away.
    """
    return token[:VISIBLE_LENGTH] if looks_like_token(token) else ""


def new_session_id() -> str:
    """An opaque session id of 256 bits, safe in a cookie and in a URL."""
    return secrets.token_urlsafe(SESSION_ID_BYTES)


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode("ascii"))
    digits = ""
    for _ in range(CHECKSUM_LENGTH):
        number, rest = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[rest] + digits
    return digits
