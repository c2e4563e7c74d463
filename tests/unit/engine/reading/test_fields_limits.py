"""Malformed and hostile documents cost no more than their length."""

from __future__ import annotations

import tracemalloc

import pytest
from tests.unit.engine.reading.marking import found

from sluice.engine.reading import fields

LONG = 120_000
ENDLESS = {
    "quotes": '"' * LONG,
    "keys and quotes": 'name":"' * LONG,
    "keys and a quote": 'email:"' * LONG,
    "open objects": '{"name":' * LONG,
    "open lists": "[" * LONG,
    "closing brackets": "}" * LONG,
    "brackets": "(" * LONG + "name='Jane'",
    "colons": ":" * LONG,
    "equals signs": "=" * LONG,
    "keys": "name:" * LONG,
    "calls": "name=(" * LONG,
    "backslashes": "name: " + "\\" * LONG,
    "escaped quotes": '"name": "' + '\\"' * LONG,
    "tags": "<td>" * LONG,
    "half tags": "<a " * LONG,
    "angle brackets": "<" * LONG,
    "headers of HTML": "<th>name:" * LONG,
    "commas": "," * LONG,
    "pipes": "|" * LONG,
    "header rows": "name,email\n" * LONG,
    "one header row": "name\temail\t" * LONG,
    "rulers": "|name|\n|-|\n" * LONG,
    "cells that never end": "name,email\n" + '"a,b\n' * LONG,
    "one value": "name: " + "a" * LONG,
    "spaces": "name:" + " " * LONG,
    "labels without values": "name:\n" * LONG,
    "lists": "names:\n- Jane Roe\n" * LONG,
    "a list": "names: [" + '"Jane Roe",' * LONG,
    "beginnings of SQL": "INSERT INTO t (" * LONG,
    "a string of SQL": "INSERT INTO t (name) VALUES ('" + "'" * LONG,
    "rows of SQL": "INSERT INTO t (name) VALUES " + "('Jane Roe')," * LONG,
    "query": "?name=Jane&" * LONG,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", ENDLESS)
def test_a_lot_of_it_is_read_to_its_end(name: str) -> None:
    text = ENDLESS[name][:LONG]
    end = 0
    for field in fields(text):
        assert end <= field.start < field.end <= len(text)
        end = field.end


def test_deep_nesting_hides_nothing() -> None:
    text = '{"a":' * 5000 + '{"email": "j@x.org"}' + "}" * 5000
    assert found(text) == [("EMAIL_ADDRESS", "j@x.org")]


def test_every_row_of_a_long_table_is_read() -> None:
    text = "name,email\n" + "Jane Roe,j@x.org\n" * 5000
    assert len(found(text)) == 10_000


def test_fields_come_one_by_one_and_keep_little() -> None:
    text = '{"name": "Jane Roe", "email": "j@x.org"}\n' * 5000
    tracemalloc.start()
    count = sum(1 for _ in fields(text))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 10_000
    assert peak < 2 * len(text)
