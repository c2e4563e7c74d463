"""API tokens and session ids: their form, their checksum, and how they are stored."""

from __future__ import annotations

import math
import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sluice.server.kit import tokens


def test_a_new_token_has_the_prefix_and_at_least_160_bits_and_a_checksum() -> None:
    token = tokens.new_token()
    assert len(token) == 40
    assert token.startswith("slu_")
    assert tokens.looks_like_token(token)
    assert math.log2(62) * tokens.SECRET_LENGTH >= 160


def test_new_tokens_and_session_ids_are_all_different() -> None:
    assert len({tokens.new_token() for _ in range(500)}) == 500
    assert len({tokens.new_session_id() for _ in range(500)}) == 500


def test_the_checksum_stays_the_same_in_every_version() -> None:
    """A fixed token: those that were issued must stay valid."""
    assert tokens.looks_like_token("slu_" + "0" * 30 + "3XHpDC")
    assert not tokens.looks_like_token("slu_" + "0" * 30 + "3XHpDD")


@given(position=st.integers(4, 39), letter=st.sampled_from(string.ascii_letters + string.digits))
def test_every_single_wrong_character_is_noticed(position: int, letter: str) -> None:
    """CRC-32 finds every error burst of up to 32 bits, so each mistyped character."""
    token = tokens.new_token()
    wrong = token[:position] + letter + token[position + 1 :]
    assert tokens.looks_like_token(wrong) is (wrong == token)
    assert tokens.is_mistyped(wrong) is (wrong != token)


@given(position=st.integers(4, 38))
def test_two_swapped_characters_are_noticed(position: int) -> None:
    token = tokens.new_token()
    pair = token[position : position + 2]
    wrong = token[:position] + pair[::-1] + token[position + 2 :]
    assert tokens.looks_like_token(wrong) is (wrong == token)


@pytest.mark.parametrize(
    "text",
    ["", "slu_", "slu_short", "SLU_" + "a" * 36, "slu_" + "ä" * 36, "slu_" + "١" * 36],
)
def test_other_texts_do_not_look_like_tokens(text: str) -> None:
    assert not tokens.looks_like_token(text)


@given(st.text())
@example("slu_\ud800")
def test_any_text_can_be_asked_about(text: str) -> None:
    assert isinstance(tokens.looks_like_token(text), bool)
    assert len(tokens.token_hash(text)) == 64


def test_a_token_with_something_behind_it_is_mistyped() -> None:
    token = tokens.new_token()
    for wrong in (token + "\n", token + "0", token[:-1], token + " "):
        assert tokens.is_mistyped(wrong)


def test_a_text_without_our_prefix_is_not_called_mistyped() -> None:
    assert not tokens.is_mistyped("a-token-that-a-person-has-chosen")


@pytest.mark.parametrize("text", ["x" * 24, "with spaces inside, of length", "!" * 512])
def test_an_administrator_may_choose_a_token_of_24_characters_or_more(text: str) -> None:
    tokens.check_given_token(text)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("x" * 23, "24 to 512"),
        ("x" * 513, "24 to 512"),
        (" " + "x" * 30, "printable ASCII"),
        ("x" * 30 + "\n", "printable ASCII"),
        ("ü" * 30, "printable ASCII"),
        ("x" * 30 + "\x00" + "x", "printable ASCII"),
    ],
)
def test_a_token_that_no_header_can_carry_is_refused_without_quoting_it(
    text: str, problem: str
) -> None:
    with pytest.raises(ValueError, match=problem) as refused:
        tokens.check_given_token(text)
    assert text not in str(refused.value)


def test_a_chosen_token_shows_nothing_of_itself() -> None:
    assert tokens.visible_prefix("a-token-that-a-person-has-chosen") == ""
    token = tokens.new_token()
    assert tokens.visible_prefix(token) == token[:8]


def test_hashes_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def compare(left: bytes, right: bytes) -> bool:
        compared.append((left, right))
        return left == right

    monkeypatch.setattr("sluice.server.kit.tokens.hmac.compare_digest", compare)
    assert tokens.same_hash("a", "a")
    assert not tokens.same_hash("a", "b")
    assert compared == [(b"a", b"a"), (b"a", b"b")]


def test_a_session_id_has_256_bits_and_fits_into_a_cookie() -> None:
    session_id = tokens.new_session_id()
    assert len(session_id) == math.ceil(256 / 6)
    assert set(session_id) <= set(string.ascii_letters + string.digits + "-_")
