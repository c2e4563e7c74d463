"""Where the master key comes from."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sluice.server.kit.sealing import SealingError, new_master_key
from sluice.server.master_key import find_master_keys


def test_the_first_start_makes_a_key_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    made_file = tmp_path / "data" / "master.key"
    found = find_master_keys(given=None, file=None, made_file=made_file)
    assert found.made == made_file
    assert stat.S_IMODE(made_file.stat().st_mode) == 0o600
    assert list(made_file.parent.iterdir()) == [made_file]
    again = find_master_keys(given=None, file=None, made_file=made_file)
    assert again.made is None
    assert again.keys.current_id == found.keys.current_id


def test_processes_that_start_together_use_the_same_key(tmp_path: Path) -> None:
    made_file = tmp_path / "master.key"

    def start(_: int) -> str:
        return find_master_keys(given=None, file=None, made_file=made_file).keys.current_id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(start, range(32)))) == 1
    assert list(tmp_path.iterdir()) == [made_file]


def test_a_draft_that_a_crash_left_does_not_stop_the_next_start(tmp_path: Path) -> None:
    """In a container every start has the same process id."""
    (tmp_path / f"master.key.{os.getpid()}").touch()
    made_file = tmp_path / "master.key"
    assert find_master_keys(given=None, file=None, made_file=made_file).made == made_file


@pytest.mark.parametrize("given", ["é" * 44, "not base64", "c2hvcnQ="])
def test_a_key_that_is_none_is_refused_without_being_quoted(given: str) -> None:
    with pytest.raises(SealingError, match="master key") as refused:
        find_master_keys(given=given, file=None, made_file=Path("unused"))
    assert given not in str(refused.value)


def test_a_key_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    binary = tmp_path / "binary.key"
    binary.write_bytes(bytes(range(128, 160)))
    with pytest.raises(SealingError, match="does not hold text"):
        find_master_keys(given=None, file=binary, made_file=tmp_path / "unused")
    with pytest.raises(SealingError, match="cannot be read"):
        find_master_keys(given=None, file=tmp_path, made_file=tmp_path / "unused")


def test_a_file_that_was_given_is_never_made(tmp_path: Path) -> None:
    with pytest.raises(SealingError, match="does not exist"):
        find_master_keys(given=None, file=tmp_path / "gone.key", made_file=tmp_path / "made.key")
    assert list(tmp_path.iterdir()) == []


def test_a_given_key_makes_no_file(tmp_path: Path) -> None:
    find_master_keys(given=new_master_key(), file=None, made_file=tmp_path / "made.key")
    assert list(tmp_path.iterdir()) == []
