"""From each token's probabilities to spans: the best well-formed sequence of tags (Viterbi).

Where `O` is all but certain nothing can begin, so the search runs only over the stretches
between such places, all of them at once.
"""

from __future__ import annotations

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
    if not places:
        return []
    found: list[Tagged] = []
    for (start, end), tags in zip(places, _best(logp, places), strict=True):
        found += _read(logp, start, tags[: end - start])
    return found


def _stretches(open_: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The runs of places that are open, cut at `LONGEST`."""
    edges = np.flatnonzero(np.diff(open_, prepend=False, append=False)).tolist()
    runs = zip(edges[::2], edges[1::2], strict=True)
    return [
        (at, min(at + LONGEST, end)) for start, end in runs for at in range(start, end, LONGEST)
    ]


def _best(logp: Real, places: list[tuple[int, int]]) -> list[list[int]]:
    """The best tags of each stretch; both its neighbours are outside of every span."""
    starts = np.array([start for start, _ in places])
    sizes = np.array([end - start for start, end in places])
    longest = int(sizes.max())
    # Behind its end a stretch goes on with certain `O`, which changes nothing.
    outside = np.full(len(TAGS), _FORBIDDEN, dtype=np.float32)
    outside[0] = 0.0
    scores = logp[np.minimum(starts, len(logp) - 1)] + _FROM_OUTSIDE
    back = np.zeros((longest, len(places), len(TAGS)), dtype=np.intp)
    for step in range(1, longest):
        total = scores[:, :, None] + _MOVES
        back[step] = total.argmax(1)
        inside = (step < sizes)[:, None]
        row = np.where(inside, logp[np.minimum(starts + step, len(logp) - 1)], outside)
        scores = total.max(1) + row
    return _traced(back, (scores + _TO_OUTSIDE).argmax(1))


def _traced(back: npt.NDArray[np.intp], last: npt.NDArray[np.intp]) -> list[list[int]]:
    path = [last]
    rows = np.arange(len(last))
    for step in range(len(back) - 1, 0, -1):
        path.append(back[step][rows, path[-1]])
    tags: list[list[int]] = np.stack(path[::-1], axis=1).tolist()
    return tags


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
    rows = np.exp(logp[start:end, 1 + 4 * kind : 5 + 4 * kind])
    return float(rows.sum(1).mean())
