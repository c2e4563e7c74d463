"""Dates, contact data, numbers and identifiers in the notations in which they are written."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from random import Random
from typing import Any, Final

from training.synthetic.facts import listed
from training.synthetic.places import NAMING, towns, unaccented, us_states
from training.synthetic.romanise import ascii_letters
from training.synthetic.values import Entity, Kind, one_of, written

MONTHS: Final = listed(
    "January|February|March|April|May|June|July|August|September|October|November|December"
)
WEEKDAYS: Final = listed("Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday")


def _day(random: Random) -> tuple[int, int, int]:
    return random.randint(1950, 2026), random.randint(1, 12), random.randint(1, 28)


def _ordinal(day: int) -> str:
    ending = "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    return f"{day}{ending}"


def date(random: Random) -> Entity:
    """Make a date: full (any notation), iso, long, us, uk, short, month, year, weekday, sport."""
    year, month, day = _day(random)
    name = MONTHS[month - 1]
    forms = {
        "iso": f"{year}-{month:02}-{day:02}",
        "long": f"{day} {name} {year}",
        "us": f"{name} {day}, {year}",
        "slash": f"{month:02}/{day:02}/{year}",
        "dots": f"{day:02}.{month:02}.{year}",
        "short": f"{name[:3]} {day}",
        "day": f"{name} {day}",
        "monthyear": f"{name} {year}",
        "month": name,
        "year": str(year),
        "weekday": random.choice(WEEKDAYS),
        "ordinal": f"{name} {_ordinal(day)}",
        "log": f"{year}-{month:02}-{day:02}T{random.randint(0, 23):02}:{_shape(random, '0#:0#')}Z",
    }
    return {**forms, "full": forms[random.choice(("iso", "long", "us", "slash", "day", "ordinal"))]}


def _clock(random: Random) -> str:
    hour, minute = (
        random.randint(1, 12),
        random.choice([0, 0, 15, 30, 30, 45, random.randint(0, 59)]),
    )
    return random.choice(
        [f"{hour}:{minute:02} {random.choice(['am', 'pm', 'AM', 'PM', 'a.m.', 'p.m.'])}",
         f"{hour}{random.choice(['am', 'pm'])}", f"{random.randint(0, 23):02}:{minute:02}"]
    )  # fmt: skip


def _shape(random: Random, shape: str) -> str:
    """Replace `#` by digits and `?` by capitals."""
    return "".join(
        str(random.randint(0, 9)) if char == "#" else
        random.choice("ABCDEFGHJKLMNPRSTUVWXYZ") if char == "?" else char
        for char in shape
    )  # fmt: skip


PHONE_SHAPES: Final = listed(
    "(2##) 555-01##|3##-555-01##|+1 4##-555-01##|5##.555.01##|1-800-555-01##|555-01##|"
    "+44 20 7946 0###|020 7946 0###|07700 900###|+44 7700 900###|0161 496 0###|+353 20 91# ####|"
    "+61 2 5550 ####|(02) 5550 ####|+49 30 23125 ###|+33 1 99 00 ## ##|+91 98### #####|"
    "+1 (6##) 555-01## ext. ###|713-853-####|x5-####|+31 20 555 ####|+34 91 555 ## ##"
)


def shaped(shapes: str, entity_type: str = "") -> Kind:
    """Return a kind of identifiers by shape: `#` a digit, `?` a capital; several with `|`."""
    known = listed(shapes)
    return written(lambda random: _shape(random, random.choice(known)), entity_type)


@cache
def _faker(locale: str) -> Any:  # noqa: ANN401 - Faker is untyped
    return import_module("faker").Faker(locale)


def faked(method: str, locales: tuple[str, ...] = ("en_US",), entity_type: str = "") -> Kind:
    """Return a kind whose value one of Faker's methods makes, on one line, in some locale."""

    def make(random: Random) -> str:
        fake = _faker(random.choice(locales))
        fake.factories[0].random = random
        return str(getattr(fake, method)()).replace("\n", ", ")

    return written(make, entity_type)


STREET_ENDS: Final = listed("Street|St|St.|Avenue|Ave|Ave.|Road|Rd|Lane|Ln|Drive|Dr|"
                            "Boulevard|Blvd|Court|"
                            "Ct|Way|Place|Terrace|Close|Crescent|Parkway|Circle")  # fmt: skip


def _street_line(random: Random) -> str:
    name = random.choice(NAMING) if random.random() < 0.6 else random.choice(
        (f"{_ordinal(random.randint(1, 140))}", f"N {_ordinal(random.randint(1, 90))}",
         f"SW {random.choice(NAMING)}", unaccented(towns("US")[0][random.randrange(900)][0]))
    )  # fmt: skip
    number = random.choice(
        [random.randint(1, 99), random.randint(100, 19999), random.randint(1, 400)]
    )
    unit = random.choice(["", "", "", f", Apt {random.randint(1, 40)}",
    f" #{random.randint(1, 900)}",
                          f", Suite {random.randint(100, 990)}", f", Unit {random.randint(1, 30)}",
                          f", Flat {random.randint(1, 30)}"])  # fmt: skip
    return f"{number} {name} {random.choice(STREET_ENDS)}{unit}"


def address(random: Random) -> Entity:
    """Make a postal address: full (one line), lines (several), street, city, region, zip."""
    country = random.choice(["US", "US", "US", "GB", "GB", "CA", "AU", "IE"])
    known, sizes = towns(country)
    city, code, _ = random.choices(known, cum_weights=sizes)[0]
    street = _street_line(random)
    region, post = _region(random, country, code)
    tail = f"{city} {post}" if country in {"GB", "IE"} else f"{city}, {region} {post}"
    where = random.choice(
        [
            "",
            "",
            {"US": "USA", "GB": "UK", "CA": "Canada", "AU": "Australia", "IE": "Ireland"}[country],
        ]
    )
    end = f", {where}" if where else ""
    return {
        "full": f"{street}, {tail}{end}",
        "lines": f"{street}\n{tail}" + (f"\n{where}" if where else ""),
        "street": street,
        "city": city,
        "region": region,
        "zip": post,
        "postal": f"PO Box {random.randint(10, 9999)}, {tail}",
    }


