"""What a conversation and its wishes are in Anthropic's Messages wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.server.providers.wishes import (
    ANY,
    CLOSED,
    FAR_IMAGE,
    IMAGE,
    NAMED,
    PDF,
    ROUNDS,
    SCHEMA,
    SOUND,
    TOOLS,
    WEATHER,
    result,
    said,
    text,
    turn,
)

from sluice.engine.types import CleansedText
from sluice.server.providers.anthropic_body import JSON_TOOL, message_body, turns
from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Connection,
    Media,
    Message,
    Part,
    ProviderRejected,
    Thinking,
    ToolCall,
    ToolChoice,
)

ASK = (said("user", "Hello"),)
NEW, SAMPLED, OLD = "claude-sonnet-5-5", "claude-opus-4-6", "claude-3-7-sonnet-20250219"


def body(
    asked: Asked = NOTHING_MORE,
    messages: tuple[Message, ...] = ASK,
    model: str = NEW,
    **options: str | float,
) -> dict[str, Any]:
    """The body for one model."""
    return message_body(Connection("anthropic", model, options=options), messages, asked)


def test_a_round_with_a_tool_is_said_in_the_vendors_blocks() -> None:
    """Thinking goes back as it came, before words and call; the result is the user's, first."""
    found = body(TOOLS, ROUNDS)
    assert found["system"] == "Be brief."
    assert found["messages"] == [
        {"role": "user", "content": "Weather for PERSON_0?"},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "c2ln"},
                {"type": "text", "text": "I look."},
                {
                    "type": "tool_use",
                    "id": "call_1",
                    "name": "weather",
                    "input": {"city": "CITY_0"},
                },
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "call_1", "content": "rain"},
                {"type": "text", "text": "And now?"},
            ],
        },
    ]


def test_a_result_comes_before_what_the_user_said_before_it() -> None:
    """The wire demands results first in their turn."""
    (found,) = turns((turn("user", text("Go on."), result("call_1", text("a"))),))
    assert [block["type"] for block in found["content"]] == ["tool_result", "text"]


def test_results_may_hold_images_and_say_that_a_call_failed() -> None:
    """Both have their place in this wire."""
    (found,) = turns((turn("tool", result("call_1", text("see"), IMAGE, is_error=True)),))
    (block,) = found["content"]
    assert [inner["type"] for inner in block["content"]] == ["text", "image"]
    assert block["is_error"] is True


def test_thinking_of_another_vendor_stays_here() -> None:
    """With another signature or none it would be refused; encrypted thinking goes back as it is."""
    unsigned = Thinking(CleansedText("hm"))
    foreign = Thinking(CleansedText("hm"), signature="google:b3BhcXVl")
    hidden = Thinking(CleansedText(""), redacted="b3BhcXVl")
    (found,) = turns((turn("assistant", unsigned, foreign, hidden, text("a")),))
    assert found["content"] == [
        {"type": "redacted_thinking", "data": "b3BhcXVl"},
        {"type": "text", "text": "a"},
    ]


def test_an_id_of_another_vendor_is_made_to_fit() -> None:
    """Call and result stay together."""
    odd = "call:1/ä"
    call = turn("assistant", ToolCall(odd, "clock", CleansedText("")))
    found = turns((*ASK, call, turn("tool", result(odd, text("a")))))
    use, answer = found[1]["content"][0], found[2]["content"][0]
    assert use["id"] == answer["tool_use_id"]
    assert use["id"].isalnum()
    assert use["input"] == {}


