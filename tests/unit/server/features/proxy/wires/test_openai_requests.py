"""What stands where in OpenAI's requests."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.unit.server.features.proxy.wires.openai_samples import (
    CHAT,
    MARK,
    RESPONSES,
    Steps,
    cleansed,
    read,
    shown_steps,
    strings,
    with_value,
)

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.completions import CompletionsWire
from sluice.server.features.proxy.wires.openai.embeddings import EmbeddingsWire
from sluice.server.features.proxy.wires.openai.responses import ResponsesWire
from sluice.server.features.proxy.wires.reading import DEEPEST, Speaker
from sluice.server.features.proxy.wires.wire import Wire

COMPLETIONS = {"model": "m", "prompt": ["a prompt", "b"], "suffix": "an end", "stop": "x", "z": "y"}
EMBEDDINGS = {"model": "m", "input": ["a text"], "encoding_format": "float", "user": "a user"}
BODIES: dict[str, tuple[type[Wire], dict[str, Any]]] = {
    "chat": (ChatWire, CHAT),
    "responses": (ResponsesWire, RESPONSES),
    "completions": (CompletionsWire, COMPLETIONS),
    "embeddings": (EmbeddingsWire, EMBEDDINGS),
}
SITES = [
    pytest.param(wire, body, steps, id=f"{name}:{shown_steps(steps)}")
    for name, (wire, body) in BODIES.items()
    for steps in strings(body)
    if steps != ("model",)
]


@pytest.mark.parametrize("name", BODIES)
def test_samples_are_understood(name: str) -> None:
    """A request with every member of the reference has no problem and is not changed by reading."""
    wire, body = BODIES[name]
    out, reading = cleansed(wire(), body)
    assert reading.problems == []
    if name != "responses":  # its log probabilities are taken out
        assert out == body


@pytest.mark.parametrize(("wire", "body", "steps"), SITES)
def test_no_place_lets_a_text_pass(wire: type[Wire], body: dict[str, Any], steps: Steps) -> None:
    """Wherever a text is put, in whatever JSON value, it is scanned or the request is refused."""
    for value in (MARK, {"deep": MARK}, [MARK]):
        out, reading = cleansed(wire(), with_value(body, steps, value))
        assert reading.problems or MARK not in json.dumps(out)


@pytest.mark.parametrize(("wire", "body", "steps"), SITES)
def test_no_error_quotes_a_value(wire: type[Wire], body: dict[str, Any], steps: Steps) -> None:
    """Paths, problems and coverage never hold what a caller sent."""
    _, reading = cleansed(wire(), with_value(body, steps, {MARK: 1}))
    assert MARK not in str(reading.problems) + str(reading.leaves) + str(reading.coverage())


def test_a_key_that_may_be_a_value_is_scanned() -> None:
    """Keys that are no plain names are texts, at the top and deep inside."""
    for body in ({**CHAT, MARK: 1}, {**CHAT, "metadata": {MARK: "x"}}):
        out, reading = cleansed(ChatWire(), body)
        assert not reading.problems
        assert MARK not in json.dumps(out)


UNTOUCHED: dict[str, tuple[Steps, ...]] = {
    "chat": (
        ("tools", 0, "function", "name"),
        ("messages", 3, "tool_calls", 0, "id"),
        ("messages", 3, "tool_calls", 0, "function", "name"),
        ("messages", 4, "tool_call_id"),
        ("messages", 6, "name"),
        ("messages", 3, "reasoning_details", 0, "signature"),
        ("tool_choice", "function", "name"),
    ),
    "responses": (
        ("input", 2, "encrypted_content"),
        ("input", 3, "name"),
        ("input", 3, "call_id"),
        ("tools", 2, "server_url"),
        ("previous_response_id",),
        ("conversation", "id"),
        ("include", 0),
        ("prompt", "id"),
    ),
}


@pytest.mark.parametrize(
    ("name", "steps"),
    [pytest.param(n, s, id=f"{n}:{shown_steps(s)}") for n, many in UNTOUCHED.items() for s in many],
)
def test_ids_and_names_are_no_texts(name: str, steps: Steps) -> None:
    """Names of functions, ids and encrypted reasoning are not scanned, but counted."""
    wire, body = BODIES[name]
    value: Any = body
    for step in steps:
        value = value[step]
    _, reading = read(wire(), body)
    path = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in steps)[1:]
    assert path not in [leaf.path for leaf in reading.leaves]
    assert sum(reading.passed.values()) >= 8
    assert value


@pytest.mark.parametrize("number", ["4155550132", "123-45-6789", "1.2.3.4", "0"])
def test_digits_alone_are_no_id(number: str) -> None:
    """An id of digits alone is scanned: it may be somebody's number."""
    body = with_value(CHAT, ("messages", 4, "tool_call_id"), number)
    _, reading = read(ChatWire(), body)
    assert "messages[4].tool_call_id" in [leaf.path for leaf in reading.leaves]


