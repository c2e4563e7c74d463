"""A recorded body is the body again, and what many calls share is kept once."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from sluice.server.features.proxy.calls.body import digests_of, put_together, take_apart

KEY = b"k" * 32
LONG = "x" * 200

texts = st.text(max_size=300)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)
bodies = st.dictionaries(texts, values, max_size=6)


@given(bodies)
@settings(max_examples=150, deadline=None)
def test_a_body_taken_apart_and_put_together_is_the_same_body(body: dict[str, object]) -> None:
    recorded = take_apart(body, KEY)
    assert put_together(recorded.skeleton, recorded.texts.__getitem__) == body
    assert digests_of(recorded.skeleton) == set(recorded.texts)


def test_keys_that_look_like_our_own_marks_are_kept_as_they_are() -> None:
    body = {"$": [{"$": LONG}], "texts": {"$": [LONG, ["a"]]}, "list": [["a"], "00ff", []]}
    recorded = take_apart(body, KEY)
    assert put_together(recorded.skeleton, recorded.texts.__getitem__) == body


def test_a_longer_history_adds_its_new_messages_only() -> None:
    turns = [{"role": "user", "content": f"{n} {LONG}"} for n in range(20)]
    before = take_apart({"model": "m", "messages": turns[:-1]}, KEY)
    after = take_apart({"model": "m", "messages": turns}, KEY)
    assert len(set(after.texts) - set(before.texts)) == 1
    assert LONG not in after.skeleton


def test_digests_of_another_conversation_say_nothing() -> None:
    body = {"messages": [LONG]}
    assert not set(take_apart(body, KEY).texts) & set(take_apart(body, b"l" * 32).texts)


def test_a_lone_surrogate_can_be_sealed() -> None:
    recorded = take_apart({"messages": ["\ud800 ü " + LONG]}, KEY)
    for text in recorded.texts.values():
        assert json.loads(text.encode().decode()).startswith("\ud800 ü")


def test_what_is_recorded_is_not_shown() -> None:
    assert LONG not in repr(take_apart({"messages": [LONG]}, KEY))
