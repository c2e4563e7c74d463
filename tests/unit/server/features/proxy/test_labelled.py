"""Values of JSON are read beside the names of their fields, and found where they stand."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.engine import Detector, Finding
from sluice.server.features.proxy.cleansing.labelled import LONGEST, labelled, telling

DETECTOR = Detector()


def _found(label: str, text: str) -> list[tuple[str, str]]:
    read = labelled(label, text)
    found = read.findings(DETECTOR.analyze(read.text))
    return [(item.entity_type, text[item.start : item.end]) for item in found]


@pytest.mark.parametrize(
    ("label", "text", "entity_type", "value"),
    [
        ("ssn", "078051120", "US_SSN", "078051120"),
        ("customer_phone", "2025550147", "PHONE_NUMBER", "2025550147"),
        ("customerPhone", "2025550147", "PHONE_NUMBER", "2025550147"),
        ("account_number", "123456789", "BANK_ACCOUNT", "123456789"),
        ("patient_id", "A123456", "MEDICAL_RECORD_NUMBER", "A123456"),
        ("Date of birth", "1990-01-02", "DATE_OF_BIRTH", "1990-01-02"),
        ("passport_number", "123456789", "US_PASSPORT", "123456789"),
        ("ssn", "078-05-1120\n(checked)", "US_SSN", "078-05-1120"),
        ("note", 'the "SSN" is 078-05-1120', "US_SSN", "078-05-1120"),
        ("email", "jane.roe@example.org", "EMAIL_ADDRESS", "jane.roe@example.org"),
    ],
)
def test_a_value_is_found_by_the_name_of_its_field(
    label: str, text: str, entity_type: str, value: str
) -> None:
    """Where it stands in the value, also where JSON would have to escape it."""
    assert _found(label, text) == [(entity_type, value)]


def test_what_is_found_in_the_name_alone_is_no_finding_of_the_value() -> None:
    """A key is a text of its own."""
    assert _found("jane.roe@example.org", "yes") == []


@pytest.mark.parametrize(
    ("label", "text", "telling_label"),
    [
        ("ssn", "1", "ssn"),
        ("ssn", "x" * (LONGEST + 1), ""),
        ("Content", "1", ""),
        ("text", "1", ""),
        ("", "1", ""),
        ("x" * 65, "1", ""),
    ],
)
def test_a_name_counts_for_short_values_and_only_if_it_says_something(
    label: str, text: str, telling_label: str
) -> None:
    """Long texts speak for themselves and are the same text under every name."""
    assert telling(label, text) == telling_label


@settings(deadline=None, max_examples=200)
@given(st.text(min_size=1, max_size=12), st.text(max_size=20), st.data())
def test_offsets_count_in_the_value(label: str, text: str, data: st.DataObject) -> None:
    """Findings of what is read are clipped to the value and given where they stand in it."""
    read = labelled(label, text)
    assert read.text[read.start : read.end] == text
    places = st.integers(0, len(read.text))
    start, end = sorted([data.draw(places), data.draw(places)])
    linked = data.draw(st.none() | places)
    (*found,) = read.findings([Finding(start, end, "A", linked=linked)])
    for item in found:
        assert read.text[start:end].find(text[item.start : item.end]) >= 0
        assert 0 <= item.start < item.end <= len(text)
        assert item.linked is None or linked == item.linked + read.start
    assert bool(found) == (max(start, read.start) < min(end, read.end))
