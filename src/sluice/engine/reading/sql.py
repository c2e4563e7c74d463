"""The rows that SQL inserts: `INSERT INTO t (first_name, …) VALUES ('Jane', …), (…);`."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from functools import partial
from typing import Final

from sluice.engine.reading.deciding import Field, field_of, once
from sluice.engine.reading.keys import Names
from sluice.engine.reading.siblings import beside

_VALUES = re.compile(r"\)\s{0,9}VALUES?\s{0,9}(?=\()", re.IGNORECASE)
_INTO = re.compile(r"\bINTO\s{1,9}[^\s()]{1,128}\s{0,9}$", re.IGNORECASE)
_LONGEST_COLUMNS: Final = 4000
_LONGEST_INTO: Final = 160
_TOKEN = re.compile(
    r"\s*+(?:[NEnexX]?'(?P<text>(?:[^'\\]|''|\\.){0,4000}+)'|\"(?P<name>(?:[^\"\\]|\\.){0,4000}+)\""
    r"|(?P<mark>[(),])|(?P<bare>[^\s'\"(),;]{1,400}))",
    re.DOTALL,
)
_QUOTES: Final = " \t\r\n\"'`[]"


def inserts(text: str, names: Names) -> Iterator[Field]:
    """The fields of the rows of every INSERT that names its columns, ascending."""
    at = 0
    while match := _VALUES.search(text, at):
        columns = _columns(text, at, match.start())
        at = match.end()
        if columns:
            at = yield from _rows(text, at, columns, names)


def _columns(text: str, low: int, end: int) -> list[str]:
    """The columns that end at `end`; none if no INTO and a table's name stand before them."""
    start = text.rfind("(", max(low, end - _LONGEST_COLUMNS), end)
    if start < 0 or not _INTO.search(text[max(low, start - _LONGEST_INTO) : start]):
        return []
    return [column.strip(_QUOTES) for column in text[start + 1 : end].split(",")]


def _rows(text: str, at: int, columns: list[str], names: Names) -> Generator[Field, None, int]:
    """The fields of the tuples from `at` on; gives back where they end."""
    around = once(partial(beside, columns, names))
    meanings = [names.meaning(column) for column in columns]
    depth = column = 0
    while token := _TOKEN.match(text, at):
        at = token.end()
        mark = token["mark"]
        if mark == "(":
            depth, column = depth + 1, column if depth else 0
        elif mark == ")":
            depth -= 1
        elif mark == ",":
            column += depth == 1
        elif depth == 0:
            break
        elif depth == 1 and column < len(columns) and (meaning := meanings[column]):
            span = token.span(token.lastgroup or 0)
            field = field_of(text, *span, columns[column], meaning, around)
            if field is not None:
                yield field
    return at
