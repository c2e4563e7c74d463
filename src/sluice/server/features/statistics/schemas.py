"""Statistics on the wire."""

from __future__ import annotations

from datetime import date

from sluice.server.features.statistics.ended import SourceName
from sluice.server.features.statistics.histogram import ERROR_BOUND
from sluice.server.features.statistics.sums import Grain
from sluice.server.kit.wire import WireModel, WireTime


class SumsOut(WireModel):
    """Calls, tokens and cost."""

    calls: int = 0
    failed: int = 0
    """Those that failed or were interrupted."""
    blocked: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_microdollars: int = 0
    """Of the calls whose cost is known."""
    calls_of_unknown_cost: int = 0
    """Calls that were answered, with no price or no count of tokens."""


class TimesOut(WireModel):
    """How long calls took, in milliseconds; null where none were measured."""

    p50: float | None = None
    p95: float | None = None
    measured: int = 0
    """How many calls tell it."""


class BucketOut(SumsOut):
    """One hour or day (UTC)."""

    at: WireTime


class TimesBucketOut(WireModel):
    """How long the calls of one hour or day (UTC) took."""

    at: WireTime
    duration_ms: TimesOut = TimesOut()
    first_token_ms: TimesOut = TimesOut()


class SourceOut(SumsOut):
    """One source."""

    source: SourceName


class InstanceOut(SumsOut):
    """One model instance."""

    model_instance_id: int | None
    """Null for what was recorded without one."""
    name: str | None
    """Null where there is none; also of a deleted instance."""


class ModelOut(SumsOut):
    """One model of a provider."""

    provider: str | None
    model: str | None


class EntityOut(WireModel):
    """One entity type."""

    entity_type: str
    count: int
    actions: dict[str, int]
    """How often which action was taken."""


class FailureOut(WireModel):
    """One kind of failure of a provider."""

    provider: str
    error_code: str
    count: int


class StatisticsOut(WireModel):
    """What calls, chats and recordings of a time came to."""

    since: WireTime
    until: WireTime
    bucket: Grain
    totals: SumsOut
    series: list[BucketOut]
    """Every hour or day of the time, also those in which nothing happened."""
    times_bucket: Grain
    times: list[TimesBucketOut]
    """Every hour, of more than two days every day; then the first one as a whole."""
    by_source: list[SourceOut]
    by_instance: list[InstanceOut]
    """The dearest first, then the most used."""
    by_model: list[ModelOut]
    entities: list[EntityOut]
    """The most frequent first."""
    failures: list[FailureOut]
    duration_ms: TimesOut
    first_token_ms: TimesOut
    percentile_error: float = ERROR_BOUND
    """Percentiles are at most this part too high or too low."""
    complete: bool
    """False while a backlog is counted: some of what happened is missing then."""


class UserOfInstanceOut(WireModel):
    """Somebody who used a model instance."""

    user_id: int
    email: str | None
    name: str | None
    calls: int
    last_day: date
