"""Sums over what ended, keyed as the tables keep them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from sluice.server.features.statistics.ended import Ended, Ending, SourceName
from sluice.server.features.statistics.histogram import class_of

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)


class Grain(StrEnum):
    """How long a stretch is counted together."""

    HOUR = "hour"
    DAY = "day"

    def start(self, moment: datetime) -> datetime:
        """When the stretch began in which this moment lies (UTC)."""
        hour = 0 if self is Grain.DAY else moment.hour
        return moment.replace(hour=hour, minute=0, second=0, microsecond=0)

    @property
    def length(self) -> timedelta:
        """How long one is."""
        return DAY if self is Grain.DAY else HOUR


class Kind(StrEnum):
    """What is counted by name."""

    ENTITY = "entity"
    FAILURE = "failure"
    DURATION = "duration"
    FIRST_TOKEN = "first_token"  # noqa: S105 (a time, no password)


class SumKey(NamedTuple):
    """Of what a sum is."""

    grain: str
    starts_at: datetime
    source: str
    space_id: int
    model_instance_id: int
    provider: str
    model: str


class CountKey(NamedTuple):
    """Of what a count is."""

    grain: str
    kind: str
    starts_at: datetime
    source: str
    space_id: int
    model_instance_id: int
    name: str
    detail: str


class UserKey(NamedTuple):
    """Whose use of what, on which day."""

    model_instance_id: int
    day: date
    user_id: int


@dataclass(slots=True)
class Sums:
    """Calls, tokens, and cost in millionths of a dollar."""

    calls: int = 0
    failed: int = 0
    blocked: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: int = 0
    unpriced: int = 0

    def add(self, one: Ended) -> None:
        """One more."""
        self.calls += 1
        self.failed += one.ending is Ending.FAILED
        self.blocked += one.ending is Ending.BLOCKED
        self.input_tokens += one.input_tokens
        self.output_tokens += one.output_tokens
        self.cost += one.cost or 0
        self.unpriced += one.cost is None and one.ending is Ending.ANSWERED

    def merge(self, other: Sums) -> None:
        """Those of another stretch."""
        for name in SUMMED:
            setattr(self, name, getattr(self, name) + getattr(other, name))


SUMMED: Final = tuple(Sums.__dataclass_fields__)


@dataclass(slots=True)
class Totals:
    """Everything that a portion of what ended adds to the tables."""

    grains: tuple[Grain, ...] = (Grain.HOUR, Grain.DAY)
    sums: dict[SumKey, Sums] = field(default_factory=lambda: defaultdict(Sums))
    counts: Counter[CountKey] = field(default_factory=Counter)
    users: Counter[UserKey] = field(default_factory=Counter)

    def add_all(self, source: SourceName, rows: Iterable[Ended]) -> None:
        """Some more of one source."""
        for one in rows:
            counted = Counter(_counted(one))
            for grain in self.grains:
                self._add(grain, source, one, counted)
            if one.model_instance_id and one.user_id:
                self.users[UserKey(one.model_instance_id, one.began_at.date(), one.user_id)] += 1

    def _add(
        self, grain: Grain, source: SourceName, one: Ended, counted: Counter[tuple[str, str, str]]
    ) -> None:
        at, of = grain.start(one.began_at), (source.value, one.space_id, one.model_instance_id)
        self.sums[SumKey(grain.value, at, *of, one.provider, one.model)].add(one)
        for (kind, name, detail), number in counted.items():
            self.counts[CountKey(grain.value, kind, at, *of, name, detail)] += number


def _counted(one: Ended) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = defaultdict(int)
    for manifest in one.manifests:
        for entity_type, actions in manifest.items():
            for action, number in actions.items():
                found[Kind.ENTITY.value, entity_type, action] += number
    if one.ending is Ending.FAILED:
        found[Kind.FAILURE.value, one.provider, one.error_code or "unknown"] += 1
    for kind, took in ((Kind.DURATION, one.duration_ms), (Kind.FIRST_TOKEN, one.first_token_ms)):
        if took is not None and one.ending is Ending.ANSWERED:
            found[kind.value, str(class_of(took)), ""] += 1
    return found
