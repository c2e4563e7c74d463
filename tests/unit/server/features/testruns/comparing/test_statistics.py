"""The numbers of a comparison: means, intervals, wins, and chance."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.testruns.comparing.statistics import (
    interval,
    mean,
    paired,
    quantile,
    sign_test,
)

SCORES = st.floats(0, 1, allow_nan=False)
PAIRS = st.lists(st.tuples(SCORES, SCORES), max_size=30)


def test_pairs_are_won_lost_or_tied() -> None:
    found = paired([(0.0, 1.0), (1.0, 0.0), (0.5, 0.5 + 1e-12), (0.0, 1.0)])
    assert (found.pairs, found.wins, found.losses, found.ties) == (4, 2, 1, 1)
    assert found.difference == pytest.approx(0.25)


def test_without_pairs_nothing_is_said() -> None:
    found = paired([])
    assert (found.difference, found.interval, found.p_value, found.pairs) == (None, None, None, 0)


@pytest.mark.parametrize(
    ("wins", "losses", "p_value"),
    [(0, 0, None), (1, 0, 1.0), (5, 0, 0.0625), (0, 5, 0.0625), (8, 2, 0.109375), (5, 5, 1.0)],
    ids=["ties alone", "one", "five to none", "none to five", "eight to two", "even"],
)
def test_the_sign_test_is_exact(wins: int, losses: int, p_value: float | None) -> None:
    """Against the tables of the binomial distribution for p = 1/2."""
    assert sign_test(wins, losses) == p_value


def test_the_sign_test_of_many_is_a_number() -> None:
    assert sign_test(30_000, 20_000) == pytest.approx(0, abs=1e-300)
    assert sign_test(10_000, 10_000) == 1.0


@given(PAIRS)
@settings(max_examples=80)
def test_swapping_the_runs_swaps_the_signs(pairs: list[tuple[float, float]]) -> None:
    there, back = paired(pairs), paired([(b, a) for a, b in pairs])
    assert (there.wins, there.losses, there.ties) == (back.losses, back.wins, back.ties)
    assert there.p_value == back.p_value
    if there.difference is not None and back.difference is not None:
        assert there.difference == pytest.approx(-back.difference)
    if there.interval is not None and back.interval is not None:
        assert there.interval.low <= there.interval.high


@given(st.lists(SCORES, min_size=2, max_size=40))
@settings(max_examples=60)
def test_an_interval_lies_among_the_values_and_is_always_the_same(values: list[float]) -> None:
    found = interval(values)
    assert found is not None
    assert min(values) - 1e-9 <= found.low <= found.high <= max(values) + 1e-9
    assert interval(values) == found


@pytest.mark.parametrize("pairs", [200, 500, 600, 20_000])
def test_an_interval_is_about_as_wide_as_theory_has_it(pairs: int) -> None:
    """For n yes-or-no values the standard error is sqrt(p (1 - p) / n)."""
    found = interval([0.0, 1.0] * pairs)
    assert found is not None
    wide = 2 * 1.96 * math.sqrt(0.25 / (2 * pairs))
    assert found.high - found.low == pytest.approx(wide, rel=0.1)


@pytest.mark.parametrize("values", [[], [0.5]], ids=["nothing", "one"])
def test_too_few_values_have_no_interval(values: list[float]) -> None:
    assert interval(values) is None


@given(st.lists(st.integers(0, 100), min_size=1, max_size=50), st.floats(0.01, 1))
@settings(max_examples=100)
def test_a_quantile_is_a_value_that_so_many_do_not_exceed(values: list[int], share: float) -> None:
    found = quantile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_of_nothing_there_is_no_mean_and_no_quantile() -> None:
    assert (mean([]), quantile([], 0.5)) == (None, None)
