"""What is exported and imported again is what it was, in both formats."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.testruns.cases import CaseContent, CaseKind
from sluice.server.features.testruns.columns import ColumnsOf
from sluice.server.features.testruns.exporting import csv_header, csv_rows, json_lines
from sluice.server.features.testruns.importing import FileFormat, read_file

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
    st.sampled_from(
        [
            *("output", "expected", "history", "metadata", "inputs.a", "metadata.b", "a:json"),
            *("outputMessage", "media_inputs", " a", "a ", "a,b", "a;b", 'a"b', "a\nb", "\ufeffa"),
        ]
    ),
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=5,
)
MESSAGES = st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": TEXTS})
MEDIA = st.fixed_dictionaries({"type": st.just("url"), "url": TEXTS})
CONTENTS = st.builds(
    CaseContent,
    inputs=st.dictionaries(NAMES, VALUES, min_size=1, max_size=3),
    output=st.none() | TEXTS,
    output_message=st.none() | MESSAGES,
    history=st.none() | st.lists(MESSAGES, max_size=2),
    metadata=st.none() | st.dictionaries(NAMES, VALUES, max_size=2),
    media_inputs=st.none() | st.dictionaries(NAMES, MEDIA, max_size=2),
)


def imported(text: str, file_format: FileFormat) -> list[CaseContent]:
    """The contents of a file that has no problem."""
    file = read_file(text.encode(), file_format, CaseKind.COMPLETION, raw_is_kept=False)
    assert file.problems == []
    return [case.content for case in file.cases]


@given(st.lists(CONTENTS, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None)
def test_csv_says_everything(contents: list[CaseContent]) -> None:
    """Every type, what some lack, and names that mean something in a header."""
    columns = ColumnsOf()
    for content in contents:
        columns.add(content.document())
    chosen = columns.columns()
    text = csv_header(chosen) + csv_rows(contents, chosen)
    assert imported(text, FileFormat.CSV) == contents


@given(st.lists(CONTENTS, min_size=1, max_size=4))
@settings(max_examples=100, deadline=None)
def test_json_lines_say_everything(contents: list[CaseContent]) -> None:
    """One object a line."""
    text = json_lines(contents, CaseKind.COMPLETION)
    assert text.count("\n") == len(contents)
    assert imported(text, FileFormat.JSONL) == contents


@pytest.mark.parametrize("file_format", list(FileFormat))
def test_traces_are_imported_as_traces(file_format: FileFormat) -> None:
    """JSON lines name their kind; of CSV the playlist knows it."""
    content = CaseContent(inputs={"input": "A"}, output="B")
    columns = ColumnsOf()
    columns.add(content.document())
    chosen = columns.columns()
    text = json_lines([content], CaseKind.TRACE)
    if file_format is FileFormat.CSV:
        text = csv_header(chosen) + csv_rows([content], chosen)
    file = read_file(text.encode(), file_format, CaseKind.TRACE, raw_is_kept=False)
    assert [case.content for case in file.cases] == [content]
