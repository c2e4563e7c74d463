"""The network, as it is read in steps that are kept and shared, beside the same written plainly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.names.made import DILATIONS, WIDTH, arrays

from sluice.engine.names.features import BITS, Features, Lexicon, Vocabulary, features
from sluice.engine.names.lines import line_classes
from sluice.engine.names.shapes import shape
from sluice.engine.names.tagger import Tagger
from sluice.engine.names.weights import packed

Plain = npt.NDArray[np.float64]

SMALL = arrays(scale=0.2)
REAL = {name: array.astype(np.float64) for name, array in SMALL.items() if array.dtype.kind in "fi"}
VOCABULARY = Vocabulary(SMALL["vocabulary"].tobytes().decode().split(" "))
LEXICON = Lexicon(
    SMALL["lexicon_hashes"].astype(np.uint32), SMALL["lexicon_bits"].astype(np.uint32)
)
TAGGER = Tagger(packed(SMALL))
WORDS = ("jane", "Roe", "JANE", "mails", "berlin", "roess", "x", "7", "2026", ".", "@", "\n", "Zoë")


def of_word(word: Features) -> Plain:
    pieces = REAL["pieces"][list(word.pieces)] * REAL["piece_scale"]
    rest = pieces[1:].mean(0) if len(pieces) > 1 else np.zeros(pieces.shape[1])
    edges = REAL["edges"][list(word.edges)].mean(0) * REAL["edge_scale"]
    bits = np.array([word.lexicon >> bit & 1 for bit in range(BITS)])
    found: Plain = (
        pieces[0] @ REAL["first"] + rest @ REAL["rest"] + pieces[-1] @ REAL["last"]
        + edges @ REAL["edge"] + bits @ REAL["bits"] + REAL["first_bias"]
        + REAL["shapes"][word.shape] + REAL["lengths"][word.length]
    )  # fmt: skip
    return found


def plainly(words: Sequence[str]) -> Plain:
    """The log-probabilities, token by token and layer by layer."""
    vectors = np.array([of_word(features(word, VOCABULARY, LEXICON)) for word in words])
    classes = line_classes([shape(word) for word in words])
    states = np.maximum(vectors + REAL["lines"][classes], 0)
    for number, dilation in enumerate(DILATIONS):
        wide = np.vstack((np.zeros((dilation, WIDTH)), states, np.zeros((dilation, WIDTH))))
        seen = [wide[at : at + len(states)] for at in (0, dilation, 2 * dilation)]
        more = np.hstack(seen) @ REAL[f"layer{number}"] + REAL[f"layer{number}_bias"]
        states = states + np.maximum(more, 0)
    logits = states @ REAL["out"] + REAL["out_bias"]
    logits -= logits.max(1, keepdims=True)
    found: Plain = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=24))
def test_the_network_in_steps_says_what_it_says_written_plainly(words: list[str]) -> None:
    expected = plainly(words)
    for _ in range(2):  # Once learned, once remembered.
        assert np.allclose(TAGGER.log_probabilities(words), expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("count", [0, 1, 2, 4, 5])
def test_texts_shorter_than_a_layer_reaches_can_be_read(count: int) -> None:
    words = list(WORDS[:count])
    assert TAGGER.log_probabilities(words).shape[0] == count
    if words:
        assert np.allclose(TAGGER.log_probabilities(words), plainly(words), rtol=1e-3, atol=1e-3)
