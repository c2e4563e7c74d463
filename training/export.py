"""From a trained student to the file of weights that ships."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from sluice.engine.names.tags import TYPES
from training.student import Student

Arrays = dict[str, npt.NDArray[np.generic]]


def straight() -> npt.NDArray[np.float64]:
    """A calibration that changes nothing: for each type the points (0, 1) → (0, 1)."""
    return np.array([[[0.0, 1.0], [0.0, 1.0]]] * len(TYPES))


def arrays(
    model: Student,
    vocabulary: Sequence[str],
    lexicon: tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]],
    calibration: npt.NDArray[np.float64],
) -> Arrays:
    """The arrays of the file: tables as int8 with a scale for each column, layers as float16."""
    hashes, bits = lexicon
    pieces, piece_scale = _small(model.pieces.weight)
    edges, edge_scale = _small(model.edges.weight)
    found: Arrays = {
        "vocabulary": np.frombuffer(" ".join(vocabulary).encode("ascii"), dtype=np.uint8),
        "lexicon_hashes": hashes,
        "lexicon_bits": bits,
        "pieces": pieces,
        "piece_scale": piece_scale,
        "edges": edges,
        "edge_scale": edge_scale,
        "dilations": np.array(model.dilations),
        "calibration": calibration,
    }
    for name, linear in (
        ("first", model.first), ("rest", model.rest), ("last", model.last),
        ("edge", model.edge), ("bits", model.bits), ("out", model.out),
    ):  # fmt: skip
        found[name] = _half(linear.weight.T)
    found["first_bias"], found["out_bias"] = _half(model.first.bias), _half(model.out.bias)
    for name, table in (
        ("shapes", model.shapes),
        ("lengths", model.lengths),
        ("lines", model.lines),
    ):
        found[name] = _half(table.weight)
    for number, layer in enumerate(model.layers):
        # Conv1d keeps (out, in, 3); the network multiplies (before, here, after) with one matrix.
        weight = layer.weight.permute(2, 1, 0)
        found[f"layer{number}"] = _half(weight.reshape(-1, weight.shape[-1]))
        found[f"layer{number}_bias"] = _half(layer.bias)
    return found


def _small(weight: torch.Tensor) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.float16]]:
    values = weight.detach().numpy()
    # The rarest values would cost all others their precision.
    scale = np.maximum(np.quantile(np.abs(values), 0.9995, axis=0), 1e-6) / 127
    scale = scale.astype(np.float16).astype(np.float32)
    return np.clip(np.rint(values / scale), -127, 127).astype(np.int8), scale.astype(np.float16)


def _half(weight: torch.Tensor) -> npt.NDArray[np.float16]:
    found: npt.NDArray[np.float16] = weight.detach().numpy().astype(np.float16)
    return found
