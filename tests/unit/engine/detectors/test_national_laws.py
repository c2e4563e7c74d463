"""Laws of the whole table of kinds: checks never raise, forms are found, the docs name them all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.unit.engine.detectors.numbered import readings

from sluice.engine.detectors import national
from sluice.engine.detectors.labelled.kind import Kind, is_valid
from sluice.engine.detectors.labelled.labels import fold, label_before, last_words

ROWS = national.KINDS.rows
IDS = [f"{index}-{kind.entity_type}" for index, kind in enumerate(ROWS)]
CHECKED = [(name, kind) for name, kind in zip(IDS, ROWS, strict=True) if kind.valid]
FORMS = [
    (f"{name}-{place}", kind, form.regex)
    for name, kind in zip(IDS, ROWS, strict=True)
    for place, form in enumerate(kind.forms)
]
_AHEAD = re.compile(r"\(\?=\(\?:\.\*\\d\)\{\d\}\)")
_DOCS = Path(__file__).parents[4] / "docs" / "identifiers.md"
bounded = settings(
    max_examples=5, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


@pytest.mark.parametrize("kind", [row[1] for row in CHECKED], ids=[row[0] for row in CHECKED])
@bounded
@given(data=st.data())
def test_a_check_answers_for_every_number_of_its_shape(kind: Kind, data: st.DataObject) -> None:
    shape = re.compile(_AHEAD.sub("", kind.shape), re.ASCII)
    assert is_valid(kind, data.draw(st.from_regex(shape, fullmatch=True))) in (True, False)


@pytest.mark.parametrize(
    ("kind", "form"), [row[1:] for row in FORMS], ids=[row[0] for row in FORMS]
)
@bounded
@given(data=st.data())
def test_a_number_in_a_form_is_compared_with_that_form(
    kind: Kind, form: str, data: st.DataObject
) -> None:
    number = data.draw(st.from_regex(re.compile(form, re.ASCII), fullmatch=True))
    candidates = national.KINDS.forms_like(number)
    assert any(row.kind is kind and row.form.pattern == form for row in candidates)


LETTERED = national.KINDS.forms(lettered=True)


@pytest.mark.parametrize("form", LETTERED, ids=map(str, range(len(LETTERED))))
@bounded
@given(data=st.data())
def test_what_is_looked_for_before_all_forms_begins_each_of_them(
    form: str, data: st.DataObject
) -> None:
    number = data.draw(st.from_regex(re.compile(form, re.ASCII), fullmatch=True))
    for written in (number, number.lower()):
        assert re.match(national.BEGINNING, written, re.ASCII)


@pytest.mark.parametrize(
    "text", ["what people say", "internationally", "a sentence. And", "Jane Roe", "WORDS"]
)
def test_forms_are_not_tried_where_words_begin(text: str) -> None:
    assert re.match(national.BEGINNING, text) is None


@pytest.mark.parametrize("kind", ROWS, ids=IDS)
def test_every_label_is_recognised_before_a_number_as_it_is_declared(kind: Kind) -> None:
    known = {fold(name): True for name in kind.names()}
    ends = last_words(iter(kind.names()))
    for name in kind.names():
        for text in (f"{name}: ", f"the {name.upper()} no. ", f'"{name.replace(" ", "_")}": "'):
            found = label_before(text, len(text), known, ends)
            assert found is not None, name
            assert found.key in known


def test_a_label_is_recognised_inside_of_an_identifier() -> None:
    for key in ("customerPassportNumber", "customer_passport_number", "CUSTOMER-PASSPORT-NO"):
        (found,) = readings(f"{key} = X1234567")
        assert found.entity_type == "PASSPORT"


def test_every_entity_type_has_a_row_in_the_documentation() -> None:
    text = _DOCS.read_text(encoding="utf-8")
    assert [name for name in sorted(national.KINDS.entity_types) if f"`{name}`" not in text] == []


def test_at_least_forty_countries_are_known() -> None:
    countries = {kind.entity_type.split("_")[0] for kind in ROWS if kind.family == "national"}
    assert len({code for code in countries if len(code) == 2}) >= 60
