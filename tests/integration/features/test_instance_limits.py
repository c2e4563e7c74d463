"""A limit of a model instance holds exactly, over every surface that sends calls to it."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.dialects import sqlite
from tests.integration.features.conftest import World
from tests.integration.features.recording import Recorder, everything, filled

from sluice.server.auth.callers import SYSTEM
from sluice.server.errors import NotFound, RateLimited, Unprocessable
from sluice.server.features.limits.calls_repository import INSTANCES
from sluice.server.features.limits.managing import ManagedLimits, ShownLimits
from sluice.server.features.limits.rules import NO_LIMITS, Limits, Used
from sluice.server.features.limits.tables import LimitedCall
from sluice.server.features.proxy.calls.recording import CallOutcome
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.kit.database import Database
from sluice.server.providers.base import Usage

pytestmark = pytest.mark.anyio

A = "/api/admin/v1/model-instances"
PLANTED = "planted.person@instance-limits.example"
Json = dict[str, Any]


class _Before:
    """Statistics that know of some use."""

    async def used_since(self, *_: object) -> tuple[int, int]:
        return 40, 7


class _Names:
    """Two instances."""

    async def labels(self, _: object) -> dict[int, str]:
        return {1: "One", 2: "Two"}


@pytest.fixture
async def recorder(database: Database) -> Recorder:
    return await filled(database)


def managed(recorder: Recorder) -> ManagedLimits:
    return ManagedLimits(recorder.limits, _Names(), _Before())


async def limit(recorder: Recorder, instance_id: int = 1, **limits: int) -> None:
    """Set an instance's limits."""
    async with recorder.database.write() as session:
        await managed(recorder).set(session, SYSTEM, instance_id, Limits(**limits))


async def shown(recorder: Recorder, instance_id: int = 1) -> ShownLimits:
    async with recorder.database.read() as session:
        return await managed(recorder).shown(session, SYSTEM, instance_id)


async def refusal(recorder: Recorder, **fields: Any) -> tuple[str, float | None]:  # noqa: ANN401
    """The code and the waiting time of a call that must be refused."""
    with pytest.raises(RateLimited) as refused:
        await recorder.begin(await recorder.facts(**fields))
    return refused.value.code, refused.value.retry_after


@pytest.mark.parametrize(
    "limits",
    [
        pytest.param({"requests_per_minute": 5}, id="requests"),
        pytest.param({"concurrent_streams": 5}, id="streams"),
        pytest.param({"tokens_per_minute": 50}, id="tokens"),
        pytest.param({"monthly_tokens": 90}, id="month"),
    ],
)
async def test_of_calls_at_once_by_several_keys_on_two_replicas_as_many_begin_as_may(
    recorder: Recorder, limits: dict[str, int]
) -> None:
    await limit(recorder, **limits)
    replicas = (recorder, Recorder(recorder.database))
    facts = [
        await recorder.facts(streamed=True, expected_input_tokens=10, api_token_id=token)
        for token in (1, 2, None)
    ]
    begun = await asyncio.gather(
        *(replicas[n % 2].begin(facts[n % 3]) for n in range(18)), return_exceptions=True
    )
    refused = [call for call in begun if isinstance(call, BaseException)]
    assert len(begun) - len(refused) == 5
    assert {type(refusal) for refusal in refused} == {RateLimited}


async def test_an_instance_is_limited_for_itself(recorder: Recorder) -> None:
    await limit(recorder, requests_per_minute=0)
    assert (await refusal(recorder))[0] == "instance_requests_per_minute"
    await recorder.call(facts=await recorder.facts(model_instance_id=2))


async def test_what_was_used_before_limits_were_set_counts_for_the_month(
    recorder: Recorder,
) -> None:
    await limit(recorder, monthly_tokens=60)
    await recorder.call(Usage(10, 9))
    assert (await shown(recorder)).month.tokens == 59
    await recorder.call(Usage(1, 0))
    assert (await refusal(recorder))[0] == "instance_monthly_tokens"
    recorder.clock.now = datetime(2026, 12, 1, tzinfo=UTC)
    await recorder.call(Usage(1, 0))
    assert (await shown(recorder)).month == Used(1, 0)


