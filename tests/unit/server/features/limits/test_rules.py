"""What a refused call is told, and where months begin."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sluice.server.errors import RateLimited
from sluice.server.features.limits import rules as limits
from sluice.server.features.limits.rules import Limits, MonthSoFar, Used, Whose

NOW = datetime(2026, 11, 30, 23, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "used", "code"),
    [
        pytest.param(Limits(), Used(10**9, 10**9), None, id="nothing-is-limited"),
        pytest.param(Limits(monthly_tokens=5), Used(4, 0), None, id="tokens-left"),
        pytest.param(Limits(monthly_tokens=5), Used(5, 0), "monthly_tokens", id="tokens-used-up"),
        pytest.param(Limits(monthly_budget=5), Used(9, 4), None, id="money-left"),
        pytest.param(Limits(monthly_budget=5), Used(0, 5), "monthly_budget", id="money-used-up"),
        pytest.param(Limits(monthly_budget=0), Used(), "monthly_budget", id="no-money-at-all"),
    ],
)
def test_a_month_ends_when_its_tokens_or_money_are_used_up(
    given: Limits, used: Used, code: str | None
) -> None:
    if code is None:
        limits.check_month(Whose.KEY, given, used, NOW)
        return
    with pytest.raises(RateLimited) as refused:
        limits.check_month(Whose.KEY, given, used, NOW)
    assert (refused.value.status, refused.value.code, refused.value.retry_after) == (429, code, 30)


def test_waiting_is_told_in_whole_seconds_and_never_none() -> None:
    just_now = limits.over_requests(Whose.KEY, 3, NOW - timedelta(seconds=59.99), NOW)
    assert (just_now.retry_after, just_now.code) == (1, "requests_per_minute")
    assert limits.over_requests(Whose.KEY, 3, NOW - timedelta(seconds=20.5), NOW).retry_after == 40
    assert limits.over_tokens(Whose.KEY, 3, 12.1).retry_after == 13
    assert limits.over_streams(Whose.KEY, 1).code == "concurrent_streams"


@pytest.mark.parametrize(
    ("moment", "begins", "ends"),
    [
        pytest.param((2026, 1, 31), (2026, 1, 1), (2026, 2, 1), id="long-month"),
        pytest.param((2028, 2, 29), (2028, 2, 1), (2028, 3, 1), id="leap-day"),
        pytest.param((2026, 12, 1), (2026, 12, 1), (2027, 1, 1), id="end-of-the-year"),
    ],
)
def test_months_are_those_of_the_calendar(
    moment: tuple[int, int, int], begins: tuple[int, int, int], ends: tuple[int, int, int]
) -> None:
    given = datetime(*moment, 13, 7, tzinfo=UTC)
    assert limits.month_of(given) == datetime(*begins, tzinfo=UTC)
    assert limits.next_month(given) == datetime(*ends, tzinfo=UTC)


def test_a_sum_that_moves_on_adds_what_came_in_between() -> None:
    sum_ = MonthSoFar(NOW, NOW, Used(1, 2)).moved(NOW + timedelta(hours=1), Used(10, 20))
    assert (sum_.used, sum_.until) == (Used(11, 22), NOW + timedelta(hours=1))


def test_an_error_names_whose_limit_was_met() -> None:
    of_instance = limits.over_streams(Whose.INSTANCE, 1)
    assert of_instance.code == "instance_concurrent_streams"
    assert "This model instance may use 1 streams at once" in str(of_instance)
    assert "This API token" in str(limits.over_streams(Whose.KEY, 1))


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(limits.over_requests(Whose.KEY, 0, NOW, NOW), id="requests"),
        pytest.param(limits.over_tokens(Whose.KEY, 0, 60), id="tokens"),
        pytest.param(limits.over_streams(Whose.KEY, 0), id="streams"),
    ],
)
def test_a_limit_of_nothing_does_not_say_to_try_again(refused: RateLimited) -> None:
    assert "no call may begin until an administrator raises it" in str(refused)
    assert "try again" not in str(refused)
