"""Recordings: no failure of theirs is one of the call, and none is lost without a word."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.peers import Peer
from tests.peers.freeplay_wire import KEY, FreeplayServer, cut, failing, garbage, slow
from tests.unit.freeplay.conftest import VENDOR_KEY
from tests.waiting import HANGS

from freeplay import AsyncFreeplay, ClientOptions, Freeplay
from freeplay.errors import ConnectionFailedError, FreeplayError, RequestError
from freeplay.flavors import OpenAIChat
from freeplay.options import Unrecorded
from freeplay.recording import BackgroundRecorder, Recording, Reporter

SECRET = "planted-value-91c4"
FAULTS = {
    "500": (failing(500), "RequestError", 500),
    "422": (failing(422), "RequestError", 422),
    "401": (failing(401), "AuthorizationError", 401),
    "slow": (slow(60), "RequestTimeoutError", None),
}


def client(peer: Peer, **options: object) -> Freeplay:
    flavor = OpenAIChat(VENDOR_KEY, f"{peer.url}/v1")
    given: dict[str, Any] = options
    settings = replace(ClientOptions(recording_timeout=HANGS), **given)
    return Freeplay(flavor, KEY, f"{peer.url}/api", client_options=settings)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_failed_recording_is_reported_and_the_completion_returned(
    peer: Peer, server: FreeplayServer, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    behaviour, reason, status = FAULTS[fault]
    server.faults = {"record": [behaviour] * 3}
    lost: list[Unrecorded] = []
    options = {"recording_timeout": 0.3} if fault == "slow" else {}
    asked = client(peer, on_unrecorded=lost.append, **options)
    with asked as freeplay, caplog.at_level(logging.DEBUG):
        answer = freeplay.get_completion("p", "chat", {"name": SECRET})
        assert freeplay.unrecorded == 1
    assert answer.content == f"You said: Hello {SECRET}!"
    assert [(one.reason, one.status, one.session_id) for one in lost] == [
        (reason, status, "session-0")
    ]
    assert lost[0].payload["inputs"] == {"name": SECRET}
    ours = "".join(r.getMessage() for r in caplog.records if r.name == "freeplay")
    assert "session-0" in ours
    assert SECRET not in ours + repr(lost) + repr(answer)


def test_a_recording_goes_out_again_where_the_connection_broke(
    peer: Peer, server: FreeplayServer
) -> None:
    server.faults = {"record": [cut()]}
    with client(peer) as freeplay:
        freeplay.get_completion("p", "chat", {"name": "Ada"})
    assert (len(server.recordings), freeplay.unrecorded) == (1, 0)
    keys = [r.headers["idempotency-key"] for r in server.asked if "record" in r.path]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_variables_that_have_no_json_are_texts_in_the_recording(
    peer: Peer, server: FreeplayServer
) -> None:
    values: Any = {"name": "Ada", "count": 3, "list": [1], "none": None, "what": {1}}
    with client(peer) as freeplay:
        freeplay.get_completion("p", "chat", values)
    inputs = server.recordings[0]["inputs"]
    assert (inputs["count"], inputs["list"], inputs["what"]) == ("3", "[1]", "{1}")
    assert server.problems == []


def test_a_callback_that_raises_breaks_nothing(peer: Peer, server: FreeplayServer) -> None:
    def broken(_: Unrecorded) -> None:
        raise RuntimeError(SECRET)

    server.faults = {"record": [failing(422)]}
    with client(peer, on_unrecorded=broken) as freeplay:
        assert freeplay.get_completion("p", "chat", {"name": "Ada"}).is_complete


def test_the_background_sends_what_the_server_refused_for_a_while(
    peer: Peer, server: FreeplayServer
) -> None:
    server.faults = {"record": [failing(503), cut(), failing(500)]}
    with client(peer, record_in_background=True) as freeplay:
        for number in range(5):
            freeplay.get_completion("p", "chat", {"name": str(number)})
        assert freeplay.flush(HANGS)
    assert [one["inputs"]["name"] for one in server.recordings] == list("01234")
    assert freeplay.unrecorded == 0


@pytest.mark.anyio
async def test_the_background_serves_asyncio_too(peer: Peer, server: FreeplayServer) -> None:
    flavor = OpenAIChat(VENDOR_KEY, f"{peer.url}/v1")
    options = ClientOptions(record_in_background=True)
    async with AsyncFreeplay(flavor, KEY, peer.url, client_options=options) as freeplay:
        await freeplay.get_completion("p", "chat", {"name": "Ada"})
        assert await freeplay.flush(HANGS)
    assert len(server.recordings) == 1


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def recorder(
    send: Callable[[Recording], None], lost: list[Unrecorded], flush_seconds: float = HANGS
) -> BackgroundRecorder:
    reporter = Reporter(lost.append)
    return BackgroundRecorder(send, reporter, queue_size=2, flush_seconds=flush_seconds)


def test_a_full_queue_reports_and_never_waits() -> None:
    gate = threading.Event()
    sent: list[str] = []
    lost: list[Unrecorded] = []

    def send(recording: Recording) -> None:
        gate.wait(HANGS)
        sent.append(recording.payload["session_id"])

    background = recorder(send, lost)
    for number in range(4):
        background.put(Recording({"session_id": str(number)}))
    assert [(one.session_id, one.reason) for one in lost] == [
        ("2", "queue_full"), ("3", "queue_full"),
    ]  # fmt: skip
    gate.set()
    background.close()
    assert sent == ["0", "1"]
    background.put(Recording({"session_id": "late"}))
    assert lost[-1].reason == "closed"


def test_closing_reports_each_recording_that_is_left_exactly_once() -> None:
    lost: list[Unrecorded] = []

    def send(_: Recording) -> None:
        raise ConnectionFailedError("down", path="/v1/record")

    background = recorder(send, lost, flush_seconds=0.1)
    background.put(Recording({"session_id": "0"}))
    background.put(Recording({"session_id": "1"}))
    background.close()
    assert sorted(one.session_id for one in lost) == ["0", "1"]


def test_one_refusal_does_not_hold_up_the_others() -> None:
    lost: list[Unrecorded] = []
    sent: list[str] = []

    def send(recording: Recording) -> None:
        if recording.payload["session_id"] == "0":
            raise RequestError("refused", path="/v1/record", status=422)
        sent.append(recording.payload["session_id"])

    background = recorder(send, lost)
    background.put(Recording({"session_id": "0"}))
    background.put(Recording({"session_id": "1"}))
    assert background.flush(HANGS)
    assert (sent, [(one.reason, one.status) for one in lost]) == (["1"], [("RequestError", 422)])
    background.close()


PROGRAM = """
import os, sys
from freeplay import ClientOptions, Freeplay
from freeplay.flavors import OpenAIChat
url = os.environ["URL"]
options = ClientOptions(record_in_background=True, flush_seconds=float(os.environ["FLUSH"]),
                        recording_timeout=30.0)