async def test_calls_are_forgotten_when_they_are_summed_and_the_sum_stays_right(
    recorder: Recorder,
) -> None:
    await limit(recorder, tokens_per_minute=1_000)
    for _ in range(30):
        recorder.clock.pass_(431)
        await recorder.call(Usage(3, 4))
    assert (await shown(recorder)).month.tokens == 40 + 30 * 7
    async with recorder.database.read() as session:
        kept = await session.scalar(select(func.count()).select_from(LimitedCall))
    assert kept is not None
    assert 0 < kept < 8


async def test_other_limits_keep_what_was_used_of_the_month_and_none_forget_it(
    recorder: Recorder,
) -> None:
    await limit(recorder, monthly_tokens=1_000)
    await recorder.call(Usage(3, 4))
    await limit(recorder, requests_per_minute=9)
    seen = await shown(recorder)
    assert (seen.limits, seen.month.tokens) == (Limits(requests_per_minute=9), 47)
    await limit(recorder)
    seen = await shown(recorder)
    assert (seen.limits, seen.month, seen.lately) == (NO_LIMITS, Used(40, 7), None)
    assert "limited_calls" not in await everything(recorder.database)
    await recorder.call()


async def test_it_is_told_what_limits_count_now(recorder: Recorder) -> None:
    await limit(recorder, requests_per_minute=9)
    await recorder.call(Usage(3, 4))
    await recorder.begin(await recorder.facts(streamed=True, expected_input_tokens=30))
    lately = (await shown(recorder)).lately
    assert lately is not None
    assert (lately.requests, lately.tokens, lately.streams) == (2, 37, 1)
    recorder.clock.pass_(61)
    lately = (await shown(recorder)).lately
    assert lately is not None
    assert (lately.requests, lately.tokens, lately.streams) == (0, 30, 1)


async def test_a_stream_that_a_crash_left_behind_takes_no_place(recorder: Recorder) -> None:
    await limit(recorder, concurrent_streams=1)
    await recorder.begin(await recorder.facts(streamed=True))
    assert await refusal(recorder, streamed=True) == ("instance_concurrent_streams", 1)
    async with recorder.database.write() as session:
        recorder.clock.pass_(1)
        await recorder.calls.interrupt_pending(session, recorder.clock())
    await recorder.begin(await recorder.facts(streamed=True))
    recorder.clock.pass_(3601)
    await recorder.begin(await recorder.facts(streamed=True))


async def test_a_fallback_without_a_price_counts_at_the_price_of_who_was_asked_first(
    recorder: Recorder,
) -> None:
    await limit(recorder, monthly_budget=5_000_000)
    await recorder.limit(monthly_budget=5_000_000)
    begun = await recorder.begin()
    used = Usage(1_000_000, 1_000_000)
    by = ("vllm", "unheard-of")
    outcome = CallOutcome(CallStatus.COMPLETE, usage=used, answered_by=by)
    await recorder.calls.finish(begun, outcome)
    assert (await shown(recorder)).month.cost == 7 + 750_000
    async with recorder.database.read() as session:
        assert (await recorder.settings.used(session, 1)).cost == 750_000


async def test_a_budget_needs_a_price(recorder: Recorder) -> None:
    await limit(recorder, monthly_budget=1_000_000)
    with pytest.raises(Unprocessable) as refused:
        await recorder.begin(await recorder.facts(model="unheard-of"))
    assert refused.value.code == "price_unknown"
    assert "model instance has a monthly budget" in str(refused.value)
    begun = await recorder.begin()
    done = CallOutcome(CallStatus.COMPLETE, usage=Usage(0, 1_666_667))
    await recorder.calls.finish(begun, done)
    assert (await refusal(recorder))[0] == "instance_monthly_budget"


async def test_limits_of_no_instance_are_refused(recorder: Recorder) -> None:
    with pytest.raises(NotFound):
        await limit(recorder, 9, requests_per_minute=1)


@pytest.mark.parametrize("statement", ["begun", "expected", "streams", "ended_after", "forget"])
async def test_what_is_counted_is_found_by_an_index(sqlite_template: Path, statement: str) -> None:
    query = getattr(INSTANCES, statement).compile(dialect=sqlite.dialect())
    connection = sqlite3.connect(sqlite_template)
    values = [1] * str(query).count("?")
    plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", values).fetchall()
    connection.close()
    found = [row[3] for row in plan if "limited_calls" in row[3]]
    assert found
    assert all("ix_limited_calls" in row for row in found)


