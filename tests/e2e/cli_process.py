"""The `sluice` command in processes of its own: files, a pseudo-terminal, real sockets.

Most are forks of a process that has loaded everything: loading is no part of what they do.
"""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from tests import compiled
from tests.spawning import Spawned, spawner

COMMAND = str(Path(sys.executable).parent / "sluice")
START_SECONDS = 180.0
STOP_SECONDS = 60.0
CALL_SECONDS = 240.0


@dataclass
class Running:
    """A server that runs; its outputs are files of its folder."""

    process: subprocess.Popen[bytes] | Spawned
    folder: Path
    settings: dict[str, str]

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text()

    @property
    def log(self) -> str:
        return (self.folder / "err").read_text()

    def said(self, name: str) -> str:
        """A line of the banner."""
        lines = (line.partition(": ") for line in self.out.splitlines())
        return next((value for key, _, value in lines if key == name), "")

    @property
    def url(self) -> str:
        return self.said("address")

    @property
    def client(self) -> dict[str, str]:
        """What a client's command needs in its environment."""
        return {"SLUICE_URL": self.url, "SLUICE_TOKEN": self.said("token")}

    def stop(self, number: int) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(STOP_SECONDS)


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """These settings, and nothing of the kind from outside."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SLUICE_", "OPENAI_"))}
    return kept | {"TERM": "xterm", "OLLAMA_HOST": "127.0.0.1:1", **settings}


@contextmanager
def serving(
    folder: Path,
    *arguments: str,
    settings: Mapping[str, str] | None = None,
    as_people_do: bool = False,
) -> Iterator[Running]:
    """A server on any free port; ended by its own process id.

    Its data folder is empty, apart from compiled patterns. `as_people_do`: without those too, and
    no fork.
    """
    chosen = {"SLUICE_DATA_DIR": str(folder / "data"), "SLUICE_PORT": "0", **(settings or {})}
    out, err = folder / "out", folder / "err"
    out.write_bytes(b"")
    err.write_bytes(b"")
    if as_people_do:
        with out.open("ab") as output, err.open("ab") as errors:
            process: subprocess.Popen[bytes] | Spawned = subprocess.Popen(
                [COMMAND, "serve", *arguments],
                cwd=folder, env=environment(chosen), stdout=output, stderr=errors,
            )  # fmt: skip
    else:
        compiled.lend(folder / "data")
        words = ["serve", *arguments]
        process = spawner().spawn(words, environment(chosen), folder, out, errors=err)
    running = Running(process, folder, chosen)
    try:
        _wait_until_ready(running)
        yield running
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(STOP_SECONDS)


def _wait_until_ready(running: Running) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and running.process.poll() is None:
        if running.url:
            # The socket takes callers from the banner on; they wait until the server answers.
            httpx.get(f"{running.url}/readyz", timeout=START_SECONDS).raise_for_status()
            compiled.keep(running.folder / "data")
            return
        time.sleep(0.05)
    raise AssertionError(f"the server did not get ready:\n{running.log[-4000:]}")


def call(
    *arguments: str, settings: Mapping[str, str] | None = None, typed: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    with tempfile.TemporaryDirectory() as folder:
        given, out, err = (Path(folder) / name for name in ("in", "out", "err"))
        for file, text in ((given, typed), (out, ""), (err, "")):
            file.write_text(text)
        process = spawner().spawn(
            arguments, environment(settings or {}), Path.cwd(), out, errors=err, typed=given
        )
        try:
            code = process.wait(CALL_SECONDS)
        finally:
            process.kill()
        return subprocess.CompletedProcess(arguments, code, out.read_text(), err.read_text())


def call_on_terminal(*arguments: str, settings: Mapping[str, str]) -> tuple[int, str]:
    """Run a command on a pseudo-terminal; its exit code and everything that it wrote."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, *arguments],
        env=environment({**settings, "COLUMNS": "100", "LINES": "40"}),
        stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True,
    )  # fmt: skip
    os.close(theirs)
    written = b""
    try:
        while piece := _read(ours):
            written += piece
        return process.wait(STOP_SECONDS), written.decode()
    finally:
        os.close(ours)
        if process.poll() is None:
            process.kill()
            process.wait(STOP_SECONDS)


def _read(descriptor: int) -> bytes:
    """What comes next; nothing at the end, or when nothing comes for a long time."""
    ready, _, _ = select.select([descriptor], [], [], START_SECONDS)
    try:
        return os.read(descriptor, 65536) if ready else b""
    except OSError:  # Linux: the other side is closed
        return b""
