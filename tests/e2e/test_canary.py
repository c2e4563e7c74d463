"""Planted values are found nowhere but where their owner asks for them.

They go in by every way that carries text; then every file of the data folder, every row of the
database, the log, the metrics, the errors and the audit events are searched for them, in every
form they may take.
"""

from __future__ import annotations

import json
import socket
import urllib.parse
from collections.abc import Iterator, Sequence
from pathlib import Path

import anyio
import httpx
import pytest
from tests.e2e.planted import (
    CREDENTIAL,
    FOUND,
    HIDDEN,
    PLANTED,
    PROMPT,
    TERM,
    THREAD_NAME,
    encoded,
    forms,
    leaks,
    leaks_in,
)
from tests.live import Json, LiveServer, empty_database, execute, prompt
from tests.peers import FAULTS, AnthropicWire, OpenAIWire, Peer
from tests.waiting import HANGS

pytestmark = pytest.mark.anyio
SUBMIT = "/api/v1/prompts/submit"
REFUSING = ("500", "401", "400", "429", "redirect")
BABBLING = ("no-json", "no-utf8", "cut", "no-http", "wrong-content-type", "huge-line")
QUICK = {"SLUICE_PROVIDER_RETRIES": "0"}


class Planting:
    """Sends the planted values in by every way; keeps what was told to nobody in particular."""

    def __init__(self, client: httpx.AsyncClient, openai: Peer, anthropic: Peer) -> None:
        self.client, self.openai, self.anthropic = client, openai, anthropic
        self.told: list[bytes] = []

    async def everything(self) -> bytes:
        """All of it."""
        policy = await self._policy()
        for vendor, base in (
            ("openai", f"{self.openai.url}/v1"),
            ("anthropic", self.anthropic.url),
        ):
            instance = await self._instance(vendor, base, policy)
            thread = await self._thread(instance)
            await self._converse(instance, thread)
            await self._requests_that_fail(instance, thread)
            await self._vendors_that_fail(vendor, instance)
            reason = f"The owner, {PLANTED['e-mail']}, asked about {TERM}"
            await self._expect(200, f"/api/admin/v1/threads/{thread}/reveal", {"reason": reason})
        await self._odd_requests()
        for path in ("/metrics", "/api/admin/v1/audit-events?limit=1000", "/openapi.json"):
            self.told.append((await self.client.get(path)).content)
        return b"\n".join(self.told)

    async def _expect(self, status: int, path: str, body: object) -> Json:
        answer = await self.client.post(path, json=body)
        assert answer.status_code == status, (path, answer.status_code, answer.json())
        found: Json = answer.json()["data"]
        return found

    async def _policy(self) -> int:
        terms = [{"name": "code name", "entityType": "PROJECT", "text": TERM}]
        body = {"name": "Planted", "policy": {"customTerms": terms, "allowList": [CREDENTIAL]}}
        return int((await self._expect(201, "/api/admin/v1/policy-groups", body))["id"])

    async def _instance(self, vendor: str, base: str, policy: int) -> int:
        connection = {
            "providerKey": vendor,
            "model": "peer",
            "baseUrl": base,
            "credentials": {"api_key": CREDENTIAL},
        }
        body = {
            "name": f"Planted {vendor}",
            "policyGroupId": policy,
            "connection": connection,
            "instructions": f"Never tell {PLANTED['e-mail']}, {PLANTED['github']} or {TERM}.",
        }
        made = await self._expect(201, "/api/admin/v1/model-instances", body)
        self.told.append((await self.client.get("/api/v1/model-instances")).content)
        return int(made["id"])

    async def _thread(self, instance: int) -> int:
        body = {"name": THREAD_NAME, "modelInstanceId": instance, "source": "sdk"}
        return int((await self._expect(200, "/api/v1/threads", body))["id"])

    async def _converse(self, instance: int, thread: int) -> None:
        """Three turns, so that each is sent again as history, and the calls beside them."""
        found = await self._expect(200, "/api/v1/prompts/analyze", prompt(instance, PROMPT))
        missing = [v for v in FOUND if not _covered(v, found["findings"])]
        assert missing == []
        text = f"{PROMPT} {TERM}"
        for findings in (None, found["findings"]):
            body = prompt(instance, text, threadId=thread, findings=findings)
            done = await self._expect(200, SUBMIT, body)
            assert done["reidentifiedLLMResponseText"] == text
        await self._expect(200, "/api/v1/prompts/cleanse", body)
        hydrated = prompt(instance, done["rawLLMResponseText"], threadId=thread)
        assert (await self._expect(200, "/api/v1/prompts/hydrate", hydrated))["text"] == text
        streamed = await self.client.post(SUBMIT, json=body | {"isStreaming": True})
        lines = [json.loads(line) for line in streamed.text.splitlines()]
        assert "".join(line["content"] for line in lines) == text

    async def _requests_that_fail(self, instance: int, thread: int) -> None:
        """Everything that answers with an error."""
        wrong = [{"start": 0, "end": 5, "text": PLANTED["e-mail"], "type": "EMAIL_ADDRESS"}]
        bodies: list[object] = [
            prompt(instance, PROMPT, findings=wrong),
            prompt(instance, PROMPT, findings=[wrong[0] | {"type": PLANTED["card"]}]),
            prompt(999, PROMPT),
            prompt(instance, PROMPT, threadId=999_999),
            prompt(instance, PROMPT, threadId=PLANTED["phone"]),
            prompt(instance, PROMPT + "\ud800", threadId=thread),
            {"modelInstanceId": PLANTED["card"], "source": PROMPT, "text": [PROMPT]},
            {PROMPT: PROMPT, TERM: [PROMPT]},
            [PROMPT],
        ]
        for call in ("submit", "cleanse"):
            for body in bodies:
                await self._fails("POST", f"/api/v1/prompts/{call}", content=json.dumps(body))
        for path in ("/api/v1/prompts/analyze", "/api/v1/prompts/hydrate", "/api/v1/threads"):
            await self._fails("POST", path, content=json.dumps(bodies[6]))
        await self._fails("POST", SUBMIT, content=PROMPT)
        await self._fails("POST", SUBMIT, content=PROMPT.encode("utf-16"))
        await self._fails("POST", SUBMIT, content=json.dumps(bodies[0])[:-20])

    async def _vendors_that_fail(self, vendor: str, instance: int) -> None:
        """Vendors that quote prompt and credentials in their errors, or babble."""
        peer, wire = (
            (self.openai, OpenAIWire()) if vendor == "openai" else (self.anthropic, AnthropicWire())
        )
        for fault in (*REFUSING, *BABBLING):
            for streaming in (False, True):
                peer.script = [FAULTS[fault](wire)]
                body = prompt(instance, PROMPT, isStreaming=streaming)
                answer = await self.client.post(SUBMIT, json=body)
                # A stream that had begun gives the caller's own words back before it fails.
                lines = answer.text.splitlines() if answer.status_code == 200 else []
                self.told.append(lines[-1].encode() if lines else answer.content)
        peer.script = [FAULTS["echo"](wire)]

    async def _odd_requests(self) -> None:
        """Values in paths, queries, headers, methods and settings."""
        mail, card = PLANTED["e-mail"], PLANTED["card"]
        quoted = urllib.parse.quote(mail)
        await self._fails("GET", f"/api/v1/threads/{quoted}", params={"source": CREDENTIAL})
        await self._fails("GET", "/api/v1/threads", params={"source": card})
        await self._fails("GET", f"/{quoted}", params={mail: card})
        await self._fails("DELETE", f"/api/v1/prompts/{quoted}")
        for header in ("Authorization", "Cookie", "X-Test-Automation-Api-Key"):
            value = {"Authorization": f"Bearer {CREDENTIAL}", "Cookie": f"session={CREDENTIAL}"}
            await self._fails(
                "POST",
                "/api/v1/auth/test-automation/login",
                headers={header: value.get(header, CREDENTIAL)},
            )
        bearer = {"Authorization": f"Bearer {PLANTED['jwt']}"}
        await self._fails("GET", "/api/v1/auth/login/oauth/access-token", headers=bearer)
        odd = dict.fromkeys(("X-Request-Id", "User-Agent", "Referer", "X-Forwarded-For"), mail)
        answer = await self.client.get("/healthz", headers=odd | {"Origin": f"http://{mail}"})
        self.told += [answer.content, str(answer.headers).encode()]
        address = {"providerKey": "openai", "model": "x", "baseUrl": f"http://u:{CREDENTIAL}@[::"}
        wrong: Json = {"name": "wrong", "policyGroupId": 1, "connection": address}
        await self._fails("POST", "/api/admin/v1/model-instances", content=json.dumps(wrong))
        rules = {"rules": {mail: {}, "A": {"action": card}}, "allowList": [[TERM]]}
        terms = [{"name": "x", "pattern": "(" + TERM}, {"pattern": CREDENTIAL + "(?P<"}]
        for policy in (rules, {"customTerms": terms}, {"customTerms": terms[:1]}):
            body = {"name": "wrong", "policy": policy}
            await self._fails("POST", "/api/admin/v1/policy-groups", content=json.dumps(body))

    async def _fails(self, method: str, path: str, **request: object) -> None:
        headers = {"Content-Type": "application/json"} | dict(request.pop("headers", {}))  # type: ignore[call-overload]
        answer = await self.client.request(method, path, headers=headers, **request)  # type: ignore[arg-type]
        assert answer.status_code >= 400, (method, path, answer.status_code)
        self.told += [answer.content, str(answer.headers).encode()]


