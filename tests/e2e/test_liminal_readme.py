"""The liminal package's README runs as it stands against the real server over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from clients.liminal.tests import readme_blocks, sluice_process
from clients.liminal.tests.sluice_process import TOKEN
from tests import compiled

from liminal import Client

NEEDS_A_PROVIDER = ("DeviceCodeFlowProvider",)
"""What the programs that sign in at an identity provider use: test_liminal_examples.py has one."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the server keeps its data and its log."""
    return tmp_path_factory.mktemp("sluice")


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    compiled.lend(folder / "data")
    with sluice_process.running(folder) as url:
        yield url


@pytest.fixture
def session_id(server: str) -> str:
    async def sign_in() -> str:
        async with await Client.authenticate_from_token(server, TOKEN) as client:
            assert client.session_id is not None
            return client.session_id

    return asyncio.run(sign_in())


@pytest.mark.parametrize(
    "block",
    [
        block
        for block in readme_blocks.blocks()
        if block.is_program and not any(name in block.text for name in NEEDS_A_PROVIDER)
    ],
    ids=lambda block: f"line-{block.line}",
)
def test_every_program_of_the_page_runs(
    server: str, session_id: str, block: readme_blocks.Block, capsys: pytest.CaptureFixture[str]
) -> None:
    replaced = {
        "https://gateway.example.com": server,
        "my-token": TOKEN,
        "my-session-id": session_id,
        "My Model": "Echo",
    }
    readme_blocks.run_program(block, replaced)
    if "The model saw" in block.text:
        saw, got = capsys.readouterr().out.splitlines()[:2]
        assert "ada@example.org" not in saw
        assert "ada@example.org" in got


def test_every_snippet_of_the_page_runs_and_returns_what_it_says(server: str) -> None:
    readme_blocks.run_all_snippets(server, TOKEN, "Echo")


def test_a_text_with_every_kind_of_line_end_streams_back_whole(server: str) -> None:
    text = "one\u2028two\u0085three\u2029four\x0bfive\x1csix\r\nseven 👩‍👩‍👧 Zoë"

    async def stream() -> str:
        async with await Client.authenticate_from_token(server, TOKEN) as client:
            echo = await client.llm.get_model_instance("Echo")
            return "".join([c.content async for c in client.prompt.stream(echo.id, text)])

    assert text in asyncio.run(stream())


def test_nothing_is_kept_in_a_file_in_clear(server: str, folder: Path) -> None:
    planted = "planted.7d21@example.org"

    async def submit() -> None:
        async with await Client.authenticate_from_token(server, TOKEN) as client:
            echo = await client.llm.get_model_instance("Echo")
            answer = await client.prompt.submit(echo.id, f"Write to {planted} today")
            assert planted in answer.reidentified_llm_response_text

    asyncio.run(submit())
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert {"server.log", "sluice.db"} <= {path.name for path in kept}
    assert [path for path in kept if planted.encode() in path.read_bytes()] == []
