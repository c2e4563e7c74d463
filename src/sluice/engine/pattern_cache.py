"""Compiled patterns kept on disk between processes: the one place where the engine does I/O.

Compiling all patterns takes a good part of a second, loading them well under a millisecond. A
compiled database is executable in effect, so that one from a stranger must never be loaded: the
folder and its files belong to this user and nobody else may write them, which is checked at each
reading on what was opened. A file that is damaged, of another version or of another machine is
passed over and written anew. What cannot be kept is no error: it costs the next start its time.
"""

from __future__ import annotations

import os
import platform
import stat
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Literal, TypeAlias

from sluice.engine.scan import DatabaseCache

Cache: TypeAlias = DatabaseCache | Literal["default"] | None
"""Where compiled patterns are kept: a place of the caller's, this user's own folder, nowhere."""

MOST_FILES: Final = 24
"""How many databases are kept; those not written for longest go first."""
LARGEST: Final = 64 * 1024 * 1024
"""The largest file that is read, in bytes."""
_SUFFIX: Final = ".patterns"
_DIGEST: Final = 32
_CPU: Final = Path("/proc/cpuinfo")


class PatternCache:
    """A folder of compiled databases: the engine's `DatabaseCache`.

    Args:
        folder: made with mode 0700 when something is first kept; not used if it is another
            user's or others may write it.
        parents: whether the folders above it may be made too, with mode 0700; else nothing is
            kept while there is none.
    """

    def __init__(self, folder: Path, *, parents: bool = False) -> None:
        self._folder = folder
        self._parents = parents

    def load(self, key: str) -> bytes | None:
        """The bytes kept under this key; None if there are none or they cannot be trusted."""
        if not self._is_ours():
            return None
        with suppress(OSError):
            data = _read(self._path(key))
            if (
                data is not None
                and blake2b(data[_DIGEST:], digest_size=_DIGEST).digest() == (data[:_DIGEST])
            ):
                return data[_DIGEST:]
        return None

    def save(self, key: str, data: bytes) -> None:
        """Keep the bytes: whole or not at all, also beside other processes that do the same."""
        with suppress(OSError):
            self._make()
            if self._is_ours():
                self._write(self._path(key), data)
                self._tidy()

    def _make(self) -> None:
        above = list(reversed(self._folder.parents)) if self._parents else []
        for folder in (*above, self._folder):
            if not folder.exists():
                folder.mkdir(mode=0o700, exist_ok=True)

    def _is_ours(self) -> bool:
        try:
            found = self._folder.lstat()
        except OSError:
            return False
        return stat.S_ISDIR(found.st_mode) and _is_private(found)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}-{_machine()}{_SUFFIX}"

    def _write(self, path: Path, data: bytes) -> None:
        digest = blake2b(data, digest_size=_DIGEST).digest()
        # A temporary file of this kind has mode 0600.
        with NamedTemporaryFile(dir=self._folder, prefix="new-", delete=False) as file:
            try:
                file.write(digest + data)
                file.flush()
                Path(file.name).replace(path)
            except OSError:
                Path(file.name).unlink(missing_ok=True)
                raise

    def _tidy(self) -> None:
        """Delete the oldest files if there are too many."""
        files = sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime)
        for path in files[:-MOST_FILES]:
            path.unlink(missing_ok=True)


def user_cache_folder() -> Path:
    """The folder for this user's compiled patterns, as the XDG base directories have it.

    Raises:
        RuntimeError: this user has no home.
    """
    given = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(given) if given and Path(given).is_absolute() else Path.home() / ".cache"
    return base / "sluice" / "patterns"


def cache_of(cache: Cache) -> DatabaseCache | None:
    """The place that is meant; none if it is to be this user's folder and there is no home."""
    if cache != "default":
        return cache
    with suppress(RuntimeError):
        return PatternCache(user_cache_folder(), parents=True)
    return None


def _is_private(found: os.stat_result) -> bool:
    """Whether this user owns it and no other may write it; never where that cannot be told."""
    getuid = getattr(os, "getuid", None)
    others = found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return getuid is not None and found.st_uid == getuid() and not others


def _read(path: Path) -> bytes | None:
    """A private regular file's bytes; links are not followed."""
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    with os.fdopen(opened, "rb") as file:
        found = os.fstat(file.fileno())
        if not (stat.S_ISREG(found.st_mode) and _is_private(found) and found.st_size <= LARGEST):
            return None
        return file.read()


def _machine() -> str:
    """What a database depends on besides its patterns: the processor and what it can do."""
    features = b""
    with suppress(OSError), _CPU.open("rb") as file:
        lines = file.read(8192).splitlines()
        features = next((line for line in lines if line.startswith((b"flags", b"Features"))), b"")
    return blake2b(features + platform.machine().encode(), digest_size=6).hexdigest()
