"""Outputs that are JSON: by a schema, or equal to a value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from sluice.server.features.testruns.evaluators.json_values import JsonEqual, JsonSchema, json_of
from sluice.server.features.testruns.evaluators.scoring import EvaluatedCase, Score

PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {"name": {"type": "string", "pattern": "^[A-Z]"}, "age": {"type": "integer"}},
    "required": ["name"],
    "additionalProperties": False,
    "patternProperties": {"^x_": {"type": "null"}},
}


def by(schema: dict[str, Any], output: str) -> Score:
    return JsonSchema(json_schema=schema).evaluate(EvaluatedCase(), output)


BY_SCHEMA: dict[str, tuple[str, bool]] = {
    "fits": ('{"name": "Ada", "age": 36}', True),
    "fenced": ('```json\n{"name": "Ada"}\n```', True),
    "other pattern": ('{"name": "Ada", "x_note": null}', True),
    "prose around": ('Here it is: {"name": "Ada"}', False),
    "missing": ('{"age": 36}', False),
    "wrong type": ('{"name": "Ada", "age": "36"}', False),
    "wrong pattern": ('{"name": "ada"}', False),
    "one too many": ('{"name": "Ada", "more": 1}', False),
    "pattern's value": ('{"name": "Ada", "x_note": 1}', False),
    "no JSON": ("Ada", False),
    "not a number of JSON": ('{"name": "Ada", "age": NaN}', False),
    "empty": ("", False),
}


@pytest.mark.parametrize("name", BY_SCHEMA)
def test_an_output_follows_a_schema_or_not(name: str) -> None:
    output, passed = BY_SCHEMA[name]
    score = by(PERSON, output)
    assert (score.passed, score.error) == (passed, None)


def test_problems_are_told_by_path_and_keyword() -> None:
    score = by(PERSON, '{"name": "ada", "age": "x"}')
    assert score.detail == "2 problems: $.age: type; $.name: pattern"


REFUSED: dict[str, dict[str, Any]] = {
    "no schema": {},
    "two sources": {"jsonSchema": {}, "source": "case"},
    "wrong type": {"jsonSchema": {"type": "thing"}},
    "wrong inside": {"jsonSchema": {"properties": {"a": {"minimum": "1"}}}},
    "backtracking": {"jsonSchema": {"pattern": "(?=a)"}},
    "backtracking key": {"jsonSchema": {"patternProperties": {"(a)\\1": {}}}},
    "what would ask re": {
        "jsonSchema": {"patternProperties": {"a": {}}, "unevaluatedProperties": False}
    },
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_schema_that_cannot_be_used_is_refused_when_it_is_given(name: str) -> None:
    with pytest.raises(ValidationError):
        JsonSchema.model_validate(REFUSED[name])


def test_a_schema_of_the_case_or_the_version_is_used() -> None:
    schema = {"type": "array"}
    of_case = JsonSchema(source="case")
    of_version = JsonSchema(source="version")
    case = EvaluatedCase(metadata={"json_schema": schema})
    assert of_case.evaluate(case, "[]").passed is True
    assert of_case.evaluate(case, "{}").passed is False
    assert of_version.evaluate(EvaluatedCase(output_schema=schema), "[]").passed is True
    for nothing in (of_case, of_version):
        assert nothing.evaluate(EvaluatedCase(), "[]").passed is None


def test_a_broken_schema_of_a_case_is_an_error_and_no_pass() -> None:
    case = EvaluatedCase(metadata={"json_schema": {"type": 1}})
    score = JsonSchema(source="case").evaluate(case, "[]")
    assert (score.passed, score.error) == (False, "schema")


@pytest.mark.parametrize(
    "target",
    ["https://example.org/schema.json", "file:///etc/hostname", "other.json", "#/nothing"],
    ids=["web", "file", "relative", "inside"],
)
def test_references_lead_nowhere_but_into_the_schema(target: str) -> None:
    score = by({"$ref": target}, "1")
    assert (score.passed, score.error) == (False, "schema")


def test_references_into_the_schema_are_followed() -> None:
    schema = {"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}}
    assert by(schema, "[1, 2]").passed is True
    assert by(schema, '[1, "2"]').passed is False


def _doubling(depth: int) -> dict[str, Any]:
    steps = {
        f"s{n}": {"allOf": [{"$ref": f"#/$defs/s{n + 1}"}, {"$ref": f"#/$defs/s{n + 1}"}]}
        for n in range(depth)
    }
    return {"$ref": "#/$defs/s0", "$defs": {**steps, f"s{depth}": {"type": "integer"}}}


HANGING = {
    "references that double": (_doubling(40), "1"),
    "a reference to itself": ({"$ref": "#"}, "1"),
    "a pattern": ({"pattern": "(a+)+$"}, json.dumps("a" * 5_000 + "b")),
    "a key's pattern": ({"patternProperties": {"(a+)+$": {}}}, json.dumps({"a" * 500 + "b": 1})),
}


@pytest.mark.parametrize("name", HANGING)
def test_hostile_schemas_come_back(name: str) -> None:
    schema, output = HANGING[name]
    score = by(schema, output)
    assert score.passed in (True, False)


def test_deep_outputs_come_back() -> None:
    deep = "[" * 50_000 + "]" * 50_000
    assert by({"items": {"$ref": "#"}}, deep).passed is False
    assert JsonEqual(expected="[]").evaluate(EvaluatedCase(), deep).passed is False


EQUAL: dict[str, tuple[dict[str, Any], str, str, bool | None]] = {
    "same": ({}, '{"a": [1, 2.0]}', '{ "a":[1,2] }', True),
    "order of keys": ({}, '{"b": 1, "a": 2}', '{"a": 2, "b": 1}', True),
    "order of items": ({}, "[1, 2]", "[2, 1]", False),
    "any order of items": ({"ignoreOrder": True}, '[{"a": 1}, "x", 2]', '[2, {"a": 1}, "x"]', True),
    "true is not one": ({}, "true", "1", False),
    "null is not false": ({}, "null", "false", False),
    "one more key": ({}, '{"a": 1, "b": 2}', '{"a": 1}', False),
    "one more key may be": ({"ignoreExtra": True}, '{"a": 1, "b": 2}', '{"a": 1}', True),
    "one key less": ({"ignoreExtra": True}, "{}", '{"a": 1}', False),
    "within the tolerance": ({"tolerance": 0.01}, "100.5", "100", True),
    "beyond the tolerance": ({"tolerance": 0.001}, "100.5", "100", False),
    "expected is no JSON": ({}, "1", "one", None),
    "output is no JSON": ({}, "one", "1", False),
    "own value": ({"expected": {"a": [None]}}, '{"a": [null]}', "1", True),
}


@pytest.mark.parametrize("name", EQUAL)
def test_a_value_is_equal_or_not(name: str) -> None:
    options, output, expected, passed = EQUAL[name]
    evaluator = JsonEqual.model_validate(options)
    assert evaluator.evaluate(EvaluatedCase(expected=expected), output).passed is passed


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(JSON, JSON)
@settings(max_examples=200)
def test_equality_is_that_of_values(one: object, other: object) -> None:
    evaluator = JsonEqual(expected=json.dumps(one))
    assert evaluator.evaluate(EvaluatedCase(), json.dumps(one, indent=2)).passed is True
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert evaluator.evaluate(EvaluatedCase(), json.dumps(other)).passed is same


@given(st.text(max_size=80))
@settings(max_examples=200)
def test_any_text_is_json_or_not(text: str) -> None:
    is_json, value = json_of(text)
    assert is_json or value is None
