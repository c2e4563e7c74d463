"""Test cases as a file, CSV or JSON lines; importing it gives the same cases again (pure)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence

from sluice.server.features.testruns.cases import CaseContent, CaseKind
from sluice.server.features.testruns.columns import Column


def csv_header(columns: Sequence[Column]) -> str:
    """The header row; every name in quotes, so that nothing in one divides cells."""
    return _written([[column.header for column in columns]], csv.QUOTE_ALL)


def csv_rows(contents: Iterable[CaseContent], columns: Sequence[Column]) -> str:
    """A row for each content, in columns that can say all of it."""
    documents = (content.document() for content in contents)
    rows = ([column.cell(document) for column in columns] for document in documents)
    return _written(rows, csv.QUOTE_MINIMAL)


def json_lines(contents: Iterable[CaseContent], kind: CaseKind) -> str:
    """A JSON object on a line for each content."""
    said = {} if kind is CaseKind.COMPLETION else {"kind": kind.value}
    documents = (
        {**said, **content.model_dump(mode="json", by_alias=True, exclude_none=True)}
        for content in contents
    )
    return "".join(json.dumps(document, ensure_ascii=False) + "\n" for document in documents)


def _written(rows: Iterable[Sequence[str]], quoting: int) -> str:
    written = io.StringIO(newline="")
    writer = csv.writer(written, quoting=quoting)  # type: ignore[arg-type] # (one of csv's own)
    writer.writerows(rows)
    return written.getvalue()
