"""Published clients, each in a virtual environment of its own, and servers to run them against."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import subprocess
import sys
import threading
import venv
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.live import LiveServer, empty_database
from tests.unit.server.auth.identity.peers import (
    AUDIENCE,
    ISSUER,
    JWKS,
    OTHER_RSA_KEY,
    claims,
    signed,
)

ROOT = Path(__file__).parents[2]
VERSIONS = ("2025.5.0", "2024.9.0")
Run = Callable[[str], dict[str, Any]]


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
        venv.create(folder, with_pip=False, clear=True)
        installed = _install(python, requirements)
        if installed.returncode != 0:
            assert any(sign in installed.stderr for sign in UNREACHABLE), installed.stderr[-3000:]
            pytest.skip(f"{package} {version} cannot be installed: no package index answers")
        done.write_text(requirements.read_text())
    return python


def _install(python: Path, requirements: Path) -> subprocess.CompletedProcess[str]:
    """By uv, in a tenth of the time; if that fails by pip, which knows this machine's settings."""
    uv = [str(Path(sys.executable).parent / "uv"), "pip", "install", "--python", str(python)]
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-compile"]
    options = ["--quiet", "--require-hashes", "-r", str(requirements)]
    done = subprocess.run([*uv, *options], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        done = subprocess.run([*pip, *options], capture_output=True, text=True, check=False)
    return done


UNREACHABLE = ("from versions: none", "connection broken", "Could not fetch URL")
"""How pip says that no index answers. Anything else (a wrong hash) is a failure to be seen."""


class Keys(BaseHTTPRequestHandler):
    """An identity provider's published keys."""

    def do_GET(self) -> None:
        body = json.dumps(JWKS).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
        """Stay silent."""


@pytest.fixture(scope="session")
def identity_provider() -> Iterator[str]:
    """The address of published keys."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/jwks"
        server.shutdown()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def server(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    identity_provider: str,
) -> Iterator[LiveServer]:
    """A running server on an empty database of each kind, with an identity provider."""
    provider = {
        "kind": "jwt_audience",
        "audience": AUDIENCE,
        "issuer": ISSUER,
        "jwks_url": identity_provider,
        "allowed_domains": ["example.org"],
    }
    settings = {"SLUICE_IDENTITY_PROVIDERS": json.dumps([provider])}
    folder = tmp_path_factory.mktemp("compat") / "server"
    with empty_database(request.param) as url, LiveServer(folder, url, settings) as started:
        yield started


@pytest.fixture(scope="module", params=VERSIONS)
def published(request: pytest.FixtureRequest, server: LiveServer) -> Run:
    """Runs a script with a published client, once for each server; gives what it prints."""
    return _once(environment_of("liminal", request.param), server)


@pytest.fixture(scope="module")
def ours(server: LiveServer) -> Run:
    """The same with our own package."""
    return _once(Path(sys.executable), server)


def _once(python: Path, server: LiveServer) -> Run:
    printed: dict[str, dict[str, Any]] = {}

    def run_once(script: str) -> dict[str, Any]:
        if script not in printed:
            printed[script] = run(python, script, server)
        return printed[script]

    return run_once


def run(python: Path, script: str, server: LiveServer) -> dict[str, Any]:
    """The JSON object that a script prints."""
    path = Path(__file__).parent / "scripts" / f"{script}.py"
    environment = {
        "PATH": os.environ["PATH"],
        "URL": server.url,
        "TOKEN": server.token,
        "ADDRESS": f"198.18.{secrets.randbelow(256)}.{secrets.randbelow(256)}",
        "PROVIDER_TOKEN": signed(claims()),
        "FORGED_TOKEN": signed(claims(), OTHER_RSA_KEY),
        "OTHER_TOKEN": signed(claims(email="one@example.com", sub="subject-2")),
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
    output: dict[str, Any] = json.loads(done.stdout)
    return output
