"""A tagger that knows a list of names, for tests of what follows tagging."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sluice.engine.types import Finding


class KnownNames:
    """Tags the given texts where they stand exactly so, the longest first."""

    version = "known"
    entity_types = frozenset({"PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS", "NRP"})

    def __init__(self, names: Mapping[str, str], score: float = 0.9, *, once: bool = False) -> None:
        listed = sorted(names, key=len, reverse=True)
        self._names, self._score, self._once = names, score, once
        self._pattern = re.compile("|".join(map(re.escape, listed)) or r"(?!)")

    def tag(self, text: str, languages: tuple[str, ...]) -> Sequence[Finding]:
        """Each name's findings; with `once` only where it stands first."""
        found: list[Finding] = []
        seen: set[str] = set()
        for match in self._pattern.finditer(text):
            if not (self._once and match[0] in seen):
                seen.add(match[0])
                kind = self._names[match[0]]
                found.append(Finding(*match.span(), kind, self._score, "names.known"))
        return found
