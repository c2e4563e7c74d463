"""Sealing: what is sealed opens in its place, under its key, unchanged; else nothing opens."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.kit.sealing import (
    DataKey,
    MasterKeys,
    Place,
    SealingError,
    new_data_key,
    new_master_key,
    parse_master_keys,
)

PLACE = Place("chats", "raw_input_sealed", "7", "thread:1")
CANARY = "jane@example.org"


@given(st.text())
@settings(max_examples=50)
def test_a_sealed_text_opens_to_the_same_text(text: str) -> None:
    key = new_data_key()
    assert key.open(key.seal(text, PLACE), PLACE) == text


def test_the_same_text_is_never_sealed_the_same_way() -> None:
    key = new_data_key()
    assert key.seal(CANARY, PLACE) != key.seal(CANARY, PLACE)


@pytest.mark.parametrize("part", ["table", "column", "row", "thread"])
def test_a_sealed_value_that_was_moved_does_not_open(part: str) -> None:
    key = new_data_key()
    elsewhere = dataclasses.replace(PLACE, **{part: "elsewhere"})
    with pytest.raises(SealingError, match="does not open"):
        key.open(key.seal(CANARY, PLACE), elsewhere)


def test_places_that_read_alike_when_joined_are_different_places() -> None:
    one, other = Place("a", "bc", "d"), Place("ab", "c", "d")
    assert one.associated_data() != other.associated_data()


def _flip(position: int) -> Callable[[bytes], bytes]:
    def flipped(envelope: bytes) -> bytes:
        changed = bytearray(envelope)
        changed[position] ^= 1
        return bytes(changed)

    return flipped


@pytest.mark.parametrize(
    "change",
    [_flip(0), _flip(3), _flip(12), _flip(25), _flip(-1), lambda e: e[:-1], lambda e: b""],
    ids=["version", "key id", "nonce", "text", "tag", "cut", "empty"],
)
def test_a_changed_value_does_not_open_and_the_error_does_not_quote_it(
    change: Callable[[bytes], bytes],
) -> None:
    key = new_data_key()
    with pytest.raises(SealingError) as caught:
        key.open(change(key.seal(CANARY, PLACE)), PLACE)
    assert CANARY not in str(caught.value)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(SealingError):
        new_data_key().open(new_data_key().seal(CANARY, PLACE), PLACE)


def test_deterministic_encryption_joins_equal_texts_under_one_key_only() -> None:
    one, other = new_data_key(), new_data_key()
    assert one.deterministic(CANARY) == one.deterministic(CANARY)
    assert one.deterministic(CANARY) != other.deterministic(CANARY)
    assert one.deterministic(CANARY) != one.deterministic(CANARY + "x")


def test_keys_for_different_purposes_differ_and_repr_shows_none() -> None:
    key = DataKey(b"k" * 32)
    assert key.lookup_key != b"k" * 32
    assert "kkk" not in repr(key)
    assert key.lookup_key.hex() not in repr(key)


def test_a_rotated_master_key_still_opens_what_the_old_one_wrapped() -> None:
    old, new = new_master_key(), new_master_key()
    data_key = new_data_key()
    wrapped = parse_master_keys(old).wrap(data_key, PLACE)
    both = parse_master_keys(f"{new}\n{old}\n")
    assert both.unwrap(wrapped, PLACE).lookup_key == data_key.lookup_key
    assert both.current_id == parse_master_keys(new).current_id


def test_a_missing_master_key_is_named_by_its_id() -> None:
    wrapped = parse_master_keys(new_master_key()).wrap(new_data_key(), PLACE)
    with pytest.raises(SealingError, match=r"the master key [0-9a-f]{16} is missing"):
        parse_master_keys(new_master_key()).unwrap(wrapped, PLACE)


@pytest.mark.parametrize("text", ["", "short", "!" * 44, "QUJD"])
def test_what_is_no_master_key_is_refused_without_being_quoted(text: str) -> None:
    with pytest.raises(SealingError) as caught:
        parse_master_keys(text)
    assert not text or text not in str(caught.value)


def test_a_master_key_has_32_bytes() -> None:
    with pytest.raises(SealingError, match="32 bytes"):
        MasterKeys([b"x" * 31])
