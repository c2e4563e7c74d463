"""Keys in every spelling name what they mean, and others nothing."""

from __future__ import annotations

import pytest

from sluice.engine.detectors import PATTERNS
from sluice.engine.reading import keys
from sluice.engine.reading.key_names import ENDINGS, WHOLE
from sluice.engine.reading.keys import LONGEST, Names, Sort, company, key_words, meaning_of
from sluice.engine.tagging import TAGGED

SAME = (
    "first_name",
    "firstName",
    "FirstName",
    "first-name",
    "FIRST NAME",
    "First Name *",
    "customer_first_name",
    "Your first name",
    "firstName1",
    "First name (legal)",
    "first_name_value",
    "Prénom",
    "PRÉNOM",
    "apellidos",
    "Vorname",
    "nombre del paciente",
    "patientName",
    "Name of the applicant",
)


THINGS = (
    "product name",
    "file_name",
    "hostname",
    "className",
    "event name",
    "bind_address",
    "memory address",
    "email_template_id",
    "has_email",
    "name_of_the_game",
    "x",
    "",
    "42",
    "_",
)


@pytest.mark.parametrize("key", SAME)
def test_every_spelling_names_a_person(key: str) -> None:
    meaning = meaning_of(key)
    assert meaning is not None
    assert meaning.sort is Sort.SURE
    assert meaning.entity_types[0] == "PERSON"


@pytest.mark.parametrize("key", THINGS)
def test_names_of_things_mean_nothing(key: str) -> None:
    assert meaning_of(key) is None


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("homeAddress", ["home", "address"]),
        ("XMLName", ["xml", "name"]),
        ("Straße", ["strasse"]),
        ("e-mail", ["e", "mail"]),
        ("N.º de DNI", ["n", "o", "de", "dni"]),
        ("phone2", ["phone"]),
        ("your_city", ["city"]),
    ],
)
def test_words_of_a_key_are_plain(key: str, words: list[str]) -> None:
    assert key_words(key) == words


def test_a_long_key_means_nothing() -> None:
    assert meaning_of("a" * LONGEST + " email") is None


def test_every_name_of_the_tables_is_found_as_it_stands_there() -> None:
    for types, row in (*ENDINGS, *WHOLE):
        for name in row.split("|"):
            meaning = meaning_of(name)
            assert meaning is not None, name
            assert types[0] in meaning.entity_types, name


def test_every_type_that_a_name_stands_for_is_found_by_a_pattern_or_a_tag_too() -> None:
    found = TAGGED.union(*(pattern.entity_types for pattern in PATTERNS))
    named = {entity_type for types, _ in (*ENDINGS, *WHOLE) for entity_type in types}
    assert named <= found


def test_no_name_stands_for_two_things() -> None:
    rows = [name for _, row in (*ENDINGS, *WHOLE) for name in row.split("|")]
    assert sorted(name for name in set(rows) if rows.count(name) > 1) == []


@pytest.mark.parametrize(
    ("keys", "parent", "expected"),
    [
        (["email"], "", "person"),
        (["gender", "id"], "", "person"),
        ([], "users", "person"),
        (["price"], "", "thing"),
        ([], "metadata", "thing"),
        (["latitude"], "", "place"),
        (["vatId"], "", "firm"),
    ],
)
def test_neighbours_say_whose_a_name_is(keys: list[str], parent: str, expected: str) -> None:
    beside = company(keys, parent, Names())
    assert getattr(beside, expected)
    others = {"person", "thing", "place", "firm"} - {expected}
    assert not any(getattr(beside, other) for other in others)


def test_names_remembers_within_bounds_and_keeps_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_MOST_KNOWN", 100)
    names = Names()
    for number in range(1_000):
        assert names.meaning(f"key {number} x") is None
        assert names.meaning("e-mail") == meaning_of("e-mail")
    assert len(names._known) <= 100
    assert {type(known) for known in names._known} == {int}
