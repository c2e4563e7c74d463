"""Originals of one text in another one: whole words only, in linear time."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.proxy.cleansing.mentioned import FEW, Mentions, sought, words


def _found(text: str, *originals: tuple[str, str]) -> str:
    """The text with what was found in brackets."""
    mentions = Mentions(form for kind, name in originals for form in sought(kind, name))
    for finding in reversed(mentions.within(text)):
        marked = f"[{finding.entity_type} {text[finding.start : finding.end]}]"
        text = text[: finding.start] + marked + text[finding.end :]
    return text


@pytest.mark.parametrize(
    ("kind", "original", "text", "marked"),
    [
        ("PERSON", "Jane Roe", "JANE\nROE, jane roe", "[PERSON JANE\nROE], [PERSON jane roe]"),
        ("PERSON", "Jane Roe", "Jane Roebuck", "Jane Roebuck"),
        ("PERSON", "Mark", "mark it. Mark it.", "mark it. Mark it."),
        ("PERSON", "Mark", "ask Mark for it", "ask [PERSON Mark] for it"),
        ("PERSON", "Kim", "ask Kim for it", "ask Kim for it"),
        ("EMAIL_ADDRESS", "a@b.example", "mail a@B.example", "mail [EMAIL_ADDRESS a@B.example]"),
        ("PHONE_NUMBER", "+44 20 555", "x +44 20 555", "x [PHONE_NUMBER +44 20 555]"),
        ("PHONE_NUMBER", "+44 20 555", "x +44 20 5556", "x +44 20 5556"),
        ("DATE_TIME", "2026-01-02", "on 2026-01-02", "on 2026-01-02"),
        ("API_KEY", "kx-1", "kx-1", "kx-1"),
        ("API_KEY", "kx-12", "kx-12_a kx-12", "[API_KEY kx-12]_a [API_KEY kx-12]"),
    ],
)
def test_what_is_found(kind: str, original: str, text: str, marked: str) -> None:
    assert _found(text, (kind, original)) == marked


def test_originals_that_overlap_are_all_found() -> None:
    names = ["Jane Roe", "Jane Roe Miller", "Roe Miller", "Miller Poe"]
    mentions = Mentions(form for name in names for form in sought("PERSON", name))
    found = mentions.within("Jane Roe Miller Poe")
    assert [(f.start, f.end) for f in found] == [(0, 8), (0, 15), (5, 15), (9, 19)]


@pytest.mark.parametrize("names", [("Kaito", "kaito"), ("kaito", "Kaito")], ids=["last", "first"])
def test_a_word_that_is_two_originals_is_sought_in_the_cases_of_both(
    names: tuple[str, str],
) -> None:
    assert _found("ask kaito", ("PERSON", "Kaito")) == "ask kaito"
    assert _found("ask kaito", *(("PERSON", name) for name in names)) == "ask [PERSON kaito]"


@pytest.mark.parametrize("count", [3, FEW + 5])
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_findings_are_originals_and_whole_words(count: int, data: st.DataObject) -> None:
    """Few originals are sought one by one, many in one walk: both find the same kind of thing."""
    names = [f"key-{number:03}x" for number in range(count)]
    pieces = [*names[:6], "key-00", "x", " ", ".", "-", "KEY-001X", "\u0130", "\ud7ff"]
    text = "".join(data.draw(st.lists(st.sampled_from(pieces), max_size=30)))
    found = Mentions(f for name in names for f in sought("API_KEY", name)).within(text)
    assert all(text[f.start : f.end].lower() in names for f in found)
    assert found == sorted(found)
    for finding in found:
        assert not text[finding.end : finding.end + 1].isalnum()
        assert not text[: finding.start][-1:].isalnum()


def test_words_are_what_forms_begin_with() -> None:
    (form,) = sought("PHONE_NUMBER", "+44 20 7946")[:1]
    assert form.first in words("call +44 20 7946")
