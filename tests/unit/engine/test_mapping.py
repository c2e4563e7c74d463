"""One conversation: what is issued, what is reserved, what is stored."""

from __future__ import annotations

import json

import pytest

from sluice.engine import (
    Action,
    EngineError,
    Entry,
    Finding,
    Mapping,
    Policy,
    RawText,
    Rule,
    cleanse,
    hydrate,
)
from sluice.engine.placeholders import NUMBER_LIMIT

KEY = bytes(range(32))


def _issue(
    mapping: Mapping, original: str, kind: str = "PERSON", action: Action = Action.MASK
) -> str:
    return mapping.issue(kind, RawText(original), action).placeholder


def test_numbers_count_up_from_0_for_each_type() -> None:
    """In order of appearance; the same original keeps its placeholder under any type."""
    mapping = Mapping()
    assert _issue(mapping, "Jane") == "PERSON_0"
    assert _issue(mapping, "Bob") == "PERSON_1"
    assert _issue(mapping, "jane@x.org", "EMAIL_ADDRESS") == "EMAIL_ADDRESS_0"
    assert _issue(mapping, "Jane", "LOCATION") == "PERSON_0"
    assert _issue(mapping, "Kay") == "PERSON_2"


def test_canonically_equivalent_originals_are_one() -> None:
    """NFC decides: é as one code point or two; case and spaces count."""
    mapping = Mapping()
    assert _issue(mapping, "José") == _issue(mapping, "Jose\u0301") == "PERSON_0"
    assert _issue(mapping, "josé") == "PERSON_1"
    assert _issue(mapping, "José ") == "PERSON_2"
    assert _issue(mapping, "Ｊosé") == "PERSON_3"


def test_each_action_has_its_own_placeholder() -> None:
    """A value that is redacted can never come back through its masked entry, nor the reverse."""
    mapping = Mapping()
    masked = _issue(mapping, "jane@x.org", "EMAIL_ADDRESS")
    redacted = _issue(mapping, "jane@x.org", "EMAIL_ADDRESS", Action.REDACT)
    replaced = _issue(mapping, "jane@x.org", "EMAIL_ADDRESS", Action.REPLACE)
    assert (masked, redacted) == ("EMAIL_ADDRESS_0", "EMAIL_ADDRESS_1")
    assert replaced not in {masked, redacted}
    text = f"{masked} {redacted} {replaced}"
    assert hydrate(text, mapping).text == f"jane@x.org {redacted} jane@x.org"


def test_redacted_originals_are_not_kept() -> None:
    """Only the keyed hash, which finds the same original again."""
    mapping = Mapping()
    first = mapping.issue("PERSON", RawText("Jane"), Action.REDACT)
    assert first.original is None
    assert mapping.issue("PERSON", RawText("Jane"), Action.REDACT) is first


def test_no_repr_shows_an_original() -> None:
    """Neither of the mapping, its entries, nor what cleanse and hydrate return."""
    mapping = Mapping(key=KEY)
    text = "Jane Doe here"
    done = cleanse(text, [Finding(0, 8, "PERSON")], mapping)
    back = hydrate(done.text, mapping)
    for shown in (mapping, mapping.entries, done, back, back.items, mapping.added):
        assert "Jane" not in repr(shown)
        assert KEY.hex() not in repr(shown)
        assert "here" not in repr(shown)


