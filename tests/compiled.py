"""Compiled patterns for servers with a new data folder: compiled once in a run of the tests.

Compiling costs a server as much as the rest of its start. What is kept is named by what it was
compiled from, so that a server given another one's files does nothing that it would not do.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

NAMED = "SLUICE_TEST_COMPILED"
"""The environment variable with the folder that all processes of a run share."""
_FOLDER = "patterns"


def begin() -> None:
    """Name a folder for this run."""
    os.environ[NAMED] = tempfile.mkdtemp(prefix="sluice-compiled-")


def end() -> None:
    """Remove it."""
    if folder := os.environ.pop(NAMED, None):
        shutil.rmtree(folder, ignore_errors=True)


def lend(data: Path) -> None:
    """Put what an earlier server compiled into a data folder that has nothing of it."""
    if NAMED in os.environ and (kept := Path(os.environ[NAMED]) / _FOLDER).exists():
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not (data / _FOLDER).exists():
            shutil.copytree(kept, data / _FOLDER)


def keep(data: Path) -> None:
    """Keep what the server with this data folder has compiled, for the ones after it."""
    if NAMED not in os.environ or not (data / _FOLDER).exists():
        return
    kept = Path(os.environ[NAMED]) / _FOLDER
    if not kept.exists():
        copied = Path(tempfile.mkdtemp(dir=kept.parent)) / _FOLDER
        shutil.copytree(data / _FOLDER, copied)
        with suppress(OSError):  # another process was first
            copied.rename(kept)
