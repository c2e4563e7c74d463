"""Templates of before, for when the server is down: in memory, and where asked for in a file."""

from __future__ import annotations

import json
import os
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from freeplay.log import LOGGER

_VERSION: Final = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer with templates as it came, and the server's word for this state of them."""

    content: bytes = field(repr=False)
    etag: str | None


class TemplateCache:
    """Keeps the last good answer of each project and tag; may be used by many threads.

    A file that cannot be read or written is reported in the log once each time, and otherwise
    does without: it never breaks a call. The file holds templates, no values and no keys.
    """

    def __init__(self, api_base: str, file: Path | None) -> None:
        self._base = api_base
        self._file = file
        self._kept: dict[str, Kept] = {}
        self._lock = threading.Lock()
        if file is not None:
            self._kept = {**self._read(file)}

    def get(self, project_id: str, tag: str) -> Kept | None:
        """Return what was kept last."""
        return self._kept.get(self._name(project_id, tag))

    def put(self, project_id: str, tag: str, kept: Kept) -> None:
        """Keep an answer, in the file too where it is another one."""
        name = self._name(project_id, tag)
        with self._lock:
            is_new = self._kept.get(name) != kept
            self._kept[name] = kept
            if is_new and self._file is not None:
                self._write(self._file)

    def _name(self, project_id: str, tag: str) -> str:
        return json.dumps([self._base, project_id, tag])

    def _read(self, file: Path) -> dict[str, Kept]:
        try:
            written = json.loads(file.read_text(encoding="utf-8"))
            if written["version"] != _VERSION:
                return {}
            return {name: _kept(one) for name, one in written["answers"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            LOGGER.warning("The file of kept templates cannot be read: %s", type(error).__name__)
            return {}

    def _write(self, file: Path) -> None:
        """Put a new file in the place of the old one, with what other processes added to it."""
        try:
            answers = {**self._read(file), **self._kept}
            plain = {name: _plain(one) for name, one in answers.items()}
            file.parent.mkdir(parents=True, exist_ok=True)
            _replace(file, json.dumps({"version": _VERSION, "answers": plain}))
        except (OSError, ValueError) as error:
            LOGGER.warning("The file of kept templates cannot be written: %s", type(error).__name__)


def _replace(file: Path, text: str) -> None:
    """Write beside it and rename, so that no reader ever sees half of it; for its owner only."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(text)
        Path(name).replace(file)
    except OSError:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _kept(one: dict[str, Any]) -> Kept:
    return Kept(one["content"].encode(), one["etag"])


def _plain(kept: Kept) -> dict[str, Any]:
    return {"content": kept.content.decode(), "etag": kept.etag}
