"""Reading prompts: right the moment one changes, in every process, and behind nobody who writes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import cast

import anyio
import httpx
import pytest
from sqlalchemy import Table, select
from starlette.types import Message, Scope
from tests.integration.features.conftest import (
    ADMIN_TOKEN,
    ScriptedProvider,
    World,
    client,
    started,
)
from tests.integration.features.templates.wire import (
    MUSTACHE,
    OLD,
    V2,
    Json,
    Templates,
    chat,
    refused,
)

from sluice.server.features.projects.tables import Project
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import new_master_key

pytestmark = pytest.mark.anyio

READS = {
    "0.6.1, an environment": (f"{V2}/all/prod", {}),
    "0.6.1, one": (f"{V2}/name/support/reply?environment=prod", {}),
    "0.1.6": (f"{OLD}/prod", {}),
    "our package": (f"{OLD}/prod", MUSTACHE),
}


def texts(answer: httpx.Response) -> list[str]:
    """What the first message of each template says."""
    body: Json = answer.json()
    if "templates" in body:
        return [one["content"] for one in body["templates"]]
    listed = body.get("prompt_templates", [body])
    return [one["content"][0]["content"] for one in listed]


@pytest.mark.parametrize(("path", "headers"), READS.values(), ids=READS)
async def test_a_reader_sees_a_deployment_at_once(
    world: World, path: str, headers: dict[str, str]
) -> None:
    templates = Templates(world.admin)
    template = await templates.versions("support/reply", "version one", "version two")
    for version, said in [(1, "one"), (2, "two"), (1, "one")]:
        await templates.deploy(template, "prod", version)
        for _ in range(2):
            [text] = texts(await world.admin.get(path, headers=headers))
            assert f"version {said}" in text


@pytest.mark.parametrize(("path", "headers"), READS.values(), ids=READS)
async def test_an_answer_that_still_holds_is_not_sent_again(
    world: World, path: str, headers: dict[str, str]
) -> None:
    templates = Templates(world.admin)
    template = await templates.versions("support/reply", "version one", "version two")
    await templates.deploy(template, "prod", 1)
    etag = (await world.admin.get(path, headers=headers)).headers["etag"]
    for known in (etag, f"W/{etag}", f'"another", {etag}', "*"):
        answer = await world.admin.get(path, headers={**headers, "If-None-Match": known})
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)
    await templates.deploy(template, "prod", 2)
    answer = await world.admin.get(path, headers={**headers, "If-None-Match": etag})
    assert answer.status_code == 200
    assert answer.headers["etag"] != etag


async def test_clients_of_each_kind_have_answers_and_etags_of_their_own(world: World) -> None:
    await Templates(world.admin).save("support/reply", chat("{{x}} {}"), "prod")
    answers = [await world.admin.get(path, headers=given) for path, given in READS.values()]
    assert len({answer.headers["etag"] for answer in answers}) == len(answers)
    assert answers[2].headers["vary"] == "Freeplay-Template-Dialect"
    assert "{x} {{}}" in texts(answers[2])[0]
    assert "{{x}} {}" in texts(answers[3])[0]


async def test_our_own_package_fills_in_what_it_reads(world: World) -> None:
    from freeplay.formatting import filled_messages
    from freeplay.wire import templates_in

    content = {"messages": [*chat("{{#x}}{{.}}{{/x}}")["messages"], {"kind": "history"}]}
    await Templates(world.admin).save("a", {**content, "model": "m"}, "prod")
    answer = await world.admin.get(f"{OLD}/prod", headers=MUSTACHE)
    [template] = templates_in(answer.content).templates
    assert (template.name, template.params) == ("a", {"model": "m"})
    assert filled_messages(template, {"x": ["1", "2"]}) == [{"role": "system", "content": "12"}]


@asynccontextmanager
async def replicas(
    database_url: str, folder: Path
) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    key = new_master_key()
    async with (
        started(database_url, folder / "a", ScriptedProvider(), key) as one,
        started(database_url, folder / "b", ScriptedProvider(), key) as other,
        client(one, ADMIN_TOKEN) as first,
        client(other, ADMIN_TOKEN) as second,
    ):
        yield first, second


async def test_another_replica_sees_it_at_once_and_has_the_same_etags(
    database_url: str, tmp_path: Path
) -> None:
    async with replicas(database_url, tmp_path) as (first, second):
        templates = Templates(first)
        template = await templates.versions("a", "version one", "version two")
        for version, said in [(1, "one"), (2, "two")]:
            await templates.deploy(template, "prod", version)
            answers = [await reader.get(f"{V2}/all/prod") for reader in (second, first)]
            assert [texts(answer) for answer in answers] == [[f"version {said}"]] * 2
            assert answers[0].headers["etag"] == answers[1].headers["etag"]
        assert (
            await first.delete(f"/api/v1/projects/default/templates/{template['id']}")
        ).is_success
        assert texts(await second.get(f"{V2}/all/latest")) == []


async def test_readers_wait_for_nobody_who_writes(world: World) -> None:
    await Templates(world.admin).save("support/reply", chat("{{x}}"), "prod")
    for path, headers in READS.values():
        await world.admin.get(path, headers=headers)
    async with world.app.state.services.database.write():
        with anyio.fail_after(30):
            for path, headers in READS.values():
                answer = await world.admin.get(path, headers=headers)
                assert answer.status_code == 200


async def test_no_template_is_read_again_where_nothing_has_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await Templates(world.admin).save("support/reply", chat("{{x}}"), "prod")
    before = [await world.admin.get(path, headers=given) for path, given in READS.values()]
    monkeypatch.setattr("sluice.server.features.templates.reading.TemplateRepository", None)
    after = [await world.admin.get(path, headers=given) for path, given in READS.values()]
    assert [one.content for one in after] == [one.content for one in before]


async def test_the_first_read_with_sdk_0_1_6_is_noted_after_the_answer(world: World) -> None:
    """On SQLite the answer is complete while what notes it still waits for somebody who writes."""
    await Templates(world.admin).save("a", chat("{{x}}"), "prod")
    database, answered = world.app.state.services.database, anyio.Event()

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body" and not message.get("more_body"):
            answered.set()

    async def receive() -> Message:
        await anyio.sleep_forever()
        return {}

    async with anyio.create_task_group() as group, database.write():
        group.start_soon(world.app, scope_of(f"{OLD}/prod"), receive, send)
        with anyio.fail_after(30):
            await answered.wait()
        assert not database.is_sqlite or not await used_at(database)
    assert await used_at(database)


async def used_at(database: Database) -> datetime | None:
    """When SDK 0.1.6 first read templates of the default project."""
    async with database.reading() as session:
        table = cast("Table", Project.__table__)
        query = select(table.c.format_used_at).where(table.c.uid == "default")
        return cast("datetime | None", (await session.scalars(query)).one())


def scope_of(path: str) -> Scope:
    """A request as a server hands it to the application."""
    token = f"Bearer {ADMIN_TOKEN}".encode()
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"sluice.test"), (b"authorization", token)],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


async def test_one_template_that_cannot_be_said_never_fails_the_others(world: World) -> None:
    templates = Templates(world.admin)
    await templates.change(formatDialect="never")
    await templates.save("bad", {"messages": [{"kind": "history"}]}, "prod")
    await templates.save("good", chat("{{x}}"), "prod")
    old = (await world.admin.get(f"{OLD}/prod")).json()["templates"]
    assert [one["name"] for one in old] == ["good"]
    today = (await world.admin.get(f"{V2}/all/prod")).json()["prompt_templates"]
    assert [one["prompt_template_name"] for one in today] == ["bad", "good"]
    assert all(one["metadata"][key] for one in today for key in ("provider", "flavor", "model"))


async def test_an_unknown_environment_names_those_that_there_are(world: World) -> None:
    assert (await world.admin.get(f"{OLD}/latest")).json() == {"templates": []}
    assert (await world.admin.get(f"{V2}/all/latest")).json() == {"prompt_templates": []}
    await Templates(world.admin).save("a", chat(), "prod", "staging")
    for path in (f"{OLD}/live", f"{V2}/name/a?environment=live"):
        body = refused(await world.admin.get(path), 404)
        assert "latest, prod, staging" in body["message"]
    body = refused(await world.admin.get(f"{V2}/name/nobody?environment=prod"), 404)
    assert "nobody" not in body["message"]


async def test_nobody_reads_without_a_role_or_a_token(world: World) -> None:
    await Templates(world.admin).save("a", chat(), "prod")
    for path, headers in READS.values():
        refused(await world.member.get(path, headers=headers), 404)
        bad = {**headers, "Authorization": "Bearer nothing"}
        refused(await world.admin.get(path, headers=bad), 401)
