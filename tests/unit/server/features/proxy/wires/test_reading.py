"""Where texts stand in JSON values, what they are called, and how they are written back."""

from __future__ import annotations

import gc
import json
import weakref
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.proxy.wires.reading import Reading


def _read(document: str) -> tuple[dict[str, Any], Reading]:
    body = {"content": document}
    reading = Reading()
    reading.json_text(body, "content", "content", "tool")
    return body, reading


def test_with_the_request_its_texts_are_gone() -> None:
    """At once: no cycle keeps them until a collector comes by."""
    body, reading = _read('{"ssn": 78051120, "jane@example.org": ["a", {"b": "c"}]}')
    for leaf in reading.leaves:
        leaf.put("changed")
    reading.write_back()
    held = weakref.ref(reading)
    gc.disable()
    try:
        del body, reading, leaf
        assert held() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("document", "labels"),
    [
        ('{"ssn": "a"}', ["ssn"]),
        ('{"phones": ["a", ["b"]]}', ["phones", "phones"]),
        ('{"phone": {"number": "a"}}', ["phone number"]),
        ('{"number": "a"}', ["number"]),
        ('{"ssn": {"value": "a"}}', ["ssn"]),
        ('{"system": "phone", "value": "a"}', ["system", "phone"]),
        ('{"name": "Password", "type": "text", "value": "a"}', ["name", "type", "Password"]),
        ('{"value": "a"}', ["value"]),
        ('["a"]', [""]),
    ],
)
def test_a_value_is_called_what_its_surroundings_call_it(document: str, labels: list[str]) -> None:
    """By its key, by the key above, or by what another key of its object says."""
    _, reading = _read(document)
    assert [leaf.label for leaf in reading.leaves] == labels


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("78051120", "78051120"),
        ("4539578763621486", "4539578763621486"),
        ("4539578763621486.0", "4539578763621486"),
        ("4.539578763621486e15", "4539578763621486"),
        ("-2025550147", "-2025550147"),
        ("123456", "123456"),
        ("12345", None),
        ("1234567.5", None),
        ("1e999", None),
        ("true", None),
        ("null", None),
    ],
)
def test_whole_numbers_of_six_digits_are_texts(number: str, text: str | None) -> None:
    """An identifier may be written as a number; flags, fractions and small counts are none."""
    _, reading = _read(f'{{"a": {number}, "b": "x"}}')
    assert [leaf.text for leaf in reading.leaves] == ([text] if text else []) + ["x"]


@pytest.mark.parametrize(
    ("document", "texts"),
    [
        ('{"cvv": 123}', ["123"]),
        ('{"employee_id": 12345}', ["12345"]),
        ('{"employee": {"id": 12345}}', ["12345"]),
        ('{"count": 123}', []),
        ('{"line": 12345}', []),
        ("[123]", []),
    ],
)
def test_a_short_number_is_a_text_where_its_name_says_so(document: str, texts: list[str]) -> None:
    """Three digits are a security code where they are called one, else a count."""
    assert [leaf.text for leaf in _read(document)[1].leaves] == texts


def test_a_number_in_which_something_is_found_becomes_a_string() -> None:
    """The others stay numbers as they were written, also what Python writes otherwise."""
    document = '{"ssn": 78051120, "at": 1732118400, "price": 1.10, "big": 1e999, "b": 1E5}'
    body, reading = _read(document)
    for leaf in reading.leaves:
        leaf.put("US_SSN_0" if leaf.label == "ssn" else leaf.text)
    reading.write_back()
    assert body["content"] == document.replace("78051120", '"US_SSN_0"')


def test_a_number_of_a_value_becomes_a_string_in_place() -> None:
    """Also in a list, and back again when it is put anew."""
    body: dict[str, Any] = {"metadata": {"ids": [4539578763621486, 3]}}
    reading = Reading()
    reading.values(body, "metadata", "metadata", "client")
    (leaf,) = reading.leaves
    leaf.put("CREDIT_CARD_0")
    assert body["metadata"]["ids"] == ["CREDIT_CARD_0", 3]
    leaf.put(leaf.text)
    assert body["metadata"]["ids"] == [4539578763621486, 3]
    assert reading.coverage()["scanned"] == {"metadata.ids[]": 1}


