"""Anthropic's other paths: counting tokens, and the legacy wire for bare text; `AnthropicPaths`
serves them beside Messages.
"""

from __future__ import annotations

import json

from tests.peers.anthropic_wire import AnthropicWire
from tests.peers.server import Received
from tests.peers.wire import Says, dump, last_user_text, words


class AnthropicPaths(AnthropicWire):
    """`/v1/messages`, `/v1/messages/count_tokens` and `/v1/complete`, each at its path."""

    def refusal(self, request: Received) -> tuple[int, bytes] | None:
        """What Messages refuses; the other paths want a key, a version and their input."""
        wanted = {"/v1/messages/count_tokens": "messages", "/v1/complete": "prompt"}
        field = wanted.get(request.path)
        if field is None:
            return super().refusal(request)
        if not (request.headers.get("x-api-key") or request.headers.get("authorization")):
            return 401, self.error(401, "authentication_error", "No key.")
        if field not in request.json() or "anthropic-version" not in request.headers:
            return 400, self.error(400, "invalid_request_error", f"{field}: Field required")
        return None

    def asked(self, request: Received) -> str:
        """The text of the last user message, or the prompt."""
        body = request.json()
        return str(body["prompt"]) if "prompt" in body else last_user_text(body["messages"])

    def events(self, request: Received, says: Says) -> list[bytes]:
        """Completions of the legacy wire come as `completion` events and have no end marker."""
        if request.path != "/v1/complete":
            return super().events(request, says)
        pieces = [(piece, None) for piece in says.pieces] + [("", "stop_sequence")]
        return [
            b"event: completion\ndata: %b\n\n" % dump(self._completion(request, text, reason))
            for text, reason in pieces
        ]

    def whole(self, request: Received, says: Says) -> bytes:
        """A message, a count of tokens, or a completion."""
        if request.path == "/v1/complete":
            return dump(self._completion(request, says.text, "stop_sequence"))
        if request.path == "/v1/messages/count_tokens":
            return dump({"input_tokens": words(json.dumps(request.json()["messages"]))})
        return super().whole(request, says)

    def _completion(self, request: Received, text: str, reason: str | None) -> dict[str, object]:
        model = request.json()["model"]
        found: dict[str, object] = {"type": "completion", "id": "compl_peer", "completion": text}
        return found | {"stop_reason": reason, "stop": "\n\nHuman:" if reason else None,
                        "model": model}  # fmt: skip
