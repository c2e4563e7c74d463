"""A project with a playlist and a template, a provider with a script, and runs on our own API."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from sluice.engine import CleansedText
from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Connection,
    Delta,
    Message,
    ProviderError,
    Usage,
)

Json = dict[str, Any]
Answer = Callable[[str], str | ProviderError]

PROJECT = "/api/v1/projects/default"
RUNS = f"{PROJECT}/test-runs"
ENDED = ("complete", "failed", "cancelled")
TEMPLATE: Json = {
    "messages": [
        {"role": "system", "content": "You are a desk."},
        {"role": "user", "content": "Say {{word}} to {{who}}."},
    ],
    "model": "scripted",
    "provider": "openai",
    "parameters": {"temperature": 0.25, "max_tokens": 50},
}


def said(prompt: str) -> str:
    """What the template asks for: the word."""
    found = re.search(r"Say (\S+) to", prompt)
    return found[1] if found else "nothing"


@dataclass
class Desk:
    """A provider that answers by what it is asked; it waits while `gate` is closed."""

    answer: Answer = said
    key: str = "scripted"
    seen: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    at_once: int = 0
    most_at_once: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def stream(
        self, connection: Connection, messages: tuple[Message, ...], asked: Asked = NOTHING_MORE
    ) -> AsyncGenerator[Delta, None]:
        """Answer the last message."""
        self.seen.append("\n".join(message.text for message in messages))
        self.asked.append(asked)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        try:
            await self.gate.wait()
            await asyncio.sleep(0)
            answer = self.answer(messages[-1].text)
            if isinstance(answer, ProviderError):
                raise answer
            yield Delta(CleansedText(answer))
            yield Delta(CleansedText(""), "stop", Usage(7, 3), "scripted-1")
        finally:
            self.at_once -= 1


@dataclass
class Bench:
    """What tests of runs do again and again; `http` is somebody's client."""

    http: httpx.AsyncClient
    instance: int

    async def playlist(self, cases: Sequence[Json], name: str = "Words") -> str:
        """A new playlist of test cases; its id."""
        made = await self.http.post(f"{PROJECT}/playlists", json={"name": name})
        assert made.status_code == 201, made.text
        uid = str(made.json()["data"]["id"])
        path = f"{PROJECT}/playlists/{uid}/test-cases"
        added = await self.http.post(path, json={"testCases": list(cases)})
        assert added.status_code == 201, added.text
        return uid

    async def template(self, name: str = "greeting", **changed: object) -> str:
        """A new version of a template; its id."""
        body = {"name": name, "content": {**TEMPLATE, **changed}}
        saved = await self.http.post(f"{PROJECT}/templates", json=body)
        assert saved.status_code == 201, saved.text
        return str(saved.json()["data"]["version"]["id"])

    def asked(self, **changed: object) -> Json:
        """The body that starts a run."""
        return {
            "playlist": "Words",
            "template": "greeting",
            "modelInstance": self.instance,
            "evaluators": [{"kind": "exact"}],
            **changed,
        }

    async def start(self, **changed: object) -> str:
        """A new run; its id."""
        started = await self.http.post(RUNS, json=self.asked(**changed))
        assert started.status_code == 201, started.text
        return str(started.json()["data"]["id"])

    async def run(self, uid: str) -> Json:
        """A run as it is now."""
        answer = await self.http.get(f"{RUNS}/{uid}")
        assert answer.status_code == 200, answer.text
        data: Json = answer.json()["data"]
        return data

    async def until(self, uid: str, reached: Callable[[Json], bool]) -> Json:
        """The run as soon as it is so far."""
        async with asyncio.timeout(60):
            while not reached(run := await self.run(uid)):  # noqa: ASYNC110 (only asking tells)
                await asyncio.sleep(0.02)
        return run

    async def ended(self, uid: str) -> Json:
        """The run when it has ended."""
        return await self.until(uid, lambda run: run["status"] in ENDED)

    async def results(self, uid: str, **parameters: str | int) -> list[Json]:
        """What came of its cases, page by page."""
        found: list[Json] = []
        cursor: str | None = "0"
        while cursor is not None:
            wanted = {**parameters, "cursor": cursor}
            page = (await self.http.get(f"{RUNS}/{uid}/results", params=wanted)).json()
            found += page["data"]
            cursor = page["nextCursor"]
        return found


def words(count: int) -> list[Json]:
    """Test cases that the template's answer fits."""
    return [
        {"inputs": {"word": f"word{n}", "who": "everybody"}, "output": f"word{n}"}
        for n in range(count)
    ]
