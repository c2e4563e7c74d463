"""Answers: originals come back, new data does not go out, and both sides are remembered."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sluice.engine import Action, Detector, Finding, Mapping, Policy, RawText, Rule
from sluice.server.features.proxy.answers.restoring import AnswerPolicy, AnswerRestorer
from sluice.server.features.proxy.wires.wire import AnswerBlocked

NEW = "new@example.org"
PATTERNS = Detector(names=None)
RESTORED_ALONE = AnswerPolicy(Policy(), lambda text: [])
"""Originals come back, and nothing else is found."""


def _mapping() -> Mapping:
    mapping = Mapping()
    mapping.issue("PERSON", RawText('Jane "J" Roe'), Action.MASK)
    mapping.issue("PERSON", RawText("secret"), Action.REDACT)
    return mapping


def _finds_new(text: str) -> Sequence[Finding]:
    at = text.find(NEW)
    return [Finding(at, at + len(NEW), "EMAIL_ADDRESS")] if at >= 0 else []


def _policy(action: Action) -> AnswerPolicy:
    return AnswerPolicy(Policy(default=Rule(action)), _finds_new)


def test_channels_restore_and_remember_both_sides_by_path() -> None:
    restorer = AnswerRestorer(_mapping(), RESTORED_ALONE)
    text = restorer.channel("choices[0].message.content")
    arguments = restorer.channel("choices[0].tool_calls[0]", json_string=True)
    said = text.feed("To PERS")
    assert text.held == len("To PERS") - len(said)
    given = arguments.feed('{"to": "PERSON_0')
    said += text.feed("ON_0 and PERSON_1")
    assert said + text.finish() == 'To Jane "J" Roe and PERSON_1'
    given += arguments.feed('"}')
    assert given + arguments.finish() == '{"to": "Jane \\"J\\" Roe"}'
    first, second = restorer.told
    assert (first.raw, first.sent) == (
        "To PERSON_0 and PERSON_1",
        'To Jane "J" Roe and PERSON_1',
    )
    assert (second.path, second.sent) == (
        "choices[0].tool_calls[0]",
        '{"to": "Jane \\"J\\" Roe"}',
    )
    assert restorer.restored == 2
    assert "Roe" not in repr(restorer.told)


def test_any_json_value_is_restored_in_strings_and_keys() -> None:
    restorer = AnswerRestorer(_mapping(), RESTORED_ALONE)
    value = {"PERSON_0": ["PERSON_0!", 1, None, {"a": "PERSON_1"}], "b": ""}
    assert restorer.values(value, "input") == {
        'Jane "J" Roe': ['Jane "J" Roe!', 1, None, {"a": "PERSON_1"}],
        "b": "",
    }


def test_a_value_of_an_answer_is_found_by_its_key_and_a_key_is_scanned_too() -> None:
    """A number in which something is found becomes a string; other numbers stay numbers."""
    policy = AnswerPolicy(Policy(default=Rule(Action.REDACT)), PATTERNS.analyze)
    restorer = AnswerRestorer(_mapping(), policy)
    value = {
        "ssn": "219099999",
        "card": 4539578763621486,
        "at": 1732118400,
        "by mail": {"jane.roe@example.org": ["PERSON_0"]},
        "rows": [1.5, True, None],
    }
    assert restorer.values(value, "input") == {
        "ssn": "US_SSN_0",
        "card": "CREDIT_CARD_0",
        "at": 1732118400,
        "by mail": {"EMAIL_ADDRESS_0": ['Jane "J" Roe']},
        "rows": [1.5, True, None],
    }
    assert sum(restorer.counts.values()) == 3
    assert restorer.restored == 1
    (told,) = restorer.told
    assert "PERSON_0" in told.raw
    assert "ssn" in told.sent


def _reaches_over_edges(text: str) -> Sequence[Finding]:
    found = re.search("one.*?two", text)
    return [Finding(*found.span(), "SECRET")] if found else []


@pytest.mark.parametrize(
    ("value", "restored"),
    [
        ({"a": "one", "b": "two"}, {"a": "one", "b": "two"}),
        ({"a": "one two", "b": "PERSON_0"}, {"a": "SECRET", "b": 'Jane "J" Roe'}),
        ({"one": "two"}, {"one": "two"}),
        (["one", ["two", {"a": "one two"}]], ["one", ["two", {"a": "SECRET"}]]),
    ],
)
def test_a_finding_over_the_edges_of_values_leaves_the_answer_json(
    value: object, restored: object
) -> None:
    """Then each value is looked at alone, and nothing is counted twice."""
    policy = AnswerPolicy(Policy(default=Rule(Action.REDACT)), _reaches_over_edges)
    restorer = AnswerRestorer(_mapping(), policy)
    said = json.dumps(restorer.values(value, "input"))
    assert json.loads(re.sub(r"SECRET_\d", "SECRET", said)) == restored
    assert sum(restorer.counts.values()) == said.count("SECRET_")


def test_what_is_nested_too_deep_to_be_looked_at_is_not_sent_on() -> None:
    """As in requests, where it is refused."""
    value: object = "PERSON_0"
    for _ in range(70):
        value = [value]
    restored = AnswerRestorer(_mapping(), RESTORED_ALONE).values(value, "x")
    assert json.dumps(restored).strip("[]") == "null"


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=6))
def test_new_data_is_redacted_however_the_answer_is_split(cuts: list[int]) -> None:
    mapping = _mapping()
    restorer = AnswerRestorer(mapping, _policy(Action.REDACT))
    channel, text = restorer.channel("x"), f"PERSON_0 says: write to {NEW}, please."
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(edges)]
    said = "".join([channel.feed(piece) for piece in pieces]) + channel.finish()
    assert said == 'Jane "J" Roe says: write to EMAIL_ADDRESS_0, please.'
    assert restorer.told[0].raw == text
    assert restorer.counts == {("EMAIL_ADDRESS", Action.REDACT): 1}
    assert [entry.original for entry in mapping.entries[2:]] == [None]


def test_whole_texts_are_scanned_too() -> None:
    restorer = AnswerRestorer(_mapping(), _policy(Action.MASK))
    assert restorer.text(f"PERSON_0: {NEW}", "x") == 'Jane "J" Roe: EMAIL_ADDRESS_0'
    assert restorer.counts == {("EMAIL_ADDRESS", Action.MASK): 1}
    assert restorer.restored == 1


def _whole(restorer: AnswerRestorer) -> str:
    return restorer.text(f"Write to {NEW}.", "x")


def _piece(restorer: AnswerRestorer) -> str:
    return restorer.channel("x").feed(f"Write to {NEW}. And then it is over, as it should be.\n\n")


def _end(restorer: AnswerRestorer) -> str:
    channel = restorer.channel("x")
    return channel.feed(NEW) + channel.finish()


@pytest.mark.parametrize("answering", [_whole, _piece, _end])
def test_a_blocked_answer_says_what_was_found_and_no_text(
    answering: Callable[[AnswerRestorer], str],
) -> None:
    restorer = AnswerRestorer(_mapping(), _policy(Action.BLOCK))
    with pytest.raises(AnswerBlocked) as refusal:
        answering(restorer)
    assert refusal.value.counts == {"EMAIL_ADDRESS": 1}
    assert refusal.value.__cause__ is refusal.value.__context__ is None
    assert restorer.told[0].sent == ""


_KEYS = st.sampled_from(["a", "ssn", "card", "to", "PERSON_0", NEW, "rows", "\u00e9"])
_LEAVES = st.sampled_from(
    ["PERSON_0", "Dear PERSON_0,", NEW, "\u00e9", "219-09-9999", f'say "hi" to {NEW}', "a\nb", ""]
) | st.sampled_from([219099999, 4539578763621486, 7, 1.5, True, None, -3])
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(_KEYS, _VALUES, max_size=3),
    st.lists(st.integers(0, 200), max_size=6),
    st.booleans(),
)
def test_a_value_is_treated_like_the_same_value_in_pieces_of_its_text(
    value: dict[str, Any], cuts: list[int], as_ascii: bool
) -> None:
    """Vendors send a tool's arguments as a value, as text, or as a stream of text.

    A number that only a later label makes one is left out: what was sent cannot be taken back.
    """
    assume(not _is_labelled_later(list(_leaves(value))))
    policy = AnswerPolicy(Policy(default=Rule(Action.REDACT)), PATTERNS.analyze)
    whole = AnswerRestorer(_mapping(), policy).values(value, "input")
    channel = AnswerRestorer(_mapping(), policy).channel("input", json_string=True)
    text = json.dumps(value, ensure_ascii=as_ascii)
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    said = "".join([channel.feed(text[a:b]) for a, b in pairwise(edges)]) + channel.finish()
    assert _unnumbered(json.loads(said)) == _unnumbered(whole)


def _leaves(value: object, labelled: bool = False) -> Iterator[tuple[bool, object]]:
    """Each leaf in its order, and whether it stands under the key `ssn`."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, labelled or key == "ssn")
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, labelled)
    else:
        yield labelled, value


def _is_labelled_later(leaves: list[tuple[bool, object]]) -> bool:
    return any(
        not labelled and (True, leaf) in leaves[index:]
        for index, (labelled, leaf) in enumerate(leaves)
    )


def _unnumbered(value: object) -> str:
    return re.sub(r"(EMAIL_ADDRESS|US_SSN|CREDIT_CARD)_\d+", r"\1", json.dumps(value))
