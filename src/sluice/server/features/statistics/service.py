"""What calls, chats and recordings of a time came to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.auth.users import UserService
from sluice.server.features.statistics.ended import Ended, Source, SourceName
from sluice.server.features.statistics.histogram import quantile
from sluice.server.features.statistics.periods import Range
from sluice.server.features.statistics.repository import BEGINNING, StatisticsRepository
from sluice.server.features.statistics.schemas import (
    BucketOut,
    EntityOut,
    FailureOut,
    InstanceOut,
    ModelOut,
    SourceOut,
    StatisticsOut,
    SumsOut,
    TimesBucketOut,
    TimesOut,
    UserOfInstanceOut,
)
from sluice.server.features.statistics.sums import DAY, Grain, Kind, SumKey, Sums, Totals
from sluice.server.features.statistics.wanted import Of, Stretch
from sluice.server.kit.database import Database, utc_now

LIVE_MOST: Final = 3_000
"""Rows of a source that are read directly, the oldest first: some hundred milliseconds' work."""
BACKLOG: Final = timedelta(minutes=15)
"""What happened longer ago must be told, or it is said that something is missing."""
ATTEMPTS: Final = 5
_TIMES: Final = (Kind.DURATION, Kind.FIRST_TOKEN)


class Names(Protocol):
    """What statistics ask about what they count."""

    async def labels(self, session: AsyncSession) -> dict[int, str]:
        """The names of model instances by id."""
        ...


