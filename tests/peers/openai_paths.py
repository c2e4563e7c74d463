"""OpenAI's other wires, as its API reference and its SDK have them: Responses, Completions, and
Embeddings; `OpenAIPaths` serves them all beside chat completions.
"""

from __future__ import annotations

from typing import Any

from tests.peers.openai_wire import CREATED, OpenAIWire
from tests.peers.server import Received
from tests.peers.wire import Calls, Says, dump, words

Json = dict[str, Any]


class CompletionsWire(OpenAIWire):
    """`POST …/completions`, the legacy wire for bare text."""

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """400 for a body without a prompt."""
        if "prompt" in request.json():
            return None
        return 400, self.error(400, "invalid_request_error", "prompt is required.")

    def asked(self, request: Received) -> str:
        """The prompt."""
        prompt = request.json()["prompt"]
        return prompt if isinstance(prompt, str) else "".join(map(str, prompt))

    def events(self, request: Received, says: Says) -> list[bytes]:
        """One chunk a piece, the finish with the last of them, `[DONE]`."""
        texts = [(piece, None) for piece in says.pieces] + [("", says.reason)]
        chunks = [_completion(request, text, reason) for text, reason in texts]
        return [*(b"data: %b\n\n" % dump(chunk) for chunk in chunks), b"data: [DONE]\n\n"]

    def whole(self, request: Received, says: Says) -> bytes:
        """A completion."""
        body = _completion(request, says.text, says.reason)
        return dump(body | {"usage": self._usage(request, says)})


def _completion(request: Received, text: str, reason: str | None) -> Json:
    choice = {"index": 0, "text": text, "logprobs": None, "finish_reason": reason}
    model = request.json()["model"]
    common = {"id": "cmpl-peer", "object": "text_completion", "created": CREATED}
    return common | {"model": model, "choices": [choice]}


class EmbeddingsWire(OpenAIWire):
    """`POST …/embeddings`; an embedding is three numbers, for the length of its text."""

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """400 for a body without input."""
        if "input" in request.json():
            return None
        return 400, self.error(400, "invalid_request_error", "input is required.")

    def asked(self, request: Received) -> str:
        """All inputs in one."""
        return " ".join(_inputs(request))

    def whole(self, request: Received, says: Says) -> bytes:
        """A list of embeddings."""
        data = [
            {"object": "embedding", "index": index, "embedding": [float(len(text)), 0.5, -0.5]}
            for index, text in enumerate(_inputs(request))
        ]
        count = words(self.asked(request))
        usage = {"prompt_tokens": count, "total_tokens": count}
        body = {"object": "list", "data": data, "model": request.json()["model"], "usage": usage}
        return dump(body)


def _inputs(request: Received) -> list[str]:
    value = request.json()["input"]
    return [value] if isinstance(value, str) else [str(item) for item in value]


class ResponsesWire(OpenAIWire):
    """`POST …/responses`; a message for text, a function call for each call."""

    default_reason = "completed"
    calling_reason = "completed"

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """400 for a body without input."""
        if "input" in request.json():
            return None
        return 400, self.error(400, "invalid_request_error", "input is required.")

    def asked(self, request: Received) -> str:
        """The input, or the text of its last item."""
        value = request.json()["input"]
        if isinstance(value, str):
            return value
        content = value[-1].get("content", "")
        parts = content if isinstance(content, list) else [{"text": content}]
        return "".join(part.get("text", "") for part in parts)

    def events(self, request: Received, says: Says) -> list[bytes]:
        """Created, each item from its beginning to its end, completed; numbered."""
        told: list[Json] = [
            {"type": kind, "response": self._response(request, [], "in_progress", None)}
            for kind in ("response.created", "response.in_progress")
        ]
        items = _items(says)
        for index, (item, events) in enumerate(items):
            told.append(
                _item_event("added", index, item | {"status": "in_progress"} | _empty(item))
            )
            told += [event | {"output_index": index, "item_id": item["id"]} for event in events]
            told.append(_item_event("done", index, item))
        output = [item for item, _ in items]
        usage = self._counts(request, says)
        done = self._response(request, output, says.reason, usage)
        told.append({"type": f"response.{says.reason}", "response": done})
        return [
            b"event: %b\ndata: %b\n\n" % (e["type"].encode(), dump(e | {"sequence_number": number}))
            for number, e in enumerate(told)
        ]

    def whole(self, request: Received, says: Says) -> bytes:
        """A response."""
        output = [item for item, _ in _items(says)]
        counts = self._counts(request, says)
        return dump(self._response(request, output, says.reason, counts))

    def error_event(self, kind: str, message: str) -> bytes:
        """An `error` event."""
        error = {"type": "error", "code": kind, "message": message, "param": None}
        return b"event: error\ndata: %b\n\n" % dump(error | {"sequence_number": 0})

    def _response(
        self, request: Received, output: list[Json], status: str, usage: Json | None
    ) -> Json:
        return {
            "id": "resp_peer",
            "object": "response",
            "created_at": CREATED,
            "status": status,
            "model": request.json()["model"],
            "output": output,
            "usage": usage,
            "error": None,
            "incomplete_details": None,
            "instructions": request.json().get("instructions"),
            "metadata": {},
            "parallel_tool_calls": True,
            "tool_choice": "auto",
            "tools": request.json().get("tools", []),
            "temperature": 1.0,
            "top_p": 1.0,
        }

    def _counts(self, request: Received, says: Says) -> Json:
        asked, said = words(self.asked(request)), words(says.text)
        return {
            "input_tokens": asked,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": said,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": asked + said,
        }


