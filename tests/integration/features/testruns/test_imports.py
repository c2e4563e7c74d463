"""Files of test cases over our own API: all or nothing, with every problem's line."""

from __future__ import annotations

import json
from typing import Any

import anyio
import pytest
from tests.integration.features.conftest import World
from tests.integration.features.testruns.playlists import (
    PLAYLISTS,
    PROJECT,
    add,
    cases,
    export,
    import_,
    originals,
    playlist,
)

from sluice.server.auth.auth import Caller
from sluice.server.auth.roles import Permission
from sluice.server.features.testruns.importing import FileFormat
from sluice.server.features.testruns.imports import ImportOrder

pytestmark = pytest.mark.anyio

FILE = """question,output,metadata.line:json
Mail jane@example.com,yes,1
"Mail jane@example.com,
and joe@example.com",,2
Hello,no,
"""
WRONG = "question,n:json\nMail jane@example.com,1\nx\ny,z\n"


async def test_a_file_becomes_test_cases(world: World) -> None:
    """Cleansed, in the order of its lines, with what was found by line."""
    made = await playlist(world.admin)
    done = (await import_(world.admin, made, FILE)).json()["data"]
    assert (done["saved"], done["skipped"], done["problems"]) == (3, 0, [])
    assert done["findings"] == {"EMAIL_ADDRESS": 3}
    assert done["lines"] == [
        {"line": 2, "findings": {"EMAIL_ADDRESS": 1}},
        {"line": 3, "findings": {"EMAIL_ADDRESS": 2}},
    ]
    first, second, third = await cases(world.admin, made)
    jane = first["inputs"]["question"].removeprefix("Mail ")
    assert second["inputs"]["question"].startswith(f"Mail {jane},\nand EMAIL_ADDRESS_")
    assert (second["output"], second["metadata"]) == (None, {"line": 2})
    assert (third["inputs"], third["output"], third["metadata"]) == (
        {"question": "Hello"},
        "no",
        None,
    )


async def test_one_wrong_line_saves_nothing(world: World) -> None:
    """Every problem is told with its line, and no original is kept."""
    made = await playlist(world.admin)
    refused = await import_(world.admin, made, WRONG)
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_file")
    assert refused.json()["errors"] == [
        {"path": "line 3", "message": "has 1 cells, but the header has 2"},
        {"path": "line 4", "message": "column 2 is no JSON"},
    ]
    assert await cases(world.admin, made) == []
    assert await originals(world.app) == set()


async def test_what_is_right_is_saved_where_the_caller_says_so(world: World) -> None:
    """The rest is told."""
    made = await playlist(world.admin)
    done = (await import_(world.admin, made, WRONG, skipInvalid=True)).json()["data"]
    assert (done["saved"], done["skipped"]) == (1, 2)
    assert [problem["line"] for problem in done["problems"]] == [3, 4]
    assert len(await cases(world.admin, made)) == 1


async def test_a_dry_run_saves_nothing(world: World) -> None:
    """It tells what would be."""
    made = await playlist(world.admin)
    done = (await import_(world.admin, made, FILE, dryRun=True)).json()["data"]
    assert (done["saved"], done["findings"]) == (3, {"EMAIL_ADDRESS": 3})
    assert await cases(world.admin, made) == []
    assert await originals(world.app) == set()


async def test_a_project_may_refuse_files_with_findings(world: World) -> None:
    """By line; with leave the lines in which nothing is found are saved."""
    await world.admin.patch(PROJECT, json={"onFindings": "refuse"})
    made = await playlist(world.admin)
    refused = await import_(world.admin, made, FILE)
    assert refused.status_code == 422
    assert [problem["path"] for problem in refused.json()["errors"]] == [
        "line 2",
        "line 3",
        "line 3",
    ]
    assert "jane" not in refused.text
    done = (await import_(world.admin, made, FILE, skipInvalid=True)).json()["data"]
    assert (done["saved"], done["skipped"]) == (1, 2)
    assert [case["inputs"] for case in await cases(world.admin, made)] == [{"question": "Hello"}]


@pytest.mark.parametrize("file_format", ["csv", "jsonl"])
async def test_what_is_exported_is_imported_as_it_was(world: World, file_format: str) -> None:
    """Byte for byte, placeholders too."""
    first, second = await playlist(world.admin, "One"), await playlist(world.admin, "Two")
    await import_(world.admin, first, FILE)
    await add(
        world.admin,
        first,
        {
            "inputs": {"output": "x", "n": 1.5, "list": [1, None]},
            "output": "",
            "outputMessage": {"role": "assistant", "content": "ann@example.com"},
            "history": [{"role": "user", "content": "Hello ann@example.com"}],
            "metadata": {"plan": "pro"},
            "mediaInputs": {"p": {"type": "url", "url": "https://example.org/p.png"}},
        },
    )
    text = await export(world.admin, first, file_format)
    assert "example.com" not in text
    before = await originals(world.app)
    done = await import_(world.admin, second, text, file_format)
    assert done.json()["data"]["saved"] == 4, done.text
    assert await export(world.admin, second, file_format) == text
    assert await originals(world.app) == before