SPEAKERS: dict[str, tuple[str, Speaker]] = {
    "chat:system": ("messages[0].content", "system"),
    "chat:developer": ("messages[1].content[0].text", "system"),
    "chat:user": ("messages[2].content[0].text", "user"),
    "chat:assistant": ("messages[3].refusal", "assistant"),
    "chat:arguments": ("messages[3].tool_calls[0].function.arguments.who", "assistant"),
    "chat:tool": ("messages[4].content.found", "tool"),
    "chat:function": ("messages[6].content", "tool"),
    "chat:tools": ("tools[0].function.description", "system"),
    "chat:metadata": ("metadata.ticket", "client"),
    "chat:unknown": ("session_note", "client"),
    "responses:instructions": ("instructions", "system"),
    "responses:user": ("input[0].content", "user"),
    "responses:assistant": ("input[1].content[0].text", "assistant"),
    "responses:reasoning": ("input[2].summary[0].text", "assistant"),
    "responses:result": ("input[4].output.found", "tool"),
    "responses:variable": ("prompt.variables.who", "user"),
    "responses:tools": ("tools[6].tools[0].description", "system"),
}


@pytest.mark.parametrize("case", SPEAKERS)
def test_says_whose_words_they_are(case: str) -> None:
    """Each text has its path and its speaker."""
    wire, body = BODIES[case.partition(":")[0]]
    path, speaker = SPEAKERS[case]
    _, reading = read(wire(), body)
    assert [leaf.speaker for leaf in reading.leaves if leaf.path == path] == [speaker]


USER = {"role": "user", "content": "hi"}
CHATS: dict[str, tuple[dict[str, Any], str]] = {
    "no messages": ({"messages": None}, "messages"),
    "messages that are no list": ({"messages": {"role": "user"}}, "messages"),
    "a message that is no object": ({"messages": ["hi"]}, "messages[0]"),
    "no model": ({"model": None}, "model"),
    "a model that is no string": ({"model": {"id": 1}}, "model"),
    "stream as a word": ({"stream": "true"}, "stream"),
    "an unknown role": ({"messages": [{"role": "critic", "content": "x"}]}, "messages[0].role"),
    "no role": ({"messages": [{"content": "x"}]}, "messages[0].role"),
    "an unknown part": (
        {"messages": [{"role": "user", "content": [{"type": "video", "url": "x"}]}]},
        "messages[0].content[0].type",
    ),
    "a part without a type": (
        {"messages": [{"role": "user", "content": [{"text": "x"}]}]},
        "messages[0].content[0].type",
    ),
    "a number as content": ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
    "an unknown tool": ({"tools": [{"type": "magic"}]}, "tools[0].type"),
    "arguments that are no text": (
        {"messages": [{"role": "assistant", "function_call": {"arguments": {"a": 1}}}]},
        "messages[0].function_call.arguments",
    ),
    "sound that is no base64": (
        {
            "messages": [
                {
                    "role": "user",
                    "content": [{"type": "input_audio", "input_audio": {"data": "a b"}}],
                }
            ]
        },
        "messages[0].content[0].data",
    ),
    "a stop that is no text": ({"stop": [1]}, "stop[0]"),
}


