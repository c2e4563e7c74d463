"""Audit events as files: every event in both forms, and nothing that a spreadsheet computes."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from sluice.server.features.audit.exporting import AuditFormat, beginning, portion
from sluice.server.features.audit.schemas import AuditEventOut


def _event(**fields: object) -> AuditEventOut:
    given = {
        "id": 1,
        "at": datetime(2026, 11, 21, tzinfo=UTC),
        "event": "originals.revealed",
        "actor_id": 4,
        "actor_name": "Ada",
        "subject": "call:3",
        "request_id": None,
        "details": {"reason": "asked for", "count": 2},
    }
    return AuditEventOut.model_validate({**given, **fields})


def _rows(*events: AuditEventOut) -> list[dict[str, str]]:
    text = (beginning(AuditFormat.CSV) + portion(AuditFormat.CSV, events)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_json_lines_hold_what_the_api_answers() -> None:
    lines = portion(AuditFormat.JSONL, [_event(), _event(id=2)]).decode().splitlines()
    assert [json.loads(line)["id"] for line in lines] == [1, 2]
    assert json.loads(lines[0])["details"] == {"reason": "asked for", "count": 2}
    assert beginning(AuditFormat.JSONL) == b""


def test_csv_holds_the_same() -> None:
    (row,) = _rows(_event())
    assert (row["id"], row["actorId"]) == ("1", "4")
    assert row["at"] == "2026-11-21T00:00:00.000Z"
    assert row["requestId"] == ""
    assert json.loads(row["details"]) == {"reason": "asked for", "count": 2}


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_of_csv_is_a_formula(first: str) -> None:
    name = f'{first}HYPERLINK("http://example.org","x")'
    (row,) = _rows(_event(actor_name=name))
    assert row["actorName"] == f"'{name}"


def test_line_ends_and_quotes_stay_in_their_cell() -> None:
    (row,) = _rows(_event(subject='a "b",\nc'))
    assert row["subject"] == 'a "b",\nc'
