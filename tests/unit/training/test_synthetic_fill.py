"""The template language of the text generator: what each construct becomes, and where spans lie."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from training.synthetic.fill import TemplateError, fill, parse
from training.synthetic.model import Labelled, Register
from training.synthetic.noise import CLEAN
from training.synthetic.values import Kind, Values, mixed, one_of, written

PEOPLE = (("Jane", "Roe", "Ms"), ("Otto", "Doe", "Mr"), ("Ada", "Poe", "Dr"))


def _person(random: Random) -> Mapping[str, str]:
    first, last, title = random.choice(PEOPLE)
    return {"full": f"{first} {last}", "first": first, "last": last, "title": title}


def _office(random: Random) -> Mapping[str, str]:
    return {"full": "Senate", "the": "the Senate"}


VALUES = Values(
    {
        "person": Kind(_person, "PERSON", types={"title": ""}),
        "org.office": Kind(_office, "ORGANIZATION"),
        "city": one_of(("Leeds", "Ulm", "Bath"), "LOCATION"),
        "digit": written(lambda random: str(random.randint(0, 9))),
        "fruit": one_of(("apple", "pear", "unit")),
    }
)


def filled(template: str, seed: int = 1, fragments: Mapping[str, str] | None = None) -> Labelled:
    """Fill a template of a register made for it."""
    register = Register("test", "en", (template,), VALUES, CLEAN, fragments or {})
    return fill(register, template, Random(seed))


def found(text: Labelled) -> list[tuple[str, str]]:
    """Return each span's text and type."""
    return [(text.text[start:end], kind) for start, end, kind in text.spans]


@pytest.mark.parametrize(
    ("template", "spans"),
    [
        ("{=ORG:Washington Post} wrote", [("Washington Post", "ORGANIZATION")]),
        ("in {=LOC:Paris}, not {=PER:Paris Hilton}",
         [("Paris", "LOCATION"), ("Paris Hilton", "PERSON")]),
        ("{=US_SSN:000-00-0000}", [("000-00-0000", "US_SSN")]),
        ("the {org.office} sat", [("Senate", "ORGANIZATION")]),
        ("told {org.office.the} so", [("Senate", "ORGANIZATION")]),
        ("{fruit} and {digit}", []),
        (r"\{person.full\} \[\[a\|b\]\]", []),
    ],
)  # fmt: skip
def test_slots_become_spans_of_their_type(template: str, spans: list[tuple[str, str]]) -> None:
    assert found(filled(template)) == spans


def test_titles_and_possessives_stay_outside_of_the_span() -> None:
    text = filled("{person.title} {person.last}'s dog")
    (span,) = found(text)
    assert span[1] == "PERSON"
    assert f"{span[0]}'s dog" in text.text
    assert text.text.split()[0] not in span[0]


def test_one_number_is_one_entity_through_the_text() -> None:
    for seed in range(20):
        full, first, last = (span for span, _ in found(filled(
            "{person.full#2} {person.first#2} {person#2.last}", seed)))  # fmt: skip
        assert full == f"{first} {last}"


def test_a_loose_kind_is_made_anew_unless_numbered() -> None:
    texts = {filled("{digit}{digit}{digit}{digit}{digit}", seed).text for seed in range(9)}
    assert any(len(set(text)) > 1 for text in texts)
    assert all(len(set(filled("{digit#1}{digit#1}", seed).text)) == 1 for seed in range(9))


def test_repetition_has_entities_of_its_own_and_shares_lettered_ones() -> None:
    text = filled("((30-30/;:{person.full} {city#a}))", 3).text
    rows = text.split(";")
    assert len(rows) == 30
    assert len({row.split()[0] for row in rows}) > 1
    assert len({row.split()[2] for row in rows}) == 1


@pytest.mark.parametrize(
    ("template", "possible"),
    [
        ("[[a|b|c]]", {"a", "b", "c"}),
        ("x[[y]]", {"x", "xy"}),
        ("[[9:a|b[[c|d]]]]", {"a", "bc", "bd"}),
        ("((1-2:(x)))", {"(x)", "(x)(x)"}),
        ("((2-2/ [[and|or]] :z))", {"z and z", "z or z"}),
        ("a|b", {"a|b"}),
        (r"a\nb", {"a\nb"}),
        ("{@part}!", {"one!", "two!"}),
    ],
)
def test_alternatives_come_out_and_nothing_else(template: str, possible: set[str]) -> None:
    fragments = {"part": "[[one|two]]"}
    assert {filled(template, seed, fragments).text for seed in range(60)} == possible


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{a} {=ORG:Apex} plan", "an Apex plan"),
        ("{A} {=LOC:Ulm} man", "An Ulm man"),
        ("{a} [[unit|unit]]", "a unit"),
        ("to [[|]] go", "to go"),
        ("Go [[|]].", "Go."),
        ("It met. {org.office.the} sat", "It met. The Senate sat"),
        ("{org.office.the:cap} sat", "The Senate sat"),
        ("{org.office.the:upper} SAT", "THE SENATE SAT"),
    ],
)
def test_the_text_around_a_value_is_made_to_fit(template: str, text: str) -> None:
    assert filled(template).text == text


@pytest.mark.parametrize(
    "template", ["[[a|b", "((2-3:a", "((a))", "{person.full:huge}", "{Person-full}", "{@nobody}"]
)
def test_a_template_that_cannot_be_read_is_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        filled(template)


def test_an_unknown_kind_or_form_is_refused() -> None:
    with pytest.raises(KeyError):
        filled("{dragon}")
    with pytest.raises(TemplateError):
        filled("{person.shoe}")


@given(st.integers(), st.lists(st.sampled_from(
    ["{person.full}", "{city}", "[[x|{person.first}]]", " ", "the ", "((1-3/, :{city}))", ". "]),
    max_size=8))  # fmt: skip
@settings(max_examples=80, deadline=None)
def test_spans_are_sorted_apart_and_hold_whole_values(seed: int, parts: list[str]) -> None:
    text = filled("".join(parts), seed)
    known = {f"{first} {last}" for first, last, _ in PEOPLE} | {one for one, _, _ in PEOPLE}
    known |= {"Leeds", "Ulm", "Bath"}
    assert all(value in known for value, _ in found(text))
    assert list(text.spans) == sorted(text.spans)


def test_reading_a_template_twice_gives_the_same_nodes() -> None:
    assert parse("{person.full} [[a|b]]") is parse("{person.full} [[a|b]]")


def test_mixed_makers_hand_over_by_weight() -> None:
    maker = mixed([(lambda random: {"full": "a"}, 1), (lambda random: {"full": "b"}, 0)])
    assert {maker(Random(seed))["full"] for seed in range(20)} == {"a"}


@pytest.mark.parametrize("spans", [((2, 2, "X"),), ((0, 9, "X"),), ((2, 4, "X"), (3, 5, "X"))])
def test_a_labelled_text_refuses_spans_that_make_no_sense(
    spans: tuple[tuple[int, int, str], ...],
) -> None:
    with pytest.raises(ValueError, match="span"):
        Labelled("abcdef", spans, "en", "test", "")
