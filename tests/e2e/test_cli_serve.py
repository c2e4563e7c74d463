"""`sluice serve` as a process: first start, later starts, stopping, and what it cannot start on."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

import httpx
import pytest
from tests.e2e.cli_process import (
    COMMAND,
    START_SECONDS,
    STOP_SECONDS,
    Running,
    call,
    environment,
    serving,
)
from tests.waiting import until

CANARY = "canary-4711@example.org"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_line_to_try_works_as_it_is_pasted_and_a_signal_ends_the_server_cleanly(
    tmp_path: Path, number: int
) -> None:
    with serving(tmp_path, as_people_do=True) as server:
        pasted = subprocess.run(
            ["sh", "-c", server.said("try")],
            cwd=tmp_path, env=environment({}), capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip
        assert (pasted.returncode, pasted.stderr.count("\n")) == (0, 2)
        saw = pasted.stdout.split("The model saw:\n")[1].splitlines()[0]
        assert saw == ("Mail EMAIL_ADDRESS_0 or call PHONE_NUMBER_0; she paid with CREDIT_CARD_0.")
        assert pasted.stdout.endswith(
            "Mail jane@example.com or call +1 415 555 0132; she paid with 4111 1111 1111 1111.\n"
        )
        assert server.stop(number) == 0


def test_the_first_start_shows_token_and_link_once_and_makes_a_private_key(tmp_path: Path) -> None:
    with serving(tmp_path, as_people_do=True) as server:
        token, first = server.said("token"), server.out
        assert "keep a copy" in server.said("master key")
        assert server.said("model instances") == "Echo"
        key = tmp_path / "data" / "master.key"
        assert key.stat().st_mode & 0o777 == 0o600
        assert token not in server.log
        link, code = server.said("sign in").split("#")
        assert link == f"{server.url}/dashboard/sign-in/link"
        used = httpx.post(link, data={"code": code}, headers={"Origin": server.url})
        assert (used.status_code, used.headers["location"]) == (303, "/dashboard/")
        assert code not in server.log
        assert server.stop(signal.SIGTERM) == 0
    with serving(tmp_path, settings={"SLUICE_LOG_FORMAT": "json"}) as server:
        assert first.count(token) == 2  # by itself, and in the line to try
        assert server.said("a new link").endswith("sluice token link")
        assert token not in server.out + server.log
        assert "master key" not in server.out
        assert server.said("a new token").endswith("sluice token create")
        new = call("token", "create", settings=server.settings).stdout.strip()
        listed = call("instance", "list", settings={**server.client, "SLUICE_TOKEN": new})
        assert listed.stdout.startswith("1\tEcho\t")
        assert all(json.loads(line) for line in server.log.splitlines())


def test_neither_token_nor_prompt_reaches_the_log_or_an_error(tmp_path: Path) -> None:
    with serving(tmp_path, settings={"SLUICE_LOG_LEVEL": "debug"}) as server:
        asked = call("ask", f"Mail {CANARY}", settings=server.client)
        assert CANARY in asked.stdout
        wrong = {**server.client, "SLUICE_TOKEN": "wrong-token-0123456789abcdef"}
        refused = call("ask", f"Mail {CANARY}", settings=wrong)
        assert refused.returncode == 6
        absent = call("ask", f"Mail {CANARY}", "--instance", "None", settings=server.client)
        assert absent.returncode == 1
        server.stop(signal.SIGTERM)
        for text in (server.log, asked.stderr, refused.stderr, absent.stderr):
            assert CANARY not in text
            assert server.said("token") not in text
            assert "wrong-token" not in text


def test_a_chat_that_is_under_way_when_the_server_stops_is_recorded(tmp_path: Path) -> None:
    with serving(tmp_path, "--shutdown-seconds", "1") as server:
        headers = {"Authorization": f"Bearer {server.said('token')}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=60) as client:
            slow_down(client)
            order = {"modelInstanceId": 1, "source": "sdk", "text": "hello", "isStreaming": True}
            with client.stream("POST", "/api/v1/prompts/submit", json=order) as response:
                lines = response.iter_lines()
                assert json.loads(next(lines))["finishReason"] is None
                began = threading.Thread(target=server.stop, args=(signal.SIGTERM,))
                began.start()
                try:
                    last = [json.loads(line) for line in lines]
                except httpx.TransportError:
                    last = []
                began.join(60)
                assert not any(line["finishReason"] == "stop" for line in last)
        assert server.process.returncode == 0
    with sqlite3.connect(tmp_path / "data" / "sluice.db") as connection:
        statuses = connection.execute("SELECT status FROM chats").fetchall()
    connection.close()
    assert len(statuses) == 1
    assert statuses[0][0] not in ("pending", "answered")


def slow_down(client: httpx.Client) -> None:
    """Let Echo pause before each piece of its answer."""
    found = client.get("/api/admin/v1/model-instances/1").json()["data"]
    connection = {"providerKey": "echo", "model": "echo", "options": {"delay_ms": 1500}}
    body = {"name": "Echo", "policyGroupId": found["policyGroupId"], "connection": connection}
    client.put("/api/admin/v1/model-instances/1", json=body).raise_for_status()


def test_a_port_that_is_taken_is_said_before_a_token_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = call("serve", "--port", str(taken.getsockname()[1]), settings=data(tmp_path))
    assert done.returncode == 3
    assert done.stdout == ""
    assert "Address already in use" in done.stderr
    assert not (tmp_path / "data" / "sluice.db").exists()


def data(folder: Path, **settings: str) -> dict[str, str]:
    return {"SLUICE_DATA_DIR": str(folder / "data"), "SLUICE_PORT": "0", **settings}


def test_another_master_key_is_refused_at_the_start(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.stop(signal.SIGTERM)
    other = call("keys", "new").stdout.strip()
    done = call("serve", settings=data(tmp_path, SLUICE_MASTER_KEY=other))
    assert (done.returncode, done.stdout) == (3, "")
    assert "The master key does not fit this database" in done.stderr
    assert other not in done.stderr


@pytest.mark.parametrize(
    ("settings", "code", "said"),
    [
        ({"SLUICE_MASTER_KEY": "synthetic"}, 3, "must be base64 of 32 bytes"),
        ({"SLUICE_PRT": "1", "SLUICE_WORKERS": "0"}, 3, "SLUICE_PRT: there is no such setting"),
        ({"SLUICE_ENVIRONMENT": "production"}, 3, "production needs master_key"),
        ({"SLUICE_WORKERS": "2"}, 3, "needs PostgreSQL"),
        ({"SLUICE_DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/x"}, 5, "Connection refused"),
        ({"SLUICE_HOST": "nowhere.invalid"}, 3, "not known"),
        ({"OPENAI_API_KEY": "x", "OPENAI_BASE_URL": "hidden"}, 3, "OPENAI_BASE_URL: start with"),
    ],
)
def test_what_a_server_cannot_start_with_is_said_clearly(
    tmp_path: Path, settings: dict[str, str], code: int, said: str
) -> None:
    done = call("serve", settings=data(tmp_path, **settings))
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert "hidden" not in done.stderr


def test_a_data_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    done = call("serve", settings=data(tmp_path))
    assert done.returncode == 3
    assert "SLUICE_DATA_DIR" in done.stderr


def test_a_signal_while_the_server_prepares_ends_it_cleanly(tmp_path: Path) -> None:
    """A database that takes the connection and never answers holds up the preparation."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings = data(tmp_path, SLUICE_DATABASE_URL=_silent_postgres(silent))
        process = subprocess.Popen(
            [COMMAND, "serve"], env=environment(settings), stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )  # fmt: skip
        try:
            silent.settimeout(START_SECONDS)
            connection, _ = silent.accept()
            with connection:
                time.sleep(0.2)
                process.terminate()
                out, err = process.communicate(timeout=STOP_SECONDS)
        finally:
            process.kill()
    assert (process.returncode, out) == (0, b"")
    assert b"Traceback" not in err


def _silent_postgres(silent: socket.socket) -> str:
    return f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/x"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_several_workers_serve_one_postgresql_and_stop_together(
    tmp_path: Path, database_url: str
) -> None:
    settings = {"SLUICE_DATABASE_URL": database_url, "SLUICE_WORKERS": "2"}
    with serving(tmp_path, settings=settings) as server:
        assert "PostgreSQL" in server.said("database")
        asked = call("ask", "--json", f"Mail {CANARY}", settings=server.client)
        assert json.loads(asked.stdout)["reidentifiedLLMResponseText"].endswith(CANARY)
        workers = children(server)
        assert server.stop(signal.SIGTERM) == 0
        assert len(workers) >= 2
        # Python's own helper process ends a moment later.
        until(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers))
        assert server.log.count("Started server process") == 2


def children(server: Running) -> list[str]:
    path = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    return path.read_text().split()
