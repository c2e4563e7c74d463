"""What a conversation and its wishes are in Google's Gemini wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.server.providers.wishes import (
    ANY,
    CALL,
    FAR_IMAGE,
    NAMED,
    PDF,
    ROUNDS,
    SCHEMA,
    SIGNED,
    SOUND,
    TOOLS,
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
    Message,
    Part,
    ProviderRejected,
    Thinking,
    ToolCall,
    ToolChoice,
)
from sluice.server.providers.google_body import MARK, UNSIGNED, content_body

ASK = (said("user", "Hello"),)
NEW, BUDGETED, OLD = "gemini-3.5-flash", "gemini-2.5-flash", "gemini-2.0-flash"
OWN = Thinking(CleansedText("hm"), MARK + "c2ln")


def body(
    asked: Asked = NOTHING_MORE,
    messages: tuple[Message, ...] = ASK,
    model: str = NEW,
    **options: str | float,
) -> dict[str, Any]:
    """The body for one model."""
    connection = Connection("google", model, options=options)
    return content_body("google", connection, messages, asked)


def contents(*messages: Message, model: str = NEW) -> list[dict[str, Any]]:
    """The contents that these messages are."""
    found: list[dict[str, Any]] = body(NOTHING_MORE, messages, model)["contents"]
    return found


def signatures(*parts: Part, model: str = NEW) -> list[str | None]:
    """The signature of each part of a model's turn."""
    answers = [result(part.id, text("a")) for part in parts if isinstance(part, ToolCall)]
    found = contents(*ASK, turn("assistant", *parts), turn("tool", *answers), model=model)
    return [part.get("thoughtSignature") for part in found[1]["parts"]]


