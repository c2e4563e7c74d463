"""The written pages and the marks on paragraphs: every file of them can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from training.examples import Example
from training.pages import HERE, KINDS, pages, unmarked

PAGES = sorted((HERE / "pages").glob("*.txt"))
MARKS = sorted((HERE / "marks").glob("*.jsonl"))
TITLE = re.compile(
    r"(?i)(?:mr|mrs|ms|miss|dr|prof|sir|herrn?|frau|monsieur|madame|mme|señora?|sra?|signora?|dhr|"
    r"mevrouw)\b\.?\s"
)
BRACKETS = frozenset("{}[]<>")
ROUND = re.compile(r"[^()]+(?:\([^()]+\)[^()]*)?")


def test_there_are_pages_and_marks() -> None:
    assert PAGES
    assert MARKS


@pytest.fixture(scope="module")
def examples() -> list[Example]:
    return list(pages())


def test_every_page_can_be_read(examples: list[Example]) -> None:
    assert len(examples) >= len(PAGES)
    assert all(example.text.strip() for example in examples)


def test_marks_are_ascending_apart_and_of_known_types(examples: list[Example]) -> None:
    for number, example in enumerate(examples):
        end = 0
        for mark in example.marks:
            assert end <= mark.start < mark.end <= len(example.text), number
            assert mark.types <= set(KINDS.values()), number
            end = mark.end


def marked(examples: list[Example], entity_type: str | None = None) -> list[str]:
    return [
        example.text[mark.start : mark.end]
        for example in examples
        for mark in example.marks
        if entity_type is None or entity_type in mark.types
    ]


def test_no_mark_holds_a_bracket_other_than_a_round_pair(examples: list[Example]) -> None:
    """`CPN(M)` is a name; half a pair would be a mark that begins or ends in the wrong place."""
    texts = marked(examples)
    assert [text for text in texts if BRACKETS & set(text)] == []
    assert [text for text in texts if not ROUND.fullmatch(text)] == []


def test_no_mark_of_a_person_begins_with_a_title(examples: list[Example]) -> None:
    assert [text for text in marked(examples, "PERSON") if TITLE.match(text)] == []


def test_no_mark_begins_or_ends_with_a_space(examples: list[Example]) -> None:
    assert [text for text in marked(examples) if text != text.strip()] == []


@pytest.mark.parametrize("text", ["{PER:Jane", "a } b", "{XYZ:Jane}", "{PER:{LOC:Bonn}}"])
def test_a_bracket_that_is_left_over_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="left over"):
        unmarked(text, "test")


def test_marks_become_offsets() -> None:
    example = unmarked("For {PER:Jane Roe} of {LOC:Bonn}.", "test")
    assert example.text == "For Jane Roe of Bonn."
    assert [(mark.start, mark.end) for mark in example.marks] == [(4, 12), (16, 20)]


@pytest.mark.parametrize("path", MARKS, ids=lambda path: path.stem)
def test_every_row_of_marks_is_well_formed(path: Path) -> None:
    seen = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert row.keys() == {"source", "paragraph", "spans"}
        assert re.fullmatch(r"[a-z0-9-]+", row["source"])
        assert type(row["paragraph"]) is int
        assert row["paragraph"] >= 0
        assert (row["source"], row["paragraph"]) not in seen
        seen.add((row["source"], row["paragraph"]))
        end = 0
        for span_start, span_end, entity_type in row["spans"]:
            assert end <= span_start < span_end
            assert entity_type in KINDS.values()
            end = span_end
