"""OpenAI's custom tools at other vendors: a function with one text, and the text again."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.server.features.proxy.translate.answers import (
    BODIES,
    call,
    data,
    last,
    streamed,
    whole,
)
from tests.unit.server.features.proxy.translate.asking import asked, refused, told, translated
from tests.unit.server.features.proxy.wires.restoring import Restoring, mapping_of

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.responses import ResponsesWire
from sluice.server.features.proxy.wires.wire import Wire
from sluice.server.providers.base import Delta, Text, ToolCall, ToolChoice, ToolResult
from sluice.server.providers.sse import Event

CHAT, RESPONSES = "openai.chat", "openai.responses"
WIRES: dict[str, type[Wire]] = {CHAT: ChatWire, RESPONSES: ResponsesWire}
PATCH = '*** Begin Patch\n+ "PERSON_0" \\ \u00e9\n*** End Patch'
ORIGINAL = PATCH.replace("PERSON_0", 'Jane "J" Roe')
GRAMMAR = {"syntax": "lark", "definition": "start: PATCH"}
TOOLS: dict[str, list[dict[str, Any]]] = {
    CHAT: [
        {
            "type": "custom",
            "custom": {
                "name": "patch",
                "description": "Edits files.",
                "format": {"type": "grammar", "grammar": GRAMMAR},
            },
        },
        {"type": "custom", "custom": {"name": "shell", "format": {"type": "text"}}},
        {"type": "function", "function": {"name": "clock"}},
    ],
    RESPONSES: [
        {
            "type": "custom",
            "name": "patch",
            "description": "Edits files.",
            "format": {"type": "grammar", **GRAMMAR},
        },
        {"type": "custom", "name": "shell"},
        {"type": "function", "name": "clock", "parameters": {}},
    ],
}
BOTH = pytest.mark.parametrize("wire", [CHAT, RESPONSES])


@BOTH
def test_a_custom_tool_is_told_as_a_function_with_one_text(wire: str) -> None:
    """Its grammar in words, since others know none."""
    patch, shell, clock = asked(wire, tools=TOOLS[wire]).tools
    assert patch.name == "patch"
    told_so = "Edits files.\n\nThe input must match this lark grammar:\nstart: PATCH"
    assert patch.description == told_so
    assert patch.parameters["required"] == ["input"]
    assert patch.parameters["properties"]["input"]["type"] == "string"
    assert (shell.name, shell.description, shell.parameters) == ("shell", "", patch.parameters)
    assert clock.parameters == {}


@pytest.mark.parametrize(
    ("wire", "choice", "names"),
    [
        (CHAT, {"type": "custom", "custom": {"name": "patch"}}, None),
        (RESPONSES, {"type": "custom", "name": "patch"}, None),
        (
            RESPONSES,
            {
                "type": "allowed_tools",
                "mode": "required",
                "tools": [{"type": "custom", "name": "shell"}],
            },
            ["shell"],
        ),
    ],
)
def test_a_custom_tool_can_be_wished_for(
    wire: str, choice: dict[str, Any], names: list[str] | None
) -> None:
    found = asked(wire, tools=TOOLS[wire], tool_choice=choice)
    if names is None:
        assert found.tool_choice == ToolChoice("tool", "patch")
    else:
        assert [tool.name for tool in found.tools] == names
        assert found.tool_choice == ToolChoice("any")


def _history(wire: str) -> dict[str, Any]:
    if wire == CHAT:
        made = {"id": "c1", "type": "custom", "custom": {"name": "patch", "input": PATCH}}
        return {
            "messages": [
                {"role": "assistant", "tool_calls": [made]},
                {"role": "tool", "tool_call_id": "c1", "content": "done"},
            ]
        }
    return {
        "input": [
            {"type": "custom_tool_call", "call_id": "c1", "name": "patch", "input": PATCH},
            {"type": "custom_tool_call_output", "call_id": "c1", "output": "done"},
        ]
    }


@BOTH
def test_an_earlier_call_is_told_as_a_call_of_that_function(wire: str) -> None:
    arguments = CleansedText(json.dumps({"input": PATCH}, ensure_ascii=False))
    assert told(translated(wire, **_history(wire)).messages) == [
        ("assistant", (ToolCall("c1", "patch", arguments),)),
        ("tool", (ToolResult("c1", (Text(CleansedText("done")),), name="patch"),)),
    ]


@pytest.mark.parametrize(
    ("wire", "more", "paths"),
    [
        (
            CHAT,
            {"tools": [{"type": "custom", "custom": {"name": "a", "format": {"type": "regex"}}}]},
            ["tools[0].custom.format.type"],
        ),
        (CHAT, {"tools": [{"type": "custom"}]}, ["tools[0].custom"]),
        (
            RESPONSES,
            {"tools": [{"type": "custom", "name": "a", "format": {"type": "grammar"}}]},
            ["tools[0].format.syntax", "tools[0].format.definition"],
        ),
        (RESPONSES, {"tools": [{"type": "custom", "name": "a", "new": 1}]}, ["tools[0].new"]),
    ],
)
def test_what_is_not_understood_of_a_custom_tool_is_refused(
    wire: str, more: dict[str, Any], paths: list[str]
) -> None:
    assert refused(wire, **more) == paths


def _deltas(arguments: str) -> list[Delta]:
    pieces = [arguments[at : at + 5] for at in range(0, len(arguments), 5)]
    calls = [call(0, "", "patch", "c1"), *(call(0, piece) for piece in pieces)]
    return [*calls, call(1, "{}", "clock", "c2"), last()]


def _restored(wire: str, events: list[Event]) -> list[Event]:
    rewriter = WIRES[wire]().rewriter(Restoring(mapping_of(PERSON='Jane "J" Roe')), "provider")
    return [made for event in events for made in rewriter.feed(event)] + rewriter.finish()


def _body(wire: str) -> dict[str, Any]:
    return BODIES[wire] | {"tools": TOOLS[wire]}


def test_a_streamed_call_of_the_chat_wire_brings_its_text() -> None:
    """Restored as plain text, beside a call of a function."""
    arguments = json.dumps({"input": PATCH})
    events = _restored(CHAT, streamed(CHAT, _deltas(arguments), _body(CHAT)))
    calls: dict[int, dict[str, Any]] = {}
    for chunk in data(events):
        for piece in chunk["choices"][0]["delta"].get("tool_calls", ()):
            made = calls.setdefault(piece["index"], {"input": "", "arguments": ""})
            made |= {key: piece[key] for key in ("id", "type") if key in piece}
            made["input"] += piece.get("custom", {}).get("input", "")
            made["arguments"] += piece.get("function", {}).get("arguments", "")
    assert calls == {
        0: {"id": "c1", "type": "custom", "input": ORIGINAL, "arguments": ""},
        1: {"id": "c2", "type": "function", "input": "", "arguments": "{}"},
    }
    assert data(events)[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_a_streamed_call_of_responses_brings_its_text() -> None:
    """In an item and events of its own kind."""
    arguments = json.dumps({"input": PATCH})
    events = data(_restored(RESPONSES, streamed(RESPONSES, _deltas(arguments), _body(RESPONSES))))
    first = [event for event in events if event.get("output_index") == 0]
    assert [event["type"] for event in first] == [
        "response.output_item.added",
        "response.custom_tool_call_input.delta",
        "response.custom_tool_call_input.done",
        "response.output_item.done",
    ]
    assert first[0]["item"]["type"] == "custom_tool_call"
    assert (first[1]["delta"], first[2]["input"]) == (ORIGINAL, ORIGINAL)
    assert first[3]["item"]["input"] == ORIGINAL
    assert events[-1]["response"]["output"][0] == first[3]["item"]


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (json.dumps({"input": PATCH}), PATCH),
        ("{}", ""),
        ('{"input": "cut o', ""),
        ('{"patch": "a"}', '{"patch": "a"}'),
        ('{"input": 7}', '{"input": 7}'),
    ],
)
def test_a_whole_call_brings_its_text(arguments: str, text: str) -> None:
    """What a model puts elsewhere is not lost; what was cut off is not told."""
    deltas = [call(0, arguments, "patch", "c1"), last()]
    (chat,) = whole(CHAT, deltas, _body(CHAT))["choices"][0]["message"]["tool_calls"]
    assert chat == {"id": "c1", "type": "custom", "custom": {"name": "patch", "input": text}}
    (item,) = whole(RESPONSES, deltas, _body(RESPONSES))["output"]
    assert (item["type"], item["call_id"], item["input"]) == ("custom_tool_call", "c1", text)


def test_a_call_of_an_unwished_function_stays_one() -> None:
    """The names of the request decide."""
    (made,) = whole(CHAT, [call(0, "{}", "patch", "c1"), last()])["choices"][0]["message"][
        "tool_calls"
    ]
    assert made["type"] == "function"
