"""A scripted model that speaks, calls tools and thinks, on OpenAI's and Anthropic's wires.

What it says follows from the conversation alone: it calls the first tool of the request with the
text of the last user message as an argument, twice in parallel where that message says `twice`,
and when the results are there it repeats them; without tools it repeats the last user message.
Every answer comes in pieces of `size` characters, arguments too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.peers.behaviours import JSON, SSE
from tests.peers.server import Behaviour, Exchange
from tests.peers.wire import dump

Json = dict[str, Any]
CREATED = 1_700_000_000
USAGE = (17, 5)


@dataclass(frozen=True, slots=True)
class Turn:
    """What the model does: words, and calls of a tool as (id, name, arguments)."""

    text: str = ""
    calls: tuple[tuple[str, str, str], ...] = field(default_factory=tuple)


def decide(user: str, tool: str | None, results: list[str], *, as_json: bool) -> Turn:
    """The model's turn."""
    if results:
        return Turn(f"The tool said: {' / '.join(results)}")
    if tool is not None:
        count = 2 if "twice" in user else 1
        arguments = json.dumps({"to": user, "deep": {"list": [user]}}, ensure_ascii=False)
        return Turn("", tuple((f"call_{i}", tool, arguments) for i in range(count)))
    return Turn(json.dumps({"said": user}, ensure_ascii=False) if as_json else f"You said: {user}")


def openai_model(size: int = 3) -> Behaviour:
    """The model on `POST …/chat/completions`."""

    async def behave(exchange: Exchange) -> None:
        body = exchange.request.json()
        turn = _openai_turn(body)
        if not body.get("stream"):
            return await exchange.whole(200, dump(_completion(body, turn)), JSON)
        await exchange.head(200, SSE)
        for chunk in _chunks(body, turn, size):
            await exchange.piece(b"data: %b\n\n" % dump(chunk))
        await exchange.piece(b"data: [DONE]\n\n")
        return await exchange.end()

    return behave


def _openai_turn(body: Json) -> Turn:
    messages = body["messages"]
    last = max((i for i, m in enumerate(messages) if m["role"] == "user"), default=0)
    results = [_words(m["content"]) for m in messages[last:] if m["role"] == "tool"]
    tools = body.get("tools") or []
    tool = tools[0]["function"]["name"] if tools else None
    as_json = (body.get("response_format") or {}).get("type", "text") != "text"
    return decide(_words(messages[last]["content"]), tool, results, as_json=as_json)


def _words(content: object) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return "".join(str(part.get("text", "")) for part in parts if isinstance(part, dict))


def _completion(body: Json, turn: Turn) -> Json:
    message: Json = {"role": "assistant", "content": turn.text or None, "refusal": None}
    if turn.calls:
        message["tool_calls"] = [_call(i, call) for i, call in enumerate(turn.calls)]
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _reason(turn)}
    return _envelope(body, [choice]) | {"object": "chat.completion", "usage": _usage()}


def _chunks(body: Json, turn: Turn, size: int) -> Iterator[Json]:
    yield _envelope(body, [_delta({"role": "assistant", "content": ""})])
    for piece in _pieces(turn.text, size):
        yield _envelope(body, [_delta({"content": piece})])
    for index, call in enumerate(turn.calls):
        opened = _call(index, call) | {"index": index}
        opened["function"] = {"name": call[1], "arguments": ""}
        yield _envelope(body, [_delta({"tool_calls": [opened]})])
        for piece in _pieces(call[2], size):
            delta = {"index": index, "function": {"arguments": piece}}
            yield _envelope(body, [_delta({"tool_calls": [delta]})])
    yield _envelope(body, [_delta({}) | {"finish_reason": _reason(turn)}])
    if (body.get("stream_options") or {}).get("include_usage"):
        yield _envelope(body, []) | {"usage": _usage()}


def _envelope(body: Json, choices: list[Json]) -> Json:
    return {
        "id": "chatcmpl-scripted",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": body["model"],
        "choices": choices,
    }


