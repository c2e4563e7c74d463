"""The network: words' vectors, then dilated convolutions, then a probability for each tag.

A word's vector is a sum: its first piece, the mean of its other pieces, its last piece, its edges,
its shape, its length, what the lexicon knows. All of that depends on the word alone, so it is
computed once for each distinct word (`memo`). The line's class is added; then each layer adds to
the states what it sees at three places, `dilation` tokens apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from sluice.engine.names.features import BITS, Features

Real = npt.NDArray[np.float32]
Arrays = Mapping[str, npt.NDArray[np.generic]]

_BIT_PLACES: Final = np.arange(BITS)


class WordVectors:
    """The part of the network that looks at one word."""

    def __init__(self, arrays: Arrays) -> None:
        self._pieces, self._piece_scale = _small(arrays["pieces"]), _real(arrays["piece_scale"])
        self._edges, self._edge_scale = _small(arrays["edges"]), _real(arrays["edge_scale"])
        self._first, self._rest, self._last, self._edge, self._bits, self._shapes, self._lengths = (
            _real(arrays[name])
            for name in ("first", "rest", "last", "edge", "bits", "shapes", "lengths")
        )
        self._bias = _real(arrays["first_bias"])
        self.width = len(self._bias)
        """How many numbers a word's vector has."""

    def vector(self, word: Features) -> Real:
        """The vector of one word, (width,)."""
        pieces = self._pieces[list(word.pieces)] * self._piece_scale
        vector = pieces[0] @ self._first + pieces[-1] @ self._last + self._bias
        if len(pieces) > 1:
            vector += pieces[1:].mean(0) @ self._rest
        edges: Real = self._edges[list(word.edges)].mean(0, dtype=np.float32) * self._edge_scale
        vector += edges @ self._edge
        vector += self._shapes[word.shape] + self._lengths[word.length]
        if word.lexicon:
            vector += (word.lexicon >> _BIT_PLACES & 1).astype(np.float32) @ self._bits
        found: Real = vector
        return found


class Layers:
    """The part of the network that looks at words in their context."""

    def __init__(self, arrays: Arrays) -> None:
        self._lines = _real(arrays["lines"])
        self._dilations = [int(number) for number in arrays["dilations"]]
        self._layers = [
            (dilation, _real(arrays[f"layer{n}"]), _real(arrays[f"layer{n}_bias"]))
            for n, dilation in enumerate(self._dilations)
        ]
        self._out, self._out_bias = _real(arrays["out"]), _real(arrays["out_bias"])
        self.reach = sum(self._dilations)
        """How many tokens to either side decide about one token."""

    def log_probabilities(self, vectors: Real, lines: npt.NDArray[np.intp]) -> Real:
        """From (tokens, width) and line classes to log-probabilities, (tokens, tags)."""
        states = np.maximum(vectors + self._lines[lines], 0)
        for dilation, weights, bias in self._layers:
            more = _neighbours(states, dilation) @ weights
            more += bias
            np.maximum(more, 0, out=more)
            states += more
        logits = states @ self._out
        logits += self._out_bias
        logits -= logits.max(1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(1, keepdims=True))
        found: Real = logits
        return found


def _neighbours(states: Real, dilation: int) -> Real:
    """Each token's state between those `dilation` before and after it, zeros beyond the ends."""
    size, width = states.shape
    wide = np.zeros((size, 3 * width), dtype=np.float32)
    if size > dilation:
        wide[dilation:, :width] = states[:-dilation]
        wide[:-dilation, 2 * width :] = states[dilation:]
    wide[:, width : 2 * width] = states
    return wide


def _real(array: npt.NDArray[np.generic]) -> Real:
    return np.ascontiguousarray(array, dtype=np.float32)


def _small(array: npt.NDArray[np.generic]) -> npt.NDArray[np.int8]:
    return np.ascontiguousarray(array, dtype=np.int8)
