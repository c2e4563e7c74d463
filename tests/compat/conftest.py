"""Published clients, each in a virtual environment of its own, and servers to run them against."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.live import LiveServer

ROOT = Path(__file__).parents[2]
Run = Callable[..., dict[str, Any]]


def environment_of(package: str, version: str) -> Path:
    """The Python of a virtual environment with exactly this package; made once and kept."""
    folder = ROOT / ".compat" / f"{package}-{version}"
    requirements = ROOT / "requirements" / f"compat-{package}-{version}.txt"
    python, done = folder / "bin" / "python", folder / "installed"
    folder.parent.mkdir(exist_ok=True)
    with (folder.parent / f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if done.exists() and done.read_text() == requirements.read_text():
            return python
        venv.create(folder, with_pip=True, clear=True)
        command = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r"]
        installed = subprocess.run(
            [*command, str(requirements)], capture_output=True, text=True, check=False
        )
        if installed.returncode != 0:
            pytest.skip(f"{package} {version} cannot be installed here: no package index answers")
        done.write_text(requirements.read_text())
    return python


@pytest.fixture(scope="module", params=["2025.5.0", "2024.9.0"])
def published(request: pytest.FixtureRequest) -> Run:
    """Runs a script of `tests/compat/scripts` with a published client; gives what it prints."""
    python = environment_of("liminal", request.param)
    return lambda script, server, **variables: run(python, script, server, variables)


@pytest.fixture
def ours() -> Run:
    """The same with our own package."""
    python = Path(sys.executable)
    return lambda script, server, **variables: run(python, script, server, variables)


def run(python: Path, script: str, server: LiveServer, variables: dict[str, str]) -> dict[str, Any]:
    """The JSON object that a script prints."""
    path = Path(__file__).parent / "scripts" / f"{script}.py"
    environment = {
        "PATH": os.environ["PATH"],
        "URL": server.url,
        "TOKEN": server.token,
        **variables,
    }
    done = subprocess.run(
        [str(python), "-X", "dev", "-W", "ignore", str(path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[LiveServer]:
    """A running server on a fresh database of each kind."""
    with LiveServer(tmp_path / "server", database_url) as started:
        yield started
