"""What texts teach about each other, turn by turn and all at once."""

from __future__ import annotations

import pytest
from tests.integration.features.proxy.gateway import OTHER, OWNER, Gateway, gateway, people
from tests.integration.features.proxy.test_policies import Scripted

from sluice.engine import Finding, Policy, Rule
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.conversations.service import Conversation
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio

Told = dict[str, list[tuple[str, float]]]
"""By the text, which names are found in it, where they stand first, and how sure that is."""
STRICT = Policy(rules={"PERSON": Rule(threshold=0.9)})


def _process(database: Database, told: Told) -> Gateway:
    own = gateway(database, STRICT)
    script = Scripted()
    for text, names in told.items():
        at = [(text.index(name), len(name), score) for name, score in names]
        script.told[text] = sorted(Finding(a, a + n, "PERSON", score) for a, n, score in at)
    own.cleansing._analyzer = script
    return own


def _shown(call: CleansedCall, sent: list[str]) -> list[str]:
    """What was sent, with the originals in brackets in place of their placeholders."""
    for entry in sorted(call.mapping.entries, key=lambda e: -len(e.placeholder)):
        sent = [text.replace(entry.placeholder, f"[{entry.original}]") for text in sent]
    return sent


async def _sent(own: Gateway, conversation: Conversation, texts: list[str]) -> list[str]:
    call, sent = await own.send(conversation, *(("user", text) for text in texts))
    assert await own.answer(call, "\n".join(sent)) == "\n".join(texts)
    return _shown(call, sent)


MAILED = "Dear Bob Poe ok Bob Poe Ann Loe ok"
CASES = [
    pytest.param(
        [[MAILED], [MAILED, "Ann Loe: hi"], [MAILED, "Ann Loe: hi", "Bob Poe, Bob Poe Ann Loe."]],
        {
            "Ann Loe: hi": [("Ann Loe", 1)],
            "Bob Poe, Bob Poe Ann Loe.": [("Bob Poe", 1), ("Bob Poe Ann Loe", 1)],
        },
        [
            "Dear [Bob Poe] ok [Bob Poe Ann Loe] ok",
            "[Ann Loe]: hi",
            "[Bob Poe], [Bob Poe Ann Loe].",
        ],
        id="a longer name around one that was learned before",
    ),
    pytest.param(
        [["Jane Roe Bob Poe"], ["Jane Roe Bob Poe", "Hi Jane Roe"]],
        {"Jane Roe Bob Poe": [("Roe Bob Poe", 1)], "Hi Jane Roe": [("Jane Roe", 1)]},
        ["[Jane Roe Bob Poe]", "Hi [Jane Roe]"],
        id="a name that shares a word with one that was found there",
    ),
    pytest.param(
        [
            ["Ann Loe Kim"],
            ["Ann Loe Kim", "is Ann Loe"],
            ["Ann Loe Kim", "is Ann Loe", "Loe Kim"],
        ],
        {"is Ann Loe": [("Ann Loe", 1)], "Loe Kim": [("Loe Kim", 1)]},
        ["[Ann Loe Kim]", "is [Ann Loe]", "[Loe Kim]"],
        id="two names that share a word, learned one after the other",
    ),
    pytest.param(
        [["Roe Miller"], ["Roe Miller", "Jane Roe Miller of it"]],
        {"Roe Miller": [("Roe Miller", 1)], "Jane Roe Miller of it": []},
        ["[Roe Miller]", "Jane [Roe Miller] of it"],
        id="only what is known",
    ),
    pytest.param(
        [["ask Jane Roe"], ["ask Jane Roe", "Jane Roe is new"]],
        {"ask Jane Roe": [("Jane Roe", 0.6)], "Jane Roe is new": [("Jane Roe", 0.95)]},
        ["ask [Jane Roe]", "[Jane Roe] is new"],
        id="a doubt in one text that is sure in another one",
    ),
    pytest.param(
        [["tell kaito"], ["tell kaito", "Kaito"], ["tell kaito", "Kaito", "user kaito"]],
        {"Kaito": [("Kaito", 1)], "user kaito": [("kaito", 1)]},
        ["tell [kaito]", "[Kaito]", "user [kaito]"],
        id="a word that was first known in capitals only",
    ),
    pytest.param(
        [["one Ann Loe", "two Ann Loe"], ["Ann Loe is it", "one Ann Loe", "two Ann Loe"]],
        {"Ann Loe is it": [("Ann Loe", 1)]},
        ["[Ann Loe] is it", "one [Ann Loe]", "two [Ann Loe]"],
        id="a teacher that is put in front",
    ),
]


@pytest.mark.parametrize(("turns", "told", "last"), CASES)
async def test_every_process_writes_the_same_and_no_known_name_in_clear(
    database: Database, turns: list[list[str]], told: Told, last: list[str]
) -> None:
    """One that saw every turn, one that sees the last alone, one that sees it first of all."""
    await people(database)
    warm = _process(database, told)
    conversation = await warm.conversations.open(OWNER)
    for texts in turns:
        sent = await _sent(warm, conversation, texts)
        cold = _process(database, told)
        _, before = await warm.send(conversation, *(("user", text) for text in texts))
        again = await cold.conversations.open(OWNER)
        _, after = await cold.send(again, *(("user", text) for text in texts))
        assert after == before
    assert sent == last
    first = _process(database, told)
    assert await _sent(first, await first.conversations.open(OTHER), turns[-1]) == last


async def test_later_turns_change_nothing_of_what_was_sent_before(database: Database) -> None:
    """Unless they name what stood there in clear: a vendor's cached beginning stays good."""
    await people(database)
    texts = [f"order {n} of Ann Loe, and of no. {n}" for n in range(6)]
    own = _process(database, {text: [("Ann Loe", 1)] for text in texts})
    conversation = await own.conversations.open(OWNER)
    before: list[str] = []
    for count in range(1, 7):
        _, sent = await own.send(conversation, *(("user", text) for text in texts[:count]))
        assert sent[: len(before)] == before
        before = sent
