"""Anthropic's Messages, as its API reference and its SDK have them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from tests.peers.history import message_problem
from tests.peers.server import Received
from tests.peers.wire import Calls, Says, dump, last_user_text, words


class AnthropicWire:
    """`POST /v1/messages` with a key in either of its headers and `anthropic-version`."""

    default_reason = "end_turn"
    calling_reason = "tool_use"

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """What the vendor refuses: no key, another path, no version, no limit, other roles."""
        if not (request.headers.get("x-api-key") or request.headers.get("authorization")):
            return 401, self.error(401, "authentication_error", "No key.")
        if request.method != "POST" or request.path != "/v1/messages":
            return 404, self.error(404, "not_found_error", "Unknown path.")
        problem = _problem(request)
        return (400, self.error(400, "invalid_request_error", problem)) if problem else None

    def asked(self, request: Received) -> str:
        """The text of the last user message."""
        return last_user_text(request.json()["messages"])

    def events(self, request: Received, says: Says) -> list[bytes]:
        """The start, a ping, one text block in its pieces, why it stopped, the stop."""
        blocks = [
            *([_thinking(says.thinking)] if says.thinking else []),
            *([_text(says.pieces)] if says.pieces or not says.calls else []),
            *(_calling(call) for call in says.calls),
        ]
        return [
            _event("message_start", message=self._message(request, [], None, 1)),
            *(event for index, block in enumerate(blocks) for event in block(index)),
            _event(
                "message_delta",
                delta={"stop_reason": says.reason, "stop_sequence": None},
                usage={"output_tokens": words(says.text)},
            ),
            _event("message_stop"),
        ]

    def whole(self, request: Received, says: Says) -> bytes:
        """A message."""
        content: list[dict[str, Any]] = [{"type": "text", "text": says.text}]
        for call in says.calls:
            given = json.loads(call.arguments or "{}")
            content.append({"type": "tool_use", "id": call.id, "name": call.name, "input": given})
        return dump(self._message(request, content, says.reason, words(says.text)))

    def _message(
        self, request: Received, content: list[dict[str, Any]], reason: str | None, count: int
    ) -> dict[str, Any]:
        return {
            "id": "msg_peer",
            "type": "message",
            "role": "assistant",
            "model": request.json()["model"],
            "content": content,
            "stop_reason": reason,
            "stop_sequence": None,
            "usage": {"input_tokens": words(self.asked(request)), "output_tokens": count},
        }

    def error(self, status: int, kind: str, message: str) -> bytes:
        """Anthropic's error object."""
        error = {"type": kind, "message": message}
        return dump({"type": "error", "error": error, "request_id": "req_peer"})

    def error_event(self, kind: str, message: str) -> bytes:
        """An `error` event."""
        return b"event: error\ndata: %b\n\n" % self.error(500, kind, message)


def thinking_events(text: str, index: int = 1) -> list[bytes]:
    """A block of thinking with its signature, which no gateway may show or change."""
    return [
        _event(
            "content_block_start", index=index, content_block={"type": "thinking", "thinking": ""}
        ),
        _delta(index, {"type": "thinking_delta", "thinking": text}),
        _delta(index, {"type": "signature_delta", "signature": "c2lnbmF0dXJl"}),
        _event("content_block_stop", index=index),
    ]


Block = Callable[[int], list[bytes]]
"""A content block's events, by the block's index."""


def _text(pieces: Iterable[str]) -> Block:
    """A block of text, with a ping in it."""

    def events(index: int) -> list[bytes]:
        return [
            _event("content_block_start", index=index, content_block={"type": "text", "text": ""}),
            _event("ping"),
            *(_delta(index, {"type": "text_delta", "text": piece}) for piece in pieces),
            _event("content_block_stop", index=index),
        ]

    return events


def _thinking(pieces: Iterable[str]) -> Block:
    return lambda index: thinking_events("".join(pieces), index)


def _calling(call: Calls) -> Block:
    """A tool's call: id and name, then its input piece by piece, the first one empty."""
    block = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}

    def events(index: int) -> list[bytes]:
        pieces = ("", *call.pieces)
        return [
            _event("content_block_start", index=index, content_block=block),
            *(_delta(index, {"type": "input_json_delta", "partial_json": p}) for p in pieces),
            _event("content_block_stop", index=index),
        ]

    return events


def _problem(request: Received) -> str | None:
    body = request.json()
    roles = [message.get("role") for message in body.get("messages", [])]
    checks = {
        "anthropic-version: header is required": "anthropic-version" in request.headers,
        "max_tokens: Field required": isinstance(body.get("max_tokens"), int),
        "model: Field required": bool(body.get("model")),
        "temperature, top_p, top_k: removed in this version": not (
            request.headers.get("anthropic-version") == "2026-10-21"
            and {"temperature", "top_p", "top_k"} & set(body)
        ),
        "messages: at least one message is required": bool(roles),
        "messages: roles are user and assistant": set(roles) <= {"user", "assistant"},
    }
    broken = next((text for text, fine in checks.items() if not fine), None)
    return broken or message_problem(body)


def _delta(index: int, delta: dict[str, Any]) -> bytes:
    return _event("content_block_delta", index=index, delta=delta)


def _event(kind: str, **fields: object) -> bytes:
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), dump({"type": kind, **fields}))