@pytest.mark.parametrize("case", CHATS)
def test_a_shape_that_is_not_understood_is_refused(case: str) -> None:
    """The problem names the path."""
    changed, path = CHATS[case]
    _, reading = read(ChatWire(), {"model": "m", "messages": [USER], **changed})
    assert [problem.path for problem in reading.problems] == [path]


RESPONSE_REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown item": ({"input": [{"type": "dream"}]}, "input[0].type"),
    "an item without anything": ({"input": [{"text": "x"}]}, "input[0].type"),
    "an unknown role": ({"input": [{"role": "tool", "content": "x"}]}, "input[0].role"),
    "an unknown part": (
        {"input": [{"role": "user", "content": [{"type": "input_video"}]}]},
        "input[0].content[0].type",
    ),
    "an answer in the background": ({"background": True}, "background"),
    "an unknown tool": ({"tools": [{"type": "magic"}]}, "tools[0].type"),
    "a skill as an archive": (
        {
            "tools": [
                {
                    "type": "shell",
                    "environment": {
                        "type": "container_auto",
                        "skills": [
                            {"type": "inline", "source": {"type": "base64", "data": "UEs="}}
                        ],
                    },
                }
            ]
        },
        "tools[0].environment.skills[0].source",
    ),
}


@pytest.mark.parametrize("case", RESPONSE_REFUSALS)
def test_an_unknown_shape_of_responses_is_refused(case: str) -> None:
    """The problem names the path."""
    changed, path = RESPONSE_REFUSALS[case]
    _, reading = read(ResponsesWire(), {"model": "m", "input": "hi", **changed})
    assert [problem.path for problem in reading.problems] == [path]


@pytest.mark.parametrize("tokens", [[1, 2], [[1, 2]], ["text", [3]], 5])
def test_token_ids_are_refused(tokens: object) -> None:
    """Nobody can see what token ids spell, so they are refused with what to do."""
    for wire, body in (
        (CompletionsWire(), {"model": "m", "prompt": tokens}),
        (EmbeddingsWire(), {"model": "m", "input": tokens}),
    ):
        _, reading = read(wire, body)
        assert reading.problems
        assert all("send the text itself" in problem.message for problem in reading.problems)


def test_an_echoed_prompt_is_refused() -> None:
    """`echo` would show the instance's instructions."""
    _, reading = read(CompletionsWire(), {**COMPLETIONS, "echo": True})
    assert [problem.path for problem in reading.problems] == ["echo"]


def test_what_is_nested_too_deep_is_refused() -> None:
    """A schema without an end is refused, not followed."""
    schema: dict[str, Any] = {}
    for _ in range(DEEPEST * 2):
        schema = {"properties": {"a": schema}}
    tool = {"type": "function", "function": {"name": "f", "parameters": schema}}
    _, reading = read(ChatWire(), {"model": "m", "messages": [USER], "tools": [tool]})
    assert "nested deeper" in reading.problems[0].message


CALLS: dict[str, tuple[type[Wire], dict[str, Any], tuple[str | None, str | None, str | None]]] = {
    "nothing": (ChatWire, {}, (None, None, None)),
    "metadata": (ChatWire, {"metadata": {"thread_id": "t"}, "user": "u"}, ("t", "u", None)),
    "a cache key": (
        ChatWire,
        {"prompt_cache_key": "k", "safety_identifier": "s"},
        ("k", "s", None),
    ),
    "the metadata before the cache key": (
        ChatWire,
        {"prompt_cache_key": "k", "metadata": {"session_id": "s"}},
        ("s", None, None),
    ),
    "a conversation": (ResponsesWire, {"conversation": "conv_1"}, ("conv_1", None, None)),
    "a conversation's object": (
        ResponsesWire,
        {"conversation": {"id": "conv_1"}, "previous_response_id": "resp_1"},
        ("conv_1", None, "resp_1"),
    ),
}


