"""Streams of responses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.server.features.proxy.wires.openai_samples import (
    Steps,
    shown_steps,
    strings,
    with_value,
)
from tests.unit.server.features.proxy.wires.openai_streams import cut, event, sent
from tests.unit.server.features.proxy.wires.restoring import Restoring, mapping_of

from sluice.server.features.proxy.wires.openai.events import EventRewriter
from sluice.server.features.proxy.wires.openai.responses import ResponsesWire
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.proxy.wires.wire import AnswerBlocked
from sluice.server.providers.base import ProviderError, ProviderProtocolError, Usage
from sluice.server.providers.sse import Event

NAME = "EMAIL_ADDRESS_0"
ORIGINAL = '"j"@x.example'
PLAIN = "jane@x.example"
CUTS = st.lists(st.integers(0, 200), max_size=6)
USAGE = {
    "input_tokens": 9,
    "input_tokens_details": {"cached_tokens": 4},
    "output_tokens": 2,
    "total_tokens": 11,
}


def rewriter(original: str = PLAIN, asked: dict[str, Any] | None = None) -> EventRewriter:
    """For a response in whose request one address was taken out."""
    wire = ResponsesWire()
    wire.read({"model": "m", **(asked or {})}, Reading())
    return wire.rewriter(Restoring(mapping_of(EMAIL_ADDRESS=original)), "vendor")


def numbered(bodies: list[dict[str, Any]]) -> list[Event]:
    """Events with their numbers."""
    return [event({**body, "sequence_number": at}) for at, body in enumerate(bodies)]


def response(status: str, output: list[Any], **more: object) -> dict[str, Any]:
    """The response object."""
    head = {"id": "resp_1", "object": "response", "model": "vendor-1", "status": status}
    return {**head, "output": output, **more}


TEXTS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any], Steps]] = {
    "output text": (
        "response.output_text",
        "text",
        {"content_index": 0},
        {
            "type": "message",
            "id": "i_1",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "$", "annotations": [], "logprobs": []}],
        },
        ("content", 0, "text"),
    ),
    "refusal": (
        "response.refusal",
        "refusal",
        {"content_index": 0},
        {
            "type": "message",
            "id": "i_1",
            "role": "assistant",
            "content": [{"type": "refusal", "refusal": "$"}],
        },
        ("content", 0, "refusal"),
    ),
    "reasoning text": (
        "response.reasoning_text",
        "text",
        {"content_index": 0},
        {
            "type": "reasoning",
            "id": "i_1",
            "summary": [],
            "content": [{"type": "reasoning_text", "text": "$"}],
        },
        ("content", 0, "text"),
    ),
    "reasoning summary": (
        "response.reasoning_summary_text",
        "text",
        {"summary_index": 0},
        {"type": "reasoning", "id": "i_1", "summary": [{"type": "summary_text", "text": "$"}]},
        ("summary", 0, "text"),
    ),
    "arguments": (
        "response.function_call_arguments",
        "arguments",
        {},
        {"type": "function_call", "id": "i_1", "call_id": "call_1", "name": "f", "arguments": "$"},
        ("arguments",),
    ),
    "arguments of a tool's server": (
        "response.mcp_call_arguments",
        "arguments",
        {},
        {"type": "mcp_call", "id": "i_1", "server_label": "s", "name": "f", "arguments": "$"},
        ("arguments",),
    ),
    "input of a custom tool": (
        "response.custom_tool_call_input",
        "input",
        {},
        {"type": "custom_tool_call", "id": "i_1", "call_id": "c_1", "name": "f", "input": "$"},
        ("input",),
    ),
    "code": (
        "response.code_interpreter_call_code",
        "code",
        {},
        {"type": "code_interpreter_call", "id": "i_1", "container_id": "c_1", "code": "$"},
        ("code",),
    ),
    "a command": (
        "response.shell_call_command",
        "command",
        {"command_index": 0},
        {"type": "shell_call", "call_id": "c_1", "action": {"commands": ["$"]}},
        ("action", "commands", 0),
    ),
}
"""Name of the events, member of the last, their numbers, the whole item, and its text's place."""


