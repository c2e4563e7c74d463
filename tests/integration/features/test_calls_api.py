"""Calls, usage and settings of API tokens over our own wire, by those who may."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from tests.integration.features.recording import (
    ADMIN_TOKEN,
    MEMBER_TOKEN,
    MODEL,
    Recorder,
    cleansed,
    everything,
    filled,
    keep,
)

from sluice.engine import Action, CleansedText, Finding, Mapping, Policy, RawText, Rule, cleanse
from sluice.server.auth.auth import Auth
from sluice.server.error_answers import add_error_answers
from sluice.server.features.models.service import Models
from sluice.server.features.proxy.calls import admin_endpoints
from sluice.server.features.proxy.calls import endpoints as calls_endpoints
from sluice.server.features.proxy.calls.reading import RecordedCalls
from sluice.server.features.proxy.calls.records import Records
from sluice.server.features.proxy.calls.refused import RefusedPaths
from sluice.server.features.proxy.calls.status import CallStatus
from sluice.server.kit.database import Database
from sluice.server.providers.base import Usage

pytestmark = pytest.mark.anyio

ADMIN = "/api/admin/v1"
SETTINGS = f"{ADMIN}/api-tokens/1/settings"
MAIL = "jane@example.com"
YEAR: dict[str, Any] = {"since": "2026-01-01T00:00:00Z"}


class _Presenting:
    """Model instances, as far as a reason is cleansed by them."""

    async def presentable(
        self, session: AsyncSession, instance_id: int, text: RawText
    ) -> CleansedText:
        """The text without this test's address."""
        return CleansedText(text.replace(MAIL, "EMAIL_ADDRESS_0"))