async def set_limits(world: World, instance: int, **limits: int) -> None:
    answer = await world.admin.put(f"{A}/{instance}/limits", json={"limits": limits})
    assert answer.status_code == 200, answer.text


async def asked(world: World, surface: str, instance: int) -> httpx.Response:
    """One call of an instance over one surface."""
    listed = (await world.admin.get(A)).json()["data"]
    name = next(one["name"] for one in listed if one["id"] == instance)
    text = f"I am {PLANTED}"
    said = [{"role": "user", "content": text}]
    liminal = {"modelInstanceId": instance, "source": "sdk", "text": text}
    calls: dict[str, tuple[str, Json]] = {
        "openai": ("/v1/chat/completions", {"model": name, "messages": said}),
        "openai stream": (
            "/v1/chat/completions",
            {"model": name, "messages": said, "stream": True},
        ),
        "anthropic": ("/v1/messages", {"model": name, "messages": said, "max_tokens": 20}),
        "submit": ("/api/v1/prompts/submit", liminal),
        "submit stream": ("/api/v1/prompts/submit", {**liminal, "isStreaming": True}),
        "playground": (
            "/api/v1/playground/stream",
            {"modelInstanceId": instance, "text": text},
        ),
        "playground prompt": (
            "/api/v1/projects/default/playground/stream",
            {"modelInstanceId": instance, "content": {"messages": said}, "variables": {}},
        ),
    }
    path, body = calls[surface]
    return await world.admin.post(path, json=body)


SURFACES = (
    "openai", "openai stream", "anthropic", "submit", "submit stream", "playground",
    "playground prompt",
)  # fmt: skip


async def test_every_surface_is_counted_and_refused_in_its_own_words(world: World) -> None:
    instance = await world.instance()
    await set_limits(world, instance, requestsPerMinute=len(SURFACES))
    for surface in SURFACES:
        answer = await asked(world, surface, instance)
        assert answer.status_code == 200, (surface, answer.text)
        await answer.aread()
    told = (await world.admin.get(f"{A}/{instance}/limits")).json()["data"]
    assert (told["lately"]["requests"], told["lately"]["streams"]) == (7, 0)
    # The model answers with 5 tokens; what it is asked takes 3 and more where nobody counts.
    assert told["monthTokens"] == told["lately"]["tokens"] >= 7 * 8
    before = len(world.provider.asked)
    for surface in SURFACES:
        answer = await asked(world, surface, instance)
        assert answer.status_code == 429, (surface, answer.text)
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert "This model instance may use 7 requests a minute" in answer.text
        assert PLANTED not in answer.text
    assert len(world.provider.asked) == before
    answer = await asked(world, "anthropic", instance)
    assert answer.json()["error"]["type"] == "rate_limit_error"
    answer = await asked(world, "openai", instance)
    assert answer.json()["error"]["code"] == "instance_requests_per_minute"


async def test_nothing_of_a_refused_prompt_is_kept(world: World) -> None:
    instance = await world.instance()
    await set_limits(world, instance, concurrentStreams=0)
    for surface in ("openai stream", "submit stream", "playground"):
        assert (await asked(world, surface, instance)).status_code == 429
    assert (await world.admin.get("/api/v1/threads")).json()["data"] == []
    assert PLANTED not in await everything(world.app.state.services.database)


async def test_setting_limits_stands_in_the_audit_log(world: World) -> None:
    instance = await world.instance()
    await set_limits(world, instance, tokensPerMinute=8, monthlyBudgetMicrodollars=5)
    (event,) = await world.audit("model_instance.limited")
    assert event["details"] == {"tokens_per_minute": 8, "monthly_budget": 5}
    refused = await world.member.put(f"{A}/{instance}/limits", json={})
    assert refused.status_code == 403
    wrong = await world.admin.put(
        f"{A}/{instance}/limits", json={"limits": {"requestsPerMinute": -1, "monthlyTokens": "x"}}
    )
    assert {one["path"] for one in wrong.json()["errors"]} == {
        "limits.requestsPerMinute",
        "limits.monthlyTokens",
    }
