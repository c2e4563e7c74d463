"""What a conversation and its wishes are in OpenAI's chat wire, and with vendors that differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.server.providers.wishes import (
    ANY,
    CALL,
    CLOCK,
    CLOSED,
    FAR_IMAGE,
    IMAGE,
    NAMED,
    PDF,
    ROUNDS,
    SCHEMA,
    SIGNED,
    SOUND,
    TOOLS,
    WEATHER,
    result,
    said,
    text,
    turn,
)

from sluice.engine.types import CleansedText
from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Connection,
    Media,
    Message,
    Part,
    ProviderRejected,
    ToolCall,
    ToolChoice,
)
from sluice.server.providers.openai_body import chat_body
from sluice.server.providers.vendors import VENDORS

ASK = (said("user", "Hello"),)
FUNCTION: dict[str, Any] = {
    "name": "weather",
    "description": "Tells the weather.",
    "parameters": SCHEMA,
}
STOPS = (CleansedText("END"),)


def body(
    asked: Asked = NOTHING_MORE,
    messages: tuple[Message, ...] = ASK,
    vendor: str = "openai",
    **options: str | float | bool,
) -> dict[str, Any]:
    """The body for one vendor."""
    connection = Connection(vendor, "m", "http://x.example", options=options)
    return chat_body(VENDORS[vendor], connection, messages, asked)


def turns(*messages: Message, vendor: str = "openai") -> list[dict[str, Any]]:
    """The messages of a body."""
    found: list[dict[str, Any]] = body(messages=messages, vendor=vendor)["messages"]
    return found


def test_a_round_with_a_tool_is_said_in_the_vendors_turns() -> None:
    """Calls stand in the assistant's turn, answers in turns of their own; thinking stays here."""
    function = {"name": "weather", "arguments": CALL.arguments}
    call = {"id": "call_1", "type": "function", "function": function}
    assert turns(*ROUNDS) == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather for PERSON_0?"},
        {"role": "assistant", "content": "I look.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
        {"role": "user", "content": "And now?"},
    ]


def test_answers_of_tools_come_before_what_the_user_adds() -> None:
    """A user's turn that holds both, as Anthropic's does, becomes both, in the order demanded."""
    roles = [t["role"] for t in turns(turn("user", text("Go on."), result("call_1", text("a"))))]
    assert roles == ["tool", "user"]


def test_a_failed_call_is_told_as_such() -> None:
    """The wire has no mark for it, so the answer's text has one."""
    (answer,) = turns(turn("tool", result("call_1", text("no city"), is_error=True)))
    assert answer["content"] == "Error: no city"


def test_a_call_without_words_has_no_content() -> None:
    """As the vendor itself writes it."""
    (answer,) = turns(turn("assistant", CALL))
    assert answer["content"] is None
    assert turns(turn("assistant"))[0]["content"] == ""


def test_thinking_goes_back_where_it_is_demanded() -> None:
    """DeepSeek wants its reasoning back in a turn that called tools."""
    (answer,) = turns(turn("assistant", SIGNED, CALL), vendor="deepseek")
    assert answer["reasoning_content"] == "hm"


def test_ids_of_another_vendor_are_made_to_fit() -> None:
    """Mistral takes nine letters and digits; call and answer stay together, its own ids stay."""
    call, answer = turns(
        turn("assistant", CALL), turn("tool", result("call_1", text("a"))), vendor="mistral"
    )
    made = call["tool_calls"][0]["id"]
    assert answer["tool_call_id"] == made
    assert made.isalnum()
    assert len(made) == 9
    own = ToolCall("abcDEF123", "clock", CleansedText(""))
    (kept,) = turns(turn("assistant", own), vendor="mistral")
    assert kept["tool_calls"][0]["id"] == "abcDEF123"
    assert kept["tool_calls"][0]["function"]["arguments"] == "{}"


def test_words_in_several_parts_are_one_string() -> None:
    """Every vendor takes a string; parts of a question stay apart, those of an answer join."""
    assert turns(turn("user", text("a"), text("b")))[0]["content"] == "a\n\nb"
    assert turns(turn("assistant", text("a"), text("b")))[0]["content"] == "ab"


MEDIA: dict[str, tuple[Media, dict[str, Any]]] = {
    "image": (
        IMAGE,
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
    ),
    "image at an address": (
        FAR_IMAGE,
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
    ),
    "sound": (
        SOUND,
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
    ),
    "document": (
        PDF,
        {
            "type": "file",
            "file": {
                "filename": "FILE_NAME_0",
                "file_data": "data:application/pdf;base64,JVBERg==",
            },
        },
    ),
}


@pytest.mark.parametrize("kind", MEDIA)
def test_media_stand_beside_the_words(kind: str) -> None:
    """In the order that they were given in."""
    media, part = MEDIA[kind]
    (found,) = turns(turn("user", text("What is this?"), media))
    assert found["content"] == [{"type": "text", "text": "What is this?"}, part]


