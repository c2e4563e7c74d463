"""Google's Gemini API and Vertex AI, as their references and their SDK have them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from tests.peers.behaviours import JSON, PIECES, SSE
from tests.peers.history import SIGNATURE
from tests.peers.server import Behaviour, Exchange, Received
from tests.peers.wire import Calls, Says, dump, words

Json = dict[str, Any]
UNSIGNED = "skip_thought_signature_validator"
_GEMINI = re.compile(r"/v1(?:beta)?/(?:models|tunedModels)/([\w.-]+):(\w+)")
_VERTEX = re.compile(
    r"/v1(?:beta1)?/(?:projects/[\w-]+/locations/[\w-]+/)?"
    r"(?:publishers/[\w-]+/models|endpoints)/([\w.@-]+):(\w+)"
)
_FIELDS = frozenset(
    {"contents", "systemInstruction", "generationConfig", "tools", "toolConfig", "safetySettings",
     "cachedContent", "labels", "model"}
)  # fmt: skip
_CONFIG = frozenset(
    {"temperature", "topP", "topK", "seed", "maxOutputTokens", "stopSequences", "presencePenalty",
     "frequencyPenalty", "responseMimeType", "responseJsonSchema", "responseSchema",
     "thinkingConfig", "candidateCount"}
)  # fmt: skip


class GoogleWire:
    """`POST …/models/MODEL:streamGenerateContent?alt=sse`, and `:generateContent`."""

    default_reason = "STOP"
    calling_reason = "STOP"

    def __init__(self, *, vertex: bool = False, gives_ids: bool = True) -> None:
        self.vertex = vertex
        self.gives_ids = gives_ids
        """Whether calls have an id, as they have since Gemini 3."""

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """What the vendor refuses: no key, another path, unknown fields, a broken history."""
        if not self._signed_in(request):
            return 401, self.error(401, "UNAUTHENTICATED", "No key.")
        path = (_VERTEX if self.vertex else _GEMINI).fullmatch(request.path)
        if request.method != "POST" or not path:
            return 404, self.error(404, "NOT_FOUND", "Unknown path.")
        if path[2] == "streamGenerateContent" and not request.target.endswith("?alt=sse"):
            return 400, self.error(400, "INVALID_ARGUMENT", "This peer streams events only.")
        problem = _problem(request.json(), path[1])
        return (400, self.error(400, "INVALID_ARGUMENT", problem)) if problem else None

    def _signed_in(self, request: Received) -> bool:
        bearer = request.headers.get("authorization", "").startswith("Bearer ")
        return bool(request.headers.get("x-goog-api-key")) or (self.vertex and bearer)

    def asked(self, request: Received) -> str:
        """The text of the last content of the user's that has some."""
        for content in reversed(request.json()["contents"]):
            text = "".join(part.get("text", "") for part in content["parts"])
            if content.get("role", "user") == "user" and text:
                return text
        return ""

    def events(self, request: Received, says: Says) -> list[bytes]:
        """One chunk a thought, a piece or a call; the last one says why it finished."""
        parts: list[Json] = [{"text": thought, "thought": True} for thought in says.thinking]
        parts += [{"text": piece} for piece in says.pieces]
        parts += self._calls(says.calls)
        last = {"content": {"role": "model", "parts": [{"text": ""}]}, "finishReason": says.reason}
        candidates = [{"content": {"role": "model", "parts": [part]}} for part in parts] + [last]
        return [
            b"data: %b\n\n" % dump(self._chunk(request, says, {"index": 0, **candidate}))
            for candidate in candidates
        ]

    def whole(self, request: Received, says: Says) -> bytes:
        """A response in one."""
        parts = [*([{"text": says.text}] if says.pieces else []), *self._calls(says.calls)]
        candidate = {"index": 0, "content": {"role": "model", "parts": parts},
                     "finishReason": says.reason}  # fmt: skip
        return dump(self._chunk(request, says, candidate))

    def _calls(self, calls: Iterable[Calls]) -> list[Json]:
        """Calls, the first one signed."""
        found: list[Json] = []
        for call in calls:
            function: Json = {"name": call.name, "args": json.loads(call.arguments or "{}")}
            signed = {} if found else {"thoughtSignature": SIGNATURE}
            named = {"id": call.id} if self.gives_ids else {}
            found.append({"functionCall": named | function, **signed})
        return found

    def _chunk(self, request: Received, says: Says, candidate: Json) -> Json:
        asked, said, thought = words(self.asked(request)), words(says.text), len(says.thinking)
        usage = {
            "promptTokenCount": asked,
            "cachedContentTokenCount": min(asked, 1),
            "candidatesTokenCount": said,
            "thoughtsTokenCount": thought,
            "totalTokenCount": asked + said + thought,
        }
        version = request.path.rpartition("/")[2].partition(":")[0]
        return {"candidates": [candidate], "usageMetadata": usage, "modelVersion": version,
                "responseId": "response-peer"}  # fmt: skip

    def error(self, status: int, kind: str, message: str) -> bytes:
        """Google's error object."""
        return dump({"error": {"code": status, "message": message, "status": kind}})

    def error_event(self, kind: str, message: str) -> bytes:
        """An error object in the middle of a stream."""
        return b"data: %b\n\n" % self.error(503, kind, message)