def test_leaves_may_be_put_several_times_their_keys_too() -> None:
    """A call is cleansed again when another one was faster: no raw key comes back by that."""
    body: dict[str, Any] = {"metadata": {"Jane Roe": "a", "b": 1, "John Poe": {"c": "d"}}}
    reading = Reading()
    reading.values(body, "metadata", "metadata", "client")
    for attempt in range(3):
        for number, leaf in enumerate(reading.leaves):
            leaf.put(f"{number}.{attempt}")
        reading.write_back()
        assert body["metadata"] == {
            f"1.{attempt}": f"0.{attempt}",
            "b": 1,
            f"3.{attempt}": {"c": f"2.{attempt}"},
        }


@pytest.mark.parametrize(
    ("key", "is_text"),
    [
        ("name", False),
        ("customer_phone", False),
        ("customerPhone", False),
        ("apiURL", False),
        ("$ref", False),
        ("_id", False),
        ("AKIA" + "Q7ZP2MLK4VXW8RTB", True),
        ("ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a", True),
        ("DE89370400440532013000", True),
        ("jane.roe@example.org", True),
        ("jane.roe", True),
        ("Jane", True),
        ("Jane Roe", True),
        ("078-05-1120", True),
        ("a" * 65, True),
    ],
)
def test_a_key_that_may_be_a_value_is_a_text_and_stands_in_no_path(key: str, is_text: bool) -> None:
    """Names of fields are made of words; anything else is looked at like a value."""
    body: dict[str, Any] = {"metadata": {key: {"of": "x"}}, key: "y"}
    reading = Reading()
    reading.values(body, "metadata", "metadata", "client")
    reading.unknown(body, {"metadata"}, "", "client")
    shown = "?" if is_text else key
    assert reading.leaves[0].path == f"metadata.{shown}.of"
    assert reading.leaves[2 if is_text else -1].path == shown
    assert [leaf.text for leaf in reading.leaves].count(key) == int(is_text)
    for leaf in reading.leaves:
        leaf.put("T" if leaf.text == key else leaf.text)
    assert body == ({"metadata": {"T": {"of": "x"}}, "T": "y"} if is_text else body)


def test_a_key_is_one_text_however_often_it_stands_there() -> None:
    """In each document, which is written anew where it changed."""
    rows = [{"Jane Roe": 1}, {"Jane Roe": 2}]
    body = {"a": json.dumps(rows), "b": json.dumps(rows), "c": rows}
    reading = Reading()
    for name in ("a", "b"):
        reading.json_text(body, name, name, "tool")
    reading.values(body, "c", "c", "tool")
    assert [leaf.text for leaf in reading.leaves] == ["Jane Roe"] * 3
    for leaf in reading.leaves:
        leaf.put("PERSON_0")
    reading.write_back()
    renamed = [{"PERSON_0": 1}, {"PERSON_0": 2}]
    assert (body["c"], json.loads(str(body["a"]))) == (renamed, renamed)
    assert body["a"] == body["b"]


def test_keys_that_become_the_same_stay_two() -> None:
    """Two ways to write one name have one placeholder; no value is lost by that."""
    body: dict[str, Any] = {"metadata": {"Jos\u00e9": 1, "Jose\u0301": 2}}
    reading = Reading()
    reading.values(body, "metadata", "metadata", "client")
    for _ in range(2):
        for leaf in reading.leaves:
            leaf.put("PERSON_0")
        assert list(body["metadata"].values()) == [1, 2]
        assert {key.strip() for key in body["metadata"]} == {"PERSON_0"}


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=12,
)


@settings(deadline=None, max_examples=150)
@given(st.lists(_JSON, min_size=1, max_size=3), st.integers(0, 3))
def test_a_document_in_which_nothing_is_found_stays_as_it_was(value: Any, indent: int) -> None:  # noqa: ANN401 - any JSON value
    """Byte for byte, and equal where one text of it was changed to itself and back."""
    document = json.dumps(value, indent=indent or None)
    body, reading = _read(document)
    for leaf in reading.leaves:
        leaf.put(leaf.text)
    reading.write_back()
    assert body["content"] == document
    for number, leaf in enumerate(reading.leaves):
        leaf.put(f"PERSON_{number}")
    for leaf in reading.leaves:
        leaf.put(leaf.text)
    reading.write_back()
    assert json.loads(body["content"]) == value
