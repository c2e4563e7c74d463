"""Where a tagged span really begins and ends: titles and signs at its edges are not of it."""

from __future__ import annotations

import re
from typing import Final

_TITLE: Final = re.compile(
    r"(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Professor|Sir|Lord|Lady|Dame|Rev|Fr|Hon|Sr|Sra|Srta|Dña|Don|Doña"
    r"|D|Dra|Herrn?|Frau|Monsieur|Madame|Mme|Mlle|M|MM|Signora?|Sig|Dott|Avv|Ing|Mevr|Mevrouw|Dhr"
    r"|Meneer|Senhora?|Doutora?|Médic[oa]|President|Senator|Judge|Justice|Captain|Capt|Sgt|Lt|Col|Gen|Maître|Me)"
    r"(?:\.\s*|\s+)(?=\w)",
    re.IGNORECASE,
)
_INITIAL: Final = re.compile(r"[A-Z]\.\s?[A-Z]")
_EDGES: Final = ' \t\r\n,;:!?"“”«»`*_<>=|/\\~^'
_POSSESSIVE: Final = re.compile(r"['’]s?$")


def trimmed(text: str, start: int, end: int, kind: str) -> tuple[int, int] | None:
    """The span without what does not belong to it; None if nothing is left."""
    if kind == "PERSON":
        start = _behind_titles(text, start, end)
    while start < end and text[start] in _EDGES + ".)]}-([{":
        start += 1
    if text[start : start + 2] == "# ":
        start += 2
    while end > start and text[end - 1] in _EDGES + "([{":
        end -= 1
    possessive = _POSSESSIVE.search(text, start, end)
    if possessive and kind in ("PERSON", "LOCATION"):
        end = possessive.start()
    letters = any(char.isalnum() for char in text[start:end])
    return (start, end) if letters else None


def _behind_titles(text: str, start: int, end: int) -> int:
    while True:
        match = _TITLE.match(text, start, end)
        # `D. H. Roe` begins with an initial, `D. Juan` with a title.
        if match is None or _INITIAL.match(text, start, end):
            return start
        start = match.end()
