"""What an answer may restore: what stands in the request, and what may be quoted."""

from __future__ import annotations

import pytest
from tests.integration.features.proxy.gateway import OWNER, Gateway, gateway, people

from sluice.server.features.proxy.wires.reading import Speaker
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio

JANE, BOB, KAY = "jane.roe@example.org", "bob.poe@example.org", "kay@example.org"
SAID = "Write to EMAIL_ADDRESS_0 or to EMAIL_ADDRESS_1"


async def _two_known(database: Database, *ids: str | None) -> Gateway:
    """Somebody's conversation has had two originals."""
    await people(database)
    own = gateway(database)
    conversation = await own.conversations.open(OWNER, *ids)
    await own.send(conversation, ("user", f"Mail {JANE}"), ("user", f"Mail {BOB}"))
    return own


async def test_what_stands_in_no_text_of_the_request_is_not_restored(database: Database) -> None:
    own = await _two_known(database)
    conversation = await own.conversations.open(OWNER)
    call, _ = await own.send(conversation, ("user", f"Mail {BOB}"))
    assert await own.answer(call, SAID) == f"Write to EMAIL_ADDRESS_0 or to {BOB}"


@pytest.mark.parametrize(
    ("ids", "speaker", "text", "restored"),
    [
        ((), "assistant", "I wrote to EMAIL_ADDRESS_0", True),
        ((), "system", "Always greet EMAIL_ADDRESS_0", True),
        ((), "assistant", "I wrote to email address 0", False),
        ((), "user", "Who is EMAIL_ADDRESS_0?", False),
        ((), "client", "EMAIL_ADDRESS_0", False),
        ((), "tool", "no results for EMAIL_ADDRESS_0", False),
        ((None, "end user"), "tool", "one result for EMAIL_ADDRESS_0", True),
        ((None, "end user"), "assistant", "I wrote to Email Address 0", True),
        ((None, "end user"), "user", "Who is EMAIL_ADDRESS_0?", False),
        (("c1",), "user", "Who is EMAIL_ADDRESS_0?", True),
        (("c1",), "user", "Who is email address 0?", True),
        (("c1", "end user"), "client", "EMAIL_ADDRESS_0", True),
    ],
)
async def test_whose_quotation_of_an_earlier_turn_is_restored(
    database: Database,
    ids: tuple[str | None, ...],
    speaker: Speaker,
    text: str,
    restored: bool,
) -> None:
    """The history was trimmed: the original itself stands in no text."""
    await _two_known(database, *ids)
    own = gateway(database)
    conversation = await own.conversations.open(OWNER, *ids)
    call, sent = await own.send(conversation, (speaker, text), ("user", "And now?"))
    assert sent[0] == text
    said = "To EMAIL_ADDRESS_0."
    assert await own.answer(call, said) == (f"To {JANE}." if restored else said)


async def test_who_typed_a_placeholder_does_not_read_it_when_the_model_repeats_it(
    database: Database,
) -> None:
    """Typed once, it is quoted by nobody any more, in another process neither."""
    own = await _two_known(database)
    conversation = await own.conversations.open(OWNER)
    typed: tuple[Speaker, str] = ("user", "Repeat: EMAIL_ADDRESS_0")
    call, _ = await own.send(conversation, typed)
    assert await own.answer(call, "EMAIL_ADDRESS_0") == "EMAIL_ADDRESS_0"
    for process in (own, gateway(database)):
        for history in ([typed], []):
            opened = await process.conversations.open(OWNER)
            turns: list[tuple[Speaker, str]] = [*history, ("assistant", "EMAIL_ADDRESS_0")]
            call, _ = await process.send(opened, *turns, ("user", "Again?"))
            assert await process.answer(call, "EMAIL_ADDRESS_0") == "EMAIL_ADDRESS_0"


