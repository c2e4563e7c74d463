"""Commands on the server's own machine: tokens, migrations and master keys."""

from __future__ import annotations

import base64
import json
import re
import shutil
import sqlite3
from pathlib import Path

import anyio
import pytest
from tests.unit.cli.commands import mode_of, run

from sluice.server.kit.database import Database
from sluice.server.kit.sealing import new_master_key, parse_master_keys
from sluice.server.kit.tokens import looks_like_token
from sluice.server.vault.service import Vault

Settings = dict[str, str]


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    """A data folder with a migrated, empty database and a master key."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(sqlite_template, folder / "sluice.db")
    (folder / "master.key").write_text(new_master_key() + "\n")
    return {"SLUICE_DATA_DIR": str(folder)}


@pytest.fixture
def with_user(settings: Settings) -> Settings:
    """The same with one administrator."""
    columns = "email, name, role, role_set_by_hand, created_at, updated_at"
    values = "'admin@example.org', 'A', 'administrator', 1, '2026-01-01', '2026-01-01'"
    with sqlite3.connect(Path(settings["SLUICE_DATA_DIR"]) / "sluice.db") as connection:
        connection.execute(f"INSERT INTO users ({columns}) VALUES ({values})")
    connection.close()
    return settings


def rows(settings: Settings, query: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(Path(settings["SLUICE_DATA_DIR"]) / "sluice.db")
    found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_a_token_is_alone_on_standard_output_and_its_making_is_audited(with_user: Settings) -> None:
    done = run("token", "create", "--name", "rescue", settings=with_user)
    assert done.exit_code == 0
    assert looks_like_token(done.stdout.removesuffix("\n"))
    events = rows(with_user, "SELECT event, actor_id, subject FROM audit_events")
    assert events == [("auth.token_created", None, "token:1")]


def test_a_token_can_be_for_somebody_and_for_some_days(with_user: Settings) -> None:
    done = run(
        "token", "create", "--user-email", "Admin@Example.org", "--expires-days", "3",
        settings=with_user,
    )  # fmt: skip
    assert re.search(r"valid until \d{4}-\d\d-\d\d", done.stderr)
    listed = json.loads(run("token", "list", "--json", settings=with_user).stdout)
    assert [(t["id"], t["userId"], bool(t["expiresAt"])) for t in listed] == [(1, 1, True)]


def test_lists_show_how_a_token_begins_and_never_the_token(with_user: Settings) -> None:
    token = run("token", "create", settings=with_user).stdout.strip()
    shown = run("token", "list", settings=with_user).stdout
    assert token[:8] in shown
    assert "admin@example.org" in shown
    assert token not in shown


def test_a_revoked_token_is_audited_and_shown_as_revoked(with_user: Settings) -> None:
    run("token", "create", settings=with_user)
    assert run("token", "revoke", "1", settings=with_user).stdout == "Token 1 is revoked.\n"
    assert ("auth.token_revoked", None) in rows(
        with_user, "SELECT event, actor_id FROM audit_events"
    )
    listed = json.loads(run("token", "list", "--json", settings=with_user).stdout)
    assert listed[0]["revokedAt"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("token", "revoke", "7"), "no API token 7"),
        (("token", "create", "--user-email", "x@example.org"), "no active user"),
    ],
)
def test_what_is_not_there_is_said(
    with_user: Settings, arguments: tuple[str, ...], said: str
) -> None:
    done = run(*arguments, settings=with_user)
    assert done.exit_code == 1
    assert said in done.stderr


def test_without_an_administrator_a_user_must_be_named(settings: Settings) -> None:
    assert "--user-email" in run("token", "create", settings=settings).stderr


@pytest.mark.parametrize(
    "arguments", [("token", "list"), ("keys", "status"), ("migrate", "--check")]
)
def test_a_missing_database_is_said_and_not_made(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "master.key").write_text(new_master_key())
    done = run(*arguments, settings={"SLUICE_DATA_DIR": str(tmp_path)})
    assert done.exit_code == 1
    assert "There is no database" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]


def test_migrating_shows_both_revisions_and_checking_says_whether_they_are_one(
    tmp_path: Path,
) -> None:
    settings = {"SLUICE_DATA_DIR": str(tmp_path)}
    up = run("migrate", settings=settings)
    current, newest = (line.split()[-1] for line in up.stdout.splitlines())
    assert (up.exit_code, current) == (0, newest)
    assert run("migrate", "--check", settings=settings).exit_code == 0


def test_going_down_needs_a_yes_and_leaves_a_database_that_is_not_up_to_date(
    settings: Settings,
) -> None:
    refused = run("migrate", "--to", "base", settings=settings)
    assert refused.exit_code == 2
    assert "--yes" in refused.stderr
    assert run("migrate", "--to", "base", "--yes", settings=settings).exit_code == 0
    check = run("migrate", "--check", settings=settings)
    assert check.exit_code == 1
    assert "none (empty)" in check.stdout
    assert "The database is empty" in run("token", "list", settings=settings).stderr


def test_an_unknown_revision_is_refused_with_the_known_ones(settings: Settings) -> None:
    done = run("migrate", "--to", "20990101_later", settings=settings)
    assert done.exit_code == 1
    assert "known are: base, " in done.stderr


def test_a_database_of_a_later_version_is_refused(settings: Settings) -> None:
    path = Path(settings["SLUICE_DATA_DIR"]) / "sluice.db"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '20990101_later'")
    connection.close()
    for arguments in (("migrate",), ("token", "list")):
        done = run(*arguments, settings=settings)
        assert done.exit_code == 1
        assert "20990101_later" in done.stderr


def seal_threads(settings: Settings, count: int) -> None:
    """Make data keys under the master key of the folder."""

    async def work() -> None:
        folder = Path(settings["SLUICE_DATA_DIR"])
        database = Database(f"sqlite:///{folder / 'sluice.db'}")
        vault = Vault(parse_master_keys((folder / "master.key").read_text()))
        async with database.write() as session:
            for number in range(count):
                await vault.ensure_key(session, f"thread:{number}")
        await database.close()

    anyio.run(work)


def status(settings: Settings) -> dict[str, int]:
    shown: dict[str, int] = json.loads(run("keys", "status", "--json", settings=settings).stdout)[
        "dataKeys"
    ]
    return shown


def test_a_rotation_wraps_every_data_key_anew_and_says_which_key_may_go(settings: Settings) -> None:
    seal_threads(settings, 3)
    (old,) = status(settings)
    file = Path(settings["SLUICE_DATA_DIR"]) / "master.key"
    assert "rotate" in run("keys", "new", "--file", str(file), settings=settings).stdout
    before = run("keys", "status", settings=settings).stdout
    assert "old: keep it" in before
    done = run("keys", "rotate", settings=settings)
    assert done.exit_code == 0
    assert f"remove {old}" in done.stdout
    (new,) = status(settings)
    assert new != old
    file.write_text(file.read_text().splitlines()[0])
    assert "Nothing to do" in run("keys", "rotate", settings=settings).stdout
    events = rows(settings, "SELECT event, actor_id FROM audit_events")
    assert events == [("keys.rotated", None)]


def test_a_rotation_without_the_old_key_is_refused(settings: Settings) -> None:
    seal_threads(settings, 1)
    (Path(settings["SLUICE_DATA_DIR"]) / "master.key").write_text(new_master_key())
    done = run("keys", "rotate", settings=settings)
    assert done.exit_code == 3
    assert "is missing" in done.stderr


def test_a_new_key_stands_first_in_its_file_and_only_the_owner_may_read_it(tmp_path: Path) -> None:
    file = tmp_path / "master.key"
    assert run("keys", "new", "--file", str(file)).exit_code == 0
    (first,) = file.read_text().split()
    file.chmod(0o644)
    run("keys", "new", "--file", str(file))
    assert file.read_text().split()[1:] == [first]
    assert mode_of(file) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["master.key"]


def test_a_file_that_holds_something_else_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no key here")
    done = run("keys", "new", "--file", str(file))
    assert (done.exit_code, file.read_text()) == (1, "no key here")


def test_a_new_key_without_a_file_is_alone_on_standard_output() -> None:
    assert len(base64.b64decode(run("keys", "new").stdout, validate=False)) == 32
