"""What in an answer has an end that cannot be waited for: private keys, base64, endless numbers."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from sluice.engine.answer_treating import LONG_VALUE

_KEY_BEGINS: Final = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_KEY_ENDS: Final = re.compile(r"-----END [A-Z0-9 ]{0,60}-----")
_KEY_RUN: Final = re.compile(r"[A-Za-z0-9+/=\s\\:,-]*+")
_RUN: Final = re.compile(r"[A-Za-z0-9+/=_%~.-]*+")
_LINES_RUN: Final = re.compile(r"[A-Za-z0-9+/=_%~.\r\n-]*+")
_BREAK: Final = re.compile(r"[^A-Za-z0-9+/=_%~.-]")
_BASE64_LINE: Final = re.compile(r"[ \t>]{0,16}[A-Za-z0-9+/=_-]{40,}\r?")
_LONGEST_END: Final = 80


class Endless(NamedTuple):
    """A value that cannot be waited for."""

    start: int
    end: int
    """How far it is seen to go."""
    entity_type: str
    run: re.Pattern[str]
    """Matches at each place as far as the value goes on there."""


def key_begins(text: str, start: int, end: int) -> int | None:
    """Where a private key begins that does not end before `end`, if there is one."""
    if text.find("-----BEGIN", start, end) < 0:
        return None
    begins = [found.span() for found in _KEY_BEGINS.finditer(text, start, end)]
    if not begins or _KEY_ENDS.search(text, begins[-1][1], end):
        return None
    return begins[-1][0]


def endless(text: str, start: int, middle: int, end: int) -> Endless | None:
    """What stands across `middle`: a private key, or unbroken text such as base64 or digits.

    What is before `start` or behind `end` is not looked at.
    """
    key = key_begins(text, start, end)
    if key is not None and key < middle and _KEY_RUN.fullmatch(text, _head(text, key, end), end):
        return Endless(key, end, "PRIVATE_KEY", _KEY_RUN)
    begins = max((found.end() for found in _BREAK.finditer(text, start, middle)), default=start)
    lines = _first_line(text, start, begins)
    if lines < begins:
        return _seen(lines, text, end, _LINES_RUN)
    value = _seen(begins, text, end, _RUN)
    return value if begins < middle < value.end else None


def _seen(start: int, text: str, end: int, run: re.Pattern[str]) -> Endless:
    matched = run.match(text, start, end)
    return Endless(start, matched.end() if matched else start, LONG_VALUE, run)


def _head(text: str, key: int, end: int) -> int:
    """Where the line that begins a private key ends."""
    begins = _KEY_BEGINS.match(text, key, end)
    return begins.end() if begins else end


def _first_line(text: str, start: int, line: int) -> int:
    """Where the lines of base64 begin that the one at `line` continues."""
    while line > start and text[line - 1] == "\n":
        before = max(text.rfind("\n", start, line - 1) + 1, start)
        if not is_base64_line(text, before, line - 1):
            break
        line = before
    return line


def is_base64_line(text: str, start: int, end: int) -> bool:
    """Whether a line is nothing but base64, long enough to be one of several."""
    return _BASE64_LINE.fullmatch(text, start, end) is not None


def goes_on(value: Endless, text: str, start: int) -> tuple[int, bool]:
    """How far the value is sure to go on from `start`, and whether it ends there."""
    matched = value.run.match(text, start)
    end = matched.end() if matched else start
    if value.run is not _KEY_RUN:
        return end, end < len(text)
    if (ends := _KEY_ENDS.search(text, start)) and ends.start() <= end:
        return ends.end(), True
    # What may be the beginning of the line that ends a key is seen again.
    return (end, True) if end < len(text) else (max(start, end - _LONGEST_END), False)
