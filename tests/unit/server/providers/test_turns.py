"""Ids that fit, schemas that are closed: what all vendors' bodies have in common."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.providers.turns import close_objects, fitting_id, is_closed

NINE = re.compile(r"[A-Za-z0-9]{9}", re.ASCII)


@settings(max_examples=100)
@given(st.text(max_size=40))
def test_an_id_is_always_made_to_fit_in_the_same_way(call_id: str) -> None:
    """A call and its answer are told apart from others and never from each other."""
    made = fitting_id(call_id, NINE, 9)
    assert NINE.fullmatch(made)
    assert made == fitting_id(call_id, NINE, 9) == fitting_id(made, NINE, 9)


def test_two_ids_stay_two() -> None:
    """However alike they are."""
    assert len({fitting_id(f"call_{number}", NINE, 9) for number in range(1000)}) == 1000


EMPTY: dict[str, Any] = {"type": "object", "properties": {}, "additionalProperties": False}
ONE: dict[str, Any] = EMPTY | {"properties": {"a": {"type": "string"}}, "required": ["a"]}
SCHEMAS: list[tuple[dict[str, Any], bool]] = [
    (EMPTY, True),
    (ONE, True),
    ({"type": "array", "items": ONE}, True),
    ({"anyOf": [ONE, {"type": "null"}]}, True),
    ({"$defs": {"x": ONE}, "$ref": "#/$defs/x"}, True),
    ({"const": {"type": "object"}}, True),
    ({"type": "object"}, False),
    (ONE | {"required": None}, False),
    (ONE | {"required": "a"}, False),
    (ONE | {"required": []}, False),
    (ONE | {"additionalProperties": True}, False),
    (EMPTY | {"required": ["b"]}, False),
    ({"type": "array", "items": {"type": ["object", "null"]}}, False),
    ({"anyOf": [ONE, {"type": "object", "properties": {}}]}, False),
]


@pytest.mark.parametrize(("schema", "closed"), SCHEMAS, ids=range(len(SCHEMAS)))
def test_a_schema_is_closed_or_not(schema: dict[str, Any], closed: bool) -> None:
    """Closed is one whose objects need all that they name and take nothing else."""
    assert is_closed(schema) is closed


def test_closing_changes_open_objects_alone() -> None:
    """Nothing that the schema says is changed, and the caller's own schema is not touched."""
    schema = {"type": "array", "items": {"type": "object", "additionalProperties": {}}}
    assert close_objects(schema) == schema
    values = {"const": {"type": "object"}, "enum": [{"type": "object"}]}
    assert close_objects(values) == values
    opened = {"anyOf": [{"type": "object"}, ONE]}
    assert close_objects(opened)["anyOf"] == [
        {"type": "object", "additionalProperties": False},
        ONE,
    ]
    assert opened == {"anyOf": [{"type": "object"}, ONE]}


def test_a_bottomless_schema_is_not_taken_for_closed() -> None:
    """What is too deep to be looked through is not promised anything for."""
    deep: dict[str, Any] = ONE
    for _ in range(500):
        deep = {"items": deep}
    assert not is_closed(deep)
    assert close_objects(deep) == deep
