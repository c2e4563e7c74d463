"""From each token's probabilities to spans: the best well-formed sequence of tags (Viterbi).

Where `O` is all but certain nothing can begin, so the search runs only over the stretches
between such places, all of them at once.
"""

from __future__ import annotations

from math import exp
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sluice.engine.names.network import Real
from sluice.engine.names.tags import TAGS, follows

CERTAIN: Final = float(np.log(0.97))
"""A token whose `O` is at least this likely is outside of every span."""
LONGEST: Final = 48
"""Longer stretches are searched in parts of this many tokens."""

_FORBIDDEN: Final = -1e4
_MOVES: Final = np.array(
    [[0.0 if follows(before, after) else _FORBIDDEN for after in TAGS] for before in TAGS],
    dtype=np.float32,
)
FEW: Final = 24
"""Up to so many tokens are searched one by one; for more, arrays of all stretches are faster."""
_BEGINNINGS: Final = range(1, len(TAGS), 4)
_OUTSIDE: Final = [number for number, tag in enumerate(TAGS) if tag[0] in "OES"]
_FROM_OUTSIDE: Final = _MOVES[0]
_TO_OUTSIDE: Final = np.ascontiguousarray(_MOVES[:, 0])
_POSITION: Final = [tag[0] for tag in TAGS]
_KIND: Final = [(number - 1) // 4 for number in range(len(TAGS))]


class Tagged(NamedTuple):
    """A span in tokens (`end` exclusive), its type's number, and how sure the network is."""

    start: int
    end: int
    kind: int
    score: float


def spans(logp: Real) -> list[Tagged]:
    """The spans in log-probabilities of shape (tokens, tags)."""
    places = _stretches(logp[:, 0] < CERTAIN)
    found: list[Tagged] = []
    few = sum(end - start for start, end in places) <= FEW
    best = [_searched(logp[start:end].tolist()) for start, end in places] if few else None
    for (start, _), tags in zip(places, best or _best(logp, places), strict=True):
        found += _read(logp, start, tags)
    return found


def _stretches(open_: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The runs of places that are open, cut at `LONGEST`."""
    found: list[tuple[int, int]] = []
    start = end = -1
    for place in open_.nonzero()[0].tolist():
        if place != end or end - start == LONGEST:
            if end > start:
                found.append((start, end))
            start = place
        end = place + 1
    return [*found, (start, end)] if end > start else found


def _searched(rows: list[list[float]]) -> list[int]:
    """The best tags of one stretch, token by token; as `_best` finds them."""
    scores: list[float] = []
    back: list[list[int]] = []
    for row in rows:
        scores, came = _step(scores, row) if scores else _first(row)
        back.append(came)
    last = max(_OUTSIDE, key=scores.__getitem__)
    return _traced(back[1:], last)


def _first(row: list[float]) -> tuple[list[float], list[int]]:
    """The scores of a stretch's first token: nothing goes on from before it."""
    scores = row.copy()
    for begin in _BEGINNINGS:
        scores[begin + 1] = scores[begin + 2] = _FORBIDDEN
    return scores, []


def _step(before: list[float], row: list[float]) -> tuple[list[float], list[int]]:
    """The scores of the next token, and from which tag each of its tags comes.

    The tags of a type are numbered B, I, E, S. Behind O, E and S anything begins or O follows;
    behind B and I the same type goes on.
    """
    ended = max(_OUTSIDE, key=before.__getitem__)
    scores, came = [before[ended] + value for value in row], [ended] * len(row)
    for begin in _BEGINNINGS:
        held = begin if before[begin] >= before[begin + 1] else begin + 1
        for tag in (begin + 1, begin + 2):
            scores[tag], came[tag] = before[held] + row[tag], held
    return scores, came


def _best(logp: Real, places: list[tuple[int, int]]) -> list[list[int]]:
    """The best tags of each stretch; both its neighbours are outside of every span.

    The longest stretches come first, so that those which go on at a step are the first ones.
    """
    if not places:
        return []
    order = sorted(range(len(places)), key=lambda n: places[n][0] - places[n][1])
    sizes = [places[n][1] - places[n][0] for n in order]
    starts = np.array([places[n][0] for n in order])
    scores = logp[starts] + _FROM_OUTSIDE
    back: list[list[list[int]]] = []
    active = len(order)
    for step in range(1, sizes[0]):
        while sizes[active - 1] <= step:
            active -= 1
        total = scores[:active, :, None] + _MOVES
        back.append(total.argmax(1).tolist())
        scores[:active] = total.max(1) + logp[starts[:active] + step]
    scores += _TO_OUTSIDE
    last = scores.argmax(1).tolist()
    best: list[list[int]] = [[]] * len(places)
    for rank, (n, size) in enumerate(zip(order, sizes, strict=True)):
        best[n] = _traced([step[rank] for step in back[: size - 1]], last[rank])
    return best


def _traced(back: list[list[int]], last: int) -> list[int]:
    """The tags of one stretch: the last one, and what came before it at each step."""
    tags = [last]
    for before in reversed(back):
        tags.append(before[tags[-1]])
    return tags[::-1]


def _read(logp: Real, start: int, tags: list[int]) -> list[Tagged]:
    found: list[Tagged] = []
    begun = start
    for at, tag in enumerate(tags, start):
        if _POSITION[tag] in "BS":
            begun = at
        if _POSITION[tag] in "ES":
            found.append(
                Tagged(begun, at + 1, _KIND[tag], _sureness(logp, begun, at + 1, _KIND[tag]))
            )
    return found


def _sureness(logp: Real, start: int, end: int, kind: int) -> float:
    """The mean over the tokens of the probability that they belong to this type at all."""
    rows = logp[start:end, 1 + 4 * kind : 5 + 4 * kind].tolist()
    return sum(exp(value) for row in rows for value in row) / len(rows)
