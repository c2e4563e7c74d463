"""Cohere's chat, version 2, as its API reference and its SDK have it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tests.peers.server import Received
from tests.peers.wire import Calls, Says, dump, last_user_text, words

Json = dict[str, Any]
_FIELDS = frozenset(
    {
        "model", "messages", "stream", "tools", "strict_tools", "documents", "citation_options",
        "response_format", "safety_mode", "max_tokens", "stop_sequences", "temperature", "seed",
        "frequency_penalty", "presence_penalty", "k", "p", "logprobs", "tool_choice", "thinking",
        "priority",
    }
)  # fmt: skip


class CohereWire:
    """`POST /v2/chat` with a bearer key."""

    default_reason = "COMPLETE"
    calling_reason = "TOOL_CALL"

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """What the vendor refuses: no key, another path, unknown fields, a broken history."""
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return 401, self.error(401, "", "no api key supplied")
        if request.method != "POST" or request.path != "/v2/chat":
            return 404, self.error(404, "", "not found")
        problem = _problem(request.json())
        return (400, self.error(400, "", f"invalid request: {problem}")) if problem else None

    def asked(self, request: Received) -> str:
        """The text of the last user message."""
        return last_user_text(request.json()["messages"])

    def events(self, request: Received, says: Says) -> list[bytes]:
        """The start, thinking, text, calls with their pieces, the end with usage."""
        end = {"finish_reason": says.reason, "usage": self._usage(request, says)}
        start = {"role": "assistant", "content": [], "tool_plan": "", "tool_calls": []}
        return [
            _event("message-start", id="msg-peer", delta={"message": start}),
            *_thinking(says),
            *_text(says),
            *(event for place, call in enumerate(says.calls) for event in _calling(place, call)),
            _event("message-end", delta=end),
        ]

    def whole(self, request: Received, says: Says) -> bytes:
        """A chat response."""
        message: Json = {"role": "assistant", "content": [{"type": "text", "text": says.text}]}
        if says.calls:
            message["tool_calls"] = [_call(call, call.arguments) for call in says.calls]
        found = {"id": "msg-peer", "finish_reason": says.reason, "message": message}
        return dump(found | {"usage": self._usage(request, says)})

    def error(self, status: int, kind: str, message: str) -> bytes:
        """Cohere's error: words alone, no type."""
        return dump({"id": "err-peer", "message": message})

    def error_event(self, kind: str, message: str) -> bytes:
        """How an answer ends that failed in the middle."""
        delta = {"finish_reason": "ERROR", "error": message, "usage": None}
        return _event("message-end", delta=delta)

    def _usage(self, request: Received, says: Says) -> Json:
        asked, said = float(words(self.asked(request))), float(words(says.text))
        return {
            "billed_units": {"input_tokens": asked, "output_tokens": said},
            "tokens": {"input_tokens": asked + 66.0, "output_tokens": said + 2.0},
            "cached_tokens": 1.0,
        }


def _thinking(says: Says) -> list[bytes]:
    """Thinking: before calls the plan, else a block of its own."""
    if says.calls:
        return [
            _event("tool-plan-delta", delta={"message": {"tool_plan": p}}) for p in says.thinking
        ]
    return _block(0, "thinking", says.thinking) if says.thinking else []


def _text(says: Says) -> list[bytes]:
    index = 1 if says.thinking and not says.calls else 0
    return _block(index, "text", says.pieces) if says.pieces or not says.calls else []


def _block(index: int, kind: str, pieces: Iterable[str]) -> list[bytes]:
    started = {"message": {"content": {"type": kind, kind: ""}}}
    return [
        _event("content-start", index=index, delta=started),
        *(
            _event("content-delta", index=index, delta={"message": {"content": {kind: piece}}})
            for piece in pieces
        ),
        _event("content-end", index=index),
    ]


def citation(text: str) -> bytes:
    """A citation, which stands between pieces of text and is none."""
    found = {"start": 0, "end": len(text), "text": text, "sources": [], "type": "TEXT_CONTENT"}
    return _event("citation-start", index=0, delta={"message": {"citations": found}})


def _calling(index: int, call: Calls) -> list[bytes]:
    def event(kind: str, delta: Json) -> bytes:
        return _event(kind, index=index, delta={"message": {"tool_calls": delta}})

    return [
        event("tool-call-start", _call(call, "")),
        *(event("tool-call-delta", {"function": {"arguments": piece}}) for piece in call.pieces),
        _event("tool-call-end", index=index),
    ]


def _call(call: Calls, arguments: str) -> Json:
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}


def _event(kind: str, **fields: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), dump({"type": kind, **fields}))


def _problem(body: Json) -> str | None:
    """What is wrong with a body, in the words of a vendor."""
    tools = body.get("tools")
    checks = {
        "unknown field": not set(body) - _FIELDS,
        "model is required": bool(body.get("model")),
        "message must be at least 1 token long": bool(body.get("messages")),
        "tool_choice needs tools": not body.get("tool_choice") or bool(tools),
        "tool_choice is REQUIRED or NONE": body.get("tool_choice", "NONE") in ("REQUIRED", "NONE"),
        "response_format is not supported with tools": not (body.get("response_format") and tools),
        "p must be between 0.01 and 0.99": 0.01 <= body.get("p", 0.5) <= 0.99,
        "k must be between 0 and 500": 0 <= body.get("k", 0) <= 500,
    }
    broken = next((text for text, fine in checks.items() if not fine), None)
    return broken or _history_problem(body["messages"])


def _history_problem(messages: list[Json]) -> str | None:
    """Every call is answered right after the message that made it, and by its id."""
    due: list[str] = []
    for message in messages:
        if message["role"] == "tool":
            if message.get("tool_call_id") not in due:
                return "tool message without its tool call"
            due.remove(message["tool_call_id"])
            continue
        if due:
            return "tool calls without their tool messages"
        calls = message.get("tool_calls", [])
        if not message.get("content") and not calls:
            return "message must not be empty in a turn"
        if any(not isinstance(json.loads(call["function"]["arguments"]), dict) for call in calls):
            return "arguments must be a JSON object"
        due = [call["id"] for call in calls]
    return "the last tool calls have no tool messages" if due else None
