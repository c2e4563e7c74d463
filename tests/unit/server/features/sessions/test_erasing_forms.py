"""In which forms an erasure looks for a value, and where it finds placeholders."""

from __future__ import annotations

import pytest

from sluice.server.features.sessions.erasing_forms import Standing, forms_of


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ("Jane Roe", "Jane Roe"),
        ("jane roe", "Jane Roe"),
        ("Jane Roe", "JANE ROE"),
        (" Jane  Roe ", "Jane Roe"),
        ("Jane Roe", "J. Roe"),
        ("Jane Roe", "Roe, Jane"),
        ("Jane Roe", "jane.roe"),
        ("Jane.Roe@Example.org", "jane.roe@example.org"),
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("Jane McRoe", "Jane McRoe"),
    ],
)
def test_these_forms_say_who_it_is(value: str, form: str) -> None:
    assert form in forms_of(value).own


@pytest.mark.parametrize(
    ("value", "form"), [("Jane Oberhauser", "Oberhauser"), ("Katharina Roe", "Katharina")]
)
def test_a_name_alone_may_be_others_too(value: str, form: str) -> None:
    forms = forms_of(value)
    assert form in forms.shared
    assert form not in forms.own


def test_a_value_that_is_one_word_is_meant_as_it_is() -> None:
    """Who asks for a surname's erasure gets it."""
    assert "Oberhauser" in forms_of("Oberhauser").own


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("I am PERSON_1.", True),
        ("I am PERSON_10.", False),
        ("the EX_PERSON_1 column", False),
        ({"deep": [{"PERSON_1": 7}]}, True),
        ({"deep": ["Maria Invented was here"]}, True),
        ({"deep": ["Maria Inventedly was here"]}, False),
        ("__PERSON_1__ and _PERSON_10_", True),
        (r'{"note": "Dear\nPERSON_1"}', True),
        (r'{"note": "Dear\u00e9PERSON_1"}', True),
        (r"PERSON\_1 wrote", True),
        ("Dear person 1,", True),
        ("xPERSON_1", False),
        ("__Maria Invented__", True),
        (r'{"note": "Dear\nMaria Invented"}', True),
        (None, False),
        (7, False),
    ],
)
def test_placeholders_and_stand_ins_are_found_wherever_they_are_restored_and_as_whole_words(
    value: object, found: bool
) -> None:
    assert Standing({"PERSON_1", "Maria Invented"}).is_in(value) is found


def test_without_names_nothing_is_found() -> None:
    assert not Standing(()).is_in("PERSON_1")


def test_entries_that_hold_one_are_left_out() -> None:
    held = {"a": "PERSON_1", "PERSON_1": "b", "c": "d", "e": ["PERSON_2"]}
    assert Standing({"PERSON_1"}).without(held) == {"c": "d", "e": ["PERSON_2"]}
