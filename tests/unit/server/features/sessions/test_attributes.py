"""Metadata, feedback and evaluations as named values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.sessions.attributes import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST,
    Kind,
    Named,
    flattened,
)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("free", Named("metadata.plan", "free", None)),
        (3, Named("metadata.plan", None, 3.0)),
        (2.5, Named("metadata.plan", None, 2.5)),
        (True, Named("metadata.plan", None, 1.0)),
        (False, Named("metadata.plan", None, 0.0)),
        ({"tier": "gold"}, Named("metadata.plan.tier", "gold", None)),
        (["gold"], Named("metadata.plan.0", "gold", None)),
        ("a\0b", Named("metadata.plan", "a\ufffdb", None)),
        ("x" * 2_000, Named("metadata.plan", "x" * LONGEST_TEXT, None)),
        (10**400, Named("metadata.plan", str(10**400)[:LONGEST_TEXT], None)),
    ],
    ids=["text", "whole", "broken", "true", "false", "nested", "list", "nul", "long", "huge"],
)
def test_a_value_has_a_name_and_a_text_or_a_number(value: object, found: Named) -> None:
    assert flattened(Kind.METADATA, {"plan": value}) == [found]


@pytest.mark.parametrize("value", [None, {}, [], {"a": None}])
def test_nothing_has_no_value(value: object) -> None:
    assert flattened(Kind.FEEDBACK, {"rating": value}) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=300), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(max_size=300), VALUES, max_size=5))
@settings(max_examples=100, deadline=None)
def test_names_differ_and_fit_their_columns(values: dict[str, Any]) -> None:
    found = flattened(Kind.EVALUATION, values)
    assert len({one.name for one in found}) == len(found) <= MOST
    assert all(len(one.name) <= LONGEST_NAME and "\0" not in one.name for one in found)
    assert all((one.text is None) != (one.number is None) for one in found)