@pytest.mark.parametrize(
    ("typed", "kind", "issued"),
    [
        ("PERSON_0", "PERSON", "PERSON_1"),
        ("person 0 and Person-1", "PERSON", "PERSON_2"),
        ("PERSON\\_0", "PERSON", "PERSON_1"),
        ("<PERSON_0>", "PERSON", "PERSON_1"),
        ("**__PERSON_0__**", "PERSON", "PERSON_1"),
        ("PERSON_00 PERSON_0x xPERSON_0", "PERSON", "PERSON_0"),
        ("PERSON_1", "PERSON", "PERSON_0"),
        ("email address 0", "EMAIL_ADDRESS", "EMAIL_ADDRESS_1"),
        ("Email-Address_0", "EMAIL_ADDRESS", "EMAIL_ADDRESS_1"),
        ("email address 0", "ADDRESS", "ADDRESS_1"),
        ("EMAIL_ADDRESS_0", "ADDRESS", "ADDRESS_0"),
        ("PERSON_0", "US_PERSON", "US_PERSON_0"),
        ("the US PERSON_0", "US_PERSON", "US_PERSON_1"),
        ("in 0", "PERSON", "PERSON_0"),
    ],
)
def test_typed_numbers_are_skipped(typed: str, kind: str, issued: str) -> None:
    """In any form that would be read as the placeholder, and in no other."""
    mapping = Mapping()
    mapping.reserve(typed)
    assert _issue(mapping, "Jane", kind) == issued


def test_reservations_outlive_their_turn() -> None:
    """PERSON_2 typed in turn 1 is not issued in turn 3, through a store that holds JSON."""
    mapping = Mapping(key=KEY)
    cleanse("what is PERSON_2?", [], mapping)
    for name in ("Jane", "Bob", "Kay"):
        stored = json.loads(json.dumps(mapping.reserved))
        mapping = Mapping(mapping.entries, key=KEY, reserved=stored)
        cleanse(name, [Finding(0, 3, "PERSON")], mapping)
    assert [entry.placeholder for entry in mapping.entries] == ["PERSON_0", "PERSON_1", "PERSON_3"]


def test_reserved_is_small_and_sorted() -> None:
    """Two names for each typed number at most, however often it is typed."""
    mapping = Mapping()
    mapping.reserve("see PERSON_3 PERSON_1 PERSON_3. " * 1000)
    assert mapping.reserved == {"PERSON": [1, 3], "_PERSON": [3]}


def test_new_entries_are_told_once() -> None:
    """`added` since construction, `take_new` since it was last called."""
    mapping = Mapping()
    _issue(mapping, "Jane")
    assert [e.placeholder for e in mapping.take_new()] == ["PERSON_0"]
    _issue(mapping, "Bob")
    _issue(mapping, "Jane")
    assert [e.placeholder for e in mapping.take_new()] == ["PERSON_1"]
    assert mapping.take_new() == ()
    assert len(mapping.added) == len(mapping) == 2
    again = Mapping(mapping.entries, key=mapping.key)
    assert again.added == again.take_new() == ()


def test_a_stored_conversation_goes_on() -> None:
    """Entries, key and reserved numbers give back the same placeholders, masked and redacted."""
    mapping = Mapping(key=KEY)
    names = [_issue(mapping, "Jane"), _issue(mapping, "Bob", action=Action.REDACT)]
    names.append(_issue(mapping, "10.1.2.3", "IP_ADDRESS", Action.REPLACE))
    again = Mapping(mapping.entries, key=KEY)
    assert _issue(again, "Jane") == names[0]
    assert _issue(again, "Bob", action=Action.REDACT) == names[1]
    assert _issue(again, "10.1.2.3", "IP_ADDRESS", Action.REPLACE) == names[2]
    assert again.added == ()
    assert _issue(again, "Kay") == "PERSON_2"


def test_another_key_knows_nothing() -> None:
    """The lookups of two conversations cannot be joined."""
    one, two = Mapping(), Mapping()
    _issue(one, "Jane")
    _issue(two, "Jane")
    assert one.entries[0].lookup != two.entries[0].lookup


def test_entries_that_contradict_each_other_are_refused() -> None:
    """A placeholder or a lookup twice: the store is broken, and the message quotes nothing."""
    jane = Entry("PERSON_0", "PERSON", Action.MASK, b"1", RawText("Jane"))
    bob = Entry("PERSON_0", "PERSON", Action.MASK, b"2", RawText("Bob"))
    kay = Entry("PERSON_1", "PERSON", Action.MASK, b"1", RawText("Kay"))
    for other in (bob, kay):
        with pytest.raises(ValueError, match="Entry 1") as caught:
            Mapping([jane, other])
        assert "Bob" not in str(caught.value)


