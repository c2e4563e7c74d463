"""Calls are recorded before they are sent and however they end, their texts sealed and once."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.features.recording import (
    MODEL,
    NOON,
    Recorder,
    cleansed,
    everything,
    filled,
    keep,
)

from sluice.engine import Action, Mapping
from sluice.server.auth.callers import SYSTEM
from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.models.service import Models
from sluice.server.features.proxy.calls.forgetting import forget_texts
from sluice.server.features.proxy.calls.reading import RecordedCalls
from sluice.server.features.proxy.calls.recording import AnswerText, CallOutcome
from sluice.server.features.proxy.calls.repository import CallFilter
from sluice.server.features.proxy.calls.schemas import CallOut
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.calls.tables import Call, CallText
from sluice.server.kit.database import Database
from sluice.server.providers.base import Usage

pytestmark = pytest.mark.anyio

LONG = "It was a long and quiet day, and nothing else was to be said of it. " * 4
PLANTED = ("adalovelace@example.org", "quarterly-figures-4711", "zebra crossing")


@pytest.fixture
async def recorder(database: Database) -> Recorder:
    return await filled(database)


def reading(recorder: Recorder) -> RecordedCalls:
    """The service of recorded calls; none of these tests reveals, so there are no instances."""
    return RecordedCalls(recorder.vault, _no_models(), recorder.conversations)


def _no_models() -> Models:
    models: Models = object.__new__(Models)
    return models


async def listed(recorder: Recorder, **wanted: Any) -> list[CallOut]:  # noqa: ANN401
    async with recorder.database.read() as session:
        page = reading(recorder).page(session, SYSTEM, CallFilter(**wanted), before=None, limit=100)
        return await page


async def rows(recorder: Recorder, table: type[Call | CallText]) -> int:
    async with recorder.database.read() as session:
        return int((await session.scalars(select(func.count()).select_from(table))).one())


async def test_a_call_is_there_as_pending_before_it_is_sent(recorder: Recorder) -> None:
    begun = await recorder.begin(await recorder.facts(streamed=True))
    (pending,) = await listed(recorder)
    assert (pending.id, pending.status, pending.finished_at) == (
        begun.id,
        CallStatus.PENDING,
        None,
    )
    assert (pending.streamed, pending.created_at, pending.model) == (True, NOON, MODEL)


async def test_the_end_of_a_call_is_recorded_with_what_it_used_and_cost(
    recorder: Recorder,
) -> None:
    facts = await recorder.facts(
        manifest={("PERSON", Action.MASK): 2, ("PERSON", Action.ALLOW): 1},
        coverage={"scanned": {"messages[].content": 3}, "passed": {"model": 1}},
    )
    begun = await recorder.begin(facts)
    begun.answers()
    outcome = CallOutcome(
        CallStatus.COMPLETE,
        usage=Usage(1000, 2000, 400, 0),
        model="gpt-4o-mini-2024-07-18",
        manifest={("US_SSN", Action.REDACT): 1},
        attempts=2,
        connection=1,
    )
    await recorder.calls.finish(begun, outcome)
    (call,) = await listed(recorder)
    assert (call.status, call.input_tokens, call.output_tokens) == ("complete", 1000, 2000)
    assert (call.cache_read_tokens, call.cost_microdollars) == (400, 90 + 30 + 1200)
    assert call.model_answered == "gpt-4o-mini-2024-07-18"
    assert call.manifest == {"PERSON": {"allow": 1, "mask": 2}}
    assert call.answer_manifest == {"US_SSN": {"redact": 1}}
    assert call.coverage == facts.coverage
    assert (call.attempts, call.connection) == (2, 1)
    assert call.first_token_ms is not None
    assert call.duration_ms is not None


@pytest.mark.parametrize(
    ("outcome", "cost"),
    [
        pytest.param(
            CallOutcome(CallStatus.COMPLETE, usage=Usage(10, 10), answered_by=("echo", "echo")),
            ("echo", "echo", 0),
            id="a-fallback-answered",
        ),
        pytest.param(
            CallOutcome(CallStatus.COMPLETE), ("openai", MODEL, None), id="nobody-counted"
        ),
        pytest.param(
            CallOutcome(CallStatus.FAILED, error_code="provider_error"),
            ("openai", MODEL, None),
            id="it-failed",
        ),
    ],
)
async def test_the_cost_is_that_of_whoever_answered_or_is_unknown(
    recorder: Recorder, outcome: CallOutcome, cost: tuple[str, str, int | None]
) -> None:
    await recorder.calls.finish(await recorder.begin(), outcome)
    (call,) = await listed(recorder)
    assert (call.provider, call.model, call.cost_microdollars) == cost
    assert (call.status, call.error_code) == (outcome.status, outcome.error_code)


async def test_a_call_opens_for_its_user_with_the_originals_in_their_places(
    recorder: Recorder,
) -> None:
    held = await recorder.conversation()
    mapping = Mapping(key=held.vault.key.lookup_key)
    raw = f"Write to Ada Lovelace. {LONG}"
    said = cleansed(raw, "Ada Lovelace", "PERSON", mapping)
    await keep(recorder, held, mapping)
    body = {"model": "m", "messages": [{"role": "user", "content": said}], "temperature": 0.5}
    begun = await recorder.begin(await recorder.facts(body, model_asked="my model"))
    texts = [AnswerText("choices[0].message.content", "Dear PERSON_0", "Dear Ada Lovelace")]
    await recorder.calls.finish(begun, CallOutcome(CallStatus.COMPLETE, texts))
    async with recorder.database.read() as session:
        detail = await reading(recorder).own(session, begun.id, 1)
    assert (detail.request, detail.model_asked) == (body, "my model")
    assert detail.hydrated_request == {
        **body,
        "messages": [{"role": "user", "content": raw}],
    }
    assert [t.text for t in detail.answer] == ["Dear PERSON_0"]
    assert [(t.path, t.text) for t in detail.hydrated_answer] == [
        ("choices[0].message.content", "Dear Ada Lovelace")
    ]


async def test_a_call_of_somebody_else_is_not_there(recorder: Recorder) -> None:
    call_id = await recorder.call()
    async with recorder.database.read() as session:
        with pytest.raises(NotFound):
            await reading(recorder).own(session, call_id, 2)
    assert await listed(recorder, user_id=2) == []


async def test_an_administrator_reads_the_cleansed_call_and_that_is_recorded(
    recorder: Recorder,
) -> None:
    begun = await recorder.begin(await recorder.facts({"messages": ["PERSON_0"]}))
    async with recorder.database.write() as session:
        detail = await reading(recorder).anybodys(session, SYSTEM, begun.id)
    assert detail.request == {"messages": ["PERSON_0"]}
    assert not hasattr(detail, "hydrated_request")
    assert "call.read" in await everything(recorder.database)


async def test_the_history_is_stored_once_however_often_it_is_sent(recorder: Recorder) -> None:
    messages = [{"role": "user", "content": f"{n}: {LONG}"} for n in range(12)]
    for turns in range(1, 13):
        facts = await recorder.facts({"messages": messages[:turns]})
        begun = await recorder.begin(facts)
        await recorder.calls.finish(begun, CallOutcome(CallStatus.COMPLETE))
    assert await rows(recorder, CallText) == 12
    async with recorder.database.read() as session:
        last = await reading(recorder).own(session, begun.id, 1)
    assert last.request == {"messages": messages}


async def test_another_process_stores_no_text_twice(recorder: Recorder) -> None:
    body = {"messages": [LONG, f"{LONG} again"]}
    await recorder.call(facts=await recorder.facts(body))
    other = Recorder(recorder.database)
    await other.call(facts=await other.facts(body))
    assert await rows(recorder, CallText) == 2


async def test_texts_that_went_by_age_are_stored_again_when_they_are_sent_again(
    recorder: Recorder,
) -> None:
    held = await recorder.conversation()
    body = {"messages": [{"role": "user", "content": LONG}]}
    await recorder.call(facts=await recorder.facts(body, started=time.monotonic() - 7_200))
    async with recorder.database.write() as session:
        await forget_texts(session, held.id)
    assert await rows(recorder, CallText) == 0
    again = await recorder.call(facts=await recorder.facts(body))
    async with recorder.database.read() as session:
        assert (await reading(recorder).cleansed(session, again)).request == body


async def test_a_call_whose_texts_are_deleted_while_it_is_read_is_not_there(
    recorder: Recorder,
) -> None:
    call_id = await recorder.call(facts=await recorder.facts({"messages": [LONG]}))
    async with recorder.database.write() as session:
        await session.execute(delete(CallText))
    async with recorder.database.read() as session:
        with pytest.raises(NotFound):
            await reading(recorder).own(session, call_id, 1)


async def test_texts_of_a_transaction_that_failed_are_stored_by_the_next_one(
    recorder: Recorder,
) -> None:
    facts = await recorder.facts({"messages": [LONG]})

    async def failing(session: AsyncSession) -> None:
        await recorder.calls.begin(session, facts)
        raise RuntimeError("afterwards")

    with pytest.raises(RuntimeError):
        await recorder.writer.submit(failing)
    assert await rows(recorder, Call) == 0
    call_id = await recorder.call(facts=facts)
    async with recorder.database.read() as session:
        assert (await reading(recorder).own(session, call_id, 1)).request == {"messages": [LONG]}


async def test_calls_that_a_crash_left_pending_are_interrupted(recorder: Recorder) -> None:
    begun = await recorder.begin()
    recorder.clock.pass_(60)
    fresh = await recorder.begin()
    async with recorder.database.write() as session:
        assert await recorder.calls.interrupt_pending(session, recorder.clock()) == 1
    found = {call.id: call.status for call in await listed(recorder)}
    assert found == {begun.id: "interrupted", fresh.id: "pending"}


async def test_a_refused_prompt_leaves_counts_and_no_text(recorder: Recorder) -> None:
    facts = await recorder.facts(
        {"messages": [f"{PLANTED[0]} {LONG}"]}, manifest={("PERSON", Action.BLOCK): 1}
    )
    await recorder.writer.submit(lambda session: recorder.calls.refuse(session, facts))
    (call,) = await listed(recorder)
    assert (call.status, call.error_code) == ("blocked", "policy_blocked")
    assert call.manifest == {"PERSON": {"block": 1}}
    assert await rows(recorder, CallText) == 0
    async with recorder.database.read() as session:
        assert (await reading(recorder).own(session, call.id, 1)).request is None


async def test_a_deleted_conversation_leaves_what_was_spent_and_no_text(
    recorder: Recorder,
) -> None:
    held = await recorder.conversation()
    done = await recorder.call(Usage(10, 10), facts=await recorder.facts({"messages": [LONG]}))
    running = await recorder.begin(await recorder.facts({"messages": [f"{LONG} still"]}))
    async with recorder.database.write() as session:
        await reading(recorder).delete_conversation(session, held.id, user_id=1)
    reading(recorder).forget(held.id)
    said = [AnswerText("choices[0]", "late", "late")]
    await recorder.calls.finish(running, CallOutcome(CallStatus.COMPLETE, said, Usage(5, 5)))
    assert await rows(recorder, CallText) == 0
    assert await listed(recorder) == []
    async with recorder.database.read() as session:
        for call_id in (done, running.id):
            with pytest.raises(NotFound):
                await reading(recorder).own(session, call_id, 1)
        kept = (await session.scalars(select(Call).order_by(Call.id))).all()
    assert [row.counted_tokens for row in kept] == [20, 10]
    assert {row.request_sealed or row.raw_answer_sealed for row in kept} == {None}


async def test_only_the_owner_deletes_a_conversation(recorder: Recorder) -> None:
    held = await recorder.conversation()
    with pytest.raises(NotFound):
        async with recorder.database.write() as session:
            await reading(recorder).delete_conversation(session, held.id, user_id=2)


@pytest.mark.parametrize("model", ["", "Jane Doe", "gpt\n4", "x" * 201, "-m", "gpt-4ü"])
async def test_a_model_that_is_no_plain_name_is_refused(recorder: Recorder, model: str) -> None:
    with pytest.raises(Unprocessable):
        await recorder.begin(await recorder.facts(model=model))
    assert await rows(recorder, Call) == 0


async def test_what_a_vendor_says_of_its_model_is_kept_only_if_it_is_a_name(
    recorder: Recorder,
) -> None:
    begun = await recorder.begin()
    outcome = CallOutcome(CallStatus.FAILED, model=PLANTED[2], error_code=PLANTED[1])
    await recorder.calls.finish(begun, outcome)
    (call,) = await listed(recorder)
    assert (call.model_answered, call.error_code) == (None, "other")


async def test_nothing_of_a_text_stands_unsealed_anywhere(
    recorder: Recorder, database_url: str
) -> None:
    """Planted in the request, its model, its stand-ins and the answer; looked for in the file."""
    mail, figures, crossing = PLANTED
    body = {"messages": [{"role": "user", "content": f"{mail} {LONG}"}], "user": figures}
    facts = await recorder.facts(body, model_asked=crossing, stand_ins=[f"{figures} stand-in"])
    begun = await recorder.begin(facts)
    said = [AnswerText("choices[0]", f"{crossing} PERSON_0", f"{crossing} {mail}")]
    await recorder.calls.finish(begun, CallOutcome(CallStatus.COMPLETE, said))
    stored = await everything(recorder.database)
    assert [value for value in (*PLANTED, "quiet day") if value in stored] == []
    assert [value for value in PLANTED if value in repr((facts, begun, said))] == []
    file = make_url(database_url).database
    if recorder.database.is_sqlite:
        assert file is not None
        parts = [path.read_bytes().lower() for path in Path(file).parent.glob("sluice.db*")]
        assert parts
        assert [v for v in (*PLANTED, "quiet day") for p in parts if v.encode() in p] == []


async def test_calls_are_listed_newest_first_by_what_is_asked_for(recorder: Recorder) -> None:
    first = await recorder.call()
    recorder.clock.pass_(3600)
    second = await recorder.call(status=CallStatus.FAILED)
    third = await recorder.call(facts=await recorder.facts(model_instance_id=2, api_token_id=2))
    fourth = await recorder.begin(await recorder.facts(api_token_id=None))
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({}, [fourth.id, third, second, first]),
        ({"status": CallStatus.FAILED}, [second]),
        ({"model_instance_id": 2}, [third]),
        ({"api_token_id": 1}, [second, first]),
        ({"since": recorder.clock()}, [fourth.id, third, second]),
        ({"until": recorder.clock()}, [first]),
        ({"conversation_id": 99}, []),
    ]
    for wanted, expected in cases:
        assert [call.id for call in await listed(recorder, **wanted)] == expected, wanted
    async with recorder.database.read() as session:
        page = await reading(recorder).page(session, SYSTEM, CallFilter(), before=third, limit=1)
    assert [call.id for call in page] == [second]
