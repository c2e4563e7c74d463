"""What a server and its detecting process say to each other arrives as it was said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.engine import CustomTerm, Finding
from sluice.server.analysis.frames import Frames, answer, findings_of, framed, question, terms_of

FINDINGS = st.builds(
    Finding,
    st.integers(0, 9_000),
    st.integers(0, 9_000),
    st.sampled_from(["PERSON", "URL"]),
    st.floats(0, 1),
    st.text(max_size=9),
    st.none() | st.text(max_size=9),
    st.none() | st.integers(0, 9_000),
)
DOCUMENTS = st.lists(st.text(st.characters(exclude_categories=()), max_size=40), max_size=4)


@given(st.lists(st.none() | st.lists(FINDINGS, max_size=3), max_size=4))
def test_findings_arrive_as_they_were_found(found: list[list[Finding] | None]) -> None:
    (told,) = Frames().feed(answer(found))
    arrived = findings_of(told)
    assert arrived == found
    assert arrived is not None
    linked = [[f.linked for f in of or []] for of in arrived]
    assert linked == [[f.linked for f in of or []] for of in found]


@given(st.lists(DOCUMENTS, max_size=4), st.integers(1, 7))
def test_documents_arrive_however_they_are_cut(said: list[list[str]], size: int) -> None:
    data, frames = b"".join(map(framed, said)), Frames()
    arrived: list[list[str]] = []
    for start in range(0, len(data), size):
        arrived += frames.feed(data[start : start + size])
    assert arrived == said


def test_a_question_says_what_a_detector_is_made_of() -> None:
    terms = (CustomTerm("code name", "PROJECT", text="Blue Heron", inflected=True),)
    (told,) = Frames().feed(question("v", (terms, ("info@example.org",)), ["a\ud800"]))
    assert told[0] == "v"
    assert told[2] == ["a\ud800"]
    assert terms_of(told[1]) == (terms, ("info@example.org",))


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(json.JSONDecodeError):
        list(Frames().feed(b"\0\0\0\1{"))


def test_an_answer_of_a_process_that_has_no_such_detector_says_nothing() -> None:
    assert findings_of(None) is None
