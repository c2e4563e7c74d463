"""`sluice evaluate`: labelled text in, scores out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.unit.cli.commands import MAIL, run

from sluice.cli import evaluate
from sluice.cli.evaluation.labelled import LABELS
from sluice.engine.pipeline import ENTITY_TYPES

WORDS = f"Write to {MAIL} or call nobody"
SECRET = "unmistakable"


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Compiled patterns go to a folder of the tests, not of whoever runs them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """Two documents: one whose address is found, one whose marked word is not."""
    start = WORDS.index(MAIL)
    rows = [
        {"text": WORDS, "spans": [[start, start + len(MAIL), "email"]]},
        {"text": f"also {SECRET} here", "spans": [{"start": 5, "end": 17, "label": "E-Mail"}]},
    ]
    path = tmp_path / "labelled.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows) + "\n")
    return path


def scored(*arguments: str) -> dict[tuple[str, str], dict[str, object]]:
    """The scores of a run by entity type and way."""
    done = run("evaluate", *arguments, "--json")
    assert done.exit_code == 0, done.output
    return {(row["entityType"], row["way"]): row for row in json.loads(done.stdout)["scores"]}


def test_scores_are_counted_in_three_ways_and_without_types(labelled: Path) -> None:
    rows = scored(str(labelled), "--format", "jsonl")
    for way in ("strict", "partial"):
        counts = rows["EMAIL_ADDRESS", way]["counts"]
        assert counts == {"right": 1, "found": 1, "covered": 1, "marked": 2}
        assert rows["(overall)", way]["counts"] == counts
    characters = {"right": len(MAIL), "found": len(MAIL), "covered": len(MAIL)}
    marked = {**characters, "marked": len(MAIL) + len(SECRET)}
    assert rows["EMAIL_ADDRESS", "characters"]["counts"] == marked
    assert rows["(any type)", "characters"]["counts"] == marked


def test_the_confusion_says_what_was_missed(labelled: Path) -> None:
    done = run("evaluate", str(labelled), "--format", "jsonl", "--json")
    assert json.loads(done.stdout)["confusion"] == [
        {"marked": "EMAIL_ADDRESS", "found": "(missed)", "count": 1},
        {"marked": "EMAIL_ADDRESS", "found": "EMAIL_ADDRESS", "count": 1},
    ]


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["table", "json"])
def test_text_is_shown_only_where_the_worst_are_asked_for(
    labelled: Path, form: tuple[str, ...]
) -> None:
    arguments = ("evaluate", str(labelled), "--format", "jsonl", *form)
    assert SECRET not in run(*arguments).output
    assert SECRET in run(*arguments, "--worst", "1").stdout


def test_two_runs_give_the_same_intervals(labelled: Path) -> None:
    arguments = ("evaluate", str(labelled), "--format", "jsonl", "--json")
    assert run(*arguments).stdout == run(*arguments).stdout


def test_labels_that_map_to_nothing_are_reported(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    spans = [[9, 9 + len(MAIL), "EMAIL"], [0, 5, "VERB"], [0, 5, "MISC"]]
    path.write_text(json.dumps({"text": WORDS, "spans": spans}))
    arguments = ("evaluate", str(path), "--format", "jsonl", "--map", "misc=-")
    found = json.loads(run(*arguments, "--json").stdout)
    assert found["unknownLabels"] == {"VERB": 1}
    assert found["ignoredLabels"] == {"MISC": 1}
    assert "VERB (1)" in run(*arguments).stderr


def test_a_map_may_be_a_file_and_overrides_the_built_in_names(tmp_path: Path) -> None:
    path, mapping = tmp_path / "some.jsonl", tmp_path / "map.txt"
    path.write_text(json.dumps({"text": WORDS, "spans": [[9, 9 + len(MAIL), "email"]]}))
    mapping.write_text("# ours\nemail=URL\n")
    done = run("evaluate", str(path), "--format", "jsonl", "--map", str(mapping), "--json")
    assert json.loads(done.stdout)["confusion"] == [
        {"marked": "URL", "found": "EMAIL_ADDRESS", "count": 1}
    ]


def test_findings_of_unmarked_types_count_only_if_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "some.jsonl"
    text = f"{WORDS} at https://example.org/a?b=c"
    path.write_text(json.dumps({"text": text, "spans": [[9, 9 + len(MAIL), "EMAIL"]]}))
    only = scored(str(path), "--format", "jsonl")
    every = scored(str(path), "--format", "jsonl", "--all-types")
    assert only["(overall)", "strict"]["counts"]["found"] == 1  # type: ignore[index]
    assert every["URL", "strict"]["counts"]["found"] == 1  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--map", "email=NO_SUCH_TYPE"), 2, "part 1"),
        (("--map", "=PERSON"), 2, "LABEL=TYPE"),
        (("--entities", "NO_SUCH_TYPE"), 2, "NO_SUCH_TYPE"),
        (("--entities", "IBAN_CODE"), 1, "Nothing is marked"),
    ],
    ids=["unknown type", "no label", "unknown entities", "nothing left"],
)
def test_what_makes_no_sense_ends_with_a_named_code(
    labelled: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = run("evaluate", str(labelled), "--format", "jsonl", *arguments)
    assert (done.exit_code, said in done.stderr) == (code, True), done.stderr


def test_every_problem_of_every_file_is_named_at_once_without_its_text(tmp_path: Path) -> None:
    good = json.dumps({"text": "a", "spans": []})
    lines = [
        good,
        f'{{"text": "{SECRET}"',
        json.dumps({"text": SECRET}),
        json.dumps({"text": SECRET, "spans": [[0, 99, "PER"], [0, "x", "PER"], [3, 3, "PER"]]}),
        json.dumps({"text": SECRET, "spans": [{"start": 0, "end": 2, "type": "A", "text": "zz"}]}),
        json.dumps([SECRET]),
        '{"text": "\\ud800", "spans": []}',
    ]
    path, other = tmp_path / "bad.jsonl", tmp_path / "none.jsonl"
    path.write_text("\n".join(lines))
    done = run("evaluate", str(path), str(other), "--format", "jsonl")
    assert done.exit_code == 1
    assert SECRET not in done.output
    for line in (2, 3, 4, 5, 6, 7):
        assert f"{path}:{line}: " in done.stderr
    assert "span 0: 0-99 is not within a text of 12 characters" in done.stderr
    assert f"{other}: no such file" in done.stderr
    assert "9 problem(s)" in done.stderr


def test_a_file_without_documents_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_text("\n")
    assert run("evaluate", str(path), "--format", "jsonl").exit_code == 1


def test_every_built_in_label_leads_to_an_entity_type_that_can_be_found() -> None:
    assert set(LABELS.values()) <= ENTITY_TYPES
    assert not set(LABELS) & ENTITY_TYPES, "an entity type of our own needs no row"


def test_the_help_shows_examples() -> None:
    assert "sluice evaluate tickets.jsonl" in evaluate.EPILOG
    assert run("evaluate", "--help").exit_code == 0