def _region(random: Random, country: str, code: str) -> tuple[str, str]:
    if country == "US":
        return (code if code in us_states() else "TX"), _shape(random, "#####")
    if country == "CA":
        return random.choice(["ON", "QC", "BC", "AB", "MB", "NS"]), _shape(random, "?#? #?#")
    if country == "AU":
        return random.choice(["NSW", "VIC", "QLD", "WA", "SA"]), _shape(random, "####")
    return ("", _shape(random, random.choice(["??## #??", "?# #??", "??# #??"])))


ADDRESS: Final = Kind(
    address,
    "STREET_ADDRESS",
    types={"city": "LOCATION", "region": "LOCATION", "zip": "STREET_ADDRESS"},
)


def _money(random: Random) -> str:
    amount = random.choice(
        [f"{random.randint(2, 999)}", f"{random.randint(1, 99)},{random.randint(0, 999):03}",
         f"{random.randint(1, 99)}.{random.randint(0, 99):02}",
         f"{random.randint(1, 9)}.{random.randint(1, 9)} million",
         f"{random.randint(1, 900)} million", f"{random.randint(1, 40)} billion"]
    )  # fmt: skip
    return random.choice(["$", "$", "$", "£", "€", "US$", "A$"]) + amount


def _website(random: Random) -> str:
    name = ascii_letters(random.choice(NAMING)).lower()
    host = random.choice(["", "www."]) + name + random.choice(["shop", "online", "-news", "hub"])
    path = random.choice(["", "/", "/about", "/p/2291", "/article?id=88", "/wiki/Main"])
    scheme = random.choice(["https://", "http://", "https://", ""])
    return scheme + host + random.choice([".example", ".example.com", ".com", ".org"]) + path


def _short_url(random: Random) -> str:
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    host = random.choice(["t.co", "bit.ly", "tinyurl.com", "ow.ly", "youtu.be"])
    return f"http{random.choice(['', 's'])}://{host}/{''.join(random.choices(letters, k=8))}"


def kinds() -> Mapping[str, Kind]:
    """Return the kinds of dates, contact data, money, numbers and identifiers."""
    return {
        "date": Kind(date, "DATE_TIME"),
        "dob": Kind(date, "DATE_OF_BIRTH", "long"),
        "plaindate": Kind(date),
        "time": written(_clock, "DATE_TIME"),
        "clock": written(_clock),
        "phone": shaped("|".join(PHONE_SHAPES), "PHONE_NUMBER"),
        "address": ADDRESS,
        "url": written(_website, "URL"),
        "link": written(_short_url, "URL"),
        "money": written(_money),
        "age": written(lambda random: str(random.randint(18, 96)), "AGE"),
        "number": written(
            lambda random: str(
                random.choice(
                    [random.randint(0, 9), random.randint(10, 99), random.randint(100, 9999)]
                )
            )
        ),
        "digit": written(lambda random: str(random.randint(0, 9))),
        "small": written(lambda random: str(random.randint(2, 30))),
        "score": written(lambda random: str(random.choices(range(8), (8, 9, 7, 4, 2, 1, 1, 1))[0])),
        "percent": written(lambda random: f"{random.randint(0, 99)}.{random.randint(0, 9)}"),
        "race_time": written(
            lambda random: (
                f"{random.randint(1, 59)}:{random.randint(10, 59)}.{random.randint(0, 99):02}"
            )
        ),
        "card": faked("credit_card_number", entity_type="CREDIT_CARD"),
        "iban": faked("iban", ("en_GB", "de_DE", "fr_FR", "nl_NL"), "IBAN_CODE"),
        "ssn": faked("ssn", entity_type="US_SSN"),
        "ip": faked("ipv4", entity_type="IP_ADDRESS"),
        "mac": faked("mac_address", entity_type="MAC_ADDRESS"),
        "vin": shaped("1?????##?##?#####", "VIN"),
        "plate": shaped("??? ####|#???###|??## ???|???-####", "LICENSE_PLATE"),
        "passport": shaped("?#######|#########|??######", "PASSPORT"),
        "mrn": shaped("########|MRN#######|?######", "MEDICAL_RECORD_NUMBER"),
        "insurance": shaped("???#########|W########|?##-##-####", "HEALTH_INSURANCE_ID"),
        "employee_id": shaped("E#####|EMP-####|######", "EMPLOYEE_ID"),
        "case": shaped("no. #####/##|####/####|?-####/##|CV-20##-#####|##-cv-#####", "CASE_NUMBER"),
        "application": shaped("#####/##|####/##|#####/0#", "CASE_NUMBER"),
        "order": shaped("#######|ORD-######|##-#####-#####|A#########", "ORDER_NUMBER"),
        "customer": shaped("C######|########|CUST-#####", "CUSTOMER_NUMBER"),
        "account": shaped("########|##########|####-####-##", "ACCOUNT_NUMBER"),
        "policy_id": shaped("POL-#######|???-#######|##########", "CUSTOMER_NUMBER"),
        "ticket": shaped("#####|INC0######|TKT-####|SR-#####"),
        "code_id": shaped("???-####|v#.#.#|R#.#|0x##?#|build ####|#?#?##"),
    }


def words(text: str) -> Kind:
    """Return a neutral kind over a list divided by `|`."""
    return one_of(listed(text))
