"""Run the real server, `sluice serve`, as a process on loopback with an empty data folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

TOKEN = "synthetic-token-0123456789abcdef"
START_SECONDS = 180.0


def command() -> list[str]:
    return [str(Path(sys.executable).parent / "sluice"), "serve"]


def free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port: int = unused.getsockname()[1]
    return port


@contextmanager
def running(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """Yield the address of a server whose administrator's token is `TOKEN`."""
    port = free_port()
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("SLUICE_", "OPENAI_"))}
    environment = inherited | {
        "SLUICE_HOST": "127.0.0.1",
        "SLUICE_PORT": str(port),
        "SLUICE_DATA_DIR": str(folder / "data"),
        "SLUICE_BOOTSTRAP_TOKEN": TOKEN,
        **(settings or {}),
    }
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(), cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            _wait(process, f"http://127.0.0.1:{port}", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    """Wait until the server is ready; show its log if it is not."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            if httpx.get(f"{url}/readyz", trust_env=False).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"the server did not get ready:\n{log.read_text()[-4000:]}")
