"""Planted values are found nowhere but where their owner asks for them.

They go in by every way that carries text; then every file of the data folder, the log, the
metrics, the errors and the audit events are searched for them, in every form they may take.
"""

from __future__ import annotations

import base64
import json
import urllib.parse
from pathlib import Path

import anyio
import httpx
import pytest
from tests.live import LiveServer, prompt
from tests.peers import FAULTS, OpenAIWire, Peer

pytestmark = pytest.mark.anyio

PLANTED = {
    "e-mail": "canary.zq81@example.com",
    "phone": "+1 415 555 0187",
    "card": "4539 5787 6362 1486",
    "iban": "DE89 3704 0044 0532 0130 00",
    "ssn": "536-22-8726",
    "ip": "203.0.113.187",
    "mac": "00:1B:44:11:3A:B7",
    "url": "https://canary-zq81.example.com/a/b",
    "aws": "AKIAQ7ZP2MLK4VXW8RTB",
    "github": "ghp_16C7e42F292c6912E7710c838347Ae178B4a",
    "anthropic": "sk-ant-api03-Zq81bX7tLw2RkPz9VnQc4YhJ6mDs3FgA8uTe1Ki5oWx"
    "BrNvC0yHjMqEaUdSfGlPk-AAAAAAAA",
    "jwt": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJjYW5hcnkxIn0."
    "SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c",
    "private key": "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n"
    "-----END PRIVATE KEY-----",
    "bitcoin": "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa",
}
PASSWORD = "hunter2-Zq81!"
PROMPT = "\n".join(PLANTED.values()) + f"\npassword: {PASSWORD}\n"
# These are typed where nothing is looked for, and must not show all the same.
NAME = "Thread about canary-person-Zq81"
OUTSIDE = "canary-outside-Zq81"
SECRETS = [*PLANTED.values(), PASSWORD, NAME, OUTSIDE]


def forms(secret: str) -> set[bytes]:
    """The secret as it may have been written."""
    plain = secret.encode()
    return {
        plain,
        secret.upper().encode(),
        base64.b64encode(plain)[:-4],
        urllib.parse.quote(secret).encode(),
        urllib.parse.quote_plus(secret).encode(),
        json.dumps(secret)[1:-1].encode(),
        secret.encode("utf-16-le"),
        plain.hex().encode(),
    }


def leaks(where: bytes) -> list[str]:
    """Which planted values stand in these bytes."""
    return [secret for secret in SECRETS if any(form in where for form in forms(secret))]


def leaks_in(folder: Path) -> dict[str, list[str]]:
    """Which planted values stand in which file."""
    found = {str(p): leaks(p.read_bytes()) for p in folder.rglob("*") if p.is_file()}
    return {name: secrets for name, secrets in found.items() if secrets}


async def load(server: LiveServer, peer: Peer) -> bytes:
    """Send the planted values in by every way; returns what was told to nobody in particular."""
    headers = {"Authorization": f"Bearer {server.token}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=30) as client:
        credentials = {"api_key": OUTSIDE}
        connection = {
            "providerKey": "openai",
            "model": "peer",
            "baseUrl": f"{peer.url}/v1",
            "credentials": credentials,
        }
        body = {
            "name": "Peer",
            "policyGroupId": 1,
            "connection": connection,
            "instructions": f"Never tell {PLANTED['e-mail']} or {OUTSIDE}.",
        }
        made = await client.post("/api/admin/v1/model-instances", json=body)
        instance = made.json()["data"]["id"]
        opened = await client.post(
            "/api/v1/threads", json={"name": NAME, "modelInstanceId": instance, "source": "sdk"}
        )
        thread = opened.json()["data"]["id"]
        for _ in range(2):
            done = await client.post(
                "/api/v1/prompts/submit", json=prompt(instance, PROMPT, threadId=thread)
            )
            assert done.status_code == 200, done.text
        streamed = await client.post(
            "/api/v1/prompts/submit",
            json=prompt(instance, PROMPT, threadId=thread, isStreaming=True),
        )
        assert '"finishReason":"stop"' in streamed.text
        told = await failures(client, instance, peer)
        for path in ("/metrics", "/api/admin/v1/audit-events", "/api/admin/v1/model-instances"):
            answer = await client.get(path)
            # Administrators read instructions on their own page, and nowhere else.
            told.append(b"" if path.endswith("model-instances") else answer.content)
    return b"\n".join(told)


async def failures(client: httpx.AsyncClient, instance: int, peer: Peer) -> list[bytes]:
    """Everything that answers with an error."""
    findings = [{"start": 0, "end": 5, "text": PLANTED["e-mail"], "type": "EMAIL_ADDRESS"}]
    bodies: list[object] = [
        prompt(instance, PROMPT, findings=findings),
        prompt(999, PROMPT),
        prompt(instance, PROMPT, threadId=999_999),
        {"modelInstanceId": PLANTED["card"], "source": PROMPT, "text": [PROMPT]},
        {
            "name": PROMPT,
            "policy": {"rules": {PROMPT: {}}, "customTerms": [{"pattern": "(" + OUTSIDE}]},
        },
    ]
    paths = ["/api/v1/prompts/submit", "/api/v1/prompts/cleanse", "/api/admin/v1/policy-groups"]
    answers = [await client.post(path, json=body) for path in paths for body in bodies]
    answers.append(
        await client.post(
            paths[0], content=PROMPT.encode(), headers={"Content-Type": "application/json"}
        )
    )
    quoted = urllib.parse.quote(PLANTED["e-mail"])
    answers.append(await client.get(f"/api/v1/threads/{quoted}", params={"source": OUTSIDE}))
    answers.append(await client.get(f"/{quoted}", headers={"X-Canary": OUTSIDE}))
    answers.append(
        await client.get("/api/v1/threads", headers={"Authorization": f"Bearer {OUTSIDE}"})
    )
    for fault in ("500", "401", "no-json", "cut", "wrong-content-type", "no-http"):
        peer.script = [FAULTS[fault](OpenAIWire())] * 3
        answers.append(await client.post("/api/v1/prompts/submit", json=prompt(instance, PROMPT)))
    assert all(answer.status_code >= 400 for answer in answers)
    return [answer.content for answer in answers]


@pytest.mark.parametrize("end", ["stop", "kill"])
async def test_planted_values_stand_nowhere_in_the_clear(live: LiveServer, end: str) -> None:
    async with Peer([FAULTS["echo"](OpenAIWire())]) as peer:
        told = await load(live, peer)
        seen = b"\n".join(request.body for request in peer.requests)
        targets = " ".join(request.target for request in peer.requests).encode()
    if end == "stop":
        assert await anyio.to_thread.run_sync(live.stop) == 0
    else:
        live.kill()
    assert leaks(told) == []
    hidden = [secret for secret in leaks(seen) if secret != OUTSIDE]
    assert hidden == []
    assert leaks(targets) == []
    assert leaks_in(live.folder) == {}
    if live.database_url and live.database_url.startswith("sqlite"):
        assert leaks_in(Path(live.database_url.removeprefix("sqlite:///")).parent) == {}


async def test_the_search_finds_what_stands_in_the_clear(tmp_path: Path) -> None:
    for secret in SECRETS:
        (tmp_path / "file").write_bytes(b"x" + secret.encode() + b"y")
        assert secret in leaks_in(tmp_path)[str(tmp_path / "file")]
