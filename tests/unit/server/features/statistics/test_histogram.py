"""Percentiles of classes of times are as near to the true ones as is said."""

from __future__ import annotations

from collections import Counter
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.server.features.statistics.histogram import ERROR_BOUND, class_of, quantile, time_of

_TIMES = st.lists(st.integers(1, 10**7), min_size=1, max_size=60)


@given(_TIMES, st.sampled_from([0.01, 0.5, 0.95, 1.0]))
def test_a_percentile_is_within_the_bound_of_the_true_one(times: list[int], part: float) -> None:
    true = sorted(times)[max(1, ceil(part * len(times))) - 1]
    told = quantile(Counter(map(class_of, times)), part)
    assert told is not None
    assert abs(told - true) <= ERROR_BOUND * true * (1 + 1e-9)


@given(_TIMES, _TIMES)
def test_classes_of_two_hours_are_those_of_both_together(one: list[int], other: list[int]) -> None:
    together = Counter(map(class_of, one)) + Counter(map(class_of, other))
    assert together == Counter(map(class_of, one + other))


def test_no_times_have_no_percentile() -> None:
    assert quantile({}, 0.5) is None


@pytest.mark.parametrize("milliseconds", [-5, 0, 1])
def test_less_than_a_millisecond_counts_as_one(milliseconds: int) -> None:
    assert time_of(class_of(milliseconds)) == 1
