"""Whatever callers send, the server answers as its OpenAPI document says, and never with 5XX."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from sluice.server.app import create_app
from sluice.server.kit.tokens import new_token
from sluice.server.settings import Settings

TOKEN = new_token()
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance"
)
LEFT_OUT = "api-tokens|/users|/sessions|logout"
"""What would end the caller's own sign-in."""
ADMIN = "^/api/admin/"
PROJECTS = "^/api/v1/projects"
REST: list[str] = []
NAMES = ("admin", "projects", "rest")
SECONDS = 1500
"""Two minutes of work take longer on a machine that others keep busy."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server on a real socket."""
    folder = Path(tmp_path_factory.mktemp("contract"))
    app = create_app(Settings(data_dir=folder, bootstrap_token=TOKEN))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.timeout(SECONDS + 60)
@pytest.mark.parametrize(
    "part", [["--include-path-regex", ADMIN], ["--include-path-regex", PROJECTS], REST], ids=NAMES
)
def test_generated_requests_are_answered_as_documented(
    address: str, tmp_path: Path, part: list[str]
) -> None:
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "run", f"{address}/openapi.json"),
        *("--header", f"Authorization: Bearer {TOKEN}", "--checks", CHECKS),
        *("--max-examples", "6", "--seed", "1", "--phases", "examples,coverage,fuzzing"),
        *("--exclude-path-regex", f"{LEFT_OUT}|{ADMIN}|{PROJECTS}" if part is REST else LEFT_OUT),
        # Files in a body of their own: most of what is generated for their parameters is no such.
        *("--suppress-health-check", "filter_too_much,too_slow"),
        *part,
    ]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=SECONDS, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stdout[-12000:]
