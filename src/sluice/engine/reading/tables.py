"""Tables with a row of headers: CSV and its kin, Markdown, and what databases print."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from functools import lru_cache, partial
from typing import Final, NamedTuple

from sluice.engine.reading.deciding import Field, field_of, once
from sluice.engine.reading.keys import LONGEST, Meaning, Names, whole_meaning
from sluice.engine.reading.siblings import beside

_DELIMITERS: Final = "\t|;,"
_DELIMITED = re.compile(f"[{_DELIMITERS}]")
_RULER = re.compile(r"[ \t]*[|+:=-][ \t|+:=-]*")
_LINE = re.compile(r"[^\n]*")
_HEADER_LONGEST: Final = 4000
_ENDS_PROSE: Final = frozenset(".!?:")
_MOST_COLUMNS: Final = 500
_MOST_HEADER_WORDS: Final = 5
_COPY = re.compile(
    r"COPY\s{1,4}[\w.\"]{1,128}\s{0,4}\((?P<columns>[^()]{1,4000})\)\s{1,4}FROM\s{1,4}stdin"
)


class _Header(NamedTuple):
    names: tuple[str, ...]
    delimiter: str
    columns: tuple[tuple[int, Meaning], ...]
    """The number and the meaning of each column that names something."""
    cells: re.Pattern[str]
    """What one cell is, where a row has quotation marks."""
    upright: bool = False
    """Whether the first cell of each row names the second one instead."""


def tables(text: str, names: Names) -> Iterator[Field]:
    """The fields of the rows of every table, ascending."""
    at = 0
    while delimited := _DELIMITED.search(text, at):
        at = text.rfind("\n", at, delimited.start()) + 1 or at
        end = _line_end(text, at)
        header = _header(text, at, end, names) if end - at <= _HEADER_LONGEST else None
        if header is None:
            at = end + 1
        elif header.upright:
            at = yield from _named_rows(text, at, header, names)
        else:
            at = yield from _rows(text, end + 1, header, names)


def _line_end(text: str, at: int) -> int:
    end = text.find("\n", at)
    return end if end >= 0 else len(text)


def _header(text: str, at: int, end: int, names: Names) -> _Header | None:
    """The line as a row of headers; None if it is none, or if no row follows."""
    copy = _COPY.search(text, at, end) if text.startswith("COPY", at) else None
    if copy:
        return _made(copy["columns"].split(","), "\t", names)
    if text[end - 1 : end] in _ENDS_PROSE:
        return None
    line = text[at:end]
    for delimiter in _DELIMITERS:
        count = line.count(delimiter)
        if 0 < count < _MOST_COLUMNS and _is_followed(text, end + 1, delimiter, count):
            if count < 4 and _is_upright(text, line, end + 1, delimiter):
                return _Header((), delimiter, (), _cells(delimiter), upright=True)
            header = _made(_split(line, delimiter), delimiter, names)
            if header is not None:
                return header
    return None


def _is_followed(text: str, at: int, delimiter: str, count: int) -> bool:
    """Whether a row of as many cells comes next, perhaps after a ruler."""
    for _ in range(2):
        end = _line_end(text, at)
        if at >= len(text) or end - at > 50 * _HEADER_LONGEST:
            return False
        if delimiter != "|" or not _RULER.fullmatch(text, at, end):
            break
        at = end + 1
    found = text.count(delimiter, at, end)
    return (
        found == count
        or ('"' in text[at:end] and found > count)
        or (end == len(text) and 0 < found < count)
    )


def _is_upright(text: str, line: str, at: int, delimiter: str) -> bool:
    """Whether this row and the next consist of a name and its value."""
    following = text[at : min(_line_end(text, at), at + _HEADER_LONGEST)]
    return all(
        len(cells) == 2 and whole_meaning(cells[0]) and not whole_meaning(cells[1])
        for cells in (_bordered(line, delimiter), _bordered(following, delimiter))
    )


def _bordered(line: str, delimiter: str) -> list[str]:
    """The cells of a row without the empty ones outside of its borders."""
    if delimiter == "|":
        line = line.strip(" \t\r").removeprefix("|").removesuffix("|")
    return _split(line, delimiter)


def _split(line: str, delimiter: str) -> list[str]:
    return [cell.strip(" \t\r\"'*`\ufeff") for cell in line.split(delimiter)]


def _made(cells: list[str], delimiter: str, names: Names) -> _Header | None:
    """A header of these cells, if they look like headers and one of them names something."""
    cells = [cell.strip(" \t\r\"'`") for cell in cells]
    if not all(map(_may_be_header, cells)) or sum(map(bool, cells)) < 2 - (delimiter == "|"):
        return None
    known = [(n, m) for n, cell in enumerate(cells) if cell and (m := names.meaning(cell))]
    wordy = sum(" " in cell for cell in cells)
    if not known or (2 * len(known) < len(cells) and 2 * wordy > len(cells)):
        return None
    return _Header(tuple(cells), delimiter, tuple(known), _cells(delimiter))


def _may_be_header(cell: str) -> bool:
    if not cell:
        return True
    if len(cell) > LONGEST or not (cell[0].isalpha() or cell[0] in "_#") or cell[-1] in ".?!:":
        return False
    if ("(" in cell) != (")" in cell):
        return False
    return "@" not in cell and "=" not in cell and cell.count(" ") < _MOST_HEADER_WORDS


@lru_cache(maxsize=len(_DELIMITERS))
def _cells(delimiter: str) -> re.Pattern[str]:
    mark = re.escape(delimiter)
    return re.compile(
        rf'[ \t]{{0,40}}"(?P<in>(?:[^"]|""){{0,2000}}+)"[ \t\r]{{0,40}}(?=[{mark}\n]|$)'
        rf"|(?P<bare>[^{mark}\n]*)"
    )


def _rows(text: str, at: int, header: _Header, names: Names) -> Generator[Field, None, int]:
    """The fields of the rows from `at` on; gives back where the table ends."""
    around = once(partial(beside, header.names, names))
    while at < len(text):
        end = _line_end(text, at)
        if header.delimiter == "|" and _RULER.fullmatch(text, at, end):
            at = end + 1
            continue
        spans, end = _row(text, at, end, header)
        last = end >= len(text)
        if len(spans) != len(header.names) and not (last and 1 < len(spans) < len(header.names)):
            break
        for number, meaning in header.columns:
            if number < len(spans):
                field = field_of(text, *spans[number], header.names[number], meaning, around)
                if field is not None:
                    yield field
        at = end + 1
    return at


def _named_rows(text: str, at: int, header: _Header, names: Names) -> Generator[Field, None, int]:
    """The fields of rows of a name and its value; gives back where they end."""
    around = once(lambda: beside(_first_cells(text, start, header.delimiter), names))
    start = at
    while at < len(text):
        end = _line_end(text, at)
        cells = _bordered(text[at:end], header.delimiter) if end - at < _HEADER_LONGEST else []
        if len(cells) != 2 or len(cells[0]) > LONGEST:
            break
        meaning = names.meaning(cells[0])
        found = text.rfind(cells[1], at, end) if cells[1] else -1
        if meaning and found >= 0:
            field = field_of(text, found, found + len(cells[1]), cells[0], meaning, around)
            if field is not None:
                yield field
        at = end + 1
    return at


def _first_cells(text: str, at: int, delimiter: str) -> list[str]:
    """The names of the rows from `at` on, as far as a few thousand code points."""
    lines = text[at : at + _HEADER_LONGEST].splitlines()
    return [cells[0] for line in lines if len(cells := _bordered(line, delimiter)) == 2]


def _row(text: str, at: int, end: int, header: _Header) -> tuple[Sequence[tuple[int, int]], int]:
    """Where the cells of a row stand, and where the row ends."""
    if text.find('"', at, end) >= 0:
        return _quoted_row(text, at, header)
    spans = []
    for cell in text[at:end].split(header.delimiter):
        spans.append((at, at + len(cell)))
        at += len(cell) + 1
    return spans, end


def _quoted_row(text: str, at: int, header: _Header) -> tuple[list[tuple[int, int]], int]:
    """A row with cells in quotation marks, which may hold delimiters and line breaks."""
    spans: list[tuple[int, int]] = []
    while cell := header.cells.match(text, at):
        spans.append(cell.span("in" if cell["in"] is not None else "bare"))
        at = cell.end()
        if text[at : at + 1] != header.delimiter or len(spans) > len(header.names):
            break
        at += 1
    return spans, _line_end(text, at)
