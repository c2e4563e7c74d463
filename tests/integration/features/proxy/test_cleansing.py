"""Requests without a thread id: one original, one placeholder, from turn to turn."""

from __future__ import annotations

import pytest
from tests.integration.features.proxy.gateway import OWNER, gateway, people

from sluice.server.features.proxy.wires.reading import Speaker
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio

JANE, BOB = "jane.roe@example.org", "bob.poe@example.org"


async def test_the_same_original_keeps_its_placeholder_while_a_history_grows(
    database: Database,
) -> None:
    await people(database)
    own = gateway(database)
    conversation = await own.conversations.open(OWNER)
    history: list[tuple[Speaker, str]] = []
    sent: list[list[str]] = []
    for text in (f"Mail {JANE}", f"Mail {BOB} and {JANE}", "Thanks", f"Again {BOB}"):
        history.append(("user", text))
        call, cleansed = await own.send(conversation, *history)
        sent.append(cleansed)
        assert await own.answer(call, "To EMAIL_ADDRESS_0.") == f"To {JANE}."
    assert sent[-1] == [
        "Mail EMAIL_ADDRESS_0",
        "Mail EMAIL_ADDRESS_1 and EMAIL_ADDRESS_0",
        "Thanks",
        "Again EMAIL_ADDRESS_1",
    ]
    assert all(turn == sent[-1][: len(turn)] for turn in sent)