def stream(case: str, pieces: list[str]) -> list[Event]:
    """All events of an answer with one item."""
    name, member, numbers, item, steps = TEXTS[case]
    full, empty = with_value(item, steps, "".join(pieces)), with_value(item, steps, "")
    at = {"item_id": "i_1", "output_index": 0}
    deltas = [{"type": f"{name}.delta", **at, **numbers, "delta": piece} for piece in pieces]
    return numbered(
        [
            {"type": "response.created", "response": response("in_progress", [])},
            {"type": "response.output_item.added", "output_index": 0, "item": empty},
            *deltas,
            {"type": f"{name}.done", **at, **numbers, member: "".join(pieces)},
            {"type": "response.output_item.done", "output_index": 0, "item": full},
            {
                "type": "response.completed",
                "response": response("completed", [full], usage=USAGE),
            },
        ]
    )


def value_at(item: Any, steps: Steps) -> str:  # noqa: ANN401 - any item of an answer
    """The text at the end of a way."""
    for step in steps:
        item = item[step]
    return str(item)


@settings(max_examples=20, deadline=None)
@given(cuts=CUTS)
@pytest.mark.parametrize("case", TEXTS)
def test_every_split_gives_the_same_text_everywhere(case: str, cuts: list[int]) -> None:
    """Deltas, done event, item and response tell the same, that of the whole answer."""
    name, member, _, item, steps = TEXTS[case]
    text = f'{{"who": "{NAME}", "or": "{NAME}x"}} 🙂 {NAME}'
    out = sent(rewriter(ORIGINAL), stream(case, cut(text, cuts)))
    body = response("completed", [with_value(item, steps, text)])
    ResponsesWire().rewrite(body, Restoring(mapping_of(EMAIL_ADDRESS=ORIGINAL)))
    expected = value_at(body["output"][0], steps)
    deltas = [one["delta"] for one in out if one["type"] == f"{name}.delta"]
    assert "".join(deltas) == expected
    assert out[-3][member] == expected
    assert value_at(out[-2]["item"], steps) == expected
    assert value_at(out[-1]["response"]["output"][0], steps) == expected
    assert [one["sequence_number"] for one in out] == list(range(len(out)))


