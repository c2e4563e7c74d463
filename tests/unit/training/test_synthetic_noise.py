"""Noise of the text generator: the text changes, the spans stay on their words."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training.synthetic.model import Labelled
from training.synthetic.noise import CLEAN, KINDS, Noise, edited, spoiled

TEXT = "Dear Mr O'Neil, the \"Leeds Post, Ltd.\" wrote to Jürgen Groß (Ulm). It's İzmir's turn! Ok?"
NAMES = {"O'Neil": "PERSON", "Leeds Post, Ltd.": "ORGANIZATION", "Jürgen Groß": "PERSON",
         "Ulm": "LOCATION", "İzmir": "LOCATION"}  # fmt: skip
SPANS = tuple(
    sorted((TEXT.index(name), TEXT.index(name) + len(name), kind) for name, kind in NAMES.items())
)
SAMPLE = Labelled(TEXT, SPANS, "en", "test", "")


def values(text: Labelled) -> list[str]:
    """Return the texts of the spans."""
    return [text.text[start:end] for start, end, _ in text.spans]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_kind_keeps_every_span_in_order_and_on_its_name(name: str) -> None:
    for seed in range(60):
        spoilt = KINDS[name](SAMPLE, Random(seed))
        assert [kind for _, _, kind in spoilt.spans] == [kind for _, _, kind in SPANS]
        for old, new in zip(values(SAMPLE), values(spoilt), strict=True):
            assert new == new.strip()
            assert abs(len(old) - len(new)) <= 4
            assert set(new.lower()) & set(old.lower())


@pytest.mark.parametrize("name", ["lower", "upper", "names_lower", "starts_lower"])
def test_case_noise_changes_nothing_but_case_and_no_length(name: str) -> None:
    spoilt = KINDS[name](SAMPLE, Random(1))
    assert spoilt.spans == SAMPLE.spans
    assert spoilt.text != SAMPLE.text
    assert spoilt.text.casefold().replace("ß", "ss") == SAMPLE.text.casefold().replace("ß", "ss")


@pytest.mark.parametrize("name", ["unpunctuated", "glued", "tokenized"])
def test_marks_change_outside_of_spans_only(name: str) -> None:
    for seed in range(40):
        assert values(KINDS[name](SAMPLE, Random(seed))) == values(SAMPLE)


@pytest.mark.parametrize("name", ["spaced", "glued", "unpunctuated", "tokenized"])
def test_spacing_and_punctuation_noise_keeps_all_letters(name: str) -> None:
    letters = re.sub(r"[\W_]", "", TEXT)
    for seed in range(40):
        assert re.sub(r"[\W_]", "", KINDS[name](SAMPLE, Random(seed)).text) == letters


def test_no_noise_leaves_the_text_alone() -> None:
    assert spoiled(SAMPLE, CLEAN, Random(1)) == SAMPLE


def test_the_same_chance_gives_the_same_noise() -> None:
    every = Noise(*([0.5] * len(KINDS)))
    first, second = (spoiled(SAMPLE, every, Random(4)) for _ in range(2))
    assert first == second
    assert first != spoiled(SAMPLE, every, Random(5))


def test_scaling_multiplies_and_stops_at_one() -> None:
    assert Noise(lower=0.2, upper=0.9).scaled(2).lower == pytest.approx(0.4)
    assert Noise(lower=0.2, upper=0.9).scaled(2).upper == 1.0


def test_an_edit_over_the_edge_of_a_span_is_refused() -> None:
    start = SPANS[0][0]
    with pytest.raises(ValueError, match="edge"):
        edited(SAMPLE, [(start - 1, start + 1, "")])


def test_a_span_that_loses_all_its_letters_is_dropped() -> None:
    start, end, _ = SPANS[0]
    assert len(edited(SAMPLE, [(start, end, "")]).spans) == len(SPANS) - 1


@given(st.text(max_size=40), st.data())
@settings(max_examples=40, deadline=None)
def test_edits_outside_of_a_span_leave_its_text_as_it_was(text: str, data: st.DataObject) -> None:
    core = "Roe"
    labelled = Labelled(text + core + text, ((len(text), len(text) + 3, "PERSON"),), "en", "t", "")
    places = data.draw(st.sets(st.integers(0, max(0, len(text) - 1)), max_size=5))
    edits = [(at, at + 1, data.draw(st.text(max_size=3))) for at in places if at < len(text)]
    assert values(edited(labelled, edits)) == [core]


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1, max_size=60), st.integers())
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("name", sorted(KINDS))
def test_any_text_with_a_span_in_it_survives_each_kind(name: str, text: str, seed: int) -> None:
    kind: Callable[[Labelled, Random], Labelled] = KINDS[name]
    inner = text.strip()
    spans = ((text.index(inner), text.index(inner) + len(inner), "PERSON"),) if inner else ()
    spoilt = kind(Labelled(text, spans, "en", "t", ""), Random(seed))
    assert all(0 <= start < end <= len(spoilt.text) for start, end, _ in spoilt.spans)
