"""A PostgreSQL for the tests: one that is named, else a cluster of our own that ends with them."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

NAMED = "SLUICE_TEST_POSTGRES_URL"
"""The environment variable with the URL of a server on which databases may be created."""
MEMORY = Path("/dev/shm")
"""Where files are kept in memory. A database is a thousand files, and each test has its own."""
ROOM = 3 * 2**30
"""Bytes that must be free there."""
SETTINGS = (
    "listen_addresses=127.0.0.1",
    "max_connections=200",
    "fsync=off",  # nothing of it outlives the tests
    "full_page_writes=off",
    "max_wal_size=256MB",
    "autovacuum=off",  # it would hold the template while it is to be copied
)


@dataclass
class Cluster:
    """A running server; `stop` ends it if it is ours."""

    url: str
    folder: Path | None = None
    binaries: Path | None = None

    def restart(self) -> None:
        """End the server, if it is ours, and start it again as it was."""
        if self.folder is None or self.binaries is None:
            return
        command = [self.binaries / "pg_ctl", "-D", self.folder / "data", "-w", "restart"]
        log = ["-l", self.folder / "log"]
        subprocess.run(_as_postgres([*command, *log]), check=True, capture_output=True)

    def stop(self) -> None:
        """End the server and remove its files."""
        if self.folder is None or self.binaries is None:
            return
        command = [self.binaries / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop"]
        subprocess.run(_as_postgres(command), check=False, capture_output=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def start(parent: Path | None = None) -> Cluster | str:
    """A server, or the reason why there is none; its files are in `parent`, else in memory."""
    if named := os.environ.get(NAMED):
        return Cluster(named)
    binaries = _binaries()
    if binaries is None:
        return "no PostgreSQL is installed here"
    if os.geteuid() == 0 and not shutil.which("runuser"):
        return "PostgreSQL does not run as root, and there is no runuser"
    return _start_own(binaries, parent or _memory())


def _start_own(binaries: Path, parent: Path | None) -> Cluster | str:
    folder = Path(tempfile.mkdtemp(prefix="sluice-postgres-", dir=parent))
    for one in (folder, *([parent] if parent is not None and parent != MEMORY else [])):
        one.chmod(0o755)
    if os.geteuid() == 0:
        shutil.chown(folder, "postgres")
    data, port = folder / "data", free_port()
    options = " ".join([f"-p {port}", f"-k {folder}", *(f"-c {each}" for each in SETTINGS)])
    steps = (
        [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"],
        [binaries / "pg_ctl", "-D", data, "-w", "-o", options, "-l", folder / "log", "start"],
    )
    for step in steps:
        done = subprocess.run(_as_postgres(step), check=False, capture_output=True, text=True)
        if done.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            return f"{Path(str(step[0])).name} failed"
    return Cluster(f"postgresql://postgres@127.0.0.1:{port}/postgres", folder, binaries)


def _memory() -> Path | None:
    """The folder in memory; None where there is none, or little room in it."""
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    return MEMORY if usable and shutil.disk_usage(MEMORY).free >= ROOM else None


def _binaries() -> Path | None:
    found = shutil.which("initdb")
    candidates = [Path(found).parent] if found else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


def _as_postgres(command: list[object]) -> list[str]:
    words = [str(word) for word in command]
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
