"""Which keys stand beside a key, in the same object, block of lines or call, and which holds them.

Only the text near the key is looked at: `REACH` code points on either side.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from sluice.engine.reading.keys import Company, Names, company

REACH: Final = 600
"""How far beside a key its siblings are looked for, in code points."""

_CLOSE: Final = 120
"""How far it is looked for first, which is enough for most."""
_MOST_KEYS: Final = 24
"""So many keys on either side are enough to tell."""

_EDGES = re.compile(r"[{}()\[\]]|\n[ \t\r]*\n")
_STRUCTURE = re.compile(
    r"(?P<open>[{(])|(?P<close>[)}])|(?P<blank>\n[ \t\r]*\n)"
    r"|(?:(?P<line>\n[ \t>#*/|]{0,40}+(?:-[ \t]+)?+)(?:\\{0,3}[\"'`])?|(?<!\w))"
    r"(?P<key>[^\W\d][\w.\- ]{0,30}?)(?:\\{0,3}[\"'`])?[ \t]{0,2}(?:=>|[:=])"
)
_HOLDER = re.compile(
    r"(?<![\w.\-])(?P<key>[^\W\d][\w.\-]{0,40})[\"'`\\]{0,4}\s{0,4}(?:=>|[:=])?[\s\[]{0,9}$"
)

_ELEMENT = re.compile(r",\s{0,8}$")


def around(text: str, start: int, end: int, names: Names) -> Company:
    """What stands beside the key at [start, end)."""
    left, parent = _before(text, start)
    return company([*left, *_after(text, start, end)], parent, names)


def _indent(text: str, start: int) -> int | None:
    """How far the key at `start` is indented; None if something stands before it on its line."""
    line = text.rfind("\n", max(0, start - 80), start)
    if line < 0 and start > 80:
        return None
    before = text[line + 1 : start].rstrip("\"'")
    return len(before) if not before.strip(" \t-") else None


def _before(text: str, start: int) -> tuple[list[str], str]:
    """The keys before a key, in the same object or block, and the key of what holds them."""
    low, parent = _opening(text, start)
    keys: list[str] = []
    indent, depth = _indent(text, start), 0
    for token in _STRUCTURE.finditer(text, low, start):
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth = max(0, depth - 1)
        elif token["key"] and depth == 0:
            deeper = _deeper(token, indent)
            if deeper is not None and deeper < 0:
                keys, parent = [], token["key"]
            elif not deeper:
                keys.append(token["key"])
    return keys[-_MOST_KEYS:], parent


def _opening(text: str, start: int) -> tuple[int, str]:
    """Where the object or block around `start` begins, and the key or function that holds it.

    An object inside of a list is held by the key of the list.
    """
    for reach in (_CLOSE, REACH):
        low = max(0, start - reach)
        begins, parent = _opening_from(text, low, start)
        if parent is not None:
            return begins, parent
    return (low if begins < 0 else begins), ""


def _opening_from(text: str, low: int, start: int) -> tuple[int, str | None]:
    """As `_opening`, not looking further back than `low`: -1 and None for what begins before."""
    depth, begins = 0, -1
    for edge in reversed(list(_EDGES.finditer(text, low, start))):
        if edge[0] in ")}]":
            depth += 1
        elif edge[0] in "({[":
            depth -= 1
        elif depth == 0:
            return (edge.end() - 1 if begins < 0 else begins), ""
        if depth < 0:
            begins = edge.end() if begins < 0 else begins
            if edge[0] == "[" or not _ELEMENT.search(text, max(0, edge.start() - 9), edge.start()):
                holder = _HOLDER.search(text[max(0, edge.start() - 60) : edge.start()])
                return begins, holder["key"] if holder else ""
            depth = 0
    return begins, None


def _after(text: str, start: int, end: int) -> list[str]:
    """The keys after a key, in the same object or block."""
    keys: list[str] = []
    indent, depth = _indent(text, start), 0
    for token in _STRUCTURE.finditer(text, end, min(len(text), end + REACH)):
        if token["open"]:
            depth += 1
        elif token["close"]:
            depth -= 1
        elif token["key"] and depth == 0:
            deeper = _deeper(token, indent)
            if deeper is not None and deeper < 0:
                break
            if not deeper:
                keys.append(token["key"])
        if depth < 0 or len(keys) >= _MOST_KEYS or (depth == 0 and token["blank"]):
            break
    return keys


def _deeper(token: re.Match[str], indent: int | None) -> int | None:
    """How much further than `indent` a key at the start of a line stands; None: cannot say."""
    if indent is None or token["line"] is None:
        return None
    return len(token["line"].rpartition("\n")[2]) - indent


def beside(keys: Iterable[str], names: Names) -> Company:
    """What the columns of a table speak for."""
    return company(list(keys), "", names)
