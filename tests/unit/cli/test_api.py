"""Calling a server: what it answers, and every way in which it does not."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.cli.commands import MAIL, run

from sluice.cli.api import Api, refusal
from sluice.cli.errors import CommandError, NotAllowed, Refused, Unreachable, WrongUsage
from sluice.cli.exchange import entity_type_of, places_in

TOKEN = "synthetic-token-0123456789abcdef"


class Peer(BaseHTTPRequestHandler):
    """Answers each path in its own way."""

    answers: ClassVar[dict[str, tuple[int, bytes]]] = {
        "/data": (200, b'{"data": [1]}'),
        "/empty": (204, b""),
        "/page": (200, b"<html>"),
        "/list": (200, b"[1]"),
        "/html": (502, b"<html>"),
        "/redirect": (307, b""),
        "/lines": (200, b'{"content": "a"}\n\n{"content": "b"}\n'),
        "/refused": (403, b'{"message": "No.", "code": "forbidden", "requestId": "r1"}'),
    }  # fmt: skip
    seen: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.seen.append(self.headers.get("Authorization"))
        status, body = self.answers[self.path]
        self.send_response(status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_DELETE = do_GET  # noqa: N815 (names of the base)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base's name)
        """Stay silent."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_an_answer_is_its_data_and_the_token_travels_in_the_header(url: str) -> None:
    with Api(f"{url}/", TOKEN) as api:
        assert api.get("/data") == [1]
        assert api.delete("/empty") is None
        assert [line["content"] for line in api.lines("/lines", {})] == ["a", "b"]
    assert set(Peer.seen) == {f"Bearer {TOKEN}"}


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(float("nan"), id="not a number"),
        pytest.param(float("inf"), id="infinite"),
        pytest.param(date(2026, 1, 2), id="a date"),
        pytest.param(f"{MAIL}\udcff", id="not UTF-8"),
    ],
)
def test_what_json_cannot_say_is_told_without_quoting_it_and_is_not_sent(
    url: str, value: object
) -> None:
    sent = len(Peer.seen)
    with Api(url, TOKEN) as api, pytest.raises(WrongUsage, match="JSON cannot say") as caught:
        api.post("/data", {"value": value, "beside": MAIL})
    assert len(Peer.seen) == sent
    assert MAIL not in str(caught.value)
    assert caught.value.__cause__ is caught.value.__context__ is None


@pytest.mark.parametrize("path", ["/page", "/list"])
def test_an_answer_of_something_else_is_refused(url: str, path: str) -> None:
    with Api(url, TOKEN) as api, pytest.raises(CommandError, match="no answer of Sluice"):
        api.get(path)


@pytest.mark.parametrize(
    ("path", "kind", "said"),
    [
        ("/refused", NotAllowed, r"No\. \(request r1\)"),
        ("/html", CommandError, "status 502"),
        ("/redirect", CommandError, "status 307"),
    ],
)
def test_a_refusal_is_told_as_the_server_says_it(
    url: str, path: str, kind: type[CommandError], said: str
) -> None:
    with Api(url, TOKEN) as api:
        with pytest.raises(kind, match=said):
            api.get(path)
        with pytest.raises(kind, match=said):
            list(api.lines(path, {}))


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with Api("http://127.0.0.1:1", TOKEN) as api, pytest.raises(Unreachable, match="sluice serve"):
        api.get("/data")


@pytest.mark.parametrize(
    "url",
    ["", "x", "ftp://h", "http://", "http://h:x", "http://h:99999", "http://u:p@h", "http://[1"],
)
def test_what_is_no_url_of_a_server_is_wrong_usage(url: str) -> None:
    with pytest.raises(WrongUsage):
        Api(url, TOKEN)


@pytest.mark.parametrize("token", [None, "", "with\nline", " x ", "ümlaut"])
def test_what_is_no_token_is_refused_before_anything_is_sent(token: str | None) -> None:
    with pytest.raises(NotAllowed, match="token"):
        Api("http://127.0.0.1:1", token)


@pytest.mark.parametrize(
    ("body", "status", "kind"),
    [
        ({"code": "policy_blocked"}, 403, Refused),
        ({"code": "detector_failed"}, 503, Refused),
        ({}, 401, NotAllowed),
        ({"code": "provider_error"}, 502, CommandError),
    ],
)
def test_refusals_have_their_exit_codes(
    body: dict[str, str], status: int, kind: type[CommandError]
) -> None:
    assert type(refusal(body, status)) is kind


def test_every_problem_that_a_server_names_is_listed() -> None:
    body = {"message": "No.", "errors": [{"path": "a", "message": "b"}, "odd"]}
    assert refusal(body, 422).problems == ("a: b",)


@pytest.mark.parametrize(
    "command",
    [("policy", "list"), ("instance", "list"), ("user", "list"), ("audit",), ("ask", "hello")],
)
def test_every_command_of_a_server_says_what_is_missing(command: tuple[str, ...]) -> None:
    assert run(*command).exit_code == 6
    settings = {"SLUICE_URL": "http://127.0.0.1:1", "SLUICE_TOKEN": TOKEN}
    done = run(*command, settings=settings)
    assert done.exit_code == 5
    assert TOKEN not in done.output


@pytest.mark.parametrize(
    ("text", "known", "places"),
    [
        ("to PERSON_0 and PERSON_10", {}, ["PERSON_0", "PERSON_10"]),
        ("XPERSON_0 PERSON_01 person_0", {}, ["XPERSON_0"]),
        ("call Kim, not Kimberly", {"Kim": "PERSON"}, ["Kim"]),
        ("a.b axb", {"a.b": "URL"}, ["a.b"]),
        ("", {"": "URL"}, []),
    ],
)
def test_placeholders_and_known_stand_ins_are_found_in_an_answer(
    text: str, known: dict[str, str], places: list[str]
) -> None:
    assert [text[start:end] for start, end, _ in places_in(text, known)] == places


@given(st.text(), st.dictionaries(st.text(min_size=1, max_size=4), st.just("X"), max_size=3))
def test_places_lie_in_the_text(text: str, known: dict[str, str]) -> None:
    for start, end, kind in places_in(text, known):
        assert 0 <= start < end <= len(text)
        assert kind


def test_a_stand_in_has_an_entity_type_of_no_name() -> None:
    assert (entity_type_of("US_SSN_0"), entity_type_of("Kim")) == ("US_SSN", "stand-in")


def test_what_the_server_says_cannot_steer_the_terminal(url: str) -> None:
    Peer.answers["/api/v1/model-instances"] = (
        500, json.dumps({"message": "\x1b[2Jx\x9b1m"}).encode(),
    )  # fmt: skip
    done = run("ask", "hi", settings={"SLUICE_URL": url, "SLUICE_TOKEN": TOKEN})
    assert "\x1b" not in done.output
    assert "\x9b" not in done.output
    assert "␛[2Jx" in done.stderr