async def test_an_empty_playlist_is_exported_too(world: World) -> None:
    """As a file without a case."""
    made = await playlist(world.admin)
    assert (await export(world.admin, made, "csv")).strip() == ""
    assert await export(world.admin, made, "jsonl") == ""


async def test_two_imports_at_the_same_time_lose_nothing(world: World) -> None:
    """Each file's cases stand together, and people in both have one placeholder."""
    made = await playlist(world.admin)
    files = [
        "who,n:json\n" + "".join(f"user{n}@example.com,{start + n}\n" for n in range(40))
        for start in (0, 100)
    ]

    async def one(text: str) -> None:
        assert (await import_(world.admin, made, text)).status_code == 200

    async with anyio.create_task_group() as group:
        for text in files:
            group.start_soon(one, text)
    found = [
        (case["inputs"]["n"], case["inputs"]["who"]) for case in await cases(world.admin, made)
    ]
    numbers = [n for n, _ in found]
    assert sorted(numbers) == [*range(40), *range(100, 140)]
    assert numbers in ([*range(40), *range(100, 140)], [*range(100, 140), *range(40)])
    placeholders = dict(found)
    assert all(placeholders[n] == placeholders[100 + n] for n in range(40))
    assert len(await originals(world.app)) == 40


async def test_an_import_says_how_far_it_is(world: World) -> None:
    """Line by line; the last one is the answer."""
    made = await playlist(world.admin)
    text = "who\n" + "".join(f"user{n}@example.com\n" for n in range(40))
    lines = await streamed(world, made, text)
    assert [(line["done"], line["of"]) for line in lines] == [
        (16, 40),
        (32, 40),
        (40, 40),
        (40, 40),
    ]
    assert lines[-1]["data"]["saved"] == 40


async def test_a_problem_is_the_last_word_of_an_import(world: World) -> None:
    """With the status that it would have had."""
    made = await playlist(world.admin)
    [line] = await streamed(world, made, WRONG)
    assert (line["status"], line["error"]["code"]) == (422, "invalid_file")


async def test_who_leaves_in_the_middle_has_saved_nothing(world: World) -> None:
    """The import ends with the stream that tells of it."""
    made = await playlist(world.admin)
    workbench = world.app.state.services.workbench
    caller = Caller(1, None, "Administrator", "administrator", frozenset(Permission))
    opened = await workbench.projects.of(caller, "default")
    order = ImportOrder(
        b"who\n" + b"".join(b"user%d@example.com\n" % n for n in range(40)), FileFormat.CSV
    )
    found = await workbench.playlists.find(opened, made)
    steps = workbench.imports.run(opened, caller, found, order)
    first = await anext(steps)
    assert (first.done, first.of) == (16, 40)
    assert len(await originals(world.app)) == 16
    await steps.aclose()
    assert await cases(world.admin, made) == []
    assert await originals(world.app) == set()


async def test_a_playlist_that_goes_meanwhile_keeps_nothing(world: World) -> None:
    """Neither the cases nor the originals of the import."""
    made = await playlist(world.admin)
    text = "who\n" + "".join(f"user{n}@example.com\n" for n in range(64))
    answers = []

    async def run() -> None:
        answers.append(await import_(world.admin, made, text))

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        for _ in range(1_000):
            if await originals(world.app):
                break
            await anyio.sleep(0.001)
        await world.admin.delete(f"{PLAYLISTS}/{made}")
    assert answers[0].status_code in (404, 200)
    assert await originals(world.app) == set()


async def test_a_file_says_what_it_is(world: World) -> None:
    """By the parameter or by its media type; otherwise nothing is guessed."""
    made = await playlist(world.admin)
    path = f"{PLAYLISTS}/{made}/import"
    unsaid = await world.admin.post(path, content=FILE.encode())
    assert unsaid.status_code == 422
    said = await world.admin.post(
        path, content=FILE.encode(), headers={"Content-Type": "text/csv; charset=utf-8"}
    )
    assert said.json()["data"]["saved"] == 3


async def streamed(world: World, playlist_id: str, text: str) -> list[dict[str, Any]]:
    """The lines of an import."""
    answer = await world.admin.post(
        f"{PLAYLISTS}/{playlist_id}/import",
        params={"format": "csv"},
        content=text.encode(),
        headers={"Accept": "application/x-ndjson"},
    )
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()]
