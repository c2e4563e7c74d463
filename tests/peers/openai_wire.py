"""OpenAI's chat completions, as its API reference and its SDK have them; and Azure's."""

from __future__ import annotations

from typing import Any

from tests.peers.history import chat_problem
from tests.peers.server import Received
from tests.peers.wire import Calls, Says, dump, last_user_text, words

CREATED = 1_700_000_000


class OpenAIWire:
    """`POST …/chat/completions` with a bearer key (none asked for where `needs_key` is false)."""

    default_reason = "stop"
    calling_reason = "tool_calls"

    def __init__(self, *, needs_key: bool = True, done: bool = True) -> None:
        self.needs_key = needs_key
        self.done = done
        """Whether a stream ends with `[DONE]`."""

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """401 without a key, 404 for another path, 400 for a body without messages."""
        if self.needs_key and not self._signed_in(request):
            return 401, self.error(401, "invalid_request_error", "No key.")
        if request.method != "POST" or not request.path.endswith("/chat/completions"):
            return 404, self.error(404, "invalid_request_error", "Unknown path.")
        if not request.json().get("messages") or not self._model(request):
            return 400, self.error(400, "invalid_request_error", "Model and messages are required.")
        problem = chat_problem(request.json())
        return (400, self.error(400, "invalid_request_error", problem)) if problem else None

    def _signed_in(self, request: Received) -> bool:
        return request.headers.get("authorization", "").startswith("Bearer ")

    def _model(self, request: Received) -> str:
        return str(request.json().get("model", ""))

    def asked(self, request: Received) -> str:
        """The text of the last user message."""
        return last_user_text(request.json()["messages"])

    def events(self, request: Received, says: Says) -> list[bytes]:
        """A role chunk, one chunk a piece, the finish, usage where asked for, `[DONE]`."""
        deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
        deltas += [{"reasoning_content": piece} for piece in says.thinking]
        deltas += [{"content": piece} for piece in says.pieces]
        deltas += [
            delta for index, call in enumerate(says.calls) for delta in _calling(index, call)
        ]
        chunks = [self._chunk(request, [_choice(delta, None)]) for delta in deltas]
        chunks.append(self._chunk(request, [_choice({}, says.reason)]))
        if (request.json().get("stream_options") or {}).get("include_usage"):
            chunks.append(self._chunk(request, []) | {"usage": self._usage(request, says)})
        events = [b"data: %b\n\n" % dump(chunk) for chunk in chunks]
        return [*events, b"data: [DONE]\n\n"] if self.done else events

    def whole(self, request: Received, says: Says) -> bytes:
        """A chat completion."""
        message: dict[str, Any] = {"role": "assistant", "content": says.text, "refusal": None}
        if says.calls:
            message["tool_calls"] = [_call(call, call.arguments) for call in says.calls]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": says.reason}
        body = self._chunk(request, [choice]) | {"object": "chat.completion"}
        return dump(body | {"usage": self._usage(request, says)})

    def _chunk(self, request: Received, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": "chatcmpl-peer",
            "object": "chat.completion.chunk",
            "created": CREATED,
            "model": self._model(request),
            "choices": choices,
        }

    def _usage(self, request: Received, says: Says) -> dict[str, int]:
        asked, said = words(self.asked(request)), words(says.text)
        return {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}

    def error(self, status: int, kind: str, message: str) -> bytes:
        """OpenAI's error object."""
        return dump({"error": {"message": message, "type": kind, "param": None, "code": None}})

    def error_event(self, kind: str, message: str) -> bytes:
        """An error object as an event."""
        return b"data: %b\n\n" % self.error(500, kind, message)


def _choice(delta: dict[str, Any], reason: str | None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}


def _call(call: Calls, arguments: str) -> dict[str, Any]:
    function = {"name": call.name, "arguments": arguments}
    return {"id": call.id, "type": "function", "function": function}


def _calling(index: int, call: Calls) -> list[dict[str, Any]]:
    """A call's deltas: id and name first, then its arguments piece by piece."""
    pieces = [{"index": index, "function": {"arguments": piece}} for piece in call.pieces]
    return [{"tool_calls": [piece]} for piece in ({"index": index, **_call(call, "")}, *pieces)]


class AzureWire(OpenAIWire):
    """The same at a deployment's address, with `api-key`, `api-version` and filter results."""

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """404 without an API version or outside a deployment, besides OpenAI's own."""
        if "/openai/deployments/" not in request.target or "api-version=" not in request.target:
            return 404, dump({"error": {"code": "404", "message": "Resource not found"}})
        return super().refusal(request)

    def _signed_in(self, request: Received) -> bool:
        return bool(request.headers.get("api-key"))

    def _model(self, request: Received) -> str:
        return request.path.partition("/openai/deployments/")[2].partition("/")[0]

    def events(self, request: Received, says: Says) -> list[bytes]:
        """Azure begins with the prompt's filter results and may end with the answer's."""
        filters = {"hate": {"filtered": False, "severity": "safe"}}
        first: dict[str, Any] = {"choices": [], "id": "", "model": "", "object": "", "created": 0}
        first["prompt_filter_results"] = [{"prompt_index": 0, "content_filter_results": filters}]
        late: dict[str, Any] = {"index": 0, "finish_reason": None}
        late["content_filter_results"] = filters
        late["content_filter_offsets"] = {"check_offset": 0, "start_offset": 0, "end_offset": 1}
        *events, end = super().events(request, says)
        asynchronous = self._chunk(request, [late])
        return [b"data: %b\n\n" % dump(first), *events, b"data: %b\n\n" % dump(asynchronous), end]
