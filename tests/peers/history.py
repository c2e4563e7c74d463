"""What vendors demand of a conversation with tools, and refuse with status 400 otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]


def chat_problem(body: Json) -> str | None:
    """OpenAI's: answers belong to calls right before them, choices and limits to tools."""
    if not body.get("tools") and ({"tool_choice", "parallel_tool_calls"} & set(body)):
        return "tool_choice and parallel_tool_calls are only allowed when tools are specified."
    open_calls: set[str] = set()
    for message in body["messages"]:
        role = message.get("role")
        if role == "tool":
            if message.get("tool_call_id") not in open_calls:
                return "A tool message must follow the message with its tool call."
            if not _is_text(message.get("content")):
                return "A tool message's content is text."
            open_calls.discard(message["tool_call_id"])
            continue
        if open_calls:
            return "Every tool call must be answered."
        calls = message.get("tool_calls", [])
        functions = [call["function"] for call in calls if call.get("type") != "custom"]
        if any(not _is_json(function["arguments"]) for function in functions):
            return "A call's arguments are JSON, or nothing."
        if message.get("content") is None and not calls:
            return "A message needs content."
        open_calls = {call["id"] for call in calls}
    return None


def _is_text(content: object) -> bool:
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    return all(p.get("type") == "text" and isinstance(p.get("text"), str) for p in parts)


def _is_json(text: object) -> bool:
    try:
        return isinstance(text, str) and isinstance(json.loads(text or "{}"), dict)
    except ValueError:
        return False


def message_problem(body: Json) -> str | None:
    """Anthropic's: results come first, right after the turn whose calls they all answer."""
    due: set[str] = set()
    for message in body["messages"]:
        blocks = _blocks(message["content"])
        if message["role"] == "user":
            kinds = [block.get("type") for block in blocks]
            if kinds != sorted(kinds, key=lambda kind: kind != "tool_result"):
                return "tool_result blocks come first."
            if {b["tool_use_id"] for b in blocks if b.get("type") == "tool_result"} != due:
                return "tool_result blocks answer the tool_use blocks right before them."
        due = {block["id"] for block in blocks if block.get("type") == "tool_use"}
        if any(block.get("type") == "text" and not block["text"].strip() for block in blocks):
            return "text content blocks must contain non-whitespace text"
    return "The last tool_use has no tool_result." if due else _thinking_problem(body)


def _blocks(content: object) -> list[Json]:
    return content if isinstance(content, list) else [{"type": "text", "text": str(content)}]


def _thinking_problem(body: Json) -> str | None:
    """Thinking comes back only with the signature that it was given."""
    blocks = [block for message in body["messages"] for block in _blocks(message["content"])]
    return "Invalid signature in thinking block." if _unsigned(blocks) else None


def _unsigned(blocks: Iterable[Json]) -> bool:
    return any(b.get("type") == "thinking" and b.get("signature") != SIGNATURE for b in blocks)


SIGNATURE = "c2lnbmF0dXJl"
"""What the peers sign all thinking with."""
