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

from sluice.engine.names.features import BITS, EDGES, MOST_PIECES, Features

Real = npt.NDArray[np.float32]
Arrays = Mapping[str, npt.NDArray[np.generic]]

_BIT_PLACES: Final = np.arange(BITS)
_MOST_OTHERS: Final = MOST_PIECES - 1
_ROOM: Final = 1100
"""As many tokens as go through the layers at once; more need zeros of their own."""


class Beginnings:
    """The part of the network that looks at one word in a line of one class.

    Everything that a word brings stands in one row, so that one product makes its vector; what its
    shape, its length and the line's class add is one table. The first layer's weights say what a
    token contributes to the token behind it, to itself, and to the token before it: its shares,
    which depend on its word and its line's class alone too.
    """

    def __init__(self, arrays: Arrays) -> None:
        pieces, edges = _small(arrays["pieces"]), _small(arrays["edges"])
        # The last row stands for a piece that a word does not have.
        self._pieces = np.vstack((pieces, np.zeros_like(pieces[:1])))
        self._edges = edges
        of_pieces, of_edges = (_real(arrays[f"{n}_scale"])[:, None] for n in ("piece", "edge"))
        parts = [of_pieces * _real(arrays[name]) for name in ("first", "last", "rest")]
        parts += [of_edges * _real(arrays["edge"]) / EDGES, _real(arrays["bits"])]
        self._weights = np.vstack(parts)
        shapes, lengths, lines = (_real(arrays[n]) for n in ("shapes", "lengths", "lines"))
        forms = shapes[:, None, None] + lengths[:, None] + lines + _real(arrays["first_bias"])
        self._forms: Real = forms
        self._shares = np.hstack(list(_in_three(arrays["layer0"])))
        bias = _real(arrays["layer0_bias"])
        self._share_bias = np.hstack((np.zeros_like(bias), bias, np.zeros_like(bias)))
        self.width = len(bias)
        """How many numbers a word's vector has."""

    def begun(self, words: Sequence[Features], lines: Sequence[int]) -> Real:
        """At least one word, each in a line of such a class: states and shares in the first layer.

        (words, 4 * width): the state, the share of the token behind, its own, that of the one
        before.
        """
        states = self._seen(words) @ self._weights
        states += self._forms[
            [word.shape for word in words], [word.length for word in words], lines
        ]
        begun = np.empty((len(words), 4 * self.width), dtype=np.float32)
        np.maximum(states, 0, out=begun[:, : self.width])
        np.matmul(begun[:, : self.width], self._shares, out=begun[:, self.width :])
        begun[:, self.width :] += self._share_bias
        return begun

    def _seen(self, words: Sequence[Features]) -> Real:
        """What words bring: first and last piece, the mean of all but the first, edges, bits."""
        wide = self._pieces.shape[1]
        seen = np.empty((len(words), len(self._weights)), dtype=np.float32)
        seen[:, :wide] = self._pieces[[word.pieces[0] for word in words]]
        seen[:, wide : 2 * wide] = self._pieces[[word.pieces[-1] for word in words]]
        seen[:, 2 * wide : 3 * wide] = self._others(words)
        edges = self._edges[[word.edges for word in words]]
        seen[:, 3 * wide : -BITS] = np.add.reduce(edges, 1, dtype=np.float32)
        known = np.array([word.lexicon for word in words])[:, None] >> _BIT_PLACES
        seen[:, -BITS:] = known & 1
        return seen

    def _others(self, words: Sequence[Features]) -> Real | float:
        """The mean of each word's pieces but the first; 0 for a word of one."""
        counts = [len(word.pieces) - 1 for word in words]
        if not any(counts):
            return 0.0
        none = (len(self._pieces) - 1,) * _MOST_OTHERS
        numbers = [(*word.pieces[1:], *none)[:_MOST_OTHERS] for word in words]
        found: Real = np.add.reduce(self._pieces[numbers], 1, dtype=np.float32)
        found /= np.maximum(np.array(counts, dtype=np.float32), 1)[:, None]
        return found


class Layers:
    """The part of the network that looks at words in their context."""

    def __init__(self, arrays: Arrays) -> None:
        self._dilations = [int(number) for number in arrays["dilations"]]
        self._layers = [
            (dilation, _in_three(arrays[f"layer{n}"]), _real(arrays[f"layer{n}_bias"]))
            for n, dilation in enumerate(self._dilations)
        ]
        self._out, self._out_bias = _real(arrays["out"]), _real(arrays["out_bias"])
        self._zeros = np.zeros((_ROOM, len(self._out)), dtype=np.float32)
        self.reach = sum(self._dilations)
        """How many tokens to either side decide about one token."""

    def log_probabilities(self, begun: Real) -> Real:
        """From the tokens' beginnings to log-probabilities, (tokens, tags)."""
        width, dilation = begun.shape[1] // 4, self._dilations[0]
        states = begun[:, 2 * width : 3 * width].copy()
        states[dilation:] += begun[:-dilation, width : 2 * width]
        states[:-dilation] += begun[dilation:, 3 * width :]
        # A matrix of zeros is compared twice as fast as a single zero is.
        zeros = self._zeros[: len(states)] if len(states) <= _ROOM else np.zeros_like(states)
        np.maximum(states, zeros, out=states)
        states += begun[:, :width]
        own, beside = np.empty_like(states), np.empty_like(states)
        for dilation, weights, bias in self._layers[1:]:
            np.matmul(states, weights[1], out=own)
            own += bias
            if len(own) > dilation:
                own[dilation:] += np.matmul(states, weights[0], out=beside)[:-dilation]
                own[:-dilation] += np.matmul(states, weights[2], out=beside)[dilation:]
            np.maximum(own, zeros, out=own)
            states += own
        logits = states @ self._out
        logits += self._out_bias
        logits -= np.maximum.reduce(logits, axis=1, keepdims=True)
        logits -= np.log(np.add.reduce(np.exp(logits), axis=1, keepdims=True))
        found: Real = logits
        return found


def _in_three(weights: npt.NDArray[np.generic]) -> Real:
    """A layer's weights, (3 * width, width), as (3, width, width)."""
    return np.ascontiguousarray(np.split(_real(weights), 3))


def _real(array: npt.NDArray[np.generic]) -> Real:
    return np.ascontiguousarray(array, dtype=np.float32)


def _small(array: npt.NDArray[np.generic]) -> npt.NDArray[np.int8]:
    return np.ascontiguousarray(array, dtype=np.int8)
