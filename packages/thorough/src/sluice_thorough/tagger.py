"""The thorough tagger: tokens, pieces, windows, network, spans, findings."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np

from sluice.engine.errors import DetectorFailed
from sluice.engine.names.decode import spans
from sluice.engine.names.features import Lexicon
from sluice.engine.names.findings import finding
from sluice.engine.names.network import Real
from sluice.engine.names.tags import TAGS, TYPES
from sluice.engine.names.tokens import token_spans
from sluice.engine.names.weights import unpacked
from sluice.engine.types import Finding
from sluice_thorough.network import Network
from sluice_thorough.pieces import WordPieces
from sluice_thorough.windows import Reader

WEIGHTS: Final = "thorough.weights"
_FAILED: Final = "names.weights"


class ThoroughTagger:
    """Finds persons, places, organisations, addresses and nationalities.

    A `sluice.engine.names.NameTagger`: may be used from several threads at once; takes time
    linear in the text, many times that of the shipped tagger; keeps nothing of a text.

    Args:
        content: a file of weights, as `training.thorough` writes it: the graph, the vocabulary,
            the lexicon and the calibration of scores.
        threads: how many threads one text may use.

    Raises:
        DetectorFailed: the weights are damaged.
    """

    entity_types: Final = frozenset(TYPES)
    """The entity types that it can find."""

    def __init__(self, content: bytes, *, threads: int = 1) -> None:
        digest, arrays = unpacked(content)
        self.version = f"thorough {digest}"
        """The digest of the weights."""
        try:
            pieces = WordPieces(arrays["vocabulary"].tobytes().decode().split("\n"))
            hashes, bits = arrays["lexicon_hashes"], arrays["lexicon_bits"]
            lexicon = Lexicon(hashes.astype(np.uint32), bits.astype(np.uint32))
            self._reader = Reader(pieces, lexicon)
            self._calibration = arrays["calibration"].astype(np.float64)
            self._network = Network(arrays["graph"].tobytes(), threads)
        except Exception as error:  # ONNX Runtime's own have no common class but this
            raise DetectorFailed(_FAILED) from error

    def tag(self, text: str, languages: tuple[str, ...]) -> Sequence[Finding]:
        """The findings in `text`, offsets in code points, sorted, not overlapping.

        The network was trained on all its languages together; `languages` changes nothing.
        """
        places = list(token_spans(text))
        tagged = spans(self.log_probabilities([text[a:b] for a, b in places]))
        found = (finding(text, places, item, self._calibration) for item in tagged)
        return [item for item in found if item is not None]

    def log_probabilities(self, words: Sequence[str]) -> Real:
        """For each token the log-probability of each tag, (tokens, tags)."""
        rows = [self._network.log_probabilities(one) for one in self._reader.windows(words)]
        return np.concatenate([np.zeros((0, len(TAGS)), dtype=np.float32), *rows])


_lock = threading.Lock()


def shipped_tagger() -> ThoroughTagger:
    """The tagger with the weights that come with the package; loaded once per process.

    Raises:
        DetectorFailed: the weights are damaged or missing.
    """
    with _lock:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> ThoroughTagger:
    try:
        content = (files("sluice_thorough") / WEIGHTS).read_bytes()
    except OSError as error:
        raise DetectorFailed(_FAILED) from error
    return ThoroughTagger(content)
