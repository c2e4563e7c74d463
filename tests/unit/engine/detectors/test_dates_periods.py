"""Years, quarters and lengths of time: findings among the words of courts and clinics."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

from sluice.engine import Detector

FOUND = (
    "In the summer of [[1997]] he worked there.",
    "im Sommer [[2017]] zum ersten Mal",
    "en el verano de [[2015]] viajó",
    "The applicant was arrested in [[1996]].",
    "was convicted between [[1994 and 1996]]",
    "from [[1994 to 1996]]",
    "diagnosticado en [[2003]] de enfermedad",
    "En [[2011]] el paciente ingresó",
    "[[Q3 2021]]",
    "in [[2021-Q3]]",
    "sentenced to [[four years]]' imprisonment",
    "[[eighteen months]] of imprisonment",
    "The court detained him for [[18 months]].",
    "He was detained for [[seventy-two hours]].",
)
BORN = (
    "a Turkish national born in [[1960]]",
    "was born in [[1972]] and lives in Ankara",
    "J. Doe (born [[1960]])",
    "(b. [[1960]])",
    "née en [[1960]]",
    "nacido en [[1960]]",
    "geboren im Jahr [[1960]]",
    "die [[1960]] geborene Klägerin",
)
NOT_FOUND = (
    "in 1996",
    "we shipped it in 2021",
    "since 2019 the tool has had tests",
    "for 5 years",
    "the 1990s",
    "a 30 day trial",
    "version 1996",
    "in 2000 steps of 1996.5",
)


@pytest.mark.parametrize("marked", FOUND)
def test_a_period_of_somebodys_life_is_found(marked: str) -> None:
    check_found(marked, "DATE_TIME")


@pytest.mark.parametrize("marked", BORN)
def test_a_year_of_birth_is_found(marked: str) -> None:
    check_found(marked, "DATE_OF_BIRTH")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_years_and_lengths_of_time_alone_are_not_found(text: str) -> None:
    check_not_found(text, "DATE_TIME")


def test_a_season_that_begins_beyond_ascii_is_found_in_either_way() -> None:
    text = "Nous y étions, été 2019."
    (season,) = Detector(names=None, backend="re").analyze(text)
    assert text[season.start : season.end].endswith("2019")
    assert Detector(names=None).analyze(text) == [season]
