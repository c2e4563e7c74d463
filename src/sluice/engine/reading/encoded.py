"""Text that was encoded as a whole: base64 (RFC 4648, sections 4 and 5) and hexadecimal digits."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterator
from typing import Final

from sluice.engine.reading.offsets import Edit

FEWEST: Final = 14
"""The shortest base64 that is tried, in code points without its padding: an e-mail address."""

_DIGITS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_AS_X: Final = bytes(ord("x") if code in _DIGITS else 0x20 for code in range(256))
_LONG: Final = b"x" * FEWEST
_TOKEN = re.compile(
    r"[A-Za-z0-9+/_-]{14,}+(?:(?<=[A-Za-z0-9+/_-]{60})\r?\n[A-Za-z0-9+/_-]{2,}+)*+={0,2}"
)
_PART = re.compile(r"[A-Za-z0-9+]{14,}+={0,2}")
_HEX = re.compile(r"(?:[0-9a-f]{2}){8,}+|(?:[0-9A-F]{2}){8,}+")
_TO_STANDARD: Final = str.maketrans("-_", "+/", "\r\n=")
_CONTROLS: Final = bytes({*range(0x20), 0x7F} - {*b"\t\r\n"})
_PROBE: Final = 64
"""So many code points are decoded first, so that keys and pictures cost little."""


def encoded(text: str, read: Callable[[str], str]) -> Iterator[Edit]:
    """Tokens that decode to text, read once more by `read`."""
    # One octet for each code point: what has none becomes a question mark.
    marks = text.encode("latin-1", "replace").translate(_AS_X)
    at = marks.find(_LONG)
    while at >= 0 and (match := _TOKEN.match(text, at)):
        yield from _token(text, match, read)
        at = marks.find(_LONG, match.end())


def _token(text: str, match: re.Match[str], read: Callable[[str], str]) -> Iterator[Edit]:
    reads = _decoded(match[0])
    if reads:
        yield Edit(*match.span(), read(reads))
        return
    for part in _PART.finditer(text, *match.span()):
        if part.span() != match.span() and (reads := _decoded(part[0])):
            yield Edit(*part.span(), read(reads))


def _decoded(token: str) -> str:
    """The text that a token stands for; empty if it stands for none."""
    if _HEX.fullmatch(token):
        return "" if token.isdecimal() else _readable(bytes.fromhex(token))
    if token.isalpha() and (token.islower() or token.isupper()):
        return ""
    digits = token.translate(_TO_STANDARD)
    if len(digits) % 4 == 1 or not _looks_like_text(digits[:_PROBE]):
        return ""
    return _from_base64(digits)


def _from_base64(digits: str) -> str:
    try:
        return _readable(b64decode(digits + "=" * (-len(digits) % 4)))
    except (Error, ValueError):
        return ""


def _looks_like_text(digits: str) -> bool:
    """Whether the beginning has no control characters; the last one may be cut in two."""
    try:
        octets = b64decode(digits[: len(digits) // 4 * 4])
    except (Error, ValueError):
        return False
    return octets.translate(None, _CONTROLS) == octets


def _readable(octets: bytes) -> str:
    """The octets as text if they are nothing but text."""
    try:
        text = octets.decode()
    except UnicodeDecodeError:
        return ""
    plain = text.translate(_WITHOUT_BREAKS)
    return text if plain.isprintable() and plain else ""


_WITHOUT_BREAKS: Final = {ord(character): None for character in "\t\r\n"}