def _items(says: Says) -> list[tuple[Json, list[Json]]]:
    """The items of an answer, each with the events between its beginning and its end."""
    text = [_message(says)] if says.pieces else []
    return [*text, *(_function_call(call) for call in says.calls)]


def _message(says: Says) -> tuple[Json, list[Json]]:
    empty = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
    part = empty | {"text": says.text}
    item = {"id": "msg_peer", "type": "message", "role": "assistant", "content": [part]}
    events: list[Json] = [{"type": "response.content_part.added", "part": empty}]
    events += [
        {"type": "response.output_text.delta", "delta": piece, "logprobs": []}
        for piece in says.pieces
    ]
    events.append({"type": "response.output_text.done", "text": says.text, "logprobs": []})
    events.append({"type": "response.content_part.done", "part": part})
    return item | {"status": "completed"}, [event | {"content_index": 0} for event in events]


def _function_call(call: Calls) -> tuple[Json, list[Json]]:
    item = {
        "id": f"fc_{call.id}",
        "type": "function_call",
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
        "status": "completed",
    }
    kind = "response.function_call_arguments"
    events: list[Json] = [{"type": f"{kind}.delta", "delta": piece} for piece in call.pieces]
    return item, [*events, {"type": f"{kind}.done", "arguments": call.arguments, "name": call.name}]


def _empty(item: Json) -> Json:
    return {"content": []} if item["type"] == "message" else {"arguments": ""}


def _item_event(what: str, index: int, item: Json) -> Json:
    return {"type": f"response.output_item.{what}", "output_index": index, "item": item}


class OpenAIPaths(OpenAIWire):
    """Every wire of OpenAI's, each at its path."""

    def __init__(self, *, needs_key: bool = True) -> None:
        super().__init__(needs_key=needs_key)
        self._wires: dict[str, OpenAIWire] = {
            "/chat/completions": OpenAIWire(needs_key=needs_key),
            "/completions": CompletionsWire(),
            "/responses": ResponsesWire(),
            "/embeddings": EmbeddingsWire(),
        }

    def _at(self, request: Received) -> OpenAIWire:
        """The wire of a request's path; the longest end counts."""
        return next((w for end, w in self._wires.items() if request.path.endswith(end)), self)

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """401 without a key, 404 for another path, else what the path's wire refuses."""
        if self.needs_key and not self._signed_in(request):
            return 401, self.error(401, "invalid_request_error", "No key.")
        wire = self._at(request)
        return super().refusal(request) if wire is self else wire.refusal(request)

    def asked(self, request: Received) -> str:
        """What the path's wire was asked."""
        return self._at(request).asked(request)

    def events(self, request: Received, says: Says) -> list[bytes]:
        """The path's events, with its own word for the end."""
        wire = self._at(request)
        return wire.events(request, self._in_words_of(wire, says))

    def whole(self, request: Received, says: Says) -> bytes:
        """The path's answer."""
        wire = self._at(request)
        return wire.whole(request, self._in_words_of(wire, says))

    def _in_words_of(self, wire: OpenAIWire, says: Says) -> Says:
        reason = wire.calling_reason if says.calls else wire.default_reason
        return Says(says.pieces, reason, says.calls, says.thinking)