@dataclass
class Served:
    """An application with these endpoints alone, and two people's clients."""

    recorder: Recorder
    member: httpx.AsyncClient
    admin: httpx.AsyncClient

    async def data(self, path: str, *, admin: bool = False, **query: Any) -> Any:  # noqa: ANN401 (JSON)
        """The data of a successful answer."""
        answer = await (self.admin if admin else self.member).get(path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@pytest.fixture
async def served(database: Database) -> AsyncIterator[Served]:
    recorder = await filled(database)
    app = FastAPI()
    app.state.auth = Auth(database)
    models = cast("Models", _Presenting())
    reading = RecordedCalls(recorder.vault, models, recorder.conversations)
    refused = RefusedPaths(recorder.writer)
    app.state.records = Records(database, reading, recorder.settings, refused)
    app.include_router(calls_endpoints.router)
    app.include_router(admin_endpoints.admin_router)
    add_error_answers(app)
    async with _client(app, MEMBER_TOKEN) as member, _client(app, ADMIN_TOKEN) as admin:
        yield Served(recorder, member, admin)


def _client(app: FastAPI, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://sluice.test",
        headers={"Authorization": f"Bearer {token}"},
    )


async def test_a_user_sees_and_opens_own_calls_and_nobody_elses(served: Served) -> None:
    own = await served.recorder.call(Usage(10, 10))
    other = await served.recorder.call(facts=await served.recorder.facts(user_id=2))
    (listed,) = await served.data("/api/v1/calls")
    assert (listed["id"], listed["model"], listed["status"]) == (own, MODEL, "complete")
    assert listed["costMicrodollars"] == 8
    assert "request" not in listed
    opened = await served.data(f"/api/v1/calls/{own}")
    assert opened["hydratedRequest"] == opened["request"] == {"messages": []}
    assert (await served.member.get(f"/api/v1/calls/{other}")).status_code == 404
    assert [c["id"] for c in await served.data(f"{ADMIN}/calls", admin=True)] == [other, own]
    assert [c["id"] for c in await served.data(f"{ADMIN}/calls", admin=True, userId=2)] == [other]


async def test_lists_are_filtered_and_paged_by_the_query(served: Served) -> None:
    ids = [await served.recorder.call() for _ in range(3)]
    failed = await served.recorder.call(status=CallStatus.FAILED)
    cases: list[tuple[dict[str, Any], list[int]]] = [
        ({"status": "failed"}, [failed]),
        ({"before": ids[2], "limit": 1}, [ids[1]]),
        ({"apiTokenId": 2}, []),
        ({"modelInstanceId": 1, "until": "2026-11-10T12:00:00Z"}, []),
        ({"conversationId": 1, **YEAR}, [failed, *reversed(ids)]),
    ]
    for query, expected in cases:
        assert [c["id"] for c in await served.data("/api/v1/calls", **query)] == expected, query


@pytest.mark.parametrize(
    "query", ["status=gone", "since=yesterday", "since=2026-01-01T00:00:00", "limit=0", "before=x"]
)
async def test_a_query_that_is_not_understood_is_refused(served: Served, query: str) -> None:
    assert (await served.member.get(f"/api/v1/calls?{query}")).status_code == 422


async def test_members_manage_nothing(served: Served) -> None:
    call = await served.recorder.call()
    for path in (f"{ADMIN}/calls", f"{ADMIN}/calls/{call}", f"{ADMIN}/usage", SETTINGS):
        assert (await served.member.get(path)).status_code == 403, path
    assert (await served.member.put(SETTINGS, json={})).status_code == 403
    reason = {"reason": "because I can"}
    reveal = await served.member.post(f"{ADMIN}/calls/{call}/reveal", json=reason)
    assert reveal.status_code == 403


async def test_an_administrator_reveals_the_originals_of_a_call_with_a_reason(
    served: Served,
) -> None:
    recorder = served.recorder
    held = await recorder.conversation()
    mapping = Mapping(key=held.vault.key.lookup_key)
    texts = [
        cleansed(f"Mail {MAIL}", MAIL, "EMAIL_ADDRESS", mapping),
        cleansed("Call 555-0100", "555-0100", "PHONE_NUMBER", mapping),
    ]
    await keep(recorder, held, mapping)
    said = await recorder.facts({"messages": [texts[0], "I typed PERSON_7 and PHONE_NUMBER_9"]})
    call = await recorder.call(facts=said)
    answer = await served.admin.get(f"{ADMIN}/calls/{call}")
    assert answer.json()["data"]["request"]["messages"][0] == "Mail EMAIL_ADDRESS_0"
    assert MAIL not in answer.text
    url = f"{ADMIN}/calls/{call}/reveal"
    revealed = await served.admin.post(url, json={"reason": f"complaint of {MAIL}"})
    assert revealed.json()["data"] == [
        {"placeholder": "EMAIL_ADDRESS_0", "entityType": "EMAIL_ADDRESS", "original": MAIL}
    ]
    stored = await everything(recorder.database)
    assert "complaint of email_address_0" in stored
    assert MAIL not in stored
    assert (await served.admin.post(url, json={"reason": "short"})).status_code == 422


async def test_a_stand_in_is_revealed_though_it_looks_like_no_placeholder(served: Served) -> None:
    recorder = served.recorder
    held = await recorder.conversation()
    mapping = Mapping(key=held.vault.key.lookup_key)
    raw, policy = RawText(f"Mail {MAIL} now"), Policy(default=Rule(Action.REPLACE))
    done = cleanse(raw, [Finding(5, 5 + len(MAIL), "EMAIL_ADDRESS", 0.9, "t")], mapping, policy)
    (entry,) = mapping.take_new()
    async with recorder.database.write() as session:
        await held.vault.add(session, [entry])
    facts = await recorder.facts({"messages": [done.text]}, stand_ins=[entry.placeholder])
    call = await recorder.call(facts=facts)
    opened = await served.data(f"/api/v1/calls/{call}")
    assert MAIL not in str(opened["request"])
    assert opened["hydratedRequest"] == {"messages": [raw]}


async def test_a_deleted_conversation_is_gone_for_everybody(served: Served) -> None:
    held = await served.recorder.conversation()
    call = await served.recorder.call(Usage(1_000_000, 0))
    url = f"/api/v1/conversations/{held.id}"
    assert (await served.admin.delete(url)).status_code == 404
    assert (await served.member.delete(url)).status_code == 204
    assert (await served.member.delete(url)).status_code == 404
    assert (await served.admin.get(f"{ADMIN}/calls/{call}")).status_code == 404
    assert await served.data("/api/v1/calls") == []
    (row,) = await served.data("/api/v1/usage", **YEAR)
    assert row["costMicrodollars"] == 150_000


async def test_usage_is_summed_by_what_is_asked_for(served: Served) -> None:
    recorder, facts = served.recorder, served.recorder.facts
    await recorder.call(Usage(1_000_000, 0, 1_000_000))
    await recorder.call(Usage(5, 5), facts=await facts(model="unheard-of", api_token_id=None))
    recorder.clock.pass_(86_400)
    await recorder.call(Usage(2_000_000, 0), facts=await facts(model_instance_id=2))
    await recorder.call(status=CallStatus.FAILED)
    await recorder.call(facts=await facts(user_id=2, api_token_id=2))

    async def sums(by: str, *fields: str, admin: bool = True) -> list[tuple[Any, ...]]:
        path = f"{ADMIN}/usage" if admin else "/api/v1/usage"
        rows = await served.data(path, admin=admin, by=by, **YEAR)
        return [tuple(row[name] for name in fields) for row in rows]

    cost = ("calls", "costMicrodollars", "callsOfUnknownCost")
    assert await sums("model", "provider", "model", *cost) == [
        ("openai", MODEL, 4, 375_000, 1),
        ("openai", "unheard-of", 1, None, 1),
    ]
    assert await sums("instance", "modelInstanceId", *cost) == [
        (2, 1, 300_000, 0),
        (1, 4, 75_000, 2),
    ]
    assert await sums("key", "apiTokenId", "inputTokens", "failedCalls") == [
        (1, 3_000_000, 1),
        (None, 5, 0),
        (2, 0, 0),
    ]
    assert await sums("day", "day", "calls", "cacheReadTokens") == [
        ("2026-11-10", 2, 1_000_000),
        ("2026-11-11", 3, 0),
    ]
    assert await sums("day", "calls", admin=False) == [(2,), (2,)]
    only = {"apiTokenId": 1, "modelInstanceId": 2, **YEAR}
    assert [row["calls"] for row in await served.data(f"{ADMIN}/usage", admin=True, **only)] == [1]


async def test_settings_of_a_token_are_set_and_shown_with_what_it_has_used(
    served: Served,
) -> None:
    body = {
        "defaultInstanceId": 2,
        "limits": {"requestsPerMinute": 60, "monthlyBudgetMicrodollars": 25_000_000},
    }
    answer = await served.admin.put(SETTINGS, json=body)
    assert answer.status_code == 200, answer.text
    await served.recorder.call(Usage(1_000_000, 0))
    shown = await served.data(SETTINGS, admin=True)
    assert (shown["apiTokenId"], shown["defaultInstanceId"]) == (1, 2)
    assert shown["limits"] == {
        "requestsPerMinute": 60,
        "tokensPerMinute": None,
        "concurrentStreams": None,
        "monthlyTokens": None,
        "monthlyBudgetMicrodollars": 25_000_000,
    }
    assert (shown["monthTokens"], shown["monthCostMicrodollars"]) == (1_000_000, 150_000)
    unset = await served.admin.put(SETTINGS, json={})
    assert unset.json()["data"]["limits"]["requestsPerMinute"] is None


@pytest.mark.parametrize(
    ("token_id", "body", "status"),
    [
        pytest.param(9, {}, 404, id="no-such-token"),
        pytest.param(1, {"defaultInstanceId": 9}, 404, id="no-such-instance"),
        pytest.param(1, {"limits": {"requestsPerMinute": -1}}, 422, id="less-than-nothing"),
        pytest.param(1, {"limits": {"requestPerMinute": 1}}, 422, id="misspelt"),
        pytest.param(1, {"limits": {"monthlyTokens": 2**60}}, 422, id="too-much"),
    ],
)
async def test_settings_that_cannot_be_are_refused(
    served: Served, token_id: int, body: dict[str, object], status: int
) -> None:
    url = f"{ADMIN}/api-tokens/{token_id}/settings"
    assert (await served.admin.put(url, json=body)).status_code == status
