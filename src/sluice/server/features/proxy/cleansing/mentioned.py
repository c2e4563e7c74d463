"""Originals of one text that stand in another one, where the detector missed them (pure).

A detector reads one text at a time. What it found in a tool's answer may stand in the next message
without anything around it that says what it is: there it is a finding too. Only the original
itself is sought, as whole words, in the cases in which such a word can be meant (see
`sluice.engine.mentions`). What comes of mentions that overlap, `covering` says. The time is linear
in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import Final, NamedTuple

from sluice.engine.linking import is_apart, occurrences
from sluice.engine.mentions import LONGEST, UNLINKED, Form, forms, is_mention
from sluice.engine.scan_linear import folded
from sluice.engine.types import Finding

SHORTEST: Final = 4
"""Code points of an original that is sought."""
FEW: Final = 48
"""Up to so many different first words are sought one by one; more in one walk over all words."""
DETECTOR: Final = "linked.text"

_NOT_SOUGHT: Final = frozenset({"AGE", "DATE_TIME", "MONEY", "NRP"})
"""What is an identifier only where it stands."""
_WORD: Final = re.compile(r"[^\W_]+")
_BLANKS: Final = ("\n", "\r", "\t", "\u00a0")


class Sought(NamedTuple):
    """One form of an original; of its repr nothing may be logged."""

    first: str
    """The first word, by which it is sought."""
    form: Form
    entity_type: str
    lead: int
    """Code points of the form before its first word."""


def sought(entity_type: str, original: str) -> tuple[Sought, ...]:
    """As what an original is sought; nothing for what is too short or no identifier."""
    found = ((form, _WORD.search(form.text)) for form in _forms(entity_type, original))
    return tuple(Sought(w[0], form, entity_type, w.start()) for form, w in found if w is not None)


def words(text: str) -> set[str]:
    """The words of a text, as `Sought.first` has them."""
    return set(_WORD.findall(folded(text)))


_Cases = dict[tuple[str, str], Sought]
"""By the cases that count: a word may be one original in capitals and another one in any case."""


class Mentions:
    """Finds originals in texts."""

    def __init__(self, forms: Iterable[Sought]) -> None:
        self._index: dict[str, dict[str, _Cases]] = {}
        self._lengths: dict[str, set[tuple[int, int]]] = {}
        for form in forms:
            cases = self._index.setdefault(form.first, {}).setdefault(form.form.text, {})
            cases.setdefault((form.form.cased, form.form.original), form)
            self._lengths.setdefault(form.first, set()).add((len(form.form.text), form.lead))
        self._few = sum(map(len, self._index.values())) <= FEW

    def within(self, text: str) -> list[Finding]:
        """Every place where one of them stands in a text, sorted; they may overlap."""
        lowered = folded(text)
        if len(self._index) <= FEW and not any(word in lowered for word in self._index):
            return []
        read = _plain(lowered)
        if self._few:
            return sorted(self._whole(text, read))
        places = self._places(read)
        return sorted(hit for at, word in places for hit in self._at(text, read, at, word))

    def _whole(self, text: str, read: str) -> Iterator[Finding]:
        """Sought as a whole: the first word of an address or a date stands in many places."""
        for by_text in self._index.values():
            for written, cases in by_text.items():
                start = read.find(written)
                while start >= 0:
                    end = start + len(written)
                    if is_apart(read, start, end):
                        yield from _meant(cases, text, start, end)
                    start = read.find(written, start + 1)

    def _at(self, text: str, read: str, at: int, word: str) -> Iterator[Finding]:
        """The originals of which this is the first word."""
        for length, lead in self._lengths[word]:
            start, end = at - lead, at - lead + length
            cases = self._index[word].get(read[start:end]) if start >= 0 else None
            # At the text's end a slice is shorter than it was asked for.
            if cases and end <= len(read) and _lead(cases) == lead and is_apart(read, start, end):
                yield from _meant(cases, text, start, end)

    def _places(self, read: str) -> Iterable[tuple[int, str]]:
        """Where first words stand, ascending, as whole words."""
        if len(self._index) > FEW:
            return ((m.start(), m[0]) for m in _WORD.finditer(read) if m[0] in self._index)
        return sorted((at, word) for word in self._index for at in occurrences(read, word))


def _lead(cases: _Cases) -> int:
    """Code points before the first word: the same in all cases."""
    return next(iter(cases.values())).lead


def _meant(cases: _Cases, text: str, start: int, end: int) -> Iterator[Finding]:
    """The first of the originals with this form that is meant by what stands there."""
    for form in cases.values():
        if is_mention(form.form, text, start):
            yield Finding(start, end, form.entity_type, 1.0, DETECTOR)
            return


def _forms(entity_type: str, text: str) -> Iterator[Form]:
    if not SHORTEST <= len(text) <= LONGEST or entity_type in _NOT_SOUGHT:
        return
    if entity_type in UNLINKED:
        yield Form(_read(" ".join(text.split())), "same", 0.9, "any")
    # The most telling ones come first: what follows them is none either.
    yield from takewhile(lambda form: form.kind == "same", forms(entity_type, text))


def _read(text: str) -> str:
    """The text as forms are written: in lower case, with plain spaces and apostrophes."""
    return _plain(folded(text))


def _plain(lowered: str) -> str:
    read = lowered.replace("\u2019", "'")
    for blank in _BLANKS:
        read = read.replace(blank, " ")
    return read