def test_a_round_with_a_tool_is_said_in_the_vendors_contents() -> None:
    """Instructions have their own place, and results are a content of their own."""
    found = body(TOOLS, ROUNDS, BUDGETED)
    assert found["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    call = {"id": "call_1", "name": "weather", "args": {"city": "CITY_0"}}
    answer = {"id": "call_1", "name": "weather", "response": {"output": "rain"}}
    assert found["contents"] == [
        {"role": "user", "parts": [{"text": "Weather for PERSON_0?"}]},
        {"role": "model", "parts": [{"text": "I look."}, {"functionCall": call}]},
        {"role": "user", "parts": [{"functionResponse": answer}]},
        {"role": "user", "parts": [{"text": "And now?"}]},
    ]


CALLS = (CALL, ToolCall("call_2", "clock", CleansedText("")))
SIGNATURES: dict[str, tuple[tuple[Part, ...], list[str | None]]] = {
    "right before the call": ((OWN, CALL), ["c2ln"]),
    "with words between": ((OWN, text("I look."), CALL), [None, "c2ln"]),
    "in a piece of its own": (
        (Thinking(CleansedText("hm")), Thinking(CleansedText(""), MARK + "c2ln"), CALL),
        ["c2ln"],
    ),
    "of calls at once the first": ((OWN, *CALLS), ["c2ln", None]),
    "each its own": (
        (OWN, CALLS[0], Thinking(CleansedText(""), MARK + "Mg"), CALLS[1]),
        ["c2ln", "Mg"],
    ),
    "lost": (CALLS, [UNSIGNED, None]),
    "another vendor's": ((SIGNED, CALL), [UNSIGNED]),
    "of words": ((OWN, text("Well.")), [None]),
}


@pytest.mark.parametrize("case", SIGNATURES)
def test_a_signature_goes_back_with_its_call(case: str) -> None:
    """Whatever a caller's wire made of the order; a call without one says so."""
    parts, expected = SIGNATURES[case]
    assert signatures(*parts) == expected


def test_older_models_are_told_of_no_missing_signature() -> None:
    """They do without."""
    assert signatures(*CALLS, model=BUDGETED) == [None, None]
    assert signatures(OWN, CALL, model=BUDGETED) == ["c2ln"]


def test_a_result_has_its_tools_name() -> None:
    """The wire demands it; without its call or its name it is refused."""
    named = replace(result("x", text("a")), name="weather")
    part = contents(*ASK, turn("tool", named))[1]["parts"][0]["functionResponse"]
    assert (part["id"], part["name"]) == ("x", "weather")
    with pytest.raises(ProviderRejected, match="without its call"):
        contents(*ASK, turn("tool", result("x", text("a"))))


def test_results_may_hold_media_and_say_that_a_call_failed() -> None:
    """Both have their place in this wire."""
    answer = turn("tool", result("call_1", text("see"), PDF, is_error=True))
    found = contents(*ASK, turn("assistant", CALL), answer)[2]["parts"][0]["functionResponse"]
    assert found["response"] == {"error": "see"}
    assert found["parts"] == [{"inlineData": {"mimeType": "application/pdf", "data": "JVBERg=="}}]


def test_an_id_of_another_vendor_is_made_to_fit() -> None:
    """Call and result stay together, and the result has its name."""
    odd = "call ä"
    made = turn("assistant", ToolCall(odd, "clock", CleansedText("")))
    found = contents(*ASK, made, turn("tool", result(odd, text("a"))))
    call, answer = found[1]["parts"][0]["functionCall"], found[2]["parts"][0]["functionResponse"]
    assert call["id"] == answer["id"] != odd
    assert answer["name"] == "clock"


def test_media_are_parts() -> None:
    """Of any kind, as data or as an address."""
    (found,) = contents(turn("user", text("What?"), FAR_IMAGE, SOUND))
    assert found["parts"] == [
        {"text": "What?"},
        {"fileData": {"mimeType": "image/png", "fileUri": "https://example.org/a.png"}},
        {"inlineData": {"mimeType": "audio/wav", "data": "UklGRg=="}},
    ]


def test_turns_of_one_role_are_one_and_empty_ones_none() -> None:
    """Empty parts are refused by the vendor."""
    found = contents(*ASK, said("user", "you"), turn("assistant", SIGNED), said("user", ""))
    assert found == [{"role": "user", "parts": [{"text": "Hello"}, {"text": "you"}]}]
    with pytest.raises(ProviderRejected, match="no text"):
        contents(said("system", "Be brief."))


BAD_CALL = ToolCall("call_1", "weather", CleansedText("canary"))
REFUSED: dict[str, Message] = {
    "a call of a user": turn("user", CALL),
    "thinking of a user": turn("user", SIGNED),
    "an answer in an assistant's turn": turn("assistant", result("call_1", text("canary"))),
    "a bare answer of a tool": said("tool", "canary"),
    "arguments that are no JSON": turn("assistant", BAD_CALL),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_wire_has_no_place_for_is_refused(case: str) -> None:
    """The refusal names the kind of thing and quotes nothing of it."""
    with pytest.raises(ProviderRejected, match=r"^google has no place for") as caught:
        contents(*ASK, REFUSED[case])
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


CHOICES: dict[str, tuple[ToolChoice | None, dict[str, Any] | None]] = {
    "none given": (None, None),
    "auto": (ToolChoice("auto"), {"mode": "AUTO"}),
    "any": (ANY, {"mode": "ANY"}),
    "none": (ToolChoice("none"), {"mode": "NONE"}),
    "one": (NAMED, {"mode": "ANY", "allowedFunctionNames": ["weather"]}),
}


@pytest.mark.parametrize("case", CHOICES)
def test_a_choice_of_tools_has_the_wires_word(case: str) -> None:
    """A tool without parameters has no schema."""
    choice, config = CHOICES[case]
    found = body(replace(TOOLS, tool_choice=choice))
    assert found.get("toolConfig", {}).get("functionCallingConfig") == config
    weather = {
        "name": "weather",
        "description": "Tells the weather.",
        "parametersJsonSchema": SCHEMA,
    }
    assert found["tools"] == [{"functionDeclarations": [weather, {"name": "clock"}]}]


def test_a_choice_without_its_tool_is_refused() -> None:
    """Nothing could be called."""
    with pytest.raises(ProviderRejected, match="tool choice"):
        body(Asked(tool_choice=NAMED))


def test_sampling_and_the_form_have_the_wires_names() -> None:
    """What is asked for comes before the connection's options."""
    asked = Asked(
        max_tokens=5, temperature=0.5, top_p=0.4, top_k=7, seed=3, stop=(CleansedText("END"),),
        json_schema=SCHEMA,
    )  # fmt: skip
    found = body(asked, top_p=0.1, temperature=0.9, presence_penalty=0.2)["generationConfig"]
    assert found == {
        "maxOutputTokens": 5,
        "temperature": 0.5,
        "topP": 0.4,
        "topK": 7,
        "seed": 3,
        "stopSequences": ["END"],
        "presencePenalty": 0.2,
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
    }
    assert body(Asked(json_mode=True))["generationConfig"] == {
        "responseMimeType": "application/json"
    }
    assert "generationConfig" not in body()


THOUGHT: list[tuple[str, Asked, dict[str, Any] | None]] = [
    (BUDGETED, Asked(thinking_tokens=500), {"thinkingBudget": 500, "includeThoughts": True}),
    (BUDGETED, Asked(reasoning_effort="low"), {"thinkingBudget": 1024, "includeThoughts": True}),
    (BUDGETED, Asked(reasoning_effort="max"), {"thinkingBudget": 24576, "includeThoughts": True}),
    (BUDGETED, Asked(reasoning_effort="none"), {"thinkingBudget": 0, "includeThoughts": False}),
    ("gemini-2.5-pro", Asked(thinking_tokens=0), {"thinkingBudget": 128, "includeThoughts": True}),
    (NEW, Asked(reasoning_effort="none"), {"thinkingLevel": "MINIMAL", "includeThoughts": True}),
    (NEW, Asked(reasoning_effort="medium"), {"thinkingLevel": "MEDIUM", "includeThoughts": True}),
    (NEW, Asked(reasoning_effort="xhigh"), {"thinkingLevel": "HIGH", "includeThoughts": True}),
    (NEW, Asked(thinking_tokens=2000), {"thinkingLevel": "MEDIUM", "includeThoughts": True}),
    (NEW, Asked(thinking_tokens=32000), {"thinkingLevel": "HIGH", "includeThoughts": True}),
    (
        "gemini-3.8-flash",
        Asked(reasoning_effort="minimal"),
        {"thinkingLevel": "LOW", "includeThoughts": True},
    ),
    (
        "gemini-3-pro-preview",
        Asked(reasoning_effort="medium"),
        {"thinkingLevel": "HIGH", "includeThoughts": True},
    ),
    (
        "publishers/google/models/gemini-2.5-flash",
        Asked(thinking_tokens=500),
        {"thinkingBudget": 500, "includeThoughts": True},
    ),
    (OLD, Asked(reasoning_effort="high"), None),
    (NEW, NOTHING_MORE, None),
]


@pytest.mark.parametrize(("model", "asked", "field"), THOUGHT)
def test_thinking_is_asked_for_in_the_models_measure(
    model: str, asked: Asked, field: dict[str, Any] | None
) -> None:
    """A budget or a level, never both, and only one that the model has."""
    config = body(asked, model=model).get("generationConfig", {})
    assert config.get("thinkingConfig") == field