def _delta(delta: Json) -> Json:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}


def _call(index: int, call: tuple[str, str, str]) -> Json:
    return {"id": call[0], "type": "function", "function": {"name": call[1], "arguments": call[2]}}


def _reason(turn: Turn) -> str:
    return "tool_calls" if turn.calls else "stop"


def _usage() -> Json:
    asked, said = USAGE
    return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}


def anthropic_model(size: int = 3) -> Behaviour:
    """The model on `POST /v1/messages`, which thinks before it speaks where it is told to."""

    async def behave(exchange: Exchange) -> None:
        body = exchange.request.json()
        blocks = [*_thoughts(body), *_blocks(_anthropic_turn(body))]
        if not body.get("stream"):
            return await exchange.whole(200, dump(_message(body, blocks)), JSON)
        await exchange.head(200, SSE)
        for event in _events(body, blocks, size):
            await exchange.piece(b"event: %b\ndata: %b\n\n" % (event["type"].encode(), dump(event)))
        return await exchange.end()

    return behave


def _anthropic_turn(body: Json) -> Turn:
    last = body["messages"][-1]["content"]
    blocks = last if isinstance(last, list) else [{"type": "text", "text": last}]
    results = [_words(b.get("content")) for b in blocks if b["type"] == "tool_result"]
    user = "".join(b["text"] for b in blocks if b["type"] == "text")
    tools = body.get("tools") or []
    return decide(user, tools[0]["name"] if tools else None, results, as_json=False)


def _thoughts(body: Json) -> list[Json]:
    if (body.get("thinking") or {}).get("type") != "enabled":
        return []
    thought = f"They speak of {_anthropic_turn(body).text}"
    return [{"type": "thinking", "thinking": thought, "signature": "c2lnbmVk" * 4}]


def _blocks(turn: Turn) -> list[Json]:
    blocks: list[Json] = [{"type": "text", "text": turn.text}] if turn.text else []
    for number, name, arguments in turn.calls:
        call = {"type": "tool_use", "id": number, "name": name, "input": json.loads(arguments)}
        blocks.append(call)
    return blocks


def _message(body: Json, blocks: list[Json]) -> Json:
    asked, said = USAGE
    calls = any(block["type"] == "tool_use" for block in blocks)
    return {
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": blocks,
        "stop_reason": "tool_use" if calls else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": asked, "output_tokens": said},
    }


def _events(body: Json, blocks: list[Json], size: int) -> Iterator[Json]:
    whole = _message(body, blocks)
    start = whole | {"content": [], "stop_reason": None}
    yield {"type": "message_start", "message": start}
    for index, block in enumerate(blocks):
        empty, deltas = _opened(block, size)
        yield {"type": "content_block_start", "index": index, "content_block": empty}
        yield {"type": "ping"}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    ended = {"stop_reason": whole["stop_reason"], "stop_sequence": None}
    yield {"type": "message_delta", "delta": ended, "usage": {"output_tokens": USAGE[1]}}
    yield {"type": "message_stop"}


def _opened(block: Json, size: int) -> tuple[Json, list[Json]]:
    """A block as it begins, and the deltas that fill it."""
    if block["type"] == "text":
        deltas = [{"type": "text_delta", "text": p} for p in _pieces(block["text"], size)]
        return block | {"text": ""}, deltas
    if block["type"] == "thinking":
        deltas = [
            {"type": "thinking_delta", "thinking": p} for p in _pieces(block["thinking"], size)
        ]
        signed = {"type": "signature_delta", "signature": block["signature"]}
        return block | {"thinking": "", "signature": ""}, [*deltas, signed]
    arguments = json.dumps(block["input"], ensure_ascii=False)
    pieces = [{"type": "input_json_delta", "partial_json": p} for p in _pieces(arguments, size)]
    return block | {"input": {}}, pieces


def _pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))
