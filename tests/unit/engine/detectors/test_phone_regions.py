"""National phone numbers of many regions, with labels in many languages, as people write them."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

BY_FORM = (
    "[[612 34 56 78]]",
    "[[(415) 555-0132]]",
    "[[415-555-0132]]",
    "[[415.555.0132]]",
    "[[415 555 0132]]",
    "[[001-415-555-0132x345]]",
    "[[(555)123-4567]]",
    "[[555-123-4567 ext. 89]]",
    "[[06 12 34 56 78]]",
    "[[01.42.68.53.00]]",
    "[[06.12.34.56.78]]",
    "[[07700 900123]]",
    "[[020 7946 0958]]",
    "[[(020) 7946 0958]]",
    "[[0161 496 0123]]",
    "[[0412 345 678]]",
    "[[(02) 9374 4000]]",
    "[[030/901820]]",
    "[[089 / 1234567]]",
    "[[0170 1234567]]",
    "[[06-12345678]]",
    "[[044 668 18 00]]",
    "[[0470 12 34 56]]",
    "[[070-123 45 67]]",
    "[[03-3224-9999]]",
    "[[(11) 91234-5678]]",
    "[[02 6982 1234]]",
    "[[347 123 4567]]",
    "[[087 123 4567]]",
)
BY_LABEL = (
    "Mon portable est le [[06.12.34.56.78]]",
    "Tel: [[612 34 56 78]]",
    "Tel.: [[+49 (0)30 901820]]",
    "Tfno: [[912345678]]",
    "Tfno. [[91 123 45 67]]",
    "Handy: [[01701234567]]",
    "Handynummer [[0170/1234567]]",
    "Telefonnummer: [[030 901820-12]]",
    "portable : [[0612345678]]",
    "Tél. [[01 42 68 53 00]]",
    "téléphone fixe: [[0142685300]]",
    "cell [[2125550187]]",
    "cell phone: [[5551234567]]",
    "WhatsApp [[55 1234 5678]]",
    "fax: [[0221-123456]]",
    "call me at [[2125550187]]",
    "reach me on [[07700900123]]",
    '"phone": "[[912345678]]"',
    '"mobile_number": "[[9876543210]]"',
    '"phoneNumber":"[[5551234567]]"',
    "homePhone=[[4155550132]]",
    "Móvil: [[612345678]]",
    "teléfono [[55 1234 5678]]",
    "cellulare: [[347 1234567]]",
    "telefoonnummer: [[06 12345678]]",
    "mobiel [[0612345678]]",
    "Celular: [[(11) 91234-5678]]",
    "telemóvel [[912 345 678]]",
    "Natel [[079 123 45 67]]",
    "tlf. [[20 12 34 56]]",
    "GSM: [[0470 12 34 56]]",
    "phone (home): [[555-0123]]",
    "Phone number [[98765 43210]]",
    "Mobile no. [[9876543210]]",
    "hotline [[0800 1234567]]",
    "mobile [[9123 4567]]",
    "Phone: [[(555) 123-4567 ext. 12]]",
    "Durchwahl: [[030 901820]]",
    "my number is [[07700900123]]",
    "llámame al [[612 345 678]]",
)
LETTERS = (
    "call [[1-800-FLOWERS]] now",
    "[[1-800-GO-FEDEX]]",
    "[[1 (888) FLOWERS]]",
    "phone [[800-GOT-JUNK]]",
)
NOT_FOUND = (
    "9876543210",
    "912345678",
    "phone: null, order_id: 123456789",
    "phone 2024-01-02",
    "Tel Aviv 2024",
    "call 12345",
    "call 20240102",
    "text 123 456 789 characters",
    "MA 02110-1301 USA",
    "Section 12 345 678",
    "1-800-555",
    "AB-800-ABCDEFG",
    "error 800-ABCDEFGHIJK",
    "12 34 56 78 90",
    "2024 01 02 03 04",
    "tracking 9400 1000 0000 0000",
    "pH 7.1234567",
    "phone 0000000",
    "iPhone 15 256",
    "1,234,567 calls",
    "from 10:20 to 11:30",
    "0.123 456 789",
    "0x0170 1234567",
)


@pytest.mark.parametrize("marked", BY_FORM)
def test_a_national_number_is_found_by_its_form(marked: str) -> None:
    check_found(marked, "PHONE_NUMBER")


@pytest.mark.parametrize("marked", BY_LABEL)
def test_a_number_behind_a_label_is_found_whatever_its_region(marked: str) -> None:
    check_found(marked, "PHONE_NUMBER")


@pytest.mark.parametrize("marked", LETTERS)
def test_letters_behind_a_toll_free_code_are_a_number(marked: str) -> None:
    check_found(marked, "PHONE_NUMBER")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_other_numbers_are_not_phone_numbers(text: str) -> None:
    check_not_found(text, "PHONE_NUMBER")
