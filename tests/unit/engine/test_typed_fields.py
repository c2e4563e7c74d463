"""What a document says of its values: confirmed, extended, added, or not believed."""

from __future__ import annotations

import pytest
from tests.unit.engine.known_names import KnownNames

from sluice.engine import typed_fields
from sluice.engine.candidates import Candidate
from sluice.engine.patterns import Precedence
from sluice.engine.pipeline import Detector
from sluice.engine.plausible import plausibility
from sluice.engine.reading import Field
from sluice.engine.typed_fields import CONFIRMED, with_fields

KNOWN = frozenset(
    {"PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS", "DATE_OF_BIRTH", "PHONE_NUMBER"}
)


def added(
    monkeypatch: pytest.MonkeyPatch, value: str, types: tuple[str, ...], *given: Candidate
) -> list[tuple[str, str, float]]:
    """What comes of one field with this value, and of what else was found."""
    text = f"key: {value}!"
    field = Field(5, 5 + len(value), "key", types)
    monkeypatch.setattr(typed_fields, "fields", lambda text: iter((field,)))
    found = with_fields(text, list(given), KNOWN)
    return [(item.entity_type, text[item.start : item.end], item.score) for item in found]


def test_a_value_that_nothing_recognised_becomes_a_finding_if_its_shape_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert added(monkeypatch, "Jane Roe", ("PERSON",)) == [("PERSON", "Jane Roe", 0.85)]
    assert added(monkeypatch, "node-17", ("PERSON",)) == []


def test_of_several_types_the_first_that_fits_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = ("DATE_OF_BIRTH", "ORGANIZATION")
    assert added(monkeypatch, "Blue Heron", kinds) == [("ORGANIZATION", "Blue Heron", 0.75)]


def test_what_is_found_of_a_named_type_is_confirmed(monkeypatch: pytest.MonkeyPatch) -> None:
    phone = Candidate(5, 17, "PHONE_NUMBER", 0.4, "phone.x", Precedence.SHAPE)
    assert added(monkeypatch, "212 555 0187", ("PHONE_NUMBER",), phone) == [
        ("PHONE_NUMBER", "212 555 0187", CONFIRMED)
    ]


def test_a_part_of_a_name_stands_for_the_whole_value(monkeypatch: pytest.MonkeyPatch) -> None:
    part = Candidate(5, 9, "PERSON", 0.9, "names.x", Precedence.NAME)
    assert added(monkeypatch, "Jane roe", ("ORGANIZATION", "PERSON"), part) == [
        ("PERSON", "Jane", 0.9),
        ("PERSON", "Jane roe", CONFIRMED),
    ]


def test_a_type_that_is_not_looked_for_adds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert added(monkeypatch, "hunter2!", ("PASSWORD",)) == []


FITTING = (
    ("PERSON", "Jane Roe"),
    ("PERSON", "jane roe"),
    ("PERSON", "ROE, Jane"),
    ("PERSON", "O'Brien"),
    ("PERSON", "Mar\u00eda-Jos\u00e9 P\u00e9rez"),
    ("LOCATION", "Bad Homburg"),
    ("ORGANIZATION", "3M Deutschland GmbH"),
    ("STREET_ADDRESS", "Hauptstr. 5, 10115 Berlin"),
    ("DATE_OF_BIRTH", "1961-06-05"),
    ("DATE_OF_BIRTH", "05/06/61"),
    ("DATE_OF_BIRTH", "5. Juni 1961"),
    ("DATE_OF_BIRTH", "5 de junio de 1961"),
    ("DATE_OF_BIRTH", "June 5, 1961"),
    ("DATE_OF_BIRTH", "1961-06-05T00:00:00Z"),
    ("AGE", "45"),
    ("AGE", "45 years"),
    ("NRP", "Turkish"),
    ("PHONE_NUMBER", "+49 30 901820"),
    ("USERNAME", "jdoe42"),
    ("PASSWORD", "hunter2!"),
    ("API_KEY", "q7Zt2Lx9Vb4Nw8Rk1Jd6Ph3"),
    ("US_PASSPORT", "C01234567"),
    ("EMPLOYEE_ID", "E-10293"),
)
UNFIT = (
    ("PERSON", "my_app"),
    ("PERSON", "node17"),
    ("PERSON", "null"),
    ("PERSON", "jane@example.org"),
    ("PERSON", "/usr/bin"),
    ("PERSON", "a b c d e f g h"),
    ("LOCATION", "10.0.0.1"),
    ("ORGANIZATION", "12345678"),
    ("STREET_ADDRESS", "https://example.org/a b"),
    ("STREET_ADDRESS", "0x00ff"),
    ("DATE_OF_BIRTH", "unknown"),
    ("DATE_OF_BIRTH", "12345"),
    ("AGE", "450"),
    ("NRP", "7"),
    ("PHONE_NUMBER", "12"),
    ("USERNAME", "two words"),
    ("PASSWORD", "****"),
    ("PASSWORD", "changeme"),
    ("API_KEY", "your-api-key"),
    ("ACCESS_TOKEN", "bearer"),
    ("EMPLOYEE_ID", "pending"),
    ("EMAIL_ADDRESS", "none given"),
)


@pytest.mark.parametrize(("kind", "value"), FITTING)
def test_a_value_of_its_shape_fits(kind: str, value: str) -> None:
    assert plausibility(kind, value) >= 0.5


@pytest.mark.parametrize(("kind", "value"), UNFIT)
def test_a_value_of_another_shape_does_not_fit(kind: str, value: str) -> None:
    assert plausibility(kind, value) < 0.5


def found(text: str, names: dict[str, str] | None = None) -> list[tuple[str, str]]:
    tagger = KnownNames(names) if names else None
    return [
        (f.entity_type, text[f.start : f.end])
        for f in Detector(names=tagger).analyze(text)
        if f.score >= 0.5
    ]


def test_json_names_its_values() -> None:
    text = '{"first_name": "jane", "last_name": "roe", "dob": "1961-06-05", "city": "Paris"}'
    assert found(text) == [
        ("PERSON", "jane"),
        ("PERSON", "roe"),
        ("DATE_OF_BIRTH", "1961-06-05"),
        ("LOCATION", "Paris"),
    ]


def test_a_table_names_its_columns() -> None:
    text = "name,ssn,phone\nJane Roe,123-45-6789,2125550187\nJohn Doe,123-45-6788,2125550188\n"
    assert found(text) == [
        ("PERSON", "Jane Roe"),
        ("US_SSN", "123-45-6789"),
        ("PHONE_NUMBER", "2125550187"),
        ("PERSON", "John Doe"),
        ("US_SSN", "123-45-6788"),
        ("PHONE_NUMBER", "2125550188"),
    ]


def test_a_field_goes_before_a_tag_and_covers_the_whole_value() -> None:
    text = '{"first_name": "Paris", "last_name": "Hilton Roe"}'
    names = {"Paris": "LOCATION", "Hilton": "ORGANIZATION"}
    assert found(text, names) == [("PERSON", "Paris"), ("PERSON", "Hilton Roe")]
