"""What a document says about its own values: keys, headers and labels that name an entity type.

A field never decides alone. If a pattern or a tag found something of a type that the field names,
that finding is confirmed: its score rises to `CONFIRMED`, and a name or address then covers the
whole value. If nothing was found, the value becomes a finding if it can be of the type at all;
how well it fits is its score.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sluice.engine.candidates import LEAST, Candidate
from sluice.engine.patterns import Precedence
from sluice.engine.plausible import plausibility
from sluice.engine.reading import Field, fields
from sluice.engine.reading.key_names import ENDINGS
from sluice.engine.reading.key_names import WHOLE as WHOLE_NAMES

CONFIRMED: Final = 0.85
"""The least score of what a pattern or tag found and a field names too."""
LONGEST: Final = 200
"""The longest value, in code points, that is taken as a whole."""
WHOLE: Final = frozenset({"PERSON", "ORGANIZATION", "LOCATION", "STREET_ADDRESS"})
"""Entity types of which a part stands for the whole value."""
FIELD_TYPES: Final = frozenset(
    entity_type for types, _ in (*ENDINGS, *WHOLE_NAMES) for entity_type in types
)
"""Entity types that a field alone can establish, whatever else looks for them."""


def with_fields(text: str, candidates: list[Candidate], known: frozenset[str]) -> list[Candidate]:
    """The candidates, some confirmed, and those that the text's fields add.

    Args:
        text: the text.
        candidates: what else was found in it, in any order.
        known: the entity types that may be found.

    Takes time linear in the fields and candidates.
    """
    named = [field for field in fields(text) if not known.isdisjoint(field.entity_types)]
    if not named:
        return candidates
    ordered = sorted(candidates, key=lambda item: item.start)
    added: list[Candidate] = []
    for field, near in _with_near(sorted(named, key=lambda field: field.start), ordered):
        types = tuple(kind for kind in field.entity_types if kind in known)
        supported = [i for i in near if ordered[i].entity_type in types]
        for index in supported:
            item = ordered[index]
            if item.score < CONFIRMED and not item.custom_term:
                ordered[index] = item._replace(score=CONFIRMED, reason=_reason(item))
        added += _whole(text, field, types, {ordered[i].entity_type for i in supported})
    return ordered + added


def _reason(item: Candidate) -> str:
    return f"{item.reason}, field" if item.reason else "field"


def _with_near(named: list[Field], ordered: list[Candidate]) -> Iterator[tuple[Field, list[int]]]:
    """Each field with the indices of the candidates that overlap its value."""
    active: list[int] = []
    index = 0
    for field in named:
        while index < len(ordered) and ordered[index].start < field.end:
            active.append(index)
            index += 1
        active = [i for i in active if ordered[i].end > field.start]
        yield field, [i for i in active if ordered[i].start < field.end]


def _whole(
    text: str, field: Field, types: Iterable[str], supported: set[str]
) -> Iterator[Candidate]:
    """The value as one candidate: at most one."""
    if not 0 < field.end - field.start <= LONGEST:
        return
    value = field.value or text[field.start : field.end]
    for entity_type in sorted(types, key=lambda kind: kind not in supported):
        # A query writes a space as a plus sign; in a password it may be one.
        words = value.replace("+", " ") if entity_type in WHOLE else value
        fits = plausibility(entity_type, words)
        if fits < LEAST or (entity_type in supported and entity_type not in WHOLE):
            continue
        score = max(CONFIRMED, fits) if entity_type in supported else fits
        yield _candidate(field, entity_type, score)
        return


def _candidate(field: Field, entity_type: str, score: float) -> Candidate:
    return Candidate(
        field.start,
        field.end,
        entity_type,
        score,
        f"field.{entity_type.lower()}",
        Precedence.FIELD,
        "field",
    )