def google_says(wire: GoogleWire, says: Says) -> Behaviour:
    """This answer, streamed where the path says so."""

    async def behave(exchange: Exchange) -> None:
        await _say(exchange, wire, says)

    return behave


def google_answering(wire: GoogleWire, pieces: Iterable[str] = PIECES) -> Behaviour:
    """A proper answer in these pieces."""
    return google_says(wire, Says(tuple(pieces), wire.default_reason))


def google_two_rounds(wire: GoogleWire, calls: Iterable[Calls]) -> Behaviour:
    """Calls tools, and answers with text once their answers are there."""
    first = Says((), wire.calling_reason, tuple(calls))
    second = Says(PIECES, wire.default_reason)

    async def behave(exchange: Exchange) -> None:
        parts = exchange.request.json()["contents"][-1]["parts"]
        answered = any("functionResponse" in part for part in parts)
        await _say(exchange, wire, second if answered else first)

    return behave


async def _say(exchange: Exchange, wire: GoogleWire, says: Says) -> None:
    refusal = wire.refusal(exchange.request)
    if refusal:
        return await exchange.whole(refusal[0], refusal[1], JSON)
    if exchange.request.path.endswith(":generateContent"):
        return await exchange.whole(200, wire.whole(exchange.request, says), JSON)
    await exchange.head(200, SSE)
    for event in wire.events(exchange.request, says):
        await exchange.piece(event)
    return await exchange.end()


def _problem(body: Json, model: str) -> str | None:
    """What is wrong with a body, in the words of a vendor."""
    config = body.get("generationConfig", {})
    # Both spellings are taken, as in all JSON of protocol buffers; the SDK mixes them.
    thinking = {name.replace("thinking_b", "thinkingB").replace("thinking_l", "thinkingL")
                for name in config.get("thinkingConfig", {})}  # fmt: skip
    contents = body.get("contents") or []
    checks = {
        "Unknown name: Cannot find field.": not set(body) - _FIELDS and not set(config) - _CONFIG,
        "contents is not specified": bool(contents),
        "Please use a valid role: user, model.": all(
            content.get("role", "user") in ("user", "model") for content in contents
        ),
        "contents.parts must not be empty.": all(content.get("parts") for content in contents),
        "You can only set one of thinking budget and level.": not (
            {"thinkingBudget", "thinkingLevel"} <= thinking
        ),
        "Thinking level is not supported for this model.": not (
            "thinkingLevel" in thinking and "2.5" in model
        ),
    }
    broken = next((text for text, fine in checks.items() if not fine), None)
    return broken or _history_problem(contents, signed=not re.search(r"2\.5|2\.0|1\.5", model))


def _history_problem(contents: list[Json], *, signed: bool) -> str | None:
    """Calls are answered right after them, as many, by id and name; the first one is signed."""
    due: list[tuple[str | None, str]] = []
    for content in contents:
        parts = content["parts"]
        answers = [p["functionResponse"] for p in parts if "functionResponse" in p]
        if due and sorted((a.get("id"), a["name"]) for a in answers) != sorted(due):
            return "The function response parts must be those of the function call turn."
        if answers and (not due or len(answers) != len(parts)):
            return "A function response turn comes immediately after a function call turn."
        if not all(isinstance(answer.get("response"), dict) for answer in answers):
            return "Invalid value at function_response.response"
        calls = [part for part in parts if "functionCall" in part]
        if signed and calls and calls[0].get("thoughtSignature") not in (SIGNATURE, UNSIGNED):
            return "Function call is missing a thought_signature in functionCall parts."
        due = [(p["functionCall"].get("id"), p["functionCall"]["name"]) for p in calls]
    return "The last function calls have no function responses." if due else None
