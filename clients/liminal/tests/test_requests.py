"""Calls and their faults: everything that can go wrong is a `LiminalError` that says what it is."""

from __future__ import annotations

import json
import logging
import socket
import traceback
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from clients.liminal.tests.peer import Peer, Reply
from clients.liminal.tests.wire_data import (
    CLEANSED,
    FINDINGS,
    HYDRATED,
    INSTANCE,
    SUBMITTED,
    THREAD,
    UNCONNECTED,
    data,
)
from tests.waiting import comes_within, steady_clock

from liminal import Client
from liminal.endpoints.llm.models import ModelInstance
from liminal.endpoints.prompt.models import AnalysisFindings
from liminal.errors import (
    ArgumentError,
    AuthError,
    ConnectionFailedError,
    FieldError,
    InvalidResponseError,
    LiminalError,
    ModelInstanceUnknownError,
    PolicyBlockedError,
    RateLimitedError,
    RequestError,
    RequestTimeoutError,
)

pytestmark = pytest.mark.anyio

INSTANCES = "/api/v1/model-instances"
ANALYZE = "/api/v1/prompts/analyze"
SUBMIT = "/api/v1/prompts/submit"


async def test_each_call_sends_what_the_wire_asks_for(peer: Peer, client: Client) -> None:
    peer.on("GET", INSTANCES, Reply(body=data([UNCONNECTED, INSTANCE])))
    peer.on("POST", "/api/v1/threads", Reply(body=data(THREAD)))
    peer.on("GET", "/api/v1/threads", Reply(body=data([THREAD])))
    peer.on("GET", "/api/v1/threads/11", Reply(body=data(THREAD)))
    peer.on("POST", ANALYZE, Reply(body=data(FINDINGS)))
    peer.on("POST", "/api/v1/prompts/cleanse", Reply(body=data(CLEANSED)))
    peer.on("POST", "/api/v1/prompts/hydrate", Reply(body=data(HYDRATED)))
    peer.on("POST", SUBMIT, Reply(body=data(SUBMITTED)))

    instance = await client.llm.get_model_instance("Echo")
    thread = await client.thread.create(instance.id, "New Thread")
    assert await client.thread.get_available() == [thread]
    assert await client.thread.get_by_id(thread.id) == thread
    findings = await client.prompt.analyze(3, "Mail ada@example.org")
    cleansed = await client.prompt.cleanse(3, "Hello", thread_id=11, findings=findings)
    hydrated = await client.prompt.hydrate(3, "Hello", thread_id=11)
    submitted = await client.prompt.submit(3, "Hello", findings=findings.findings)

    assert (thread.chats[0].raw_input, thread.type) == ("Mail ada@example.org", "default")
    assert (cleansed.thread_id, hydrated.thread_id) == (11, 11)
    assert submitted.reidentified_llm_response_text == "ada@example.org"
    prompt = {"modelInstanceId": 3, "source": "sdk", "text": "Hello"}
    finding = {key: value for key, value in FINDINGS["findings"][0].items() if value is not None}
    assert [request.json for request in peer.requests if request.body] == [
        {"name": "New Thread", "modelInstanceId": 3, "source": "sdk"},
        prompt | {"text": "Mail ada@example.org"},
        prompt | {"threadId": 11, "findings": [finding]},
        prompt | {"threadId": 11},
        prompt | {"threadId": None, "findings": [finding]},
    ]
    assert peer.requests[2].query == {"source": "sdk"}
    types = {r.headers.get("content-type") for r in peer.requests if r.body}
    assert types == {"application/json"}
    assert all("content-type" not in r.headers for r in peer.requests if not r.body)


async def test_findings_that_were_reviewed_down_to_none_are_sent_as_none(
    peer: Peer, client: Client
) -> None:
    peer.on("POST", SUBMIT, Reply(body=data(SUBMITTED)))
    await client.prompt.submit(3, "Hello", findings=AnalysisFindings(findings=[]))
    assert peer.requests[0].json["findings"] == []


@pytest.mark.parametrize("name", ["Nobody", "Empty"])
async def test_a_model_instance_without_a_connection_is_unknown_like_one_that_is_missing(
    peer: Peer, client: Client, name: str
) -> None:
    peer.on("GET", INSTANCES, Reply(body=data([UNCONNECTED, INSTANCE])))
    with pytest.raises(ModelInstanceUnknownError, match=f"Unknown model instance name: {name}"):
        await client.llm.get_model_instance(name)


