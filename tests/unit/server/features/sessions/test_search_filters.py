"""Filter trees and cursors: what is wrong is told at once, in its place, and never quoted."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.server.errors import Unprocessable
from sluice.server.features.sessions.search.fields import OPS, Target
from sluice.server.features.sessions.search.filters import (
    DEEPEST,
    EVERYTHING,
    MOST_LEAVES,
    All,
    Any_,
    Leaf,
    leaves,
    parsed,
)
from sluice.server.features.sessions.search.ordering import (
    Order,
    Position,
    cursor,
    ordering,
    position_of,
)

SECRET = "jane@example.org"
FINE = {"field": "model", "op": "eq", "value": "m"}


def _nested(depth: int) -> object:
    tree: object = FINE
    for _ in range(depth):
        tree = {"not": tree}
    return tree


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        pytest.param([], "filter", id="a list"),
        pytest.param({}, "filter", id="nothing"),
        pytest.param({"xor": []}, "filter", id="another word"),
        pytest.param({"and": [], "or": []}, "filter", id="two words"),
        pytest.param({"and": []}, "filter.and", id="nothing in and"),
        pytest.param({"or": {}}, "filter.or", id="an object in or"),
        pytest.param({"not": 3}, "filter.not", id="a number in not"),
        pytest.param({"and": [FINE, {"or": [FINE, 5]}]}, "filter.and[1].or[1]", id="deep inside"),
        pytest.param({**FINE, "more": 1}, "filter", id="a key too much"),
        pytest.param({**FINE, "field": SECRET}, "filter.field", id="no field"),
        pytest.param({**FINE, "field": "metadata."}, "filter.field", id="no name"),
        pytest.param({**FINE, "field": "recordings"}, "filter.field", id="of sessions"),
        pytest.param({**FINE, "op": SECRET}, "filter.op", id="no op"),
        pytest.param({**FINE, "op": "gt"}, "filter.op", id="an op of other fields"),
        pytest.param({**FINE, "value": 3}, "filter.value", id="a number as a name"),
        pytest.param({**FINE, "value": ""}, "filter.value", id="an empty text"),
        pytest.param({**FINE, "value": "a\0"}, "filter.value", id="NUL"),
        pytest.param({**FINE, "value": "\ud800"}, "filter.value", id="a surrogate"),
        pytest.param({**FINE, "value": "x" * 1001}, "filter.value", id="too long"),
        pytest.param(
            {"field": "durationMs", "op": "gt", "value": SECRET}, "filter.value", id="no number"
        ),
        pytest.param({"field": "durationMs", "op": "gt", "value": True}, "filter.value", id="true"),
        pytest.param(
            {"field": "tokens", "op": "eq", "value": float("nan")}, "filter.value", id="nan"
        ),
        pytest.param(
            {"field": "tokens", "op": "eq", "value": 2**80}, "filter.value", id="a huge number"
        ),
        pytest.param(
            {"field": "createdAt", "op": "gt", "value": "2026-01-01T00:00:00"},
            "filter.value",
            id="a time without its offset",
        ),
        pytest.param(
            {"field": "tokens", "op": "between", "value": 3}, "filter.value", id="not two"
        ),
        pytest.param(
            {"field": "tokens", "op": "between", "value": [1, SECRET]},
            "filter.value[1]",
            id="the second of two",
        ),
        pytest.param(
            {"field": "complete", "op": "eq", "value": "true"},
            "filter.value",
            id="a text as a flag",
        ),
        pytest.param(
            {"field": "entityTypes", "op": "contains", "value": 'A"B'},
            "filter.value",
            id="no entity type",
        ),
        pytest.param(
            {"field": "metadata.n", "op": "gt", "value": "a"}, "filter.value", id="texts in order"
        ),
        pytest.param(_nested(DEEPEST), "filter" + ".not" * DEEPEST, id="too deep"),
        pytest.param({"and": [FINE] * (MOST_LEAVES + 1)}, "filter", id="too many"),
    ],
)
def test_a_wrong_tree_is_refused_in_its_place(sent: object, path: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        parsed(Target.RECORDINGS, sent)
    assert [problem.path for problem in refused.value.errors] == [path]
    assert SECRET not in json.dumps(refused.value.body("1"))


def test_every_problem_of_a_tree_is_told_at_once() -> None:
    wrong = {"and": [{**FINE, "op": "x"}, {"or": []}, {"not": {**FINE, "value": 1}}]}
    with pytest.raises(Unprocessable) as refused:
        parsed(Target.RECORDINGS, wrong)
    paths = [problem.path for problem in refused.value.errors]
    assert paths == ["filter.and[0].op", "filter.and[1].or", "filter.and[2].not.value"]


def test_negations_stand_at_the_leaves() -> None:
    tree = parsed(Target.RECORDINGS, {"not": {"and": [FINE, {"not": FINE}]}})
    assert isinstance(tree, Any_)
    assert [leaf.negated for leaf in leaves(tree)] == [True, False]
    assert isinstance(parsed(Target.RECORDINGS, {"not": {"or": [FINE, FINE]}}), All)
    assert parsed(Target.RECORDINGS, None) == EVERYTHING


def test_a_filter_shows_no_value_in_its_repr() -> None:
    tree = parsed(Target.RECORDINGS, {**FINE, "value": SECRET})
    assert isinstance(tree, Leaf)
    assert SECRET not in repr(tree)


_json: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["and", "or", "not", "field", "op", "value", "x"]), inner, max_size=3
        )
    ),
    max_leaves=12,
)


@given(_json, st.sampled_from(Target))
def test_any_json_is_a_tree_or_refused(sent: object, target: Target) -> None:
    with suppress(Unprocessable):
        assert all(leaf.op in OPS[leaf.field.kind] for leaf in leaves(parsed(target, sent)))


@given(st.integers(0, 2**61), st.integers(0, 2**61), st.sampled_from(["newest", "oldest"]))
def test_a_cursor_says_where_it_was_made(value: int, row_id: int, order: str) -> None:
    position = Position(value, row_id)
    said = cursor(Target.SESSIONS, Order(order), position)
    assert position_of(Target.SESSIONS, Order(order), said) == position


_OF_SESSIONS = cursor(Target.SESSIONS, Order.NEWEST, Position(1, 1))


@pytest.mark.parametrize(
    "sent",
    ["", "x", "é", "AAAA", "W10", "bnVsbA", "a" * 200, _OF_SESSIONS],
)
def test_a_cursor_that_is_none_of_this_search_is_refused(sent: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        position_of(Target.RECORDINGS, Order.NEWEST, sent)
    assert [problem.path for problem in refused.value.errors] == ["cursor"]


def test_an_order_that_sessions_do_not_have_is_refused() -> None:
    with pytest.raises(Unprocessable):
        ordering(Target.SESSIONS, Order.SLOWEST)
