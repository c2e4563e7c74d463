"""Amounts of money: findings among the words of a lawsuit, and nobody's elsewhere."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

FOUND = (
    "The applicant claimed [[10,000 euros (EUR)]] in respect of pecuniary damage",
    "and [[EUR 2,340.50]] for the proceedings before the court",
    "The court awarded her [[£12,500]].",
    "The plaintiff paid [[$17.50]] for it",
    "the court ordered him to pay [[15,000,000,000 Turkish liras (TRL)]]",
    "[[4,500 Bulgarian levs]], the prosecutor said",
    "a demand of [[Rs. 2,50,000]] was proved before the court",
    "ein Schmerzensgeld von [[25.000 €]]",
    "Die Klägerin verlangt [[14.250,00 EUR]].",
    "condamne la société à verser [[8 450,20 euros]]",
    "el demandante reclama [[3.200 euros]]",
    "damages of [[US$2 million]]",
    "[[2.5 million euros]] in damages",
    "Her salary is [[CHF 82'000]].",
)
NOT_FOUND = (
    "It costs $20 per month.",
    "a budget of 2 million euros",
    "das Angebot über 980,50 EUR",
    "The court sits at 10 Downing Street",
    "the court read all 5 volumes",
    "damage to 20 marketplaces",
    "the judgment cites $PATH and ALL",
    "the court heard 3 levels",
)


@pytest.mark.parametrize("marked", FOUND)
def test_an_amount_is_found_beside_words_of_a_lawsuit(marked: str) -> None:
    check_found(marked, "MONEY")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_a_price_and_a_count_are_nobodys(text: str) -> None:
    check_not_found(text, "MONEY")
