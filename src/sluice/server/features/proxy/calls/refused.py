"""Counting what is refused because it is not understood: wire, path and reason, never a text.

A refusal writes nothing by itself, so that whoever sends many requests that are refused costs no
more for it. Counts are written every few seconds and before they are read; what a crash loses of
them are a few seconds of these counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.errors import Problem
from sluice.server.features.proxy.calls.refused_repository import RefusedKey, RefusedRepository
from sluice.server.features.proxy.calls.refused_tables import LONGEST_PATH
from sluice.server.features.proxy.wires.labels import is_field_name
from sluice.server.kit.batching import BatchedWriter
from sluice.server.kit.database import utc_now
from sluice.server.kit.logs import describe_exception
from sluice.server.kit.periodic import Periodic

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

EVERY: Final = 10.0
"""Seconds between writing what was counted."""
KEPT: Final = timedelta(days=90)
MOST_KINDS: Final = 2_000
"""Of what this process counts of a day; what is more is counted as one path."""
ELSEWHERE: Final = "…"
"""The path of what has none of its own, because it is too long or there are too many."""
_INDEX: Final = re.compile(r"\[\d+\]")


class Reason(StrEnum):
    """Why something was refused."""

    REQUEST = "request"
    """Counts requests, each once."""
    MISSING = "missing"
    WRONG_TYPE = "wrong_type"
    """Another type of JSON value is expected there."""
    UNREADABLE = "unreadable"
    """Data that cannot be decoded."""
    TOO_DEEP = "too_deep"
    NOT_UNDERSTOOD = "not_understood"
    """Whether it holds text is not known."""
    NOT_SUPPORTED = "not_supported"
    """It is known, and cannot be sent on: an attachment, say, or what the vendor has no place for.
    """


_BY_MESSAGE: Final = (
    (re.compile(r"is (missing|needed)\b"), Reason.MISSING),
    (re.compile(r"nested deeper"), Reason.TOO_DEEP),
    (re.compile(r"not understood"), Reason.NOT_UNDERSTOOD),
    (re.compile(r"must be base64|cannot be read|as the vendor gave it"), Reason.UNREADABLE),
    (re.compile(r"must be "), Reason.WRONG_TYPE),
)
"""By our own words, which never hold a caller's."""


def reason_of(message: str) -> Reason:
    """Why a problem was told."""
    known = (reason for pattern, reason in _BY_MESSAGE if pattern.search(message))
    return next(known, Reason.NOT_SUPPORTED)


def normalised(path: str) -> str:
    """A path without indices; a key that is no name of a field may be a value, and is `?`."""
    parts = _INDEX.sub("[]", path).split(".")
    told = ".".join(_told(part) for part in parts)
    return told if 0 < len(told) <= LONGEST_PATH else ELSEWHERE


def _told(part: str) -> str:
    name = part.rstrip("[]")
    return part if not name or is_field_name(name) else f"?{part[len(name) :]}"


class RefusedPaths:
    """Counts in memory, and writes them down."""

    def __init__(self, writer: BatchedWriter, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._writer = writer
        self._clock = clock
        self._counts: Counter[RefusedKey] = Counter()
        self._kinds: set[RefusedKey] = set()
        """Of the day that was counted last."""
        self._tidied: date | None = None
        self.periodic = Periodic("refused paths", self._work, every=EVERY)

    def note(self, wire: str, problems: Iterable[Problem]) -> None:
        """A request was refused for these problems."""
        today = self._clock().date()
        self._count(RefusedKey(today, wire, "", Reason.REQUEST))
        found = {(normalised(one.path), reason_of(one.message)) for one in problems}
        for path, reason in found:
            self._count(RefusedKey(today, wire, path, reason))

    def _count(self, key: RefusedKey) -> None:
        if self._kinds and next(iter(self._kinds)).day != key.day:
            self._kinds.clear()
        if len(self._kinds) >= MOST_KINDS and key not in self._kinds:
            key = key._replace(path=ELSEWHERE if key.path else "")
        self._kinds.add(key)
        self._counts[key] += 1

    async def flush(self) -> None:
        """Write down what was counted; what cannot be written is kept for the next time."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        written = False
        try:
            await self._writer.submit(partial(self._write, counts))
            written = True
        finally:
            if not written:
                self._counts.update(counts)

    async def close(self) -> None:
        """Write down what is left, as far as the database takes it: a stop goes on without."""
        try:
            await self.flush()
        except Exception as error:
            log.warning("refused_paths_not_counted", **describe_exception(error))

    async def tidy(self) -> None:
        """Once a day, forget what is older than counts are kept."""
        today = self._clock().date()
        if self._tidied != today:
            await self._writer.submit(partial(self._forget, today - KEPT))
            self._tidied = today

    async def _write(self, counts: Counter[RefusedKey], session: AsyncSession) -> None:
        await RefusedRepository(session).count(counts)

    async def _forget(self, before: date, session: AsyncSession) -> None:
        await RefusedRepository(session).forget(before)

    async def _work(self) -> bool:
        await self.flush()
        await self.tidy()
        return False
