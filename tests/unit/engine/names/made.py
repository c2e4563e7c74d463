"""A small file of weights drawn from a seed: the right shapes, no sense."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import numpy.typing as npt

from sluice.engine.names.features import BITS, EDGE_ROWS, LENGTHS
from sluice.engine.names.lines import LINES
from sluice.engine.names.shapes import SHAPES
from sluice.engine.names.tags import TAGS, TYPES

WIDTH = 12
PIECES = ("[UNK]", "\n", "jane", "roe", "mail", "##s", "ber", "##lin", ".", ",", "@")
DILATIONS = (1, 2, 4)


def arrays(seed: int = 1, scale: float = 0.6) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays that a file of weights holds."""
    draw = np.random.default_rng(seed)

    def half(*shape: int) -> npt.NDArray[np.float16]:
        return (draw.standard_normal(shape) * scale).astype(np.float16)

    def small(rows: int, width: int) -> npt.NDArray[np.int8]:
        return draw.integers(-127, 128, (rows, width)).astype(np.int8)

    known = sorted(crc32(word.encode()) for word in ("jane", "roe", "berlin"))
    found: dict[str, npt.NDArray[np.generic]] = {
        "vocabulary": np.frombuffer(" ".join(PIECES).encode(), dtype=np.uint8),
        "lexicon_hashes": np.array(known, dtype=np.uint32),
        "lexicon_bits": np.array([1, 2, 4], dtype=np.uint32),
        "pieces": small(len(PIECES), 8),
        "piece_scale": np.full(8, 0.01, dtype=np.float16),
        "edges": small(EDGE_ROWS, 4),
        "edge_scale": np.full(4, 0.01, dtype=np.float16),
        "dilations": np.array(DILATIONS),
        "calibration": np.array([[[0.0, 1.0], [0.0, 1.0]]] * len(TYPES)),
        "first": half(8, WIDTH),
        "rest": half(8, WIDTH),
        "last": half(8, WIDTH),
        "edge": half(4, WIDTH),
        "bits": half(BITS, WIDTH),
        "first_bias": half(WIDTH),
        "shapes": half(SHAPES, WIDTH),
        "lengths": half(LENGTHS, WIDTH),
        "lines": half(LINES, WIDTH),
        "out": half(WIDTH, len(TAGS)),
        "out_bias": half(len(TAGS)),
    }
    for number in range(len(DILATIONS)):
        found[f"layer{number}"] = half(3 * WIDTH, WIDTH)
        found[f"layer{number}_bias"] = half(WIDTH)
    return found
