"""Every place of a request where text can stand, over real sockets: nothing raw leaves."""

from __future__ import annotations

import base64
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from tests.e2e.gateway_line import Json, Line
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers.anthropic_paths import AnthropicPaths
from tests.peers.behaviours import answering
from tests.peers.history import SIGNATURE
from tests.peers.openai_paths import OpenAIPaths

HERE = "§"
"""Becomes another address at each place."""
INNER = json.dumps({"to": HERE, "deep": {"list": [HERE]}, "again": json.dumps({"to": HERE})})
PDF = {"type": "base64", "media_type": "application/pdf", "data": base64.b64encode(b"x").decode()}
SCHEMA = {
    "type": "object",
    "title": HERE,
    "properties": {
        "to": {"type": "string", "description": HERE, "default": HERE, "examples": [HERE]},
        "cc": {"enum": [HERE], "const": HERE},
    },
}
CHAT: Json = {
    "messages": [
        {"role": "system", "content": f"S {HERE}", "name": HERE},
        {"role": "developer", "content": [{"type": "text", "text": f"D {HERE}"}]},
        {
            "role": "user",
            "content": [{"type": "text", "text": HERE}, {"type": "text", "text": HERE}],
        },
        {
            "role": "assistant",
            "content": HERE,
            "refusal": HERE,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": INNER}},
                {"id": "c2", "type": "custom", "custom": {"name": "g", "input": HERE}},
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": json.dumps({"rows": [{HERE: HERE}]})},
        {"role": "tool", "tool_call_id": "c2", "content": [{"type": "text", "text": INNER}]},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": HERE},
                {"type": "file", "file": {"filename": HERE, "file_data": PDF["data"]}},
                {"type": "image_url", "image_url": {"url": f"https://example.com/{HERE}"}},
            ],
        },
    ],
    "tools": [
        {"type": "function", "function": {"name": "f", "description": HERE, "parameters": SCHEMA}},
        {"type": "custom", "custom": {"name": "g", "description": HERE}},
    ],
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "x", "description": HERE, "schema": SCHEMA},
    },
    "prediction": {"type": "content", "content": HERE},
    "stop": [HERE],
    "metadata": {"about": HERE},
    "user": HERE,
    "unheard_of": {"deep": [HERE]},
}
RESPONSES: Json = {
    "instructions": HERE,
    "input": [
        {"role": "user", "content": HERE},
        {"type": "message", "role": "user", "content": [{"type": "input_text", "text": HERE}]},
        {"type": "function_call", "call_id": "c1", "name": "f", "arguments": INNER},
        {"type": "function_call_output", "call_id": "c1", "output": INNER},
        {"type": "custom_tool_call", "call_id": "c2", "name": "g", "input": HERE},
        {"type": "custom_tool_call_output", "call_id": "c2", "output": HERE},
        {"type": "reasoning", "id": "r", "summary": [{"type": "summary_text", "text": HERE}]},
        {"role": "user", "content": [{"type": "input_text", "text": HERE}]},
    ],
    "tools": [{"type": "function", "name": "f", "description": HERE, "parameters": SCHEMA}],
    "text": {"format": {"type": "json_schema", "name": "x", "schema": SCHEMA}},
    "metadata": {"about": HERE},
    "safety_identifier": HERE,
    "unheard_of": [{"deep": HERE}],
}
MESSAGES: Json = {
    "max_tokens": 9,
    "system": [{"type": "text", "text": HERE}],
    "messages": [
        {"role": "user", "content": HERE},
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": HERE},
                {"type": "tool_use", "id": "t1", "name": "f", "input": {"to": HERE, "in": INNER}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "t1", "content": INNER},
                {"type": "document", "title": HERE, "context": HERE, "source": PDF},
                {
                    "type": "document",
                    "source": {"type": "text", "media_type": "text/plain", "data": HERE},
                },
                {"type": "text", "text": HERE},
            ],
        },
    ],
    "tools": [{"name": "f", "description": HERE, "input_schema": SCHEMA}],
    "metadata": {"user_id": HERE},
    "stop_sequences": [HERE],
    "unheard_of": {"deep": HERE},
}
PLACES: dict[str, tuple[str, str, Json]] = {
    "chat": ("openai", "/v1/chat/completions", CHAT),
    "responses": ("openai", "/v1/responses", RESPONSES),
    "responses with words alone": ("openai", "/v1/responses", {"input": HERE}),
    "completions": ("openai", "/v1/completions", {"prompt": [HERE, HERE], "suffix": HERE}),
    "embeddings": ("openai", "/v1/embeddings", {"input": [HERE, HERE]}),
    "messages": ("anthropic", "/v1/messages", MESSAGES),
    "tokens": ("anthropic", "/v1/messages/count_tokens", MESSAGES),
    "complete": (
        "anthropic",
        "/v1/complete",
        {"prompt": f"\n\nHuman: {HERE}\n\nAssistant:", "max_tokens_to_sample": 9},
    ),
}
PEERS = {"openai": OpenAIPaths, "anthropic": AnthropicPaths}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Line]]:
    """A line to a vendor of each wire, whose attachments pass."""
    with (
        LiveServer(tmp_path_factory.mktemp("surfaces") / "server") as server,
        peer_beside(answering(OpenAIPaths())) as openai,
        peer_beside(answering(AnthropicPaths())) as anthropic,
    ):
        made = {}
        for vendor, peer in (("openai", openai), ("anthropic", anthropic)):
            server.instance(connection_to(peer, vendor), name=vendor, attachments="pass")
            made[vendor] = Line(server, peer, vendor, model=vendor)
        yield made


