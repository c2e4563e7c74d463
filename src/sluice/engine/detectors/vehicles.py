"""Vehicles: identification numbers and licence plates."""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.labels import has_letters_and_digits, labelled
from sluice.engine.patterns import Checked, Pattern, Precedence, context

# Values of the letters and weights of the places (49 CFR 565.15; ISO 3779 has the form).
_VALUES: Final = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", map(int, "12345678123457923456789"), strict=True)
)
_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN = r"[A-HJ-NPR-Z0-9]{17}"


def has_vin_check_digit(vin: str) -> bool:
    """Whether the ninth of 17 upper-case characters is the check digit of the others."""
    total = sum(
        (int(char) if char.isdigit() else _VALUES[char]) * weight
        for char, weight in zip(vin, _WEIGHTS, strict=True)
    )
    return vin[8] == "0123456789X"[total % 11]


def _vin(match: re.Match[str]) -> Checked | None:
    """Behind a label also without the check digit, which Europe does not ask for."""
    value = match["value"].upper()
    if not has_letters_and_digits(value) or len(set(value)) < 6:
        return None
    valid = has_vin_check_digit(value)
    return Checked(*match.span("value"), 0.95 if valid else 0.8, reason="label")


def _bare_vin(match: re.Match[str]) -> Checked | None:
    """The check digit, and a serial number of digits at the end, as nearly all vehicles have."""
    vin = match[0]
    if not any(map(str.isalpha, vin[:9])) or len(set(vin)) < 6:
        return None
    return Checked(*match.span(), 0.6, reason="check digit") if has_vin_check_digit(vin) else None


_S = r"[ \-·•]?"
_FORMS: Final = tuple(
    re.compile(form, re.ASCII | re.IGNORECASE)
    for form in (
        r"[A-ZÄÖÜ]{1,3}[- ](?:[A-Z]{1,2}[- ]?)\d{1,4}[EH]?",  # Germany
        rf"[A-Z]{{2}}\d{{2}}{_S}[A-Z]{{3}}",  # United Kingdom since 2001
        rf"[A-Z]\d{{1,3}}{_S}[A-Z]{{3}}|[A-Z]{{3}}{_S}\d{{1,3}}[A-Z]",  # United Kingdom before
        rf"[A-Z]{{2}}{_S}\d{{3}}{_S}[A-Z]{{2}}",  # France, Italy
        rf"\d{{1,4}}{_S}[A-Z]{{2,3}}{_S}(?:\d{{2}}|2[AB])",  # France before 2009
        rf"\d{{4}}{_S}[BCDFGHJKLMNPRSTVWXYZ]{{3}}",  # Spain
        rf"[A-Z]{{1,2}}{_S}\d{{4}}{_S}[A-Z]{{1,2}}",  # Spain before 2000
        # The Netherlands, Portugal; India; Brazil, many states of the USA; others of these.
        rf"(?:[A-Z]{{1,3}}|\d{{1,3}}){_S}(?:[A-Z]{{2,3}}|\d{{2,3}}){_S}(?:[A-Z]{{1,2}}|\d{{1,2}})",
        rf"[A-Z]{{2}}{_S}\d{{1,2}}{_S}[A-Z]{{0,3}}{_S}\d{{1,4}}",
        rf"[A-Z]{{3}}{_S}\d(?:[A-Z]|\d)\d{{2}}",
        rf"\d[A-Z]{{3}}{_S}\d{{3}}|\d{{3}}{_S}[A-Z]{{3}}|[A-Z]{{2,3}}{_S}\d{{3,5}}",
        rf"\d{{1,3}}{_S}[A-Z]{{1,3}}{_S}\d{{1,4}}|[A-Z]\d{{2}}{_S}[A-Z]{{3}}"
        rf"|[A-Z]{{2}}{_S}\d{{5,6}}",
        rf"[A-Z]{{1,2}}{_S}\d{{3,5}}{_S}[A-Z]{{1,2}}|[A-Z]{{3}}{_S}\d{{2,3}}{_S}[A-Z]{{1,2}}",
    )
)
_LONGEST_PLATE: Final = 14


def _plate(match: re.Match[str]) -> Checked | None:
    """The longest beginning, in whole words, that has the form of a plate."""
    value, start = match["value"], match.start("value")
    for end in range(len(value), 3, -1):
        whole = end == len(value) or not value[end].isalnum()
        part = value[:end]
        if whole and part[-1].isalnum() and _is_plate(part):
            return Checked(start, start + end, 0.8, reason="label")
    return None


def _is_plate(part: str) -> bool:
    """Letters and digits in a form that some country uses; prose is in lower case, plates "
    "rarely."""
    in_capitals = part == part.upper()
    if not has_letters_and_digits(part) or not (in_capitals or part == part.lower()):
        return False
    if not in_capitals and " " in part:
        return False
    return any(form.fullmatch(part) for form in _FORMS)


