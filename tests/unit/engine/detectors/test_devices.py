"""Devices, subscriptions, sessions and users that programs know by a number."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

UUID = "550e8400-e29b-41d4-a716-446655440000"
FOUND = (
    ("IMEI", "IMEI: [[490154203237518]]"),
    ("IMEI", "imei [[35-209900-176148-1]]"),
    ("IMEI", '"imei1": "[[356938035643809]]"'),
    ("IMEI", "IMEI number of the phone is [[490154203237518]]."),
    ("IMEI", "IMEI 1: [[35 693803 564380 9]]"),
    ("IMEI", "IMEISV [[3569380356438012]]"),
    ("IMEI", "imei=[[123456789012345]]"),
    ("IMSI", "IMSI [[310150123456789]]"),
    ("IMSI", "imsi: [[262011234567890]]"),
    ("ICCID", "ICCID: [[8991101200003204510]]"),
    ("ICCID", "SIM card number [[8944500102198304826]]"),
    ("DEVICE_ID", f"device_id=[[{UUID}]]"),
    ("DEVICE_ID", "android id: [[9774d56d682e549c]]"),
    ("DEVICE_ID", f'"idfa": "[[{UUID.upper()}]]"'),
    ("DEVICE_ID", "UDID [[2b6f0cc904d137be2e1730235f5664094b831186]]"),
    ("DEVICE_ID", "serial number: [[C02XL0GZJGH5]]"),
    ("DEVICE_ID", "Seriennummer [[5CD1234ABC]]"),
    ("USER_ID", f'"user_id": "[[{UUID}]]"'),
    ("USER_ID", f"customerId: [[{UUID}]]"),
    ("USER_ID", f"patient id [[{UUID}]] was merged"),
    ("USER_ID", f"profile_uuid=[[{UUID}]]"),
    ("SESSION_ID", "PHPSESSID=[[298zf09hf012fh2a]]"),
    ("SESSION_ID", "user=x session=[[9f8a7b6c5d4e3f2a]] status=200"),
    ("SESSION_ID", "JSESSIONID=[[0A1B2C3D4E5F60718293A4B5C6D7E8F9]]"),
    ("SESSION_ID", '"sessionId": "[[abc123def456]]"'),
    ("SESSION_ID", "session id: [[7f9c2ba4e88f827d]]"),
    ("SESSION_ID", "Cookie: [[theme=dark9; PHPSESSID=298zf09hf012fh2]]"),
    ("SESSION_ID", "curl -H 'Cookie: [[sid=38afes7a8]]' example"),
    ("SESSION_ID", "Set-Cookie: [[sid=38afes7a8xyz]]; HttpOnly; Path=/"),
    ("SESSION_ID", "GET /x?sessionid=[[zx81c64amiga500]]"),
    ("SESSION_ID", "connect.sid=[[s%3AaB3dE5fG7hI9]]"),
)
NOT_FOUND = (
    "490154203237518",
    "imei 123",
    "IMEI is printed below the battery",
    "imei 000000000000000",
    "order 310150123456789",
    "8991101200003204510",
    UUID,
    f"request {UUID} took 5 ms",
    f"commit id {UUID}",
    "device_id: <device-id>",
    "device_id = get_device()",
    "user_id: 00000000-0000-0000-0000-000000000000",
    "serial number missing",
    "serial number 7",
    "session_id: str",
    "session = requests.Session()",
    "session 2024",
    "session=aiohttp2.client_session",
    "session_id=session_id",
    "sessionid: {session_id}",
    "Cookie: none",
    "cookie: a=b",
    "the cookie recipe: 200 g sugar",
    "sid vicious",
    "document.cookie = name + value",
)
TYPES = ("IMEI", "IMSI", "ICCID", "DEVICE_ID", "USER_ID", "SESSION_ID")


@pytest.mark.parametrize(("entity_type", "marked"), FOUND)
def test_a_number_behind_its_label_is_found(entity_type: str, marked: str) -> None:
    check_found(marked, entity_type)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_a_number_without_a_label_or_a_stand_in_is_not_found(text: str) -> None:
    for entity_type in TYPES:
        check_not_found(text, entity_type)
