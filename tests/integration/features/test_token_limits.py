"""A limit of an API token holds exactly, for every worker and replica together."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.dialects import sqlite
from tests.integration.features.recording import MODEL, Recorder, everything, filled

from sluice.server.auth.callers import SYSTEM
from sluice.server.errors import NotFound, RateLimited, SluiceError, Unprocessable
from sluice.server.features.limits.rules import Limits, Used
from sluice.server.features.proxy.calls.recording import AnswerText, CallOutcome
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.features.proxy.limits.key_settings import KEYS, KeySettingsService
from sluice.server.features.proxy.limits.settings import KeySettings
from sluice.server.features.proxy.limits.tables import ApiTokenSettings
from sluice.server.kit.database import Database
from sluice.server.providers.base import Usage

pytestmark = pytest.mark.anyio


@pytest.fixture
async def recorder(database: Database) -> Recorder:
    return await filled(database)


async def refusal(recorder: Recorder, **fields: Any) -> tuple[str, float | None]:  # noqa: ANN401
    """The code and the waiting time of a call that must be refused."""
    with pytest.raises(RateLimited) as refused:
        await recorder.begin(await recorder.facts(**fields))
    return refused.value.code, refused.value.retry_after


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param({"requests_per_minute": 7}, id="requests"),
        pytest.param({"concurrent_streams": 7}, id="streams"),
        pytest.param({"tokens_per_minute": 70}, id="tokens"),
        pytest.param({"monthly_tokens": 70}, id="month"),
    ],
)
async def test_of_many_calls_at_once_on_two_replicas_as_many_begin_as_may(
    recorder: Recorder, limits: dict[str, int]
) -> None:
    await recorder.limit(**limits)
    replicas = (recorder, Recorder(recorder.database))
    facts = await recorder.facts(streamed=True, expected_input_tokens=10)
    begun = await asyncio.gather(
        *(replicas[n % 2].begin(facts) for n in range(24)), return_exceptions=True
    )
    refused = [call for call in begun if isinstance(call, BaseException)]
    assert len(begun) - len(refused) == 7
    assert {type(refusal) for refusal in refused} == {RateLimited}


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        pytest.param({"requests_per_minute": 1}, "requests_per_minute", id="requests"),
        pytest.param({"concurrent_streams": 1}, "concurrent_streams", id="streams"),
        pytest.param({"tokens_per_minute": 10}, "tokens_per_minute", id="tokens"),
        pytest.param({"monthly_tokens": 10}, "monthly_tokens", id="month"),
    ],
)
async def test_a_token_over_its_limit_can_be_refused_before_any_work_is_done(
    recorder: Recorder, limits: dict[str, int], code: str
) -> None:
    async def ask() -> None:
        async with recorder.database.read() as session:
            await recorder.settings.refuse_early(session, 1, streamed=True)

    await recorder.limit(**limits)
    await ask()
    await recorder.call(Usage(5, 5))
    await recorder.begin(
        await recorder.facts(streamed=True, api_token_id=1 if "streams" in code else 2)
    )
    with pytest.raises(RateLimited) as refused:
        await ask()
    assert refused.value.code == code


async def test_requests_are_counted_over_any_sixty_seconds(recorder: Recorder) -> None:
    await recorder.limit(requests_per_minute=2)
    await recorder.call()
    recorder.clock.pass_(20)
    await recorder.call(status=CallStatus.FAILED)
    assert await refusal(recorder) == ("requests_per_minute", 40)
    recorder.clock.pass_(39.5)
    assert await refusal(recorder) == ("requests_per_minute", 1)
    recorder.clock.pass_(0.5)
    await recorder.call()
    assert await refusal(recorder) == ("requests_per_minute", 20)


async def test_a_limit_of_nothing_lets_nothing_begin(recorder: Recorder) -> None:
    await recorder.limit(requests_per_minute=0)
    assert (await refusal(recorder))[0] == "requests_per_minute"
    await recorder.limit(tokens_per_minute=0)
    assert (await refusal(recorder))[0] == "tokens_per_minute"
    await recorder.limit(concurrent_streams=0)
    assert (await refusal(recorder, streamed=True))[0] == "concurrent_streams"
    await recorder.call(facts=await recorder.facts(streamed=False))


async def test_tokens_count_for_a_minute_from_the_end_of_their_call(recorder: Recorder) -> None:
    await recorder.limit(tokens_per_minute=100)
    slow = await recorder.begin()
    recorder.clock.pass_(120)
    await recorder.calls.finish(slow, CallOutcome(CallStatus.COMPLETE, usage=Usage(60, 30)))
    await recorder.call(Usage(5, 5))
    assert await refusal(recorder) == ("tokens_per_minute", 60)
    recorder.clock.pass_(60)
    await recorder.call()


async def test_what_a_running_call_is_expected_to_use_counts_until_it_has_ended(
    recorder: Recorder,
) -> None:
    await recorder.limit(tokens_per_minute=100)
    expecting: dict[str, Any] = {"expected_input_tokens": 60, "expected_output_tokens": 40}
    running = await recorder.begin(await recorder.facts(**expecting))
    assert (await refusal(recorder))[0] == "tokens_per_minute"
    await recorder.calls.finish(running, CallOutcome(CallStatus.COMPLETE, usage=Usage(60, 3)))
    await recorder.call()


@pytest.mark.parametrize(
    ("outcome", "tokens"),
    [
        pytest.param(CallOutcome(CallStatus.FAILED), 0, id="failed-before-the-first-byte"),
        pytest.param(
            CallOutcome(CallStatus.ABANDONED, [AnswerText("a", "x" * 41, "x" * 41)]),
            61,
            id="the-caller-left",
        ),
        pytest.param(CallOutcome(CallStatus.COMPLETE), 50, id="the-vendor-did-not-count"),
    ],
)
async def test_what_nobody_counted_is_estimated(
    recorder: Recorder, outcome: CallOutcome, tokens: int
) -> None:
    facts = await recorder.facts(expected_input_tokens=50, expected_output_tokens=4096)
    await recorder.calls.finish(await recorder.begin(facts), outcome)
    async with recorder.database.read() as session:
        assert (await recorder.settings.used(session, 1)).tokens == tokens


async def test_a_stream_makes_room_when_it_ends_however_it_ends(recorder: Recorder) -> None:
    await recorder.limit(concurrent_streams=1)
    facts = await recorder.facts(streamed=True)
    for status in (CallStatus.COMPLETE, CallStatus.ABANDONED, CallStatus.FAILED):
        running = await recorder.begin(facts)
        assert await refusal(recorder, streamed=True) == ("concurrent_streams", 1)
        await recorder.call()
        await recorder.calls.finish(running, CallOutcome(status))
    await recorder.begin(facts)
    async with recorder.database.write() as session:
        later = recorder.clock() + timedelta(seconds=1)
        await recorder.calls.interrupt_pending(session, later)
    await recorder.begin(facts)


async def test_a_stream_that_a_crash_left_behind_takes_no_place_for_ever(
    recorder: Recorder,
) -> None:
    await recorder.limit(concurrent_streams=1)
    await recorder.begin(await recorder.facts(streamed=True))
    recorder.clock.pass_(3601)
    await recorder.begin(await recorder.facts(streamed=True))


async def test_a_budget_ends_calls_when_it_is_spent_until_the_next_month(
    recorder: Recorder,
) -> None:
    await recorder.limit(monthly_budget=1_000_000)
    await recorder.call(Usage(1_000_000, 1_000_000))
    await recorder.call(Usage(1_666_667, 0))
    code, seconds = await refusal(recorder)
    december = datetime(2026, 12, 1, tzinfo=UTC)
    assert (code, seconds) == (
        "monthly_budget",
        (december - recorder.clock()).total_seconds(),
    )
    recorder.clock.now = december
    await recorder.call()


async def test_a_budget_refuses_a_model_whose_price_nobody_knows(recorder: Recorder) -> None:
    await recorder.limit(monthly_budget=1_000_000)
    with pytest.raises(Unprocessable) as refused:
        await recorder.begin(await recorder.facts(model="unheard-of"))
    assert refused.value.code == "price_unknown"
    await recorder.begin(await recorder.facts(model="anything", provider="ollama"))


async def test_what_was_used_before_a_monthly_limit_was_set_counts(recorder: Recorder) -> None:
    await recorder.call(Usage(500, 500))
    recorder.clock.pass_(3600)
    await recorder.limit(monthly_tokens=1000)
    assert (await refusal(recorder))[0] == "monthly_tokens"
    await recorder.limit(monthly_tokens=1001)
    await recorder.call()


async def test_the_sum_of_a_month_stays_right_while_it_is_moved_on(recorder: Recorder) -> None:
    """Calls of a whole week, every few minutes; the limit is met at the very call."""
    await recorder.limit(monthly_tokens=60 * 7)
    for _ in range(60):
        recorder.clock.pass_(431)
        await recorder.call(Usage(3, 4))
    assert (await refusal(recorder))[0] == "monthly_tokens"
    async with recorder.database.read() as session:
        row = (await session.scalars(select(ApiTokenSettings))).one()
        assert 40 * 7 < row.summed_tokens < 60 * 7
        assert await recorder.settings.used(session, 1) == Used(60 * 7, 60 * 3)
    recorder.clock.now = datetime(2026, 12, 2, tzinfo=UTC)
    await recorder.call(Usage(60 * 7, 0))
    assert (await refusal(recorder))[0] == "monthly_tokens"


async def test_other_tokens_and_sessions_are_not_limited(recorder: Recorder) -> None:
    await recorder.limit(requests_per_minute=0)
    await recorder.call(facts=await recorder.facts(api_token_id=2))
    await recorder.call(facts=await recorder.facts(api_token_id=None))


async def test_a_token_without_limits_asks_nothing_of_the_database(recorder: Recorder) -> None:
    statements: list[str] = []
    async with recorder.database.write() as session:
        await recorder.settings.check(session, 1, streamed=True)
        event.listen(
            recorder.database.engine.sync_engine,
            "before_cursor_execute",
            lambda *arguments: statements.append(arguments[2]),
        )
        await recorder.settings.check(session, 1, streamed=True)
    assert statements == []


async def test_a_change_is_in_force_on_other_replicas_after_a_second(recorder: Recorder) -> None:
    other = Recorder(recorder.database, recorder.clock)
    await other.call()
    await recorder.limit(requests_per_minute=1)
    await other.call()
    recorder.clock.pass_(1)
    assert (await refusal(other))[0] == "requests_per_minute"


async def test_settings_are_replaced_as_a_whole_and_stand_in_the_audit_log(
    recorder: Recorder,
) -> None:
    first = KeySettings(2, Limits(requests_per_minute=5, monthly_budget=9))
    second = KeySettings(None, Limits(tokens_per_minute=8))
    for settings in (first, second):
        async with recorder.database.write() as session:
            await recorder.settings.set(session, SYSTEM, 1, settings)
        async with recorder.database.read() as session:
            assert await recorder.settings.of(session, 1) == settings
    stored = await everything(recorder.database)
    assert stored.count("auth.token_limited") == 2
    assert "tokens_per_minute" in stored


@pytest.mark.parametrize(
    ("token_id", "instance_id"),
    [pytest.param(9, None, id="no-such-token"), pytest.param(1, 9, id="no-such-instance")],
)
async def test_settings_of_what_is_not_there_are_refused(
    recorder: Recorder, token_id: int, instance_id: int | None
) -> None:
    with pytest.raises(NotFound):
        async with recorder.database.write() as session:
            await recorder.settings.set(session, SYSTEM, token_id, KeySettings(instance_id))


async def test_a_refused_call_leaves_nothing(recorder: Recorder) -> None:
    await recorder.limit(requests_per_minute=0)
    with pytest.raises(SluiceError):
        await recorder.begin(await recorder.facts({"messages": ["PERSON_0 " * 40]}))
    stored = await everything(recorder.database)
    assert MODEL not in stored


@pytest.mark.parametrize(
    ("statement", "index"),
    [
        pytest.param("begun", "ix_calls_api_token_id_created_at", id="begun"),
        pytest.param("expected", "ix_calls_api_token_id_finished_at", id="expected"),
        pytest.param("streams", "ix_calls_api_token_id_finished_at", id="streams"),
        pytest.param("ended_after", "ix_calls_api_token_id_finished_at", id="minute"),
        pytest.param("ended_until", "ix_calls_api_token_id_finished_at", id="month"),
    ],
)
async def test_what_is_counted_is_found_by_an_index(
    sqlite_template: Path, statement: str, index: str
) -> None:
    """With millions of calls a limit must cost what the token's recent calls cost."""
    query = getattr(KEYS, statement).compile(dialect=sqlite.dialect())
    connection = sqlite3.connect(sqlite_template)
    values = [1] * str(query).count("?")
    plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
    connection.close()
    assert [index in row[3] for row in plan if "calls" in row[3]] == [True]


async def test_many_tokens_settings_do_not_pile_up_in_memory(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sluice.server.features.limits.counting.MOST_KEPT", 3)
    service = KeySettingsService()
    async with recorder.database.read() as session:
        for token_id in range(10):
            await service.of(session, token_id)
    assert len(service._kept) <= 3
