"""What is measured on: a scripted vendor and a Sluice server before it, each a process of its own.

Everything is on loopback and ends by its own process id.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from tests.live import LiveServer, prompt

from benchmarks.client import Client, Json
from benchmarks.engine import text_of

ROOT: Final = Path(__file__).parents[1]
MIB: Final = 1024 * 1024
MODEL: Final = "scripted"
KEY: Final = "no-key-is-needed-on-loopback"
SUBMIT: Final = "/api/v1/prompts/submit"
ANALYZE: Final = "/api/v1/prompts/analyze"

ANSWER: Final = (
    "Thank you. I have written to EMAIL_ADDRESS_0 and asked for the contract; the answer should "
    "be here within two working days. If it is not, I will write again, and tell you so. Is there "
    "anything else that I can look up in the meantime?"
)
"""What the vendor answers: 230 characters, with a placeholder that must be restored."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used: CPU in milliseconds since its start, memory in MiB."""

    cpu_ms: float
    rss_mib: float
    peak_mib: float


@dataclass(frozen=True)
class Stage:
    """A vendor, a server before it, and the model instance that leads from one to the other."""

    peer: str
    server: LiveServer
    instance: int

    def direct(self) -> Client:
        """A client that asks the vendor itself."""
        return Client(self.peer, "/v1/chat/completions", KEY)

    def through(self) -> Client:
        """A client that asks through Sluice."""
        return Client(self.server.url, SUBMIT, self.server.token)

    def submit(self, text: str, thread: int | None = None, *, stream: bool = False) -> Json:
        """The body of a submit."""
        extra = {"isStreaming": True} if stream else {}
        return prompt(self.instance, text, threadId=thread, **extra)

    def usage(self) -> Usage:
        """What the server's process has used."""
        assert self.server.process is not None
        return usage_of(self.server.process.pid)


@contextmanager
def stage(*peer_options: str, database_url: str | None = None) -> Iterator[Stage]:
    """Both processes, started and warmed up; `peer_options` as `python -m tests.peers` has them."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sluice-bench-")))
        peer = stack.enter_context(_peer(*peer_options))
        server = LiveServer(folder, database_url, {"SLUICE_LOG_LEVEL": "info"})
        stack.enter_context(server)
        connection: Json = {"providerKey": "openai", "model": MODEL, "baseUrl": f"{peer}/v1"}
        instance = server.instance(connection | {"credentials": {"api_key": KEY}})
        yield Stage(peer, server, instance)


def question(text: str, *, stream: bool = True) -> Json:
    """The body of the same prompt for the vendor itself."""
    return conversation([{"role": "user", "content": text}], stream=stream)


def conversation(messages: list[Json], *, stream: bool = True) -> Json:
    """The body of a conversation for the vendor itself."""
    body: Json = {"model": MODEL, "messages": messages, "stream": stream}
    return body | ({"stream_options": {"include_usage": True}} if stream else {})


def prompt_text(number: int, size: int = 1024) -> str:
    """A text of about `size` bytes with something to be found, another for each number."""
    ending = f" Please write to person{number}@example.org about it."
    begin = text_of("prose", size - len(ending), seed=random.Random(number).randrange(1 << 30))
    return begin[: size - len(ending)] + ending


@contextmanager
def _peer(*options: str) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.peers", "--vendor", "openai", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().rpartition(" ")[2].strip()
        finally:
            process.terminate()


def usage_of(pid: int) -> Usage:
    """What a process has used until now."""
    process = psutil.Process(pid)
    times, memory = process.cpu_times(), process.memory_info()
    return Usage((times.user + times.system) * 1000, memory.rss / MIB, _peak_mib(pid, memory.rss))


def _peak_mib(pid: int, rss: int) -> float:
    """The most memory that the process ever had; where the system does not tell, what it has."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return rss / MIB
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))
