"""The documentation check finds what the code and the documents do not agree on."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import docs_check
from docs_check import Problem, Reference

TABLE = "| variable |\n| --- |\n| `SLUICE_A` |\n| `SLUICE_B` |"

# Put together here, so that this file itself holds no such path or host.
HOUSE, OWNER, REGISTRY = "/" + "work", "/" + "root", "registry." + "npmjs" + ".org"


def made(table: str = TABLE, lacking: tuple[str, ...] = ()) -> Reference:
    return Reference("docs/x.md", "Title", "things", lambda: table, lambda: list(lacking))


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def said(problems: object) -> list[str]:
    return [str(problem) for problem in problems]  # type: ignore[attr-defined]


def test_what_write_wrote_is_what_check_wants(tmp_path: Path) -> None:
    docs_check.write_reference(tmp_path, made())
    assert said(docs_check.check_reference(tmp_path, made())) == []
    assert (tmp_path / "docs/x.md").read_text("utf-8").startswith("# Title\n\n<!-- things: made")


def test_write_keeps_what_people_wrote_around_the_markers(tmp_path: Path) -> None:
    path = tmp_path / "docs/x.md"
    write(path, "# Mine\n\nBefore \\1.\n")
    docs_check.write_reference(tmp_path, made())
    write(path, path.read_text("utf-8") + "\nAfter.\n")
    docs_check.write_reference(tmp_path, made(TABLE.replace("_B", "_C \\1")))
    text = path.read_text("utf-8")
    assert text.startswith("# Mine\n\nBefore \\1.\n")
    assert text.endswith("\nAfter.\n")
    assert "SLUICE_C \\1" in text
    assert "SLUICE_B" not in text


def test_a_missing_a_changed_and_an_invented_row_are_named_with_their_lines(tmp_path: Path) -> None:
    docs_check.write_reference(tmp_path, made())
    other = made(TABLE.replace("| `SLUICE_B` |", "| `SLUICE_C` |"))
    assert said(docs_check.check_reference(tmp_path, other)) == [
        "docs/x.md:8: this is not what the code says: | `SLUICE_B` |; run docs_check.py --write",
        "docs/x.md:3: this is missing: | `SLUICE_C` |; run docs_check.py --write",
    ]


def test_another_order_a_line_twice_and_a_document_without_the_part_are_refused(
    tmp_path: Path,
) -> None:
    assert said(docs_check.check_reference(tmp_path, made())) == [
        "docs/x.md:1: it has no part `things`; run docs_check.py --write"
    ]
    docs_check.write_reference(tmp_path, made())
    turned = made("| variable |\n| --- |\n| `SLUICE_B` |\n| `SLUICE_A` |")
    wrong = "docs/x.md:3: its order is another, or a line stands twice; run docs_check.py --write"
    assert said(docs_check.check_reference(tmp_path, turned)) == [wrong]
    document = tmp_path / "docs" / "x.md"
    row = "| `SLUICE_B` |\n"
    document.write_text(document.read_text("utf-8").replace(row, row * 2), "utf-8")
    assert said(docs_check.check_reference(tmp_path, made())) == [wrong]


def test_what_the_code_does_not_describe_is_refused(tmp_path: Path) -> None:
    docs_check.write_reference(tmp_path, made())
    assert said(docs_check.check_reference(tmp_path, made(lacking=("serve --port",)))) == [
        "docs/x.md:1: `serve --port` has no description in the code; write one there"
    ]


def test_a_variable_that_is_no_setting_is_refused_anywhere(tmp_path: Path) -> None:
    write(tmp_path / "a.md", "`SLUICE_PORT` and\n`SLUICE_PROT`, SLUICE_TEST_X, SLUICE_URL\n")
    known = frozenset({"SLUICE_PORT"}) | docs_check.OTHER_VARIABLES
    assert said(docs_check.check_variables(tmp_path, ["a.md"], known)) == [
        "a.md:2: SLUICE_PROT is no setting; correct or remove it"
    ]


PROJECT = """
[build-system]
requires = ["hatchling>=1"]
[project]
name = "sluice"
dependencies = ["PyJWT[crypto]>=2", "uvloop; sys_platform != 'win32'"]
[project.optional-dependencies]
dev = ["types-PyYAML"]
"""
CLIENT = (
    '[build-system]\nrequires = ["hatchling"]\n[project]\nname = "c"\ndependencies = ["msal"]\n'
)


def test_every_dependency_has_a_reason_and_every_reason_a_dependency(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", PROJECT)
    write(tmp_path / "clients/c/pyproject.toml", CLIENT)
    rows = (
        "# D\n\n| package | reason |\n| --- | --- |\n| `PyJWT` | it verifies signed tokens |\n"
        "| `hatchling`, `types_pyyaml` | they build and type |\n| `uvloop` | – |\n"
        "| `litellm` | it is not here |\n\n"
        "| rejected | why |\n| --- | --- |\n| `other` | too slow |\n"
    )
    write(tmp_path / "docs/dependencies.md", rows)
    assert said(docs_check.check_dependencies(tmp_path)) == [
        "docs/dependencies.md:1: msal (clients/c/pyproject.toml) is missing; say why it is needed",
        "docs/dependencies.md:7: uvloop has no reason; say why it is needed",
        "docs/dependencies.md:8: litellm is no dependency; remove the row",
    ]


@pytest.mark.parametrize(
    ("text", "alive"),
    [
        ("[a](docs/b.md)", True),
        ("[a](docs)", True),
        ("[a](./docs/../docs/b.md#two-words)", True),
        ("[a](docs/b.md#two-words-1)", True),
        ("[a](#here)", True),
        ("[a](https://example.org/nothing)", True),
        ("[a](mailto:a@example.org)", True),
        ("`[a](nothing.md)`", True),
        ("```\n[a](nothing.md)\n```", True),
        ("![a](docs/space%20d.png)", True),
        ("[a](nothing.md)", False),
        ("![a](nothing.png)", False),
        ("[a][1]\n\n[1]: nothing.md", False),
        ("[a](docs/b.md#three)", False),
        ("[a](#there)", False),
        ("[a](../outside.md)", False),
        ("[a](docs/untracked.md)", False),
        ("| a |\n| --- |\n| [a](nothing.md) |", False),
    ],
)
def test_a_relative_link_leads_to_a_tracked_file_and_a_heading(
    text: str, alive: bool, tmp_path: Path
) -> None:
    write(tmp_path / "a.md", f"# Here\n\n{text}\n")
    write(tmp_path / "docs/b.md", "# B\n\n## Two `words`\n\n## Two words\n")
    write(tmp_path / "docs/space d.png", "")
    write(tmp_path / "docs/untracked.md", "")
    tracked = ["a.md", "docs/b.md", "docs/space d.png"]
    assert (list(docs_check.check_links(tmp_path, tracked)) == []) is alive


@pytest.mark.parametrize(
    ("line", "fine"),
    [
        (f"see {HOUSE}/main/x", False),
        (f"'{OWNER}/x'", False),
        ("path=/home/somebody/x", False),
        ("/Users/Some.Body/x", False),
        ("--index-url https://packages.example.com/simple", False),
        ("--extra-index-url=http://10.0.0.1/x", False),
        ("--trusted-host packages.example.com", False),
        ("registry=https://npm.example.com/", False),
        ('"resolved": "https://npm.example.com/a.tgz"', False),
        ("https://example.com/artifactory/x", False),
        ("https://example.org/home/somebody/x", True),
        (f"a framework{OWNER}/x", True),
        (f"$HOME{HOUSE}/x ~{HOUSE}/x {{base}}{HOUSE}/x .{HOUSE}/x", True),
        ("/home is a folder", True),
        ("--index-url https://pypi.org/simple", True),
        (f'"resolved": "https://{REGISTRY}/a.tgz"', True),
        ("give pip `--index-url` if you have a mirror", True),
    ],
)
def test_no_tracked_file_names_a_machines_folder_or_a_private_index(
    line: str, fine: bool, tmp_path: Path
) -> None:
    write(tmp_path / "x.txt", f"first\n{line}\n")
    found = list(docs_check.check_places(tmp_path, ["x.txt"]))
    assert [problem.line for problem in found] == ([] if fine else [2])


def test_binary_and_deleted_files_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "b.bin").write_bytes(b"\xff\xfe" + f"{HOUSE}/x".encode())
    assert list(docs_check.check_places(tmp_path, ["b.bin", "deleted.txt"])) == []


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_program_checks_a_whole_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(docs_check, "REFERENCES", (("x", lambda: made()),))
    monkeypatch.setattr(docs_check, "known_variables", lambda: frozenset({"SLUICE_A", "SLUICE_B"}))
    write(tmp_path / "pyproject.toml", PROJECT.replace("hatchling>=1", "uvloop"))
    write(tmp_path / "docs/dependencies.md", "# D\n")
    write(tmp_path / "untracked.md", "[a](nothing.md)\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    monkeypatch.chdir(tmp_path)
    assert docs_check.main(["--write"]) == 1
    subprocess.run(["git", "add", "pyproject.toml", "docs"], check=True)
    rows = (
        "| package | reason |\n| --- | --- |\n| `pyjwt` `uvloop` `types-pyyaml` | it is needed |\n"
    )
    write(tmp_path / "docs/dependencies.md", rows)
    capsys.readouterr()
    assert docs_check.main([]) == 0, capsys.readouterr().out


def test_a_module_that_cannot_be_imported_is_a_problem_of_its_own() -> None:
    def missing() -> Reference:
        raise ImportError("No module named 'sluice.cli.main'")

    assert docs_check._load("sluice.cli.main", missing) == Problem(
        "src/sluice/cli/main.py",
        1,
        "it cannot be imported: No module named 'sluice.cli.main'; mend it first",
    )
