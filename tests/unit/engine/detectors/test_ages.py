"""Ages of people, in seven languages, and durations and things that only look like them."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

FOUND = (
    "[[72F]] w/ hx of CHF",
    "[[45M]] presents with pain",
    "She is [[34 years old]].",
    "a [[34-year-old]] man",
    "my [[8 month old]] son",
    "a [[thirty-four-year-old]] woman",
    "aged [[71]]",
    "Mr Miller, aged [[71]], of Leeds",
    "at the age of [[16]]",
    "at the age of [[sixteen]] she left",
    "age: [[42]]",
    "Age [[42]]",
    '{"age": [[42]]}',
    '{"patientAge": "[[42]]"}',
    "patient_age=[[42]]",
    "[[34 yo]] male",
    "[[34y/o]]",
    "I'm [[34]].",
    "She just turned [[40]].",
    "a man in his [[early forties]]",
    "[[45 years]] of age",
    "Varón de [[54 años]]",
    "paciente de [[38 años]] de edad",
    "niña de [[6 años]] y 4 meses",
    "lactante de [[tres meses]] de edad",
    "Edad: [[36 años]] Sexo: H.",
    "tiene [[45 años]]",
    "Il est âgé de [[62 ans]]",
    "un homme de [[62 ans]]",
    "J'ai [[30 ans]]",
    "eine [[45-jährige]] Frau",
    "der [[45jährige]]",
    "Sie ist [[30 Jahre]] alt",
    "im Alter von [[30 Jahren]]",
    "Alter: [[45]]",
    "una donna di [[45 anni]]",
    "un [[45enne]]",
    "leeftijd: [[55]]",
    "een [[45-jarige]] man",
    "hij is [[45 jaar]] oud",
    "um homem de [[45 anos]]",
    "[[45 anos]] de idade",
    "M. Bruno Roy, [[57 ans]], habite ici",
    "Rui Tavares ([[45 anos]])",
    "Jane Roe, [[46]], of Leeds, said so",
    "Tom Miller, [[23]], was arrested",
    "idade: [[45]]",
)
NOT_FOUND = (
    "60M rows with nulls",
    "We turned 40 million Trekkies into fans",
    "for 5 years",
    "5 years ago",
    "10 years of experience",
    "hace 10 años",
    "desde hace 5 años",
    "de 10 años de evolución",
    "durante 3 meses",
    "depuis 10 ans",
    "il y a 3 ans",
    "seit 10 Jahren",
    "a 10-year-old company",
    "a 12 year old whisky",
    "page: 42",
    "usage: 42",
    "max-age=60",
    "average 42",
    "stage 3",
    "over the age of 18",
    "age 18 and over",
    "30-jähriges Jubiläum",
    "I'm 100% sure",
    "I'm 30 minutes away",
    "in the sixties",
    "age: 420",
    "200 years old",
    "over 20 years old",
    "depuis longtemps, 57 ans, il dit",
    "In apples, 46, of which",
    "Chapter, 46, ends",
)


@pytest.mark.parametrize("marked", FOUND)
def test_an_age_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "AGE")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_an_age_is_not_found(text: str) -> None:
    check_not_found(text, "AGE")
