"""Test runs as pages: started, watched, read and compared."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import pytest
from sqlalchemy import update
from tests.integration.dashboard.conftest import XSS, Page, Site, signed_in
from tests.integration.features.conftest import (
    ADMIN_TOKEN,
    ScriptedProvider,
    World,
    client,
    started,
)
from tests.integration.features.testruns.running.bench import RUNS, Bench, Desk, said, words

from sluice.server.features.testruns.tables import TestRun

pytestmark = pytest.mark.anyio
HERE = "/projects/default/runs"
JANE = "jane.roe@example.org"


class Stage:
    """A site with a playlist of four words, a template, and a provider with a script."""

    def __init__(self, site: Site, bench: Bench, desk: Desk, playlist: str) -> None:
        self.site, self.bench, self.desk, self.playlist = site, bench, desk, playlist

    async def run(self, **fields: Any) -> str:  # noqa: ANN401 (what stands in a form)
        """Start a run with the form and wait for its end; its address behind `/dashboard`."""
        begun = await self.site.post(f"{HERE}/new", {**self.form(), **fields})
        assert begun.status == 303, begun.text
        here = begun.location.removeprefix("/dashboard")
        await self.ended(here)
        return here

    def form(self) -> dict[str, Any]:
        """What is chosen in the form."""
        return {
            "playlist": self.playlist,
            "modelInstance": str(self.bench.instance),
            "what": "template:greeting",
            "environment": "latest",
            "exact": "true",
            "concurrency": "2",
        }

    async def ended(self, here: str) -> None:
        """Wait for the end of a run."""
        for _ in range(400):
            run = (await self.site.api.get(f"{RUNS}/{_uid(here)}")).json()["data"]
            if run["status"] in ("complete", "failed", "cancelled"):
                return
            await asyncio.sleep(0.02)
        raise AssertionError("the run did not end")


def _uid(here: str) -> str:
    return here.rsplit("/", 1)[1]


@pytest.fixture(scope="module")
async def module_stage(
    anyio_backend: str, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    """One application for all tests of this module."""
    folder, desk = tmp_path_factory.mktemp("runs"), Desk()
    shutil.copy(sqlite_template, folder / "sluice.db")
    provider = cast("ScriptedProvider", desk)
    async with (
        started(f"sqlite:///{folder}/sluice.db", folder, provider) as app,
        client(app, ADMIN_TOKEN) as api,
    ):
        bench = Bench(api, await World(app, api, api, provider).instance())
        playlist = await bench.playlist(words(4))
        await bench.template()
        yield Stage(
            Site(app, await signed_in(app, ADMIN_TOKEN), api, provider), bench, desk, playlist
        )


@pytest.fixture
def stage(module_stage: Stage) -> Stage:
    """The same, with a provider that says what it is asked for."""
    module_stage.desk.answer = said
    module_stage.desk.gate.set()
    return module_stage


async def test_a_run_is_started_with_a_form_and_shows_what_came_of_it(stage: Stage) -> None:
    form = await stage.site.get(f"{HERE}/new?playlist={stage.playlist}")
    assert form.shows("Words", "greeting", "latest", "The messages of the cases' recordings")
    stage.desk.answer = lambda prompt: "wrong answer" if "word3" in prompt else said(prompt)
    here = await stage.run(name="First", contains="true", **{"contains.values": "word"})
    shown = await stage.site.get(here)
    assert shown.shows("First", "complete", "75.0 %", "word0", "wrong answer", "3 / 4")
    assert "<del" in shown.html
    failing = await stage.site.get(f"{here}?status=not_passed")
    assert failing.shows("wrong answer")
    assert not failing.shows("word0")
    assert (await stage.site.get(f"{here}?status=failed")).shows("Every case was answered")
    listed = await stage.site.get(f"{HERE}?playlist={stage.playlist}")
    assert listed.shows("First", "exact 75 %", "contains 75 %")


async def test_who_watches_sees_how_far_a_run_is_until_it_ends(stage: Stage) -> None:
    stage.desk.gate.clear()
    begun = await stage.site.post(f"{HERE}/new", stage.form())
    here = begun.location.removeprefix("/dashboard")
    shown = await stage.site.get(here)
    assert f'hx-get="/dashboard{here}/progress"' in shown.html
    part = await stage.site.part(f"{here}/progress")
    assert "<html" not in part.html
    assert part.shows("0 / 4 cases", "Median latency")
    assert (await stage.site.get(f"{here}/progress")).location == f"/dashboard{here}"
    stage.desk.gate.set()
    await stage.ended(here)
    over = await stage.site.part(f"{here}/progress")
    assert over.answer.headers["hx-refresh"] == "true"
    assert "hx-trigger" not in (await stage.site.get(here)).html.split('id="main"')[1]


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("requests_per_minute", "a limit of the API token: requests per minute"),
        ("instance_concurrent_streams", "a limit of a model instance: concurrent streams"),
    ],
)
async def test_who_watches_a_run_that_waits_is_told_whose_limit_it_waits_for(
    stage: Stage, code: str, told: str
) -> None:
    stage.desk.gate.clear()
    begun = await stage.site.post(f"{HERE}/new", stage.form())
    here = begun.location.removeprefix("/dashboard")
    async with asyncio.timeout(60):
        while not stage.desk.at_once:  # noqa: ASYNC110 (until the run is under way)
            await asyncio.sleep(0.02)
    noted = update(TestRun).where(TestRun.uid == _uid(here)).values(summary={"waiting_for": code})
    async with stage.site.app.state.services.database.write() as session:
        await session.execute(noted)
    assert (await stage.site.part(f"{here}/progress")).shows(told)
    stage.desk.gate.set()
    await stage.ended(here)


async def test_a_run_is_cancelled_goes_on_and_is_deleted(stage: Stage) -> None:
    stage.desk.gate.clear()
    begun = await stage.site.post(f"{HERE}/new", stage.form())
    here = begun.location.removeprefix("/dashboard")
    assert (await stage.site.get(here)).shows("Cancel")
    assert (await stage.site.post(f"{here}/cancel")).location == f"/dashboard{here}"
    stage.desk.gate.set()
    cancelled = await stage.site.get(here)
    assert cancelled.shows("cancelled", "Resume", "The run is cancelled; what is done stays.")
    assert (await stage.site.post(f"{here}/resume", {"failed": "true"})).status == 303
    await stage.ended(here)
    assert (await stage.site.get(here)).shows("complete")
    assert (await stage.site.post(f"{here}/resume", {"failed": "true"})).status == 409
    assert (await stage.site.post(f"{here}/delete")).location == f"/dashboard{HERE}"
    assert (await stage.site.get(here)).status == 404


async def test_problems_stand_at_their_fields_with_what_was_typed(stage: Stage) -> None:
    wrong = stage.form() | {
        "regex": "true",
        "regex.pattern": "(?=never)",
        "similarity": "true",
        "similarity.threshold": "7",
        "concurrency": "99",
        "name": "Kept",
    }
    refused = await stage.site.post(f"{HERE}/new", wrong)
    assert refused.status == 422
    assert refused.shows("the pattern cannot be used", "(?=never)")
    assert refused.shows('value="7"', 'value="99"', 'value="Kept"')
    assert refused.html.count('class="problem') >= 3
    broken = stage.form() | {"temperature": "warm", "evaluators": "{", "parameters": "[1]"}
    refused = await stage.site.post(f"{HERE}/new", broken)
    assert refused.status == 422
    assert refused.shows("must be a number", "this is no JSON", 'value="warm"')
    nothing = await stage.site.post(f"{HERE}/new", stage.form() | {"what": ""})
    assert nothing.status == 422


async def test_every_kind_of_evaluator_can_be_chosen(stage: Stage) -> None:
    here = await stage.run(
        similarity="true",
        regex="true",
        numeric="true",
        json_equal="true",
        json_schema="true",
        judge="true",
        evaluators='[{"kind": "exact", "name": "loose", "ignoreCase": true}]',
        parameters='{"seed": 7}',
        temperature="0.5",
        **{
            "regex.pattern": "^word",
            "similarity.threshold": "0.9",
            "numeric.find": "last",
            "json_equal.ignoreOrder": "true",
            "json_schema.jsonSchema": '{"type": "string"}',
            "judge.modelInstance": str(stage.bench.instance),
            "judge.criteria": "It is a word.",
        },
    )
    run = (await stage.site.api.get(f"{RUNS}/{_uid(here)}")).json()["data"]
    names = [
        "exact",
        "regex",
        "json_schema",
        "json_equal",
        "numeric",
        "similarity",
        "judge",
        "loose",
    ]
    assert [one.get("name", one["kind"]) for one in run["evaluators"]] == names
    assert (run["parameters"]["seed"], run["parameters"]["temperature"]) == (7, 0.5)
    assert (await stage.site.get(here)).shows(*names)


async def test_runs_are_compared_with_the_oldest_of_those_that_were_checked(stage: Stage) -> None:
    first = await stage.run(name="Before")
    stage.desk.answer = lambda prompt: "wrong answer" if "word2" in prompt else said(prompt)
    second = await stage.run(name="After")
    chosen = f"{HERE}/compare?run={_uid(second)}&run={_uid(first)}"
    compared = await stage.site.get(chosen)
    assert compared.status == 200, compared.text
    assert compared.text.index("Before") < compared.text.index("After")
    assert compared.shows("100.0 %", "75.0 %", "-0.250", "Only regressions (1)", "wrong answer")
    assert 'aria-label="0 better, 3 the same, 1 worse"' in compared.html
    only = await stage.site.get(
        f"{HERE}/compare?runs={_uid(first)},{_uid(second)}&only=regressions"
    )
    assert only.shows("word2", "wrong answer")
    assert not only.shows("word1")
    other = f"{HERE}/compare?runs={_uid(second)},{_uid(first)}&only=regressions"
    assert (await stage.site.get(other)).shows("No regressions")
    assert (await stage.site.get(first)).shows("Compare with", "After")


async def test_what_cannot_be_compared_is_told(stage: Stage) -> None:
    one = _uid(await stage.run())
    for query, status in (("", 422), (f"run={one}", 422), (f"run={one}&run={uuid4()}", 404)):
        assert (await stage.site.get(f"{HERE}/compare?{query}")).status == status


async def test_a_run_of_an_sdk_is_shown_case_by_case_and_compared(stage: Stage) -> None:
    """Of what it recorded; a text in it is a text on the page."""
    body = {"dataset_name": "Words", "test_run_name": "Theirs", "include_outputs": True}
    made = await stage.site.api.post("/api/v2/projects/default/test-runs", json=body)
    assert made.status_code in (200, 201), made.text
    begun = made.json()
    theirs = f"{HERE}/{begun['test_run_id']}"
    assert (await stage.site.get(theirs)).shows("Nothing was recorded of any case yet")
    info = {"test_run_id": begun["test_run_id"]}
    info["test_case_id"] = begun["test_cases"][0]["test_case_id"]
    said = f"Their answer {XSS} for {JANE}"
    messages = [{"role": "user", "content": "Say it"}, {"role": "assistant", "content": said}]
    order = {"messages": messages, "inputs": {}, "test_run_info": info, "eval_results": {"ok": 0}}
    path = f"/api/v2/projects/default/sessions/{uuid4()}/completions"
    recorded = await stage.site.api.post(path, json=order)
    assert recorded.status_code == 201, recorded.text
    shown = await stage.site.get(theirs)
    assert shown.shows("An SDK makes this run", "To the recordings", "Their answer")
    assert shown.is_inert()
    assert JANE not in shown.html
    ours = _uid(await stage.run())
    compared = await stage.site.get(f"{HERE}/compare?run={ours}&run={begun['test_run_id']}")
    assert compared.shows("Theirs", "Their answer")
    assert compared.is_inert()
    assert JANE not in compared.html


async def test_no_original_stands_on_a_page(stage: Stage) -> None:
    playlist = await stage.bench.playlist(
        [{"inputs": {"word": JANE, "who": "Ada"}, "output": JANE}], f"Private {uuid4().hex[:6]}"
    )
    here = await stage.run(playlist=playlist, name=f"For {JANE}")
    second = await stage.run(playlist=playlist)
    pages = [here, HERE, f"{HERE}/compare?run={_uid(here)}&run={_uid(second)}"]
    for path in pages:
        shown = await stage.site.get(path)
        assert "EMAIL_ADDRESS_" in shown.html
        assert JANE not in shown.html


async def test_who_only_reads_starts_nothing(stage: Stage) -> None:
    here = await stage.run()
    auditor, member = await stage.site.as_role("auditor"), await stage.site.as_role("member")
    shown = await auditor.get(here)
    assert shown.status == 200
    assert not shown.shows("Delete")
    assert not (await auditor.get(HERE)).shows("Start a test run")
    assert (await auditor.get(f"{HERE}/new")).status == 403
    for path in (f"{HERE}/new", f"{here}/cancel", f"{here}/resume", f"{here}/delete"):
        assert (await auditor.post(path, stage.form())).status == 403, path
    assert (await member.get(here)).status == 404
    editor = await stage.site.as_role("prompt_editor")
    assert (await editor.get(f"{HERE}/new")).status == 200


async def test_what_callers_and_models_write_is_inert(stage: Stage) -> None:
    stage.desk.answer = lambda prompt: XSS
    here = await stage.run(name=XSS[:150], description=XSS)
    refused = await stage.site.post(
        f"{HERE}/new", stage.form() | {"what": XSS, "name": XSS, "evaluators": XSS, "model": XSS}
    )
    assert refused.status == 422
    second = await stage.run()
    compare = f"{HERE}/compare?run={_uid(here)}&run={_uid(second)}"
    pages: list[Page] = [refused]
    pages += [await stage.site.get(path) for path in (here, HERE, compare)]
    for one in pages:
        assert one.is_inert()
