"""Each program of `examples/` runs against the real server, as a process of its own."""

from __future__ import annotations

import base64
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from clients.liminal.tests import sluice_process
from clients.liminal.tests.sluice_process import TOKEN
from tests import compiled

EXAMPLES = Path(__file__).parents[2] / "examples"
PROGRAMS = sorted(EXAMPLES.glob("*.py"))
TENANT = "11111111-2222-3333-4444-555555555555"
APPLICATION = "66666666-7777-8888-9999-000000000000"
GRAPH = "00000003-0000-0000-c000-000000000000"


def graph_token() -> str:
    """A token of the form that Entra ID makes for Graph; nobody can verify its signature."""
    claims = {"aud": GRAPH, "tid": TENANT, "appid": APPLICATION, "exp": time.time() + 3600}
    parts = [{"alg": "RS256", "typ": "JWT"}, claims]
    encoded = [base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts]
    return ".".join([*encoded, "c3ludGhldGlj"])


class Graph(BaseHTTPRequestHandler):
    """What Microsoft Graph answers about a user and a tenant."""

    def do_GET(self) -> None:
        answers: dict[str, object] = {
            "/v1.0/me": {"id": "ada", "displayName": "Ada", "mail": "ada@example.org"},
            "/v1.0/organization": {"value": [{"id": TENANT}]},
        }
        granted = self.headers.get("Authorization", "").removeprefix("Bearer ").count(".") == 2
        body = json.dumps(answers.get(self.path.split("?")[0], {})).encode()
        self.send_response(200 if granted else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Stay silent."""


@pytest.fixture(scope="module")
def graph() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Graph)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(10)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, graph: str) -> Iterator[str]:
    entra = {
        "kind": "entra_graph", "tenant_id": TENANT, "client_ids": [APPLICATION],
        "graph_url": graph, "allowed_domains": ["example.org"],
        "administrator_emails": ["ada@example.org"],
    }  # fmt: skip
    settings = {"SLUICE_IDENTITY_PROVIDERS": json.dumps([entra])}
    folder = tmp_path_factory.mktemp("sluice")
    compiled.lend(folder / "data")
    with sluice_process.running(folder, settings) as url:
        yield url


def run(
    server: str, *command: str, typed: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program of the folder, in strict development mode, with only these settings."""
    inherited = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    return subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=EXAMPLES.parent,
        env=inherited | {"LIMINAL_API_SERVER_URL": server} | environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_signing_in_with_a_token_and_going_on_with_its_session(server: str, tmp_path: Path) -> None:
    kept = tmp_path / "session"
    first = run(server, "examples/authenticate_from_token.py", TOKEN=TOKEN, SESSION_FILE=str(kept))
    assert (first.returncode, first.stderr) == (0, "")
    assert "You may use: Echo" in first.stdout
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    session_id = kept.read_text()
    second = run(server, "examples/authenticate_from_session_id.py", SESSION_ID=session_id)
    assert (second.returncode, second.stderr) == (0, "")
    assert re.search(r"^You have \d+ thread\(s\)$", second.stdout, re.MULTILINE)
    assert session_id not in first.stdout + second.stdout


def test_a_chat_shows_what_was_found_what_the_model_saw_and_what_it_answered(server: str) -> None:
    done = run(
        server, "examples/chat_client.py", TOKEN=TOKEN, MODEL_INSTANCE_NAME="Echo",
        typed="Write to ada@example.org\nAnd again to ada@example.org\nquit\n",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    saw = re.findall(r"^  the model saw: (.*)$", done.stdout, re.MULTILINE)
    answered = re.findall(r"^Echo: (.*)$", done.stdout, re.MULTILINE)
    assert "  found EMAIL_ADDRESS at 9: mask" in done.stdout
    assert saw == ["Write to EMAIL_ADDRESS_0", "And again to EMAIL_ADDRESS_0"]
    assert len(answered) == 2
    assert all("ada@example.org" in one for one in answered)


def test_a_streaming_chat_shows_the_answer_with_the_values_put_back(server: str) -> None:
    done = run(
        server, "examples/chat_client_streaming.py", TOKEN=TOKEN, MODEL_INSTANCE_NAME="Echo",
        typed="Write to ada@example.org\n",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert "ada@example.org" in done.stdout
    assert "EMAIL_ADDRESS_0" not in done.stdout


def test_a_response_of_a_model_of_ones_own_is_hydrated(server: str) -> None:
    done = run(
        server, "examples/hydrate_response.py", "Call", "ada@example.org",
        TOKEN=TOKEN, MODEL_INSTANCE_NAME="Echo",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Cleansed: Call EMAIL_ADDRESS_0",
        "Response: As you wish. I was asked: Call EMAIL_ADDRESS_0",
        "Hydrated: As you wish. I was asked: Call ada@example.org",
    ]


RUNNER = """
import runpy, sys
from unittest.mock import patch

with patch("liminal.auth.microsoft.device_code_flow.PublicClientApplication") as application:
    msal = application.return_value
    msal.get_accounts.return_value = []
    msal.initiate_device_flow.return_value = {
        "user_code": "SYNTHETIC", "device_code": "x", "interval": 5, "expires_in": 900,
        "message": "To sign in, use a web browser to open the page "
        "https://microsoft.com/devicelogin and enter the code SYNTHETIC to authenticate.",
    }
    msal.acquire_token_by_device_flow.return_value = {
        "token_type": "Bearer", "scope": "openid profile User.Read email", "expires_in": 5111,
        "ext_expires_in": 5111, "access_token": sys.argv[2], "refresh_token": "x",
        "id_token": "x", "client_info": "x", "id_token_claims": {},
        "token_source": "identity_provider",
    }
    sys.path.insert(0, "examples")
    runpy.run_path(sys.argv[1], run_name="__main__")
"""


def test_signing_in_with_microsoft_shows_the_code_and_opens_a_thread(server: str) -> None:
    """MSAL is replaced by what it was seen to return; the server asks a Graph of the test's own."""
    done = run(
        server, "-c", RUNNER, "examples/quickstart_with_microsoft.py", graph_token(),
        TENANT_ID=TENANT, CLIENT_ID=APPLICATION, MODEL_INSTANCE_NAME="Echo",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "enter the code SYNTHETIC" in done.stderr
    assert "You may use: Echo" in done.stdout
    assert re.search(r"^Opened thread \d+$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    "program", [p for p in PROGRAMS if p.name != "signing_in.py"], ids=lambda program: program.name
)
def test_a_program_without_its_settings_names_what_is_missing(program: Path) -> None:
    done = run("", str(program))
    assert done.returncode == 1
    assert done.stderr.startswith("Please set ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["authenticate_from_token.py", "hydrate_response.py"])
def test_a_refused_token_is_said_in_one_line(server: str, name: str) -> None:
    done = run(
        server, f"examples/{name}", TOKEN="wrong-token-0123456789ab", MODEL_INSTANCE_NAME="x"
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error while sending request to ")
    assert "Traceback" not in done.stderr


def test_every_program_is_listed_in_the_readme() -> None:
    page = (EXAMPLES.parent / "clients/liminal/README.md").read_text()
    assert [p.name for p in PROGRAMS if p.name != "signing_in.py" and p.name not in page] == []
