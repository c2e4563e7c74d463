"""The exact events of each wire's stream."""

from __future__ import annotations

import re

import pytest
from tests.unit.server.features.proxy.translate.answers import (
    ANSWER,
    BODIES,
    call,
    data,
    last,
    say,
    streamed,
    think,
    whole,
)

RESPONSES, MESSAGES, CHAT = "openai.responses", "anthropic.messages", "openai.chat"


def test_chat_chunks_share_a_head_and_end_with_done() -> None:
    events = streamed(CHAT, [say("a"), call(0, "{}", "clock", "call_1"), last()])
    chunks = data(events)

    assert [event.event for event in events] == ["message"] * len(events)
    assert events[-1].data == "[DONE]"
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in chunks}) == 1
    assert chunks[0]["id"].startswith("chatcmpl-")
    assert [chunk["choices"][0]["delta"] for chunk in chunks] == [
        {"role": "assistant", "content": ""},
        {"content": "a"},
        {
            "tool_calls": [
                {
                    "index": 0,
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "clock", "arguments": ""},
                }
            ]
        },
        {"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]},
        {},
    ]
    assert [c["choices"][0]["finish_reason"] for c in chunks] == [None] * 4 + ["tool_calls"]


def test_chat_has_no_place_for_thinking() -> None:
    chunks = data(streamed(CHAT, [think("secret thought", "U0lH"), say("a"), last()]))

    assert "secret thought" not in str(chunks)


def test_completions_end_with_done() -> None:
    events = streamed("openai.completions", [say("a"), last("length")])

    assert events[-1].data == "[DONE]"
    assert [chunk["choices"][0] for chunk in data(events)] == [
        {"text": "a", "index": 0, "logprobs": None, "finish_reason": None},
        {"text": "", "index": 0, "logprobs": None, "finish_reason": "length"},
    ]


def test_complete_ends_with_the_reason() -> None:
    events = streamed("anthropic.complete", [say("a"), last()])

    assert [event.event for event in events] == ["completion", "completion"]
    assert [(e["completion"], e["stop_reason"]) for e in data(events)] == [
        ("a", None),
        ("", "stop_sequence"),
    ]


def test_messages_open_and_close_each_block_with_its_index() -> None:
    events = streamed(MESSAGES, ANSWER)
    told = data(events)

    assert [event.event for event in events] == [event["type"] for event in told]
    assert [(event["type"], event.get("index")) for event in told] == [
        ("message_start", None),
        ("content_block_start", 0),
        ("content_block_delta", 0),
        ("content_block_delta", 0),
        ("content_block_stop", 0),
        ("content_block_start", 1),
        ("content_block_delta", 1),
        ("content_block_delta", 1),
        ("content_block_stop", 1),
        ("content_block_start", 2),
        ("content_block_delta", 2),
        ("content_block_delta", 2),
        ("content_block_stop", 2),
        ("content_block_start", 3),
        ("content_block_delta", 3),
        ("content_block_stop", 3),
        ("message_delta", None),
        ("message_stop", None),
    ]
    assert [event["content_block"] for event in told if "content_block" in event] == [
        {"type": "thinking", "thinking": "", "signature": ""},
        {"type": "text", "text": ""},
        {"type": "tool_use", "id": "call_1", "name": "weather", "input": {}},
        {"type": "tool_use", "id": "call_2", "name": "clock", "input": {}},
    ]
    start = told[0]["message"]
    assert start["id"].startswith("msg_")
    assert (start["role"], start["content"], start["stop_reason"]) == ("assistant", [], None)


UNASKED = {
    "not asked for": {},
    "off": {"thinking": {"type": "disabled"}},
    "not to be shown": {"thinking": {"type": "adaptive", "display": "omitted"}},
}


@pytest.mark.parametrize("more", UNASKED.values(), ids=UNASKED)
def test_messages_show_no_thinking_that_was_not_asked_for(more: dict[str, object]) -> None:
    body = {name: v for name, v in BODIES[MESSAGES].items() if name != "thinking"} | more
    deltas = [think("a", "U0lH"), think("", redacted="eHh4"), say("b"), last()]

    kinds = [e["content_block"]["type"] for e in data(streamed(MESSAGES, deltas, body))[1:2]]

    assert kinds == ["text"]
    assert [b["type"] for b in whole(MESSAGES, deltas, body)["content"]] == ["text"]


