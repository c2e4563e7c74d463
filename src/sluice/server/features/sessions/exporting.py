"""Files of what was recorded: JSON lines, or Parquet where pyarrow is installed."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import anyio.to_thread

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.sessions.export_rows import ExportKind, Row

ROW_GROUP: Final = 5_000
"""Rows of a group of a Parquet file, which is in memory as a whole: some ten megabytes."""


class ExportFormat(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """Of the file (that of Parquet is registered with IANA)."""
        return {"jsonl": "application/jsonl", "parquet": "application/vnd.apache.parquet"}[self]


_TEXTS: Final = {
    ExportKind.RECORDINGS: (
        "id", "session", "trace", "template", "templateName", "version", "testRun",
        "environment", "provider", "model", "format",
    ),
    ExportKind.SESSIONS: ("id", "environment", "testRun"),
    ExportKind.TRACES: ("id", "session", "parent", "kind"),
}  # fmt: skip
_NUMBERS: Final = {
    ExportKind.RECORDINGS: ("durationMs", "inputTokens", "outputTokens", "costMicrodollars"),
    ExportKind.SESSIONS: ("recordings", "inputTokens", "outputTokens", "costMicrodollars"),
    ExportKind.TRACES: (),
}
_FLAGS: Final = {
    ExportKind.RECORDINGS: ("complete", "tokensEstimated"),
    ExportKind.SESSIONS: (),
    ExportKind.TRACES: (),
}
_TIMES: Final = {
    ExportKind.RECORDINGS: ("createdAt", "startedAt"),
    ExportKind.SESSIONS: ("createdAt", "lastRecordedAt"),
    ExportKind.TRACES: ("createdAt", "startedAt", "finishedAt"),
}
_NESTED: Final = {
    ExportKind.RECORDINGS: ("entityTypes", "content", "values"),
    ExportKind.SESSIONS: ("metadata", "values"),
    ExportKind.TRACES: ("entityTypes", "content", "values"),
}
"""JSON texts in Parquet: their names are the callers' own."""


def require(export_format: ExportFormat) -> None:
    """Raise `Unprocessable` where this format cannot be written here."""
    if export_format is ExportFormat.PARQUET and _pyarrow() is None:
        problem = Problem("format", "needs pyarrow: pip install 'sluice[parquet]'")
        raise Unprocessable("Parquet cannot be written here.", errors=[problem])


async def exported(
    export_format: ExportFormat, kind: ExportKind, rows: AsyncGenerator[list[Row], None]
) -> AsyncGenerator[bytes, None]:
    """The file in pieces; `rows` is closed with it."""
    async with aclosing(rows):
        pieces = _json_lines(rows) if export_format is ExportFormat.JSONL else _parquet(kind, rows)
        async for piece in pieces:
            yield piece


async def _json_lines(rows: AsyncIterator[list[Row]]) -> AsyncIterator[bytes]:
    async for portion in rows:
        lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in portion]
        yield ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")


async def _parquet(kind: ExportKind, rows: AsyncIterator[list[Row]]) -> AsyncIterator[bytes]:
    file = await anyio.to_thread.run_sync(_ParquetFile, kind)
    group: list[Row] = []
    async for portion in rows:
        group += portion
        if len(group) >= ROW_GROUP:
            yield await anyio.to_thread.run_sync(file.written, group)
            group = []
    if group:
        yield await anyio.to_thread.run_sync(file.written, group)
    yield await anyio.to_thread.run_sync(file.finished)


class _Pieces(io.RawIOBase):
    """A file that is only written, and taken away as it grows."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 (any buffer)
        piece = bytes(data)
        self._pieces.append(piece)
        self._length += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._length

    def take(self) -> bytes:
        """What was written since the last call."""
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


class _ParquetFile:
    """A Parquet file, a row group at a time."""

    def __init__(self, kind: ExportKind) -> None:
        import pyarrow.parquet

        self._pyarrow = pyarrow
        self._schema = _schema(pyarrow, kind)
        self._kind = kind
        self._pieces = _Pieces()
        self._writer = pyarrow.parquet.ParquetWriter(self._pieces, self._schema, compression="zstd")

    def written(self, rows: Sequence[Row]) -> bytes:
        """These rows as a group of their own."""
        shaped = [_shaped(row, self._kind) for row in rows]
        self._writer.write_table(self._pyarrow.Table.from_pylist(shaped, schema=self._schema))
        return self._pieces.take()

    def finished(self) -> bytes:
        """The file's end, which says where everything is."""
        self._writer.close()
        return self._pieces.take()


def _schema(pyarrow: Any, kind: ExportKind) -> Any:  # noqa: ANN401 (a module without types)
    types = (
        (_TEXTS, pyarrow.string()),
        (_NUMBERS, pyarrow.int64()),
        (_FLAGS, pyarrow.bool_()),
        (_TIMES, pyarrow.timestamp("ms", tz="UTC")),
        (_NESTED, pyarrow.string()),
    )
    return pyarrow.schema([(name, of) for names, of in types for name in names[kind]])


def _shaped(row: Row, kind: ExportKind) -> Row:
    shapes: tuple[tuple[Any, Callable[[Any], Any]], ...] = (
        (_TIMES, datetime.fromisoformat),
        (_NESTED, _as_text),
    )
    shaped = dict(row)
    for names, shape in shapes:
        for name in names[kind]:
            shaped[name] = shape(row[name]) if row[name] is not None else None
    return shaped


def _as_text(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace").decode()


def _pyarrow() -> Any:  # noqa: ANN401 (a module without types)
    try:
        import pyarrow.parquet
    except ImportError:
        return None
    return pyarrow
