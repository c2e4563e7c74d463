"""Courts', employers', shops' and insurers' numbers: found by their labels or docket forms."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.numbered import check_nothing, check_read, readings

FOUND = (
    ("CASE_NUMBER", "the cassation appeal (no. [[II KK 243/17]])"),
    ("EMPLOYEE_ID", '"employee_id": "[[E10293]]"'),
    ("EMPLOYEE_ID", "Personalnummer: [[00123456]]"),
    ("EMPLOYEE_ID", "staff no. [[88123]]"),
    ("EMPLOYEE_ID", "matricola n. [[12345]]"),
    ("STUDENT_ID", "Student ID [[20231234]]"),
    ("STUDENT_ID", "Matrikelnummer [[3219876]]"),
    ("CASE_NUMBER", "Application no. [[36110/97]]"),
    ("CASE_NUMBER", "(nos. [[1234/05]] and [[5678/06]])"),
    ("CASE_NUMBER", "applications nos. [[1234/05]], [[5678/06]] and [[999/07]]"),
    ("CASE_NUMBER", "v. Ruritania, no. [[12345/05]], § 45"),
    ("CASE_NUMBER", "Case No. [[1:21-cv-01234-ABC]]"),
    ("CASE_NUMBER", "Az. [[5 C 123/20]]"),
    ("CASE_NUMBER", "Aktenzeichen: [[12 O 345/19]]"),
    ("CASE_NUMBER", "Urteil - [[VIII ZR 123/20]]"),
    ("CASE_NUMBER", "Case [[C-131/12]]"),
    ("CASE_NUMBER", "[[ECLI:NL:HR:2021:1234]]"),
    ("CASE_NUMBER", "n° RG [[19/01234]]"),
    ("CASE_NUMBER", "Procedimiento abreviado [[123/2020]]"),
    ("CASE_NUMBER", "R.G. n. [[1234/2019]]"),
    ("CASE_NUMBER", "Processo n.º [[123/20.1TBLSB]]"),
    ("CASE_NUMBER", "docket [[2021-CV-001234]]"),
    ("CASE_NUMBER", "a charge, Charge No. [[532-2018-02391]]"),
    ("CASE_NUMBER", "FIR No. [[214/2009]] was registered"),
    ("ORDER_NUMBER", "order #[[A-10293]]"),
    ("ORDER_NUMBER", "Order no. [[10293]] has shipped"),
    ("ORDER_NUMBER", "Bestellnummer [[302-8846362-1120304]]"),
    ("ORDER_NUMBER", "confirmation code [[ABC123]]"),
    ("ORDER_NUMBER", "numéro de commande : [[20240-88123]]"),
    ("CUSTOMER_NUMBER", "Kundennummer: [[4711-0815]]"),
    ("CUSTOMER_NUMBER", "customer number [[8812345]]"),
    ("CUSTOMER_NUMBER", "account number [[123456789]]"),
    ("CUSTOMER_NUMBER", "klantnummer [[1234567]]"),
    ("POLICY_NUMBER", "policy number is [[POL-88123-X]]"),
    ("POLICY_NUMBER", "número de póliza [[12-3456789]]"),
    ("CLAIM_NUMBER", "Claim #: [[22-991823]]"),
    ("CLAIM_NUMBER", "Schadennummer [[2024-778812]]"),
    ("TICKET_NUMBER", "ticket #[[48213]]"),
    ("INVOICE_NUMBER", "invoice number [[INV-2024-0012]] was paid"),
    ("INVOICE_NUMBER", "Invoice [[INV-2024-0012]]"),
    ("INVOICE_NUMBER", "facture n° [[2024-0312]]"),
)
NOT_FOUND = (
    "use-cases:\nPEP 725",
    "in case 4711-2024: SHA-256",
    "OMB policy M-10-06",
    "order 66 pizzas",
    "case 3: default",
    "case 404: return None",
    "order: 12.50",
    "order: 2024-01-05",
    "Order date: 2024-01-05",
    "in case 12345 people come",
    "chapter 5, order 100 units",
    "on the order of 1000000 rows",
    "policy of 2010-2015",
    "our HTTPS policy, M-15-13",
    "a ticket to 1984",
    "client 127.0.0.1 connected",
    "invoice for 120 USD",
    "claims 3 and 4",
    "in 12/05 and 13/06",
    "no. 5 of 12",
)


@pytest.mark.parametrize(
    ("entity_type", "marked"), FOUND, ids=[f"{i}-{row[0]}" for i, row in enumerate(FOUND)]
)
def test_a_number_of_somebodys_matter_is_found(entity_type: str, marked: str) -> None:
    check_read(marked, entity_type)


def test_a_neutral_citation_is_found_with_its_brackets() -> None:
    text = "as held in [2021] EWHC 123 (Admin)"
    (found,) = readings(text)
    assert text[found.start : found.end] == "[2021] EWHC 123 (Admin)"


@pytest.mark.parametrize("text", NOT_FOUND)
def test_words_that_mean_other_things_make_no_number(text: str) -> None:
    check_nothing(text)
