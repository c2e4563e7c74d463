"""Social security numbers: a table of what is one, and of what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

FOUND = (
    "[[123-45-6789]]",
    "SSN [[123-45-6789]].",
    "ssn: [[123 45 6789]]",
    "social security number [[536-90-4399]]",
    "SSN=[[536904399]]",
    "my social is [[536904399]]",
    "([[212-09-7694]])",
    '"ssn":"[[212-09-7694]]"',
    "[[001-01-0001]]",
    "[[899-99-9999]]",
    "[[665-12-3456]], [[667-12-3456]]",
    "taxpayer [[219 09 1234]]",
    "employeeSsn: [[219091234]]",
    "社会安全号[[219-09-1234]]",
    "<ssn>[[219-09-1234]]</ssn>",
    "ITIN or SSN: [[345-67-8901]]",
)
NOT_FOUND = (
    "000-12-3456",
    "666-12-3456",
    "900-12-3456",
    "999-99-9999",
    "123-00-4567",
    "123-45-0000",
    "123456789",
    "078-05-1120",
    "1123-45-6789",
    "123-45-67890",
    "123-456-789",
    "123-45 6789",
    "12-345-6789",
    "order 536904399",
    "ssn 666123456",
    "ssn 12345678",
    "1-123-45-6789",
    "123.45.6789",
    "part 123-45-6789 in stock",
    "x123-45-6789",
)


@pytest.mark.parametrize("marked", FOUND)
def test_a_social_security_number_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "US_SSN")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_a_social_security_number_is_not_found(text: str) -> None:
    check_not_found(text, "US_SSN")
