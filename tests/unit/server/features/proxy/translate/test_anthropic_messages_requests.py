"""Anthropic's messages as conversations and wishes."""

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

WIRE = "anthropic.messages"
SCHEMA = {"type": "object", "properties": {}}
CACHED = {"cache_control": {"type": "ephemeral"}}
IMAGE = {
    "type": "image",
    "source": {"type": "base64", "media_type": "image/png", "data": "aGk="},
}


def c(text: str) -> CleansedText:
    """Short for a text that counts as cleansed."""
    return CleansedText(text)


def _blocks(*blocks: dict[str, Any], role: str = "user") -> list[tuple[str, Any]]:
    messages = [{"role": role, "content": list(blocks)}]
    return told(translated(WIRE, messages=messages).messages)


@pytest.mark.parametrize(
    "system",
    ["Be brief.", [{"type": "text", "text": "Be brief."} | CACHED]],
    ids=["text", "blocks"],
)
def test_the_system_stands_before_the_turns(system: object) -> None:
    found = told(translated(WIRE, system=system).messages)

    assert found == [("system", (Text(c("Be brief.")),)), ("user", (Text(c("hi")),))]


def test_turns_in_the_middle_may_be_the_systems() -> None:
    messages = [{"role": "user", "content": "a"}, {"role": "system", "content": "b"}]

    found = told(translated(WIRE, messages=messages).messages)

    assert [role for role, _ in found] == ["user", "system"]


def test_an_assistants_turn_keeps_the_order_of_thinking_words_and_calls() -> None:
    [(role, parts)] = _blocks(
        {"type": "thinking", "thinking": "hm", "signature": "U0lH"},
        {"type": "redacted_thinking", "data": "eHh4"},
        {"type": "text", "text": "I look.", "citations": None} | CACHED,
        {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {"city": "Köln"}},
        {"type": "text", "text": "And again."},
        role="assistant",
    )

    assert role == "assistant"
    assert parts == (
        Thinking(c("hm"), "U0lH"),
        Thinking(c(""), redacted="eHh4"),
        Text(c("I look.")),
        ToolCall("toolu_1", "weather", c('{"city": "Köln"}')),
        Text(c("And again.")),
    )


def test_results_come_before_the_rest_of_their_turn_with_ids_names_and_failures() -> None:
    messages = [
        {
            "role": "assistant",
            "content": [
                {"type": "tool_use", "id": "toolu_1", "name": "weather", "input": {}},
                {"type": "tool_use", "id": "toolu_2", "name": "clock", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Here."},
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_2",
                    "content": "broken",
                    "is_error": True,
                },
                {
                    "type": "tool_result",
                    "tool_use_id": "toolu_1",
                    "content": [{"type": "text", "text": "rain"}, IMAGE],
                },
                {"type": "tool_result", "tool_use_id": "toolu_3"},
            ],
        },
    ]

    found = told(translated(WIRE, messages=messages).messages)

    assert found[1:] == [
        (
            "tool",
            (
                ToolResult("toolu_2", (Text(c("broken")),), True, "clock"),
                ToolResult("toolu_1", (Text(c("rain")), Media("image/png", b"hi")), name="weather"),
                ToolResult("toolu_3", ()),
            ),
        ),
        ("user", (Text(c("Here.")),)),
    ]


def test_an_answers_blocks_come_back_as_the_turn_that_they_were() -> None:
    answer = whole(WIRE, ANSWER)

    [(_, parts)] = _blocks(*answer["content"], role="assistant")

    assert parts == (
        Thinking(c("let me see"), "U0lH"),
        Text(c("hello")),
        ToolCall("call_1", "weather", c('{"city": "Oslo"}')),
        ToolCall("call_2", "clock", c("{}")),
    )


DOCUMENTS: dict[str, tuple[dict[str, Any], tuple[object, ...]]] = {
    "pdf": (
        {
            "type": "document",
            "title": "a.pdf",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "aGk="},
        },
        (Media("application/pdf", b"hi", name=c("a.pdf")),),
    ),
    "address": (
        {"type": "document", "source": {"type": "url", "url": "https://example.org/a.pdf"}},
        (Media("application/pdf", url="https://example.org/a.pdf"),),
    ),
    "text": (
        {
            "type": "document",
            "title": "Title",
            "context": "Context",
            "citations": {"enabled": False},
            "source": {"type": "text", "media_type": "text/plain", "data": "Words"},
        },
        (Text(c("Title\n\nContext\n\nWords")),),
    ),
    "content": (
        {
            "type": "document",
            "source": {"type": "content", "content": [{"type": "text", "text": "a"}, IMAGE]},
        },
        (Text(c("a")), Media("image/png", b"hi")),
    ),
    "search result": (
        {
            "type": "search_result",
            "title": "Title",
            "source": "https://example.org",
            "content": [{"type": "text", "text": "Words"}],
        },
        (Text(c("Title\n\nhttps://example.org\n\nWords")),),
    ),
}


@pytest.mark.parametrize(("block", "parts"), DOCUMENTS.values(), ids=DOCUMENTS)
def test_documents(block: dict[str, Any], parts: tuple[object, ...]) -> None:
    assert _blocks(block) == [("user", parts)]


def test_wishes() -> None:
    tool = {"name": "clock", "description": "Tells it", "input_schema": SCHEMA, "strict": True}

    found = asked(
        WIRE,
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        stop_sequences=["END"],
        tools=[tool | CACHED, {"type": "custom", "name": "other", "input_examples": [{"a": 1}]}],
        tool_choice={"type": "tool", "name": "clock", "disable_parallel_tool_use": True},
        thinking={"type": "enabled", "budget_tokens": 2000},
        output_config={"effort": "low", "format": {"type": "json_schema", "schema": SCHEMA}},
    )

    assert found == Asked(
        max_tokens=9,
        temperature=0.5,
        top_p=0.9,
        top_k=3,
        stop=(c("END"),),
        tools=(
            Tool("clock", c("Tells it"), SCHEMA),
            Tool("other", parameters={"examples": [{"a": 1}]}),
        ),
        tool_choice=ToolChoice("tool", "clock"),
        parallel_tool_calls=False,
        thinking_tokens=2000,
        reasoning_effort="low",
        json_schema=SCHEMA,
    )


@pytest.mark.parametrize(
    ("kind", "choice"),
    [("auto", ToolChoice("auto")), ("any", ToolChoice("any")), ("none", ToolChoice("none"))],
)
def test_tool_choices(kind: str, choice: ToolChoice) -> None:
    assert asked(WIRE, tool_choice={"type": kind}).tool_choice == choice


@pytest.mark.parametrize("kind", ["disabled", "adaptive", "between_tools"])
def test_thinking_that_has_no_number_is_left_to_the_model(kind: str) -> None:
    assert asked(WIRE, thinking={"type": kind}).thinking_tokens is None


def test_what_changes_nothing_in_the_answer_is_dropped() -> None:
    assert asked(
        WIRE,
        stream=True,
        metadata={"user_id": "u"},
        service_tier="auto",
        speed="fast",
        diagnostics={"previous_message_id": None},
        mcp_servers=[],
        context_management={"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]},
        container=None,
        **CACHED,
    ) == Asked(max_tokens=9)
