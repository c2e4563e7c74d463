"""Private keys and signed tokens."""

from __future__ import annotations

import binascii
import json
import re
from base64 import urlsafe_b64decode
from typing import Final

from sluice.engine.patterns import Checked, Pattern, Precedence

_TOKEN_REST = re.compile(r"[A-Za-z0-9_.=-]*", re.ASCII)
_DASHES: Final = "-----"
_END = re.compile(r"-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----", re.ASCII)
# The lines of a key whose end is missing: line ends may be escaped, as in JSON or `.env` files.
_LINES = re.compile(r"(?:(?:\\[rn]|\s){0,8}[A-Za-z0-9+/]{16,200}={0,2})*", re.ASCII)


def _token(match: re.Match[str]) -> Checked | None:
    """A JSON Web Token whose header is a JSON object with an algorithm (RFC 7519)."""
    header = match["header"]
    try:
        fields = json.loads(urlsafe_b64decode(header + "=" * (-len(header) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or not {"alg", "typ", "enc"} & fields.keys():
        return None
    rest = _TOKEN_REST.match(match.string, match.end())
    end = rest.end() if rest else match.end()
    while match.string[end - 1] in ".=":
        end -= 1
    return Checked(match.start(), end, 0.98)


def _private_key(match: re.Match[str]) -> Checked | None:
    """From the first to the last dash; without an end, as far as the lines of a key go."""
    text = match.string
    dashes = text.find(_DASHES, match.end())
    closing = _END.match(text, dashes) if dashes >= 0 else None
    if closing:
        return Checked(match.start(), closing.end(), 1.0)
    lines = _LINES.match(text, match.end())
    end = lines.end() if lines else match.end()
    return Checked(match.start(), end, 0.9 if end > match.end() else 0.4)


PATTERNS: Final = (
    Pattern(
        name="jwt.signed",
        entity_type="JWT",
        regex=r"(?<![A-Za-z0-9_-])(?P<header>ey[JIK][A-Za-z0-9_-]{8,1000})\.[A-Za-z0-9_-]{4}",
        anchor=r"ey[JIK][A-Za-z0-9_\-]{8}",
        reach=11,
        longest=1010,
        score=0.98,
        check=_token,
        precedence=Precedence.SECRET,
    ),
    Pattern(
        name="private_key.pem",
        entity_type="PRIVATE_KEY",
        regex=r"-----BEGIN (?:[A-Z0-9]{2,12} ){0,4}PRIVATE KEY(?: BLOCK)?-----",
        anchor=r"-----BEGIN [A-Z0-9 ]{0,52}PRIVATE KEY",
        reach=75,
        longest=90,
        score=1.0,
        check=_private_key,
        precedence=Precedence.SECRET,
    ),
)
