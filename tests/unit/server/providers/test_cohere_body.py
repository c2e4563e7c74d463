"""What a conversation and its wishes are in Cohere's chat wire."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.server.providers.wishes import (
    ANY,
    CALL,
    CLOCK,
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
    Message,
    ProviderRejected,
    Thinking,
    ToolCall,
    ToolChoice,
)
from sluice.server.providers.cohere_body import chat_body, turns

ASK = (said("user", "Hello"),)
OLD, THINKING = "command-a-03-2025", "command-a-reasoning-08-2025"
OWN = Thinking(CleansedText("hm"))


def body(
    asked: Asked = NOTHING_MORE,
    messages: tuple[Message, ...] = ASK,
    model: str = OLD,
    **options: str | float,
) -> dict[str, Any]:
    """The body for one model."""
    return chat_body(Connection("cohere", model, options=options), messages, asked)


def test_a_round_with_a_tool_is_said_in_the_vendors_messages() -> None:
    """Signed thinking is another vendor's and stays here; the result is a message of its own."""
    assert body(TOOLS, ROUNDS)["messages"] == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather for PERSON_0?"},
        {
            "role": "assistant",
            "tool_calls": [
                {
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "weather", "arguments": '{"city": "CITY_0"}'},
                }
            ],
            "content": "I look.",
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "rain"},
        {"role": "user", "content": "And now?"},
    ]


def test_own_thinking_goes_back_in_its_place() -> None:
    """Beside calls it is the plan, else a block before the words."""
    planned, thought = turns(
        (*ASK, turn("assistant", OWN, CALL), turn("assistant", OWN, text("a")))
    )[1:]
    assert planned["tool_plan"] == "hm"
    assert thought["content"] == [
        {"type": "thinking", "thinking": "hm"},
        {"type": "text", "text": "a"},
    ]


def test_a_turn_of_nothing_is_left_out() -> None:
    """The vendor refuses empty messages; with nothing left there is nothing to ask."""
    assert turns((*ASK, turn("assistant", SIGNED), said("user", ""))) == [
        {"role": "user", "content": "Hello"}
    ]
    with pytest.raises(ProviderRejected, match="no text"):
        turns((said("system", "Be brief."),))


def test_a_failed_call_says_so() -> None:
    """The wire has no mark for it."""
    (found,) = turns((turn("tool", result("call_1", text("no"), is_error=True)),))
    assert found["content"] == "Error: no"


def test_images_are_parts() -> None:
    """As data or as an address."""
    (found,) = turns((turn("user", text("What?"), IMAGE, FAR_IMAGE),))
    assert found["content"] == [
        {"type": "text", "text": "What?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
    ]


BAD_CALL = ToolCall("call_1", "weather", CleansedText("canary"))
REFUSED: dict[str, Message] = {
    "sound": turn("user", SOUND),
    "a document": turn("user", PDF),
    "an image of an assistant": turn("assistant", IMAGE),
    "an image of the system": turn("system", IMAGE),
    "an image of a tool": turn("tool", result("call_1", IMAGE)),
    "a call of a user": turn("user", CALL),
    "a bare answer of a tool": said("tool", "canary"),
    "arguments that are no JSON": turn("assistant", BAD_CALL),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_wire_has_no_place_for_is_refused(case: str) -> None:
    """The refusal names the kind of thing and quotes nothing of it."""
    with pytest.raises(ProviderRejected, match=r"^cohere has no place for") as caught:
        turns((*ASK, REFUSED[case]))
    assert "canary" not in str(caught.value)
    assert caught.value.__context__ is None


CHOICES: dict[str, tuple[ToolChoice | None, str | None, list[str]]] = {
    "none given": (None, None, ["weather", "clock"]),
    "auto": (ToolChoice("auto"), None, ["weather", "clock"]),
    "any": (ANY, "REQUIRED", ["weather", "clock"]),
    "none": (ToolChoice("none"), "NONE", ["weather", "clock"]),
    "one": (NAMED, "REQUIRED", ["weather"]),
}


@pytest.mark.parametrize("case", CHOICES)
def test_a_choice_of_tools_has_the_wires_word(case: str) -> None:
    """One certain tool is asked for by offering no other."""
    choice, word, names = CHOICES[case]
    found = body(replace(TOOLS, tool_choice=choice))
    assert found.get("tool_choice") == word
    assert [tool["function"]["name"] for tool in found["tools"]] == names


def test_a_tool_has_a_schema_in_any_case() -> None:
    """The wire demands one."""
    assert body(Asked(tools=(WEATHER, CLOCK)))["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "weather",
                "parameters": SCHEMA,
                "description": "Tells the weather.",
            },
        },
        {
            "type": "function",
            "function": {"name": "clock", "parameters": {"type": "object", "properties": {}}},
        },
    ]


def test_a_choice_without_its_tool_is_refused() -> None:
    """Nothing could be called."""
    with pytest.raises(ProviderRejected, match="tool choice"):
        body(Asked(tool_choice=ANY))


def test_json_has_its_field_beside_no_tools() -> None:
    """With tools the vendor refuses it, so it is refused here with a reason."""
    assert body(Asked(json_mode=True))["response_format"] == {"type": "json_object"}
    found = body(Asked(json_schema=SCHEMA))["response_format"]
    assert found == {"type": "json_object", "json_schema": SCHEMA}
    with pytest.raises(ProviderRejected, match="JSON answer beside tools"):
        body(replace(TOOLS, json_schema=SCHEMA))


def test_sampling_has_the_wires_names() -> None:
    """What is asked for comes before the connection's options."""
    asked = Asked(
        max_tokens=5, temperature=0.5, top_p=0.4, top_k=7, seed=3, stop=(CleansedText("END"),)
    )
    found = body(asked, top_p=0.1, temperature=0.9, presence_penalty=0.2, safety_mode="STRICT")
    fields = {n: v for n, v in found.items() if n not in ("model", "messages", "stream")}
    assert fields == {
        "max_tokens": 5,
        "temperature": 0.5,
        "p": 0.4,
        "k": 7,
        "seed": 3,
        "stop_sequences": ["END"],
        "presence_penalty": 0.2,
        "safety_mode": "STRICT",
    }


@pytest.mark.parametrize(
    ("top_p", "p", "top_k", "k"), [(1.0, 0.99, 900, 500), (0.0, 0.01, -1, 0), (0.5, 0.5, 0, 0)]
)
def test_sampling_stays_inside_of_its_scale(top_p: float, p: float, top_k: int, k: int) -> None:
    """Other vendors' scales are wider; a call is not refused for that."""
    found = body(Asked(top_p=top_p, top_k=top_k))
    assert (found["p"], found["k"]) == (p, k)


BUDGETS: list[tuple[str, Asked, dict[str, Any] | None]] = [
    (THINKING, Asked(thinking_tokens=500), {"type": "enabled", "token_budget": 500}),
    (THINKING, Asked(thinking_tokens=0), {"type": "disabled"}),
    (THINKING, Asked(reasoning_effort="none"), {"type": "disabled"}),
    (THINKING, Asked(reasoning_effort="high"), None),
    ("command-a-plus-05-2026", Asked(thinking_tokens=5), {"type": "enabled", "token_budget": 5}),
    (OLD, Asked(thinking_tokens=500), None),
    ("command-r7b-12-2024", Asked(reasoning_effort="none"), None),
]


@pytest.mark.parametrize(("model", "asked", "field"), BUDGETS)
def test_thinking_goes_where_it_is_taken(
    model: str, asked: Asked, field: dict[str, Any] | None
) -> None:
    """Models without it would refuse the field."""
    assert body(asked, model=model).get("thinking") == field
