"""Credentials in HTTP headers: `Authorization`, cookies."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from typing import Final

from sluice.engine.detectors.secrets.values import bits_per_point, is_placeholder, is_random
from sluice.engine.patterns import Checked, Pattern, Precedence

_HEADER: Final = re.compile(
    r"authorization[\"']?\s{0,3}[:=,]\s{0,3}[\"'`]?$|-H\s{0,2}[\"']$", re.IGNORECASE
)
_COOKIE: Final = re.compile(
    r"cookies?[\"'\])]{0,3}\s{0,3}[:=,]|--cookie|\s-b\s|document\.cookie", re.IGNORECASE
)
_LINE: Final = 400
"""How far before a cookie's name the header's name is looked for, in code points."""


def _authorization(match: re.Match[str]) -> Checked | None:
    """Credentials of an HTTP `Authorization` header (RFC 7617, RFC 6750)."""
    scheme, value = match["scheme"].lower(), match["body"]
    if is_placeholder(value):
        return None
    if scheme == "basic":
        return _basic(match)
    if not any(map(str.isdigit, value)) or bits_per_point(value) < 2.5:
        return None
    if scheme in ("token", "key", "apikey") and not (_said(match) or is_random(value)):
        return None
    return Checked(*match.span("body"), 0.85, reason="Authorization scheme")


def _said(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start() - 24) : match.start()]
    return bool(_HEADER.search(before))


def _basic(match: re.Match[str]) -> Checked | None:
    """`user:password` in base 64."""
    value = match["body"].rstrip("=.")
    try:
        decoded = b64decode(value + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    user, colon, password = decoded.decode("utf-8", "replace").partition(":")
    if not colon or not password.isprintable() or is_placeholder(f"{user}{password}"):
        return None
    return Checked(
        *match.span("body"), 0.95, "PASSWORD", "password.basic", "base 64 of user:password"
    )


def _cookie(match: re.Match[str]) -> Checked | None:
    """The value of a cookie that names a session or a sign-in."""
    value = match["body"].strip("\"'")
    text, start = match.string, match.start()
    if is_placeholder(value) or bits_per_point(value) < 2.5:
        return None
    in_header = (
        bool(_COOKIE.search(text, max(0, start - _LINE), start))
        and "\n\n" not in text[max(0, start - _LINE) : start]
    )
    line = text.rfind("\n", max(0, start - _LINE), start) + 1
    in_header = in_header and bool(_COOKIE.search(text, max(line, start - _LINE), start))
    named = match["name"].lower().endswith(("sessid", "sessionid", "session_id", "session-id"))
    if not in_header and not named:
        return None
    if not any(map(str.isdigit, value)) or len(value) < 16:
        return Checked(*match.span("body"), 0.4) if in_header else None
    return Checked(*match.span("body"), 0.85 if in_header else 0.7, reason="session cookie")


PATTERNS: Final = (
    Pattern(
        name="access_token.authorization",
        entity_type="ACCESS_TOKEN",
        regex=r"(?<![A-Za-z])(?P<scheme>bearer|basic|token|apikey|key|ssws)(?: |%20|\+)"
        r"(?P<body>[A-Za-z0-9_.~+/=-]{8,1200})",
        anchor=r"(?:bearer|basic|token|apikey|key|ssws)(?: |%20|\+)[A-Za-z0-9_.~+/=\-]{8}",
        reach=8 + 3 + 8,
        longest=1220,
        score=0.85,
        check=_authorization,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
        also=frozenset(("PASSWORD",)),
    ),
    Pattern(
        name="access_token.cookie",
        entity_type="ACCESS_TOKEN",
        regex=r"(?<![A-Za-z0-9_.-])(?P<name>[\w.-]{0,30}?(?:sess|sid|session|auth|token|remember"
        r"|login|sso)[\w.-]{0,28}?)=(?P<body>[^\s;,\"'<>&]{8,800})",
        anchor=r"(?:sess|sid|session|auth|token|remember|login|sso)[\w.\-]{0,28}=[^\s;,]{8}",
        reach=30 + 8 + 28 + 1 + 8,
        longest=30 + 8 + 28 + 1 + 800,
        score=0.85,
        check=_cookie,
        precedence=Precedence.ASSIGNED,
        ignore_case=True,
    ),
)
