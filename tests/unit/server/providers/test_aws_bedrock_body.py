"""What a conversation and its wishes are in Amazon Bedrock's Converse."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from tests.unit.server.providers.wishes import (
    ANY,
    CALL,
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
from sluice.server.providers.aws_bedrock_body import converse_body
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
SAMPLED = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
NEW = "global.anthropic.claude-opus-4-7"
NOVA, LLAMA, GPT = (
    "amazon.nova-pro-v1:0",
    "us.meta.llama4-maverick-17b-instruct-v1:0",
    "openai.gpt-oss-120b-1:0",
)
ARN = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123"


def body(
    asked: Asked = NOTHING_MORE,
    messages: tuple[Message, ...] = ASK,
    model: str = SAMPLED,
    **options: str | float,
) -> dict[str, Any]:
    """The body for one model."""
    return converse_body(Connection("aws_bedrock", model, options=options), messages, asked)


def blocks(*parts: Part, role: str = "user", model: str = SAMPLED) -> list[dict[str, Any]]:
    """The blocks of one turn."""
    found = body(messages=(Message(role, parts),), model=model)  # type: ignore[arg-type]
    content: list[dict[str, Any]] = found["messages"][0]["content"]
    return content


def test_a_question_is_all_that_is_said_of_it() -> None:
    """No empty field, since the vendor refuses some of them."""
    assert body() == {"messages": [{"role": "user", "content": [{"text": "Hello"}]}]}


def test_a_round_with_a_tool_is_said_in_the_vendors_blocks() -> None:
    """Thinking goes back as it came, before words and call; the result is the user's, first."""
    found = body(TOOLS, ROUNDS)
    assert found["system"] == [{"text": "Be brief."}]
    thought = {"reasoningText": {"text": "hm", "signature": "c2ln"}}
    call = {"toolUseId": "call_1", "name": "weather", "input": {"city": "CITY_0"}}
    answer = {"toolUseId": "call_1", "content": [{"text": "rain"}]}
    assert found["messages"] == [
        {"role": "user", "content": [{"text": "Weather for PERSON_0?"}]},
        {
            "role": "assistant",
            "content": [{"reasoningContent": thought}, {"text": "I look."}, {"toolUse": call}],
        },
        {"role": "user", "content": [{"toolResult": answer}, {"text": "And now?"}]},
    ]
    assert found["toolConfig"]["tools"][0] == {
        "toolSpec": {
            "name": "weather",
            "description": "Tells the weather.",
            "inputSchema": {"json": SCHEMA},
        }
    }


def test_a_result_comes_before_what_the_user_said_before_it() -> None:
    """The wire demands results first in their turn."""
    found = blocks(text("Go on."), result("call_1", text("a")))
    assert [next(iter(block)) for block in found] == ["toolResult", "text"]


FAILED: dict[str, tuple[str, dict[str, Any]]] = {
    "Claude": (SAMPLED, {"content": [{"text": "no"}], "status": "error"}),
    "Nova": (NOVA, {"content": [{"text": "no"}], "status": "error"}),
    "Llama": (LLAMA, {"content": [{"text": "Error:"}, {"text": "no"}]}),
}


@pytest.mark.parametrize("maker", FAILED)
def test_a_failed_call_is_marked_where_the_model_knows_the_mark(maker: str) -> None:
    """Others are told in words."""
    model, expected = FAILED[maker]
    (block,) = blocks(result("call_1", text("no"), is_error=True), model=model)
    assert block["toolResult"] == {"toolUseId": "call_1"} | expected


def test_a_result_of_nothing_is_still_an_answer() -> None:
    """The wire takes no empty text, and every call must be answered."""
    (block,) = blocks(result("call_1", text(" ")))
    assert block["toolResult"]["content"][0]["text"].strip()


def test_an_id_of_another_vendor_is_made_to_fit() -> None:
    """Call and result stay together."""
    odd = "call:1/ä"
    call = turn("assistant", ToolCall(odd, "clock", CleansedText("")))
    found = body(messages=(*ASK, call, turn("tool", result(odd, text("a")))))["messages"]
    use, answer = found[1]["content"][0]["toolUse"], found[2]["content"][0]["toolResult"]
    assert use["toolUseId"] == answer["toolUseId"]
    assert use["toolUseId"].isalnum()
    assert use["input"] == {}


def test_tools_that_were_called_stay_known() -> None:
    """The vendor wants them wherever a conversation called some, even if there are none now."""
    found = body(messages=(*ROUNDS, turn("assistant", CALL), turn("tool", result("call_1"))))
    (tool,) = found["toolConfig"]["tools"]
    assert tool["toolSpec"]["name"] == "weather"
    assert "toolChoice" not in found["toolConfig"]


