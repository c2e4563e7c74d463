"""What a server and its detecting process say to each other: JSON in frames, over a socket pair.

A question is `[version, terms, texts]`: the version of a detector; where it is asked for the first
time what the detector is made of, else null; and the texts. Its answer is a list with the findings
of each text, in the order of `Finding`'s fields, or null for a text that could not be analysed. It
is null as a whole where no detector of this version is there. Nothing of it is ever on a disk.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from typing import Any, Final

from sluice.engine import CustomTerm, Finding

READY: Final = "ready"
"""What the process says first, before it is asked anything."""
_LENGTH: Final = struct.Struct("!I")

Terms = tuple[tuple[CustomTerm, ...], tuple[str, ...]]
"""A policy's own terms and what it allows: all that its detector is made of."""
Answer = list[list[Finding] | None] | None


class Frames:
    """Cuts what comes over a socket into documents."""

    def __init__(self) -> None:
        self._read = bytearray()

    def feed(self, data: bytes) -> Iterator[Any]:
        """The documents that are complete by now; raises `ValueError` for what is none."""
        self._read += data
        while len(self._read) >= _LENGTH.size:
            end = _LENGTH.size + _LENGTH.unpack_from(self._read)[0]
            if len(self._read) < end:
                return
            document = bytes(self._read[_LENGTH.size : end])
            del self._read[:end]
            yield json.loads(document)


def framed(document: Any) -> bytes:  # noqa: ANN401 (any JSON)
    """A document as it goes over the socket."""
    written = json.dumps(document, separators=(",", ":")).encode()
    return _LENGTH.pack(len(written)) + written


def question(version: str, terms: Terms | None, texts: Sequence[str]) -> bytes:
    """The frame of a question."""
    told = None if terms is None else [[astuple(term) for term in terms[0]], terms[1]]
    return framed([version, told, texts])


def terms_of(told: Any) -> Terms:  # noqa: ANN401 (JSON)
    """What a question said of a detector."""
    return tuple(CustomTerm(*term) for term in told[0]), tuple(told[1])


def answer(found: Iterable[Sequence[Finding] | None]) -> bytes:
    """The frame of an answer."""
    return framed([None if of is None else [_row(item) for item in of] for of in found])


def findings_of(told: Any) -> Answer:  # noqa: ANN401 (JSON)
    """What an answer says."""
    if told is None:
        return None
    return [None if rows is None else [Finding(*row) for row in rows] for rows in told]


def _row(item: Finding) -> tuple[Any, ...]:
    return (
        item.start,
        item.end,
        item.entity_type,
        item.score,
        item.detector,
        item.custom_term,
        item.linked,
    )
