"""The command line's playlists against a running server: imported, shown, exported, deleted."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.cli_process import Running, call, serving

MAIL = "nobody@example.org"
CASES = f'question,expected\n"Who is {MAIL}?",a customer\nHello,\n'


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("sluice")) as running:
        yield running


@pytest.fixture
def project(server: Running, request: pytest.FixtureRequest) -> str:
    """A project of the test's own."""
    name = request.node.name.replace("_", "-")[-60:].strip("-")
    done = call("project", "create", name, "--json", settings=server.client)
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["id"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of two test cases."""
    path = tmp_path / "cases.csv"
    path.write_text(CASES)
    return path


def playlist(
    server: Running, project: str, *words: str, code: int = 0, typed: str = ""
) -> tuple[str, str]:
    """The outputs of a command that ends with this code."""
    settings = {**server.client, "SLUICE_PROJECT": project}
    done = call("playlist", *words, settings=settings, typed=typed)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout, done.stderr


def test_a_file_is_imported_shown_and_exported(server: Running, project: str, file: Path) -> None:
    """With placeholders from the first moment on."""
    said, noted = playlist(server, project, "import", "Questions", str(file), "--create")
    assert said == "2 test case(s) saved, 0 line(s) left out.\n"
    assert noted == "1 × EMAIL_ADDRESS is replaced by placeholders.\n"
    shown, _ = playlist(server, project, "show", "Questions")
    assert "EMAIL_ADDRESS_0" in shown
    assert MAIL not in shown
    exported, _ = playlist(server, project, "export", "Questions")
    assert exported.splitlines()[1:] == ["Who is EMAIL_ADDRESS_0?,a customer", "Hello,"]
    [one] = json.loads(playlist(server, project, "list", "--json")[0])
    assert (one["name"], one["testCases"]) == ("Questions", 2)


def test_an_export_is_imported_through_a_pipe(server: Running, project: str, file: Path) -> None:
    """Into another playlist, whatever its name holds."""
    playlist(server, project, "import", "Questions", str(file), "--create")
    text, _ = playlist(server, project, "export", "Questions", "--format", "jsonl")
    words = ("import", "a/copy", "-", "--format", "jsonl", "--create", "--json")
    done = json.loads(playlist(server, project, *words, typed=text)[0])
    assert (done["saved"], done["findings"]) == (2, {})
    assert playlist(server, project, "export", "a/copy", "--format", "jsonl")[0] == text


def test_every_problem_of_a_file_is_told_and_nothing_saved(
    server: Running, project: str, tmp_path: Path
) -> None:
    """By line; with leave the rest is saved."""
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(f"question,n:json\n{MAIL},1\nx\ny,{MAIL}\n")
    _, told = playlist(server, project, "import", "Wrong", str(wrong), "--create", code=1)
    assert "line 3: has 1 cells, but the header has 2" in told
    assert "line 4: column 2 is no JSON" in told
    assert MAIL not in told
    words = ("import", "Wrong", str(wrong), "--skip-invalid")
    said, noted = playlist(server, project, *words)
    assert said == "1 test case(s) saved, 2 line(s) left out.\n"
    assert "line 4: column 2 is no JSON" in noted


def test_a_dry_run_saves_nothing(server: Running, project: str, file: Path) -> None:
    """It tells what would be; the playlist must be there."""
    playlist(server, project, "create", "Questions")
    said, noted = playlist(server, project, "import", "Questions", str(file), "--dry-run")
    assert said == "2 test case(s) would be saved, 0 line(s) left out.\n"
    assert noted == "1 × EMAIL_ADDRESS would be replaced by placeholders.\n"
    assert json.loads(playlist(server, project, "show", "Questions", "--json")[0])["cases"] == []


def test_an_exported_file_is_its_owner_s(
    server: Running, project: str, file: Path, tmp_path: Path
) -> None:
    """Its name says the format; nothing is left beside it."""
    playlist(server, project, "import", "Questions", str(file), "--create")
    target = tmp_path / "out" / "cases.jsonl"
    target.parent.mkdir()
    playlist(server, project, "export", "Questions", "-o", str(target))
    assert len(target.read_text().splitlines()) == 2
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(target.parent.iterdir()) == [target]


def test_a_playlist_is_deleted_only_with_a_yes(server: Running, project: str, file: Path) -> None:
    """Where nobody can be asked, the option says it."""
    playlist(server, project, "import", "Questions", str(file), "--create")
    playlist(server, project, "delete", "Questions", code=2)
    playlist(server, project, "delete", "Questions", "--yes")
    _, told = playlist(server, project, "show", "Questions", code=1)
    assert "no such playlist" in told


def test_a_name_with_somebody_s_data_is_warned_of(server: Running, project: str) -> None:
    """Names are not cleansed."""
    _, noted = playlist(server, project, "create", f"Mails of {MAIL}")
    assert "1 × EMAIL_ADDRESS" in noted


def test_what_a_file_is_must_be_said(server: Running, project: str) -> None:
    """Nothing is guessed from what stands in it."""
    _, told = playlist(server, project, "import", "Questions", "-", code=2, typed=CASES)
    assert "--format" in told
