"""What was found beside what is marked: counts for each document, and which type became which.

Three ways of counting, for each entity type:

- strict: the same start, end and entity type;
- partial: any overlap with a span of the same entity type;
- characters: each character that both cover with the same entity type.

And without regard to types, by characters: was what is marked covered at all?
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sluice.cli.evaluation.labelled import Document, Gold
from sluice.engine.types import Finding

MISSED: Final = "(missed)"
SPURIOUS: Final = "(spurious)"
ANY_TYPE: Final = "(any type)"
WAYS: Final = ("strict", "partial", "characters")

Place = tuple[int, int]


class Counts(NamedTuple):
    """What precision and recall are made of."""

    right: int = 0
    """Of what was found, how much is marked."""
    found: int = 0
    covered: int = 0
    """Of what is marked, how much was found."""
    marked: int = 0


Key = tuple[str, str]
"""An entity type (or `ANY_TYPE`) and a way of counting."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One document's counts, confusions, and mistakes."""

    document: Document
    counts: dict[Key, Counts]
    confusion: Counter[tuple[str, str]]
    """Marked type (or `SPURIOUS`) and found type (or `MISSED`)."""
    missed: tuple[Gold, ...]
    """Marked spans with characters that nothing covers."""
    spurious: tuple[Gold, ...]
    """Findings that touch nothing marked."""

    @property
    def wrong(self) -> int:
        """How bad it is: characters left uncovered, and those covered for nothing, a quarter."""
        missed = sum(span.end - span.start for span in self.missed)
        return 4 * missed + sum(span.end - span.start for span in self.spurious)


def compared(
    document: Document, findings: Iterable[Finding], counted: Collection[str] | None
) -> Compared:
    """The comparison of one document.

    Args:
        document: with entity types as labels.
        findings: everything that was found, with a score that counts.
        counted: the entity types whose findings may be wrong; None means all. Others are looked
            at only where something is marked: as a confusion, and as covering it.
    """
    every = [Gold(item.start, item.end, item.entity_type) for item in findings]
    own = [span for span in every if counted is None or span.label in counted]
    gold = document.spans
    counts: dict[Key, Counts] = {}
    for name in sorted({span.label for span in (*gold, *own)}):
        found = [span for span in own if span.label == name]
        marked = [span for span in gold if span.label == name]
        counts |= {(name, way): value for way, value in _counted(found, marked).items()}
    covers, areas = merged(every), merged(gold)
    counts[ANY_TYPE, "characters"] = Counts(
        shared(merged(own), areas), _size(merged(own)), shared(covers, areas), _size(areas)
    )
    return Compared(
        document,
        counts,
        _confusion(gold, every, own),
        tuple(span for span in gold if shared([span[:2]], covers) < span.end - span.start),
        tuple(span for span in own if not shared([span[:2]], areas)),
    )


def _counted(found: Sequence[Gold], marked: Sequence[Gold]) -> dict[str, Counts]:
    same = len(set(found) & set(marked))
    areas_found, areas_marked = merged(found), merged(marked)
    both = shared(areas_found, areas_marked)
    return {
        "strict": Counts(same, len(set(found)), same, len(set(marked))),
        "partial": Counts(
            sum(1 for span in found if shared([span[:2]], areas_marked)), len(found),
            sum(1 for span in marked if shared([span[:2]], areas_found)), len(marked),
        ),
        "characters": Counts(both, _size(areas_found), both, _size(areas_marked)),
    }  # fmt: skip


def _confusion(
    gold: Sequence[Gold], every: Sequence[Gold], own: Sequence[Gold]
) -> Counter[tuple[str, str]]:
    table = Counter[tuple[str, str]]()
    for span in gold:
        touching = [item for item in every if shared([span[:2]], [item[:2]])]
        ranked = sorted((_closeness(span, item), item.label) for item in touching)
        table[span.label, ranked[-1][1] if ranked else MISSED] += 1
    areas = merged(gold)
    table.update((SPURIOUS, span.label) for span in own if not shared([span[:2]], areas))
    return table


def _closeness(span: Gold, other: Gold) -> tuple[bool, int]:
    """The same entity type goes first, then the longer overlap."""
    return other.label == span.label, shared([span[:2]], [other[:2]])


def merged(spans: Iterable[Gold]) -> list[Place]:
    """The areas that spans cover, in order and without overlaps."""
    areas: list[Place] = []
    for start, end, _ in sorted(spans):
        if areas and start <= areas[-1][1]:
            areas[-1] = (areas[-1][0], max(areas[-1][1], end))
        else:
            areas.append((start, end))
    return areas


def shared(these: Sequence[Place], those: Sequence[Place]) -> int:
    """How many characters lie in both; each is in order and without overlaps."""
    total, at = 0, 0
    for start, end in these:
        while at < len(those) and those[at][1] <= start:
            at += 1
        index = at
        while index < len(those) and those[index][0] < end:
            total += min(end, those[index][1]) - max(start, those[index][0])
            index += 1
    return total


def _size(areas: Iterable[Place]) -> int:
    return sum(end - start for start, end in areas)