client = Freeplay(OpenAIChat("vendor-key", url + "/v1"), os.environ["KEY"], url + "/api",
                  client_options=options)
session = client.create_session("p")
for number in range(20):
    session.get_completion("chat", {"name": str(number)})
"""


def run_program(peer: Peer, flush: float) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "URL": peer.url, "KEY": KEY, "FLUSH": str(flush)}
    command = [sys.executable, "-X", "dev", "-c", PROGRAM]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done


def test_a_program_that_ends_sends_everything_first(peer: Peer, server: FreeplayServer) -> None:
    server.faults = {"record": [failing(503)] * 2}
    done = run_program(peer, HANGS)
    assert [one["inputs"]["name"] for one in server.recordings] == [str(n) for n in range(20)]
    assert "not recorded" not in done.stderr


def test_a_program_that_ends_says_what_it_could_not_send(
    peer: Peer, server: FreeplayServer
) -> None:
    server.faults = {"record": [failing(503)] * 1000}
    done = run_program(peer, 0.5)
    assert done.stderr.count("was not recorded") == 20
    assert "Hello" not in done.stderr


@pytest.mark.parametrize("fault", ["garbage", "500", "down"])
def test_a_server_that_is_no_server_is_one_error_of_ours(
    peer: Peer, server: FreeplayServer, fault: str
) -> None:
    base = f"{peer.url}/api"
    if fault == "down":
        base = "http://127.0.0.1:1"
    server.faults = {"sessions": [garbage() if fault == "garbage" else failing(500)] * 5}
    flavor = OpenAIChat(VENDOR_KEY, f"{peer.url}/v1")
    with Freeplay(flavor, KEY, base) as freeplay, pytest.raises(FreeplayError) as caught:
        freeplay.create_session("p")
    assert isinstance(caught.value, RequestError)
    assert caught.value.path.startswith("/projects/p")
    assert "Welcome" not in str(caught.value)