CHOICES: dict[str, tuple[ToolChoice | None, dict[str, Any] | None]] = {
    "none said": (None, None),
    "auto, which is the default and refused by some models": (ToolChoice("auto"), None),
    "any": (ANY, {"any": {}}),
    "one": (NAMED, {"tool": {"name": "weather"}}),
}


@pytest.mark.parametrize("case", CHOICES)
def test_a_choice_is_said_in_the_vendors_words(case: str) -> None:
    """Each as the wire has it."""
    choice, expected = CHOICES[case]
    found = body(replace(TOOLS, tool_choice=choice))["toolConfig"]
    assert found.get("toolChoice") == expected


def test_the_choice_of_no_tool_leaves_the_tools_out() -> None:
    """The wire has no other way to say it."""
    assert "toolConfig" not in body(replace(TOOLS, tool_choice=ToolChoice("none")))


REFUSED: dict[str, tuple[tuple[Message, ...], Asked]] = {
    "no tool, after calls": (ROUNDS, replace(TOOLS, tool_choice=ToolChoice("none"))),
    "a choice without its tool": (ASK, Asked(tool_choice=NAMED)),
    "a JSON mode beside tools": (ASK, replace(TOOLS, json_mode=True)),
    "an image at an address": ((turn("user", FAR_IMAGE),), NOTHING_MORE),
    "an image of the assistant's": ((turn("assistant", IMAGE),), NOTHING_MORE),
    "another type of image": ((turn("user", Media("image/tiff", b"II")),), NOTHING_MORE),
    "a result without its call": ((said("tool", "a"),), NOTHING_MORE),
    "arguments that are no object": (
        (turn("assistant", ToolCall("a", "b", CleansedText("[1]"))),),
        NOTHING_MORE,
    ),
    "nothing to say": ((said("user", " "),), NOTHING_MORE),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_wire_has_no_place_for_is_refused(case: str) -> None:
    """Before anything is sent, and without a word of it."""
    messages, asked = REFUSED[case]
    with pytest.raises(ProviderRejected) as caught:
        body(asked, messages)
    assert "weather" not in str(caught.value)


def test_media_go_as_data_with_their_format() -> None:
    """Documents are numbered, since names must differ and have few characters."""
    found = blocks(IMAGE, SOUND, PDF, Media("text/markdown", b"# a", name=CleansedText("F_0")))
    assert [(kind, inner["format"]) for block in found for kind, inner in block.items()] == [
        ("image", "png"),
        ("audio", "wav"),
        ("document", "pdf"),
        ("document", "md"),
    ]
    assert [block["document"]["name"] for block in found[2:]] == ["Document 1", "Document 2"]
    assert found[0]["image"]["source"] == {"bytes": "iVBORw=="}


def test_thinking_of_another_vendor_stays_here() -> None:
    """With another signature or none it would be refused; encrypted thinking goes back as it is."""
    unsigned = Thinking(CleansedText("hm"))
    foreign = Thinking(CleansedText("hm"), signature="google:b3BhcXVl")
    hidden = Thinking(CleansedText(""), redacted="b3BhcXVl")
    assert blocks(unsigned, foreign, hidden, text("a"), role="assistant") == [
        {"reasoningContent": {"redactedContent": "b3BhcXVl"}},
        {"text": "a"},
    ]


def test_a_turn_of_thoughts_alone_is_left_out() -> None:
    """It would be taken for the beginning of the answer; beside a call it stays."""
    alone = (*ASK, turn("assistant", SIGNED), turn("user", text("Go on.")))
    (found,) = body(messages=alone)["messages"]
    assert found == {"role": "user", "content": [{"text": "Hello"}, {"text": "Go on."}]}
    called = (*ASK, turn("assistant", SIGNED), turn("assistant", CALL))
    assert len(body(messages=called)["messages"][1]["content"]) == 2


ALL = Asked(temperature=1.5, top_p=0.5, top_k=9, max_tokens=7, stop=(CleansedText("END"),), seed=1)
COMMON = {"maxTokens": 7, "stopSequences": ["END"]}
SAMPLING: dict[str, tuple[str, dict[str, Any], dict[str, Any] | None]] = {
    "Claude that takes it": (SAMPLED, COMMON | {"temperature": 1.0}, {"top_k": 9}),
    "Claude that does not": (NEW, COMMON, None),
    "Nova": (NOVA, COMMON | {"temperature": 1.5, "topP": 0.5}, None),
    "Llama": (LLAMA, COMMON | {"temperature": 1.5, "topP": 0.5}, None),
    "a model that nobody knows": (ARN, COMMON | {"temperature": 1.5, "topP": 0.5}, None),
}


@pytest.mark.parametrize("case", SAMPLING)
def test_sampling_is_asked_for_where_the_model_takes_it(case: str) -> None:
    """It steers only, so that no call is refused for it."""
    model, inference, additional = SAMPLING[case]
    found = body(ALL, model=model)
    assert found["inferenceConfig"] == inference
    assert found.get("additionalModelRequestFields") == additional


def test_options_stand_where_a_call_asks_for_nothing() -> None:
    """And give way where it does."""
    options = {"temperature": 0.1, "top_p": 0.2, "max_tokens": 5, "top_k": 3}
    found = body(model=SAMPLED, **options)
    assert found["inferenceConfig"] == {"temperature": 0.1, "topP": 0.2, "maxTokens": 5}
    assert found["additionalModelRequestFields"] == {"top_k": 3}
    asked = body(Asked(max_tokens=9, temperature=0.9), model=NOVA, **options)["inferenceConfig"]
    assert asked == {"temperature": 0.9, "topP": 0.2, "maxTokens": 9}


def test_a_profile_takes_its_models_name_from_an_option() -> None:
    """An ARN need not tell whose model it is."""
    assert "temperature" in body(Asked(temperature=1.0), model=ARN)["inferenceConfig"]
    assert "inferenceConfig" not in body(Asked(temperature=1.0), model=ARN, base_model=NEW)


THINKING: dict[str, tuple[str, Asked, dict[str, Any]]] = {
    "a budget": (
        SAMPLED,
        Asked(thinking_tokens=2000, temperature=0.5, top_k=4),
        {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 2000}}},
    ),
    "too small a budget": (
        SAMPLED,
        Asked(thinking_tokens=1),
        {"additionalModelRequestFields": {"thinking": {"type": "enabled", "budget_tokens": 1024}}},
    ),
    "adaptive": (
        NEW,
        Asked(thinking_tokens=2000, reasoning_effort="high"),
        {
            "additionalModelRequestFields": {"thinking": {"type": "adaptive"}},
            "outputConfig": {"effort": "high"},
        },
    ),
    "OpenAI's least effort": (
        NEW,
        Asked(reasoning_effort="minimal"),
        {"outputConfig": {"effort": "low"}},
    ),
    "effort before there was any": (SAMPLED, Asked(reasoning_effort="high"), {}),
    "OpenAI's model": (
        GPT,
        Asked(reasoning_effort="xhigh", thinking_tokens=2000),
        {"additionalModelRequestFields": {"reasoning_effort": "high"}},
    ),
    "other models": (LLAMA, Asked(reasoning_effort="high", thinking_tokens=2000), {}),
}


