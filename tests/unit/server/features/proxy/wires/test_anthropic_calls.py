"""Whom a call is made for, what it goes on from, and what is put into its body."""

from __future__ import annotations

from typing import Any

import pytest

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.wires.anthropic.complete import AnthropicComplete
from sluice.server.features.proxy.wires.anthropic.messages import AnthropicMessages
from sluice.server.features.proxy.wires.reading import Reading

MESSAGES = AnthropicMessages()
COMPLETE = AnthropicComplete()


def body_of(**fields: object) -> dict[str, Any]:
    """A request."""
    return {"model": "m", "max_tokens": 9, "messages": [], **fields}


USERS: dict[str, tuple[str, str | None, str | None]] = {
    "plain": ("somebody", "somebody", None),
    "session_in_text": (
        "user_ab12_account_77aa_session_0f8fad5b-d9cb-469f-a165-70867728950e",
        "user_ab12_account_77aa",
        "0f8fad5b-d9cb-469f-a165-70867728950e",
    ),
    "session_in_json": (
        '{"session_id": "0f8fad5b-d9cb-469f", "device_id": "d1", "account_uuid": "u1"}',
        '{"account_uuid": "u1", "device_id": "d1"}',
        "0f8fad5b-d9cb-469f",
    ),
    "session_alone": ('{"session_id": "0f8fad5b-d9cb-469f"}', None, "0f8fad5b-d9cb-469f"),
    "broken_json": ('{"session_id": ', '{"session_id": ', None),
}


@pytest.mark.parametrize("case", USERS, ids=str)
def test_the_end_user_and_the_session_are_told_by_the_metadata(case: str) -> None:
    """A coding agent's session id is the conversation; the person is the same in each."""
    user_id, person, conversation = USERS[case]
    call = MESSAGES.read(body_of(metadata={"user_id": user_id}), Reading())
    assert (call.end_user, call.conversation) == (person, conversation)
    assert user_id not in repr(call)


def test_the_call_says_model_stream_and_what_it_follows() -> None:
    """Model and stream are as the caller says; a thread goes on from an answer."""
    thread = {"type": "continue", "previous_message_id": "msg_1"}
    call = MESSAGES.read(body_of(stream=True, thread=thread), Reading())
    assert (call.model, call.stream, call.follows) == ("m", True, "msg_1")
    call = MESSAGES.read(body_of(), Reading())
    assert (call.stream, call.follows) == (False, None)


INSTRUCTED: dict[str, tuple[Any, Any]] = {
    "none": (None, "Be kind."),
    "string": ("Answer.", "Be kind.\n\nAnswer."),
    "blocks": (
        [{"type": "text", "text": "Answer."}],
        [{"type": "text", "text": "Be kind."}, {"type": "text", "text": "Answer."}],
    ),
}


@pytest.mark.parametrize("case", INSTRUCTED, ids=str)
def test_instructions_stand_before_what_the_caller_says(case: str) -> None:
    """They become the beginning of the system's words, whatever form these have."""
    before, after = INSTRUCTED[case]
    body = body_of(system=before) if before else body_of()
    MESSAGES.instruct(body, CleansedText("Be kind."))
    assert body["system"] == after
    unchanged = body_of()
    MESSAGES.instruct(unchanged, CleansedText(""))
    assert "system" not in unchanged


def test_the_vendors_model_takes_the_place_of_the_callers() -> None:
    """The caller's name of the model is not sent."""
    for wire in (MESSAGES, COMPLETE):
        body: dict[str, Any] = {"model": "instance/claude"}
        wire.choose_model(body, "claude")
        assert body == {"model": "claude"}


def test_a_prompt_is_read_turn_by_turn() -> None:
    """Each turn of a legacy prompt is a text of its speaker; the marks between them stay."""
    prompt = "Rules.\n\nHuman: a b\n\nAssistant: c\n\nHuman: d\n\nAssistant:"
    body = {"model": "m", "prompt": prompt, "stop_sequences": ["\n\nHuman:"]}
    reading = Reading()
    COMPLETE.read(body, reading)
    assert [(leaf.path, leaf.speaker, leaf.text) for leaf in reading.leaves] == [
        ("stop_sequences[0]", "client", "\n\nHuman:"),
        ("prompt", "system", "Rules."),
        ("prompt", "user", " a b"),
        ("prompt", "assistant", " c"),
        ("prompt", "user", " d"),
    ]
    for leaf in reading.leaves[1:]:
        leaf.put(leaf.text.upper())
    said = "RULES.\n\nHuman: A B\n\nAssistant: C\n\nHuman: D\n\nAssistant:"
    assert body["prompt"] == said
    COMPLETE.instruct(body, CleansedText("First."))
    assert body["prompt"] == f"First.\n\n{said}"


def test_instructions_go_straight_before_a_prompts_first_turn() -> None:
    """A prompt that begins with a turn gets no further empty line."""
    body = {"model": "m", "prompt": "\n\nHuman: a\n\nAssistant:"}
    COMPLETE.instruct(body, CleansedText("First."))
    assert body["prompt"] == "First.\n\nHuman: a\n\nAssistant:"


@pytest.mark.parametrize("prompt", [None, 7, ["a"]], ids=["missing", "number", "list"])
def test_a_prompt_that_is_no_string_is_refused(prompt: object) -> None:
    """The legacy wire knows strings only."""
    body = {"model": "m", "prompt": prompt}
    reading = Reading()
    COMPLETE.read(body, reading)
    assert [p.path for p in reading.problems] == ["prompt"]
