"""The echo answers with what a model would have seen, in pieces that cut placeholders."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from sluice.engine.types import CleansedText
from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Connection,
    Delta,
    Message,
    ProviderRejected,
    Text,
    Tool,
    ToolChoice,
    ToolResult,
    Usage,
)
from sluice.server.providers.echo import PIECE, EchoProvider

ECHO = Connection("echo", "echo-1")


def turns(*texts: str) -> tuple[Message, ...]:
    return tuple(Message("user", CleansedText(text)) for text in texts)


async def ask(connection: Connection, *messages: Message) -> list[Delta]:
    return [delta async for delta in EchoProvider().stream(connection, messages)]


@pytest.mark.anyio
async def test_repeats_the_last_user_message() -> None:
    """The answer is the last user message as the model would have had it, and one finish."""
    instructions = Message("system", CleansedText("Be brief."))
    deltas = await ask(ECHO, instructions, *turns("first", "Mail EMAIL_ADDRESS_0, 👋"))
    assert "".join(d.text for d in deltas) == "The model saw: Mail EMAIL_ADDRESS_0, 👋"
    assert [d.finish_reason for d in deltas] == [None] * (len(deltas) - 1) + ["stop"]
    assert deltas[-1].usage == Usage(6, 6)
    assert {d.model for d in deltas} == {"echo-1"}


@pytest.mark.anyio
@pytest.mark.parametrize("placeholder", ["URL_0", "PERSON_0", "EMAIL_ADDRESS_12"])
@pytest.mark.parametrize("padding", range(PIECE))
async def test_every_placeholder_is_cut(placeholder: str, padding: int) -> None:
    """Wherever it stands, no placeholder comes in one piece, so restoring must join pieces."""
    deltas = await ask(ECHO, *turns("x" * padding + placeholder))
    assert not any(placeholder in delta.text for delta in deltas)
    assert max(len(delta.text) for delta in deltas) == PIECE


@pytest.mark.anyio
async def test_options_change_prefix_and_pieces() -> None:
    """A connection may ask for the bare text in larger pieces."""
    connection = Connection("echo", "echo", options={"prefix": "", "piece": 100})
    assert [d.text for d in await ask(connection, *turns("Mail PERSON_0"))] == ["Mail PERSON_0", ""]


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("connection", "messages"),
    [(ECHO, ()), (Connection("echo", "echo", options={"piece": 0}), turns("a"))],
)
async def test_refuses_what_it_cannot_do(
    connection: Connection, messages: tuple[Message, ...]
) -> None:
    """No user message or a wrong option is told, not guessed."""
    with pytest.raises(ProviderRejected):
        await ask(connection, *messages)


@pytest.mark.anyio
async def test_others_get_their_turn_during_a_long_echo() -> None:
    """A long answer without a network still lets other tasks run between its pieces."""
    other = asyncio.ensure_future(asyncio.sleep(0))
    echo = EchoProvider().stream(ECHO, turns("x" * 100))
    await anext(echo)
    await anext(echo)
    assert other.done()
    await echo.aclose()


WEATHER = Tool("weather")
CLOCK = Tool("clock")
TOOLS = Asked(tools=(WEATHER, CLOCK))
COMMANDS: dict[str, tuple[str, Asked, list[tuple[str, str]]]] = {
    "with arguments": (
        '/tool weather {"city": "CITY_0"}',
        TOOLS,
        [("weather", '{"city": "CITY_0"}')],
    ),
    "without arguments": ("/tool clock", TOOLS, [("clock", "{}")]),
    "several": (
        '/tool clock\n/tool weather {"a": {}}\nthen text',
        TOOLS,
        [("clock", "{}"), ("weather", '{"a": {}}')],
    ),
    "one at a time": (
        "/tool clock\n/tool weather",
        replace(TOOLS, parallel_tool_calls=False),
        [("clock", "{}")],
    ),
    "not offered": ("/tool other", TOOLS, []),
    "no tools": ("/tool clock", NOTHING_MORE, []),
    "forbidden": ("/tool clock", replace(TOOLS, tool_choice=ToolChoice("none")), []),
    "not at the start": ("please\n/tool clock", TOOLS, []),
    "no object": ("/tool clock [1]", TOOLS, []),
}


@pytest.mark.anyio
@pytest.mark.parametrize("case", COMMANDS)
async def test_calls_a_tool_on_command(case: str) -> None:
    """A line that begins with /tool is a call, if the request offers the tool; else it is text."""
    text, asked, expected = COMMANDS[case]
    deltas = [delta async for delta in EchoProvider().stream(ECHO, turns(text), asked)]
    found: dict[int, list[str]] = {}
    for piece in (delta.tool_call for delta in deltas if delta.tool_call):
        found.setdefault(piece.index, [piece.name, ""])[1] += piece.arguments
    assert [(name, arguments) for name, arguments in found.values()] == expected
    assert deltas[-1].finish_reason == ("tool_calls" if expected else "stop")
    said = "".join(delta.text for delta in deltas)
    assert said == ("" if expected else f"The model saw: {text}")


@pytest.mark.anyio
async def test_calls_of_two_rounds_have_different_ids() -> None:
    """A conversation that goes on never names two calls alike."""
    ids = []
    for messages in (turns("/tool clock"), turns("a", "b", "/tool clock")):
        deltas = [d async for d in EchoProvider().stream(ECHO, messages, TOOLS)]
        ids += [d.tool_call.id for d in deltas if d.tool_call and d.tool_call.id]
    assert len(set(ids)) == 2


@pytest.mark.anyio
async def test_a_tools_answer_is_what_it_saw_last() -> None:
    """After a call the echo shows what came back, and calls nothing again."""
    result = ToolResult("call_1", (Text(CleansedText("rain in CITY_0")),))
    messages = (*turns("/tool weather"), Message("tool", (result,)))
    deltas = [d async for d in EchoProvider().stream(ECHO, messages, TOOLS)]
    assert "".join(d.text for d in deltas) == "The model saw: rain in CITY_0"


FORMS: dict[str, tuple[str, Asked, str]] = {
    "JSON": ('say "hi"', Asked(json_mode=True), '{"saw": "say \\"hi\\""}'),
    "JSON on command": ('/json {"a": "PERSON_0"}', Asked(json_mode=True), '{"a": "PERSON_0"}'),
    "a schema on command": ('/json {"a": 1}', Asked(json_schema={}), '{"a": 1}'),
    "a stop sequence": ("one END two", Asked(stop=(CleansedText("END"),)), "The model saw: one "),
    "the first of two": (
        "one two",
        Asked(stop=(CleansedText("two"), CleansedText("one"))),
        "The model saw: ",
    ),
}


@pytest.mark.anyio
@pytest.mark.parametrize("case", FORMS)
async def test_answers_in_the_form_that_was_asked_for(case: str) -> None:
    """JSON is JSON, a stop sequence stops."""
    text, asked, expected = FORMS[case]
    deltas = [d async for d in EchoProvider().stream(ECHO, turns(text), asked)]
    assert "".join(d.text for d in deltas) == expected


@pytest.mark.anyio
async def test_refuses_a_schema_that_it_cannot_follow() -> None:
    """An echo that ignored a schema would pass for a model that failed."""
    with pytest.raises(ProviderRejected, match="schema"):
        await anext(EchoProvider().stream(ECHO, turns("a"), Asked(json_schema={})))
