"""Families of entity types: those of one family have one colour and stand together in lists."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class Family(StrEnum):
    """The value is the suffix of the style classes `chip-…` and `mark-…`."""

    PERSON = "person"
    PLACE = "place"
    TIME = "time"
    CONTACT = "contact"
    MONEY = "money"
    IDENTITY = "identity"
    HEALTH = "health"
    WORK = "work"
    TECHNOLOGY = "technology"
    SECRET = "secret"  # noqa: S105 (a family, no secret)
    OTHER = "other"


_MEMBERS: Final[dict[Family, str]] = {
    Family.PERSON: "PERSON NRP ORGANIZATION",
    Family.PLACE: "LOCATION STREET_ADDRESS GPS_COORDINATES",
    Family.TIME: "DATE_TIME DATE_OF_BIRTH AGE",
    Family.CONTACT: "EMAIL_ADDRESS PHONE_NUMBER URL USERNAME",
    Family.MONEY: (
        "CREDIT_CARD CARD_SECURITY_CODE IBAN_CODE SWIFT_CODE US_BANK_NUMBER ABA_ROUTING_NUMBER "
        "BANK_ACCOUNT BANK_CODE CRYPTO INVOICE_NUMBER MONEY"
    ),
    Family.IDENTITY: "NATIONAL_ID PASSPORT DRIVER_LICENSE SOCIAL_SECURITY_NUMBER TAX_ID",
    Family.HEALTH: (
        "MEDICAL_RECORD_NUMBER HEALTH_INSURANCE_ID MEDICAL_DEVICE_ID MEDICAL_LICENSE EU_HEALTH_CARD"
    ),
    Family.WORK: (
        "EMPLOYEE_ID STUDENT_ID CASE_NUMBER CLAIM_NUMBER CUSTOMER_NUMBER ORDER_NUMBER "
        "POLICY_NUMBER TICKET_NUMBER USER_ID"
    ),
    Family.TECHNOLOGY: (
        "IP_ADDRESS MAC_ADDRESS IMEI IMSI ICCID DEVICE_ID SESSION_ID VIN LICENSE_PLATE"
    ),
    Family.SECRET: (
        "API_KEY ACCESS_TOKEN PASSWORD PASSWORD_HASH PRIVATE_KEY JWT CONNECTION_STRING"
    ),
}
_FAMILY: Final = {name: family for family, names in _MEMBERS.items() for name in names.split()}
_NATIONAL: Final = re.compile(r"[A-Z]{2}_[A-Z]")
"""`<ISO country>_<NAME>`."""


def family(entity_type: str) -> Family:
    """The family of an entity type; custom terms and unknown ones are `OTHER`."""
    known = _FAMILY.get(entity_type)
    if known is not None:
        return known
    return Family.IDENTITY if _NATIONAL.match(entity_type) else Family.OTHER