async def test_many_calls_share_one_connection_set(peer: Peer, client: Client) -> None:
    peer.on("GET", INSTANCES, Reply(body=data([])))
    for _ in range(20):
        await client.llm.get_available_model_instances()
    assert peer.connections == 1


async def test_a_refusal_carries_the_published_message_and_everything_the_server_said(
    peer: Peer, client: Client
) -> None:
    body = {
        "message": "Two problems", "code": "unprocessable", "requestId": "req-9",
        "errors": [{"path": "findings[0].end", "message": "past the end"}, {"path": "text"}, 7],
    }  # fmt: skip
    peer.on("POST", ANALYZE, Reply(status=422, body=body))
    with pytest.raises(RequestError) as caught:
        await client.prompt.analyze(3, "Hello")
    error = caught.value
    assert str(error) == (f"Error while sending request to {peer.url}{ANALYZE}: {json.dumps(body)}")
    assert (error.status, error.code, error.request_id) == (422, "unprocessable", "req-9")
    assert error.url == ANALYZE
    assert error.errors == [
        FieldError("findings[0].end", "past the end"), FieldError("text", "")
    ]  # fmt: skip


async def test_a_refusal_that_is_no_json_is_still_an_error_with_its_status(
    peer: Peer, client: Client
) -> None:
    headers = [("X-Request-Id", "req-1")]
    peer.on("GET", INSTANCES, Reply(status=503, raw=b"<h1>\xff" + b"x" * 9000, headers=headers))
    with pytest.raises(RequestError) as caught:
        await client.llm.get_available_model_instances()
    assert (caught.value.status, caught.value.code) == (503, None)
    assert caught.value.request_id == "req-1"
    assert len(str(caught.value)) < 2200


async def test_a_redirect_is_refused_and_not_followed(peer: Peer, client: Client) -> None:
    headers = [("Location", "/api/v1/threads")]
    peer.on("GET", INSTANCES, Reply(status=302, raw=b"", headers=headers))
    with pytest.raises(RequestError, match="status 302"):
        await client.llm.get_available_model_instances()
    assert len(peer.requests) == 1


async def test_an_expired_session_is_an_auth_error(peer: Peer, client: Client) -> None:
    peer.on("GET", INSTANCES, Reply(status=401, body={"message": "x", "code": "unauthenticated"}))
    with pytest.raises(AuthError):
        await client.llm.get_available_model_instances()


IN_AN_HOUR = "in an hour"


def _said(header: str) -> str:
    """The header; a date in an hour is one from now on, not from when tests were collected."""
    if header != IN_AN_HOUR:
        return header
    return format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)


@pytest.mark.parametrize(
    ("header", "at_least", "at_most"),
    [
        ("7", 7, 7),
        ("0.5", 0.5, 0.5),
        (IN_AN_HOUR, 3000, 3600),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
    ],
    ids=["seconds", "half a second", "a date", "a date gone by"],
)
async def test_a_rate_limit_says_in_seconds_when_to_come_back(
    peer: Peer, client: Client, header: str, at_least: float, at_most: float
) -> None:
    peer.on("GET", INSTANCES, Reply(status=429, headers=[("Retry-After", _said(header))]))
    with pytest.raises(RateLimitedError) as caught:
        await client.llm.get_available_model_instances()
    assert caught.value.retry_after is not None
    assert at_least <= caught.value.retry_after <= at_most


@pytest.mark.parametrize("headers", [[], [("Retry-After", "soon")], [("Retry-After", "-1")]])
async def test_a_rate_limit_without_a_usable_time_says_none(
    peer: Peer, client: Client, headers: list[tuple[str, str]]
) -> None:
    peer.on("GET", INSTANCES, Reply(status=429, headers=headers))
    with pytest.raises(RateLimitedError) as caught:
        await client.llm.get_available_model_instances()
    assert caught.value.retry_after is None


