"""Compiled patterns on disk: kept for this user alone, and never trusted without a look."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from sluice.engine.pattern_cache import (
    MOST_FILES,
    PatternCache,
    cache_of,
    user_cache_folder,
)
from sluice.engine.pipeline import Detector
from sluice.engine.scan import _SCANNERS, HAS_HYPERSCAN

KEY = "0a1b2c"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "patterns"


def only_file(folder: Path) -> Path:
    (path,) = folder.iterdir()
    return path


def test_what_is_kept_is_there_for_the_next_process(folder: Path) -> None:
    PatternCache(folder).save(KEY, b"database")
    assert PatternCache(folder).load(KEY) == b"database"
    assert PatternCache(folder).load("another") is None


def test_folder_and_file_are_for_this_user_alone(folder: Path) -> None:
    PatternCache(folder).save(KEY, b"database")
    modes = [stat.S_IMODE(path.stat().st_mode) for path in (folder, only_file(folder))]
    assert modes == [0o700, 0o600]


def test_nothing_is_there_before_something_is_kept(folder: Path) -> None:
    assert PatternCache(folder).load(KEY) is None
    assert not folder.exists()


def test_folders_above_it_are_made_only_if_that_is_wanted(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    PatternCache(deep).save(KEY, b"database")
    assert not deep.parent.exists()
    PatternCache(deep, parents=True).save(KEY, b"database")
    assert PatternCache(deep).load(KEY) == b"database"
    assert stat.S_IMODE(deep.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 100])
def test_a_damaged_file_is_none(folder: Path, damage: bytes) -> None:
    cache = PatternCache(folder)
    cache.save(KEY, b"database")
    only_file(folder).write_bytes(damage)
    assert cache.load(KEY) is None


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
def test_a_file_that_others_may_write_is_none(folder: Path, mode: int) -> None:
    cache = PatternCache(folder)
    cache.save(KEY, b"database")
    only_file(folder).chmod(mode)
    assert cache.load(KEY) is None


def test_a_folder_that_others_may_write_is_not_used(folder: Path) -> None:
    cache = PatternCache(folder)
    cache.save(KEY, b"database")
    folder.chmod(0o777)
    assert cache.load(KEY) is None
    before = only_file(folder).stat().st_mtime_ns
    cache.save(KEY, b"other")
    assert only_file(folder).stat().st_mtime_ns == before


def test_a_folder_of_another_user_is_not_used(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = PatternCache(folder)
    cache.save(KEY, b"database")
    monkeypatch.setattr(os, "getuid", lambda: 12_345)
    assert cache.load(KEY) is None


def test_links_are_not_followed(folder: Path, tmp_path: Path) -> None:
    cache = PatternCache(folder)
    cache.save(KEY, b"database")
    path = only_file(folder)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert cache.load(KEY) is None
    (tmp_path / "linked").symlink_to(folder)
    assert PatternCache(tmp_path / "linked").load(KEY) is None


def test_a_folder_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    PatternCache(blocked / "patterns", parents=True).save(KEY, b"database")
    assert PatternCache(blocked / "patterns").load(KEY) is None


def test_the_folder_does_not_grow_without_end(folder: Path) -> None:
    cache = PatternCache(folder)
    for number in range(MOST_FILES + 3):
        cache.save(f"{number:040x}", b"database")
    assert len(list(folder.iterdir())) == MOST_FILES


def test_the_users_folder_follows_the_xdg_base_directories(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache_folder() == tmp_path / "sluice" / "patterns"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert user_cache_folder() == Path.home() / ".cache" / "sluice" / "patterns"


def test_the_default_cache_is_this_users_folder_if_there_is_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    kept = cache_of("default")
    assert kept is not None
    kept.save(KEY, b"database")
    assert PatternCache(tmp_path / "sluice" / "patterns").load(KEY) == b"database"


def test_without_a_home_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert cache_of("default") is None
    assert cache_of(None) is None


@pytest.mark.skipif(not HAS_HYPERSCAN, reason="there is no Hyperscan for this machine")
def test_a_detector_finds_the_same_with_a_cold_a_warm_and_a_damaged_cache(folder: Path) -> None:
    text = "mail jane@example.org from 192.168.1.1"
    wanted = {"EMAIL_ADDRESS", "IP_ADDRESS"}
    found = Detector(wanted).analyze(text)
    for damaged in (False, False, True):
        _SCANNERS.clear()
        if damaged:
            cache = PatternCache(folder)
            for path in folder.iterdir():
                key = path.name.split("-")[0]
                cache.save(key, b"no database")
        assert Detector(wanted, cache=PatternCache(folder)).analyze(text) == found
        assert list(folder.iterdir())
