"""Which part of a value can be what its key says."""

from __future__ import annotations

import pytest

from sluice.engine.reading.values import fit, is_firm, is_value, looks_like_a_person

FITS = (
    ("PERSON", "Jane Roe", "Jane Roe"),
    ("PERSON", "Dr. med. Jane Roe", "Jane Roe"),
    ("PERSON", "Jane Roe, MD", "Jane Roe, MD"),
    ("PERSON", "Roe, Jane", "Roe, Jane"),
    ("PERSON", "Jane Roe, Max Doe", "Jane Roe"),
    ("PERSON", "J. R. Roe", "J. R. Roe"),
    ("PERSON", "Jan van der Berg", "Jan van der Berg"),
    ("PERSON", "María José García-López", "María José García-López"),
    ("PERSON", "O'Neil", "O'Neil"),
    ("PERSON", "jane roe", "jane roe"),
    ("PERSON", "JANE ROE", "JANE ROE"),
    ("PERSON", "Jane Roe (director)", "Jane Roe"),
    ("PERSON", "Jane Roe. She was late", "Jane Roe"),
    ("PERSON", "李小龙", "李小龙"),
    ("PERSON", "my-app", None),
    ("PERSON", "Test_user", None),
    ("PERSON", "EmailStr", None),
    ("PERSON", "42", None),
    ("PERSON", "admin", None),
    ("PERSON", "see the list below and write to us", None),
    ("LOCATION", "São Paulo", "São Paulo"),
    ("LOCATION", "us-east-1", None),
    ("LOCATION", "/var/www", None),
    ("ORGANIZATION", "Acme Ltd", "Acme Ltd"),
    ("ORGANIZATION", "acme-prod", None),
    ("STREET_ADDRESS", "12 High St, Leeds", "12 High St, Leeds"),
    ("STREET_ADDRESS", "0x7ffe", None),
    ("STREET_ADDRESS", "jane@x.org", None),
    ("DATE_OF_BIRTH", "5 June 1961", "5 June 1961"),
    ("DATE_OF_BIRTH", "DD/MM/YYYY", None),
    ("AGE", "54 años", "54 años"),
    ("AGE", "540", None),
    ("EMAIL_ADDRESS", "jane at x dot org", "jane at x dot org"),
    ("EMAIL_ADDRESS", "yes please", None),
    ("PHONE_NUMBER", "+44 20 7946 0000", "+44 20 7946 0000"),
    ("PHONE_NUMBER", "1234", None),
    ("USERNAME", "jdoe", "jdoe"),
    ("USERNAME", "two words", None),
    ("PASSWORD", "hunter2x", "hunter2x"),
    ("PASSWORD", "aaaa", None),
    ("NRP", "Dutch", "Dutch"),
    ("NRP", "4", None),
    ("US_SSN", "123-45-6789", "123-45-6789"),
    ("US_SSN", "none given", None),
)


@pytest.mark.parametrize(("entity_type", "value", "part"), FITS)
def test_the_part_that_fits(entity_type: str, value: str, part: str | None) -> None:
    found = fit(entity_type, value)
    assert (value[found.start : found.end] if found else None) == part


NO_VALUES = (
    "null",
    "None",
    "N/A",
    "string",
    "<name>",
    "${NAME}",
    "{{name}}",
    "%(name)s",
    "****",
    "xxxx",
    "XXX-XX",
    "____",
    "...",
    "-",
    ":name",
    "@name@",
    "?",
)


@pytest.mark.parametrize("value", NO_VALUES)
def test_placeholders_and_types_are_no_values(value: str) -> None:
    assert not is_value(value)


@pytest.mark.parametrize("value", ["", "x y " * 1000], ids=["nothing", "too long"])
def test_nothing_and_whole_chapters_are_no_values(value: str) -> None:
    assert not is_value(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Jane Roe", True),
        ("Jan van der Berg", True),
        ("Roe, Jane", True),
        ("Jane", False),
        ("jane roe", False),
        ("Build And Test", False),
        ("Acme Holdings", False),
        ("Jane 2", False),
    ],
)
def test_two_to_five_capitalised_words_look_like_a_person(value: str, expected: bool) -> None:
    assert looks_like_a_person(value) is expected


@pytest.mark.parametrize("value", ["Acme Ltd", "Muster GmbH", "Foo S.A.", "Rossi S.p.A."])
def test_a_legal_form_makes_a_firm(value: str) -> None:
    assert is_firm(value)