def test_a_short_key_is_refused() -> None:
    """Fewer than 16 bytes can be guessed."""
    with pytest.raises(ValueError, match="16 bytes"):
        Mapping(key=b"short")


def _failing_turn(mapping: Mapping) -> None:
    with mapping.atomic():
        mapping.reserve("PERSON_7 PERSON_8 LOCATION_1")
        _issue(mapping, "Bob")
        raise KeyError


def test_an_error_in_a_turn_undoes_the_turn() -> None:
    """What was issued and reserved before the error is gone, what was there before stays."""
    mapping = Mapping()
    _issue(mapping, "Jane")
    mapping.reserve("PERSON_7")
    before = (mapping.entries, mapping.reserved)
    with pytest.raises(KeyError):
        _failing_turn(mapping)
    assert (mapping.entries, mapping.reserved) == before
    assert hydrate("PERSON_0 PERSON_1", mapping).text == "Jane PERSON_1"
    assert _issue(mapping, "Kay") == "PERSON_1"


def test_a_conversation_without_numbers_refuses() -> None:
    """After the last number nothing is issued that could not be restored."""
    last = Entry(f"PERSON_{NUMBER_LIMIT - 1}", "PERSON", Action.MASK, b"1", RawText("Jane"))
    mapping = Mapping([last])
    with pytest.raises(EngineError, match="no number left for PERSON"):
        cleanse("Bob", [Finding(0, 3, "PERSON")], mapping)
    assert len(mapping) == 1


def test_a_stand_in_is_never_one_that_was_typed() -> None:
    """With every documentation address but one typed in an earlier turn, that one is drawn."""
    ranges = ("192.0.2", "198.51.100", "203.0.113")
    every = [f"{net}.{host}" for net in ranges for host in range(1, 255)]
    drawn = set()
    for index in range(40):
        mapping = Mapping(key=KEY)
        mapping.reserve(" ".join(a for a in every if a != "203.0.113.9"))
        drawn.add(_issue(mapping, f"10.0.0.{index}", "IP_ADDRESS", Action.REPLACE))
    assert drawn <= {"203.0.113.9", "IP_ADDRESS_0"}


@pytest.mark.parametrize("lines", [1, 5_000], ids=["short", "long"])
def test_what_was_typed_is_known_however_late_it_matters(lines: int) -> None:
    """Texts are looked through when a stand-in is drawn or what is reserved is stored."""
    typed = "".join(f"line {n}: see 203.0.113.7\n" for n in range(lines))
    first, second = Mapping(key=KEY), Mapping(key=KEY)
    first.reserve(typed)
    second.reserve(typed)
    second.reserve(typed)
    _issue(second, "10.0.0.1", "IP_ADDRESS", Action.REPLACE)
    assert first.reserved["="] == second.reserved["="]
    assert Mapping(key=KEY, reserved=first.reserved).reserved == first.reserved


def _failing_replacement(mapping: Mapping) -> None:
    with mapping.atomic():
        mapping.reserve("to 203.0.113.8")
        _issue(mapping, "10.0.0.1", "IP_ADDRESS", Action.REPLACE)
        raise KeyError


def test_an_error_in_a_turn_forgets_its_look_alikes_alone() -> None:
    """Also where a stand-in was drawn in it."""
    mapping = Mapping(key=KEY)
    mapping.reserve("from 203.0.113.7")
    expected = Mapping(key=KEY)
    expected.reserve("from 203.0.113.7")
    with pytest.raises(KeyError):
        _failing_replacement(mapping)
    assert mapping.reserved == expected.reserved