@dataclass(slots=True)
class _Found:
    """What is gathered, keyed as it is told."""

    series: dict[datetime, Sums] = field(default_factory=lambda: defaultdict(Sums))
    sources: dict[str, Sums] = field(default_factory=lambda: defaultdict(Sums))
    instances: dict[int, Sums] = field(default_factory=lambda: defaultdict(Sums))
    models: dict[tuple[str, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    times: dict[tuple[str, datetime | None], dict[int, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )
    """Classes of times by kind and bucket; None for all of them."""
    named: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    complete: bool = True

    def add(self, key: SumKey, sums: Sums, *, bucket: bool, rest: bool) -> None:
        """A sum of an hour or a day, for the buckets or for the rest."""
        if bucket:
            self.series[key.starts_at].merge(sums)
        if rest:
            self.sources[key.source].merge(sums)
            self.instances[key.model_instance_id].merge(sums)
            self.models[key.provider, key.model].merge(sums)

    def add_count(self, kind: str, name: str, detail: str, count: int) -> None:
        """Something of one kind in the whole time."""
        if kind in _TIMES:
            self.times[kind, None][int(name)] += count
        else:
            self.named[kind, name, detail] += count

    def told(self, kind: Kind, at: datetime | None = None) -> TimesOut:
        """The percentiles of one kind of times."""
        classes = self.times.get((kind.value, at), {})
        p50, p95 = quantile(classes, 0.5), quantile(classes, 0.95)
        return TimesOut(p50=p50, p95=p95, measured=sum(classes.values()))


class Statistics:
    """The service of statistics."""

    def __init__(
        self,
        database: Database,
        sources: Sequence[Source],
        names: Names,
        users: UserService,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._database = database
        self._sources = sources
        self._names = names
        self._users = users
        self._clock = clock

    async def read(self, caller: Caller, wanted: Range, of: Of | None = None) -> StatisticsOut:
        """The statistics of a time; what happened a moment ago counts too."""
        caller.require(Permission.VIEW_USAGE)
        async with self._database.read() as session:
            found = await self._consistent(session, wanted, of or Of())
            names = await self._names.labels(session)
        return _told(wanted, found, names)

    async def sources(self, caller: Caller, wanted: Range) -> set[SourceName]:
        """Where calls of a time came from."""
        caller.require(Permission.VIEW_USAGE)
        found: set[str] = set()
        async with self._database.read() as session:
            repository = StatisticsRepository(session)
            progress = await repository.progress()
            for (source,), sums in await repository.sums_by(wanted.in_buckets(), Of(), ("source",)):
                found |= {source} if sums.calls else set()
            totals, _ = await self._live(session, progress, wanted, Of(), _Found())
        return {SourceName(one) for one in found | {key.source for key in totals.sums}}

    async def by_instance(self, caller: Caller, wanted: Range) -> dict[int, list[SumsOut]]:
        """Every hour or day of each model instance that was used, by the instance's id."""
        caller.require(Permission.VIEW_USAGE)
        names = ("starts_at", "model_instance_id")
        found: dict[int, dict[datetime, Sums]] = defaultdict(lambda: defaultdict(Sums))
        async with self._database.read() as session:
            repository = StatisticsRepository(session)
            progress = await repository.progress()
            for (at, instance), sums in await repository.sums_by(wanted.in_buckets(), Of(), names):
                found[instance][at].merge(sums)
            totals, _ = await self._live(session, progress, wanted, Of(), _Found())
        for key, sums in totals.sums.items():
            found[key.model_instance_id][key.starts_at].merge(sums)
        return {
            instance: [SumsOut(**_out(sums.get(at, Sums()))) for at in wanted.buckets()]
            for instance, sums in found.items()
        }

    async def used_since(
        self, session: AsyncSession, model_instance_id: int, since: datetime
    ) -> tuple[int, int]:
        """Tokens of an instance's calls and chats, and their cost, from the day of `since` on."""
        now = self._clock()
        wanted = Range(Grain.DAY.start(since), Grain.DAY.start(now) + DAY, Grain.DAY)
        found = await self._consistent(session, wanted, Of(model_instance_id=model_instance_id))
        totals = Sums()
        for sums in found.instances.values():
            totals.merge(sums)
        return totals.input_tokens + totals.output_tokens, totals.cost

    async def users(
        self, caller: Caller, model_instance_id: int, days: int = 30, *, most: int | None = None
    ) -> list[UserOfInstanceOut]:
        """Who used a model instance in the last days, most calls first; to the last minutes.

        `most`: only so many of them.
        """
        caller.require(Permission.VIEW_USAGE)
        since = (self._clock() - timedelta(days=days)).date()
        async with self._database.read() as session:
            rows = await StatisticsRepository(session).users(model_instance_id, since, most)
            people = await self._users.people(session, [row.user_id for row in rows])
        return [
            UserOfInstanceOut(
                user_id=row.user_id,
                email=people[row.user_id].email if row.user_id in people else None,
                name=people[row.user_id].name if row.user_id in people else None,
                calls=int(row.calls),
                last_day=row.last_day,
            )
            for row in rows
        ]

    async def _consistent(self, session: AsyncSession, wanted: Range, of: Of) -> _Found:
        """Both what is counted and what is not, though it may be counted just now."""
        repository = StatisticsRepository(session)
        for _ in range(ATTEMPTS):
            progress, found = await repository.progress(), _Found()
            await self._add_counted(repository, wanted, of, found)
            await self._add_live(session, progress, wanted, of, found)
            if await repository.progress() == progress:
                return found
        found.complete = False
        return found

    async def _add_counted(
        self, repository: StatisticsRepository, wanted: Range, of: Of, found: _Found
    ) -> None:
        columns = ("starts_at", "source", "model_instance_id", "provider", "model")
        for (at,), sums in await repository.sums_by(wanted.in_buckets(), of, columns[:1]):
            found.series[at].merge(sums)
        for (kind, at, number), count in await repository.counts_by(
            wanted.times_stretch(), of, _TIMES, ("kind", "starts_at", "name")
        ):
            found.times[kind, at][int(number)] += count
        for stretch in wanted.stretches():
            for (source, instance, *model), sums in await repository.sums_by(
                stretch, of, columns[1:]
            ):
                key = SumKey("", stretch.since, source, 0, instance, model[0], model[1])
                found.add(key, sums, bucket=False, rest=True)
            for (kind, name, detail), count in await repository.counts_by(
                stretch, of, Kind, ("kind", "name", "detail")
            ):
                found.add_count(kind, name, detail, count)

    async def _add_live(
        self,
        session: AsyncSession,
        progress: Mapping[str, datetime],
        wanted: Range,
        of: Of,
        found: _Found,
    ) -> None:
        totals, times = await self._live(session, progress, wanted, of, found)
        for key, sums in totals.sums.items():
            found.add(key, sums, bucket=True, rest=True)
        for counted, count in totals.counts.items():
            found.add_count(counted.kind, counted.name, counted.detail, count)
        for counted, count in times.counts.items():
            if counted.kind in _TIMES:
                found.times[counted.kind, counted.starts_at][int(counted.name)] += count

    async def _live(
        self,
        session: AsyncSession,
        progress: Mapping[str, datetime],
        wanted: Range,
        of: Of,
        found: _Found,
    ) -> tuple[Totals, Totals]:
        """What is not counted yet, by bucket, and for percentiles by theirs.

        `found` is told whether that is everything.
        """
        totals, times = Totals((wanted.bucket,)), Totals((wanted.times_bucket,))
        for source in self._sources:
            if of.source in (None, source.name.value):
                since = progress.get(source.name.value, BEGINNING)
                rows = await source.ended(session, since, None, LIVE_MOST)
                late = len(rows) == LIVE_MOST and rows[-1].ended_at < self._clock() - BACKLOG
                found.complete &= not late
                rows = [row for row in rows if _is_of(row, of)]
                totals.add_all(source.name, _between(rows, wanted.in_buckets()))
                times.add_all(source.name, _between(rows, wanted.times_stretch()))
        return totals, times


def _is_of(row: Ended, of: Of) -> bool:
    return of.space_id in (None, row.space_id) and of.model_instance_id in (
        None,
        row.model_instance_id,
    )


def _between(rows: Sequence[Ended], stretch: Stretch) -> list[Ended]:
    return [row for row in rows if stretch.since <= row.began_at < stretch.until]


def _told(wanted: Range, found: _Found, names: Mapping[int, str]) -> StatisticsOut:
    totals = Sums()
    for sums in found.sources.values():
        totals.merge(sums)
    return StatisticsOut(
        since=wanted.since,
        until=wanted.until,
        bucket=wanted.bucket,
        totals=SumsOut.model_validate(_out(totals)),
        series=[_bucket(found, at) for at in wanted.buckets()],
        times_bucket=wanted.times_bucket,
        times=[_times(found, at) for at in wanted.times_buckets()],
        by_source=[
            SourceOut(source=SourceName(name), **_out(sums))
            for name, sums in sorted(found.sources.items())
        ],
        by_instance=[
            InstanceOut(model_instance_id=number or None, name=names.get(number), **_out(sums))
            for number, sums in sorted(found.instances.items(), key=_dearest)
        ],
        by_model=[
            ModelOut(provider=provider or None, model=model or None, **_out(sums))
            for (provider, model), sums in sorted(found.models.items(), key=_dearest)
        ],
        entities=_entities(found),
        failures=_failures(found),
        duration_ms=found.told(Kind.DURATION),
        first_token_ms=found.told(Kind.FIRST_TOKEN),
        complete=found.complete,
    )


def _bucket(found: _Found, at: datetime) -> BucketOut:
    return BucketOut(at=at, **_out(found.series.get(at, Sums())))


def _times(found: _Found, at: datetime) -> TimesBucketOut:
    whole, first = (found.told(kind, at) for kind in _TIMES)
    return TimesBucketOut(at=at, duration_ms=whole, first_token_ms=first)


def _out(sums: Sums) -> dict[str, int]:
    return {
        "calls": sums.calls,
        "failed": sums.failed,
        "blocked": sums.blocked,
        "input_tokens": sums.input_tokens,
        "output_tokens": sums.output_tokens,
        "cost_microdollars": sums.cost,
        "calls_of_unknown_cost": sums.unpriced,
    }


def _dearest(item: tuple[object, Sums]) -> tuple[int, int, str]:
    key, sums = item
    return -sums.cost, -sums.calls, str(key)


def _entities(found: _Found) -> list[EntityOut]:
    actions: dict[str, dict[str, int]] = defaultdict(dict)
    for (kind, name, detail), count in sorted(found.named.items()):
        if kind == Kind.ENTITY:
            actions[name][detail] = count
    told = [
        EntityOut(entity_type=name, count=sum(of.values()), actions=of)
        for name, of in actions.items()
    ]
    return sorted(told, key=lambda one: (-one.count, one.entity_type))


def _failures(found: _Found) -> list[FailureOut]:
    told = [
        FailureOut(provider=provider, error_code=code, count=count)
        for (kind, provider, code), count in found.named.items()
        if kind == Kind.FAILURE
    ]
    return sorted(told, key=lambda one: (-one.count, one.provider, one.error_code))
