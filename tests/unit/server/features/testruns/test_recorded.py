"""A recording becomes a test case that asks the same again."""

from __future__ import annotations

from typing import Any

import pytest

from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.testruns.recorded import recorded_content, text_of

USER = {"role": "user", "content": "Hello"}
REPLY = {"role": "assistant", "content": "Hi"}
ANSWERS = [
    pytest.param("Hi", "Hi", id="a text"),
    pytest.param("", None, id="an empty text"),
    pytest.param(None, None, id="nothing"),
    pytest.param(REPLY, "Hi", id="OpenAI's"),
    pytest.param({"role": "assistant", "content": [{"type": "text", "text": "Hi"}]}, "Hi",
                 id="Anthropic's"),
    pytest.param({"role": "model", "parts": [{"text": "H"}, {"text": "i"}]}, "Hi", id="Gemini's"),
    pytest.param({"role": "assistant", "content": [{"text": "Hi"}]}, "Hi", id="Bedrock's"),
    pytest.param({"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}, None,
                 id="a tool call"),
    pytest.param({"role": "assistant", "content": [{"type": "tool_use", "input": {"a": "b"}}]},
                 None, id="Anthropic's tool call"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "text"), ANSWERS)
def test_the_answer_s_text_is_expected(answer: object, text: str | None) -> None:
    """In each vendor's shape of a message."""
    assert text_of(answer) == text


def test_a_plain_answer_needs_no_message() -> None:
    """One that holds more than its text is kept whole."""
    called = {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]}
    assert recorded_content({"answer": REPLY, "inputs": {"a": 1}}, None).output_message is None
    assert recorded_content({"answer": called}, None).output_message == called


def template(*messages: dict[str, str]) -> TemplateContent:
    """A template of these messages."""
    said: dict[str, Any] = {"messages": list(messages), "model": "m", "provider": "openai"}
    return TemplateContent.model_validate(said)


SYSTEM = {"role": "system", "content": "Be kind."}
PLACE = {"kind": "history"}
HISTORIES = [
    pytest.param(None, [SYSTEM, USER], [SYSTEM, USER], id="without a template all"),
    pytest.param(template(SYSTEM, USER), [SYSTEM, USER], None, id="a template's own are none"),
    pytest.param(template(SYSTEM), [SYSTEM, USER, REPLY], [USER, REPLY], id="what follows"),
    pytest.param(template(SYSTEM, PLACE, USER), [SYSTEM, REPLY, USER, USER], [REPLY, USER],
                 id="what stands in its place"),
    pytest.param(template(SYSTEM, PLACE), [SYSTEM], None, id="an empty place"),
]  # fmt: skip


@pytest.mark.parametrize(("made_with", "messages", "history"), HISTORIES)
def test_messages_that_are_not_the_template_s_are_history(
    made_with: TemplateContent | None, messages: list[object], history: list[object] | None
) -> None:
    """So that rendering the case gives what was sent."""
    content = recorded_content({"messages": messages, "answer": REPLY}, made_with)
    assert content.history == history


def test_the_prompt_of_a_text_model_is_one_message() -> None:
    """Where no template says how it was made."""
    content = recorded_content({"prompt": "Hello", "answer": "Hi"}, None)
    assert (content.history, content.output) == ([USER], "Hi")


def test_files_that_were_left_out_are_left_out() -> None:
    """An address stays, what is no file any more does not."""
    given = {"a": {"type": "url", "url": "https://example.org/a.png"}, "b": {"left_out": 5}}
    content = recorded_content({"answer": "Hi", "media_inputs": given}, None)
    assert content.media_inputs is not None
    assert list(content.media_inputs) == ["a"]
