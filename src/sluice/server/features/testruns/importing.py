"""Files of test cases, CSV and JSON lines, read with every problem and its line at once (pure)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from pydantic import ValidationError

from sluice.server.features.proxy.wires.reading import shown, with_different_keys
from sluice.server.features.testruns.cases import CaseContent, CaseKind, CasePath, problems_of
from sluice.server.features.testruns.columns import Column, column_of

SEPARATORS: Final = ",;\t"
"""The first of these that stands in the header row, outside of quotes, divides the cells."""
_BROKEN: Final = (
    f"the quotes do not match, or a cell is longer than {csv.field_size_limit():,} characters; "
    "what follows was not read"
)


class FileFormat(StrEnum):
    """How a file of test cases is written."""

    CSV = "csv"
    JSONL = "jsonl"


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong in a line; says nothing of what stands there."""

    line: int
    """From 1; of a row over several lines the first."""
    message: str


@dataclass(frozen=True, slots=True)
class LineCase:
    """A test case, and the line where it begins."""

    line: int
    content: CaseContent = field(repr=False)


@dataclass(frozen=True, slots=True)
class CasesFile:
    """What was read."""

    cases: list[LineCase] = field(repr=False)
    problems: list[LineProblem]


def read_file(
    data: bytes, file_format: FileFormat, kind: CaseKind, *, raw_is_kept: bool
) -> CasesFile:
    """The cases of a file in UTF-8, with or without a mark at its beginning."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return CasesFile([], [LineProblem(line, "the file is not UTF-8")])
    read = _CsvFile(text).rows() if file_format is FileFormat.CSV else _json_lines(text, kind)
    cases: list[LineCase] = []
    problems: list[LineProblem] = []
    for line, found in read:
        if isinstance(found, str):
            problems.append(LineProblem(line, found))
            continue
        content, wrong = _checked(found, kind, raw_is_kept=raw_is_kept)
        problems += (LineProblem(line, message) for message in wrong)
        if content is not None:
            cases.append(LineCase(line, content))
    if not cases and not problems:
        problems.append(LineProblem(1, "there is no test case in the file"))
    return CasesFile(cases, problems)


Found = tuple[int, dict[str, Any] | str]
"""A line, and its content, or what is wrong with it."""


def _json_lines(text: str, kind: CaseKind) -> Iterator[Found]:
    # Not `splitlines`: other characters that end lines may stand in a text.
    for line, said in enumerate(text.split("\n"), 1):
        if not said.strip():
            continue
        try:
            found = json.loads(said, object_pairs_hook=with_different_keys)
        except (ValueError, RecursionError):
            yield line, "this is no JSON, or has a key twice"
            continue
        if not isinstance(found, dict):
            yield line, "this is no JSON object"
        elif found.pop("kind", kind.value) != kind.value:
            yield line, f"kind: all cases of the playlist must be of the kind {kind.value}"
        else:
            yield line, found


class _CsvFile:
    """One file, with its columns."""

    def __init__(self, text: str) -> None:
        separator = _separator(text)
        self._rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)

    def rows(self) -> Iterator[Found]:
        """Each row's content, or what is wrong with it."""
        lines = self._lines()
        first = next(lines, None)
        if first is None:
            return
        line, header = first
        if isinstance(header, str):
            yield line, header
            return
        columns, wrong = _columns(header)
        yield from ((line, message) for message in wrong)
        if wrong:
            return
        for line, row in lines:
            yield from ((line, found) for found in _row(row, columns))

    def _lines(self) -> Iterator[tuple[int, list[str] | str]]:
        """Rows that hold anything, and the line on which each begins."""
        while True:
            line = self._rows.line_num + 1
            try:
                row = next(self._rows)
            except StopIteration:
                return
            except csv.Error:
                row = None
            if row is None:
                yield line, _BROKEN
                return
            if row:
                yield line, row


def _separator(text: str) -> str:
    quoted, found = False, set()
    for character in text:
        if character == '"':
            quoted = not quoted
        elif not quoted and character in "\r\n":
            break
        elif not quoted and character in SEPARATORS:
            found.add(character)
    return next((separator for separator in SEPARATORS if separator in found), ",")


def _columns(header: Sequence[str]) -> tuple[list[Column], list[str]]:
    columns: list[Column] = []
    wrong: list[str] = []
    seen: set[tuple[str, str]] = set()
    for number, said in enumerate(header, 1):
        column = column_of(said)
        if column is None:
            wrong.append(f"column {number} has no name")
            continue
        if (column.part, column.name) in seen:
            wrong.append(f"column {number} says the same as one before it")
        seen.add((column.part, column.name))
        columns.append(column)
    return columns, wrong


def _row(row: list[str] | str, columns: Sequence[Column]) -> Iterator[dict[str, Any] | str]:
    if isinstance(row, str):
        yield row
        return
    if len(row) != len(columns):
        yield f"has {len(row)} cells, but the header has {len(columns)}"
        return
    content: dict[str, Any] = {}
    wrong = False
    for number, (column, cell) in enumerate(zip(columns, row, strict=True), 1):
        try:
            column.put(cell, content)
        except (ValueError, RecursionError):
            wrong = True
            yield f"column {number} is no JSON"
    if not wrong:
        yield content


def _checked(
    found: dict[str, Any], kind: CaseKind, *, raw_is_kept: bool
) -> tuple[CaseContent | None, list[str]]:
    try:
        content = CaseContent.model_validate(found)
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False, include_context=False)
        return None, [f"{_path(one['loc'])}: {one['msg']}" for one in told]
    wrong = problems_of(content, kind, CasePath(), raw_is_kept=raw_is_kept)
    if wrong:
        return None, [f"{p.path}: {p.message}" if p.path else p.message for p in wrong]
    return content, []


def _path(location: tuple[int | str, ...]) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else f".{shown(part)}" for part in location)
    return "".join(parts).lstrip(".")
