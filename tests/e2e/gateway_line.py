"""A gateway between a caller and a scripted vendor, asked over real sockets on either wire."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from tests.live import LiveServer
from tests.peers import AnthropicWire, OpenAIWire, Peer, Wire
from tests.peers.behaviours import answering
from tests.peers.server import Behaviour

Json = dict[str, Any]
Turn = tuple[str, str]
"""Who says it, and what."""
WIRES: dict[str, type[Wire]] = {"openai": OpenAIWire, "anthropic": AnthropicWire}
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}
ONCE = {"SLUICE_PROVIDER_RETRIES": "0"}
"""For a server that asks a vendor once."""
PATIENCE: dict[str | None, dict[str, str]] = {
    None: ONCE,
    "hang": {
        # Of each connection; long enough for one that answers on a busy machine.
        "SLUICE_PROVIDER_FIRST_BYTE_SECONDS": "3",
        "SLUICE_PROVIDER_TOTAL_SECONDS": "3",
        **ONCE,
    },
    "hang-mid-stream": {"SLUICE_PROVIDER_IDLE_SECONDS": "1", **ONCE},
}
"""By what a vendor does: for a server that loses patience soon with that, and with nothing else."""


class Failed(Exception):
    """A stream ended with an error event; its body."""

    def __init__(self, body: Json) -> None:
        super().__init__("the stream ended with an error")
        self.body = body


@dataclass
class Line:
    """One vendor's line: `vendor` names the caller's wire, which is the vendor's too."""

    server: LiveServer
    peer: Peer
    vendor: str
    token: str = ""
    model: str = "peer"
    headers: dict[str, str] = field(default_factory=dict)

    def apart(self, **headers: str) -> Line:
        """The same in a conversation of its own, or with headers of its own."""
        named = headers or {"sluice-conversation": uuid4().hex}
        line = Line(self.server, self.peer, self.vendor, self.token, self.model, named)
        line.peer.requests.clear()
        line.says()
        return line

    @property
    def wire(self) -> Wire:
        """What the vendor speaks."""
        return WIRES[self.vendor]()

    def does(self, *behaviours: Behaviour) -> None:
        """What the vendor does at the next requests; the last one stays."""
        self.peer.script[:] = behaviours

    def says(self, *pieces: str) -> None:
        """What the model says from now on; without pieces it repeats what it was asked."""
        self.does(answering(self.wire, pieces=pieces or None))

    def body(self, *turns: Turn, **more: object) -> Json:
        """A request."""
        said = [{"role": role, "content": text} for role, text in turns]
        if self.vendor == "openai":
            return {"model": self.model, "messages": said, **more}
        system = "\n".join(text for role, text in turns if role == "system")
        messages = [message for message in said if message["role"] != "system"]
        body: Json = {"model": self.model, "max_tokens": 99, "messages": messages, **more}
        return body | ({"system": system} if system else {})

    def post(self, body: Json, path: str | None = None) -> httpx.Response:
        """The answer to a whole request."""
        with httpx.Client(base_url=self.server.url, timeout=60) as client:
            return client.post(path or PATHS[self.vendor], json=body, headers=self.signed_in)

    @property
    def signed_in(self) -> dict[str, str]:
        """Headers with the key in them."""
        return {"authorization": f"Bearer {self.token or self.server.token}", **self.headers}

    def ask(self, *turns: Turn, **more: object) -> str:
        """What the caller reads in a whole answer."""
        answer = self.post(self.body(*turns, **more))
        assert answer.status_code == 200, answer.text
        body = answer.json()
        if self.vendor == "openai":
            return str(body["choices"][0]["message"]["content"])
        return "".join(block.get("text", "") for block in body["content"])

    def stream(self, *turns: Turn, **more: object) -> str:
        """What the caller reads in a streamed answer. Raises `Failed`."""
        return "".join(self.stream_texts(*turns, **more))

    def stream_texts(self, *turns: Turn, **more: object) -> Iterator[str]:
        """The pieces of a streamed answer as the caller reads them. Raises `Failed`."""
        body = self.body(*turns, stream=True, **more)
        with (
            httpx.Client(base_url=self.server.url, timeout=60) as client,
            client.stream("POST", PATHS[self.vendor], json=body, headers=self.signed_in) as answer,
        ):
            if answer.status_code != 200:
                raise Failed(json.loads(answer.read()))
            yield from texts(answer.iter_lines())

    @property
    def sent(self) -> str:
        """Everything that the vendor got since the line was made."""
        bodies = [json.loads(request.body) for request in self.peer.requests]
        return json.dumps(bodies, ensure_ascii=False)


def texts(lines: Iterator[str]) -> Iterator[str]:
    """The pieces of text in the lines of a stream; an error event raises `Failed`."""
    for line in lines:
        if not line.startswith("data: ") or line == "data: [DONE]":
            continue
        event: Json = json.loads(line.removeprefix("data: "))
        if "error" in event:
            raise Failed(event)
        for choice in event.get("choices", ()):
            yield choice["delta"].get("content") or ""
        yield event.get("delta", {}).get("text", "") if "delta" in event else ""


def problem(body: Mapping[str, Any]) -> str:
    """The message of an error in either vendor's shape."""
    return str(body["error"]["message"])
