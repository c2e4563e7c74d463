"""The file of weights: a digest, then a NumPy archive of arrays."""

from __future__ import annotations

import io
from collections.abc import Mapping
from hashlib import blake2b
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt

from sluice.engine.errors import DetectorFailed

DEFAULT: Final = "tagger.weights"
_MAGIC: Final = b"sluice names 1\n"
_DIGEST: Final = 16


def packed(arrays: Mapping[str, npt.NDArray[np.generic]]) -> bytes:
    """The arrays as the content of a file of weights."""
    body = io.BytesIO()
    np.savez_compressed(body, allow_pickle=False, **dict(arrays))
    content = body.getvalue()
    return _MAGIC + blake2b(content, digest_size=_DIGEST).digest() + content


def unpacked(content: bytes) -> tuple[str, dict[str, npt.NDArray[np.generic]]]:
    """The digest in hexadecimal, and the arrays.

    Raises:
        DetectorFailed: the content is damaged or of another format.
    """
    start = len(_MAGIC) + _DIGEST
    digest, body = content[len(_MAGIC) : start], content[start:]
    if not content.startswith(_MAGIC) or blake2b(body, digest_size=_DIGEST).digest() != digest:
        raise DetectorFailed("names.weights")
    with np.load(io.BytesIO(body), allow_pickle=False) as archive:
        return digest.hex(), {name: archive[name] for name in archive.files}


def shipped() -> bytes:
    """The content of the file of weights that comes with the package."""
    return (files("sluice.engine.names") / DEFAULT).read_bytes()
