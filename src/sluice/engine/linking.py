"""Further mentions of what was found: the same text in another case, a surname alone, initials.

From every accepted finding come the forms in which it may stand again (`mentions`). The text is
searched for all of them at once, by their first words, so that the time is linear in the text and
in the forms. A mention is a whole word or several, lies in no other likely finding, and becomes a
finding of the same entity type with the detector `linked.<form>` and the place of the finding
that it was linked to. Findings that others made and that are such a form are given the place too.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Final

from sluice.engine.candidates import LIKELY, Candidate, Dropped, Trace
from sluice.engine.mentions import Form, forms, is_mention
from sluice.engine.patterns import Precedence
from sluice.engine.scan_linear import folded

SURE: Final = 0.8
"""What a single word must score as a name for its further mentions to be sought."""
FEW: Final = 48
"""Up to so many different first words are sought one by one; more in one walk over all words."""

_WORD: Final = re.compile(r"[^\W_]+")
_START: Final = itemgetter(0)
_BLANKS: Final = ("\n", "\r", "\t", "\u00a0")

Index = dict[str, dict[str, tuple[Form, Candidate]]]
"""By a form's first word: by the whole form, what it is and whose."""


def link(text: str, found: list[Candidate], trace: Trace | None = None) -> list[Candidate]:
    """The findings, sorted and apart as they come, and the further mentions of them."""
    index = _index(text, found)
    if not index:
        return found
    read = _read(text)
    firm = [item for item in found if item.score >= LIKELY]
    mentions = list(_mentions(text, read, index, firm))
    known = [_referring(read, index, item) for item in found]
    return _merged(known, mentions, trace) if mentions else known


def _read(text: str) -> str:
    """The text as forms are written: in lower case, with plain spaces and apostrophes."""
    read = folded(text).replace("\u2019", "'")
    for blank in _BLANKS:
        read = read.replace(blank, " ")
    return read


def _index(text: str, found: Iterable[Candidate]) -> Index:
    """The forms of all accepted findings; of equal forms the first finding's counts."""
    index: Index = {}
    for item in found:
        if item.score < LIKELY or item.custom_term is not None or _is_doubtful(text, item):
            continue
        for form in forms(item.entity_type, text[item.start : item.end]):
            first = _WORD.search(form.text)
            if first is not None:
                index.setdefault(first[0], {}).setdefault(form.text, (form, item))
    return index


def _is_doubtful(text: str, item: Candidate) -> bool:
    """Whether it is one word that may be no name: its mentions would multiply the mistake.

    A word in capitals that only a field calls a name may be a constant.
    """
    original = text[item.start : item.end]
    if not original.isalpha() or item.precedence not in (Precedence.NAME, Precedence.FIELD):
        return False
    return item.score < SURE or (item.detector == "field.person" and original.isupper())


def _mentions(text: str, read: str, index: Index, firm: list[Candidate]) -> Iterator[Candidate]:
    """The mentions that lie in no likely finding, left to right, not overlapping."""
    starts = [item.start for item in firm]
    lengths = {
        word: sorted({len(form) for form in by_text}, reverse=True)
        for word, by_text in index.items()
    }
    behind = 0
    for at, word in _places(read, index):
        if at < behind:
            continue
        for length in lengths[word]:
            hit = index[word].get(read[at : at + length])
            if hit is None or not _is_free(starts, firm, at, at + length):
                continue
            form, source = hit
            if is_apart(read, at, at + length) and is_mention(form, text, at):
                yield _linked(form, source, at)
                behind = at + length
                break


def _places(read: str, index: Index) -> Iterable[tuple[int, str]]:
    """Where first words stand, ascending, as whole words."""
    if len(index) > FEW:
        return ((m.start(), m[0]) for m in _WORD.finditer(read) if m[0] in index)
    return sorted((at, word) for word in index for at in occurrences(read, word))


def occurrences(read: str, word: str) -> Iterator[int]:
    """Where a word stands in a text as a whole word, ascending."""
    at = read.find(word)
    while at >= 0:
        if is_apart(read, at, at + len(word)):
            yield at
        at = read.find(word, at + len(word))


def is_apart(read: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches the span."""
    return not (start and read[start - 1].isalnum()) and not read[end : end + 1].isalnum()


def _is_free(starts: list[int], firm: list[Candidate], start: int, end: int) -> bool:
    """Whether the span overlaps none of the likely findings."""
    index = bisect_right(starts, start)
    if index and firm[index - 1].end > start:
        return False
    return index == len(firm) or firm[index].start >= end


def _linked(form: Form, source: Candidate, at: int) -> Candidate:
    return Candidate(
        at,
        at + len(form.text),
        source.entity_type,
        round(min(source.score, form.score), 2),
        f"linked.{form.kind}",
        Precedence.NAME,
        reason=form.kind.replace("_", " "),
        linked=source.start,
    )


def _referring(read: str, index: Index, item: Candidate) -> Candidate:
    """The finding, with the place of the one that it mentions again, if there is one."""
    whole = read[item.start : item.end]
    first = _WORD.search(whole)
    hit = index.get(first[0], {}).get(whole) if first else None
    if hit is None or hit[1].entity_type != item.entity_type or hit[1].start == item.start:
        return item
    return item._replace(linked=hit[1].start)


def _merged(
    found: list[Candidate], mentions: list[Candidate], trace: Trace | None
) -> list[Candidate]:
    """Both, sorted; unlikely findings that overlap a mention give way to it."""
    starts = [item.start for item in mentions]
    kept: list[Candidate] = []
    for item in found:
        if item.score >= LIKELY or _is_free(starts, mentions, item.start, item.end):
            kept.append(item)
        elif trace is not None:
            trace.append(Dropped(item, "overlapped"))
    return sorted(kept + mentions, key=_START)
