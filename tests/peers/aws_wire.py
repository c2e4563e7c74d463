"""Amazon Bedrock's Converse and ConverseStream, by the service's own model in botocore."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

from botocore.loaders import Loader
from botocore.model import ServiceModel, StructureShape
from botocore.validate import ParamValidator

from tests.peers import aws_signin
from tests.peers.aws_frames import event, exception
from tests.peers.history import SIGNATURE
from tests.peers.server import Received
from tests.peers.wire import Calls, Says, dump, words

Json = dict[str, Any]
Block = Callable[[int], list[bytes]]


class ConverseWire:
    """`POST /model/{id}/converse-stream` with a signature or a Bedrock API key."""

    default_reason = "end_turn"
    calling_reason = "tool_use"

    def refusal(self, request: Received) -> tuple[int, str] | None:
        """Status and error type for what the service refuses: see `converse_problem`."""
        unsigned = aws_signin.problem(request, "bedrock", takes_api_key=True)
        if unsigned:
            return 403, unsigned
        if request.method != "POST" or not request.path.endswith(("/converse-stream", "/converse")):
            return 404, "UnknownOperationException"
        found = converse_problem(_model_id(request), request.json())
        return (400, "ValidationException") if found else None

    def asked(self, request: Received) -> str:
        """The text of the last user message."""
        users = [m for m in request.json()["messages"] if m["role"] == "user"]
        return "".join(block.get("text", "") for block in users[-1]["content"]) if users else ""

    def events(self, request: Received, says: Says) -> list[bytes]:
        """The start, the blocks, why it stopped, what it cost; text blocks have no start."""
        blocks = [
            *([_thinking(says.thinking)] if says.thinking else []),
            *([_text(says.pieces)] if says.pieces or not says.calls else []),
            *(_calling(call) for call in says.calls),
        ]
        asked, said = words(self.asked(request)), words(says.text)
        usage = {"inputTokens": asked, "outputTokens": said, "totalTokens": asked + said}
        return [
            event("messageStart", role="assistant"),
            *(piece for index, block in enumerate(blocks) for piece in block(index)),
            event("messageStop", stopReason=says.reason),
            event("metadata", usage=usage, metrics={"latencyMs": 7}),
        ]

    def whole(self, request: Received, says: Says) -> bytes:
        """The answer of `Converse`, in one piece."""
        thought = {"reasoningText": {"text": "".join(says.thinking), "signature": SIGNATURE}}
        content: list[Json] = [{"reasoningContent": thought}] if says.thinking else []
        content += [{"text": says.text}] if says.pieces else []
        for call in says.calls:
            given = json.loads(call.arguments or "{}")
            content.append({"toolUse": {"toolUseId": call.id, "name": call.name, "input": given}})
        asked, said = words(self.asked(request)), words(says.text)
        return dump(
            {
                "output": {"message": {"role": "assistant", "content": content}},
                "stopReason": says.reason,
                "usage": {"inputTokens": asked, "outputTokens": said, "totalTokens": asked + said},
                "metrics": {"latencyMs": 7},
            }
        )

    def error(self, message: str) -> bytes:
        """The body of an error; its type is in the header `x-amzn-errortype`."""
        return dump({"message": message})

    def error_event(self, kind: str, message: str) -> bytes:
        """An exception in the middle of a stream."""
        return exception(kind, message)


def _model_id(request: Received) -> str:
    return unquote(request.path.removeprefix("/model/").rpartition("/")[0])


@cache
def _input_shape() -> StructureShape:
    model = Loader().load_service_model("bedrock-runtime", "service-2")
    return ServiceModel(model).operation_model("ConverseStream").input_shape


def converse_problem(model_id: str, body: Json) -> str | None:
    """What the service refuses a body for: what its model says, and what its guide says."""
    found = ParamValidator().validate({"modelId": model_id, **body}, _input_shape())
    if found.has_errors():
        return str(found.generate_report())
    messages = body.get("messages", [])
    roles = [message["role"] for message in messages]
    blocks = [block for message in messages for block in message["content"]]
    checks = {
        "A conversation must start with a user message": roles[:1] == ["user"],
        "roles must alternate": all(a != b for a, b in pairwise(roles)),
        "The text field in the ContentBlock object is blank": not any(map(_is_blank, blocks)),
        "The toolConfig field must be defined": not _has_tools(blocks) or "toolConfig" in body,
        "Invalid signature in thinking block": not any(map(_is_unsigned, blocks)),
        "document names differ": _differ(b["document"]["name"] for b in blocks if "document" in b),
    }
    return next((text for text, fine in checks.items() if not fine), _open_calls(messages))


def _is_blank(block: Json) -> bool:
    inner = block.get("toolResult", {}).get("content", [])
    own = "text" in block and not block["text"].strip()
    return own or any(map(_is_blank, inner)) or ("toolResult" in block and not inner)


def _has_tools(blocks: Iterable[Json]) -> bool:
    return any({"toolUse", "toolResult"} & set(block) for block in blocks)


def _is_unsigned(block: Json) -> bool:
    reasoning = block.get("reasoningContent", {})
    return "reasoningText" in reasoning and reasoning["reasoningText"]["signature"] != SIGNATURE


def _differ(names: Iterable[str]) -> bool:
    listed = list(names)
    return len(set(listed)) == len(listed)


def _open_calls(messages: list[Json]) -> str | None:
    """Results answer the calls of the turn before them, all of these and no others."""
    due: set[str] = set()
    for message in messages:
        blocks = message["content"]
        if message["role"] == "user":
            given = {b["toolResult"]["toolUseId"] for b in blocks if "toolResult" in b}
            if given != due:
                return "toolResult blocks answer the toolUse blocks right before them."
        due = {block["toolUse"]["toolUseId"] for block in blocks if "toolUse" in block}
    return "The last toolUse has no toolResult." if due else None


def _text(pieces: Iterable[str]) -> Block:
    return lambda index: _deltas(index, ({"text": piece} for piece in pieces))


def _thinking(pieces: Iterable[str]) -> Block:
    given = [{"reasoningContent": {"text": piece}} for piece in pieces]
    signed = {"reasoningContent": {"signature": SIGNATURE}}
    return lambda index: _deltas(index, [*given, signed])


def _calling(call: Calls) -> Block:
    start = {"toolUse": {"toolUseId": call.id, "name": call.name}}
    given = [{"toolUse": {"input": piece}} for piece in call.pieces]
    return lambda index: [
        event("contentBlockStart", start=start, contentBlockIndex=index),
        *_deltas(index, given),
    ]


def _deltas(index: int, deltas: Iterable[Json]) -> list[bytes]:
    return [
        *(event("contentBlockDelta", delta=delta, contentBlockIndex=index) for delta in deltas),
        event("contentBlockStop", contentBlockIndex=index),
    ]
