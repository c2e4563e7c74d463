"""`sluice analyze` and `sluice cleanse`: the engine, without a server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.taggers import HERE, install
from tests.unit.cli.commands import MAIL, run

TEXT = f"Write to {MAIL}\r\nor to {MAIL} 😀\n"


@pytest.fixture
def letter(tmp_path: Path) -> str:
    path = tmp_path / "letter.txt"
    path.write_bytes(TEXT.encode())
    return str(path)


def test_cleanse_puts_placeholders_and_leaves_every_other_byte(letter: str) -> None:
    done = run("cleanse", letter)
    assert done.exit_code == 0
    assert done.stdout_bytes == TEXT.replace(MAIL, "EMAIL_ADDRESS_0").encode()


@pytest.mark.parametrize("arguments", [("cleanse", "-"), ("cleanse",)])
def test_standard_input_is_read_for_a_dash_and_for_nothing(arguments: tuple[str, ...]) -> None:
    assert run(*arguments, typed=f"Mail {MAIL}").stdout == "Mail EMAIL_ADDRESS_0"


def test_cleanse_as_json_says_where_placeholders_stand_and_never_the_original(letter: str) -> None:
    done = run("cleanse", letter, "--json")
    found = json.loads(done.stdout)
    item = found["items"][0]
    assert found["text"][item["start"] : item["end"]] == item["placeholder"] == "EMAIL_ADDRESS_0"
    assert TEXT[item["rawStart"] : item["rawEnd"]] == MAIL
    assert MAIL not in done.output


def test_analyze_as_json_gives_offsets_in_code_points_and_no_text(letter: str) -> None:
    done = run("analyze", letter, "--json")
    findings = json.loads(done.stdout)["findings"]
    assert [TEXT[f["start"] : f["end"]] for f in findings] == [MAIL, MAIL]
    assert {f["entityType"] for f in findings} == {"EMAIL_ADDRESS"}
    assert MAIL not in done.output


def test_analyze_into_a_pipe_gives_one_line_for_each_finding(letter: str) -> None:
    lines = run("analyze", letter).stdout.splitlines()
    assert [line.split("\t")[:4] for line in lines] == [
        ["EMAIL_ADDRESS", "1.00", "9", "27"],
        ["EMAIL_ADDRESS", "1.00", "35", "53"],
    ]


def test_only_the_wanted_entity_types_and_scores_are_reported() -> None:
    typed = f"{MAIL} 192.0.2.7"
    only = run("analyze", "--entities", "ip_address", "--json", typed=typed)
    assert [f["entityType"] for f in json.loads(only.stdout)["findings"]] == ["IP_ADDRESS"]
    above = run("analyze", "--threshold", "1.0", "--json", typed=typed)
    assert all(f["score"] == 1 for f in json.loads(above.stdout)["findings"])


def test_explain_says_what_made_each_finding_and_what_was_dropped(letter: str) -> None:
    rows = [line.split("\t") for line in run("analyze", "--explain", letter).stdout.splitlines()]
    kept = [row for row in rows if row[6].startswith("finding")]
    assert [row[:4] for row in kept] == [
        ["EMAIL_ADDRESS", "1.00", "9", "27"],
        ["EMAIL_ADDRESS", "1.00", "35", "53"],
    ]
    assert all(row[5].startswith("pattern") for row in kept)


def test_explain_as_json_points_at_the_text_and_never_quotes_it() -> None:
    typed = f"call it 123-45-6789 or my ssn 987 65 4329, {MAIL}"
    done = run("analyze", "--explain", "--json", typed=typed)
    told = json.loads(done.stdout)
    assert {"findings", "dropped"} == set(told)
    made = {item["entityType"]: item["made"]["by"] for item in told["findings"]}
    assert made["EMAIL_ADDRESS"] == "pattern"
    assert all({"why", "by", "made"} <= set(item) for item in told["dropped"])
    for secret in (MAIL, "123-45-6789", "987 65 4329"):
        assert secret not in done.output


def test_explain_names_what_scores_below_the_threshold() -> None:
    typed = "host 192.0.2.7 and 10:30"
    done = run("analyze", "--explain", "--json", "--threshold", "1", typed=typed)
    told = json.loads(done.stdout)
    assert told["findings"] == []
    assert "below threshold" in {item["why"] for item in told["dropped"]}


def test_nothing_found_is_said_beside_the_result() -> None:
    done = run("analyze", typed="nothing here")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "Nothing sensitive was found" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "typed", "code", "said"),
    [
        (("cleanse", "missing.txt"), None, 1, "missing.txt: No such file"),
        (("cleanse", "-"), b"ab\xff", 1, "standard input is not UTF-8 at byte 2"),
        (("cleanse", "-"), b"\xed\xa0\x80", 1, "not UTF-8 at byte 0"),
        (("analyze", "--entities", "FOO"), "x", 2, "FOO cannot be looked for"),
        (("analyze", "--entities", ","), "x", 2, "names no entity type"),
        (("analyze", "--threshold", "2"), "x", 2, "--threshold"),
        (("analyze", "."), None, 1, "Is a directory"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_with_its_exit_code(
    arguments: tuple[str, ...], typed: str | bytes | None, code: int, said: str
) -> None:
    done = run(*arguments, typed=typed)
    assert (done.exit_code, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["analyze", "cleanse"])
def test_thorough_looks_with_the_tagger_of_the_package(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, f"{HERE}tagger")
    assert "PERSON" not in run(command, typed="buy gravel").stdout
    assert "PERSON" in run(command, "--thorough", typed="buy gravel").stdout


@pytest.mark.parametrize("command", ["analyze", "cleanse"])
def test_thorough_without_the_package_fails_and_says_what_to_install(
    command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch)
    done = run(command, "--thorough", typed="buy gravel")
    assert done.exit_code != 0
    assert "pip install sluice-thorough" in done.output
    assert "gravel" not in done.output
