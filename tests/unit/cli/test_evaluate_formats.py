"""The readers of `sluice evaluate`: each gives texts and spans, or says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.cli.errors import CommandError
from sluice.cli.evaluation import brat, conll, json_files
from sluice.cli.evaluation.labelled import Document, Gold, Labels, mapped, normal, printed
from sluice.cli.evaluation.reading import Problems

IOB1 = "Ada NNP I-PER\nLee NNP I-PER\nBo NNP B-PER\nsaw VBD O\nRome NNP I-LOC\n"
IOB2 = "Ada B-PER\nLee I-PER\nBo B-PER\nsaw O\nRome B-LOC\n"
IOBES = "Ada\tB-PER\nLee\tE-PER\nBo\tS-PER\nsaw\tO\nRome\tS-LOC\n"
BILOU = "Ada\tB-PER\nLee\tL-PER\nBo\tU-PER\nsaw\tO\nRome\tU-LOC\n"


def marked(documents: Iterable[Document]) -> list[list[tuple[str, str]]]:
    """What the spans of each document stand on, with their labels."""
    return [
        [(item.text[span.start : span.end], span.label) for span in item.spans]
        for item in documents
    ]


def problems_of(problems: Problems) -> list[str]:
    with pytest.raises(CommandError) as caught:
        problems.stop()
    return list(caught.value.problems)


@pytest.mark.parametrize(
    "written", [IOB1, IOB2, IOBES, BILOU], ids=["IOB1", "IOB2", "IOBES", "BILOU"]
)
def test_every_way_of_tagging_gives_the_same_spans(tmp_path: Path, written: str) -> None:
    path = tmp_path / "some.conll"
    path.write_text(written)
    problems = Problems()
    documents = list(conll.read(path, problems))
    problems.stop()
    assert marked(documents) == [[("Ada Lee", "PER"), ("Bo", "PER"), ("Rome", "LOC")]]
    assert documents[0].text == "Ada Lee Bo saw Rome\n"


def test_sentences_are_documents_unless_docstart_says_otherwise(tmp_path: Path) -> None:
    path = tmp_path / "some.conll"
    path.write_text("a O\n\nb B-PER\n\n\nc O\n")
    assert [item.text for item in conll.read(path, Problems())] == ["a\n", "b\n", "c\n"]
    path.write_text("-DOCSTART- -X- O O\n\na O\n\nb B-PER\n\n-DOCSTART- -X- O O\r\n\r\nc O\r\n")
    documents = list(conll.read(path, Problems()))
    assert [item.text for item in documents] == ["a\nb\n", "c\n"]
    assert marked(documents) == [[("b", "PER")], []]
    assert [item.name for item in documents] == [f"{path}:3", f"{path}:9"]


@pytest.mark.parametrize(
    ("tokens", "text"),
    [
        ("He said : stop .", "He said: stop.\n"),
        ('" Go ( now ) ! " she said', '"Go (now)!" she said\n'),
        ("Ada 's 5 % of $ 3", "Ada's 5% of $3\n"),
        ("do n't", "don't\n"),
    ],
)
def test_natural_spacing_writes_tokens_as_people_do(tmp_path: Path, tokens: str, text: str) -> None:
    path = tmp_path / "some.conll"
    path.write_text("".join(f"{token} O\n" for token in tokens.split()))
    assert [item.text for item in conll.read(path, Problems(), "natural")] == [text]


def test_lines_without_a_tag_are_problems(tmp_path: Path) -> None:
    path = tmp_path / "some.conll"
    path.write_text("alone\nAda NNP\nBo X-PER\nCy B-\nDee B-PER\n")
    problems = Problems()
    list(conll.read(path, problems))
    assert [line.split(": ")[0] for line in problems_of(problems)] == [
        f"{path}:{number}" for number in (1, 2, 3, 4)
    ]


tokens = st.text("abcXYZ.,'é中😀", min_size=1, max_size=5)
tagged = st.lists(st.tuples(tokens, st.sampled_from(["O", "B-PER", "I-PER", "I-LOC"])), min_size=1)


@settings(max_examples=60, deadline=None)
@given(tagged, st.sampled_from(["spaces", "natural"]))
def test_spans_begin_and_end_with_their_tokens(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]], spacing: conll.Spacing
) -> None:
    """Whatever the spacing: the characters of all spans are those of the tagged tokens."""
    path = tmp_path_factory.mktemp("conll") / "some.conll"
    path.write_text("".join(f"{token}\t{tag}\n" for token, tag in rows))
    (found,) = conll.read(path, Problems(), spacing)
    covered = "".join(text for text, _ in marked([found])[0])
    assert covered.replace(" ", "") == "".join(token for token, tag in rows if tag != "O")


@pytest.mark.parametrize(
    "row",
    [
        {"text": "😀 Ada", "spans": [[2, 5, "PER"]]},
        {"text": "😀 Ada", "entities": [{"start": 2, "end": 5, "label": "PER"}]},
        {"text": "😀 Ada", "label": [{"start": 2, "end": 5, "type": "PER", "text": "Ada"}]},
        {"text": "😀 Ada", "labels": [{"start_offset": 2, "end_offset": 5, "label": "PER"}]},
    ],
    ids=["lists", "entities", "label", "offsets"],
)
def test_lines_of_json_name_their_spans_in_several_ways(
    tmp_path: Path, row: dict[str, object]
) -> None:
    path = tmp_path / "some.jsonl"
    path.write_text(json.dumps(row) + "\n\n")
    assert marked(json_files.read_lines(path, Problems())) == [[("Ada", "PER")]]


def test_presidio_files_are_lists_of_documents(tmp_path: Path) -> None:
    path = tmp_path / "some.json"
    span = {"entity_type": "PERSON", "entity_value": "Ada", "start_position": 0, "end_position": 3}
    path.write_text(json.dumps([{"full_text": "Ada went", "spans": [span], "masked": "x"}]))
    documents = list(json_files.read_presidio(path, Problems()))
    assert marked(documents) == [[("Ada", "PERSON")]]
    assert documents[0].name == f"{path}[0]"


@pytest.mark.parametrize("text", ["{}", "[1]", '[{"spans": []}]', "[", "[" * 100_000])
def test_what_is_no_presidio_file_is_a_problem(tmp_path: Path, text: str) -> None:
    path, problems = tmp_path / "some.json", Problems()
    path.write_text(text)
    assert list(json_files.read_presidio(path, problems)) == []
    assert len(problems_of(problems)) == 1


def test_brat_reads_fragments_and_skips_other_lines(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "one.txt").write_bytes("😀 Ada and\r\nBo Lee\n".encode())
    (tmp_path / "sub" / "one.ann").write_text(
        "T1\tPER 2 5;13 16\tAda Lee\nT2\tPER 10 16\tBo Lee\nR1\tknows Arg1:T1 Arg2:T2\n"
        "#1\tAnnotatorNotes T1\tsomething\n"
    )
    documents = list(brat.read(tmp_path, Problems()))
    assert marked(documents) == [[("Ada", "PER"), ("Lee", "PER"), ("Bo Lee", "PER")]]
    assert documents == list(brat.read(tmp_path / "sub" / "one.txt", Problems()))


def test_brat_says_what_does_not_fit(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("Ada went")
    (tmp_path / "one.ann").write_text(
        "T1\tPER 0 3\tBob\nT2\tPER 0\tAda\nT3\tPER 4 8;0 3\twent Ada\nT4\tPER 4 99\twent\n"
    )
    (tmp_path / "two.ann").write_text("")
    problems = Problems()
    list(brat.read(tmp_path, problems))
    said = problems_of(problems)
    assert [line.split(": ")[0] for line in said] == [
        *(f"{tmp_path / 'one.ann'}:{number}" for number in (1, 2, 3)),
        str(tmp_path / "one.ann"),
        str(tmp_path / "two.txt"),
    ]
    assert "Ada" not in "".join(said)


def test_a_file_that_is_not_utf_8_is_a_problem(tmp_path: Path) -> None:
    path, problems = tmp_path / "some", Problems()
    path.write_bytes(b"Ada \xff O\n")
    assert list(conll.read(path, problems)) == []
    assert problems_of(problems) == [f"{path}: not UTF-8 at byte 4"]


@pytest.mark.parametrize(
    ("label", "entity_type"),
    [
        ("PER", "PERSON"), ("person", "PERSON"), ("GPE", "LOCATION"),
        ("corporation", "ORGANIZATION"), ("group", "ORGANIZATION"), ("E-mail", "EMAIL_ADDRESS"),
        ("US_SSN", "US_SSN"), ("phone number", "PHONE_NUMBER"), ("creative-work", None),
        ("-", None),
    ],
)  # fmt: skip
def test_labels_of_others_are_entity_types_of_ours(label: str, entity_type: str | None) -> None:
    known = frozenset({"PERSON", "US_SSN", "PHONE_NUMBER"})
    assert Labels(known, {}).type_of(label) == entity_type


def test_the_users_own_mapping_goes_first_and_may_leave_labels_out() -> None:
    labels = Labels(frozenset({"PERSON"}), {"PERSON": "USERNAME", "MISC": "-"})
    spans = (Gold(0, 1, "person"), Gold(1, 2, "misc"), Gold(2, 3, "odd"), Gold(0, 1, "Person"))
    gold = mapped([Document("a", "abc", spans)], labels)
    assert gold.documents[0].spans == (Gold(0, 1, "USERNAME"),)
    assert gold.entity_types == {"USERNAME"}
    assert (gold.unknown, gold.ignored) == ({"odd": 1}, {"misc": 1})


def test_a_label_that_may_be_text_is_not_printed() -> None:
    assert printed("Jane Doe, 12 Long Road") == "(malformed)"
    assert normal("date-of birth") == "DATE_OF_BIRTH"