def _shaped(match: re.Match[str]) -> Checked | None:
    """A form that is rare elsewhere; the words around it must speak of vehicles."""
    return Checked(*match.span(), 0.3, reason="form")


_LABELS = (
    r"(?:licen[cs]e|number|registration|vehicle|car|rego)[ _\-]?plates?(?:[ _\-]?(?:number|no\.?"
    r"|#))?"
    r"|plates?(?:[ _\-]?(?:number|no\.?|#))?|(?:vehicle|car)[ _\-]reg(?:istration)?(?: ?(?:number"
    r"|no\.?))?"
    r"|reg(?:istration)? (?:number|no\.?|mark)|vrn|rego|tag number|(?:kfz-?)?kennzeichen"
    r"|nummernschild|amtliches kennzeichen|(?:plaque|num(?:é|e)ro) d['’]immatriculation"
    r"|immatriculation|immatricul(?:é|e)e?|plaque|matr(?:í|i)cula|placas?|targa(?:ta|to)?|kenteken(?:plaat|nummer)?"
)

PATTERNS: Final[tuple[Pattern, ...]] = (
    labelled(
        "vehicles.vin",
        "VIN",
        r"vin(?:[ _\-]?(?:number|no\.?|code|#))?|chassis(?:[ _\-]?(?:number|no\.?))?"
        r"|(?:vehicle )?identification number|fahrgestellnummer|fahrgestell-nr\.?|fin"
        r"|fahrzeug-?ident"
        r"(?:ifizierungs)?(?:nummer|nr\.?)|num(?:é|e)ro de (?:ch(?:â|a)ssis|s(?:é|e)rie)"
        r"|n(?:ú|u)mero de (?:bastidor|chassi)|bastidor|chassi|telaio|numero di telaio"
        r"|chassisnummer",
        rf"{_VIN}(?![\w-])",
        _vin,
        longest=18,
        first="[A-HJ-NPR-Z0-9]{17}",
    ),
    Pattern(
        name="vehicles.vin_bare",
        entity_type="VIN",
        regex=r"(?<![\w-])[A-HJ-NPR-Z0-9]{13}\d{4}(?![\w-])",
        anchor=r"\b[A-HJ-NPR-Z0-9]{13}\d{4}\b",
        reach=17,
        longest=19,
        score=0.6,
        check=_bare_vin,
        context=context("vehicle car truck chassis fahrzeug véhicule vehículo veicolo voertuig"),
        precedence=Precedence.CHECKED,
    ),
    labelled(
        "vehicles.plate",
        "LICENSE_PLATE",
        _LABELS,
        rf"[A-Z0-9ÄÖÜ](?:[ \-·•]?[A-Z0-9]){{3,{_LONGEST_PLATE}}}",
        _plate,
        longest=2 * _LONGEST_PLATE + 2,
        first=r"(?:[A-Za-z0-9]|\xc3[\x84\x96\x9c\xa4\xb6\xbc])",
    ),
    Pattern(
        name="vehicles.plate_shape",
        entity_type="LICENSE_PLATE",
        regex=r"(?<![\w-])(?:[A-Z]{2}-\d{3}-[A-Z]{2}|[A-Z]{2}\d{2} [A-Z]{3}|\d{4} "
        r"[BCDFGHJKLMNPRSTVWXYZ]{3}|[A-Z]{2} \d{3} ?[A-Z]{2}"
        r"|[A-Z]{2}[ -]?\d{2}[ -]?[A-Z]{1,2}[ -]?\d{4}"
        r"|[A-Z]{1,3}-[A-Z]{1,2} ?\d{1,4})(?![\w-])",
        anchor=r"\b(?:[A-Z]{2}-\d{3}-[A-Z]{2}|[A-Z]{2}\d{2} [A-Z]{3}|\d{4} [B-Z]{3}"
        r"|[A-Z]{2} \d{3} ?[A-Z]{2}|[A-Z]{2}[ \-]?\d{2}[ \-]?[A-Z]{1,2}[ \-]?\d{4}"
        r"|[A-Z]{1,3}-[A-Z]{1,2} ?\d{1,4})\b",
        reach=14,
        longest=16,
        score=0.3,
        check=_shaped,
        context=context(
            "car cars vehicle vehicles truck van motorcycle parked driving driver plate plates "
            "registration registered bmw audi ford toyota vw volkswagen mercedes tesla honda "
            "sedan suv auto pkw lkw wagen fahrzeug halter voiture véhicule camion coche vehículo "
            "camión moto veicolo automobile macchina voertuig carro veículo kennzeichen targa "
            "kenteken immatriculation matrícula placa",
            "flight part model product article item postcode room",
            boost=0.35,
        ),
    ),
)
