"""Labelled text: documents with the spans that a person marked, and the names of their labels.

Formats of others name the same thing differently: `PER`, `person` and `B-PER` are PERSON here.
What has no row in the table and is no entity type of ours stays unknown, and is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, NamedTuple

from sluice.engine.types import ENTITY_TYPE


class Gold(NamedTuple):
    """A marked span in code points, and its label; `end` is exclusive."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class Document:
    """A text and what is marked in it."""

    name: str
    """Where it stands, such as `tickets.jsonl:12`; never its text."""
    text: str
    spans: tuple[Gold, ...]


IGNORED: Final = "-"
"""What a label is mapped to so that it does not count."""

_SAME: Final[dict[str, str]] = {
    "PERSON": "PER PEOPLE NAME FULL_NAME FULLNAME FIRST_NAME FIRSTNAME LAST_NAME LASTNAME "
    "GIVENNAME SURNAME GIVEN_NAME PATIENT DOCTOR HCW PERSON_NAME",
    "LOCATION": "LOC GPE FAC FACILITY CITY STATE COUNTRY COUNTY PLACE GEO GEO_LOC REGION",
    "ORGANIZATION": "ORG ORGANISATION CORPORATION CORP COMPANY GROUP COMPANY_NAME HOSPITAL "
    "INSTITUTION",
    "NRP": "NORP NATIONALITY RELIGION",
    "STREET_ADDRESS": "ADDRESS STREET STREETADDRESS POSTAL_ADDRESS",
    "DATE_TIME": "DATE TIME DATETIME",
    "DATE_OF_BIRTH": "DOB BIRTHDATE BIRTHDAY DATEOFBIRTH BIRTH_DATE",
    "EMAIL_ADDRESS": "EMAIL MAIL E_MAIL",
    "PHONE_NUMBER": "PHONE TELEPHONE TEL FAX PHONENUMBER TELEPHONENUM",
    "URL": "DOMAIN_NAME WEBSITE WEB DOMAIN",
    "USERNAME": "USER_NAME LOGIN HANDLE",
    "CREDIT_CARD": "CREDITCARD CREDITCARDNUMBER CREDIT_CARD_NUMBER CARD_NUMBER",
    "IBAN_CODE": "IBAN",
    "SWIFT_CODE": "SWIFT BIC",
    "IP_ADDRESS": "IP IPV4 IPV6 IPADDRESS",
    "MAC_ADDRESS": "MAC",
    "US_SSN": "SSN SOCIALNUM",
    "PASSWORD": "PASSWD PWD",
    "API_KEY": "APIKEY",
    "PASSPORT": "PASSPORT_NUMBER",
    "DRIVER_LICENSE": "DRIVERLICENSE DRIVING_LICENCE",
    "LICENSE_PLATE": "PLATE VEHICLE_PLATE",
    "MEDICAL_RECORD_NUMBER": "MRN MEDICALRECORD",
    "VIN": "VEHICLEVIN",
}
LABELS: Final[Mapping[str, str]] = MappingProxyType(
    {label: ours for ours, labels in _SAME.items() for label in labels.split()}
)
"""Other data sets' and Presidio's labels, in upper case, and our entity types."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Which label is which entity type.

    A label is looked up in `given` (the user's own), then in our own entity types (`known`),
    then in `LABELS`; in all of them without regard to case, spaces and hyphens.
    """

    known: frozenset[str]
    given: Mapping[str, str]

    def type_of(self, label: str) -> str | None:
        """Our entity type, `IGNORED`, or None: unknown."""
        name = normal(label)
        if name in self.given:
            return self.given[name]
        return name if name in self.known else LABELS.get(name)


@dataclass(frozen=True, slots=True)
class Mapped:
    """Documents with our entity types as labels, and what became of the other labels."""

    documents: tuple[Document, ...]
    unknown: Counter[str]
    """Labels that map to nothing, and how many spans carry them."""
    ignored: Counter[str]
    """Labels that were told not to count."""

    @property
    def entity_types(self) -> frozenset[str]:
        """What occurs in the gold."""
        return frozenset(span.label for item in self.documents for span in item.spans)


def normal(label: str) -> str:
    """A label as the tables have it: `Phone number` is `PHONE_NUMBER`."""
    return "_".join(label.replace("-", " ").replace("_", " ").split()).upper()


def mapped(
    documents: Iterable[Document], labels: Labels, only: Collection[str] | None = None
) -> Mapped:
    """The documents with mapped labels; `only` keeps no other entity types in the gold."""
    kept, unknown, ignored = [], Counter[str](), Counter[str]()
    for document in documents:
        spans = []
        for span in document.spans:
            entity_type = labels.type_of(span.label)
            if entity_type is None:
                unknown[printed(span.label)] += 1
            elif entity_type == IGNORED:
                ignored[printed(span.label)] += 1
            elif only is None or entity_type in only:
                spans.append(span._replace(label=entity_type))
        kept.append(Document(document.name, document.text, tuple(sorted(set(spans)))))
    return Mapped(tuple(kept), unknown, ignored)


def printed(label: str) -> str:
    """A label for a report; what does not look like one might be text of the document."""
    return label if ENTITY_TYPE.fullmatch(normal(label)) and len(label) <= 60 else "(malformed)"
