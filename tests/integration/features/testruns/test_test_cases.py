"""Test cases are cleansed when they are saved, all of a request or none."""

from __future__ import annotations

from typing import Any

import anyio
import pytest
from tests.integration.features.conftest import World
from tests.integration.features.testruns.playlists import (
    PLAYLISTS,
    PROJECT,
    add,
    cases,
    originals,
    playlist,
    stored,
)

pytestmark = pytest.mark.anyio
Json = dict[str, Any]


async def test_every_part_of_a_case_is_cleansed(world: World) -> None:
    """The same original has the same placeholder in all of them, and in other cases."""
    made = await playlist(world.admin)
    mail = "jane@example.com"
    full: Json = {
        "inputs": {"question": f"Who is {mail}?", "more": [{"deep": mail}], "n": 5, "none": None},
        "output": f"{mail} is a customer.",
        "outputMessage": {"role": "assistant", "content": [{"type": "text", "text": mail}]},
        "history": [{"role": "user", "content": mail}],
        "metadata": {"source": mail, "line": 7},
        "mediaInputs": {"photo": {"type": "url", "url": f"https://example.org/?of={mail}"}},
    }
    saved = await add(world.admin, made, full, {"inputs": {"a": f"Mail {mail}"}})
    assert [one["findings"].get("EMAIL_ADDRESS", 0) > 0 for one in saved] == [True, True]
    first, second = await cases(world.admin, made)
    assert first["inputs"] == {
        "question": "Who is EMAIL_ADDRESS_0?",
        "more": [{"deep": "EMAIL_ADDRESS_0"}],
        "n": 5,
        "none": None,
    }
    assert first["output"] == "EMAIL_ADDRESS_0 is a customer."
    assert first["outputMessage"]["content"] == [{"type": "text", "text": "EMAIL_ADDRESS_0"}]
    assert first["history"] == [{"role": "user", "content": "EMAIL_ADDRESS_0"}]
    assert first["metadata"] == {"source": "EMAIL_ADDRESS_0", "line": 7}
    assert "EMAIL_ADDRESS_0" in first["mediaInputs"]["photo"]["url"]
    assert second["inputs"] == {"a": "Mail EMAIL_ADDRESS_0"}


async def test_the_name_of_a_variable_says_what_its_value_is(world: World) -> None:
    """Digits that are nothing by themselves."""
    made = await playlist(world.admin)
    await add(world.admin, made, {"inputs": {"ssn": "219099999", "order": "219099999"}})
    [case] = await cases(world.admin, made)
    assert "219099999" not in str(case)


async def test_what_was_found_is_told_with_its_place(world: World) -> None:
    """Never what it is."""
    made = await playlist(world.admin)
    body = {"testCases": [{"inputs": {"a": "x"}}, {"inputs": {"a": "Mail jane@example.com"}}]}
    saved = await world.admin.post(f"{PLAYLISTS}/{made}/test-cases", json=body)
    [finding] = saved.json()["data"]["lint"]["findings"]
    assert (finding["path"], finding["start"], finding["end"]) == ("testCases[1].inputs.a", 5, 21)
    assert "jane" not in saved.text


BAD: list[Any] = [
    pytest.param({"inputs": {"": "x"}}, "testCases[1].inputs", id="a name of nothing"),
    pytest.param({}, "testCases[1]", id="an empty case"),
    pytest.param(
        {"inputs": {"a": "x"}, "mediaInputs": {"p": {"type": "base64", "data": "AA==",
                                                     "contentType": "image/png"}}},
        "testCases[1].mediaInputs.p", id="a file"),
    pytest.param(
        {"inputs": {"a": "x"}, "history": [{"role": "user", "content": [
            {"type": "image", "media_reference": {"base64Data": "AA=="}}]}]},
        "testCases[1].history", id="a file in a message"),
]  # fmt: skip


async def test_numbers_that_json_cannot_say_are_refused(world: World) -> None:
    """Although Python would read them."""
    made = await playlist(world.admin)
    for number in ("1e999", "NaN", "-Infinity"):
        body = f'{{"testCases": [{{"inputs": {{"a": [{number}]}}}}]}}'
        refused = await world.admin.post(
            f"{PLAYLISTS}/{made}/test-cases",
            content=body.encode(),
            headers={"Content-Type": "application/json"},
        )
        assert refused.status_code == 422
        [problem] = refused.json()["errors"]
        assert problem["path"] == "testCases[0].inputs.a[0]"


@pytest.mark.parametrize(("wrong", "path"), BAD)
async def test_one_wrong_case_saves_none(world: World, wrong: Json, path: str) -> None:
    """And its place is told."""
    made = await playlist(world.admin)
    body = {"testCases": [{"inputs": {"a": "jane@example.com"}}, wrong]}
    refused = await world.admin.post(f"{PLAYLISTS}/{made}/test-cases", json=body)
    assert refused.status_code == 422
    assert [problem["path"] for problem in refused.json()["errors"]] == [path]
    assert await cases(world.admin, made) == []
    assert await originals(world.app) == set()


async def test_files_are_kept_whole_where_the_project_keeps_raw(world: World) -> None:
    """Nobody looks through their bytes; what stands around them is cleansed."""
    await world.admin.patch(PROJECT, json={"keepRaw": True})
    made = await playlist(world.admin)
    part = {"type": "image", "media_reference": {"base64Data": "QUJD", "filename": "a@example.com"}}
    media = {"p": {"type": "base64", "data": "QUJD", "contentType": "image/png"}}
    case: Json = {"history": [{"role": "user", "content": [part]}], "mediaInputs": media}
    await add(world.admin, made, case)
    [found] = await cases(world.admin, made)
    reference = found["history"][0]["content"][0]["media_reference"]
    assert reference == {"base64Data": "QUJD", "filename": "EMAIL_ADDRESS_0"}
    assert found["mediaInputs"] == media


