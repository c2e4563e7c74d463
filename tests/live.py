"""A Sluice server as a process of its own, on a real socket (see `spawner`)."""

from __future__ import annotations

import json
import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import anyio
import asyncpg
import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from sqlalchemy.engine import make_url

from sluice.server.auth.tables import User
from sluice.server.kit.database import Database
from sluice.server.kit.tokens import new_token
from tests import compiled, postgres
from tests.peers import Peer
from tests.peers.server import Behaviour
from tests.spawning import Spawned, spawner

START_SECONDS = 180
"""How long a start may take on a machine that others keep busy too."""
Json = dict[str, Any]


@dataclass
class LiveServer:
    """`with LiveServer(folder) as server:` starts it; `token` is the administrator's."""

    folder: Path
    database_url: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    token: str = field(default_factory=new_token)
    arguments: Sequence[str] = ()
    """Further words for `sluice serve`."""
    url: str = ""
    process: Spawned | None = None
    _begun: int = 0

    def __enter__(self) -> Self:
        return self if self.process is not None else self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.folder / "data"

    @property
    def log(self) -> Path:
        """Where standard output and standard error of all starts go."""
        return self.folder / "server.log"

    def start(self) -> Self:
        """Start the process and wait until it is ready."""
        self.launch()
        self.wait_until_ready()
        return self

    def launch(self) -> None:
        """Start the process; wait for nothing."""
        self.folder.mkdir(parents=True, exist_ok=True)
        compiled.lend(self.data)
        self._begun = self.log.stat().st_size if self.log.exists() else 0
        self.log.touch()
        words = ["serve", *self.arguments]
        self.process = spawner().spawn(words, self._environment(), self.folder, self.log)

    def wait_until_ready(self) -> None:
        """Ask `/readyz` until it says yes."""
        self.url = self._address()
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                ready = httpx.get(f"{self.url}/readyz", timeout=30, verify=trusted())
                if ready.status_code == 200:
                    compiled.keep(self.data)
                    return
            except httpx.TransportError:
                pass
            self._still_starting(deadline)

    def stop(self) -> int:
        """End it as an operator would; returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it without warning."""
        self._end(signal.SIGKILL)

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a `sluice` command with this server's settings."""
        command = [str(Path(sys.executable).parent / "sluice"), *words]
        return subprocess.run(
            command,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def client(self, token: str | None = None) -> httpx.Client:
        """A client that signs in with a token."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=60, verify=trusted())

    def instance(self, connection: Json, policy: Json | None = None, **fields: object) -> int:
        """A new model instance (with a policy group of its own, if one is given); its id."""
        with self.client() as client:
            group = 1
            if policy is not None:
                body: Json = {"name": f"Policy {time.monotonic_ns()}", "policy": policy}
                made = client.post("/api/admin/v1/policy-groups", json=body)
                group = made.json()["data"]["id"]
            body = {
                "name": f"Instance {time.monotonic_ns()}",
                "policyGroupId": group,
                "connection": connection,
                **fields,
            }
            made = client.post("/api/admin/v1/model-instances", json=body)
            assert made.status_code == 201, made.text
            return int(made.json()["data"]["id"])

    def member(self) -> str:
        """The API token of a new user who is no administrator."""
        user_id = anyio.run(_add_member, self.database_url or f"sqlite:///{self.data}/sluice.db")
        with self.client() as client:
            order = {"name": "tests", "userId": user_id}
            made = client.post("/api/admin/v1/api-tokens", json=order)
            assert made.status_code == 201, made.text
            return str(made.json()["data"]["token"])

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SLUICE_")}
        for name in [n for n in kept if _tells_of_a_vendor(n)]:
            del kept[name]
        kept |= {
            "SLUICE_DATA_DIR": str(self.data),
            "SLUICE_PORT": "0",
            "SLUICE_BOOTSTRAP_TOKEN": self.token,
            "SLUICE_LOG_FORMAT": "json",
            "SLUICE_LOG_LEVEL": "debug",
        }
        if self.database_url is not None:
            kept["SLUICE_DATABASE_URL"] = self.database_url
        return kept | dict(self.environment)

    def _address(self) -> str:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with self.log.open("rb") as log:
                log.seek(self._begun)
                for line in log.read().decode(errors="replace").splitlines():
                    if line.startswith("address: "):
                        return line.removeprefix("address: ").strip()
            self._still_starting(deadline)

    def _still_starting(self, deadline: float) -> None:
        assert self.process is not None
        if self.process.poll() is not None or time.monotonic() > deadline:
            self._end(signal.SIGKILL)
            raise AssertionError(f"the server did not start: {self.log.read_text()[-2000:]}")
        time.sleep(0.02)

    def _end(self, how: signal.Signals) -> int:
        process = self.process
        if process is None:
            return 0
        if process.poll() is None:
            process.send_signal(how)
        self.process = None
        return process.wait(timeout=60)


@cache
def trusted() -> ssl.SSLContext:
    """Whom clients trust: read once, since every client would read it for itself."""
    return httpx.create_ssl_context()


def _tells_of_a_vendor(variable: str) -> bool:
    """Whether a first start would make a model instance out of it."""
    return variable.endswith(("_API_KEY", "_BASE_URL", "HF_TOKEN")) or variable.startswith("AWS_")


@contextmanager
def empty_database(kind: str) -> Iterator[str | None]:
    """The URL of an empty database; None for SQLite, which a server makes in its data folder."""
    if kind == "sqlite":
        yield None
        return
    server = os.environ.get(postgres.NAMED)
    if server is None:
        pytest.skip("PostgreSQL left out: none could be started or reached")
    name = f"live_{uuid4().hex}"
    anyio.run(execute, server, f"CREATE DATABASE {name}")
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    anyio.run(execute, server, f"DROP DATABASE {name} WITH (FORCE)")


async def execute(url: str, statement: str) -> list[asyncpg.Record]:
    """Run one statement on PostgreSQL."""
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


async def _add_member(url: str) -> int:
    database = Database(url)
    try:
        async with database.write() as session:
            user = User(email=f"{uuid4().hex}@example.org", name="Member", role="member")
            session.add(user)
            await session.flush()
            return int(user.id)
    finally:
        await database.close()


@contextmanager
def peer_beside(*script: Behaviour) -> Iterator[Peer]:
    """A scripted vendor in a thread of its own, for tests that are not asynchronous."""
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(Peer(list(script))) as peer,
    ):
        yield peer


def connection_to(peer: Peer, vendor: str = "openai") -> Json:
    """A model connection to a scripted vendor."""
    return {
        "providerKey": vendor,
        "model": "peer",
        "baseUrl": peer.url if vendor == "anthropic" else f"{peer.url}/v1",
        "credentials": {"api_key": "sk-tests-0123456789"},
    }


def prompt(instance: int, text: str, **fields: object) -> Json:
    """The body of a prompt call."""
    return {"modelInstanceId": instance, "source": "sdk", "text": text, **fields}


def stream_lines(client: httpx.Client, body: Json) -> list[Json]:
    """The lines of a streamed submit."""
    with client.stream(
        "POST", "/api/v1/prompts/submit", json=body | {"isStreaming": True}
    ) as answer:
        return [json.loads(line) for line in answer.iter_lines() if line]
