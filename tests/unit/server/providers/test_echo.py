"""The echo answers with what a model would have seen, in pieces that cut placeholders."""

from __future__ import annotations

import asyncio

import pytest

from sluice.engine.types import CleansedText
from sluice.server.providers.base import Connection, Delta, Message, ProviderRejected, Usage
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
