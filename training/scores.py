"""Strict span scores: a span counts if start, end and type are right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from sluice.engine.names.tags import TAGS, tag_index
from training.examples import Encoded

Span = tuple[int, int, str]


def gold_spans(encoded: Encoded) -> tuple[set[Span], set[Span]]:
    """The spans that must be found, and those that may be found (ambiguous in the source).

    Offsets count tokens; `end` is exclusive.
    """
    must: set[Span] = set()
    may: set[Span] = set()
    outside = 1 << tag_index("O")
    masks = encoded.masks.tolist()
    at = 0
    while at < len(masks):
        tags = [TAGS[n] for n in range(len(TAGS)) if masks[at] >> n & 1 and n]
        end = at + 1
        if tags and not masks[at] & outside:
            while end < len(masks) and tags[0][0] == "B" and _goes_on(masks[end]):
                end += 1
            (must if len(tags) == 1 else may).update((at, end, tag[2:]) for tag in tags)
        elif tags:
            may.update((at, at + 1, tag[2:]) for tag in tags)
        at = end
    return must, may


def _goes_on(mask: int) -> bool:
    positions = {TAGS[n][0] for n in range(len(TAGS)) if mask >> n & 1}
    return bool(positions) and positions <= {"I", "E"}


def spans_of(tags: Sequence[int]) -> set[Span]:
    """The spans that a well-formed sequence of tag numbers describes, in tokens."""
    found: set[Span] = set()
    start = 0
    for at, number in enumerate(tags):
        name = TAGS[number]
        if name[0] in "BS":
            start = at
        if name[0] in "ES":
            found.add((start, at + 1, name[2:]))
    return found


def f1_table(
    pairs: Iterable[tuple[Encoded, set[Span]]],
) -> dict[str, tuple[float, float, float, int]]:
    """Precision, recall, F1 and number of gold spans by type and for `all`."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for encoded, found in pairs:
        must, may = gold_spans(encoded)
        loose = {
            place for start, end, kind in may for place in ((n, kind) for n in range(start, end))
        }
        for span in found:
            if span in must:
                right[span[2]] += 1
            elif not all((n, span[2]) in loose for n in range(span[0], span[1])):
                wrong[span[2]] += 1
        for span in must - found:
            missed[span[2]] += 1
    kinds = sorted(right | wrong | missed)
    table = {kind: _row(right[kind], wrong[kind], missed[kind]) for kind in kinds}
    main = ("PERSON", "LOCATION", "ORGANIZATION")
    table["all"] = _row(*(sum(c[k] for k in main) for c in (right, wrong, missed)))
    return table


def _row(right: int, wrong: int, missed: int) -> tuple[float, float, float, int]:
    precision = right / (right + wrong) if right + wrong else 0.0
    recall = right / (right + missed) if right + missed else 0.0
    both = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    return precision, recall, both, right + missed


def viterbi(scores: np.ndarray, allowed: np.ndarray) -> list[int]:
    """The best well-formed tag sequence of log-probabilities (tokens × tags)."""
    best = scores[0] + np.where(_STARTS, 0.0, -1e9)
    back = []
    for row in scores[1:]:
        total = best[:, None] + allowed
        back.append(total.argmax(0))
        best = total.max(0) + row
    best = best + np.where(_ENDS, 0.0, -1e9)
    path = [int(best.argmax())]
    for choice in reversed(back):
        path.append(int(choice[path[-1]]))
    return path[::-1]


_STARTS = np.array([tag[0] in "OBS" for tag in TAGS])
_ENDS = np.array([tag[0] in "OES" for tag in TAGS])
