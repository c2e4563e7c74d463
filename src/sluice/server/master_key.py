"""Where the master key comes from: given, or made at the first start."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sluice.server.kit.database import make_private_folder
from sluice.server.kit.sealing import MasterKeys, SealingError, new_master_key, parse_master_keys


@dataclass(frozen=True, slots=True)
class FoundMasterKeys:
    """The master keys, and the file that was made for them, if one was."""

    keys: MasterKeys
    made: Path | None = None


def find_master_keys(*, given: str | None, file: Path | None, made_file: Path) -> FoundMasterKeys:
    """The given keys, or those of a file; only `made_file` is made if it is missing.

    Raises `SealingError` for keys that are none and for a given file that is missing.
    """
    if given is not None:
        return FoundMasterKeys(parse_master_keys(given))
    if file is not None and not file.exists():
        raise SealingError("the master key file that was given does not exist")
    path = file or made_file
    made = path if not path.exists() and _make(path) else None
    return FoundMasterKeys(parse_master_keys(_read(path)), made)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except UnicodeDecodeError:
        raise SealingError("the master key file does not hold text") from None
    except OSError as e:
        reason = e.strerror or type(e).__name__
        raise SealingError(f"the master key file cannot be read ({reason})") from None


def _make(path: Path) -> bool:
    """Make the file with mode 0600; False if another process was first."""
    make_private_folder(path.parent)
    # Written whole under another name first: nobody ever reads half a key. That name is drawn:
    # in a container every start has the same process id, and a crash may have left a draft.
    handle, name = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    draft = Path(name)
    with os.fdopen(handle, "w") as file:
        file.write(new_master_key() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True
