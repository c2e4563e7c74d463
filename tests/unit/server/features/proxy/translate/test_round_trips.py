"""A conversation that goes from one vendor's wire to the other's and back says the same."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.unit.server.features.proxy.translate.answers import (
    USAGE,
    call,
    last,
    said_in_stream,
    say,
    streamed,
)

from sluice.server.features.proxy.translate.anthropic_messages import MessagesTranslation
from sluice.server.features.proxy.translate.openai_chat import ChatTranslation
from sluice.server.providers.answer import AnswerReader
from sluice.server.providers.anthropic_answer import MessageReader
from sluice.server.providers.anthropic_body import message_body
from sluice.server.providers.base import Connection, Delta, Usage
from sluice.server.providers.openai_answer import ChatReader
from sluice.server.providers.openai_body import chat_body
from sluice.server.providers.sse import Event
from sluice.server.providers.vendors import VENDORS

_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
CHAT_BODY: dict[str, Any] = {
    "model": "m",
    "max_completion_tokens": 100,
    "stop": ["END"],
    "parallel_tool_calls": False,
    "tool_choice": {"type": "function", "function": {"name": "weather"}},
    "tools": [
        {
            "type": "function",
            "function": {"name": "weather", "description": "Tells it", "parameters": _SCHEMA},
        }
    ],
    "messages": [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Where is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,aGk="}},
            ],
        },
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city": "Köln"}'},
                },
                {
                    "id": "call_2",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city": "Oslo"}'},
                },
            ],
        },
        {"role": "tool", "tool_call_id": "call_2", "content": "snow"},
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
        {"role": "user", "content": "Thanks."},
        {"role": "assistant", "content": "Welcome."},
        {"role": "user", "content": "Bye."},
    ],
}


def _connection(provider: str, model: str) -> Connection:
    return Connection(provider, model, credentials={"api_key": "k"})


def _as_anthropic(body: dict[str, Any]) -> dict[str, Any]:
    translated = ChatTranslation().request(body)
    connection = _connection("anthropic", "claude-sonnet-5-5")
    return message_body(connection, translated.messages, translated.asked)


def _as_openai(body: dict[str, Any]) -> dict[str, Any]:
    translated = MessagesTranslation().request(body)
    connection = _connection("openai", "gpt-5.4-mini")
    return chat_body(VENDORS["openai"], connection, translated.messages, translated.asked)


def test_a_chat_request_is_the_same_after_a_way_through_anthropics_wire() -> None:
    found = _as_openai(_as_anthropic(CHAT_BODY))

    assert found["messages"] == CHAT_BODY["messages"]
    for name in ("tools", "tool_choice", "stop", "parallel_tool_calls", "max_completion_tokens"):
        assert found[name] == CHAT_BODY[name]


def test_a_messages_request_is_the_same_after_a_way_through_openais_wire() -> None:
    body = _as_anthropic(CHAT_BODY)

    again = _as_anthropic(_as_openai(body))

    assert again == body


def _read(reader: AnswerReader, events: Iterable[Event]) -> list[Delta]:
    deltas = [delta for event in events for delta in reader.read(event)]
    return [*deltas, reader.finish()]


def test_an_answer_is_the_same_after_a_way_through_both_wires() -> None:
    answer = [
        say("he"),
        say("llo"),
        call(0, '{"city":', "weather", "call_1"),
        call(0, ' "Köln"}'),
        call(1, "{}", "clock", "call_2"),
        last("tool_calls", USAGE),
    ]
    counted = {"model": "m", "messages": [], "stream_options": {"include_usage": True}}

    through_messages = _read(MessageReader(), streamed("anthropic.messages", answer))
    chat = streamed("openai.chat", through_messages, counted)
    through_both = _read(ChatReader("openai"), chat)
    said = said_in_stream("openai.chat", streamed("openai.chat", through_both, counted))

    assert said.text == "hello"
    assert said.calls == [
        ("call_1", "weather", json.loads('{"city": "Köln"}')),
        ("call_2", "clock", {}),
    ]
    assert said.finish == "tool_calls"
    usage = through_both[-1].usage
    assert isinstance(usage, Usage)
    assert (usage.input_tokens, usage.output_tokens) == (15, 6)
