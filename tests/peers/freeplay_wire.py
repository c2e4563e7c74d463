"""A scripted Freeplay server on the wire of SDK 0.1.6, and the vendors' models beside it.

Serves its paths under `/api` and under `/`. What it demands of a request, the published client
sends: `tests/unit/freeplay/test_published.py` runs that client against it.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.live import peer_beside
from tests.peers.behaviours import JSON, answering
from tests.peers.models import anthropic_model, openai_model
from tests.peers.openai_paths import CompletionsWire
from tests.peers.server import Behaviour, Exchange, Peer, Received

Json = dict[str, Any]
KEY = "-".join(["freeplay", "key", "0123456789"])
RECORDED = {
    "session_id", "project_version_id", "prompt_template_id", "start_time", "end_time", "tag",
    "inputs", "prompt_content", "return_content", "format_type", "is_complete", "model",
}  # fmt: skip
FORMATS = {"openai_text", "openai_chat", "anthropic_text"}
_SESSION = re.compile(r"/projects/([^/]+)/sessions/tag/([^/]+)")
_TEMPLATES = re.compile(r"/projects/([^/]+)/templates/all/([^/]+)")
_TEST_RUNS = re.compile(r"/projects/([^/]+)/test-runs")


def text_template(name: str, content: str, **fields: object) -> Json:
    """A template as the server hands it out."""
    found: Json = {
        "project_version_id": "version-1",
        "prompt_template_id": f"template-{name}",
        "name": name,
        "content": content,
        "params": None,
    }
    return found | fields


def chat_template(name: str, *messages: tuple[str, str], **fields: object) -> Json:
    """A chat's template, of (role, content)."""
    content = json.dumps([{"role": role, "content": text} for role, text in messages])
    return text_template(name, content, **fields)


@dataclass
class FreeplayServer:
    """Its templates and playlists, and what it was told. `faults` are used up, one a request.

    `etag` is sent with templates; `problems` says what of a request is not as the wire has it.
    """

    templates: list[Json] = field(default_factory=list)
    playlists: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    etag: str | None = None
    recordings: list[Json] = field(default_factory=list)
    sessions: list[tuple[str, str, str | None]] = field(default_factory=list)
    faults: dict[str, list[Behaviour]] = field(default_factory=dict)
    asked: list[Received] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def paths(self) -> list[str]:
        """The paths of the Freeplay wire that were asked for, in order."""
        return [request.path for request in self.asked]

    async def __call__(self, exchange: Exchange) -> None:
        """Answer a request of either the server's or a vendor's."""
        path = exchange.request.path
        vendor = _VENDORS.get(path)
        if vendor is not None and not (fault := self._fault(path)):
            return await vendor(exchange)
        if vendor is not None and fault:
            return await fault(exchange)
        self.asked.append(exchange.request)
        if fault := self._fault(path):
            return await fault(exchange)
        status, body, headers = self._answer(exchange.request)
        content = b"" if status == 304 else json.dumps(body).encode()
        return await exchange.whole(status, content, {**JSON, **headers})

    def _fault(self, path: str) -> Behaviour | None:
        for part, behaviours in self.faults.items():
            if part in path and behaviours:
                return behaviours.pop(0)
        return None

    def _answer(self, request: Received) -> tuple[int, object, dict[str, str]]:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return 401, {"message": "The key is not known.", "code": "unauthorized"}, {}
        path = request.path.removeprefix("/api")
        if request.method == "GET" and (found := _TEMPLATES.fullmatch(path)):
            return self._templates(request, found[1])
        if request.method == "POST" and (found := _SESSION.fullmatch(path)):
            return self._session(request, found[2])
        if request.method == "POST" and _TEST_RUNS.fullmatch(path):
            return self._test_run(request)
        if request.method == "POST" and path == "/v1/record":
            return self._record(request)
        return 404, {"message": "There is no such path.", "code": "not_found"}, {}

    def _templates(self, request: Received, project_id: str) -> tuple[int, object, dict[str, str]]:
        if project_id == "unknown":
            return 404, {"message": "There is no such project.", "code": "not_found"}, {}
        if self.etag and request.headers.get("if-none-match") == self.etag:
            return 304, {}, {"etag": self.etag}
        return 200, {"templates": self.templates}, {"etag": self.etag} if self.etag else {}

    def _session(self, request: Received, tag: str) -> tuple[int, object, dict[str, str]]:
        session_id = f"session-{len(self.sessions)}"
        self.sessions.append((session_id, tag, request.json().get("test_run_id")))
        return 201, {"session_id": session_id}, {}

    def _test_run(self, request: Received) -> tuple[int, object, dict[str, str]]:
        inputs = self.playlists.get(request.json().get("playlist_name", ""))
        if inputs is None:
            return 404, {"message": "There is no such playlist.", "code": "not_found"}, {}
        return 201, {"test_run_id": "run-1", "inputs": inputs}, {}

    def _record(self, request: Received) -> tuple[int, object, dict[str, str]]:
        body = request.json()
        self.problems += [f"{name}" for name in _unlike_the_wire(body)]
        self.recordings.append(body)
        return 201, {}, {}


def _unlike_the_wire(body: Json) -> Iterator[str]:
    """The fields of a recording that are missing, unknown or of a wrong type."""
    yield from RECORDED ^ (body.keys() - {"test_run_id"})
    texts = RECORDED - {"start_time", "end_time", "inputs", "is_complete", "model"}
    yield from (name for name in texts if not isinstance(body.get(name), str))
    yield from (n for n in ("start_time", "end_time") if not isinstance(body.get(n), int))
    inputs = body.get("inputs")
    if not isinstance(inputs, dict) or not all(isinstance(v, str) for v in inputs.values()):
        yield "inputs"
    if body.get("format_type") not in FORMATS or not isinstance(body.get("is_complete"), bool):
        yield "format_type or is_complete"


_VENDORS: dict[str, Behaviour] = {
    "/v1/chat/completions": openai_model(),
    "/openai/deployments/gpt-x/chat/completions": openai_model(),
    "/v1/completions": answering(CompletionsWire(), pieces=None),
    "/v1/messages": anthropic_model(),
}


def failing(status: int, body: bytes = b'{"message": "Not now."}') -> Behaviour:
    """An answer with this status."""

    async def behave(exchange: Exchange) -> None:
        await exchange.whole(status, body, JSON)

    return behave


def garbage() -> Behaviour:
    """A web page in place of an answer, with a status of success."""

    async def behave(exchange: Exchange) -> None:
        await exchange.whole(200, b"<html>Welcome</html>", {"content-type": "text/html"})

    return behave


def slow(seconds: float) -> Behaviour:
    """No answer for so long."""

    async def behave(exchange: Exchange) -> None:
        await asyncio.sleep(seconds)
        await exchange.whole(503, b"{}", JSON)

    return behave


def cut() -> Behaviour:
    """The connection breaks in place of an answer."""

    async def behave(exchange: Exchange) -> None:
        exchange.cut()

    return behave


@contextmanager
def freeplay_beside(server: FreeplayServer) -> Iterator[Peer]:
    """The server on a socket, in a thread of its own."""
    with peer_beside(server) as peer:
        yield peer
