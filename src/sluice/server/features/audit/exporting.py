"""Audit events as a file: JSON lines, or CSV that no spreadsheet takes for formulas (pure)."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from sluice.server.features.audit.schemas import AuditEventOut

COLUMNS: Final = ("id", "at", "event", "actorId", "actorName", "subject", "requestId", "details")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""With one of these in front a spreadsheet reads a cell as a formula (OWASP: CSV injection)."""


class AuditFormat(StrEnum):
    """How events are written."""

    JSONL = "jsonl"
    CSV = "csv"

    @property
    def media_type(self) -> str:
        """Of the file."""
        return {"jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8"}[self]


def beginning(written: AuditFormat) -> bytes:
    """What stands before the first event."""
    return _row(COLUMNS) if written is AuditFormat.CSV else b""


def portion(written: AuditFormat, events: Sequence[AuditEventOut]) -> bytes:
    """Some events."""
    shown = [event.model_dump(mode="json", by_alias=True) for event in events]
    if written is AuditFormat.CSV:
        return b"".join(_row([_cell(one[name]) for name in COLUMNS]) for one in shown)
    lines = (json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in shown)
    return "".join(line + "\n" for line in lines).encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, int) else text


def _row(cells: Sequence[str]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerow(cells)
    return written.getvalue().encode()
