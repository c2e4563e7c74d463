"""Functions of installed packages as evaluators."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from sluice.server.features.testruns.evaluators import functions
from sluice.server.features.testruns.evaluators.functions import Python
from sluice.server.features.testruns.evaluators.scoring import EvaluatedCase

CASE = EvaluatedCase(inputs={"a": ["1"]}, expected="e", metadata={"m": 1})


def installed(monkeypatch: pytest.MonkeyPatch, *loaded: Any) -> None:  # noqa: ANN401 (anything)
    def load(one: Any) -> Any:  # noqa: ANN401 (anything)
        if isinstance(one, Exception):
            raise one
        return one

    found = [SimpleNamespace(load=lambda one=one: load(one)) for one in loaded]
    monkeypatch.setattr(functions, "entry_points", lambda **_: found)


SAID: dict[str, tuple[object, bool | None, float | None, str | None]] = {
    "yes": (True, True, 1.0, None),
    "no": (False, False, 0.0, None),
    "nothing": (None, None, None, None),
    "score": (0.75, True, 0.75, None),
    "low score": (0.25, False, 0.25, None),
    "one": (1, True, 1.0, None),
    "fields": ({"passed": False, "score": 0.9, "detail": "d"}, False, 0.9, None),
    "score alone": ({"score": 0.9}, True, 0.9, None),
    "too high": (7, False, None, "function_answer"),
    "not a number": (float("nan"), False, None, "function_answer"),
    "a text": ("yes", False, None, "function_answer"),
    "another field": ({"pass": True}, False, None, "function_answer"),
    "a text that has passed": ({"passed": "yes"}, False, None, "function_answer"),
    "a score too high": ({"score": 2}, False, None, "function_answer"),
}


@pytest.mark.parametrize("name", SAID)
def test_what_a_function_returns_is_read_strictly(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    said, passed, score, error = SAID[name]
    installed(monkeypatch, lambda **_: said)
    found = Python(function="f").evaluate(CASE, "o")
    assert (found.passed, found.score, found.error) == (passed, score, error)


def test_a_function_gets_copies_of_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    def spoil(**given: Any) -> bool:  # noqa: ANN401 (anything)
        assert (given["expected"], given["output"], given["options"]) == ("e", "o", {"k": [1]})
        given["inputs"]["a"].append("2")
        given["metadata"].clear()
        given["options"]["k"].clear()
        return True

    installed(monkeypatch, spoil)
    evaluator = Python(function="f", options={"k": [1]})
    assert [evaluator.evaluate(CASE, "o").passed for _ in range(2)] == [True, True]
    assert CASE.inputs == {"a": ["1"]}


def test_a_function_that_raises_has_not_let_anything_pass_and_tells_its_kind_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*, output: str, **_: object) -> None:
        raise KeyError(output)

    installed(monkeypatch, broken)
    found = Python(function="f").evaluate(CASE, "what it said")
    assert (found.passed, found.error) == (False, "function_raised")
    assert found.detail == "The function raised KeyError."


@pytest.mark.parametrize(
    "loaded",
    [(), (print, print), (ImportError("secret path"),), (7,)],
    ids=["none", "two", "cannot be imported", "no function"],
)
def test_what_is_no_single_function_is_refused_when_it_is_named(
    monkeypatch: pytest.MonkeyPatch, loaded: tuple[object, ...]
) -> None:
    installed(monkeypatch, *loaded)
    with pytest.raises(ValidationError) as refused:
        Python(function="f")
    assert "secret path" not in str(refused.value)
