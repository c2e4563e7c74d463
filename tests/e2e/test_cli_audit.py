"""`sluice audit verify|export` and `sluice policy dry-run`, as people run them."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.e2e.cli_process import Running, call, serving

MAIL = "jane.canary@example.org"
POLICY = """
policyGroups:
  - name: Default
    rules:
      EMAIL_ADDRESS: {action: block}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("sluice")) as running:
        yield running


def test_the_chain_is_sound_also_after_commands_on_the_servers_own_machine(
    server: Running,
) -> None:
    made = call("token", "create", "--expires-days", "1", settings=server.settings)
    assert made.returncode == 0, made.stderr
    done = call("audit", "verify", settings=server.client)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"Keep this elsewhere: (\d+:[0-9a-f]{64})", done.stdout)
    assert found is not None
    again = call("audit", "verify", "--noted", found[1], "--json", settings=server.client)
    assert json.loads(again.stdout)["sound"]
    other = call("audit", "verify", "--noted", f"1:{'0' * 64}", settings=server.client)
    assert (other.returncode, "has another hash now" in other.stdout) == (1, True)


def test_events_are_listed_by_filters_and_taken_away(server: Running, tmp_path: Path) -> None:
    listed = call("audit", "--event", "policy", "--about", "policy_group", settings=server.client)
    assert "policy.changed" in listed.stdout
    assert "user.created" not in listed.stdout
    none = call("audit", "--since", "2099-01-01", "--json", settings=server.client)
    assert json.loads(none.stdout) == []
    wrong = call("audit", "--since", "yesterday", settings=server.client)
    assert wrong.returncode == 2
    output = tmp_path / "audit.csv"
    done = call("audit", "export", "--format", "csv", "-o", str(output), settings=server.client)
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO(output.read_text(), newline="")))
    assert [int(row["id"]) for row in rows] == list(range(1, len(rows) + 1))


def test_a_policy_is_tried_before_it_is_imported(server: Running, tmp_path: Path) -> None:
    sent = httpx.post(
        f"{server.url}/v1/chat/completions",
        headers={"Authorization": f"Bearer {server.client['SLUICE_TOKEN']}"},
        json={"model": "Echo", "messages": [{"role": "user", "content": f"Mail {MAIL}"}]},
        timeout=60,
    )
    assert sent.status_code == 200, sent.text
    file = tmp_path / "policies.yaml"
    file.write_text(POLICY)
    tried = call("policy", "dry-run", str(file), settings=server.client)
    assert tried.returncode == 0, tried.stderr
    assert "1 newly blocked, 0 no longer blocked, 1 changed, 0 not judged." in tried.stdout
    assert "EMAIL_ADDRESS\t1 mask\t1 block" in tried.stdout
    assert "canary" not in tried.stdout + tried.stderr
    same = call(
        *("policy", "dry-run", "--name", "Default", "--version", "1", "--json"),
        settings=server.client,
    )
    assert json.loads(same.stdout)[0]["changed"] == 0
    for arguments in ([], ["--name", "Default"], [str(file), "--version", "1"]):
        assert call("policy", "dry-run", *arguments, settings=server.client).returncode == 2
