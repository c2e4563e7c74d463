"""The snippets of the first steps, each run as it stands on the page against a real server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html import unescape

import httpx
import pytest
from tests.live import LiveServer

SECONDS = 60


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with LiveServer(tmp_path_factory.mktemp("snippets")) as server:
        yield server


@pytest.fixture(scope="module")
def texts(live: LiveServer) -> dict[str, str]:
    """What there is to copy on the page, by the id of its place."""
    with httpx.Client(base_url=live.url, headers={"Origin": live.url}) as browser:
        data = {"token": live.token, "next": "/dashboard/first-steps"}
        sent = browser.post("/dashboard/sign-in", data=data)
        assert sent.status_code == 303, sent.text
        shown = browser.get("/dashboard/first-steps")
    found = re.findall(r'<pre id="([a-z-]+)" tabindex="0">(.*?)</pre>', shown.text, re.DOTALL)
    return {name: unescape(text) for name, text in found}


def run(live: LiveServer, *command: str) -> str:
    """What a command prints, with the token in its environment alone."""
    environment = {"PATH": os.environ["PATH"], "SLUICE_TOKEN": live.token}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("client", ["openai", "anthropic"])
def test_a_vendors_client_works_with_the_address_changed(
    client: str, live: LiveServer, texts: dict[str, str]
) -> None:
    printed = run(live, sys.executable, "-c", texts[f"text-{client}"])
    assert printed == "The model saw: Mail jane@example.com, please.\n"


def test_curl_works(live: LiveServer, texts: dict[str, str]) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    assert "The model saw: Mail jane@example.com, please." in run(
        live, "sh", "-c", texts["text-curl"]
    )


def test_liminal_works(live: LiveServer, texts: dict[str, str]) -> None:
    printed = run(live, sys.executable, "-c", texts["text-liminal"])
    assert "The model saw: Mail EMAIL_ADDRESS_0, please." in printed
    assert "You get: The model saw: Mail jane@example.com, please." in printed


def test_freeplay_works_and_its_template_may_be_made_again(
    live: LiveServer, texts: dict[str, str]
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    for _ in range(2):
        assert '"first-steps/reply"' in run(live, "sh", "-c", texts["before-freeplay"])
    printed = run(live, sys.executable, "-c", texts["text-freeplay"])
    assert printed == "The model saw: Mail jane@example.com, please.\n"


def test_afterwards_the_page_knows_that_an_application_called(
    live: LiveServer, texts: dict[str, str]
) -> None:
    run(live, sys.executable, "-c", texts["text-openai"])
    with live.client() as client:
        progress = client.get("/api/admin/v1/first-steps").json()["data"]
    assert progress["called"]


def test_a_link_of_the_command_line_signs_in_once_and_is_in_no_log(live: LiveServer) -> None:
    made = live.command("token", "link", "--minutes", "5")
    assert made.returncode == 0, made.stderr
    address, code = made.stdout.strip().split("#")
    assert address.endswith("/dashboard/sign-in/link")
    assert code not in made.stderr
    with httpx.Client(base_url=live.url, headers={"Origin": live.url}) as browser:
        page = "/dashboard/sign-in/link"
        assert browser.post(page, data={"code": code}).status_code == 303
        assert browser.get("/api/v1/users/me").json()["data"]["role"] == "administrator"
        assert browser.post(page, data={"code": code}).status_code == 401
    assert code not in live.log.read_text()
