"""Chat completions as conversations and wishes."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.server.features.proxy.translate.answers import (
    BODIES,
    call,
    data,
    last,
    say,
    streamed,
    whole,
)
from tests.unit.server.features.proxy.translate.asking import asked, refused, told, translated

from sluice.engine.types import CleansedText
from sluice.server.features.proxy.translate.openai_chat import ChatTranslation
from sluice.server.providers.base import (
    Asked,
    Media,
    Message,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)

WIRE = "openai.chat"
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}}
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "description": "Tells it", "parameters": SCHEMA},
}
CLOCK = {"type": "function", "function": {"name": "clock"}}


def c(text: str) -> CleansedText:
    """Short for a text that counts as cleansed."""
    return CleansedText(text)


def _messages(*messages: dict[str, Any]) -> list[tuple[str, Any]]:
    return told(translated(WIRE, messages=list(messages)).messages)


def _call(call_id: str, name: str, arguments: str) -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": name, "arguments": arguments}}


def test_a_small_request_asks_for_nothing_more() -> None:
    assert translated(WIRE).asked == Asked()
    assert translated(WIRE).messages == (Message("user", c("hi")),)


def test_roles_become_the_four_of_providers() -> None:
    found = _messages(
        {"role": "system", "content": "one"},
        {"role": "developer", "content": [{"type": "text", "text": "two"}]},
        {"role": "user", "content": "three"},
        {"role": "assistant", "content": "four"},
    )

    assert found == [
        ("system", (Text(c("one")),)),
        ("system", (Text(c("two")),)),
        ("user", (Text(c("three")),)),
        ("assistant", (Text(c("four")),)),
    ]


def test_consecutive_turns_of_one_role_stay_apart() -> None:
    found = _messages({"role": "user", "content": "a"}, {"role": "user", "content": "b"})

    assert [role for role, _ in found] == ["user", "user"]


def test_a_round_of_tools_keeps_ids_order_and_names() -> None:
    found = _messages(
        {"role": "user", "content": "weather?"},
        {
            "role": "assistant",
            "content": "I look.",
            "tool_calls": [
                _call("call_1", "weather", '{"city":"Oslo"}'),
                _call("call_2", "clock", ""),
            ],
        },
        {"role": "tool", "tool_call_id": "call_2", "content": "noon"},
        {
            "role": "tool",
            "tool_call_id": "call_1",
            "content": [{"type": "text", "text": "rain"}, {"type": "text", "text": "wind"}],
        },
    )

    assert found[1:] == [
        (
            "assistant",
            (
                Text(c("I look.")),
                ToolCall("call_1", "weather", c('{"city":"Oslo"}')),
                ToolCall("call_2", "clock", c("{}")),
            ),
        ),
        ("tool", (ToolResult("call_2", (Text(c("noon")),), name="clock"),)),
        (
            "tool",
            (ToolResult("call_1", (Text(c("rain")), Text(c("wind"))), name="weather"),),
        ),
    ]


def test_legacy_functions_are_tools_whose_calls_have_ids_that_stay_the_same() -> None:
    body = BODIES[WIRE] | {
        "functions": [WEATHER["function"]],
        "function_call": {"name": "weather"},
        "messages": [
            {"role": "user", "content": "weather?"},
            {
                "role": "assistant",
                "content": None,
                "function_call": {"name": "weather", "arguments": "{}"},
            },
            {"role": "function", "name": "weather", "content": "rain"},
        ],
    }

    found, again = ChatTranslation().request(body), ChatTranslation().request(body)

    [made] = found.messages[1].parts
    assert isinstance(made, ToolCall)
    assert (made.name, made.arguments) == ("weather", "{}")
    assert found.messages[2].parts == (ToolResult(made.id, (Text(c("rain")),), name="weather"),)
    assert found.asked.tools == (Tool("weather", c("Tells it"), SCHEMA),)
    assert found.asked.tool_choice == ToolChoice("tool", "weather")
    assert found.asked.parallel_tool_calls is False
    assert found == again


def test_a_legacy_request_is_answered_with_a_function_call() -> None:
    body = BODIES[WIRE] | {"functions": [WEATHER["function"]]}
    deltas = [call(0, '{"city":', "weather", "call_1"), call(0, '"Oslo"}'), last()]

    [choice] = whole(WIRE, deltas, body)["choices"]
    chunks = [chunk["choices"][0] for chunk in data(streamed(WIRE, deltas, body))]
    pieces = [chunk["delta"].get("function_call", {}) for chunk in chunks]

    assert choice["message"]["function_call"]["name"] == "weather"
    assert choice["finish_reason"] == "function_call" == chunks[-1]["finish_reason"]
    assert "".join(piece.get("arguments", "") for piece in pieces) == '{"city":"Oslo"}'
    assert [piece["name"] for piece in pieces if "name" in piece] == ["weather"]


def test_refusals_and_reasoning_of_earlier_answers_are_kept() -> None:
    found = _messages(
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": None, "refusal": "no", "reasoning_content": "hm"},
        {"role": "assistant", "content": [{"type": "refusal", "refusal": "never"}]},
    )

    assert found[1:] == [
        ("assistant", (Thinking(c("hm")), Text(c("no")))),
        ("assistant", (Text(c("never")),)),
    ]


def test_an_answer_that_an_sdk_sends_back_as_it_got_it_is_understood() -> None:
    [choice] = whole(WIRE, [say("x"), call(0, "{}", "clock", "call_1"), last()])["choices"]
    message = choice["message"] | {"audio": None, "function_call": None, "annotations": []}

    assert _messages({"role": "user", "content": "a"}, message)[1] == (
        "assistant",
        (Text(c("x")), ToolCall("call_1", "clock", c("{}"))),
    )


def test_attachments_are_media() -> None:
    [(_, parts)] = _messages(
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "see"},
                {
                    "type": "image_url",
                    "image_url": {"url": "data:image/png;base64,aGk=", "detail": "low"},
                },
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
                {"type": "input_audio", "input_audio": {"data": "aGk=", "format": "mp3"}},
                {
                    "type": "file",
                    "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,aGk="},
                },
            ],
        }
    )

    assert parts == (
        Text(c("see")),
        Media("image/png", b"hi"),
        Media("image/*", url="https://example.org/a.png"),
        Media("audio/mpeg", b"hi"),
        Media("application/pdf", b"hi", name=c("a.pdf")),
    )


def test_sampling_and_limits() -> None:
    found = asked(
        WIRE,
        temperature=0.5,
        top_p=1,
        top_k=4,
        seed=-3,
        stop=["a", "b"],
        max_tokens=5,
        max_completion_tokens=7,
        reasoning_effort="low",
        parallel_tool_calls=False,
    )

    assert found == Asked(
        temperature=0.5,
        top_p=1,
        top_k=4,
        seed=-3,
        stop=(c("a"), c("b")),
        max_tokens=7,
        reasoning_effort="low",
        parallel_tool_calls=False,
    )
    assert asked(WIRE, stop="a", max_tokens=5) == Asked(stop=(c("a"),), max_tokens=5)


CHOICES = {
    "auto": ("auto", ToolChoice("auto"), 2),
    "none": ("none", ToolChoice("none"), 2),
    "required": ("required", ToolChoice("any"), 2),
    "named": (
        {"type": "function", "function": {"name": "clock"}},
        ToolChoice("tool", "clock"),
        2,
    ),
    "allowed": (
        {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [CLOCK]}},
        ToolChoice("any"),
        1,
    ),
}


@pytest.mark.parametrize(("wish", "choice", "count"), CHOICES.values(), ids=CHOICES)
def test_every_form_of_a_tool_choice(wish: Any, choice: ToolChoice, count: int) -> None:  # noqa: ANN401 any JSON value
    found = asked(WIRE, tools=[WEATHER, CLOCK], tool_choice=wish)

    assert found.tool_choice == choice
    assert len(found.tools) == count


def test_formats_of_the_answer() -> None:
    described = {"name": "place", "schema": SCHEMA, "description": "A place", "strict": True}

    assert asked(WIRE, response_format={"type": "text"}) == Asked()
    assert asked(WIRE, response_format={"type": "json_object"}) == Asked(json_mode=True)
    assert asked(WIRE, response_format={"type": "json_schema", "json_schema": described}) == Asked(
        json_schema={"description": "A place"} | SCHEMA,
        json_schema_name="place",
    )


def test_what_changes_nothing_in_the_answer_is_dropped() -> None:
    assert (
        asked(
            WIRE,
            stream=True,
            stream_options={"include_usage": True},
            user="u",
            metadata={"a": "b"},
            service_tier="flex",
            prompt_cache_key="k",
            safety_identifier="s",
            store=False,
            n=1,
            logprobs=False,
            top_logprobs=0,
            logit_bias={},
            modalities=["text"],
            prediction={"type": "content", "content": "x"},
            frequency_penalty=0.1,
            presence_penalty=0.1,
            verbosity="low",
            unheard_of=None,
        )
        == Asked()
    )


def test_a_participant_is_named_before_its_words() -> None:
    """But for the assistant, which would begin its own answers so."""
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    made = translated(
        WIRE,
        messages=[
            {"role": "system", "name": "example_user", "content": "Hi"},
            {"role": "user", "name": "coder", "content": "Done."},
            {"role": "user", "name": "critic", "content": [{"type": "text", "text": "No"}, image]},
            {"role": "user", "name": "camera", "content": [image]},
            {"role": "assistant", "name": "planner", "content": "Go on."},
        ],
    )
    seen = Media("image/*", url="https://example.com/a.png")
    assert told(made.messages) == [
        ("system", (Text(CleansedText("example_user: Hi")),)),
        ("user", (Text(CleansedText("coder: Done.")),)),
        ("user", (Text(CleansedText("critic: No")), seen)),
        ("user", (Text(CleansedText("camera:")), seen)),
        ("assistant", (Text(CleansedText("Go on.")),)),
    ]


def test_problems_are_all_told_at_once_and_quote_nothing() -> None:
    paths = refused(
        WIRE,
        messages=[
            {"role": "user", "content": [{"type": "video", "video": "Jane"}], "name": "Jane"},
            {"role": "robot", "content": "Jane"},
            "Jane",
            {"role": "assistant", "tool_calls": [_call("1", "f", "no json")]},
        ],
        **{"n": 2, "Jane Roe": "x"},
    )

    assert paths == [
        "messages[2]",
        "messages[0].content[0].type",
        "messages[1].role",
        "messages[3].tool_calls[0].function.arguments",
        "n",
        "?",
    ]
