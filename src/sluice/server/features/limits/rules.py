"""What an API token or a model instance may use, and how a call over a limit is refused (pure).

Calls are counted where they are recorded, in the transaction that begins a call. On SQLite there
is one writer at a time; on PostgreSQL the row that holds the limits is locked first. So a limit
holds for all workers and replicas together. What has no limits is not counted at all.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sluice.server.errors import RateLimited, Unprocessable
from sluice.server.providers.base import Usage

MINUTE: Final = timedelta(minutes=1)
MICRODOLLARS: Final = 1_000_000
"""In a US dollar."""
STREAM_RETRY_SECONDS: Final = 1.0
"""When to ask again where another stream has to end first."""
CHARS_A_TOKEN: Final = 4
"""Code points of a token, where nobody counted: a rule of thumb for English."""


class Closed(RateLimited):
    """A limit of nothing: however long somebody waits, no call may begin until it is changed."""


class Whose(StrEnum):
    """Whose limits they are, as people are told."""

    KEY = "API token"
    INSTANCE = "model instance"

    def code(self, limit: str) -> str:
        """The code of an error that names a limit."""
        return limit if self is Whose.KEY else f"instance_{limit}"


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be used; None does not limit. Months are those of UTC."""

    requests_per_minute: int | None = None
    """Calls that begin within any sixty seconds."""
    tokens_per_minute: int | None = None
    """Input and output tokens of calls that ended within sixty seconds, and what is expected of
    those that run."""
    concurrent_streams: int | None = None
    """Streamed calls that run at once."""
    monthly_tokens: int | None = None
    monthly_budget: int | None = None
    """Millionths of a US dollar."""

    @property
    def by_month(self) -> bool:
        """Whether a month's use has to be known."""
        return self.monthly_tokens is not None or self.monthly_budget is not None


NO_LIMITS: Final = Limits()


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens, and millionths of a US dollar."""

    tokens: int = 0
    cost: int = 0

    def __add__(self, other: Used) -> Used:
        return Used(self.tokens + other.tokens, self.cost + other.cost)


@dataclass(frozen=True, slots=True)
class MonthSoFar:
    """A sum that need not be made again: what calls used from `month` until `until`.

    Calls that ended since are added at each question. A call's end is written a moment after the
    time that it names, so the sum stays `LAG` behind.
    """

    month: datetime
    until: datetime
    used: Used = Used()

    def moved(self, until: datetime, used: Used) -> MonthSoFar:
        """The same with what came until `until`."""
        return replace(self, until=until, used=self.used + used)


LAG: Final = timedelta(minutes=5)
"""Longer than any transaction waits, and than the clocks of two replicas may differ."""
MOVE_AFTER: Final = timedelta(minutes=15)


def month_of(moment: datetime) -> datetime:
    """The beginning of its month."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(moment: datetime) -> datetime:
    """The beginning of the month after it."""
    return month_of(month_of(moment) + timedelta(days=32))


def estimated(expected_input: int, said: int) -> Usage:
    """What counts where the provider told nothing; `said` is the answer's length."""
    return Usage(expected_input, -(-said // CHARS_A_TOKEN))


def over_requests(whose: Whose, limit: int, oldest: datetime, now: datetime) -> RateLimited:
    """`oldest` is the call that has to be a minute old before another may begin."""
    wait = (oldest + MINUTE - now).total_seconds()
    allowed = f"{limit} requests a minute"
    return _over(whose, "requests_per_minute", limit, allowed, wait)


def over_tokens(whose: Whose, limit: int, wait: float) -> RateLimited:
    """`wait`: seconds until enough of what was used is a minute old."""
    allowed = f"{limit} tokens a minute"
    return _over(whose, "tokens_per_minute", limit, allowed, wait)


def over_streams(whose: Whose, limit: int) -> RateLimited:
    """As many streams run as may."""
    allowed = f"{limit} streams at once"
    return _over(whose, "concurrent_streams", limit, allowed, STREAM_RETRY_SECONDS)


def check_month(whose: Whose, limits: Limits, used: Used, now: datetime) -> None:
    """Raise `RateLimited` when the month's tokens or money are used up."""
    wait = (next_month(now) - now).total_seconds()
    if limits.monthly_tokens is not None and used.tokens >= limits.monthly_tokens:
        allowed = f"{limits.monthly_tokens} tokens a month"
        raise _over(whose, "monthly_tokens", limits.monthly_tokens, allowed, wait)
    if limits.monthly_budget is not None and used.cost >= limits.monthly_budget:
        allowed = f"{dollars(limits.monthly_budget)} a month"
        raise _over(whose, "monthly_budget", limits.monthly_budget, allowed, wait)


def without_price(whose: Whose, provider: str) -> Unprocessable:
    """A budget cannot hold for what nobody knows the price of."""
    return Unprocessable(
        f"This {whose} has a monthly budget, and the price of the model is not known; "
        f"an administrator can add it to the file of prices (provider {provider}).",
        code="price_unknown",
    )


def dollars(microdollars: int) -> str:
    """For people: `$12.50`."""
    return f"${microdollars / MICRODOLLARS:,.2f}"


def told(limits: Limits) -> dict[str, int]:
    """For the audit log: only what limits."""
    values = {
        "requests_per_minute": limits.requests_per_minute,
        "tokens_per_minute": limits.tokens_per_minute,
        "concurrent_streams": limits.concurrent_streams,
        "monthly_tokens": limits.monthly_tokens,
        "monthly_budget": limits.monthly_budget,
    }
    return {name: value for name, value in values.items() if value is not None}


def _over(whose: Whose, limit: str, number: int, allowed: str, wait: float) -> RateLimited:
    seconds = max(1.0, float(math.ceil(wait)))
    code = whose.code(limit)
    if number == 0:
        said = (
            f"This {whose} may use {allowed}: no call may begin until an administrator raises it."
        )
        return Closed(said, code=code, retry_after=seconds)
    said = f"This {whose} may use {allowed}, and has used them; try again in {seconds:.0f} s."
    return RateLimited(said, code=code, retry_after=seconds)
