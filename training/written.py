"""The text written for this project, as examples: the generator's and the hand-written pages'."""

from __future__ import annotations

from collections.abc import Iterator

from training.examples import ALL_TYPES, Example, mark
from training.synthetic import generate


def texts(count: int, seed: int) -> Iterator[Example]:
    """`count` texts of the generator; what it labels otherwise is outside for the tagger."""
    for item in generate(count, seed):
        marks = tuple(
            mark(start, end, kind) for start, end, kind in item.spans if kind in ALL_TYPES
        )
        yield Example(item.text, marks, "synthetic")
