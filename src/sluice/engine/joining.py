"""Adjacent fragments of one name or one address become one finding.

A tagger, or a pattern and a tagger together, may find one thing in pieces: a given name and a
surname apart, a street here and its town there, a name without the "Jr." that belongs to it. After
overlaps are resolved one pass over the findings puts such pieces together. Fragments that a
document's structure keeps apart (fields, columns) and custom terms stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from sluice.engine.candidates import LIKELY, Candidate, Dropped, Trace
from sluice.engine.patterns import Precedence

LONGEST_GAP: Final = 24
"""Most code points between two fragments that are joined."""
MOST_WORDS: Final = 6
"""Most words of a person's name made of fragments."""

_PARTICLES: Final = (
    "van|von|vom|zu|zur|der|den|de|del|della|di|da|das|dos|do|du|la|le|las|los|el|al|bin|ibn|abu"
    "|ben|ter|ten|y|e|i"
)
_NAME_GAP: Final = re.compile(
    rf"[ \u00a0]{{1,2}}(?:[^\W\d_]\.[ \u00a0]?|[A-Z] |(?:(?:{_PARTICLES})[ \u00a0]){{1,3}}|)"
    r"|-|['\u2019]"
)
"""Between two parts of one person's name: a space, initials, particles."""
_FIRM_GAP: Final = re.compile(r" | ?& ?")
"""Between two parts of one organisation's name; `and` stands between two organisations."""
_PLACE_GAP: Final = re.compile(
    r"(?:,[ \u00a0]+|,?[ \u00a0]*\r?\n[ ]*|[ \u00a0])"
    r"(?:[A-Z]{1,2}-)?(?:\d{4,6}(?:-\d{3,4})?[ \u00a0]|\d{4} ?[A-Z]{2}[ \u00a0])?"
)
"""Between a street and its town: a comma or a line's end, perhaps a postcode."""
_SUFFIX: Final = re.compile(r",?[ \u00a0](?:Jr|Sr|jr|sr|JR|SR|II|III|IV)(?![\w'-])\.?")
"""What belongs to a person's name and stands behind it."""
_LEGAL_FORM: Final = re.compile(
    r",?[ \u00a0](?:Inc|Ltd|LLC|L\.L\.C|LLP|PLC|plc|Corp|Co|Limited|Incorporated|Corporation"
    r"|GmbH(?: & Co\. KG)?|AG|KG|KGaA|OHG|UG|SE|e\. ?V|eG|SA|S\.A(?:\.S)?|SAS|SARL|S\.A\.R\.L"
    r"|S\.?L(?:\.?U)?|S\.?p\.?A|S\.?r\.?l|B\.?V|N\.?V|Ltda|Lda|Oy|AB|A/S|ApS|Pty(?: Ltd)?)"
    r"(?!\w)\.?"
)
"""The legal form behind an organisation's name."""
_POSTCODE: Final = re.compile(
    r",?[ \u00a0](?:(?:[A-Z]{2},?[ \u00a0])?\d{5}(?:-\d{4})?"
    r"|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d)(?![\w-])"
)
"""Behind a town: an American, British or Canadian postcode."""


def join(text: str, found: list[Candidate], trace: Trace | None = None) -> list[Candidate]:
    """The findings, sorted and apart as they come, with adjacent fragments made one."""
    joined: list[Candidate] = []
    for item in found:
        if joined and (one := _one(text, joined[-1], item)) is not None:
            if trace is not None:
                trace.append(Dropped(item, "joined", one))
            joined[-1] = one
        else:
            joined.append(item)
    return _with_tails(text, joined)


def _one(text: str, first: Candidate, second: Candidate) -> Candidate | None:
    """Both as one, if they are fragments of one thing."""
    belongs = _RULES.get((first.entity_type, second.entity_type))
    if belongs is None or second.start - first.end > LONGEST_GAP:
        return None
    if max(first.score, second.score) < LIKELY or _kept_apart(first) or _kept_apart(second):
        return None
    if not belongs(text, first, second):
        return None
    score = max(first.score, second.score)
    return first._replace(end=second.end, score=score, reason=first.reason or "joined")


def _kept_apart(item: Candidate) -> bool:
    return item.precedence in (Precedence.FIELD, Precedence.CUSTOM) or bool(item.view)


def _is_one_person(text: str, first: Candidate, second: Candidate) -> bool:
    """Two parts of a name, not two people: one of them is a single word."""
    if not _NAME_GAP.fullmatch(text, first.end, second.start):
        return False
    counts = [len(text[item.start : item.end].split()) for item in (first, second)]
    return min(counts) == 1 and sum(counts) <= MOST_WORDS


def _is_one_firm(text: str, first: Candidate, second: Candidate) -> bool:
    return _FIRM_GAP.fullmatch(text, first.end, second.start) is not None


def _is_one_address(text: str, first: Candidate, second: Candidate) -> bool:
    return _PLACE_GAP.fullmatch(text, first.end, second.start) is not None


_RULES: Final[dict[tuple[str, str], Callable[[str, Candidate, Candidate], bool]]] = {
    ("PERSON", "PERSON"): _is_one_person,
    ("ORGANIZATION", "ORGANIZATION"): _is_one_firm,
    ("STREET_ADDRESS", "STREET_ADDRESS"): _is_one_address,
    ("STREET_ADDRESS", "LOCATION"): _is_one_address,
}

_TAILS: Final = {
    "PERSON": _SUFFIX,
    "ORGANIZATION": _LEGAL_FORM,
    "STREET_ADDRESS": _POSTCODE,
}


def _with_tails(text: str, found: list[Candidate]) -> list[Candidate]:
    """The findings with what belongs to each and stands behind it, as far as that is free."""
    for index, item in enumerate(found):
        tail = _TAILS.get(item.entity_type)
        if tail is None or _kept_apart(item) or item.score < LIKELY:
            continue
        free = found[index + 1].start if index + 1 < len(found) else len(text)
        behind = tail.match(text, item.end, min(free, item.end + LONGEST_GAP))
        if behind is not None:
            found[index] = item.moved(item.start, behind.end())
    return found