async def test_a_blocked_prompt_says_which_entity_types_how_often(
    peer: Peer, client: Client
) -> None:
    errors = [
        {"path": "text", "message": "2 × EMAIL_ADDRESS is blocked by the policy"},
        {"path": "US_SSN", "message": "found 1 time"},
        {"path": "text", "message": "no more is said"},
    ]
    body = {"message": "Blocked", "code": "policy_blocked", "errors": errors}
    mapping = {"code": "policy_blocked", "entityTypes": {"IBAN_CODE": 3, "X": "many"}}
    peer.on("POST", SUBMIT, Reply(status=403, body=body), Reply(status=403, body=mapping))
    with pytest.raises(PolicyBlockedError) as caught:
        await client.prompt.submit(3, "Hello")
    assert caught.value.entity_types == {"EMAIL_ADDRESS": 2, "US_SSN": 1}
    assert caught.value.status == 403
    with pytest.raises(PolicyBlockedError) as caught:
        await client.prompt.submit(3, "Hello")
    assert caught.value.entity_types == {"IBAN_CODE": 3}


async def test_a_refused_connection_is_mapped() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(ConnectionFailedError) as caught:
        await Client.authenticate_from_token(address, "token-1")
    assert isinstance(caught.value, ConnectionError)
    assert caught.value.code == "connection_failed"


@pytest.mark.parametrize("address", ["http://[", "http://nobody.invalid", "http://a b"])
async def test_an_address_that_leads_nowhere_is_a_liminal_error(address: str) -> None:
    with pytest.raises(LiminalError):
        await Client.authenticate_from_token(address, "token-1")


async def test_a_server_that_hangs_is_left_after_the_timeout(peer: Peer, client: Client) -> None:
    peer.on("GET", INSTANCES, Reply(hang=True))
    waited = pytest.raises(RequestTimeoutError, match=r"0\.05 seconds|ReadTimeout")
    with steady_clock(), waited as caught:
        await client.llm.get_available_model_instances(timeout=0.05)
    assert isinstance(caught.value, TimeoutError)
    assert caught.value.code == "timeout"
    await comes_within(peer.gone, 5)


async def test_a_server_that_trickles_is_left_after_the_timeout(peer: Peer, client: Client) -> None:
    trickle = [part for _ in range(200) for part in (b" ", 0.02)]
    peer.on("GET", INSTANCES, Reply(stream=trickle))
    with pytest.raises(RequestTimeoutError):
        await client.llm.get_available_model_instances(timeout=0.2)


async def test_an_infinite_timeout_waits(peer: Peer, client: Client) -> None:
    peer.on("GET", INSTANCES, Reply(stream=[0.05, json.dumps(data([])).encode()]))
    assert await client.llm.get_available_model_instances(timeout=float("inf")) == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(cut=True),
        Reply(wire=b""),
        Reply(wire=b"SSH-2.0-nonsense\r\n\r\n"),
        Reply(wire=b"HTTP/1.1 200 OK\r\nContent-Le"),
        Reply(stream=[b'{"data"'], cut=True),
    ],
)
async def test_an_answer_that_breaks_off_is_a_failed_connection(
    peer: Peer, client: Client, reply: Reply
) -> None:
    peer.on("GET", INSTANCES, reply)
    with pytest.raises(ConnectionFailedError):
        await client.llm.get_available_model_instances()


PLANTED = "planted-9f8e7d"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"This is unexpected", "not JSON at line 1 column 1"),
        (b'{"foo": "bar"}', "of AnalyzeResponse is missing"),
        (b"\xff\xfe\x00", "not UTF-8 at byte"),
        (b"[" * 100_000, "not"),
        (b"null", "not of the expected shape"),
        (b"[]", "not of the expected shape"),
        (b'{"data": "%s"}' % PLANTED.encode(), '"data" of AnalyzeResponse'),
        (b'{"data": {"findings": [{"start": "%s"}]}}' % PLANTED.encode(), "AnalysisFinding"),
        (b'{"data": {"findings": [], "text": ["%s"]}}' % PLANTED.encode(), '"text"'),
    ],
)
async def test_a_body_that_is_not_what_the_wire_promises_is_named_but_never_quoted(
    peer: Peer, client: Client, raw: bytes, problem: str
) -> None:
    peer.on("POST", ANALYZE, Reply(raw=raw))
    with pytest.raises(InvalidResponseError, match="Could not validate response: ") as caught:
        await client.prompt.analyze(3, "Hello")
    assert problem in str(caught.value)
    assert (caught.value.status, caught.value.url) == (200, ANALYZE)
    assert PLANTED not in "".join(traceback.format_exception(caught.value))