def _covered(value: str, findings: Sequence[Json]) -> bool:
    """Whether findings cover the whole value where it stands in the prompt."""
    start = PROMPT.index(value)
    hidden = {i for f in findings for i in range(f["start"], f["end"])}
    return hidden.issuperset(i for i in range(start, start + len(value)) if PROMPT[i] != "\n")


def broken_http(server: LiveServer) -> bytes:
    """Bytes that are no HTTP, with planted values in them."""
    port = int(server.url.rpartition(":")[2])
    secret = PLANTED["e-mail"].encode()
    answers = b""
    for request in (
        b"GET /" + secret + b" HTTP/9.9\r\n\r\n",
        secret + b" / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + secret + b"\x00\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: " + secret + b"\r\n\r\n",
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=HANGS) as sock:
            sock.sendall(request)
            sock.shutdown(socket.SHUT_WR)
            while piece := sock.recv(65536):
                answers += piece
    return answers


async def rows_of(url: str) -> bytes:
    """Every row of every table of a PostgreSQL database, as text."""
    tables = await execute(
        url, "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'"
    )
    found = [await execute(url, f"SELECT t::text AS row FROM {t['name']} t") for t in tables]
    return "\n".join(row["row"] for rows in found for row in rows).encode()


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[LiveServer]:
    """A server on an empty database, which asks providers once."""
    with (
        empty_database(request.param) as url,
        LiveServer(tmp_path / "server", url, QUICK) as started,
    ):
        yield started


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_planted_values_stand_nowhere_in_the_clear(server: LiveServer, end: str) -> None:
    headers = {"Authorization": f"Bearer {server.token}"}
    async with (
        Peer([FAULTS["echo"](OpenAIWire())]) as openai,
        Peer([FAULTS["echo"](AnthropicWire())]) as anthropic,
        httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client,
    ):
        told = await Planting(client, openai, anthropic).everything()
        requests = [*openai.requests, *anthropic.requests]
    told += await anyio.to_thread.run_sync(broken_http, server)
    if end == "stop":
        assert await anyio.to_thread.run_sync(server.stop) == 0
    else:
        server.kill()
    assert leaks(told) == []
    # A provider gets its credential, and nothing else that was planted.
    assert leaks(b"\n".join(r.target.encode() + r.body for r in requests)) == []
    heads = [value for r in requests for value in r.headers.values() if CREDENTIAL not in value]
    assert leaks("\n".join(heads).encode()) == []
    assert leaks_in(server.folder) == {}
    if server.database_url is not None:
        rows = await rows_of(server.database_url)
        assert b"canary" not in rows.lower()
        assert leaks(rows) == []


@pytest.mark.parametrize("secret", HIDDEN)
def test_the_search_finds_each_value_in_each_form(tmp_path: Path, secret: str) -> None:
    for form in forms(secret) | encoded(secret):
        (tmp_path / "file").write_bytes(b"\x00x" + form + b"y\xff")
        assert secret in leaks_in(tmp_path)[str(tmp_path / "file")]
    assert leaks(b"Sluice is a privacy gateway") == []
