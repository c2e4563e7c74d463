"""More rows of what is there, made by the database itself: a million of them in a minute.

A copy has another id and public id and was made earlier; its sealed columns are those of the row
that it is a copy of, so that it can be listed, but not opened.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from benchmarks.workbench_data import Loader
from sluice.server.kit.database import UtcDateTime
from sluice.server.migrations.tables import metadata

TIMES: Final = ("created_at", "updated_at", "started_at", "finished_at", "counted_at",
                "last_recorded_at", "last_used_at", "at")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Multiplying:
    """Each row that is there becomes `copies` earlier ones, one `period` before the other."""

    into: Loader
    copies: int
    period: timedelta

    async def of(self, table: str, rows: range, _where: str = "", **changed: str) -> None:
        """Copy rows with these ids; `changed` has SQL for other columns, in which `{k}` counts the
        copies from 1."""
        described = metadata.tables[table]
        given = {"id": f"id - {{k}} * {len(rows)}", **changed}
        if "uid" in described.columns and "uid" not in changed:
            # As long as the column is.
            given["uid"] = "substr(uid, 1, 28) || substr(cast(10000 + {k} AS text), 2, 4)"
        for column in described.columns:
            if column.name in TIMES and isinstance(column.type, UtcDateTime):
                given.setdefault(column.name, self._earlier(column.name))
        names = [column.name for column in described.columns]
        if "id" not in names:
            given.pop("id")
        chosen = ", ".join(given.get(name, f'"{name}"') for name in names)
        columns = ", ".join(f'"{name}"' for name in names)
        key = "id" if "id" in names else "holder_id"
        # The earliest first, so that most ids ascend.
        for number in range(self.copies, 0, -1):
            await self.into.run(
                f"INSERT INTO {table} ({columns}) SELECT {chosen.format(k=number)} FROM {table} "
                f"WHERE {key} >= {rows.start} AND {key} < {rows.stop}" + _where
            )

    def _earlier(self, column: str) -> str:
        seconds = self.period.total_seconds()
        if self.into.is_sqlite:
            return (
                f"strftime('%Y-%m-%d %H:%M:%f000', {column}, "
                f"'-' || ({{k}} * {seconds}) || ' seconds')"
            )
        return f"{column} - {{k}} * interval '{seconds} seconds'"
