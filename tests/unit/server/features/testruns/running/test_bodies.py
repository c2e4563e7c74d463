"""What a model is asked in a run."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sluice.server.errors import Unprocessable
from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.testruns.running import bodies

USER = [{"role": "user", "content": "Hello"}]


def content(**fields: Any) -> TemplateContent:  # noqa: ANN401 (JSON)
    return TemplateContent.model_validate({"messages": USER, **fields})


def test_the_runs_parameters_go_before_the_versions() -> None:
    merged, problems = bodies.parameters_of({"temperature": 0, "seed": 1}, {"temperature": 1})
    assert (merged, problems) == ({"temperature": 1, "seed": 1}, [])


def test_other_vendors_names_are_understood_and_what_is_not_is_refused_by_path() -> None:
    version = {"max_tokens_to_sample": 9, "stop_sequences": ["x"], "heat": 1}
    merged, problems = bodies.parameters_of(version, {"Jane Miller": 1})
    assert merged == {"max_tokens": 9, "stop": ["x"]}
    assert [problem.path for problem in problems] == ["template.parameters.heat", "parameters.?"]


def test_tools_and_schema_are_told_to_every_provider() -> None:
    schema = {"type": "object"}
    version = content(toolSchema=[{"name": "find", "parameters": schema}], outputSchema=schema)
    body = bodies.body_of(USER, {"temperature": 0.5, "max_tokens": 7}, version)
    bodies.read(body)
    asked = bodies.translated(body).asked
    assert [tool.name for tool in asked.tools] == ["find"]
    assert (asked.json_schema, asked.temperature, asked.max_tokens) == (schema, 0.5, 7)


def test_every_text_of_a_request_is_read_as_the_applications_words() -> None:
    version = content(toolSchema=[{"name": "find", "description": "Finds PERSON_0."}])
    reading = bodies.read(bodies.body_of(USER, {"stop": ["end"]}, version))
    assert {leaf.text for leaf in reading.leaves} >= {"Hello", "Finds PERSON_0.", "end"}
    assert {leaf.speaker for leaf in reading.leaves} == {"system"}


def test_what_is_cleansed_is_written_into_the_request() -> None:
    body = bodies.body_of(USER, {"stop": "end"}, None)
    for leaf in bodies.read(body).leaves:
        leaf.put(f"<{leaf.text}>")
    assert (body["messages"][0]["content"], body["stop"]) == ("<Hello>", "<end>")
    assert USER == [{"role": "user", "content": "Hello"}]


def test_media_and_what_is_not_understood_are_refused() -> None:
    picture = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    for messages in ([{"role": "user", "content": [picture]}], [{"role": "king", "content": "x"}]):
        with pytest.raises(Unprocessable):
            bodies.read(bodies.body_of(messages, {}))


@pytest.mark.parametrize(
    ("message", "output"),
    [
        ({"content": "Hi"}, "Hi"),
        ({"content": None}, ""),
        (
            {"content": None, "tool_calls": [{"function": {"name": "f", "arguments": '{"a": 1}'}}]},
            [{"name": "f", "arguments": {"a": 1}}],
        ),
        (
            {"content": "", "tool_calls": [{"function": {"name": "f", "arguments": "{"}}]},
            [{"name": "f", "arguments": "{"}],
        ),
        ({"content": "Hi", "tool_calls": [{"function": {"name": "f", "arguments": ""}}]}, "Hi"),
    ],
    ids=["words", "nothing", "a call", "a broken call", "words and a call"],
)
def test_an_output_is_words_or_else_calls(message: dict[str, Any], output: Any) -> None:  # noqa: ANN401 (JSON)
    said = bodies.output_of({"choices": [{"message": message}]})
    assert (json.loads(said) if isinstance(output, list) else said) == output
