"""`sluice sessions` against a running server: found, shown, exported, erased, deleted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pyarrow.parquet
import pytest
from tests.e2e.cli_process import Running, call, serving

JANE = "jane.roe@example.org"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("sluice")) as running:
        yield running


def _said(server: Running, *arguments: str, typed: str = "") -> str:
    done = call("sessions", *arguments, settings=server.client, typed=typed)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _told(server: Running, *arguments: str, typed: str = "") -> Any:  # noqa: ANN401 (JSON)
    return json.loads(_said(server, *arguments, "--json", typed=typed))


def _recorded(server: Running, session: str, text: str, model: str = "gpt-4o") -> str:
    body = {
        "messages": [
            {"role": "user", "content": text},
            {"role": "assistant", "content": "done"},
        ],
        "inputs": {},
        "call_info": {"model": model, "provider": "openai"},
    }
    headers = {"Authorization": f"Bearer {server.client['SLUICE_TOKEN']}"}
    path = f"{server.client['SLUICE_URL']}/v2/projects/default/sessions/{session}/completions"
    made = httpx.post(path, json=body, headers=headers)
    assert made.status_code == 201, made.text
    return str(made.json()["completion_id"])


def test_what_was_recorded_is_found_shown_exported_erased_and_deleted(
    server: Running, tmp_path: Path
) -> None:
    session, other = str(uuid4()), str(uuid4())
    made = _recorded(server, session, f"Write to {JANE}", model="rare-model")
    _recorded(server, other, "Write to nobody")
    assert {one["id"] for one in _told(server, "list")} == {session, other}
    assert [one["id"] for one in _told(server, "search", "model=rare-model")] == [made]
    tree = json.dumps({"field": "text", "op": "contains", "value": JANE})
    assert [one["id"] for one in _told(server, "search", "--filter", "-", typed=tree)] == [made]
    assert session in _said(server, "search", "model!=gpt-4o", "--kind", "sessions")

    shown = _said(server, "show", session, "--texts")
    assert made in shown
    assert "EMAIL_ADDRESS_0" in shown
    assert JANE not in shown

    lines = _said(server, "export", "model=rare-model").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [made]
    file = tmp_path / "recordings.parquet"
    assert "Written to" in _said(server, "export", "--format", "parquet", "-o", str(file))
    assert pyarrow.parquet.read_table(file).num_rows == 2
    assert file.stat().st_mode & 0o077 == 0

    done = _told(server, "erase", "--yes", typed=f"{JANE}\n\n")
    assert (done["values"], done["originals"]) == (1, 1)
    assert _told(server, "search", "--filter", "-", typed=tree) == []
    assert "2 session(s) are deleted." in _said(server, "delete", session, other, "--yes")
    assert _told(server, "list") == []


def test_nothing_is_deleted_or_erased_unasked(server: Running) -> None:
    for words, typed in ((("delete", "x"), ""), (("erase",), JANE)):
        done = call("sessions", *words, settings=server.client, typed=typed)
        assert (done.returncode, "--yes" in done.stderr) == (2, True)
        assert JANE not in done.stderr


def test_a_wrong_filter_names_the_place_and_quotes_nothing(server: Running) -> None:
    tree = json.dumps({"and": [{"field": JANE, "op": "eq", "value": 1}]})
    done = call("sessions", "search", "--filter", "-", settings=server.client, typed=tree)
    assert done.returncode == 1
    assert "filter.and[0].field" in done.stderr
    assert JANE not in done.stderr
