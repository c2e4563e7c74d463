"""Commands as forks of one process for each test process that has loaded everything already."""

from __future__ import annotations

import atexit
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

SPAWNER = Path(__file__).with_name("spawner.py")
START_SECONDS = 120.0


@dataclass
class Spawned:
    """A process; what tests use of `subprocess.Popen`."""

    pid: int
    returncode: int | None = None
    _ended: threading.Event = field(default_factory=threading.Event)

    def poll(self) -> int | None:
        """Its exit code, None as long as it runs."""
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Its exit code; raises `subprocess.TimeoutExpired`."""
        if not self._ended.wait(timeout):
            raise subprocess.TimeoutExpired(str(SPAWNER), timeout or 0)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, if it still runs."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it without warning."""
        self.send_signal(signal.SIGKILL)

    def has_ended(self, code: int) -> None:
        """To be told by the spawner."""
        self.returncode = code
        self._ended.set()


class Spawner:
    """The process that has loaded everything; it is started with the first fork."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(SPAWNER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self._begun: queue.Queue[Spawned] = queue.Queue()
        self._running: dict[int, Spawned] = {}
        assert self._process.stdout is not None
        thread = threading.Thread(target=self._listen, args=[self._process.stdout], daemon=True)
        thread.start()
        atexit.register(self.close)

    def spawn(
        self,
        words: Sequence[str],
        environment: Mapping[str, str],
        folder: Path,
        output: Path,
        *,
        errors: Path | None = None,
        typed: Path | None = None,
    ) -> Spawned:
        """Run `sluice` with these words; without `errors`, both outputs go to one file."""
        order = {
            "words": list(words),
            "environment": dict(environment),
            "folder": str(folder),
            "input": str(typed or os.devnull),
            "output": str(output),
            "errors": str(errors or output),
        }
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()
        return self._begun.get(timeout=START_SECONDS)

    def close(self) -> None:
        """End it; what still runs is left to whoever started them."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(10)

    def _listen(self, told: IO[bytes]) -> None:
        for line in told:
            said = json.loads(line)
            if "begun" in said:
                spawned = Spawned(said["begun"])
                self._running[spawned.pid] = spawned
                self._begun.put(spawned)
            else:
                self._running.pop(said["ended"]).has_ended(said["code"])


_spawners: list[Spawner] = []


def spawner() -> Spawner:
    """This process's own."""
    if not _spawners:
        _spawners.append(Spawner())
    return _spawners[0]