SOURCES: dict[str, tuple[Media, dict[str, Any]]] = {
    "image": (
        IMAGE,
        {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="},
        },
    ),
    "image at an address": (
        FAR_IMAGE,
        {"type": "image", "source": {"type": "url", "url": "https://example.org/a.png"}},
    ),
    "PDF": (
        PDF,
        {
            "type": "document",
            "source": {"type": "base64", "media_type": "application/pdf", "data": "JVBERg=="},
            "title": "FILE_NAME_0",
        },
    ),
    "plain text": (
        Media("text/plain", "grüße".encode()),
        {
            "type": "document",
            "source": {"type": "text", "media_type": "text/plain", "data": "grüße"},
        },
    ),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_media_are_blocks(kind: str) -> None:
    """Images and documents, as data or as an address."""
    media, block = SOURCES[kind]
    (found,) = turns((turn("user", text("What is this?"), media),))
    assert found["content"] == [{"type": "text", "text": "What is this?"}, block]


BAD_CALL = ToolCall("call_1", "weather", CleansedText("canary"))
REFUSED: dict[str, tuple[Part, ...]] = {
    "sound": (SOUND,),
    "an image of another format": (Media("image/tiff", b"x"),),
    "another document": (Media("application/zip", b"x"),),
    "arguments that are no JSON": (BAD_CALL,),
    "arguments that are no object": (ToolCall("c", "weather", CleansedText("[1]")),),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_wire_has_no_place_for_is_refused(case: str) -> None:
    """The refusal names the kind of thing and quotes nothing of it."""
    with pytest.raises(ProviderRejected, match=r"^anthropic has no place for") as caught:
        turns((turn("user", *REFUSED[case]),))
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


def test_an_image_of_an_assistant_is_refused() -> None:
    """Only users show images here."""
    with pytest.raises(ProviderRejected, match="assistant"):
        turns((*ASK, turn("assistant", IMAGE)))


CHOICES: dict[str, tuple[ToolChoice | None, bool | None, dict[str, Any] | None]] = {
    "none given": (None, None, None),
    "auto": (ToolChoice("auto"), None, {"type": "auto"}),
    "any": (ANY, None, {"type": "any"}),
    "none": (ToolChoice("none"), False, {"type": "none"}),
    "one": (NAMED, None, {"type": "tool", "name": "weather"}),
    "one at a time": (None, False, {"type": "auto", "disable_parallel_tool_use": True}),
    "any, one at a time": (ANY, False, {"type": "any", "disable_parallel_tool_use": True}),
    "several allowed": (ANY, True, {"type": "any"}),
}


@pytest.mark.parametrize("case", CHOICES)
def test_a_choice_of_tools_has_the_wires_word(case: str) -> None:
    """One call at a time is part of the choice."""
    choice, parallel, word = CHOICES[case]
    found = body(replace(TOOLS, tool_choice=choice, parallel_tool_calls=parallel))
    assert found.get("tool_choice") == word
    assert found["tools"] == [
        {"name": "weather", "description": "Tells the weather.", "input_schema": SCHEMA},
        {"name": "clock", "input_schema": {"type": "object", "properties": {}}},
    ]


def test_a_choice_without_its_tool_is_refused() -> None:
    """Nothing could be called."""
    with pytest.raises(ProviderRejected, match="tool choice"):
        body(Asked(tool_choice=ANY))


def test_a_schema_goes_in_closed() -> None:
    """The wire wants every object closed; what follows the closed schema follows the open one."""
    found = body(Asked(json_schema=SCHEMA))["output_config"]["format"]
    assert found == {"type": "json_schema", "schema": CLOSED}
    nested = {"type": "array", "items": {"type": ["object", "null"], "properties": {}}}
    inner = body(Asked(json_schema=nested))["output_config"]["format"]["schema"]["items"]
    assert inner["additionalProperties"] is False


def test_json_without_a_schema_is_a_call() -> None:
    """The wire has no such mode: the answer is the input of a tool that must be called."""
    found = body(Asked(json_mode=True))
    assert [tool["name"] for tool in found["tools"]] == [JSON_TOOL]
    assert found["tool_choice"] == {"type": "tool", "name": JSON_TOOL}
    with pytest.raises(ProviderRejected, match="beside tools"):
        body(Asked(json_mode=True, tools=(WEATHER,)))


SAMPLING: dict[str, tuple[str, Asked, dict[str, Any]]] = {
    "a model that takes none": (NEW, Asked(temperature=0.5, top_p=0.5, top_k=5, seed=1), {}),
    "a model that takes it": (SAMPLED, Asked(temperature=0.5), {"temperature": 0.5}),
    "the end of the scale": (SAMPLED, Asked(temperature=1.7), {"temperature": 1.0}),
    "two at once": (SAMPLED, Asked(temperature=0.5, top_p=0.5), {"temperature": 0.5}),
    "one of them": (OLD, Asked(top_p=0.5, top_k=5), {"top_p": 0.5, "top_k": 5}),
    "with thinking": (SAMPLED, Asked(temperature=0.5, thinking_tokens=2048), {}),
}


@pytest.mark.parametrize("case", SAMPLING)
def test_sampling_goes_where_it_is_taken(case: str) -> None:
    """It only steers how an answer is drawn, so newer models are asked without it."""
    model, asked, fields = SAMPLING[case]
    found = body(asked, model=model)
    assert {n: found[n] for n in ("temperature", "top_p", "top_k") if n in found} == fields


def test_a_connections_sampling_is_sent_in_any_case() -> None:
    """Whoever set it knows the model."""
    assert body(model="own-model", temperature=0.5)["temperature"] == 0.5


EFFORTS: list[tuple[str, str, str | None]] = [
    (NEW, "high", "high"),
    (NEW, "max", "max"),
    (NEW, "minimal", "low"),
    (NEW, "none", "low"),
    (SAMPLED, "medium", "medium"),
    (OLD, "high", None),
    ("claude-sonnet-4-5-20250929", "high", None),
]


@pytest.mark.parametrize(("model", "effort", "word"), EFFORTS)
def test_effort_goes_where_it_is_taken(model: str, effort: str, word: str | None) -> None:
    """Other vendors' words become this one's; models from before it are asked without it."""
    config = body(Asked(reasoning_effort=effort), model=model).get("output_config", {})
    assert config.get("effort") == word


def test_thinking_is_asked_for_as_the_model_takes_it() -> None:
    """A budget, at least the least, for older models; newer ones choose for themselves."""
    fixed = body(Asked(thinking_tokens=10), model=SAMPLED)["thinking"]
    assert fixed == {"type": "enabled", "budget_tokens": 1024}
    assert body(Asked(thinking_tokens=10))["thinking"] == {"type": "adaptive"}


def test_thinking_leaves_room_for_an_answer() -> None:
    """Without a limit of the caller's, the limit is beyond the budget."""
    assert body(Asked(thinking_tokens=30_000), model=SAMPLED)["max_tokens"] == 38_192
    assert body(Asked(thinking_tokens=2048, max_tokens=4000), model=SAMPLED)["max_tokens"] == 4000


def test_stop_sequences_and_limits_have_their_fields() -> None:
    """The caller's limit comes before the connection's."""
    found = body(Asked(stop=(CleansedText("END"),), max_tokens=7), max_tokens=9)
    assert (found["stop_sequences"], found["max_tokens"]) == (["END"], 7)
