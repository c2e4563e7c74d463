"""What fills the slots of one language's templates, made from its lexicon."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Final

from training.synthetic.multilingual import people
from training.synthetic.multilingual.lexicon import Lexicon
from training.synthetic.multilingual.numbers import masked, number
from training.synthetic.values import Entity, Kind, Values, one_of, written

ORGANISATION: Final = "ORGANIZATION"
IDENTIFIERS: Final = {
    "id.tax": "TAX_ID", "id.social": "SOCIAL_SECURITY_NUMBER", "id.health": "HEALTH_INSURANCE_ID",
    "id.card": "NATIONAL_ID", "id.passport": "PASSPORT", "id.plate": "LICENSE_PLATE",
    "id.customer": "CUSTOMER_NUMBER", "id.order": "ORDER_NUMBER", "id.employee": "EMPLOYEE_ID",
    "id.case": "CASE_NUMBER", "id.record": "MEDICAL_RECORD_NUMBER", "id.doctor": "MEDICAL_LICENSE",
    "id.card_number": "CREDIT_CARD",
}  # fmt: skip
"""Numbers by a neutral name; `<country>_` goes before those that a state gives out."""
STATE: Final = frozenset({"id.tax", "id.social", "id.card", "id.passport", "id.doctor"})


def of(lexicon: Lexicon) -> Values:
    """Return the kinds of a language."""
    return Values(
        {
            **people.kinds(lexicon.people),
            **_places(lexicon),
            **_organisations(lexicon),
            **_times(lexicon),
            **_numbers(lexicon),
            **neutral(lexicon),
        }
    )


def _places(lexicon: Lexicon) -> dict[str, Kind]:
    makers: dict[str, Callable[[Random], str]] = {
        "city": lexicon.city,
        "country": lexicon.country,
        **{
            name: partial(lexicon.item, name)
            for name in ("region", "river", "landmark", "district")
        },
    }
    found = {f"place.{name}": written(make, "LOCATION") for name, make in makers.items()}
    found["place.any"] = written(
        lambda random: random.choices(tuple(makers.values()), (8, 4, 2, 1, 1, 1))[0](random),
        "LOCATION",
    )
    found["nrp"] = _peoples(lexicon)
    address_types = {"city": "LOCATION", "postcode": "LOCATION"}
    found["address"] = Kind(
        lambda random: address(lexicon, random), "STREET_ADDRESS", "full", address_types
    )
    found["postcode"] = Kind(
        lambda random: {"full": masked(random.choice(lexicon.lists["postcode"]), random)},
        "LOCATION",
    )
    return found


def address(lexicon: Lexicon, random: Random) -> Entity:
    """Make a postal address: full (one or several lines), line (one line), street and its parts."""
    parts = {
        "street": masked(lexicon.expanded(random.choice(lexicon.lists["street"]), random), random),
        "postcode": masked(random.choice(lexicon.lists["postcode"]), random),
        "city": lexicon.town(random),
    }
    pattern = lexicon.expanded(random.choice(lexicon.lists["address"]), random)

    def joined(separator: str) -> str:
        lines = pattern.replace("/", separator)
        for name, value in parts.items():
            lines = lines.replace(f"<{name}>", value)
        return lines

    line = joined(", ")
    return {**parts, "full": joined("\n") if random.random() < 0.3 else line, "line": line}


def _peoples(lexicon: Lexicon) -> Kind:
    """Nationalities: each line of `nrp` has the forms that the line `nrp.forms` names."""
    forms = lexicon.lists["nrp.forms"][0].split()
    rows = [dict(zip(forms, line.split(), strict=True)) for line in lexicon.lists["nrp"]]
    faiths = lexicon.lists["religion"]

    def make(random: Random) -> Entity:
        row = {name: value.replace("_", " ") for name, value in random.choice(rows).items()}
        return {**row, "religion": random.choice(faiths)}

    return Kind(make, "NRP", "adj", {"language": ""})


def _organisations(lexicon: Lexicon) -> dict[str, Kind]:
    names = sorted(name for name in lexicon.lists if name.startswith("org."))
    found = {name: written(partial(lexicon.item, name), ORGANISATION) for name in names}
    found["org.any"] = written(
        lambda random: lexicon.item(random.choice(names), random), ORGANISATION
    )
    return found


def _times(lexicon: Lexicon) -> dict[str, Kind]:
    def day(random: Random, low: int, high: int, patterns: str) -> str:
        number, month = random.randint(1, 28), random.randint(1, 12)
        year = random.randint(low, high)
        fields = {
            "d": str(number), "dd": f"{number:02}", "mm": f"{month:02}", "m": str(month),
            "month": lexicon.lists["month"][month - 1], "y": str(year), "yy": f"{year % 100:02}",
        }  # fmt: skip
        return random.choice(lexicon.lists[patterns]).format_map(fields)

    def clock(random: Random) -> str:
        hour, minute = random.randint(6, 22), random.choice((0, 0, 5, 10, 15, 20, 30, 45, 50))
        fields = {
            "h": str(hour),
            "h12": str((hour - 1) % 12 + 1),
            "hh": f"{hour:02}",
            "mi": f"{minute:02}",
        }
        return random.choice(lexicon.lists["time"]).format_map(fields)

    return {
        "date": written(lambda random: day(random, 1998, 2026, "date"), "DATE_TIME"),
        "birth": written(lambda random: day(random, 1930, 2012, "birth"), "DATE_OF_BIRTH"),
        "time": written(clock, "DATE_TIME"),
        "year": written(lambda random: str(random.randint(1950, 2026)), "DATE_TIME"),
        "age": written(lambda random: str(random.randint(1, 99)), "AGE"),
        "weekday": one_of(lexicon.lists["weekday"]),
        "month": one_of(lexicon.lists["month"]),
    }


def _numbers(lexicon: Lexicon) -> dict[str, Kind]:
    prefix = f"{lexicon.lands[0]}_"
    found = {
        name: masks(lexicon, name, (prefix if name in STATE else "") + entity_type)
        for name, entity_type in IDENTIFIERS.items()
        if name in lexicon.lists
    }
    found["phone"] = masks(lexicon, "phone", "PHONE_NUMBER")
    found["iban"] = masks(lexicon, "iban", "IBAN_CODE")
    return found


def masks(lexicon: Lexicon, name: str, entity_type: str) -> Kind:
    """Return a kind of numbers written after the masks of a section."""
    return written(
        lambda random: number(name, random.choice(lexicon.lists[name]), random), entity_type
    )


def neutral(lexicon: Lexicon) -> dict[str, Kind]:
    """Return the kinds that are the same in every language: products, counts, codes."""
    return {
        "ip": written(
            lambda random: ".".join(str(random.randint(1, 254)) for _ in range(4)), "IP_ADDRESS"
        ),
        "domain": one_of(people.DOMAINS[-3:]),
        "product": one_of(lexicon.lists["product"]),
        "amount": masks(lexicon, "amount", ""),
        "number": written(lambda random: str(random.choice((3, 12, 47, 120, 250, 800, 1500)))),
        "version": written(lambda random: f"{random.randint(1, 19)}.{random.randint(0, 9)}"),
        "code": written(
            lambda random: masked(random.choice(("@@-####", "0x####", "E###")), random)
        ),
        "uuid": written(lambda random: str(uuid.UUID(int=random.getrandbits(128), version=4))),
    }