def test_messages_show_no_thinking_that_nobody_signed_since_that_is_not_scanned() -> None:
    deltas = [think("Jane Roe"), say("b"), last()]

    assert "Jane Roe" not in str(data(streamed(MESSAGES, deltas)))
    assert "Jane Roe" not in str(whole(MESSAGES, deltas))


def test_messages_tell_encrypted_thinking_in_one_block() -> None:
    told = data(streamed(MESSAGES, [think("", redacted="eHh4"), last()]))

    assert told[1]["content_block"] == {"type": "redacted_thinking", "data": "eHh4"}
    assert told[2] == {"type": "content_block_stop", "index": 0}


RESPONSE_EVENTS = """
response.created
response.in_progress
response.output_item.added 0
response.reasoning_summary_part.added 0
response.reasoning_summary_text.delta 0
response.reasoning_summary_text.delta 0
response.reasoning_summary_text.done 0
response.reasoning_summary_part.done 0
response.output_item.done 0
response.output_item.added 1
response.content_part.added 1
response.output_text.delta 1
response.output_text.delta 1
response.output_text.done 1
response.content_part.done 1
response.output_item.done 1
response.output_item.added 2
response.function_call_arguments.delta 2
response.function_call_arguments.delta 2
response.function_call_arguments.done 2
response.output_item.done 2
response.output_item.added 3
response.function_call_arguments.delta 3
response.function_call_arguments.done 3
response.output_item.done 3
response.completed
"""


def test_responses_tell_each_item_from_its_beginning_to_its_end() -> None:
    events = streamed(RESPONSES, ANSWER)
    told = data(events)
    listed = [f"{event['type']} {event.get('output_index', '')}".strip() for event in told]

    assert listed == RESPONSE_EVENTS.split("\n")[1:-1]
    assert [event.event for event in events] == [event["type"] for event in told]
    assert [event["sequence_number"] for event in told] == list(range(len(told)))


def test_responses_repeat_in_items_and_response_what_was_told_in_deltas() -> None:
    told = data(streamed(RESPONSES, ANSWER))
    done = [event["item"] for event in told if event["type"] == "response.output_item.done"]
    response = told[-1]["response"]

    assert response["output"] == done
    assert response["id"] == told[0]["response"]["id"]
    assert [item["type"] for item in done] == [
        "reasoning",
        "message",
        "function_call",
        "function_call",
    ]
    assert done[1]["content"][0]["text"] == "hello"
    assert done[2]["arguments"] == '{"city": "Oslo"}'
    for event in told:
        if "item_id" in event:
            assert event["item_id"] == done[event["output_index"]]["id"]


def test_responses_that_were_cut_off_say_so_in_their_last_item() -> None:
    deltas = [say("a"), call(0, '{"a', "clock", "call_1"), last("length")]

    told = data(streamed(RESPONSES, deltas))
    response = told[-1]["response"]

    assert told[-1]["type"] == "response.incomplete"
    assert [item["status"] for item in response["output"]] == ["completed", "incomplete"]
    assert [i["status"] for i in whole(RESPONSES, deltas)["output"]] == ["completed", "incomplete"]


def test_responses_tell_wishes_again_but_no_instructions_and_no_tools() -> None:
    body = BODIES[RESPONSES] | {
        "instructions": "The instance's own words",
        "tools": [{"type": "function", "name": "clock", "description": "Own words"}],
        "temperature": 0.5,
        "max_output_tokens": 7,
        "reasoning": {"effort": "low"},
    }

    answer = whole(RESPONSES, [last()], body)

    assert (answer["temperature"], answer["max_output_tokens"]) == (0.5, 7)
    assert answer["reasoning"]["effort"] == "low"
    assert (answer["instructions"], answer["tools"]) == (None, [])
    assert "own words" not in str(answer).lower()


@pytest.mark.parametrize("wire", [RESPONSES, MESSAGES])
def test_words_after_a_call_are_a_block_of_their_own(wire: str) -> None:
    deltas = [say("a"), call(0, "{}", "clock", "call_1"), say("b"), last()]

    told = str(data(streamed(wire, deltas)))

    assert len(re.findall(r"content_block_stop|response\.output_item\.done", told)) == 3
