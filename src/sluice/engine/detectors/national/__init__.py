"""Numbers that states and authorities give to people and companies.

The rows of `america`, `europe_west`, `europe_east`, `asia_africa` and `vat` are all that a further
country needs; `kinds` says how a number is known by them. What no country's row claims behind
`passport`, `driver's license`, `national ID` or `tax ID` has a type of its own, for the label
alone says that it is somebody's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sluice.engine.detectors import health, work
from sluice.engine.detectors.labelled.kind import Kind
from sluice.engine.detectors.labelled.kinds import (
    NUMBER,
    NUMBER_ANCHOR,
    NUMBER_REACH,
    Kinds,
)
from sluice.engine.detectors.national import (
    america,
    asia_africa,
    europe_east,
    europe_west,
    vat,
)
from sluice.engine.patterns import Check, Pattern, Precedence

_ANYWHERE: Final = (
    Kind(
        "EU_HEALTH_CARD",
        "ehic, european health insurance card, european health card, ceam, tse, kennnummer der "
        "karte, carte européenne d assurance maladie, tarjeta sanitaria europea",
        r"80\d{18}",
        None,
    ),
    Kind(
        "PASSPORT",
        "passport, reisepass, passeport, pasaporte, passaporto, paspoort, passaporte, paszport, "
        "travel document",
        r"(?=(?:.*\d){4})[A-Z0-9]{6,12}",
    ),
    Kind(
        "DRIVER_LICENSE",
        "driver s license, drivers license, driver license, driver s licence, drivers licence, "
        "driver licence, driving licence, driving license, führerschein, permis de conduire, "
        "permiso de conducir, patente di guida, rijbewijs, carta de condução",
        r"(?=(?:.*\d){4})[A-Z0-9]{5,18}",
    ),
    Kind(
        "NATIONAL_ID",
        "national id, national identification, national identity, national identity card, "
        "national id card, citizen id, identity card, id card, personal identification, "
        "identity number, id number, identification number, government id, personal id, "
        "personal number, personalausweis, carte d identité, carte nationale d identité, "
        "documento de identidad, cédula, cédula de identidad, carta d identità, "
        "identiteitskaart, documento de identidade, carteira de identidade, nationalid, "
        "identity document, identity no, id document, residence permit, green card",
        r"(?=(?:.*\d){5})[A-Z0-9]{6,18}",
    ),
    Kind(
        "TAX_ID",
        "tax id, tax identification, taxpayer id, taxpayer identification, tax number, tax no, "
        "tax reference, taxid, ~tin, steuernummer, steuer id, numéro fiscal, codice fiscale, "
        "vat, vat id, vat reg, vat registration, vatin",
        r"(?=(?:.*\d){6})[A-Z0-9]{8,15}",
    ),
    Kind(
        "SOCIAL_SECURITY_NUMBER",
        "social security, social security no, sozialversicherungsnummer, sécurité sociale, "
        "seguridad social, previdenza sociale, segurança social",
        r"(?=(?:.*\d){7})[A-Z0-9]{8,15}",
    ),
)

KINDS: Final = Kinds(
    (
        *america.KINDS,
        *europe_west.KINDS,
        *europe_east.KINDS,
        *asia_africa.KINDS,
        *vat.KINDS,
        *health.KINDS,
        *_ANYWHERE,
        *work.KINDS,
    )
)
"""Every kind, in the order in which a label's number is tried on them."""

_LONGEST_FORM: Final = 48
BEGINNING: Final = (
    r"(?=[A-Za-z]{0,15}\d|[A-Za-z]{16}|[A-Za-z]{1,6}[:.]"
    r"|[A-Za-z]{1,6}[ -](?:[A-Za-z] )?[A-Za-z]{0,6}[ -]?\d)"
)
"""What every form with letters begins with, and words hardly do: a digit or a sign soon."""
_LONGEST_BEGINNING: Final = 16


def _pattern(
    name: str,
    regex: str,
    anchor: str,
    *,
    reach: int,
    longest: int,
    check: Check | None = None,
    reading: Callable[[str], Check] | None = None,
) -> Pattern:
    return Pattern(
        name=name,
        entity_type="US_SSN",
        regex=regex,
        anchor=anchor,
        reach=reach,
        longest=longest,
        score=0.5,
        check=check,
        reading=reading,
        precedence=Precedence.CHECKED,
        also=KINDS.entity_types - {"US_SSN"},
    )


def _forms(name: str, *, lettered: bool) -> Pattern:
    """The written forms; letters are found in either case.

    Before all forms with letters are tried, `BEGINNING` passes over what words begin with.
    """
    joined = "|".join(KINDS.forms(lettered=lettered))
    beginning = BEGINNING if lettered else ""
    return _pattern(
        name,
        rf"(?<![\w.$€£+])(?<!\w[-/]){beginning}(?i:{joined})(?!\w|[-./,]\d)",
        rf"(?i:\b(?:{joined}))",
        reach=_LONGEST_FORM,
        longest=_LONGEST_FORM + 2 + _LONGEST_BEGINNING,
        check=KINDS.by_form,
    )


PATTERNS: Final = (
    _pattern(
        "national.labelled",
        NUMBER,
        NUMBER_ANCHOR,
        reach=NUMBER_REACH,
        longest=NUMBER_REACH + 1,
        reading=KINDS.reading,
    ),
    _forms("national.form", lettered=False),
    _forms("national.lettered_form", lettered=True),
)
