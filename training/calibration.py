"""From the network's sureness to a score: how often it is right when it is so sure.

For each entity type an isotonic regression (pool adjacent violators) over development spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression

from sluice.engine.names.decode import Tagged, spans
from sluice.engine.names.network import Real
from sluice.engine.names.tagger import Tagger
from sluice.engine.names.tags import TYPES
from training.examples import Encoded
from training.scores import Span, gold_spans

POINTS: Final = np.linspace(0.0, 1.0, 17)
FEW: Final = 150
"""Types with fewer spans keep a straight line."""


class Reading(Protocol):
    """A tagger, as it reads tokens: the shipped one, or the thorough tier's."""

    def log_probabilities(self, words: Sequence[str]) -> Real:
        """For each token the log-probability of each tag, (tokens, tags)."""


def _tagged(tagger: Reading, text: Encoded) -> list[Tagged]:
    words = [text.text[start:end] for start, end in text.spans]
    return spans(tagger.log_probabilities(words)) if words else []


def found_by(content: bytes, texts: Sequence[Encoded]) -> list[set[Span]]:
    """The spans in tokens that a file of weights finds."""
    return found(Tagger(content), texts)


def found(tagger: Reading, texts: Sequence[Encoded]) -> list[set[Span]]:
    """The spans in tokens that a tagger finds."""
    return [{(t.start, t.end, TYPES[t.kind]) for t in _tagged(tagger, text)} for text in texts]


def calibrated(content: bytes, texts: Sequence[Encoded]) -> npt.NDArray[np.float64]:
    """For each type the points of the curve of a file of weights: (types, 2, points)."""
    return curves(Tagger(content), texts)


def curves(tagger: Reading, texts: Sequence[Encoded]) -> npt.NDArray[np.float64]:
    """For each type the points of a tagger's curve: (types, 2, points)."""
    seen: list[list[tuple[float, bool]]] = [[] for _ in TYPES]
    for text in texts:
        must, may = gold_spans(text)
        loose = {(n, kind) for start, end, kind in may for n in range(start, end)}
        for item in _tagged(tagger, text):
            kind = TYPES[item.kind]
            right = (item.start, item.end, kind) in must
            if right or not all((n, kind) in loose for n in range(item.start, item.end)):
                seen[item.kind].append((item.score, right or _overlaps(item, must, kind)))
    return np.array([[POINTS, _curve(rows)] for rows in seen])


def _overlaps(item: Tagged, must: set[Span], kind: str) -> bool:
    """Whether it covers a part of a gold span of its type: to be masked all the same."""
    return any(s < item.end and item.start < e and k == kind for s, e, k in must)


def _curve(rows: list[tuple[float, bool]]) -> npt.NDArray[np.float64]:
    if len(rows) < FEW:
        return POINTS
    fit = IsotonicRegression(y_min=0.05, y_max=0.99, out_of_bounds="clip")
    fit.fit([score for score, _ in rows], [float(right) for _, right in rows])
    found: npt.NDArray[np.float64] = fit.predict(POINTS)
    return np.round(found, 4)
