"""Further mentions of what was found: which forms count, and which words say nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.engine.known_names import KnownNames

from sluice.engine.candidates import LIKELY, Candidate
from sluice.engine.linking import FEW, link
from sluice.engine.patterns import Precedence
from sluice.engine.pipeline import Detector
from sluice.engine.types import CustomTerm

PERSON = {"Jane Roe": "PERSON"}
FIRM = {"Acme Ltd": "ORGANIZATION"}


def mentions(names: dict[str, str], text: str) -> list[tuple[str, str]]:
    """What is linked: its text, and the form."""
    detector = Detector(set(names.values()), names=KnownNames(names, once=True))
    return [
        (text[f.start : f.end], f.detector.removeprefix("linked."))
        for f in detector.analyze(text)
        if f.detector.startswith("linked.")
    ]


FORMS = (
    (
        PERSON,
        "Jane Roe wrote. JANE ROE called, jane roe too",
        [("JANE ROE", "same"), ("jane roe", "same")],
    ),
    (PERSON, "Jane Roe wrote, and Roe's lawyer", [("Roe", "surname")]),
    (PERSON, "Jane Roe wrote, and Roe\u2019s lawyer", [("Roe", "surname")]),
    (PERSON, "Jane Roe wrote; thanks jane", [("jane", "given_name")]),
    (PERSON, "Jane Roe. J. Roe and J Roe", [("J. Roe", "initials"), ("J Roe", "initials")]),
    (PERSON, "Jane Roe, see Roe, Jane below", [("Roe, Jane", "turned")]),
    (
        PERSON,
        "Jane Roe logs in as jane.roe or jane_roe",
        [("jane.roe", "login"), ("jane_roe", "login")],
    ),
    (PERSON, "Jane Roe is /home/jroe here", [("jroe", "login")]),
    (PERSON, "before: Roe. then Jane Roe", [("Roe", "surname")]),
    (PERSON, "Jane Roe wrote.\nJane\nRoe signed", [("Jane\nRoe", "same")]),
    (
        {"Anna van der Berg": "PERSON"},
        "Anna van der Berg. Van der Berg said",
        [("Van der Berg", "surname")],
    ),
    (
        {"Samuel L. Jackson": "PERSON"},
        "Samuel L. Jackson; S. L. Jackson, Samuel Jackson",
        [("S. L. Jackson", "initials"), ("Samuel Jackson", "shorter")],
    ),
    ({"John Roe Jr.": "PERSON"}, "John Roe Jr. met the Roe family", [("Roe", "surname")]),
    (
        {"Zo\u00eb M\u00fcller": "PERSON"},
        "Zo\u00eb M\u00fcller. M\u00dcLLER rief an",
        [("M\u00dcLLER", "surname")],
    ),
    (FIRM, "Acme Ltd paid. ACME and Acme did", [("ACME", "stem"), ("Acme", "stem")]),
    (
        {"Blue Heron GmbH & Co. KG": "ORGANIZATION"},
        "Blue Heron GmbH & Co. KG; blue heron",
        [("blue heron", "stem")],
    ),
    (
        {"European Space Agency": "ORGANIZATION"},
        "European Space Agency: the ESA says",
        [("ESA", "acronym")],
    ),
    ({"Oslo": "LOCATION"}, "in Oslo and OSLO", [("OSLO", "same")]),
)

NONE = (
    (PERSON, "Jane Roe keeps roe deer"),
    (PERSON, "Jane Roe and Roebuck, janet, Heroes"),
    (PERSON, "Jane Roe has a jroe"),
    ({"Mark Hall": "PERSON"}, "Mark Hall waits in the hall. Mark the hall. HALL"),
    ({"Will May": "PERSON"}, "Will May will come in May. Will he?"),
    ({"Grace": "PERSON"}, "Grace has grace"),
    (FIRM, "Acme Ltd reached its acme"),
    ({"Apple": "ORGANIZATION"}, "Apple sold an apple"),
    ({"US": "LOCATION"}, "US law binds us"),
    ({"Turkish": "NRP"}, "Turkish, turkish"),
    ({"European Space Agency": "ORGANIZATION"}, "European Space Agency; esa is Spanish"),
)


@pytest.mark.parametrize(("names", "text", "expected"), FORMS, ids=[row[1] for row in FORMS])
def test_a_form_of_what_was_found_is_a_mention(
    names: dict[str, str], text: str, expected: list[tuple[str, str]]
) -> None:
    assert mentions(names, text) == expected


@pytest.mark.parametrize(("names", "text"), NONE, ids=[row[1] for row in NONE])
def test_a_word_that_only_looks_alike_is_no_mention(names: dict[str, str], text: str) -> None:
    assert mentions(names, text) == []


def test_an_ordinary_word_counts_with_a_capital_inside_of_a_sentence() -> None:
    assert mentions({"Mark Hall": "PERSON"}, "Mark Hall came. We like Hall a lot") == [
        ("Hall", "surname")
    ]


def test_a_mention_says_where_the_finding_stands_and_scores_no_more_than_it() -> None:
    detector = Detector({"PERSON"}, names=KnownNames(PERSON, 0.7, once=True))
    first, second = detector.analyze("Dear Jane Roe, dear Roe")
    assert (first.linked, second.linked) == (None, first.start)
    assert second.score == 0.7


def test_a_finding_that_another_made_is_linked_too_if_it_is_such_a_form() -> None:
    names = {"Jane Roe": "PERSON", "Roe": "PERSON"}
    first, second = Detector({"PERSON"}, names=KnownNames(names)).analyze("Jane Roe. Roe spoke")
    assert (second.detector, second.linked) == ("names.known", first.start)


def test_an_unlikely_finding_gives_way_to_a_mention_and_has_none_itself() -> None:
    found = [
        Candidate(0, 8, "PERSON", 0.9, "names.a", Precedence.NAME),
        Candidate(10, 13, "LOCATION", 0.3, "names.a", Precedence.NAME),
    ]
    kept = link("Jane Roe, Roe, LOC", found)
    assert [(item.entity_type, item.start) for item in kept] == [("PERSON", 0), ("PERSON", 10)]
    unsure = [found[0]._replace(score=0.4)]
    assert link("Jane Roe, Roe", unsure) == unsure


def test_a_mention_inside_of_another_finding_is_none() -> None:
    text = "Jane Roe, jane.roe@example.org"
    detector = Detector(names=KnownNames(PERSON, once=True))
    assert [f.entity_type for f in detector.analyze(text)] == ["PERSON", "EMAIL_ADDRESS"]


def test_a_code_is_found_again_without_its_context_and_without_its_separators() -> None:
    text = "my ssn is 123-45-6789. It is 123456789."
    found = Detector({"US_SSN"}, names=None).analyze(text)
    assert [text[f.start : f.end] for f in found] == ["123-45-6789", "123456789"]
    assert found[1].linked == found[0].start


def test_the_street_of_an_address_is_a_mention_of_it() -> None:
    text = "12 Elm Road, Leeds; the house at 12 elm road"
    found = [Candidate(0, 18, "STREET_ADDRESS", 0.9, "x.y", Precedence.SHAPE)]
    assert [item[:2] for item in link(text, found)] == [(0, 18), (33, 44)]


def test_short_or_plain_codes_are_not_sought_again() -> None:
    for code, kind in (("1234", "CASE_NUMBER"), ("summer", "PASSWORD"), ("2024", "EMPLOYEE_ID")):
        text = f"{code} and {code}"
        found = [Candidate(0, len(code), kind, 0.9, "x.y", Precedence.SHAPE)]
        assert link(text, found) == found


def test_a_policys_own_term_is_no_source_of_mentions() -> None:
    term = CustomTerm("deal", entity_type="PROJECT", text="HERON-7741", case_sensitive=True)
    found = Detector((), custom_terms=(term,)).analyze("HERON-7741 and heron-7741")
    assert [f.start for f in found] == [0]


def test_allowed_texts_are_no_mentions() -> None:
    detector = Detector({"PERSON"}, names=KnownNames(PERSON, once=True), allow_list=("roe",))
    assert [f.start for f in detector.analyze("Jane Roe and Roe")] == [0]


def test_an_allowed_name_that_was_tagged_in_pieces_leaves_no_mentions() -> None:
    names = {"Jane": "PERSON", "Roe": "PERSON"}
    detector = Detector({"PERSON"}, names=KnownNames(names, once=True), allow_list=("jane roe",))
    assert detector.analyze("Jane Roe, then Roe") == []


WORDS = (
    "jane",
    "Jane",
    "roe",
    "Roe",
    "J.",
    "JANE ROE",
    "Acme",
    "acme",
    "@jroe",
    "'s",
    ",",
    "\n",
    "é",
)


LETTERS = str.maketrans("0123456789", "abcdefghij")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_mentions_are_whole_words_apart_from_everything_else(text: str) -> None:
    text = f"Jane Roe of Acme Ltd: {text}"
    detector = Detector(names=KnownNames({**PERSON, **FIRM}, once=True))
    end = 0
    for found in detector.analyze(text):
        assert end <= found.start < found.end <= len(text)
        assert not text[found.start : found.end].isspace()
        if found.detector.startswith("linked."):
            assert not text[found.start - 1].isalnum()
            assert not text[found.end : found.end + 1].isalnum()
            assert found.score >= LIKELY
        end = found.end


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_few_and_many_names_are_sought_with_the_same_outcome(text: str) -> None:
    text = f"Jane Roe. {text}"
    one = Candidate(0, 8, "PERSON", 0.9, "x.y", Precedence.NAME)
    names = [f"Qqx{number:03} Wwy{number:03}".translate(LETTERS) for number in range(FEW)]
    long = f"{text} {'. '.join(names)}"
    many = [one]
    for name in names:
        at = long.index(name)
        many.append(Candidate(at, at + len(name), "PERSON", 0.9, "x.y", Precedence.NAME))
    few = [item[:3] for item in link(text, [one])]
    assert [item[:3] for item in link(long, many) if item.start < len(text)] == few


@pytest.mark.timeout(60)
@pytest.mark.parametrize("people", [1, 5_000], ids=["one person", "5,000 people"])
def test_a_megabyte_with_one_or_many_people_ends(people: int) -> None:
    """Each name is at a place of its own; the rest is the same given name again and again."""
    parts, found, at = [], [], 0
    for number in range(people):
        name = f"John Qx{number:05}".translate(LETTERS)
        parts.append(name)
        found.append(Candidate(at, at + len(name), "PERSON", 0.9, "x.y", Precedence.NAME))
        at += len(name) + 1
    text = " ".join(parts) + " John" * ((1_000_000 - at) // 5)
    assert len(link(text, found)) > len(found)
