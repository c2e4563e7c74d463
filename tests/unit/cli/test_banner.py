"""The banner of `sluice serve`."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from sluice.cli import banner
from sluice.cli.banner import EXAMPLE, Banner, own_command, reached_at
from sluice.engine import Detector
from sluice.server.settings import Settings

TOKEN = "slu_synthetic"
LINK = "http://127.0.0.1:8321/dashboard/sign-in/link#synthetic-code"


@pytest.fixture(autouse=True)
def called_as_sluice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [str(tmp_path / ".venv/bin/sluice"), "serve"])


def made(token: str | None = TOKEN, made_key: Path | None = None, **settings: object) -> Banner:
    return Banner(Settings(**settings), token=token, instances=("Echo",), made_key=made_key)


def test_a_first_start_shows_the_token_and_a_line_that_works_as_pasted() -> None:
    lines = dict(made().lines())
    assert (lines["address"], lines["token"]) == ("http://127.0.0.1:8321", TOKEN)
    assert shlex.split(lines["try"]) == [
        f"SLUICE_TOKEN={TOKEN}", ".venv/bin/sluice", "ask", EXAMPLE,
    ]  # fmt: skip


def test_the_first_project_is_shown_with_the_address_for_freeplays_clients() -> None:
    settings = Settings(port=9000)
    shown = Banner(settings, token=TOKEN, instances=(), made_key=None, project="default")
    assert "http://127.0.0.1:9000/api;" in dict(shown.lines())["project default"]


def test_a_first_start_shows_the_link_that_signs_in_and_its_representation_does_not() -> None:
    shown = Banner(Settings(), token=TOKEN, instances=(), made_key=None, link=LINK)
    assert dict(shown.lines())["sign in"] == LINK
    assert "synthetic-code" not in repr(shown)


def test_a_later_start_shows_how_to_make_a_link_and_a_given_token_needs_none() -> None:
    later = dict(made(token=None).lines())
    assert later["a new link"] == ".venv/bin/sluice token link"
    given = "given-token-0123456789abcdef"
    lines = dict(made(token=given, bootstrap_token=given).lines())
    assert not {"sign in", "a new link"} & set(lines)


def test_the_dashboard_is_named_where_browsers_reach_it() -> None:
    assert dict(made(port=9000).lines())["dashboard"] == "http://127.0.0.1:9000/dashboard"
    public = made(public_url="https://sluice.example.com/")
    assert dict(public.lines())["dashboard"] == "https://sluice.example.com/dashboard"


def test_another_address_stands_in_the_line_to_try() -> None:
    assert "SLUICE_URL=http://[::1]:9000 " in made(host="::", port=9000).line_to_try()


def test_a_later_start_shows_no_token_and_how_to_make_one() -> None:
    lines = dict(made(token=None).lines())
    assert not {"token", "try"} & set(lines)
    assert lines["a new token"] == ".venv/bin/sluice token create"


def test_a_token_that_was_given_is_not_repeated() -> None:
    given = "given-token-0123456789abcdef"
    shown = str(made(token=given, bootstrap_token=given).lines())
    assert given not in shown
    assert '"$SLUICE_BOOTSTRAP_TOKEN"' in shown


def test_a_made_master_key_comes_with_the_advice_to_keep_a_copy_apart() -> None:
    said = dict(made(made_key=Path("var/master.key")).lines())["master key"]
    assert "var/master.key" in said
    assert "keep a copy" in said


def test_the_databases_password_is_not_shown() -> None:
    shown = str(made(database_url="postgresql://u:synthetic-pw@db.example.org/s").lines())
    assert "synthetic-pw" not in shown
    assert "db.example.org:5432/s (PostgreSQL)" in shown


def test_neither_token_nor_password_is_in_the_representation() -> None:
    assert TOKEN not in repr(made())


def test_the_example_holds_an_address_a_phone_number_and_a_card() -> None:
    found = {finding.entity_type for finding in Detector().analyze(EXAMPLE)}
    assert found == {"EMAIL_ADDRESS", "PHONE_NUMBER", "CREDIT_CARD"}


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:1"),
        ("0.0.0.0", "http://127.0.0.1:1"),
        ("::", "http://[::1]:1"),
        ("localhost", "http://localhost:1"),
    ],
)
def test_a_listener_is_named_by_an_address_that_reaches_it(host: str, address: str) -> None:
    assert reached_at(host, 1) == address


def test_the_program_is_named_as_it_can_be_called_again(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = sys.argv[0]
    monkeypatch.setattr(banner.shutil, "which", lambda name: installed)
    assert own_command() == "sluice"
    monkeypatch.setattr(sys, "argv", ["/elsewhere/my tools/sluice"])
    assert shlex.split(own_command()) == ["/elsewhere/my tools/sluice"]
    monkeypatch.setattr(sys, "argv", ["/x/__main__.py"])
    assert own_command().endswith("-m sluice.cli")
