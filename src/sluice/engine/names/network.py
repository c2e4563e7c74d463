"""The network: words' vectors, then dilated convolutions, then a probability for each tag.

A word's vector is a sum: its first piece, the mean of its other pieces, its last piece, its edges,
its shape, its length, what the lexicon knows. The line's class is added. All of that, and what the
first layer makes of it, depends on the word and its line's class alone, so it is computed once for
each of them (`memo`). Then each layer adds to the states what it sees at three places, `dilation`
tokens apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from sluice.engine.names.features import BITS, Features

Real = npt.NDArray[np.float32]
Integers = npt.NDArray[np.integer]
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

    def vectors(self, words: Sequence[Features]) -> Real:
        """The vectors of some words, at least one: (words, width)."""
        count = len(words)
        ends = self._piece([word.pieces[0] for word in words] + [word.pieces[-1] for word in words])
        found = ends[:count] @ self._first + ends[count:] @ self._last + self._bias
        longer = [place for place, word in enumerate(words) if len(word.pieces) > 1]
        if longer:
            found[longer] += self._others([words[place] for place in longer]) @ self._rest
        # `mean` would take longer than the sum itself for the few words that are new in a text.
        edges = np.add.reduce(self._edges[[word.edges for word in words]], 1, dtype=np.float32)
        edges /= len(words[0].edges)
        found += (edges * self._edge_scale) @ self._edge
        found += self._shapes[[word.shape for word in words]]
        found += self._lengths[[word.length for word in words]]
        known = np.array([word.lexicon for word in words])[:, None] >> _BIT_PLACES & 1
        found += known.astype(np.float32) @ self._bits
        vectors: Real = found
        return vectors

    def _piece(self, numbers: list[int]) -> Real:
        found: Real = self._pieces[numbers] * self._piece_scale
        return found

    def _others(self, words: Sequence[Features]) -> Real:
        """The mean of each word's pieces but the first; each has one at least."""
        counts = np.array([len(word.pieces) - 1 for word in words])
        pieces = self._piece([number for word in words for number in word.pieces[1:]])
        found: Real = np.add.reduceat(pieces, np.cumsum(counts) - counts) / counts[:, None]
        return found.astype(np.float32)


class Layers:
    """The part of the network that looks at words in their context.

    A layer's weights say what a token contributes to the token behind it, to itself, and to the
    token before it. So a token's share in the first layer depends on its word and the class of
    its line alone, and is computed with its state (`begun`), to be kept.
    """

    def __init__(self, arrays: Arrays) -> None:
        self._lines = _real(arrays["lines"])
        self._dilations = [int(number) for number in arrays["dilations"]]
        self._layers = [
            (dilation, _in_three(arrays[f"layer{n}"]), _real(arrays[f"layer{n}_bias"]))
            for n, dilation in enumerate(self._dilations)
        ]
        self._out, self._out_bias = _real(arrays["out"]), _real(arrays["out_bias"])
        self.reach = sum(self._dilations)
        """How many tokens to either side decide about one token."""

    def begun(self, vectors: Real, lines: Integers) -> Real:
        """Words in lines of these classes: states and first shares, (words, 4 * width)."""
        states = np.maximum(vectors + self._lines[lines], 0)
        _, weights, bias = self._layers[0]
        ahead, own, back = (states @ part for part in weights)
        return np.hstack((states, ahead, own + bias, back))

    def log_probabilities(self, begun: Real) -> Real:
        """From the tokens' beginnings to log-probabilities, (tokens, tags)."""
        width, dilation = begun.shape[1] // 4, self._dilations[0]
        more = begun[:, 2 * width : 3 * width].copy()
        more[dilation:] += begun[:-dilation, width : 2 * width]
        more[:-dilation] += begun[dilation:, 3 * width :]
        zeros = np.zeros(more.shape, dtype=np.float32)
        # A matrix of zeros is compared twice as fast as a single zero is.
        states = np.maximum(more, zeros, out=more)
        states += begun[:, :width]
        for dilation, weights, bias in self._layers[1:]:
            more = states @ weights[1]
            more += bias
            if len(more) > dilation:
                more[dilation:] += states[:-dilation] @ weights[0]
                more[:-dilation] += states[dilation:] @ weights[2]
            np.maximum(more, zeros, out=more)
            more += states
            states = more
        logits = states @ self._out
        logits += self._out_bias
        logits -= logits.max(1, keepdims=True)
        logits -= np.log(np.exp(logits).sum(1, keepdims=True))
        found: Real = logits
        return found


def _in_three(weights: npt.NDArray[np.generic]) -> Real:
    """A layer's weights, (3 * width, width), as (3, width, width)."""
    return np.ascontiguousarray(np.split(_real(weights), 3))


def _real(array: npt.NDArray[np.generic]) -> Real:
    return np.ascontiguousarray(array, dtype=np.float32)


def _small(array: npt.NDArray[np.generic]) -> npt.NDArray[np.int8]:
    return np.ascontiguousarray(array, dtype=np.int8)
