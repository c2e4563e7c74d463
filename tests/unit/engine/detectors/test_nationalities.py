"""Nationalities, religions and political groups where they speak of people, and where not."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

from sluice.engine.detectors.peoples import BELIEFS, GROUPS, PARTIES, PEOPLES

FOUND = (
    "the applicant, a [[Turkish]] national born in 1960",
    "a [[turkish]] citizen",
    "of [[Kurdish]] origin",
    "a [[French]] lawyer",
    "two [[Ukrainian]] refugees",
    "his [[German]] passport",
    "nationality: [[Turkish]]",
    '{"nationality": "[[Brazilian]]"}',
    "She is [[Jewish]].",
    "I am [[Catholic]], he is not",
    "He was a [[Muslim]].",
    "the [[Muslims]] of the town",
    "[[Democrats]] and [[Republicans]] voted",
    "a young [[Bosnian]] [[Muslim]] woman",
    "a [[British]] woman",
    "an [[Italian]], he came early",
    "a [[South African]] man",
    "an [[African-American]] student",
    "ein [[türkischer]] Staatsangehöriger",
    "Staatsangehörigkeit: [[deutsch]]",
    "ein [[österreichischer]] Anwalt",
    "de nacionalidad [[boliviana]]",
    "mujer [[ecuatoriana]]",
    "ciudadano [[marroquí]]",
    "ressortissant [[français]]",
    "de nationalité [[turque]]",
    "cittadino [[italiano]]",
    "nationaliteit: [[Nederlandse]]",
    "de nacionalidade [[brasileira]]",
    "He is a [[Jehovah's Witness]].",
)
NOT_FOUND = (
    "French wine",
    "in English",
    "Swiss cheese",
    "Chinese food is nice",
    "an English translation",
    "the Spanish version",
    "polish the table",
    "German-speaking users",
    "a Turkish restaurant",
    "Christian came home",
    "the American market",
    "set locale to French",
    "translate it into Italian",
    "let's go, lets try",
    "services in the community",
    "Russian roulette",
    "India and China",
    "the Polish notation",
    "@german",
    "https://example.org/turkish",
)


@pytest.mark.parametrize("marked", FOUND)
def test_a_group_of_people_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "NRP")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_a_language_or_a_thing_of_a_country_is_not_found(text: str) -> None:
    check_not_found(text, "NRP")


@pytest.mark.parametrize(
    ("word", "listed"),
    [
        ("turkish", PEOPLES),
        ("türkischen", PEOPLES),
        ("turque", PEOPLES),
        ("boliviana", PEOPLES),
        ("italiani", PEOPLES),
        ("kurds", GROUPS),
        ("katholische", BELIEFS),
        ("communists", PARTIES),
    ],
)
def test_the_lists_hold_the_forms_of_each_language(word: str, listed: frozenset[str]) -> None:
    assert word in listed


def test_names_of_countries_are_not_among_the_peoples() -> None:
    assert not {"china", "india", "siria", "argentina"} & (PEOPLES | GROUPS | BELIEFS | PARTIES)
