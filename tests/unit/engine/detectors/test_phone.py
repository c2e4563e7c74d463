"""Phone numbers: a table of what is one, and of what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

FOUND = (
    "[[+49 30 901820]]",
    "Call [[+1 (212) 555-0187]] today",
    "[[+12125550187]]",
    "[[+44 20 7946 0958]]",
    "[[+44 (0)20 7946 0958]]",
    "[[+33 1 42 68 53 00]].",
    "[[+49-170-1234567]]",
    "[[+1-212-555-0187 ext. 12]]",
    "[[+1 212 555 0187 x345]]",
    "tel:[[+34 612 34 56 78]]",
    "Ph:[[9025550144]]",
    "[[(212) 555-0187]]",
    "[[212-555-0187]]",
    "[[212.555.0187]]",
    "[[1-212-555-0187]]",
    "phone: [[2125550187]]",
    "my mobile is [[07700 900123]]",
    "[[020 7946 0958]] is our London office",
    "Telefon: [[030 901820]]",
    "call [[0170 1234567]]",
    "fax [[030/901820]]",
    "ring [[01.42.68.53.00]]",
    "0049: call [[0049 30 901820]]",
    "(call [[(212) 555-0187]])",
    "[[212-555-0187]], [[212-555-0188]]",
    "电话[[+86 10 6552 9988]]号",
    "[[+1\u00a0212\u00a0555\u00a00187]]",
    "[[+1 212\u2011555\u20110187]]",
)

NOT_FOUND = (
    "2024-01-02 10:11:12",
    "20240102101112",
    "1700000000",
    "1700000000123",
    "version 1.2.3.4567",
    "10.20.30.40",
    "order 2125550187 shipped",
    "id=9876543210",
    "$1,234,567.89",
    "12 345 678 euros",
    "3.14159265358979",
    "+1234",
    "+000000000000",
    "12345678",
    "550e8400-e29b-41d4-a716-446655440000",
    "ISBN 978-3-16-148410-0",
    "4111 1111 1111 1111",
    "123-45-6789",
    "phone or ssn: 219-09-9999",
    "000-000-0000",
    "111-111-1111",
    "commit 1234567890abcdef",
    "line 1000000001",
    "01/02/2024 03/04/2025",
    "52.520008, 13.404954",
    "size 1048576 bytes",
    "C++11 and C++17",
    "diff --git +12345678",
    "1-2-3-4-5-6-7-8",
    "+ 3.22 3.33 2033",
)


@pytest.mark.parametrize("marked", FOUND)
def test_a_phone_number_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "PHONE_NUMBER")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_a_phone_number_is_not_found(text: str) -> None:
    check_not_found(text, "PHONE_NUMBER")
