"""Evaluators of outputs that are JSON (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, Final, Literal

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend
from pydantic import model_validator
from referencing import Registry
from referencing.exceptions import Unresolvable

from sluice.engine.scan_linear import TooMuchWork, Unsupported
from sluice.server.features.testruns.evaluators.expressions import TOO_MUCH_WORK, Expression
from sluice.server.features.testruns.evaluators.scoring import (
    NO_EXPECTED,
    EvaluatedCase,
    EvaluatorDocument,
    Score,
    failed,
    judged,
)
from sluice.server.features.testruns.evaluators.texts import Name, Share, Value

Validator = Any
"""Of the library's validator classes, which have no public type."""
Check = Callable[[Validator, Any, Any, dict[str, Any]], Iterator[ValidationError] | None]

MOST_STEPS: Final = 200_000
"""Keywords of a schema that are applied to one output: references can multiply them."""
SHOWN: Final = 10
"""Problems that a detail names."""
_FENCED: Final = re.compile(r"```(?:json|JSON)?[ \t]*\n(.*?)\n?```", re.DOTALL)
_REMOTE_FREE: Final[Registry[Any]] = Registry()
"""Knows no document but the schema itself: nothing is fetched, from nowhere."""
_steps: Final[ContextVar[list[int]]] = ContextVar("steps")


def json_of(text: str) -> tuple[bool, Any]:
    """Whether a text is JSON, and its value; a fenced block of Markdown alone counts as well."""
    text = text.strip()
    fenced = _FENCED.fullmatch(text)
    try:
        return True, json.loads(text if fenced is None else fenced[1], parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False, None


def _refuse(constant: str) -> float:
    raise ValueError


class JsonSchema(EvaluatorDocument):
    """The output is JSON that follows a schema (draft 2020-12).

    `pattern` and `patternProperties` are matched as the evaluator `regex` does it. References lead
    nowhere but into the schema itself.
    """

    kind: Literal["json_schema"] = "json_schema"
    name: Name = "json_schema"
    json_schema: dict[str, Any] | None = None
    source: Literal["evaluator", "case", "version"] = "evaluator"
    """Whose schema: this document's, the one in the test case's metadata under `json_schema`, or
    the output schema of the template version."""

    @model_validator(mode="after")
    def _whole(self) -> JsonSchema:
        if (self.json_schema is None) is (self.source == "evaluator"):
            raise ValueError("give jsonSchema for the source `evaluator`, and for no other")
        if self.json_schema is not None and (problem := schema_problem(self.json_schema)):
            raise ValueError(f"jsonSchema {problem}")
        return self

    def evaluate(self, case: EvaluatedCase, output: str) -> Score:
        """See `Evaluator.evaluate`."""
        schema = self._schema(case)
        if schema is None:
            return Score(None, detail="There is no schema to judge by.")
        if self.json_schema is None and (problem := schema_problem(schema)):
            return failed("schema", f"The schema {problem}.")
        is_json, value = json_of(output)
        if not is_json:
            return judged(False, "The output is no JSON.")
        return _validated(schema, value)

    def _schema(self, case: EvaluatedCase) -> Mapping[str, Any] | None:
        if self.source == "version":
            return case.output_schema
        if self.source == "case":
            given = case.metadata.get("json_schema")
            return given if isinstance(given, dict) else None
        return self.json_schema


def schema_problem(schema: Mapping[str, Any]) -> str:
    """What is wrong with a schema, as the end of a sentence; "" where nothing is."""
    try:
        Draft202012Validator.check_schema(schema)
        keywords = set(_keywords(schema))
        for pattern in _patterns(schema):
            Expression(pattern)
    except SchemaError as error:
        return f"is no JSON Schema, see {error.json_path}"
    except Unsupported as error:
        return f"has a pattern that cannot be used: {error}"
    except RecursionError:
        return "is nested too deeply"
    # The library asks `re` which properties are left, and that can hang.
    together = {"unevaluatedProperties", "patternProperties"} <= keywords
    return "has unevaluatedProperties and patternProperties; use only one" if together else ""


def _patterns(schema: object) -> Iterator[str]:
    """What may be a pattern anywhere in a schema; there may be more than there are."""
    for part in _objects(schema):
        if isinstance(pattern := part.get("pattern"), str):
            yield pattern
        if isinstance(named := part.get("patternProperties"), dict):
            yield from named


def _keywords(schema: object) -> Iterator[str]:
    for part in _objects(schema):
        yield from part


def _objects(value: object) -> Iterator[dict[str, Any]]:
    """Every object in a JSON value."""
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from _objects(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _objects(inner)


def _validated(schema: Mapping[str, Any], value: object) -> Score:
    token = _steps.set([MOST_STEPS])
    try:
        found = sorted(_Validator(schema, registry=_REMOTE_FREE).iter_errors(value), key=_place)
    except TooMuchWork:
        return failed("too_much_work", TOO_MUCH_WORK)
    except Unresolvable:
        return failed("schema", "A reference leads out of the schema.")
    except Unsupported as error:
        return failed("schema", f"A pattern cannot be used: {error}.")
    except (RecursionError, ArithmeticError):
        return failed("schema", "The schema or the output is too deep, or a number too large.")
    finally:
        _steps.reset(token)
    named = "; ".join(f"{problem.json_path}: {problem.validator}" for problem in found[:SHOWN])
    return judged(not found, f"{len(found)} problems: {named}" if found else "")


def _place(problem: ValidationError) -> str:
    return problem.json_path


def _counted(check: Check) -> Check:
    """The same check of a keyword, as long as there are steps left."""

    def counted(
        validator: Validator, wanted: object, value: object, schema: dict[str, Any]
    ) -> Iterator[ValidationError]:
        left = _steps.get()
        left[0] -= 1
        if left[0] < 0:
            raise TooMuchWork
        yield from check(validator, wanted, value, schema) or ()

    return counted


def _pattern(
    validator: Validator, pattern: str, value: object, schema: dict[str, Any]
) -> Iterator[ValidationError]:
    if isinstance(value, str) and not Expression(pattern).matches(value):
        yield ValidationError("does not match the pattern")


def _pattern_properties(
    validator: Validator, named: dict[str, Any], value: object, schema: dict[str, Any]
) -> Iterator[ValidationError]:
    if not isinstance(value, dict):
        return
    for pattern, inner in named.items():
        expression = Expression(pattern)
        for key, item in value.items():
            if expression.matches(key):
                yield from validator.descend(item, inner, path=key, schema_path=pattern)


def _additional_properties(
    validator: Validator, wanted: object, value: object, schema: dict[str, Any]
) -> Iterator[ValidationError]:
    """The library's own asks `re` about the patterns beside it."""
    if not isinstance(value, dict):
        return
    known = schema.get("properties", {})
    patterns = [Expression(pattern) for pattern in schema.get("patternProperties", {})]
    for key, item in value.items():
        if key in known or any(pattern.matches(key) for pattern in patterns):
            continue
        if isinstance(wanted, dict):
            yield from validator.descend(item, wanted, path=key)
        elif wanted is False:
            yield ValidationError("is not expected", path=[key])


_OWN: Final[dict[str, Check]] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
}
_Validator: Final[Any] = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    {name: _counted(check) for name, check in {**Draft202012Validator.VALIDATORS, **_OWN}.items()},
)