@pytest.mark.parametrize("case", TEXTS)
def test_no_event_shows_a_piece_of_a_placeholder(case: str) -> None:
    """One character an event: nothing of a placeholder goes out, and no delta is empty."""
    one = rewriter()
    out = sent(one, stream(case, list(f"ask {NAME} now")))
    assert "EMAIL" not in json.dumps(out)
    assert all(event["delta"] for event in out if event["type"].endswith(".delta"))
    assert [event["type"] for event in out if not event["type"].endswith(".delta")] == [
        "response.created",
        "response.output_item.added",
        f"{TEXTS[case][0]}.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert one.outcome.usage == Usage(9, 2, 4)
    assert (one.outcome.model, one.outcome.answer_id) == ("vendor-1", "resp_1")
    assert one.outcome.finish in ("stop", "tool_calls")


@pytest.mark.parametrize("case", TEXTS)
@pytest.mark.parametrize("without", ["deltas", "done", "done and item"])
def test_a_vendor_that_leaves_events_away(case: str, without: str) -> None:
    """Held text comes out before the item or the response ends; whole texts alone are restored."""
    name, _, _, _, steps = TEXTS[case]
    gone = {
        "deltas": (f"{name}.delta",),
        "done": (f"{name}.done",),
        "done and item": (f"{name}.done", "response.output_item.done"),
    }[without]
    events = [one for one in stream(case, ["ask EMAIL_ADD", "RESS_0"]) if one.event not in gone]
    out = sent(rewriter(), events)
    assert NAME not in json.dumps(out)
    assert value_at(out[-1]["response"]["output"][0], steps) == f"ask {PLAIN}"
    deltas = [one["delta"] for one in out if one["type"].endswith(".delta")]
    assert "".join(deltas) == ("" if without == "deltas" else f"ask {PLAIN}")
    items = [one["item"] for one in out if one["type"] == "response.output_item.done"]
    assert [value_at(item, steps) for item in items] == [f"ask {PLAIN}"] * len(items)


@pytest.mark.parametrize("case", TEXTS)
def test_whole_texts_are_what_was_sent_in_deltas(case: str) -> None:
    """A vendor that repeats another text than it streamed cannot show it."""
    _, member, _, item, steps = TEXTS[case]
    events = stream(case, ["so it is"])
    told = [json.loads(one.data) for one in events]
    told[-3][member] = "otherwise"
    told[-2]["item"] = told[-1]["response"]["output"][0] = with_value(item, steps, "otherwise")
    out = sent(rewriter(), [event(one) for one in told])
    assert out == [json.loads(one.data) for one in events]


@pytest.mark.parametrize("case", TEXTS)
def test_a_restored_original_is_not_looked_at_again(case: str) -> None:
    """An original that reads like a placeholder stays, wherever the text is repeated."""
    mapping = mapping_of(EMAIL_ADDRESS=PLAIN, PERSON=f"{NAME} Roe")
    out = sent(ResponsesWire().rewriter(Restoring(mapping), "vendor"), stream(case, ["PERSON_0"]))
    assert value_at(out[-1]["response"]["output"][0], TEXTS[case][4]) == f"{NAME} Roe"
    assert PLAIN not in json.dumps(out)


EVENTS: dict[str, dict[str, Any]] = {
    "created": {
        "type": "response.created",
        "response": response("in_progress", [], metadata={"a": "b c"}, error={"message": "d e"}),
    },
    "item": {
        "type": "response.output_item.added",
        "output_index": 0,
        "item": {"type": "web_search_call", "id": "ws_1", "action": {"query": "a word"}},
    },
    "an unknown item": {
        "type": "response.output_item.done",
        "output_index": 0,
        "item": {"type": "dream", "id": "dr_1", "of": ["a sheep"]},
    },
    "part": {
        "type": "response.content_part.done",
        "output_index": 0,
        "content_index": 0,
        "item_id": "msg_1",
        "part": {"type": "output_text", "text": "a text", "annotations": [{"title": "a b"}]},
    },
    "annotation": {
        "type": "response.output_text.annotation.added",
        "output_index": 0,
        "item_id": "msg_1",
        "annotation": {"type": "url_citation", "url": "a b", "title": "a title"},
    },
    "searching": {
        "type": "response.web_search_call.searching",
        "item_id": "ws_1",
        "output_index": 0,
    },
    "written": {
        "type": "response.shell_call_output_content.done",
        "item_id": "sh_1",
        "output_index": 0,
        "command_index": 0,
        "output": [{"stdout": "a b", "stderr": "c d", "outcome": {"type": "timeout"}}],
    },
    "an unknown event": {"type": "response.dream", "of": {"a": ["sheep or two"]}},
    "an unknown delta": {"type": "response.dream.delta", "delta": "sheep", "item_id": "dr_1"},
}


@pytest.mark.parametrize(
    ("case", "steps"),
    [
        pytest.param(name, steps, id=f"{name}:{shown_steps(steps)}")
        for name, body in EVENTS.items()
        for steps in strings(body)
        if steps != ("type",)
    ],
)
def test_every_text_of_an_event_is_restored(case: str, steps: Steps) -> None:
    """Wherever a placeholder stands, in whatever JSON value, the caller does not see it."""
    said = f"ask {NAME} now"
    last = {"type": "response.completed", "response": response("completed", [])}
    for value in (said, {"deep": said}, [said]):
        body = with_value(EVENTS[case], steps, value)
        out = sent(rewriter(), [event(body), event(last)])
        assert NAME not in json.dumps(out)
        assert PLAIN in json.dumps(out)


@pytest.mark.parametrize("case", EVENTS)
def test_events_without_placeholders_pass(case: str) -> None:
    """Nothing of them changes."""
    last = {"type": "response.completed", "response": response("completed", [])}
    assert sent(rewriter(), [event(EVENTS[case]), event(last)]) == [EVENTS[case], last]


def test_what_a_command_writes_is_followed() -> None:
    """Both texts of a delta are followed for themselves."""
    head = {"item_id": "sh_1", "output_index": 0, "command_index": 0}
    name = "response.shell_call_output_content"
    deltas = [{"stdout": "ask EMAIL_", "stderr": "EMAIL"}, {"stdout": "ADDRESS_0"}]
    bodies = [{"type": f"{name}.delta", **head, "delta": delta} for delta in deltas]
    done = {
        "type": f"{name}.done",
        **head,
        "output": [{"stdout": f"ask {NAME}", "stderr": "EMAIL"}],
    }
    last = {"type": "response.completed", "response": response("completed", [])}
    out = sent(rewriter(), numbered([*bodies, done, last]))
    wrote = [one["delta"] for one in out if one["type"].endswith(".delta")]
    assert "".join(one.get("stdout", "") for one in wrote) == f"ask {PLAIN}"
    assert "".join(one.get("stderr", "") for one in wrote) == "EMAIL"
    assert out[-2]["output"] == [{"stdout": f"ask {PLAIN}", "stderr": "EMAIL"}]


def test_the_caller_sees_his_own_instructions() -> None:
    """In every event with the response, and never those of the instance."""
    asked = {"instructions": f"mine for {PLAIN}"}
    shown = response("in_progress", [], instructions=f"secret of the instance\n\nmine for {NAME}")
    bodies = [
        {"type": "response.created", "response": shown},
        {"type": "response.in_progress", "response": shown},
        {"type": "response.completed", "response": {**shown, "status": "completed"}},
    ]
    out = sent(rewriter(asked=asked), numbered(bodies))
    assert {one["response"]["instructions"] for one in out} == {f"mine for {PLAIN}"}


@pytest.mark.parametrize("events", [[], [EVENTS["created"]]], ids=["nothing", "without an end"])
@pytest.mark.parametrize("marker", [False, True])
def test_a_cut_stream_is_an_error(events: list[dict[str, Any]], marker: bool) -> None:
    """Without a last event the answer is not whole, whatever marker follows."""
    fed = [*map(event, events), *([event("[DONE]")] if marker else [])]
    with pytest.raises(ProviderProtocolError, match="before the end marker"):
        sent(rewriter(), fed)


def test_nothing_follows_the_last_event() -> None:
    """An end marker of chat behind it, and what else comes, is ignored."""
    last = {"type": "response.incomplete", "response": response("incomplete", [])}
    assert sent(rewriter(), [event(last), event("[DONE]"), event("{")]) == [last]


FAILURES: dict[str, dict[str, Any]] = {
    "an error event": {"type": "error", "code": "server_error", "message": "secret words"},
    "an error object": {"type": "error", "error": {"type": "server_error", "message": "secret"}},
    "a failed response": {
        "type": "response.failed",
        "response": response("failed", [], error={"code": "server_error", "message": "secret"}),
    },
}


@pytest.mark.parametrize("case", FAILURES)
def test_an_error_in_the_stream_is_the_vendors(case: str) -> None:
    """Its type is told, its message is not."""
    with pytest.raises(ProviderError) as caught:
        rewriter().feed(event(FAILURES[case]))
    assert "server_error" in str(caught.value)
    assert "secret" not in str(caught.value)


ODD: dict[str, Event] = {
    "no JSON": Event("message", "{"),
    "a delta that is no text": event({"type": "response.output_text.delta", "delta": {"a": 1}}),
    "a number that is none": event(
        {"type": "response.output_text.delta", "delta": "a", "output_index": "x y"}
    ),
    "a kind that is no word": event({"type": "x y.delta", "delta": "a"}),
}


@pytest.mark.parametrize("case", ODD)
def test_what_is_no_event_is_an_error(case: str) -> None:
    """And the error quotes nothing of it."""
    with pytest.raises(ProviderProtocolError) as caught:
        rewriter().feed(ODD[case])
    assert "x y" not in str(caught.value)


def test_text_behind_its_end_is_an_error() -> None:
    """It could not be looked at together with what it belongs to."""
    one, events = rewriter(), stream("output text", ["a", "b"])
    for fed in events[:-2]:
        one.feed(fed)
    with pytest.raises(ProviderProtocolError, match="behind the end"):
        one.feed(events[2])


def test_media_that_were_not_asked_for_are_blocked() -> None:
    """An image in the making shows what nobody looked at; one that was asked for passes."""
    kind = "response.image_generation_call.partial_image"
    body = {"type": kind, "item_id": "ig_1", "partial_image_b64": "QUJD", "output_index": 0}
    with pytest.raises(AnswerBlocked):
        rewriter().feed(event(body))
    asked = {"tools": [{"type": "image_generation"}]}
    assert len(rewriter(asked=asked).feed(event(body))) == 1


def test_an_error_of_ours_goes_on_numbering() -> None:
    """An error event has the next number, and says it twice, so that every client raises."""
    wire = ResponsesWire()
    one = wire.rewriter(Restoring(), "vendor")
    one.feed(numbered([EVENTS["created"]])[0])
    (told,) = wire.error_events(502, "provider_error", "The vendor failed.", ())
    body = json.loads(told.data)
    assert (told.event, body["type"], body["sequence_number"]) == ("error", "error", 1)
    assert body["message"] == body["error"]["message"] == "The vendor failed."
    assert wire.frame(told).startswith(b"event: error\ndata: {")
