"""Numbers, account numbers and e-mail addresses that a line break or wide spaces take apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sluice.engine.reading.offsets import Edit

_BREAK = re.compile(r"\n[ \t>]{0,16}(?=[\d@])")
_BREAK_IN_ADDRESS = re.compile(rf"{_BREAK.pattern}|(?<=@)\r?\n[ \t>]{{0,16}}(?=\w)")
_WIDE = re.compile(r"(?<![\d.,])\d{2,6}(?:[ \t]{2,3}\d{2,6}){2,7}(?![\d.,])")
_HINT = re.compile(r"\d[ \t]{2,3}\d")
_WIDE_SPACE = re.compile(r"[ \t]{2,3}")
_ACCOUNT = re.compile(r"(?<![A-Z0-9])[A-Z]{2}\d{2}(?:[ A-Z0-9]{0,30})$")
_DIGITS_BEFORE = re.compile(r"\d{1,7}$")
_DIGITS_AFTER = re.compile(r"\d{1,7}")
_LISTED = re.compile(r"\d{4}-\d\d-\d\d|\d{1,2}:\d\d|\d{1,3}[.)][ \t]|\d{1,2}/\d{1,2}/")
_NUMBER_LINE = re.compile(r"[\d \t>-]{1,60}")
_LONGEST_CHAIN: Final = 3
"""More breaks than this between lines of digits alone make a column of numbers."""
_LOOK_BACK: Final = 40


def joined_lines(text: str) -> Iterator[Edit]:
    """Line breaks inside numbers and account numbers, and beside the @ of an e-mail address."""
    chain: list[Edit] = []
    breaks = _BREAK_IN_ADDRESS if "@\n" in text or "@\r\n" in text else _BREAK
    for match in breaks.finditer(text):
        edit = _break(text, match)
        if edit is None:
            continue
        if chain and not _NUMBER_LINE.fullmatch(text, chain[-1].end, edit.start):
            yield from _unless_column(chain)
            chain = []
        if len(chain) <= _LONGEST_CHAIN or chain[-1].end < edit.start:
            chain = [*chain[-_LONGEST_CHAIN:], edit]
    yield from _unless_column(chain)


def narrowed(text: str) -> Iterator[Edit]:
    """Two or three spaces between groups of digits, read as one."""
    if ("  " in text or "\t" in text) and _HINT.search(text):
        for match in _WIDE.finditer(text):
            for wide in _WIDE_SPACE.finditer(text, *match.span()):
                yield Edit(*wide.span(), " ")


def _unless_column(chain: list[Edit]) -> list[Edit]:
    return chain if len(chain) <= _LONGEST_CHAIN else []


def _break(text: str, match: re.Match[str]) -> Edit | None:
    """What a line break reads as: nothing, or a space between groups; None: it stays."""
    start, end = match.span()
    before = text[max(0, start - _LOOK_BACK) : start].rstrip(" \t\r")
    start = max(0, start - _LOOK_BACK) + len(before)
    if not before or _LISTED.match(text, end):
        return None
    if before[-1] == "@" or text[end] == "@":
        return Edit(start, end, "") if before[-1] == "@" or before[-1].isalnum() else None
    if before[-1] == "-":
        return Edit(start, end, "") if before[-2:-1].isdigit() else None
    if before[-1].isdigit():
        return Edit(start, end, _between(text, before, end))
    return Edit(start, end, " ") if _ACCOUNT.search(before) else None


def _between(text: str, before: str, end: int) -> str:
    """A space between two whole groups of digits, nothing inside of one."""
    left, right = _DIGITS_BEFORE.search(before), _DIGITS_AFTER.match(text, end)
    sizes = (len(left[0]) if left else 0, len(right[0]) if right else 0)
    return " " if all(3 <= size <= 6 for size in sizes) else ""
