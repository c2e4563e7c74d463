"""What people write into templates stands nowhere in clear: tables, logs, errors."""

from __future__ import annotations

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection
from tests.integration.features.conftest import World
from tests.integration.features.templates.wire import OLD, OWN, V2, Json, Templates

pytestmark = pytest.mark.anyio

PLANTED = {
    "content": "canary-content-zq81",
    "note": "canary-note-zq81",
    "version name": "canary-version-zq81",
    "parameter": "canary-parameter-zq81",
    "tool": "canary-tool-zq81",
    "deployment's note": "canary-deployment-zq81",
    "unknown key": "canary-key-zq81",
    "found": "canary.zq81@example.com",
}
WORDS = f"{PLANTED['content']} {PLANTED['found']} {{{{x}}}}"
CONTENT: Json = {
    "messages": [{"role": "system", "content": WORDS}],
    "note": PLANTED["note"],
    "versionName": PLANTED["version name"],
    "parameters": {"stop": [PLANTED["parameter"]]},
    "toolSchema": [{"name": "find", "description": PLANTED["tool"]}],
}


def _everything(connection: Connection) -> bytes:
    """All columns of all tables, as they would be read from a stolen file."""
    found = []
    for name in inspect(connection).get_table_names():
        for row in connection.execute(text(f'SELECT * FROM "{name}"')):
            found += [one if isinstance(one, bytes) else repr(one).encode() for one in row]
    return b"\n".join(found).lower()


async def everything_done(world: World) -> str:
    """Use everything, rightly and wrongly; the bodies of all errors."""
    templates, admin = Templates(world.admin), world.admin
    saved = (await templates.save("a", CONTENT, "prod"))["version"]
    await templates.save("a", {**CONTENT, "model": "other"})
    template = (await templates.get("/templates"))[0]
    await templates.deploy(template, "prod", 2, PLANTED["deployment's note"])
    await templates.roll_back(template, "prod", note=PLANTED["deployment's note"])
    await templates.post("/templates/lint", {"content": CONTENT})
    await templates.change(formatDialect="always", onFindings="refuse")
    for path in (f"{OLD}/prod", f"{V2}/all/prod", f"{V2}/name/a", f"{OWN}/environments"):
        assert (await admin.get(path)).is_success
    broken = {
        **CONTENT,
        "messages": [{"role": "user", "content": f"{{{{#{PLANTED['content']}}}}}"}],
    }
    bodies: list[Json] = [
        {"name": "a", "content": CONTENT},
        {"name": "a", "content": broken},
        {"name": "a", "content": {**CONTENT, PLANTED["unknown key"]: 1}},
        {"name": "a", "content": {**CONTENT, "text": PLANTED["content"]}},
        {"name": f"../{PLANTED['content']}", "content": CONTENT},
    ]
    answers = [await admin.post(f"{OWN}/templates", json=body) for body in bodies]
    deploy = {"environment": "live", "version": saved["number"]}
    path = f"{OWN}/templates/{saved['templateId']}/deployments"
    answers.append(await admin.post(path, json=deploy))
    answers.append(await admin.get(f"{V2}/name/{PLANTED['content']}?environment=prod"))
    assert {one.status_code for one in answers} == {422, 404}
    return "\n".join(one.text for one in answers)


async def test_what_is_planted_in_templates_is_nowhere_in_clear(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    errors = await everything_done(world)
    async with world.app.state.services.database.read() as session:
        stored = await (await session.connection()).run_sync(_everything)
    logs = "".join(capsys.readouterr())
    assert "request" in logs
    for kind, value in PLANTED.items():
        assert value not in errors, kind
        assert value not in logs, kind
        assert value.encode() not in stored, kind


async def test_a_deleted_template_is_gone_from_the_tables(world: World) -> None:
    await everything_done(world)
    [template] = await Templates(world.admin).get("/templates")
    assert (await world.admin.delete(f"{OWN}/templates/{template['id']}")).status_code == 204
    async with world.app.state.services.database.read() as session:
        for table in ("templates", "template_versions", "deployed_versions", "deployments"):
            left = await session.execute(text(f"SELECT count(*) FROM {table}"))
            assert left.scalar_one() == 0, table


async def test_a_deleted_project_leaves_no_template(world: World) -> None:
    made = await world.admin.post("/api/v1/projects", json={"name": "Other"})
    path = f"/api/v1/projects/{made.json()['data']['id']}"
    for number in range(3):
        body = {"name": f"t{number}", "content": CONTENT, "environments": ["prod"]}
        assert (await world.admin.post(f"{path}/templates", json=body)).status_code == 201
    await Templates(world.admin).save("kept", {"text": "{{x}}"}, "prod")
    assert (await world.admin.delete(path)).status_code == 204
    assert (await world.admin.get(f"{path}/templates")).status_code == 404
    async with world.app.state.services.database.read() as session:
        for table in ("templates", "template_versions", "deployed_versions", "deployments"):
            left = await session.execute(text(f"SELECT count(*) FROM {table}"))
            assert left.scalar_one() == 1, table
