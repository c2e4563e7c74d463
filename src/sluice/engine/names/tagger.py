"""The shipped tagger: tokens, word vectors, network, spans, findings."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from sluice.engine.errors import DetectorFailed
from sluice.engine.names.decode import Tagged, spans
from sluice.engine.names.features import Lexicon, Vocabulary
from sluice.engine.names.findings import finding
from sluice.engine.names.memo import Memo
from sluice.engine.names.network import Beginnings, Layers, Real
from sluice.engine.names.tags import TYPES
from sluice.engine.names.tokens import TOKEN
from sluice.engine.names.weights import shipped, unpacked
from sluice.engine.types import Finding

BLOCK: Final = 1024
"""Tokens that go through the network at once; it bounds memory."""
SHORT: Final = 4096
"""Code points of a text that is cut into tokens at once."""

Tokens = list[re.Match[str]]


class Tagger:
    """Finds persons, places, organisations, addresses and nationalities.

    May be used from several threads at once; takes time linear in the text, and memory that does
    not grow with it.

    Args:
        content: a file of weights, as `training.export` writes it.

    Raises:
        DetectorFailed: the weights are damaged.
    """

    entity_types: Final = frozenset(TYPES)
    """The entity types that it can find."""

    def __init__(self, content: bytes) -> None:
        self.version, arrays = unpacked(content)
        """The digest of the weights."""
        try:
            self._layers = Layers(arrays)
            beginnings = Beginnings(arrays)
            vocabulary = Vocabulary(arrays["vocabulary"].tobytes().decode("ascii").split(" "))
            lexicon = Lexicon(
                arrays["lexicon_hashes"].astype(np.uint32), arrays["lexicon_bits"].astype(np.uint32)
            )
            self._calibration = arrays["calibration"].tolist()
        except (KeyError, ValueError) as error:
            raise DetectorFailed("names.weights") from error
        self._memo = Memo(vocabulary, lexicon, beginnings)

    def tag(self, text: str, languages: tuple[str, ...]) -> Sequence[Finding]:
        """The findings in `text`, offsets in code points, sorted, not overlapping.

        The network was trained on all its languages together; `languages` changes nothing.
        """
        found: list[Finding] = []
        for tokens, tagged in self._blocks(text):
            ends = {item.start for item in tagged} | {item.end - 1 for item in tagged}
            places = {place: tokens[place].span() for place in ends}
            made = (finding(text, places, item, self._calibration) for item in tagged)
            found += filter(None, made)
        return found

    def _blocks(self, text: str) -> Iterator[tuple[Tokens, list[Tagged]]]:
        """The text block by block: some tokens, and the spans that lie among them.

        A block is read with the tokens before and behind it that decide about its own. A span
        that its end cuts begins the next block.
        """
        reach = self._layers.reach
        if len(text) <= SHORT and len(words := TOKEN.findall(text)) < BLOCK + reach:
            tagged = spans(self.log_probabilities(words)) if words else []
            # Most texts hold no name: where their tokens stand need not be known.
            yield (list(TOKEN.finditer(text)) if tagged else []), tagged
            return
        tokens = TOKEN.finditer(text)
        window: Tokens = []
        left = 0
        while True:
            window += islice(tokens, left + BLOCK + reach - len(window))
            if len(window) <= left:
                return
            last = len(window) < left + BLOCK + reach
            end = len(window) if last else left + BLOCK
            logp = self.log_probabilities([token[0] for token in window])
            tagged = spans(logp[left:end])
            if not last and len(tagged) > 1 and tagged[-1].end == end - left:
                end = left + tagged.pop().start
            yield window[left:end], tagged
            if last:
                return
            kept = max(0, end - reach)
            left, window = end - kept, window[kept:]

    def log_probabilities(self, words: Sequence[str]) -> Real:
        """For each token the log-probability of each tag, (tokens, tags)."""
        return self._layers.log_probabilities(self._memo.look_up(words))


_lock = threading.Lock()


def default_tagger() -> Tagger:
    """The tagger with the weights that come with the package; loaded once per process.

    Sets NumPy's BLAS to one thread for the whole process.

    Raises:
        DetectorFailed: the weights are damaged.
    """
    with _lock:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Tagger:
    # The products are small: threads of BLAS would wait for each other longer than they work.
    threadpool_limits(limits=1, user_api="blas")
    try:
        content = shipped()
    except OSError as error:
        raise DetectorFailed("names.weights") from error
    return Tagger(content)


__all__ = ["Tagger", "default_tagger"]