class JsonEqual(EvaluatorDocument):
    """The output is the same JSON value as the expected one, however it is written."""

    kind: Literal["json_equal"] = "json_equal"
    name: Name = "json_equal"
    expected: Value | dict[str, Any] | list[Any] | None = None
    """In place of the test case's expected value: JSON as text, or the value itself."""
    ignore_order: bool = False
    """Whether arrays are equal that hold the same values in another order."""
    ignore_extra: bool = False
    """Whether objects of the output may have more keys than are expected."""
    tolerance: Share = 0
    """By how much numbers may differ, as a share of the expected one."""

    def evaluate(self, case: EvaluatedCase, output: str) -> Score:
        """See `Evaluator.evaluate`."""
        given = case.expected if self.expected is None else self.expected
        if given is None:
            return NO_EXPECTED
        is_wanted, wanted = json_of(given) if isinstance(given, str) else (True, given)
        if not is_wanted:
            return Score(None, detail="The expected value is no JSON.")
        is_json, said = json_of(output)
        if not is_json:
            return judged(False, "The output is no JSON.")
        try:
            where = self._difference(wanted, said, "$")
        except RecursionError:
            return failed("too_deep", "The output is nested too deeply.")
        return judged(where is None, "" if where is None else f"Differs at {where}.")

    def _difference(self, wanted: Any, said: Any, path: str) -> str | None:  # noqa: ANN401 (JSON)
        """The path of the first difference."""
        if isinstance(wanted, dict) and isinstance(said, dict):
            return self._of_objects(wanted, said, path)
        if isinstance(wanted, list) and isinstance(said, list):
            return self._of_arrays(wanted, said, path)
        if _is_number(wanted) and _is_number(said):
            return None if abs(wanted - said) <= self.tolerance * abs(wanted) else path
        return None if type(wanted) is type(said) and wanted == said else path

    def _of_objects(self, wanted: dict[str, Any], said: dict[str, Any], path: str) -> str | None:
        for key, value in wanted.items():
            if key not in said:
                return f"{path}.{key}"
            if (where := self._difference(value, said[key], f"{path}.{key}")) is not None:
                return where
        extra = (
            None if self.ignore_extra else next((key for key in said if key not in wanted), None)
        )
        return None if extra is None else f"{path}.{extra}"

    def _of_arrays(self, wanted: list[Any], said: list[Any], path: str) -> str | None:
        if len(wanted) != len(said):
            return f"{path} ({len(said)} items instead of {len(wanted)})"
        if self.ignore_order:
            wanted, said = sorted(wanted, key=_ordered), sorted(said, key=_ordered)
        for index, (one, other) in enumerate(zip(wanted, said, strict=True)):
            if (where := self._difference(one, other, f"{path}[{index}]")) is not None:
                return where
        return None


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _ordered(value: object) -> tuple[str, str]:
    """One order for JSON values of all kinds; equal numbers stand together."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return type(value).__name__, json.dumps(value, sort_keys=True)