def test_stand_ins_run_out_into_placeholders() -> None:
    """There are 762 addresses for documentation: each is given once, then numbers follow."""
    mapping = Mapping(key=KEY)
    text = "\n".join(f"10.0.{high}.{low}" for high in range(6) for low in range(200))
    findings, at = [], 0
    for line in text.split("\n"):
        findings.append(Finding(at, at + len(line), "IP_ADDRESS"))
        at += len(line) + 1
    done = cleanse(text, findings, mapping, Policy(default=Rule(Action.REPLACE)))
    assert len({item.placeholder for item in done.items}) == 1200
    assert any(item.placeholder.startswith("IP_ADDRESS_") for item in done.items)
    assert hydrate(done.text, mapping).text == text


def test_numbers_can_be_drawn_from_a_larger_number_space() -> None:
    """Numbers that are reserved here, or that an entry has, are drawn again."""
    numbers = iter([4, 5, 6, 7])
    held = Mapping(key=KEY).issue("PERSON", RawText("Bob"), Action.MASK)
    five = Entry("PERSON_5", "PERSON", Action.MASK, held.lookup, RawText("Bob"))
    mapping = Mapping([five], key=KEY, draw=lambda _: next(numbers))
    mapping.reserve("as PERSON_6 said")
    assert _issue(mapping, "Bob") == "PERSON_5"
    assert _issue(mapping, "Jane") == "PERSON_4"
    assert _issue(mapping, "Kay") == "PERSON_7"


def test_a_stand_in_that_somebody_else_has_is_never_drawn() -> None:
    first = _issue(Mapping(key=KEY), "jane@x.org", "EMAIL_ADDRESS", Action.REPLACE)
    mapping = Mapping(key=KEY)
    mapping.never_draw([first])
    assert _issue(mapping, "jane@x.org", "EMAIL_ADDRESS", Action.REPLACE) != first


def test_a_lookup_finds_the_entry_of_an_original() -> None:
    mapping = Mapping(key=KEY)
    entry = mapping.issue("PERSON", RawText("Jane"), Action.MASK)
    assert mapping.lookup(Action.MASK, "Jane") == entry.lookup
    assert mapping.lookup(Action.REDACT, "Jane") != entry.lookup


def test_a_copy_goes_on_by_itself() -> None:
    """It holds the same; what is issued or reserved in one is not in the other."""
    mapping = Mapping(key=KEY)
    assert _issue(mapping, "Jane") == "PERSON_0"
    _issue(mapping, "jane@x.org", "EMAIL_ADDRESS", Action.REPLACE)
    mapping.reserve("PERSON_1")
    copy = mapping.copy()
    assert (copy.entries, copy.added, copy.take_new(), copy.reserved) == (
        mapping.entries,
        (),
        (),
        {},
    )
    assert _issue(copy, "Bob") == "PERSON_1"
    assert _issue(mapping, "Kay") == "PERSON_2"
    both = "PERSON_0, PERSON_1, PERSON_2 and " + mapping.entries[1].placeholder
    assert hydrate(both, copy).text == "Jane, Bob, PERSON_2 and jane@x.org"
    assert hydrate(both, mapping).text == "Jane, PERSON_1, Kay and jane@x.org"


def test_known_entries_can_be_taken_in_before_anything_is_issued() -> None:
    first = Mapping(key=KEY)
    _issue(first, "Jane")
    mapping = Mapping(key=KEY)
    mapping.add_known(first.entries)
    assert mapping.take_new() == ()
    assert _issue(mapping, "Jane") == "PERSON_0"
    assert _issue(mapping, "Bob") == "PERSON_1"
    with pytest.raises(ValueError, match="issued"):
        mapping.add_known(first.entries)


def test_a_single_number_can_be_reserved() -> None:
    mapping = Mapping()
    mapping.reserve_number("PERSON", 0)
    assert _issue(mapping, "Jane") == "PERSON_1"
