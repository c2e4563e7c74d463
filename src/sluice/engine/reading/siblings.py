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

_STRUCTURE = re.compile(
    r"(?P<open>[{(])|(?P<close>[)}])|(?P<blank>\n[ \t\r]*\n)"
    r"|(?P<line>\n[ \t>#*/|]{0,40}+(?:-[ \t]+)?+)?"
    r"(?:\\{0,3}[\"'`])?(?P<key>[^\W\d][\w.\- ]{0,30}?)(?:\\{0,3}[\"'`])?[ \t]{0,2}(?:=>|[:=])"
)
_KEY_BEFORE = re.compile(r"[^\W\d][\w.\-]{0,40}")


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
    """The keys before a key, nearest first, and the key of the object that holds it."""
    keys: list[str] = []
    indent, depth = _indent(text, start), 0
    found = _STRUCTURE.finditer(text, max(0, start - REACH), start)
    pending = False
    for token in reversed(list(found)):
        if pending:
            return keys, token["key"] or ""
        kind = token.lastgroup
        if kind == "blank" and depth == 0:
            return keys, ""
        if kind == "close":
            depth += 1
        elif kind == "open":
            depth -= 1
            pending = depth < 0
            if pending and token[0] == "(":
                return keys, _callee(text, token.start())
        elif kind == "key" and depth == 0:
            deeper = _deeper(token, indent)
            if deeper is not None and deeper < 0:
                return keys, token["key"]
            if not deeper:
                keys.append(token["key"])
    return keys, ""


def _after(text: str, start: int, end: int) -> list[str]:
    """The keys after a key, in the same object or block."""
    keys: list[str] = []
    indent, depth = _indent(text, start), 0
    for token in _STRUCTURE.finditer(text, end, min(len(text), end + REACH)):
        kind = token.lastgroup
        if kind == "open":
            depth += 1
        elif kind == "close":
            depth -= 1
        elif kind == "key" and depth == 0:
            deeper = _deeper(token, indent)
            if deeper is not None and deeper < 0:
                break
            if not deeper:
                keys.append(token["key"])
        if depth < 0 or (kind == "blank" and depth == 0):
            break
    return keys


def _deeper(token: re.Match[str], indent: int | None) -> int | None:
    """How much further than `indent` a key at the start of a line stands; None: cannot say."""
    if indent is None or token["line"] is None:
        return None
    return len(token["line"].rpartition("\n")[2]) - indent


def _callee(text: str, at: int) -> str:
    """The name of the function or class that is called with the bracket at `at`."""
    before = text[max(0, at - 41) : at]
    return (_KEY_BEFORE.findall(before) or [""])[-1] if before[-1:].strip() else ""


def beside(keys: Iterable[str], names: Names) -> Company:
    """What the columns of a table speak for."""
    return company(list(keys), "", names)