@pytest.mark.parametrize("case", THINKING)
def test_thinking_is_asked_for_as_the_model_knows_it(case: str) -> None:
    """Where it knows of none, the wish is left out: it steers only."""
    model, asked, expected = THINKING[case]
    found = body(asked, model=model)
    assert {name: found[name] for name in found if name != "messages"} == expected


def test_a_limit_of_the_connection_leaves_room_for_thinking() -> None:
    """Thinking counts towards it."""
    found = body(Asked(thinking_tokens=4000), max_tokens=1000)
    assert found["inferenceConfig"]["maxTokens"] > 5000


def test_a_schema_goes_as_text_and_closed() -> None:
    """As the wire wants it; a name that it does not take is left out."""
    found = body(Asked(json_schema=SCHEMA, json_schema_name="a b"))["outputConfig"]["textFormat"]
    schema = found["structure"]["jsonSchema"]
    assert json.loads(schema["schema"])["additionalProperties"] is False
    assert set(schema) == {"schema"}


def test_json_without_a_schema_is_a_call_that_must_be_made() -> None:
    """The wire has no JSON mode of its own."""
    found = body(Asked(json_mode=True))["toolConfig"]
    assert found["toolChoice"] == {"tool": {"name": found["tools"][0]["toolSpec"]["name"]}}


def test_a_guardrail_of_the_account_is_named() -> None:
    """Where the connection has one."""
    found = body(guardrail_id="gr1", guardrail_version="2")["guardrailConfig"]
    assert found == {"guardrailIdentifier": "gr1", "guardrailVersion": "2"}


def test_a_tool_needs_no_description() -> None:
    """An empty one would be refused."""
    tool = replace(WEATHER, description=CleansedText(""))
    (found,) = body(Asked(tools=(tool,)))["toolConfig"]["tools"]
    assert set(found["toolSpec"]) == {"name", "inputSchema"}
