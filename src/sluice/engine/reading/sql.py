"""The rows that SQL inserts: `INSERT INTO t (first_name, …) VALUES ('Jane', …), (…);`."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator
from functools import partial
from typing import Final

from sluice.engine.reading.deciding import Field, field_of, once
from sluice.engine.reading.keys import Names
from sluice.engine.reading.siblings import beside

_INSERT = re.compile(
    r"\b(?:INSERT|REPLACE)\s{1,9}(?:IGNORE\s{1,9})?INTO\s{1,9}[^\s()]{1,128}\s{0,9}"
    r"\((?P<columns>[^()]{1,4000})\)\s{0,9}VALUES?\s{0,9}(?=\()",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"\s*+(?:[NEnexX]?'(?P<text>(?:[^'\\]|''|\\.){0,4000}+)'|\"(?P<name>(?:[^\"\\]|\\.){0,4000}+)\""
    r"|(?P<mark>[(),])|(?P<bare>[^\s'\"(),;]{1,400}))",
    re.DOTALL,
)
_QUOTES: Final = " \t\r\n\"'`[]"


def inserts(text: str, names: Names) -> Iterator[Field]:
    """The fields of the rows of every INSERT that names its columns, ascending."""
    if not ("VALUE" in text or "value" in text or "Value" in text):
        return
    at = 0
    while match := _INSERT.search(text, at):
        columns = [column.strip(_QUOTES) for column in match["columns"].split(",")]
        at = yield from _rows(text, match.end(), columns, names)


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
