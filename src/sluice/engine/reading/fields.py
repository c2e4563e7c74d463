"""The values whose type their document names."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from operator import attrgetter

from sluice.engine.reading.deciding import Field
from sluice.engine.reading.keys import Names
from sluice.engine.reading.pairs import pairs
from sluice.engine.reading.tables import tables

__all__ = ["Field", "fields"]


def fields(text: str) -> Iterator[Field]:
    """The values of JSON, tables, forms, configuration, queries and code that have a known name.

    Ascending and not overlapping. Takes time linear in the text, and keeps only what it needs of
    the object or table that it is in.
    """
    names = Names()
    end = 0
    for found in merge(tables(text, names), pairs(text, names), key=attrgetter("start")):
        if found.start >= end:
            yield found
            end = found.end
