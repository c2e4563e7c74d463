"""A Sluice server as a process of its own, on a real socket."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from sluice.server.kit.tokens import new_token

START_SECONDS = 30
Json = dict[str, Any]


@dataclass
class LiveServer:
    """`with LiveServer(folder) as server:` starts it; `token` is the administrator's."""

    folder: Path
    database_url: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    token: str = field(default_factory=new_token)
    url: str = ""
    process: subprocess.Popen[bytes] | None = None

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
        self.folder.mkdir(parents=True, exist_ok=True)
        begun = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            command = [str(Path(sys.executable).parent / "sluice"), "serve"]
            self.process = subprocess.Popen(
                command, env=self._environment(), stdout=log, stderr=log, cwd=self.folder
            )
        self.url = self._address(begun)
        self.wait_until_ready()
        return self

    def wait_until_ready(self) -> None:
        """Ask `/readyz` until it says yes."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                if httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200:
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
            timeout=60,
        )

    def client(self, token: str | None = None) -> httpx.Client:
        """A client that signs in with a token."""
        headers = {"Authorization": f"Bearer {token or self.token}"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=30)

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

    def _environment(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SLUICE_")}
        for name in [n for n in kept if n.endswith(("_API_KEY", "_BASE_URL", "HF_TOKEN"))]:
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

    def _address(self, begun: int) -> str:
        deadline = time.monotonic() + START_SECONDS
        while True:
            with self.log.open("rb") as log:
                log.seek(begun)
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
        return process.wait(timeout=30)


def prompt(instance: int, text: str, **fields: object) -> Json:
    """The body of a prompt call."""
    return {"modelInstanceId": instance, "source": "sdk", "text": text, **fields}


def stream_lines(client: httpx.Client, body: Json) -> list[Json]:
    """The lines of a streamed submit."""
    with client.stream(
        "POST", "/api/v1/prompts/submit", json=body | {"isStreaming": True}
    ) as answer:
        return [json.loads(line) for line in answer.iter_lines() if line]