def _placed(body: Json) -> tuple[Any, int]:
    """The body with another address at each place, and how many there are."""
    numbers = itertools.count()
    text = re.sub(HERE, lambda _: f"place{next(numbers):03}@example.org", _dumped(body))
    return json.loads(text), next(numbers)


def _dumped(body: Json) -> str:
    return json.dumps(body, ensure_ascii=False)


@pytest.mark.parametrize("where", PLACES)
def test_no_place_of_a_request_is_missed(lines: dict[str, Line], where: str) -> None:
    """Roles, names, tools, arguments and results, schemas, file names, metadata, unknown fields."""
    vendor, path, body = PLACES[where]
    line = lines[vendor].apart()
    line.does(answering(PEERS[vendor]()))
    placed, count = _placed(body)
    answer = line.post({"model": vendor, **placed}, path)
    assert answer.status_code == 200, answer.text
    left = set(re.findall(r"place[0-9]{3}@example\.org", line.sent))
    assert not left
    assert len(set(re.findall(r"(?:EMAIL_ADDRESS|URL)_[0-9]+", line.sent))) >= count


@pytest.mark.parametrize("vendor", PEERS)
def test_values_of_a_tool_are_found_by_the_names_of_their_fields(
    lines: dict[str, Line], vendor: str
) -> None:
    """As texts and as numbers, in its arguments and in what it answered."""
    line = lines[vendor].apart()
    line.does(answering(PEERS[vendor](), pieces=("SSN US_SSN_0, card CREDIT_CARD_0.",)))
    told = {"ssn": "219099999", "customer_phone": "2025550147", "card": 4539578763621486, "n": 7}
    if vendor == "openai":
        function = {"name": "f", "arguments": json.dumps({"ssn": 219099999})}
        call: Json = {"tool_calls": [{"id": "c", "type": "function", "function": function}]}
        messages: list[Json] = [
            {"role": "user", "content": "Look it up"},
            {"role": "assistant", "content": None, **call},
            {"role": "tool", "tool_call_id": "c", "content": json.dumps(told)},
        ]
    else:
        use: Json = {"type": "tool_use", "id": "c", "name": "f", "input": {"ssn": 219099999}}
        result: Json = {"type": "tool_result", "tool_use_id": "c", "content": json.dumps(told)}
        messages = [
            {"role": "user", "content": "Look it up"},
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result]},
        ]
    answer = line.post(line.body() | {"messages": messages})
    assert answer.status_code == 200, answer.text
    assert "SSN 219099999, card 4539578763621486." in answer.text
    for secret in ("219099999", "2025550147", "4539578763621486"):
        assert secret not in line.sent
    assert re.search(r'\\"n\\+": 7', line.sent)


def test_signed_thinking_is_left_alone(lines: dict[str, Line]) -> None:
    """Whatever stands in it: another byte and the vendor refuses every later turn."""
    line = lines["anthropic"].apart()
    thinking = {
        "type": "thinking",
        "thinking": "They are PERSON_0 at EMAIL_ADDRESS_0 \u2028 é",
        "signature": SIGNATURE,
    }
    hidden = {"type": "redacted_thinking", "data": base64.b64encode(b"hidden").decode()}
    said = [thinking, hidden, {"type": "text", "text": "Hello."}]
    turns = [
        {"role": "user", "content": "Hi, I am jane.roe@example.org"},
        {"role": "assistant", "content": said},
        {"role": "user", "content": "And now?"},
    ]
    body = {"max_tokens": 2000, "thinking": {"type": "enabled", "budget_tokens": 1024}}
    answer = line.post(line.body() | body | {"messages": turns})
    assert answer.status_code == 200, answer.text
    (request,) = line.peer.requests
    assert json.loads(request.body)["messages"][1]["content"][:2] == [thinking, hidden]
