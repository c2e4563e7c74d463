"""What a policy does with the texts of a request, and what one text teaches about another."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.features.proxy.gateway import OWNER, Gateway, gateway, people

from sluice.engine import Action, Finding, Policy, RawText, Rule
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.analysis.detectors import Detectors, PolicyVersion
from sluice.server.errors import Blocked, Unprocessable
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.features.proxy.cleansing.cleansed_call import CleansedCall
from sluice.server.features.proxy.wires.reading import Reading, Speaker
from sluice.server.kit.database import Database

pytestmark = pytest.mark.anyio

JANE, BOB = "jane.roe@example.org", "bob.poe@example.org"


def _policy(action: Action) -> Policy:
    return Policy(rules={"EMAIL_ADDRESS": Rule(action)})


async def _begun(database: Database, policy: Policy | None = None) -> Gateway:
    await people(database)
    return gateway(database, policy)


async def test_a_blocked_request_keeps_nothing_and_stands_in_the_audit(database: Database) -> None:
    own = await _begun(database, _policy(Action.BLOCK))
    conversation = await own.conversations.open(OWNER)
    with pytest.raises(Blocked) as refusal:
        await own.send(
            conversation, ("user", f"{JANE} and {BOB}"), ("tool", f"{JANE}, +49 30 1234567")
        )
    assert refusal.value.entity_types == {"EMAIL_ADDRESS": 3}
    assert JANE not in str(refusal.value)
    async with database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM originals"))).scalar_one() == 0
        events = (await session.execute(text("SELECT event, actor_id FROM audit_events"))).all()
    assert [tuple(event) for event in events] == [("prompt.blocked", 1)]


async def test_redacted_values_do_not_come_back_and_have_no_stored_original(
    database: Database,
) -> None:
    own = await _begun(database, _policy(Action.REDACT))
    conversation = await own.conversations.open(OWNER)
    call, sent = await own.send(conversation, ("user", f"Mail {JANE}"), ("user", f"{JANE}!"))
    assert sent == ["Mail EMAIL_ADDRESS_0", "EMAIL_ADDRESS_0!"]
    assert await own.answer(call, "EMAIL_ADDRESS_0") == "EMAIL_ADDRESS_0"
    async with database.read() as session:
        assert (await session.execute(text("SELECT sealed FROM originals"))).all() == [(None,)]


async def test_allowed_findings_pass_and_are_counted(database: Database) -> None:
    own = await _begun(database, _policy(Action.ALLOW))
    conversation = await own.conversations.open(OWNER)
    call, sent = await own.send(conversation, ("user", f"Mail {JANE}"), ("tool", f"{JANE} {BOB}"))
    assert sent == [f"Mail {JANE}", f"{JANE} {BOB}"]
    assert call.manifest == {("EMAIL_ADDRESS", Action.ALLOW): 3}


async def test_stand_ins_are_stable_restored_and_nobodys(database: Database) -> None:
    own = await _begun(database, _policy(Action.REPLACE))
    conversation = await own.conversations.open(OWNER)
    call, sent = await own.send(conversation, ("user", JANE), ("user", f"{BOB}, {JANE}"))
    assert sent[1].endswith(f", {sent[0]}")
    assert JANE not in sent[0]
    assert BOB not in sent[1]
    assert await own.answer(call, sent[1]) == f"{BOB}, {JANE}"
    other = gateway(database, _policy(Action.REPLACE))
    again = await other.conversations.open(OWNER)
    assert (await other.send(again, ("user", JANE)))[1] == sent[:1]


async def test_a_stand_in_that_is_somebodys_original_is_drawn_again(database: Database) -> None:
    """By then the original may be known to another process alone."""
    own = await _begun(database, _policy(Action.REPLACE))
    first = await own.conversations.open(OWNER, "first")
    (stand_in,) = (await own.send(first, ("user", JANE)))[1]
    other = gateway(database, _policy(Action.MASK))
    conversation = await other.conversations.open(OWNER, "first")
    # A deletion begins anew under another key, so the draw is forced: the conversation's own
    # stand-in becomes an original before another process draws it again.
    async with database.write() as session:
        await session.execute(text("DELETE FROM originals"))
    await other.send(conversation, ("user", f"Mail {stand_in}"))
    fresh = gateway(database, _policy(Action.REPLACE))
    opened = await fresh.conversations.open(OWNER, "first")
    call, (sent,) = await fresh.send(opened, ("user", JANE))
    assert sent not in (stand_in, JANE)
    assert await fresh.answer(call, sent) == JANE


async def test_another_version_of_the_policy_decides_about_the_whole_history(
    database: Database,
) -> None:
    own = await _begun(database)
    conversation = await own.conversations.open(OWNER)
    await own.send(conversation, ("user", f"Mail {JANE}"))
    own.policy = PolicyInForce(1, 3, _policy(Action.ALLOW))
    _, sent = await own.send(conversation, ("user", f"Mail {JANE}"))
    assert sent == [f"Mail {JANE}"]


class Scripted(Analyzer):
    """Finds only what a test says, where it says so."""

    def __init__(self) -> None:
        super().__init__(Detectors(), seconds=20)
        self.told: dict[str, list[Finding]] = {}
        self.asked: list[str] = []

    async def findings(self, text: RawText, policy: PolicyVersion) -> list[Finding]:
        """The script."""
        self.asked.append(text)
        return self.told.get(text, [])


async def _scripted(database: Database, policy: Policy | None = None) -> tuple[Gateway, Scripted]:
    own = await _begun(database, policy)
    script = Scripted()
    own.cleansing._analyzer = script
    return own, script


def _name(text: str, name: str, kind: str = "PERSON") -> list[Finding]:
    start = text.index(name)
    return [Finding(start, start + len(name), kind, 0.9)]


@pytest.mark.parametrize(
    ("kind", "name", "text", "sent"),
    [
        ("PERSON", "Jane Roe", "ok jane roe", "ok PERSON_1"),
        ("PERSON", "Jane Roe", "Jane Roe, Jane Roe", "PERSON_0, PERSON_0"),
        ("PERSON", "Jane Roe", "Jane Roes", "Jane Roes"),
        ("PERSON", "Will", "I will go", "I will go"),
        ("PASSWORD", "tulip-Two-94", "type tulip-Two-94!", "type PASSWORD_0!"),
        ("CUSTOMER_ID", "+12-44 55", "id +12-44 55", "id CUSTOMER_ID_0"),
        ("AGE", "1234", "call 1234", "call 1234"),
        ("PERSON", "Roe", "Dear Roe", "Dear Roe"),
    ],
)
async def test_an_original_of_one_text_is_found_in_another_one(
    database: Database, kind: str, name: str, text: str, sent: str
) -> None:
    own, script = await _scripted(database)
    first = f"This is {name}."
    script.told[first] = _name(first, name, kind)
    conversation = await own.conversations.open(OWNER)
    _, (_, second) = await own.send(conversation, ("tool", first), ("user", text))
    assert second == sent


async def test_a_later_turn_teaches_about_an_earlier_one_and_then_it_stays(
    database: Database,
) -> None:
    own, script = await _scripted(database)
    conversation = await own.conversations.open(OWNER)
    early, late = "tell jane roe", "Jane Roe is the new one"
    script.told[late] = _name(late, "Jane Roe")
    _, sent = await own.send(conversation, ("user", early))
    assert sent == [early]
    for _ in range(2):
        call, sent = await own.send(conversation, ("user", early), ("tool", late))
        assert sent == ["tell PERSON_0", "PERSON_1 is the new one"] or sent == [
            "tell PERSON_1",
            "PERSON_0 is the new one",
        ]
        assert await own.answer(call, sent[0]) == early
    _, again = await own.send(conversation, ("user", early))
    assert again == sent[:1]


async def test_what_a_text_learned_is_not_forgotten_when_the_call_fails(
    database: Database,
) -> None:
    own, script = await _scripted(database)
    conversation = await own.conversations.open(OWNER)
    early, late = "tell jane roe", "Jane Roe is the new one"
    script.told[late] = _name(late, "Jane Roe")
    await own.send(conversation, ("user", early))
    reading, body = Reading(), {"early": early, "late": late}
    for name in body:
        reading.text(body, name, name, "user")
    with pytest.raises(OSError, match="no room"):
        await own.cleansing.cleanse_and_record(
            conversation, reading, own.policy, RawText(""), _fail
        )
    _, (sent, _) = await own.send(conversation, ("user", early), ("tool", late))
    assert sent.startswith("tell PERSON_")


async def _fail(call: CleansedCall) -> Callable[[AsyncSession], Awaitable[None]]:
    async def write(session: AsyncSession) -> None:
        raise OSError("no room")

    return write


async def test_a_redacted_original_is_found_in_a_later_text_too(database: Database) -> None:
    own, script = await _scripted(database, Policy(default=Rule(Action.REDACT)))
    conversation = await own.conversations.open(OWNER)
    early, late = "code swordfish-99 is it", "what was swordfish-99 for"
    script.told[early] = _name(early, "swordfish-99", "PASSWORD")
    await own.send(conversation, ("user", early))
    _, sent = await own.send(conversation, ("user", early), ("user", late))
    assert sent == ["code PASSWORD_0 is it", "what was PASSWORD_0 for"]


async def test_a_text_that_was_cleansed_before_is_not_analysed_again(database: Database) -> None:
    own, script = await _scripted(database)
    conversation = await own.conversations.open(OWNER)
    history: list[tuple[Speaker, str]] = [("user", f"turn {n}") for n in range(5)]
    for length in range(1, 6):
        await own.send(conversation, *history[:length], instructions="Be kind")
    assert sorted(script.asked) == sorted([*(text for _, text in history), "Be kind"])


async def test_a_failing_record_keeps_nothing_and_the_next_call_stores_it(
    database: Database,
) -> None:
    own = await _begun(database)
    conversation = await own.conversations.open(OWNER)
    reading, body = Reading(), {"text": f"Mail {JANE}"}
    reading.text(body, "text", "text", "user")

    with pytest.raises(OSError, match="no room"):
        await own.cleansing.cleanse_and_record(
            conversation, reading, own.policy, RawText(""), _fail
        )
    async with database.read() as session:
        assert (await session.execute(text("SELECT count(*) FROM originals"))).scalar_one() == 0
    call, sent = await own.send(conversation, ("user", f"Mail {JANE}"))
    assert await own.answer(call, sent[0]) == f"Mail {JANE}"
    other = gateway(database)
    opened = await other.conversations.open(OWNER)
    assert (await other.send(opened, ("user", f"Mail {JANE}")))[1] == sent


async def test_a_lone_surrogate_is_refused_by_its_path(database: Database) -> None:
    own = await _begun(database)
    conversation = await own.conversations.open(OWNER)
    with pytest.raises(Unprocessable) as refusal:
        await own.send(conversation, ("user", "fine"), ("user", f"{JANE} \ud800"))
    assert [problem.path for problem in refusal.value.errors] == ["messages[1].content"]
    assert refusal.value.__context__ is None


async def test_long_and_short_requests_go_on_side_by_side(database: Database) -> None:
    own = await _begun(database)
    conversation = await own.conversations.open(OWNER)
    long = " ".join(f"u{n}@example.org" for n in range(1500))
    calls = [own.send(conversation, ("user", text)) for text in (long, JANE, long, BOB, long)]
    sent = [texts[0] for _, texts in await asyncio.gather(*calls)]
    assert sent[0] == sent[2] == sent[4]
    assert len({*sent[0].split(), sent[1], sent[3]}) == 1502