async def test_a_body_in_broken_compression_is_an_invalid_response(
    peer: Peer, client: Client
) -> None:
    peer.on("GET", INSTANCES, Reply(raw=b"no gzip", headers=[("Content-Encoding", "gzip")]))
    with pytest.raises(InvalidResponseError):
        await client.llm.get_available_model_instances()


async def test_a_lone_surrogate_is_refused_without_quoting_the_prompt(
    peer: Peer, client: Client
) -> None:
    with pytest.raises(LiminalError) as caught:
        await client.prompt.analyze(3, f"{PLANTED} \ud800")
    assert isinstance(caught.value, ArgumentError)
    assert PLANTED not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None


async def test_an_argument_without_a_json_form_is_refused(peer: Peer, client: Client) -> None:
    with pytest.raises(ArgumentError, match="TypeError"):
        await client.prompt.analyze(object(), "Hello")  # type: ignore[arg-type]


async def test_a_thread_id_cannot_leave_its_place_in_the_path(peer: Peer, client: Client) -> None:
    with pytest.raises(RequestError):
        await client.thread.get_by_id("../users/me?x=1")  # type: ignore[arg-type]
    assert peer.requests[0].path == "/api/v1/threads/..%2Fusers%2Fme%3Fx%3D1"


async def test_a_closed_client_says_so(peer: Peer, client: Client) -> None:
    await client.aclose()
    await client.aclose()
    with pytest.raises(RequestError, match="has been closed"):
        await client.llm.get_available_model_instances()


async def test_a_closed_httpx_client_is_not_silently_replaced(peer: Peer) -> None:
    shared = httpx.AsyncClient()
    client = Client(peer.url, httpx_client=shared)
    await shared.aclose()
    with pytest.raises(RequestError, match="keep it open"):
        await client.llm.get_available_model_instances()


async def test_no_level_of_the_log_holds_text_or_credentials(
    peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="liminal")
    peer.on("POST", "/api/v1/auth/test-automation/login", Reply.session("planted-session"))
    answer = FINDINGS | {"text": "planted-answer"}
    peer.on("POST", ANALYZE, Reply(body=data(answer)), Reply(status=500, raw=b"planted-body"))
    async with await Client.authenticate_from_token(peer.url, "planted-token") as client:
        await client.prompt.analyze(3, "planted-prompt")
        with pytest.raises(RequestError):
            await client.prompt.analyze(3, "planted-prompt")
    ours = [record for record in caplog.records if record.name == "liminal"]
    assert len(ours) == 3
    assert all(record.levelno == logging.DEBUG for record in ours)
    assert "planted" not in "".join(str(record.__dict__) for record in ours)


async def test_a_message_does_not_show_the_password_of_an_address(peer: Peer) -> None:
    address = peer.url.replace("http://", "http://user:planted@")
    with pytest.raises(RequestError) as caught:
        await Client(address)._request("GET", "/missing")
    assert "planted" not in str(caught.value)


async def test_the_private_hooks_that_tests_replace_take_effect(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fake(
        method: str,
        endpoint: str,
        *,
        headers: object = None,
        cookies: object = None,
        params: object = None,
        json: object = None,
    ) -> httpx.Response:
        return httpx.Response(200, json=data([INSTANCE]))

    async def decoded(method: str, endpoint: str, expected: type, **options: object) -> object:
        return expected.from_dict(data([]))  # type: ignore[attr-defined]

    monkeypatch.setattr(client, "_request", fake)
    assert (await client.llm.get_model_instance("Echo")).id == 3
    monkeypatch.setattr(client, "_request_and_validate", decoded)
    assert await client.llm.get_available_model_instances() == []


async def test_the_private_hooks_take_any_type_that_can_be_decoded(
    peer: Peer, client: Client
) -> None:
    peer.on("GET", "/list", Reply(body=[INSTANCE]))
    found = await client._request_and_validate("GET", "/list", list[ModelInstance])
    assert found[0].name == "Echo"
