"""Protected environments: nothing changes in them before a second person has approved it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta

import anyio
import httpx
import pytest
from sqlalchemy import text
from tests.integration.features.conftest import World, client
from tests.integration.features.templates.wire import (
    OWN,
    V2,
    Json,
    Templates,
    chat,
    refused,
)

from sluice.server.kit.database import utc_now

pytestmark = pytest.mark.anyio

REASON = "nobody gets an answer"


@dataclass
class Team:
    """A project with a protected environment, an owner, an editor, and templates of both."""

    world: World
    owner: Templates
    editor: Templates
    key: Templates

    async def protect(self, **protection: object) -> Json:
        """Protect `prod`."""
        answer = await self.owner.client.put(f"{OWN}/environments/prod/protection", json=protection)
        assert answer.status_code == 200, answer.text
        protected: Json = answer.json()["data"]
        return protected

    async def ask(self, template: Json, version: int, note: str = "") -> Json:
        """The editor deploys a version to `prod`; the request that came of it."""
        body = {"environment": "prod", "version": version, "note": note}
        path = f"{OWN}/templates/{template['id']}/deployments"
        answer = await self.editor.client.post(path, json=body)
        assert answer.status_code == 202, answer.text
        request: Json = answer.json()["data"]["request"]
        return request

    async def decide(
        self, who: Templates, request: Json, verb: str, **body: object
    ) -> httpx.Response:
        """Approve, reject or withdraw a request."""
        return await who.client.post(
            f"{OWN}/deployment-requests/{request['id']}/{verb}",
            json=body if verb != "withdraw" else None,
        )

    async def number(self, template: Json, environment: str = "prod") -> int | None:
        """Where an environment points."""
        found = await self.owner.get(f"/templates/{template['id']}")
        pointer = found["environments"].get(environment)
        return pointer["number"] if pointer else None

    async def status(self, request: Json) -> str:
        """What came of a request."""
        found = await self.owner.get(f"/deployment-requests/{request['id']}")
        return str(found["status"])


@pytest.fixture
async def team(world: World) -> AsyncIterator[Team]:
    me = (await world.member.get("/api/v1/users/me")).json()["data"]
    answer = await world.admin.put(f"{OWN}/members/{me['id']}", json={"role": "editor"})
    assert answer.is_success, answer.text
    made = await world.admin.post(f"{OWN}/keys", json={"name": "shop"})
    async with client(world.app, made.json()["data"]["token"]) as key:
        yield Team(world, Templates(world.admin), Templates(world.member), Templates(key))


async def deployed_once(team: Team) -> Json:
    """A template whose first of three versions is in `prod`, which is then protected."""
    template = await team.owner.versions("a", "one", "two", "three")
    await team.owner.deploy(template, "prod", 1)
    await team.protect()
    return template


async def test_what_is_deployed_waits_for_a_second_person(team: Team) -> None:
    template = await deployed_once(team)
    request = await team.ask(template, 2, "ticket 4711")
    assert (request["status"], request["kind"]) == ("open", "deploy")
    assert (request["number"], request["baseNumber"], request["note"]) == (2, 1, "ticket 4711")
    assert await team.number(template) == 1
    own = await team.decide(team.editor, request, "approve")
    assert refused(own, 403)["code"] == "project_role"
    done = await team.decide(team.owner, request, "approve", note="fine")
    assert done.json()["data"]["status"] == "approved"
    assert done.json()["data"]["decisionNote"] == "fine"
    assert await team.number(template) == 2
    [newest, _] = await team.owner.get(f"/templates/{template['id']}/deployments")
    assert newest["note"] == "ticket 4711"
    assert (newest["userId"], newest["approvedBy"]) == (request["requestedBy"], 1)
    again = await team.decide(team.owner, request, "approve")
    assert refused(again, 409)["code"] == "request_approved"
    for event in ("environment.protected", "deployment.requested", "deployment.approved"):
        assert len(await team.world.audit(event)) == 1
    assert "4711" not in str(await team.world.audit("deployment.requested"))


async def test_nobody_approves_what_they_asked_for_and_no_key_approves(team: Team) -> None:
    template = await deployed_once(team)
    await team.protect(approverRole="editor")
    body = {"environment": "prod", "version": 2}
    path = f"{OWN}/templates/{template['id']}/deployments"
    asked = await team.owner.client.post(path, json=body)
    request = asked.json()["data"]["request"]
    own = await team.decide(team.owner, request, "approve")
    assert refused(own, 403)["code"] == "second_person"
    rejected = await team.decide(team.owner, request, "reject", note="no")
    assert refused(rejected, 403)["code"] == "second_person"
    by_key = await team.decide(team.key, request, "approve")
    assert refused(by_key, 403)["code"] == "person_needed"
    assert await team.number(template) == 1
    assert (await team.decide(team.editor, request, "approve")).status_code == 200
    assert await team.number(template) == 2


async def test_a_rejection_says_why_and_changes_nothing(team: Team) -> None:
    template = await deployed_once(team)
    request = await team.ask(template, 2)
    refused(await team.decide(team.owner, request, "reject", note=" "), 422)
    done = await team.decide(team.owner, request, "reject", note="not before Monday")
    assert done.json()["data"]["status"] == "rejected"
    assert done.json()["data"]["decisionNote"] == "not before Monday"
    assert await team.number(template) == 1
    assert len(await team.world.audit("deployment.rejected")) == 1


async def test_who_asked_and_owners_withdraw_requests(team: Team) -> None:
    template = await deployed_once(team)
    request = await team.ask(template, 2)
    withdrawn = await team.decide(team.editor, request, "withdraw")
    assert withdrawn.json()["data"]["status"] == "withdrawn"
    refused(await team.decide(team.owner, request, "approve"), 409)
    other = await team.ask(template, 2)
    assert other["id"] != request["id"]
    refused(await team.decide(team.key, other, "withdraw"), 403)
    assert (await team.decide(team.owner, other, "withdraw")).status_code == 200


async def test_who_asks_for_what_is_asked_for_gets_that_request(team: Team) -> None:
    template = await deployed_once(team)
    request = await team.ask(template, 2, "first")
    assert await team.ask(template, 2, "second") == request
    path = f"{OWN}/templates/{template['id']}/deployments"
    there = await team.editor.client.post(path, json={"environment": "prod", "version": 1})
    assert there.status_code == 201, "it is there already"
    assert len(await team.owner.get("/deployment-requests")) == 1


async def test_requests_go_stale_when_another_version_is_deployed(team: Team) -> None:
    template = await deployed_once(team)
    two, three = await team.ask(template, 2), await team.ask(template, 3)
    assert (await team.decide(team.owner, three, "approve")).status_code == 200
    assert await team.status(two) == "stale"
    late = await team.decide(team.owner, two, "approve")
    assert refused(late, 409)["code"] == "request_stale"
    assert await team.number(template) == 3


async def test_requests_expire(team: Team) -> None:
    template = await deployed_once(team)
    await team.protect(expiresHours=1)
    request = await team.ask(template, 2)
    async with team.world.app.state.services.database.write() as session:
        past = utc_now() - timedelta(minutes=1)
        await session.execute(
            text("UPDATE deployment_requests SET expires_at = :past"),
            {"past": past if session.get_bind().dialect.name == "postgresql" else str(past)},
        )
    assert await team.status(request) == "expired"
    late = await team.decide(team.owner, request, "approve")
    assert refused(late, 409)["code"] == "request_expired"
    assert await team.owner.get("/deployment-requests", status="open") == []
    assert len(await team.owner.get("/deployment-requests", status="expired")) == 1
    assert (await team.ask(template, 2))["id"] != request["id"]


async def test_rolling_back_and_withdrawing_wait_too(team: Team) -> None:
    template = await deployed_once(team)
    await team.decide(team.owner, await team.ask(template, 2), "approve")
    path = f"{OWN}/templates/{template['id']}"
    back = await team.editor.client.post(f"{path}/rollback", json={"environment": "prod"})
    assert back.status_code == 202
    request = back.json()["data"]["request"]
    assert (request["kind"], request["number"]) == ("rollback", 1)
    assert await team.number(template) == 2
    await team.decide(team.owner, request, "approve")
    assert await team.number(template) == 1
    gone = await team.editor.client.delete(f"{path}/environments/prod")
    assert gone.status_code == 202
    assert (gone.json()["data"]["kind"], gone.json()["data"]["number"]) == ("withdraw", None)
    assert await team.number(template) == 1
    assert refused(await team.owner.client.delete(path), 409)["code"] == "environment_protected"
    await team.decide(team.owner, gone.json()["data"], "approve")
    assert await team.number(template) is None
    assert (await team.owner.client.delete(path)).status_code == 204


async def test_in_an_emergency_an_owner_rolls_back_with_a_reason(team: Team) -> None:
    template = await deployed_once(team)
    await team.decide(team.owner, await team.ask(template, 2), "approve")
    path = f"{OWN}/templates/{template['id']}/rollback"
    body = {"environment": "prod", "emergency": True, "note": REASON}
    refused(await team.editor.client.post(path, json=body), 403)
    refused(await team.owner.client.post(path, json={**body, "note": ""}), 422)
    refused(await team.owner.client.post(path, json={**body, "version": 3}), 409)
    done = await team.owner.client.post(path, json=body)
    assert done.status_code == 201, done.text
    assert await team.number(template) == 1
    [newest, *_] = await team.owner.get(f"/templates/{template['id']}/deployments")
    assert (newest["isEmergency"], newest["approvedBy"], newest["note"]) == (True, None, REASON)
    [event] = await team.world.audit("template.emergency_rollback")
    assert event["details"] == {"environment": "prod", "version": 1}


async def test_the_freeplay_wire_says_that_it_waits(team: Team) -> None:
    template = await deployed_once(team)
    [_, two, _] = reversed(await team.owner.get(f"/templates/{template['id']}/versions"))
    path = f"{V2}/id/{template['id']}/versions/{two['id']}/environments"
    body = {"environments": ["staging", "prod"]}
    answer = refused(await team.key.client.post(path, json=body), 409)
    assert answer["code"] == "approval_needed"
    assert "prod" in answer["message"]
    assert await team.number(template, "staging") == 2
    assert await team.number(template) == 1
    assert refused(await team.key.client.post(path, json=body), 409)["message"] == answer["message"]
    version = {
        "template_messages": [{"role": "user", "content": "four"}],
        "model": "gpt-4o-mini",
        "provider": "openai",
        "environments": ["prod"],
    }
    saved = refused(await team.key.client.post(f"{V2}/name/a/versions", json=version), 409)
    assert (saved["code"], "version 4" in saved["message"]) == ("approval_needed", True)
    open_ones = await team.owner.get("/deployment-requests", status="open")
    assert [one["number"] for one in open_ones] == [4, 2]


async def test_saving_for_a_protected_environment_saves_and_asks(team: Team) -> None:
    await deployed_once(team)
    saved = await team.editor.save("a", chat("four"), "staging", "prod")
    assert [one["environment"] for one in saved["requests"]] == ["prod"]
    read = await team.owner.get("/environments/staging/versions")
    assert read[0]["number"] == 4
    environments = await team.owner.get("/environments")
    guarded = {one["name"]: one["protection"] is not None for one in environments}
    assert guarded == {"prod": True, "staging": False}


async def test_readers_see_what_was_approved_at_once_and_nothing_before(team: Team) -> None:
    template = await deployed_once(team)
    path = f"{V2}/name/a"
    before = await team.key.client.get(path, params={"environment": "prod"})
    request = await team.ask(template, 2)
    waiting = await team.key.client.get(
        path,
        params={"environment": "prod"},
        headers={"If-None-Match": before.headers["etag"]},
    )
    assert waiting.status_code == 304
    await team.decide(team.owner, request, "approve")
    after = await team.key.client.get(path, params={"environment": "prod"})
    assert after.json()["content"][0]["content"] == "two"


async def test_only_owners_protect_and_what_waits_is_withdrawn_with_the_protection(
    team: Team,
) -> None:
    template = await deployed_once(team)
    path = f"{OWN}/environments/prod/protection"
    refused(await team.editor.client.put(path, json={}), 403)
    refused(await team.editor.client.delete(path), 403)
    refused(await team.owner.client.put(path, json={"approverRole": "viewer"}), 422)
    latest = f"{OWN}/environments/latest/protection"
    refused(await team.owner.client.put(latest, json={}), 409)
    assert (await team.owner.get("/environments/prod/protection"))["approverRole"] == "owner"
    request = await team.ask(template, 2)
    assert (await team.owner.client.delete(path)).status_code == 204
    assert await team.status(request) == "withdrawn"
    refused(await team.owner.client.get(path), 404)
    await team.editor.deploy(template, "prod", 2)
    assert await team.number(template) == 2
    assert len(await team.world.audit("environment.unprotected")) == 1


async def test_what_is_asked_for_at_once_is_asked_for_once(team: Team) -> None:
    template = await deployed_once(team)
    asked: list[str] = []

    async def ask() -> None:
        asked.append((await team.ask(template, 2))["id"])

    async with anyio.create_task_group() as group:
        for _ in range(4):
            group.start_soon(ask)
    assert len(set(asked)) == 1
    assert len(await team.world.audit("deployment.requested")) == 1


async def test_one_of_several_requests_that_are_approved_at_once_is_carried_out(
    team: Team,
) -> None:
    template = await deployed_once(team)
    requests = [await team.ask(template, 2), await team.ask(template, 3)]
    answers: list[int] = []

    async def approve(request: Json) -> None:
        answers.append((await team.decide(team.owner, request, "approve")).status_code)

    async with anyio.create_task_group() as group:
        for request in (*requests, *requests):
            group.start_soon(approve, request)
    assert sorted(answers) == [200, 409, 409, 409]
    assert sorted([await team.status(one) for one in requests]) == ["approved", "stale"]
    assert len(await team.owner.get(f"/templates/{template['id']}/deployments")) == 2


async def test_notes_are_sealed(team: Team) -> None:
    template = await deployed_once(team)
    request = await team.ask(template, 2, "the letter of Schwarzenegger")
    done = await team.decide(team.owner, request, "reject", note="ask Schwarzenegger first")
    assert "Schwarzenegger" in done.json()["data"]["decisionNote"]
    async with team.world.app.state.services.database.read() as session:
        rows = (await session.execute(text("SELECT * FROM deployment_requests"))).all()
    assert rows
    assert "schwarzenegger" not in repr(rows).lower()


async def test_pages_of_requests_follow_each_other(team: Team) -> None:
    template = await deployed_once(team)
    two, three = await team.ask(template, 2), await team.ask(template, 3)
    first = await team.editor.client.get(f"{OWN}/deployment-requests", params={"limit": 1})
    assert [one["id"] for one in first.json()["data"]] == [three["id"]]
    cursor = first.json()["nextCursor"]
    rest = await team.editor.client.get(f"{OWN}/deployment-requests", params={"cursor": cursor})
    assert [one["id"] for one in rest.json()["data"]] == [two["id"]]
    assert rest.json()["nextCursor"] is None


async def test_a_deleted_project_leaves_no_request(team: Team) -> None:
    await team.ask(await deployed_once(team), 2)
    assert (await team.owner.client.delete(OWN)).status_code == 204
    await team.world.app.state.services.workbench.project_deletion.clear_some()
    async with AsyncExitStack() as stack:
        database = team.world.app.state.services.database
        session = await stack.enter_async_context(database.read())
        for table in ("deployment_requests", "protected_environments", "templates"):
            count = await session.execute(text(f"SELECT count(*) FROM {table}"))
            assert count.scalar_one() == 0
