"""The values whose type their document names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Field:
    """A value whose type its document names, at code points [start, end) of the text."""

    start: int
    end: int
    name: str = field(repr=False)
    entity_types: tuple[str, ...]


def fields(text: str) -> Iterator[Field]:
    """The values of JSON, tables, forms, configuration, queries and code that have a known name."""
    yield from ()
