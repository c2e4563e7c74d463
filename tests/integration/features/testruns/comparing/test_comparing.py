"""Runs over the same playlist, compared on our own API."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from tests.integration.features.conftest import (
    ADMIN_TOKEN,
    ScriptedProvider,
    World,
    client,
    started,
)
from tests.integration.features.testruns.running.bench import RUNS, Bench, Desk, said, words

pytestmark = pytest.mark.anyio


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def bench(database_url: str, tmp_path: Path, desk: Desk) -> AsyncIterator[Bench]:
    """An application with a playlist of four words and a template."""
    provider = cast("ScriptedProvider", desk)
    async with started(database_url, tmp_path, provider) as app, client(app, ADMIN_TOKEN) as admin:
        made = Bench(admin, await World(app, admin, admin, provider).instance())
        await made.playlist(words(4))
        await made.template()
        yield made


async def test_runs_are_compared_as_a_whole_and_case_by_case(bench: Bench, desk: Desk) -> None:
    first = (await bench.ended(await bench.start()))["id"]
    desk.answer = lambda prompt: "wrong answer" if "word3" in prompt else said(prompt)
    second = (await bench.ended(await bench.start()))["id"]
    wanted: dict[str, str | int] = {"runs": f"{first},{second}", "limit": 3}
    compared = (await bench.http.get(f"{RUNS}/compare", params=wanted)).json()["data"]
    assert [run["id"] for run in compared["runs"]] == [first, second]
    assert compared["sharedCases"] == 4
    exact = compared["against"][0]["evaluators"]["exact"]
    assert (exact["pairs"], exact["difference"], exact["losses"], exact["ties"]) == (4, -0.25, 1, 3)
    assert exact["interval"]["low"] < 0 <= exact["interval"]["high"]
    assert exact["pValue"] == 1
    assert [one["evaluators"]["exact"]["passRate"] for one in compared["summaries"]] == [1, 0.75]
    assert len(compared["cases"]) == 3
    assert compared["cases"][0]["differences"] == [[{"kind": "same", "text": "word0"}]]
    more = {**wanted, "cursor": compared["nextCursor"]}
    rest = (await bench.http.get(f"{RUNS}/compare", params=more)).json()["data"]
    (last,) = rest["cases"]
    assert rest["nextCursor"] is None
    assert last["differences"] == [
        [{"kind": "removed", "text": "word3"}, {"kind": "added", "text": "wrong answer"}]
    ]
    assert [result["output"] for result in last["results"]] == ["word3", "wrong answer"]


async def test_only_what_came_out_worse_is_shown(bench: Bench, desk: Desk) -> None:
    first = (await bench.ended(await bench.start()))["id"]
    desk.answer = lambda prompt: "wrong answer" if "word2" in prompt else said(prompt)
    second = (await bench.ended(await bench.start()))["id"]
    wanted: dict[str, str | int] = {"runs": f"{first},{second}", "only": "regressions"}
    compared = (await bench.http.get(f"{RUNS}/compare", params=wanted)).json()["data"]
    assert compared["regressions"] == 1
    assert [case["results"][0]["output"] for case in compared["cases"]] == ["word2"]
    wanted = {"runs": f"{second},{first}", "only": "regressions"}
    compared = (await bench.http.get(f"{RUNS}/compare", params=wanted)).json()["data"]
    assert (compared["regressions"], compared["cases"]) == (0, [])
    failing = await bench.http.get(f"{RUNS}/{second}/results", params={"status": "not_passed"})
    assert [one["output"] for one in failing.json()["data"]] == ["wrong answer"]


async def test_runs_are_listed_of_one_playlist_too(bench: Bench) -> None:
    one = (await bench.ended(await bench.start()))["id"]
    await bench.playlist(words(1), "Others")
    listed = [await bench.http.get(RUNS, params=p) for p in ({}, {"playlist": "Others"})]
    assert [run["id"] for run in listed[0].json()["data"]] == [one]
    assert listed[1].json()["data"] == []
    assert (await bench.http.get(RUNS, params={"playlist": "nobody"})).status_code == 404


async def test_the_numbers_come_without_cases_too(bench: Bench) -> None:
    runs = [(await bench.ended(await bench.start()))["id"] for _ in range(3)]
    wanted: dict[str, str | int] = {"runs": ",".join(runs), "limit": 0}
    compared = (await bench.http.get(f"{RUNS}/compare", params=wanted)).json()["data"]
    assert (len(compared["against"]), compared["cases"], compared["nextCursor"]) == (2, [], "0")


async def test_what_is_not_comparable_is_refused(bench: Bench) -> None:
    one = (await bench.ended(await bench.start()))["id"]
    await bench.playlist(words(1), "Others")
    other = (await bench.ended(await bench.start(playlist="Others")))["id"]
    cases = {
        one: 422,
        f"{one},{one}": 422,
        f"{one},{other}": 422,
        f"{one},nobody": 404,
    }
    for runs, status in cases.items():
        answer = await bench.http.get(f"{RUNS}/compare", params={"runs": runs})
        assert answer.status_code == status, answer.text
