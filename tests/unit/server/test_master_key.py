"""Where the master key comes from."""

from __future__ import annotations

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

    with ThreadPoolExecutor(1) as pool:
        assert len(set(pool.map(start, range(8)))) == 1


def test_a_file_that_was_given_is_never_made(tmp_path: Path) -> None:
    with pytest.raises(SealingError, match="does not exist"):
        find_master_keys(given=None, file=tmp_path / "gone.key", made_file=tmp_path / "made.key")
    assert list(tmp_path.iterdir()) == []


def test_a_given_key_makes_no_file(tmp_path: Path) -> None:
    find_master_keys(given=new_master_key(), file=None, made_file=tmp_path / "made.key")
    assert list(tmp_path.iterdir()) == []
