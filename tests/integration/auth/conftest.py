"""A real OpenID Connect provider as a process of its own, and a server that trusts it."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

HERE = Path(__file__).parent / "oidc"
CACHE = Path(__file__).parents[3] / ".compat" / "oidc"
INSTALL = ["npm", "install", "--no-package-lock", "--no-audit", "--no-fund"]
INSTALL_SECONDS = 240


@pytest.fixture(scope="session")
def oidc_program() -> Path:
    """The provider's program, installed once into the checkout's cache folder."""
    missing = [tool for tool in ("node", "npm") if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"a real OpenID Connect provider needs {' and '.join(missing)}")
    CACHE.mkdir(parents=True, exist_ok=True)
    with (CACHE / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # other test processes may want it too
        _install()
    return CACHE / "server.mjs"


def _install() -> None:
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]["oidc-provider"]
    shutil.copy(HERE / "server.mjs", CACHE)
    installed = CACHE / "node_modules" / "oidc-provider" / "package.json"
    if installed.exists() and json.loads(installed.read_text())["version"] == wanted:
        return
    shutil.copy(HERE / "package.json", CACHE)
    done = subprocess.run(
        INSTALL, cwd=CACHE, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False
    )
    if done.returncode != 0:
        pytest.fail(f"npm could not install oidc-provider: {done.stderr[-2000:]}")


@contextmanager
def running_provider(program: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The issuer's address and its process, which ends with the block."""
    process = subprocess.Popen(
        ["node", program.name],
        cwd=program.parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:  # closes the pipes and waits
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            assert line, "the OpenID Connect provider did not start"
            yield json.loads(line)["issuer"], process
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def issuer(oidc_program: Path) -> Iterator[str]:
    """The address of a running provider."""
    with running_provider(oidc_program) as (address, _):
        yield address


@pytest.fixture
async def outgoing() -> AsyncIterator[httpx.AsyncClient]:
    """The client by which the server asks identity providers."""
    async with httpx.AsyncClient(trust_env=False) as client:
        yield client
