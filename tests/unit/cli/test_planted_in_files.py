"""What commands say when they fail holds nothing of the text that they were given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.e2e.planted import PLANTED, encoded, forms
from tests.unit.cli.commands import run
from typer.testing import Result

from sluice.engine.names.tagger import Tagger

NAME = "Quillon Zarnetski"
CARD = PLANTED["card"]
KEY = PLANTED["github"]
TEXT = f"Dear {NAME}, card {CARD}, token {KEY}"
_FORMS = {
    part: forms(part) | encoded(part) for part in ("Quillon", "Zarnetski", CARD, KEY, KEY[4:])
}

MALFORMED = {
    "JSON that ends early": ("jsonl", f'{{"text": "{TEXT}", "spans": ['),
    "a list for a row": ("jsonl", json.dumps([TEXT])),
    "text that is a list": ("jsonl", json.dumps({"text": [TEXT], "spans": []})),
    "a span outside of its text": (
        "jsonl",
        json.dumps({"text": TEXT, "spans": [[0, 9999, "PERSON"]]}),
    ),
    "a span that is a text": ("jsonl", json.dumps({"text": TEXT, "spans": [NAME]})),
    "a token without a tag": ("conll", TEXT.replace(" ", "\n")),
    "a tag that is none": ("conll", f"Quillon {KEY}\nZarnetski {CARD}\n"),
    "one object": ("presidio", json.dumps({"full_text": TEXT})),
    "no JSON": ("presidio", TEXT),
    "spans without a type": (
        "presidio",
        json.dumps([{"full_text": TEXT, "spans": [{"start_position": NAME}]}]),
    ),
}


def leaks(done: Result) -> list[str]:
    """Which planted values stand in what a command wrote."""
    raw = done.stdout_bytes + done.stderr_bytes
    lower = raw.lower()
    return [part for part, found in _FORMS.items() if any(f in lower or f in raw for f in found)]


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_labelled_text_is_not_quoted(name: str, tmp_path: Path) -> None:
    form, content = MALFORMED[name]
    path = tmp_path / "labelled"
    path.write_text(content, encoding="utf-8")
    done = run("evaluate", str(path), "--format", form)
    assert done.exit_code != 0
    assert leaks(done) == []


def test_malformed_stand_off_is_not_quoted(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.ann").write_text(f"T1\tPERSON {NAME}\t{CARD}\nT2 {KEY}\nT3\tX 0 9999\t{NAME}\n")
    done = run("evaluate", str(tmp_path), "--format", "brat")
    assert done.exit_code != 0
    assert leaks(done) == []


@pytest.mark.parametrize("command", ["analyze", "cleanse"])
@pytest.mark.parametrize(
    ("arguments", "typed"),
    [
        (("--entities", "NO_SUCH"), TEXT.encode()),
        (("--threshold", "7"), TEXT.encode()),
        ((), TEXT.encode() + b"\xff"),
    ],
    ids=["unknown type", "wrong threshold", "no UTF-8"],
)
def test_wrong_input_is_not_quoted(command: str, arguments: tuple[str, ...], typed: bytes) -> None:
    done = run(command, *arguments, typed=typed)
    assert done.exit_code != 0
    assert leaks(done) == []


@pytest.mark.parametrize("arguments", [("analyze",), ("analyze", "--explain"), ("cleanse",)])
def test_a_detector_that_fails_quotes_nothing(
    arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Tagger, text: str, languages: tuple[str, ...]) -> object:
        del self, languages
        raise ValueError(text)

    monkeypatch.setattr(Tagger, "tag", fail)
    done = run(*arguments, typed=TEXT)
    assert done.exit_code != 0
    assert leaks(done) == []
