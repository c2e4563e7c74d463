"""What changes the answer and cannot be told to another vendor is refused, with its path."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.server.features.proxy.translate.answers import WIRES
from tests.unit.server.features.proxy.translate.asking import refused

CHAT, RESPONSES, MESSAGES = "openai.chat", "openai.responses", "anthropic.messages"
COMPLETIONS, COMPLETE = "openai.completions", "anthropic.complete"


def _user(*parts: object) -> list[dict[str, Any]]:
    return [{"role": "user", "content": list(parts)}]


FIELDS: dict[str, dict[str, Any]] = {
    CHAT: {
        "n": 2,
        "logprobs": True,
        "top_logprobs": 2,
        "modalities": ["text", "audio"],
        "audio": {"voice": "a", "format": "mp3"},
        "store": True,
        "logit_bias": {"1": 1},
        "web_search_options": {},
        "moderation": {"model": "m"},
        "max_tokens": 0,
        "temperature": "hot",
        "seed": 1.5,
        "parallel_tool_calls": "yes",
        "stop": [1],
        "tools": "all",
        "tool_choice": "perhaps",
        "response_format": "json",
        "unheard_of": 1,
    },
    RESPONSES: {
        "previous_response_id": "resp_1",
        "conversation": "conv_1",
        "store": True,
        "background": True,
        "prompt": {"id": "pmpt_1"},
        "context_management": [{"type": "compaction"}],
        "moderation": {"model": "m"},
        "include": ["message.output_text.logprobs"],
        "top_logprobs": 3,
        "unheard_of": [1],
    },
    MESSAGES: {
        "container": "c",
        "mcp_servers": [{"type": "url"}],
        "inference_geo": "eu",
        "max_tokens": 0,
        "unheard_of": {"a": 1},
    },
    COMPLETIONS: {
        "n": 2,
        "best_of": 3,
        "echo": True,
        "suffix": "end",
        "logprobs": 0,
        "logit_bias": {"1": 1},
        "prompt": [1, 2],
        "unheard_of": "x",
    },
    COMPLETE: {"prompt": "Hi", "max_tokens_to_sample": -1, "unheard_of": True},
}


@pytest.mark.parametrize(
    ("wire", "name", "value"),
    [(wire, name, value) for wire, fields in FIELDS.items() for name, value in fields.items()],
)
def test_a_field_is_refused(wire: str, name: str, value: object) -> None:
    assert refused(wire, **{name: value}) == [name]


@pytest.mark.parametrize("name", ["prompt", "messages", "input"])
def test_a_request_without_its_words_is_refused(name: str) -> None:
    wires = [wire for wire in WIRES if name in _words_of(wire)]

    assert wires
    for wire in wires:
        assert name in refused(wire, **{name: None})


def _words_of(wire: str) -> str:
    return {CHAT: "messages", MESSAGES: "messages", RESPONSES: "input"}.get(wire, "prompt")


PLACES: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "chat tool of another kind": (
        CHAT,
        {"tools": [{"type": "retrieval", "retrieval": {"name": "a"}}]},
        ["tools[0].type"],
    ),
    "chat choice of another kind": (
        CHAT,
        {"tool_choice": {"type": "retrieval", "retrieval": {"name": "a"}}},
        ["tool_choice.type", "tool_choice.retrieval"],
    ),
    "chat file id": (
        CHAT,
        {"messages": _user({"type": "file", "file": {"file_id": "file-1"}})},
        ["messages[0].content[0].file.file_id"],
    ),
    "chat address": (
        CHAT,
        {"messages": _user({"type": "image_url", "image_url": {"url": "file:///a"}})},
        ["messages[0].content[0].image_url.url"],
    ),
    "chat base64": (
        CHAT,
        {"messages": _user({"type": "input_audio", "input_audio": {"data": "?", "format": "wav"}})},
        ["messages[0].content[0].input_audio.data"],
    ),
    "chat answer in sound": (
        CHAT,
        {"messages": [{"role": "assistant", "audio": {"id": "a"}}]},
        ["messages[0].audio"],
    ),
    "chat name that is no text": (
        CHAT,
        {"messages": [{"role": "user", "content": "a", "name": 7}]},
        ["messages[0].name"],
    ),
    "chat result of no call": (
        CHAT,
        {"messages": [{"role": "function", "name": "f", "content": "a"}]},
        ["messages[0].name"],
    ),
    "chat image in the system's words": (
        CHAT,
        {"messages": [{"role": "system", "content": [{"type": "image_url", "image_url": {}}]}]},
        ["messages[0].content[0].type"],
    ),
    "chat parts and tools without a type": (
        CHAT,
        {"messages": _user({"text": "a"}), "tools": [{"function": {"name": "a"}}]},
        ["messages[0].content[0].type", "tools[0].type"],
    ),
    "responses web search": (RESPONSES, {"tools": [{"type": "web_search"}]}, ["tools[0].type"]),
    "responses mcp": (
        RESPONSES,
        {"tools": [{"type": "mcp", "server_label": "a"}]},
        ["tools[0].type"],
    ),
    "responses later tool": (
        RESPONSES,
        {"tools": [{"type": "function", "name": "a", "defer_loading": True}]},
        ["tools[0].defer_loading"],
    ),
    "responses reference": (
        RESPONSES,
        {"input": [{"type": "item_reference", "id": "msg_1"}]},
        ["input[0].type"],
    ),
    "responses item of a tool": (
        RESPONSES,
        {"input": [{"type": "web_search_call", "id": "ws_1"}]},
        ["input[0].type"],
    ),
    "responses pro mode": (RESPONSES, {"reasoning": {"mode": "pro"}}, ["reasoning.mode"]),
    "messages server tool": (
        MESSAGES,
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        ["tools[0].type"],
    ),
    "messages block of a server tool": (
        MESSAGES,
        {"messages": _user({"type": "web_search_tool_result", "tool_use_id": "a"})},
        ["messages[0].content[0].type"],
    ),
    "messages file id": (
        MESSAGES,
        {"messages": _user({"type": "image", "source": {"type": "file", "file_id": "f"}})},
        ["messages[0].content[0].source.type"],
    ),
    "messages citations": (
        MESSAGES,
        {
            "messages": _user(
                {
                    "type": "document",
                    "citations": {"enabled": True},
                    "source": {"type": "text", "media_type": "text/plain", "data": "a"},
                }
            )
        },
        ["messages[0].content[0].citations.enabled"],
    ),
    "messages compaction": (
        MESSAGES,
        {"context_management": {"edits": [{"type": "compact_20260112"}]}},
        ["context_management.edits[0].type"],
    ),
    "messages thinking": (MESSAGES, {"thinking": {"type": "forced"}}, ["thinking.type"]),
    "messages thinking in a user's turn": (
        MESSAGES,
        {"messages": _user({"type": "thinking", "thinking": "a", "signature": "b"})},
        ["messages[0].content[0].type"],
    ),
}


@pytest.mark.parametrize(("wire", "more", "paths"), PLACES.values(), ids=PLACES)
def test_a_place_is_refused(wire: str, more: dict[str, Any], paths: list[str]) -> None:
    assert refused(wire, **more) == paths
