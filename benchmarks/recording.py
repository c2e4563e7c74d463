"""Recordings a second, and reading prompts meanwhile: `python -m benchmarks.recording [--json]`.

One Sluice process on SQLite takes recordings of the Freeplay wire (0.1.6's `v1/record`: a prompt of
1 KB with something to be found and an answer that repeats it, every third in a session of its own)
from callers in another process, with cleansing on. Each is committed before it is answered. In the
same run, one caller reads the prompts of an environment with eight templates. All of that without
the detecting process, and with it.
"""

from __future__ import annotations

import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from uuid import uuid4

import psutil
from tests.live import LiveServer

from benchmarks.client import Json
from benchmarks.load import Load, load
from benchmarks.report import Sheet, Step, ms, quantile, run
from benchmarks.stage import prompt_text, usage_of

RUNS: Final = 3
REQUESTS: Final = 1_500
SECONDS: Final = 12.0
CALLERS: Final = (1, 8, 50)
PROCESSES: Final = (1, 2)
TEMPLATES: Final = 8
PROJECT: Final = "default"
STEPS: Final = len(PROCESSES) * (len(CALLERS) * RUNS + 1)
COLUMNS: Final = (
    "processes", "callers", "recordings/s", "p50", "p99", "CPU of the first a recording",
    "CPU of both", "reading prompts p50", "p99",
)  # fmt: skip


@dataclass
class Samples:
    """What came of the runs with one number of callers."""

    recorded: list[Load] = field(default_factory=list)
    read: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    """Of the server's own process, in milliseconds a recording."""
    whole_cpu: list[float] = field(default_factory=list)
    """With that of the detecting process."""

    def row(self, processes: int, callers: int) -> tuple[str, ...]:
        """The row of the table."""
        times = [value for done in self.recorded for value in done.milliseconds]
        rate = statistics.median(done.answered / done.seconds for done in self.recorded)
        used = (statistics.median(self.cpu), statistics.median(self.whole_cpu))
        cells = (quantile(times, 0.5), quantile(times, 0.99), *used)
        reads = (quantile(self.read, 0.5), quantile(self.read, 0.99))
        return (str(processes), str(callers), f"{rate:.0f}", *map(ms, cells), *map(ms, reads))


class Reader:
    """Reads the prompts of an environment again and again, on a kept connection."""

    def __init__(self, server: LiveServer) -> None:
        self.milliseconds: list[float] = []
        self._address = urlsplit(server.url)
        self._headers = {"Authorization": f"Bearer {server.token}"}
        self._over = threading.Event()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read in a thread of its own until the block ends."""
        thread = threading.Thread(target=self._read)
        thread.start()
        try:
            yield
        finally:
            self._over.set()
            thread.join()

    def _read(self) -> None:
        connection = http.client.HTTPConnection(self._address.hostname or "", self._address.port)
        path = f"/api/v2/projects/{PROJECT}/prompt-templates/all/latest"
        while not self._over.is_set():
            begun = time.perf_counter()
            connection.request("GET", path, headers=self._headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"prompts were answered with {answer.status}")
            self.milliseconds.append((time.perf_counter() - begun) * 1000)
            self._over.wait(0.01)
        connection.close()


def measure(step: Step) -> list[Sheet]:
    """One row for each number of callers, without the detecting process and with it."""
    rows = [row for processes in PROCESSES for row in _rows(step, processes)]
    title = f"Recording with cleansing, on 2 cores and SQLite (times in ms; {RUNS} runs)"
    return [Sheet("recording", title, COLUMNS, rows)]


def _rows(step: Step, processes: int) -> Iterator[tuple[str, ...]]:
    two = str(processes > 1).lower()
    environment = {"SLUICE_LOG_LEVEL": "info", "SLUICE_DETECTING_PROCESS": two}
    with (
        tempfile.TemporaryDirectory(prefix="sluice-bench-") as folder,
        LiveServer(Path(folder), environment=environment) as server,
    ):
        step("warming up")
        ids = _templates(server)
        _one_run(server, ids, Samples(), 4, 0)
        for callers in CALLERS:
            samples = Samples()
            for number in range(1, RUNS + 1):
                step(f"{processes} processes, {callers} callers")
                _one_run(server, ids, samples, callers, number * 100 + callers)
            yield samples.row(processes, callers)


def _templates(server: LiveServer) -> tuple[str, str]:
    """Push prompts; the ids of one of them and of its version."""
    told: Json = {}
    with server.client() as client:
        for number in range(TEMPLATES):
            text = f"Number {number}: answer {{{{question}}}} in one sentence."
            body = {
                "template_messages": [{"role": "user", "content": text, "media_slots": []}],
                "model": "scripted",
                "provider": "openai",
            }
            path = f"/api/v2/projects/{PROJECT}/prompt-templates/name/bench-{number}/versions"
            made = client.post(path, json=body)
            made.raise_for_status()
            told = made.json()
    return told["prompt_template_id"], told["prompt_template_version_id"]


def _one_run(
    server: LiveServer, ids: tuple[str, str], samples: Samples, callers: int, seed: int
) -> None:
    bodies = [*_bodies(ids, seed)]
    assert server.process is not None
    pid = server.process.pid
    reader = Reader(server)
    before = _used(pid)
    with reader.reading():
        done = load(
            server.url, "/api/v1/record", server.token, bodies,
            callers=callers, seconds=SECONDS / RUNS,
        )  # fmt: skip
    own, whole = (now - then for now, then in zip(_used(pid), before, strict=True))
    samples.cpu.append(own / done.answered)
    samples.whole_cpu.append(whole / done.answered)
    samples.recorded.append(done)
    samples.read += reader.milliseconds


def _used(pid: int) -> tuple[float, float]:
    """Milliseconds of CPU of a process, and of it with those that it began."""
    own = usage_of(pid).cpu_ms
    return own, own + sum(usage_of(p.pid).cpu_ms for p in psutil.Process(pid).children())


def _bodies(ids: tuple[str, str], seed: int) -> Iterator[Json]:
    session = ""
    for number in range(REQUESTS):
        if number % 3 == 0:
            session = str(uuid4())
        text = prompt_text(seed * REQUESTS + number)
        asked = [{"role": "user", "content": text}]
        yield {
            "session_id": session,
            "prompt_template_id": ids[0],
            "project_version_id": ids[1],
            "start_time": 1_790_000_000,
            "end_time": 1_790_000_001,
            "tag": "latest",
            "inputs": {"question": text[-120:]},
            "prompt_content": json.dumps(asked),
            "return_content": f"I will write to {text.split()[-3]} today.",
            "format_type": "openai_chat",
            "is_complete": True,
            "model": "scripted",
        }


if __name__ == "__main__":
    run(sys.modules[__name__], __doc__)
