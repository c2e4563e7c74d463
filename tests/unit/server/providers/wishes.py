"""Conversations and wishes that the tests of every vendor's bodies share; all made up."""

from __future__ import annotations

from sluice.engine.types import CleansedText
from sluice.server.providers.base import (
    Asked,
    Media,
    Message,
    Part,
    Role,
    Text,
    Thinking,
    Tool,
    ToolCall,
    ToolChoice,
    ToolResult,
)

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
CLOSED = SCHEMA | {"additionalProperties": False}
WEATHER = Tool("weather", CleansedText("Tells the weather."), SCHEMA)
CLOCK = Tool("clock")
CALL = ToolCall("call_1", "weather", CleansedText('{"city": "CITY_0"}'))
IMAGE = Media("image/png", b"\x89PNG")
FAR_IMAGE = Media("image/png", url="https://example.org/a.png")
SOUND = Media("audio/wav", b"RIFF")
PDF = Media("application/pdf", b"%PDF", name=CleansedText("FILE_NAME_0"))
SIGNED = Thinking(CleansedText("hm"), "c2ln")
TOOLS = Asked(tools=(WEATHER, CLOCK))


def text(words: str) -> Text:
    """A piece in words."""
    return Text(CleansedText(words))


def turn(role: Role, *parts: Part) -> Message:
    """A message of parts."""
    return Message(role, parts)


def said(role: Role, words: str) -> Message:
    """A message in words alone."""
    return Message(role, CleansedText(words))


def result(call_id: str, *parts: Text | Media, is_error: bool = False) -> ToolResult:
    """What a tool answered."""
    return ToolResult(call_id, parts, is_error)


ROUNDS = (
    said("system", "Be brief."),
    said("user", "Weather for PERSON_0?"),
    turn("assistant", SIGNED, text("I look."), CALL),
    turn("tool", result("call_1", text("rain"))),
    turn("user", text("And now?")),
)
"""A conversation in which a tool was called and answered."""
ANY = ToolChoice("any")
NAMED = ToolChoice("tool", "weather")
