"""Which model instance a call means."""

from __future__ import annotations

import pytest

from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.models.named import NamedInstance
from sluice.server.features.proxy.routing import Route, route

ECHO = NamedInstance(1, "Echo", "echo")
EMPTY = NamedInstance(2, "Empty", None)
OPENAI = NamedInstance(3, "OpenAI", "openai")
TEAM = NamedInstance(4, "team/a", "anthropic")
ALL = (ECHO, EMPTY, OPENAI, TEAM)


@pytest.mark.parametrize(
    ("model", "default", "expected"),
    [
        pytest.param("OpenAI", None, Route(3, None), id="an instance"),
        pytest.param("Echo", 4, Route(1, None), id="an instance beats the default"),
        pytest.param("OpenAI/gpt-x", None, Route(3, "gpt-x"), id="instance and model"),
        pytest.param("OpenAI/org/gpt-x", None, Route(3, "org/gpt-x"), id="a model with a slash"),
        pytest.param("team/a", None, Route(4, None), id="a name with a slash"),
        pytest.param("team/a/m", None, Route(4, "m"), id="the longest name counts"),
        pytest.param("OpenAI/", None, Route(3, "OpenAI/"), id="no model behind the slash"),
        pytest.param("openai/gpt-oss", None, Route(3, "openai/gpt-oss"), id="a vendor's own slash"),
        pytest.param("gpt-x", None, Route(3, "gpt-x"), id="the first with a real provider"),
        pytest.param("gpt-x", 4, Route(4, "gpt-x"), id="the token's default"),
        pytest.param("gpt-x", 99, Route(3, "gpt-x"), id="a default that is gone"),
    ],
)
def test_a_model_is_an_instance_or_goes_to_the_default(
    model: str, default: int | None, expected: Route
) -> None:
    assert route(model, ALL, default) == expected


def test_the_echo_is_the_last_resort() -> None:
    assert route("gpt-x", (EMPTY, ECHO), None) == Route(1, "gpt-x")


def test_without_any_connection_the_answer_says_who_can_help() -> None:
    with pytest.raises(NotFound, match="administrator"):
        route("gpt-x", (EMPTY,), None)


@pytest.mark.parametrize("model", ["", "a" * 257, "a\nb"], ids=["empty", "long", "line end"])
def test_what_is_no_name_is_refused_with_its_path(model: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        route(model, ALL, None)
    assert [problem.path for problem in refused.value.errors] == ["model"]
