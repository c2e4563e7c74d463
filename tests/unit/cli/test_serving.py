"""What a server makes sure of before it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.cli.errors import WrongSettings
from sluice.cli.serving import only_server
from sluice.server.settings import Settings


def test_an_sqlite_file_has_one_server_at_a_time(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    with only_server(settings):
        with (
            pytest.raises(WrongSettings, match="Another server runs on the database"),
            only_server(settings),
        ):
            pass
        with only_server(Settings(data_dir=tmp_path / "other")):
            pass
    with only_server(settings):
        pass


def test_several_servers_share_a_postgresql(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, database_url="postgresql://sluice@db.example/sluice")
    with only_server(settings), only_server(settings):
        assert list(tmp_path.iterdir()) == []


def test_a_database_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    settings = Settings(database_url=f"sqlite:///{tmp_path}/file/sluice.db")
    with pytest.raises(WrongSettings, match="SLUICE_DATABASE_URL"), only_server(settings):
        pass