async def test_a_project_may_refuse_findings(world: World) -> None:
    """With every place; nothing is kept of the request, not even the originals."""
    await world.admin.patch(PROJECT, json={"onFindings": "refuse"})
    made = await playlist(world.admin)
    fine = {"inputs": {"a": "nothing"}}
    wrong = {"inputs": {"a": "jane@example.com"}, "output": "joe@example.com"}
    body = {"testCases": [fine, wrong, wrong]}
    refused = await world.admin.post(f"{PLAYLISTS}/{made}/test-cases", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "findings_refused")
    paths = [problem["path"] for problem in refused.json()["errors"]]
    assert paths == [f"testCases[{n}].{part}" for n in (1, 2) for part in ("inputs.a", "output")]
    assert await cases(world.admin, made) == []
    assert await originals(world.app) == set()
    await add(world.admin, made, fine)


async def test_placeholders_of_the_project_stay_what_they_are(world: World) -> None:
    """Also in the text of a case that a person writes: it means what it means elsewhere."""
    made = await playlist(world.admin)
    await add(world.admin, made, {"inputs": {"a": "jane@example.com"}})
    await add(world.admin, made, {"inputs": {"a": "Is EMAIL_ADDRESS_0 new?"}})
    await add(world.admin, made, {"inputs": {"a": "jane@example.com joe@example.com"}})
    found = [case["inputs"]["a"] for case in await cases(world.admin, made)]
    assert found == [
        "EMAIL_ADDRESS_0",
        "Is EMAIL_ADDRESS_0 new?",
        "EMAIL_ADDRESS_0 EMAIL_ADDRESS_1",
    ]
    assert await stored(world.app, "SELECT placeholder FROM reserved_placeholders") == []


async def test_a_case_is_changed_in_its_place(world: World) -> None:
    """Its originals go with the old content, unless something else holds them."""
    made = await playlist(world.admin)
    saved = await add(world.admin, made, {"inputs": {"a": "jane@example.com joe@example.com"}})
    await add(world.admin, made, {"inputs": {"a": "joe@example.com"}})
    path = f"{PLAYLISTS}/{made}/test-cases/{saved[0]['id']}"
    changed = await world.admin.put(path, json={"inputs": {"a": "ann@example.com"}})
    assert changed.status_code == 200, changed.text
    first, second = await cases(world.admin, made)
    assert (first["id"], first["inputs"]) == (saved[0]["id"], {"a": "EMAIL_ADDRESS_2"})
    assert second["inputs"] == {"a": "EMAIL_ADDRESS_1"}
    assert await originals(world.app) == {"EMAIL_ADDRESS_1", "EMAIL_ADDRESS_2"}
    missing = await world.admin.put(f"{path[:-1]}x", json={"inputs": {"a": "new@example.com"}})
    assert (missing.status_code, missing.json()["code"]) == (404, "no_test_case")
    assert await originals(world.app) == {"EMAIL_ADDRESS_1", "EMAIL_ADDRESS_2"}


async def test_a_deleted_case_takes_its_originals_with_it(world: World) -> None:
    """Those that another case holds stay."""
    made = await playlist(world.admin)
    saved = await add(world.admin, made, {"inputs": {"a": "jane@example.com joe@example.com"}})
    await add(world.admin, made, {"inputs": {"a": "joe@example.com"}})
    path = f"{PLAYLISTS}/{made}/test-cases/{saved[0]['id']}"
    assert (await world.admin.delete(path)).status_code == 204
    assert (await world.admin.delete(path)).status_code == 404
    assert (await world.admin.get(path)).status_code == 404
    assert await originals(world.app) == {"EMAIL_ADDRESS_1"}


async def test_all_cases_of_a_playlist_are_of_one_kind(world: World) -> None:
    """An SDK takes either the cases of a template or those of an agent."""
    made = await playlist(world.admin)
    await add(world.admin, made, {"inputs": {"input": "Do it"}}, kind="trace")
    body = {"testCases": [{"inputs": {"a": "x"}}], "kind": "completion"}
    refused = await world.admin.post(f"{PLAYLISTS}/{made}/test-cases", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "case_kind")
    await add(world.admin, made, {"inputs": {"input": "Do more"}})
    assert {case["kind"] for case in await cases(world.admin, made)} == {"trace"}


async def test_what_is_saved_at_the_same_time_shares_placeholders(world: World) -> None:
    """Twenty requests with the same and with different people: nothing is lost or mixed up."""
    made = await playlist(world.admin)

    async def one(number: int) -> None:
        text = f"jane@example.com person{number}@example.com"
        await add(world.admin, made, {"inputs": {"a": text, "n": number}})

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(one, number)
    found = [case["inputs"]["a"].split() for case in await cases(world.admin, made)]
    assert len(found) == 20
    assert len({jane for jane, _ in found}) == 1
    assert len({other for _, other in found}) == 20
    assert len(await originals(world.app)) == 21


async def test_cases_come_in_parts(world: World) -> None:
    """Every case once, also when more are added meanwhile."""
    made = await playlist(world.admin)
    await add(world.admin, made, *({"inputs": {"n": n}} for n in range(5)))
    seen: list[int] = []
    cursor: str | None = "0"
    while cursor is not None:
        part = await world.admin.get(
            f"{PLAYLISTS}/{made}/test-cases", params={"limit": 2, "cursor": cursor}
        )
        seen += [one["inputs"]["n"] for one in part.json()["data"]]
        cursor = part.json()["nextCursor"]
        if len(seen) == 2:
            await add(world.admin, made, {"inputs": {"n": 5}})
    assert seen == [0, 1, 2, 3, 4, 5]
