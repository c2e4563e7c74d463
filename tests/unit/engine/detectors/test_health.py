"""Hospitals', insurers' and professional numbers: found by their labels, in many languages."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.numbered import check_nothing, check_read

FOUND = (
    ("MEDICAL_RECORD_NUMBER", "MRN [[00123456]]"),
    ("MEDICAL_RECORD_NUMBER", "MRN: [[12-34-567]]"),
    ("MEDICAL_RECORD_NUMBER", "Patient ID: [[P-1234]]"),
    ("MEDICAL_RECORD_NUMBER", '"patientId": "[[P12345678]]"'),
    ("MEDICAL_RECORD_NUMBER", "medical record number [[4455667]]"),
    ("MEDICAL_RECORD_NUMBER", "NHC: [[1234567]]."),
    ("MEDICAL_RECORD_NUMBER", "Historia clínica: [[3487652]]"),
    ("MEDICAL_RECORD_NUMBER", "Episodio: [[21546]]"),
    ("MEDICAL_RECORD_NUMBER", "Patientennummer [[8812345]]"),
    ("MEDICAL_RECORD_NUMBER", "Patiëntnummer: [[1234567]]"),
    ("MEDICAL_RECORD_NUMBER", "IPP : [[8003214567]]"),
    ("MEDICAL_RECORD_NUMBER", "prontuário nº [[123456]]"),
    ("HEALTH_INSURANCE_ID", "Member ID: [[XYZ123456789]]"),
    ("HEALTH_INSURANCE_ID", "Medicaid ID [[AB12345C6]]"),
    ("HEALTH_INSURANCE_ID", "my insurance card id [[XJH44812009]]"),
    ("HEALTH_INSURANCE_ID", "CIPA: [[2345678912]]"),
    ("HEALTH_INSURANCE_ID", "número de tarjeta sanitaria [[ABCD123456789012]]"),
    ("MEDICAL_LICENSE", "Nº Col: [[28 28 12345]]"),
    ("MEDICAL_LICENSE", "NºCol: [[28 28 45678]]."),
    ("MEDICAL_LICENSE", "GMC no. [[7654321]]"),
    ("MEDICAL_LICENSE", "LANR: [[123456789]]"),
)
NOT_FOUND = (
    "the patient is 45 years old",
    "patient 12 of 300",
    "Patient ID: unknown, seen 2024-01-05",
    "episodio de 3 días",
    "temperature 38.5, pulse 120, saturation 98",
    "col 5 of the table",
    "MRN: 2024-01-05",
)


@pytest.mark.parametrize(
    ("entity_type", "marked"), FOUND, ids=[f"{i}-{row[0]}" for i, row in enumerate(FOUND)]
)
def test_a_health_number_is_found_behind_its_label(entity_type: str, marked: str) -> None:
    check_read(marked, entity_type)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_figures_in_a_clinical_note_are_no_numbers_of_persons(text: str) -> None:
    check_nothing(text)
