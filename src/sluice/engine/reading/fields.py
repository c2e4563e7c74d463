"""The values whose type their document names."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from operator import attrgetter
from typing import Final

from sluice.engine.reading.deciding import Field
from sluice.engine.reading.elements import elements
from sluice.engine.reading.keys import Names
from sluice.engine.reading.pairs import pairs
from sluice.engine.reading.sql import inserts
from sluice.engine.reading.tables import tables

__all__ = ["Field", "fields"]


_READERS: Final = ((elements, "<"), (inserts, "("), (tables, "\n"), (pairs, ":="))
"""Each reader, and one or two characters of which it needs one."""


def fields(text: str) -> Iterator[Field]:
    """The values of JSON, tables, forms, configuration, queries and code that have a known name.

    Ascending and not overlapping. Takes time linear in the text, and keeps only what it needs of
    the object or table that it is in.
    """
    names = Names()
    found_in = [
        reader(text, names) for reader, signs in _READERS if signs[0] in text or signs[-1] in text
    ]
    if not found_in:
        return
    end = 0
    for found in merge(*found_in, key=attrgetter("start")) if len(found_in) > 1 else found_in[0]:
        if found.start >= end:
            yield found
            end = found.end