REFUSED: dict[str, tuple[str, tuple[Message, ...], Asked]] = {
    "image for DeepSeek": ("deepseek", (turn("user", IMAGE),), NOTHING_MORE),
    "sound for Mistral": ("mistral", (turn("user", SOUND),), NOTHING_MORE),
    "document for Groq": ("groq", (turn("user", PDF),), NOTHING_MORE),
    "sound of another format": (
        "openai",
        (turn("user", Media("audio/ogg", b"x")),),
        NOTHING_MORE,
    ),
    "sound at an address": (
        "openai",
        (turn("user", Media("audio/wav", url="https://x.example")),),
        NOTHING_MORE,
    ),
    "image in a tool's answer": (
        "openai",
        (turn("tool", result("call_1", IMAGE)),),
        NOTHING_MORE,
    ),
    "image in an assistant's turn": ("openai", (turn("assistant", IMAGE),), NOTHING_MORE),
    "image in instructions": ("openai", (turn("system", IMAGE),), NOTHING_MORE),
    "call in a user's turn": ("openai", (turn("user", CALL),), NOTHING_MORE),
    "answer without a call": ("openai", (said("tool", "rain"),), NOTHING_MORE),
    "schema for DeepSeek": ("deepseek", ASK, Asked(json_schema=SCHEMA)),
    "one tool of two for Perplexity": ("perplexity", ASK, replace(TOOLS, tool_choice=NAMED)),
    "choice without tools": ("openai", ASK, Asked(tool_choice=ANY)),
    "choice of no such tool": (
        "openai",
        ASK,
        Asked(tools=(CLOCK,), tool_choice=NAMED),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_vendor_has_no_place_for_is_refused(case: str) -> None:
    """Nothing that changes the answer is dropped; the refusal names it and quotes nothing."""
    vendor, messages, asked = REFUSED[case]
    with pytest.raises(ProviderRejected, match=f"^{vendor} has no place for") as caught:
        body(asked, messages, vendor)
    assert caught.value.status == 400


CHOICES: dict[str, tuple[str, ToolChoice, str | dict[str, Any]]] = {
    "auto": ("openai", ToolChoice("auto"), "auto"),
    "any": ("openai", ANY, "required"),
    "none": ("openai", ToolChoice("none"), "none"),
    "one": ("openai", NAMED, {"type": "function", "function": {"name": "weather"}}),
    "the only one for Perplexity": ("perplexity", NAMED, "required"),
}


@pytest.mark.parametrize("case", CHOICES)
def test_a_choice_of_tools_has_the_vendors_word(case: str) -> None:
    """Beside the tools, and only there: vendors refuse it without them."""
    vendor, choice, word = CHOICES[case]
    found = body(
        Asked(tools=(WEATHER,), tool_choice=choice, parallel_tool_calls=False), ASK, vendor
    )
    assert found["tools"] == [{"type": "function", "function": FUNCTION}]
    assert (found["tool_choice"], found["parallel_tool_calls"]) == (word, False)
    bare = body(Asked(tool_choice=ToolChoice("auto"), parallel_tool_calls=True))
    assert not {"tools", "tool_choice", "parallel_tool_calls"} & set(bare)


def test_a_tool_without_parameters_takes_an_empty_object() -> None:
    """Some vendors refuse a function without a schema."""
    function = body(Asked(tools=(CLOCK,)))["tools"][0]["function"]
    assert function == {"name": "clock", "parameters": {"type": "object", "properties": {}}}


WISHES: dict[str, tuple[str, Asked, dict[str, Any]]] = {
    "limit": ("openai", Asked(max_tokens=5), {"max_completion_tokens": 5}),
    "limit for Mistral": ("mistral", Asked(max_tokens=5), {"max_tokens": 5}),
    "seed": ("openai", Asked(seed=0), {"seed": 0}),
    "seed for Mistral": ("mistral", Asked(seed=7), {"random_seed": 7}),
    "sampling": ("openai", Asked(temperature=0.0, top_p=0.5), {"temperature": 0.0, "top_p": 0.5}),
    "top_k for Mistral": ("mistral", Asked(top_k=3), {"top_k": 3}),
    "stop": ("openai", Asked(stop=STOPS), {"stop": ["END"]}),
    "effort": ("openai", Asked(reasoning_effort="low"), {"reasoning_effort": "low"}),
    "JSON": ("openai", Asked(json_mode=True), {"response_format": {"type": "json_object"}}),
}


@pytest.mark.parametrize("case", WISHES)
def test_a_wish_has_the_vendors_field(case: str) -> None:
    """Also where its value is nought."""
    vendor, asked, fields = WISHES[case]
    assert body(asked, ASK, vendor).items() >= fields.items()


def test_what_only_steers_sampling_may_be_left_out() -> None:
    """A seed or `top_k` that a vendor has no field for does not fail the call."""
    found = body(Asked(seed=1, top_k=2, thinking_tokens=2048), ASK, "deepseek")
    assert set(found) == {"model", "messages", "stream", "stream_options"}


def test_a_schema_is_strict_where_it_can_be() -> None:
    """One that leaves nothing open is followed to the letter; an open one as well as may be."""
    closed = body(Asked(json_schema=CLOSED, json_schema_name="place"))["response_format"]
    assert closed["json_schema"] == {"name": "place", "schema": CLOSED, "strict": True}
    open_one = body(Asked(json_schema=SCHEMA, json_schema_name="no name!"))["response_format"]
    assert open_one["json_schema"] == {"name": "answer", "schema": SCHEMA}


def test_json_without_a_schema_is_one_for_perplexity() -> None:
    """It has no JSON mode but the schema of any object."""
    found = body(Asked(json_mode=True), ASK, "perplexity")["response_format"]
    assert found["json_schema"]["schema"] == {"type": "object"}


def test_a_wish_comes_before_the_connections_option() -> None:
    """Options are what holds where a call says nothing."""
    asked = Asked(temperature=0.2, max_tokens=3)
    found = body(asked, temperature=0.9, seed=1, max_tokens=9, top_p=0.1)
    assert (found["temperature"], found["max_completion_tokens"]) == (0.2, 3)
    assert (found["seed"], found["top_p"]) == (1, 0.1)


@pytest.mark.parametrize("part", [IMAGE, SIGNED, CALL])
def test_nothing_of_a_part_shows(part: Part) -> None:
    """Text, data and signatures stay out of every representation."""
    shown = repr(turn("user", part))
    assert not any(secret in shown for secret in ("PNG", "hm", "c2ln", "CITY_0"))