@pytest.mark.parametrize("case", CALLS)
def test_finds_the_callers_ids(case: str) -> None:
    """Conversation, person and the answer before come from their places."""
    wire, body, expected = CALLS[case]
    call, _ = read(wire(), {"model": "a/b", "stream": True, "messages": [USER], **body})
    assert (call.conversation, call.end_user, call.follows) == expected
    assert (call.model, call.stream) == ("a/b", True)


INSTRUCTED: dict[str, tuple[type[Wire], dict[str, Any], dict[str, Any]]] = {
    "chat": (
        ChatWire,
        {"messages": [USER]},
        {"messages": [{"role": "system", "content": "I"}, USER]},
    ),
    "chat with a developer": (
        ChatWire,
        {"messages": [{"role": "developer", "content": "d"}, USER]},
        {
            "messages": [
                {"role": "developer", "content": "I"},
                {"role": "developer", "content": "d"},
                USER,
            ]
        },
    ),
    "a prompt": (CompletionsWire, {"prompt": "p"}, {"prompt": "I\n\np"}),
    "prompts": (CompletionsWire, {"prompt": ["p", "q"]}, {"prompt": ["I\n\np", "I\n\nq"]}),
    "responses": (ResponsesWire, {"input": "i"}, {"input": "i", "instructions": "I"}),
    "responses with instructions": (
        ResponsesWire,
        {"instructions": "mine"},
        {"instructions": "I\n\nmine"},
    ),
    "embeddings": (EmbeddingsWire, {"input": "i"}, {"input": "i"}),
}


@pytest.mark.parametrize("case", INSTRUCTED)
def test_instructions_stand_before_everything(case: str) -> None:
    """The instance's instructions come first, and the model is the vendor's."""
    wire, body, expected = INSTRUCTED[case]
    asked = {"model": "m", **body}
    wire().instruct(asked, CleansedText("I"))
    wire().choose_model(asked, "vendor-1")
    assert asked == {"model": "vendor-1", **expected}


def test_a_speakers_name_is_a_text_and_a_functions_is_not() -> None:
    """Names of speakers are words that may name a person."""
    turns = [{"role": role, "name": "Jane_Roe"} for role in ("user", "assistant", "function")]
    _, reading = read(ChatWire(), {"model": "m", "messages": turns})
    assert [leaf.path for leaf in reading.leaves] == ["messages[0].name", "messages[1].name"]


def test_a_value_behind_an_equal_key_is_scanned() -> None:
    """JSON with a key twice is one text, since parsing it would hide the first value."""
    call = {"name": "f", "arguments": f'{{"a": "{MARK}", "a": "b c"}}'}
    body = {"model": "m", "messages": [{"role": "assistant", "function_call": call}]}
    out, reading = cleansed(ChatWire(), body)
    assert not reading.problems
    assert MARK not in json.dumps(out)


def test_keys_for_a_tools_server_pass_and_are_counted() -> None:
    """They go to the vendor by the caller's wish; an address with a query in it is scanned."""
    tool = {
        "type": "mcp",
        "server_label": "s",
        "server_url": "https://mcp.example/sse?user=jane",
        "authorization": MARK,
        "headers": {"X-Key": MARK},
    }
    body, reading = cleansed(ResponsesWire(), {"model": "m", "input": "hi", "tools": [tool]})
    assert body["tools"] == [tool]
    assert reading.passed["tools[].authorization"] == 1
    assert reading.passed["tools[].headers.?"] == 1
    assert "tools[0].server_url" in [leaf.path for leaf in reading.leaves]
