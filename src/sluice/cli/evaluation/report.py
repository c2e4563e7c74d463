"""The result of an evaluation, as tables for people and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sluice.cli.evaluation.comparing import MISSED, SPURIOUS, Compared
from sluice.cli.evaluation.labelled import Gold, Mapped
from sluice.cli.evaluation.scores import Score, Value
from sluice.cli.terminal import note, say, table

SCORES: Final = (
    "counted", "entity type", "precision", "recall", "F1", "F2", "marked", "found",
)  # fmt: skip
AROUND: Final = 40
"""Code points shown on each side of a mistake."""
MOST: Final = 8
"""Mistakes shown of one document."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Everything that was measured."""

    gold: Mapped
    compared: Sequence[Compared]
    scores: Sequence[Score]
    threshold: float
    detector: str
    """The detector's fingerprint: the same fingerprint finds the same."""

    @property
    def confusion(self) -> Counter[tuple[str, str]]:
        """Marked type and found type, over all documents."""
        total = Counter[tuple[str, str]]()
        for item in self.compared:
            total.update(item.confusion)
        return total

    def worst(self, most: int) -> list[Compared]:
        """The documents with most mistakes."""
        ranked = sorted(self.compared, key=lambda item: -item.wrong)
        return [item for item in ranked[:most] if item.wrong]


def show(result: Evaluation, worst: int) -> None:
    """Tables; the mistakes of the `worst` documents show their text."""
    documents = result.compared
    spans = sum(len(item.document.spans) for item in documents)
    note(f"{len(documents)} documents, {spans} marked spans, threshold {result.threshold}.")
    table(SCORES, [_row(score) for score in result.scores])
    for label, counter in (("unknown", result.gold.unknown), ("ignored", result.gold.ignored)):
        if counter:
            listed = ", ".join(f"{name} ({count})" for name, count in counter.most_common())
            note(f"Labels that are {label}: {listed}")
    if result.gold.unknown:
        note("Give each unknown label an entity type, or `-`, with --map; they did not count.")
    _show_confusion(result.confusion)
    for item in result.worst(worst):
        say(f"\n{item.document.name}", style="bold")
        for kind, span in _mistakes(item):
            say(f"  {kind:8} {span.label:20} {_excerpt(item.document.text, span)}")


def as_json(result: Evaluation, worst: int) -> dict[str, object]:
    """The same for programs; text is in it only if `worst` is not 0."""
    shown: dict[str, object] = {
        "documents": len(result.compared),
        "spans": sum(len(item.document.spans) for item in result.compared),
        "threshold": result.threshold,
        "detector": result.detector,
        "scores": [_score_json(score) for score in result.scores],
        "confusion": [
            {"marked": marked, "found": found, "count": count}
            for (marked, found), count in sorted(result.confusion.items())
        ],
        "unknownLabels": dict(sorted(result.gold.unknown.items())),
        "ignoredLabels": dict(sorted(result.gold.ignored.items())),
    }
    if worst:
        shown["worst"] = [_worst_json(item) for item in result.worst(worst)]
    return shown


def _row(score: Score) -> tuple[object, ...]:
    values = (score.precision, score.recall, score.f1, score.f2)
    counts = (score.counts.marked, score.counts.found)
    return (score.way, score.entity_type, *map(_cell, values), *counts)


def _cell(value: Value) -> str:
    """`.873 (.851-.894)`; a dash where nothing could be counted."""
    if value.value is None:
        return "-"
    return f"{value.value:.3f} ({value.low:.3f}-{value.high:.3f})"


def _show_confusion(confusion: Counter[tuple[str, str]]) -> None:
    """What became of the marked spans of each type, and what was found where nothing is."""
    rows = []
    for marked in sorted({marked for marked, _ in confusion}, key=lambda name: (name[0], name)):
        found = Counter({b: count for (a, b), count in confusion.items() if a == marked})
        same = found.pop(marked, 0)
        others = ", ".join(
            f"{name} {count}" for name, count in found.most_common() if name != MISSED
        )
        is_gold = marked != SPURIOUS
        rows.append((marked, same if is_gold else "", found[MISSED] if is_gold else "", others))
    if rows:
        table(("marked", "found as that", "missed", "found as another type"), rows)


def _mistakes(item: Compared) -> Iterator[tuple[str, Gold]]:
    every: Iterable[tuple[str, Gold]] = (
        *(("missed", span) for span in item.missed),
        *(("spurious", span) for span in item.spurious),
    )
    yield from sorted(every, key=lambda pair: pair[1])[:MOST]


def _excerpt(text: str, span: Gold) -> str:
    """The span between angle quotes, with what stands around it, on one line."""
    before = text[max(0, span.start - AROUND) : span.start]
    after = text[span.end : span.end + AROUND]
    return " ".join(f"{before}»{text[span.start : span.end]}«{after}".split())


def _score_json(score: Score) -> dict[str, object]:
    return {
        "entityType": score.entity_type,
        "way": score.way,
        "precision": _value_json(score.precision),
        "recall": _value_json(score.recall),
        "f1": _value_json(score.f1),
        "f2": _value_json(score.f2),
        "counts": score.counts._asdict(),
    }


def _value_json(value: Value) -> dict[str, float] | None:
    if value.value is None or value.low is None or value.high is None:
        return None
    bounds = {"value": value.value, "low": value.low, "high": value.high}
    return {name: round(number, 4) for name, number in bounds.items()}


def _worst_json(item: Compared) -> dict[str, object]:
    return {
        "name": item.document.name,
        "mistakes": [
            {
                "kind": kind,
                "entityType": span.label,
                "start": span.start,
                "end": span.end,
                "text": item.document.text[span.start : span.end],
            }
            for kind, span in _mistakes(item)
        ],
    }
