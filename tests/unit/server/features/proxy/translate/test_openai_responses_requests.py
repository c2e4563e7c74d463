"""Responses as conversations and wishes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.server.features.proxy.translate.answers import ANSWER, whole
from tests.unit.server.features.proxy.translate.asking import asked, told, translated

from sluice.engine.types import CleansedText
from sluice.server.providers.base import (
    Asked,
    Media,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)

WIRE = "openai.responses"
SCHEMA = {"type": "object", "properties": {}}
CLOCK = {"type": "function", "name": "clock", "parameters": SCHEMA, "strict": True}


def c(text: str) -> CleansedText:
    """Short for a text that counts as cleansed."""
    return CleansedText(text)


def _items(*items: dict[str, Any]) -> list[tuple[str, Any]]:
    return told(translated(WIRE, input=list(items)).messages)


def test_instructions_stand_before_a_text() -> None:
    found = told(translated(WIRE, instructions="Be brief.", input="hi").messages)

    assert found == [("system", (Text(c("Be brief.")),)), ("user", (Text(c("hi")),))]


def test_messages_of_every_role_and_form() -> None:
    found = _items(
        {"role": "developer", "content": "one"},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "two"}]},
        {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "phase": "final_answer",
            "content": [
                {"type": "output_text", "text": "three", "annotations": [], "logprobs": []},
                {"type": "refusal", "refusal": "four"},
            ],
        },
        {"role": "user", "content": "five"},
        {"role": "user", "content": "six"},
    )

    assert found == [
        ("system", (Text(c("one")),)),
        ("user", (Text(c("two")),)),
        ("assistant", (Text(c("three")), Text(c("four")))),
        ("user", (Text(c("five")),)),
        ("user", (Text(c("six")),)),
    ]


def test_items_of_one_go_are_one_turn_and_results_in_a_row_another() -> None:
    found = _items(
        {"role": "user", "content": "weather?"},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "hm"}]},
        {"role": "assistant", "content": "I look."},
        {"type": "function_call", "call_id": "call_1", "name": "weather", "arguments": "{}"},
        {"type": "function_call", "call_id": "call_2", "name": "clock", "arguments": ""},
        {"type": "function_call_output", "call_id": "call_2", "output": "noon"},
        {
            "type": "function_call_output",
            "call_id": "call_1",
            "output": [
                {"type": "input_text", "text": "rain"},
                {"type": "input_image", "image_url": "data:image/png;base64,aGk="},
            ],
        },
    )

    assert found[1:] == [
        (
            "assistant",
            (
                Thinking(c("hm")),
                Text(c("I look.")),
                ToolCall("call_1", "weather", c("{}")),
                ToolCall("call_2", "clock", c("{}")),
            ),
        ),
        (
            "tool",
            (
                ToolResult("call_2", (Text(c("noon")),), name="clock"),
                ToolResult("call_1", (Text(c("rain")), Media("image/png", b"hi")), name="weather"),
            ),
        ),
    ]


def test_an_answers_items_come_back_as_the_turn_that_they_were() -> None:
    answer = whole(WIRE, ANSWER)

    found = _items({"role": "user", "content": "hi"}, *answer["output"])

    assert found[1] == (
        "assistant",
        (
            Thinking(c("let me see"), "U0lH"),
            Text(c("hello")),
            ToolCall("call_1", "weather", c('{"city": "Oslo"}')),
            ToolCall("call_2", "clock", c("{}")),
        ),
    )


def test_attachments_are_media() -> None:
    [(_, parts)] = _items(
        {
            "role": "user",
            "content": [
                {"type": "input_image", "image_url": "https://example.org/a", "detail": "auto"},
                {"type": "input_file", "filename": "a.txt", "file_data": "aGk="},
                {"type": "input_file", "file_url": "https://example.org/a.pdf"},
                {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "wav"}},
            ],
        }
    )

    assert parts == (
        Media("image/*", url="https://example.org/a"),
        Media("text/plain", b"hi", name=c("a.txt")),
        Media("application/pdf", url="https://example.org/a.pdf"),
        Media("audio/wav", b"hi"),
    )


def test_wishes() -> None:
    form = {"type": "json_schema", "name": "place", "schema": SCHEMA, "description": "A place"}

    found = asked(
        WIRE,
        max_output_tokens=5,
        temperature=0,
        top_p=0.5,
        parallel_tool_calls=True,
        tools=[CLOCK],
        tool_choice={"type": "function", "name": "clock"},
        text={"format": form, "verbosity": "low"},
        reasoning={"effort": "high", "summary": "auto"},
    )

    assert found == Asked(
        max_tokens=5,
        temperature=0,
        top_p=0.5,
        parallel_tool_calls=True,
        tools=(Tool("clock", parameters=SCHEMA),),
        tool_choice=ToolChoice("tool", "clock"),
        json_schema={"description": "A place"} | SCHEMA,
        json_schema_name="place",
        reasoning_effort="high",
    )


@pytest.mark.parametrize(
    ("form", "expected"),
    [({"type": "text"}, Asked()), ({"type": "json_object"}, Asked(json_mode=True))],
    ids=["text", "json_object"],
)
def test_plain_formats(form: dict[str, str], expected: Asked) -> None:
    assert asked(WIRE, text={"format": form}) == expected


def test_tools_that_are_not_allowed_now_are_left_out() -> None:
    other = CLOCK | {"name": "weather"}
    wish = {
        "type": "allowed_tools",
        "mode": "auto",
        "tools": [{"type": "function", "name": "clock"}],
    }

    found = asked(WIRE, tools=[CLOCK, other], tool_choice=wish)

    assert [tool.name for tool in found.tools] == ["clock"]
    assert found.tool_choice == ToolChoice("auto")


def test_what_changes_nothing_in_the_answer_is_dropped() -> None:
    assert (
        asked(
            WIRE,
            stream=True,
            stream_options={"include_obfuscation": False},
            store=False,
            background=False,
            truncation="auto",
            include=["reasoning.encrypted_content"],
            metadata={},
            user="u",
            prompt_cache_key="k",
            max_tool_calls=3,
            top_logprobs=0,
            reasoning={"summary": "auto", "context": "auto", "mode": "standard"},
            previous_response_id=None,
        )
        == Asked()
    )