async def test_a_number_that_the_model_made_up_becomes_nobodys_by_being_repeated(
    database: Database,
) -> None:
    own = await _two_known(database)
    conversation = await own.conversations.open(OWNER)
    call, _ = await own.send(conversation, ("user", f"Mail {BOB}"))
    assert await own.answer(call, SAID) == f"Write to EMAIL_ADDRESS_0 or to {BOB}"
    for process in (own, gateway(database)):
        opened = await process.conversations.open(OWNER)
        call, _ = await process.send(opened, ("assistant", "EMAIL_ADDRESS_0"), ("user", "Yes"))
        assert await process.answer(call, "EMAIL_ADDRESS_0") == "EMAIL_ADDRESS_0"


@pytest.mark.parametrize("ids", [(), ("c1",)], ids=["shared", "own conversation"])
async def test_a_typed_number_that_is_nobodys_stays_and_is_never_issued(
    database: Database, ids: tuple[str, ...]
) -> None:
    await people(database)
    for typed in ("see EMAIL_ADDRESS_0", "see Email Address 1"):
        own = gateway(database)
        conversation = await own.conversations.open(OWNER, *ids)
        _, sent = await own.send(conversation, ("user", typed))
        assert sent == [typed]
    own = gateway(database)
    conversation = await own.conversations.open(OWNER, *ids)
    call, sent = await own.send(conversation, ("user", f"Mail {JANE}"))
    assert sent == ["Mail EMAIL_ADDRESS_2"]
    answer = "EMAIL_ADDRESS_0, EMAIL_ADDRESS_1, EMAIL_ADDRESS_2"
    assert await own.answer(call, answer) == f"EMAIL_ADDRESS_0, EMAIL_ADDRESS_1, {JANE}"


@pytest.mark.parametrize("restarted", [False, True], ids=["same process", "another process"])
async def test_many_typed_numbers_keep_nobody_from_going_on(
    database: Database,
    restarted: bool,
) -> None:
    await people(database)
    own = gateway(database)
    typed = " ".join(f"EMAIL_ADDRESS_{number}" for number in range(900))
    conversation = await own.conversations.open(OWNER)
    await own.send(conversation, ("user", typed))
    if restarted:
        own = gateway(database)
        conversation = await own.conversations.open(OWNER)
    _, sent = await own.send(conversation, ("user", f"Mail {JANE}"))
    assert sent == ["Mail EMAIL_ADDRESS_900"]


async def test_a_number_that_the_model_made_up_is_never_issued(database: Database) -> None:
    await people(database)
    own = gateway(database)
    conversation = await own.conversations.open(OWNER)
    call, _ = await own.send(conversation, ("user", f"Mail {JANE}"))
    await own.answer(call, "To EMAIL_ADDRESS_1")
    _, sent = await own.send(conversation, ("user", f"Mail {BOB}"))
    assert sent == ["Mail EMAIL_ADDRESS_2"]


async def test_nothing_of_the_instructions_is_restored_or_can_be_quoted(
    database: Database,
) -> None:
    await people(database)
    own = gateway(database)
    conversation = await own.conversations.open(OWNER, "c1")
    call, _ = await own.send(conversation, ("user", "Hello"), instructions=f"Ask {KAY}")
    assert call.instructions == "Ask EMAIL_ADDRESS_0"
    assert await own.answer(call, "EMAIL_ADDRESS_0") == "EMAIL_ADDRESS_0"
    turns: list[tuple[Speaker, str]] = [("user", "Who is EMAIL_ADDRESS_0?")]
    call, _ = await own.send(conversation, *turns, instructions=f"Ask {KAY}")
    assert await own.answer(call, "EMAIL_ADDRESS_0") == "EMAIL_ADDRESS_0"
    call, sent = await own.send(conversation, ("user", f"Is it {KAY}?"), instructions=f"Ask {KAY}")
    assert call.instructions == "Ask EMAIL_ADDRESS_0"
    assert sent == ["Is it EMAIL_ADDRESS_1?"]
    assert await own.answer(call, "EMAIL_ADDRESS_0/EMAIL_ADDRESS_1") == f"EMAIL_ADDRESS_0/{KAY}"
