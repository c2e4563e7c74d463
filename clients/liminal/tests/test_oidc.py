"""The device authorization grant: against a script for the faults, against a real provider."""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from clients.liminal.tests import oidc_process
from clients.liminal.tests.peer import Peer, Reply

from liminal.auth.oidc import DeviceCodeFlowProvider, next_interval
from liminal.errors import ArgumentError, AuthError, LiminalError

pytestmark = pytest.mark.anyio

DISCOVERY = "/.well-known/openid-configuration"
GRANTED = {"access_token": "planted-token", "token_type": "Bearer", "expires_in": 3600}


def error(code: str, description: str | None = None) -> Reply:
    body = {"error": code} | ({"error_description": description} if description else {})
    return Reply(status=400, body=body)


def script(peer: Peer, *polls: Reply, **challenge: object) -> None:
    """Have the peer speak as an OpenID Connect provider whose token endpoint answers `polls`."""
    document = {
        "issuer": peer.url,
        "device_authorization_endpoint": f"{peer.url}/device/auth",
        "token_endpoint": f"{peer.url}/token",
    }
    answer = {
        "device_code": "planted-device-code", "user_code": "WDJB-MJHT", "interval": 0,
        "verification_uri": f"{peer.url}/device", "expires_in": 600,
    } | challenge  # fmt: skip
    peer.on("GET", DISCOVERY, Reply(body=document))
    peer.on("POST", "/device/auth", Reply(body=answer))
    peer.on("POST", "/token", *polls)


async def test_it_polls_until_the_person_has_signed_in(
    peer: Peer, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    sleep = asyncio.sleep

    async def fast(seconds: float) -> None:
        waited.append(seconds)
        await sleep(0)

    monkeypatch.setattr(asyncio, "sleep", fast)
    caplog.set_level(logging.DEBUG, logger="liminal")
    waits = [error("authorization_pending"), error("slow_down"), error("authorization_pending")]
    script(peer, *waits, Reply(body=GRANTED), interval=2)
    provider = DeviceCodeFlowProvider(peer.url, "client-1", scopes=["openid", "use"])
    assert await provider.get_access_token() == "planted-token"
    asked, *polls = [dict(httpx.QueryParams(r.body.decode())) for r in peer.requests[1:]]
    assert waited == [2, 2, 7, 7]
    assert asked == {"client_id": "client-1", "scope": "openid use"}
    assert (
        polls
        == [
            {
                "client_id": "client-1",
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
                "device_code": "planted-device-code",
            }
        ]
        * 4
    )
    shown = [
        r.getMessage() for r in caplog.records if r.levelno == logging.INFO and r.name == "liminal"
    ]
    assert [oidc_process.code_in(one) for one in shown] == [(f"{peer.url}/device", "WDJB-MJHT")]
    assert "planted" not in "".join(r.getMessage() for r in caplog.records if r.name == "liminal")
    assert "planted" not in repr(vars(provider))


def test_slow_down_adds_five_seconds_for_good() -> None:
    assert next_interval(5.0, "slow_down") == 10.0
    assert next_interval(10.0, "authorization_pending") == 10.0


@pytest.mark.parametrize("code", ["access_denied", "expired_token", "invalid_client"])
async def test_what_the_provider_decides_is_an_auth_error_with_its_code(
    peer: Peer, code: str
) -> None:
    script(peer, error("authorization_pending"), error(code, "Because."))
    with pytest.raises(AuthError, match=f"{code}: Because.") as caught:
        await DeviceCodeFlowProvider(peer.url, "client-1").get_access_token()
    assert caught.value.code == code


async def test_a_refused_device_authorization_is_an_auth_error(peer: Peer) -> None:
    script(peer)
    peer.on("POST", "/device/auth", error("unauthorized_client"))
    with pytest.raises(AuthError) as caught:
        await DeviceCodeFlowProvider(peer.url, "client-1").get_access_token()
    assert caught.value.code == "unauthorized_client"


async def test_nobody_at_the_browser_ends_in_the_published_message(peer: Peer) -> None:
    script(peer, error("authorization_pending"), interval=0.01)
    provider = DeviceCodeFlowProvider(peer.url, "client-1", auth_challenge_timeout=0.1)
    with pytest.raises(AuthError, match="Timed out waiting for authentication challenge"):
        await provider.get_access_token()


async def test_a_discovery_document_of_another_issuer_is_refused(peer: Peer) -> None:
    script(peer, Reply(body=GRANTED))
    document = {
        "issuer": "https://other.example",
        "device_authorization_endpoint": f"{peer.url}/device/auth",
        "token_endpoint": f"{peer.url}/token",
    }
    peer.on("GET", DISCOVERY, Reply(body=document))
    with pytest.raises(AuthError) as caught:
        await DeviceCodeFlowProvider(peer.url, "client-1").get_access_token()
    assert caught.value.code == "wrong_issuer"


async def test_a_poll_that_breaks_is_tried_again_more_slowly(peer: Peer) -> None:
    script(peer, Reply(wire=b""), error("authorization_pending"), Reply(body=GRANTED))
    assert await DeviceCodeFlowProvider(peer.url, "c").get_access_token() == "planted-token"


async def test_a_good_token_is_used_again_and_an_old_one_is_not(peer: Peer) -> None:
    short = GRANTED | {"access_token": "short", "expires_in": 1}
    script(peer, Reply(body=short), Reply(body=GRANTED))
    provider = DeviceCodeFlowProvider(peer.url, "client-1")
    found = [await provider.get_access_token() for _ in range(3)]
    assert found == ["short", "planted-token", "planted-token"]


async def test_concurrent_callers_share_one_challenge(peer: Peer) -> None:
    script(peer, Reply(body=GRANTED))
    provider = DeviceCodeFlowProvider(peer.url, "client-1")
    assert set(await asyncio.gather(*(provider.get_access_token() for _ in range(4)))) == {
        "planted-token"
    }
    assert [r.path for r in peer.requests].count("/device/auth") == 1


@pytest.mark.parametrize(
    "document",
    [
        Reply(body={"issuer": "https://other.example"}),
        Reply(body={}),
        Reply(body=[1]),
        Reply(raw=b"<html>"),
        Reply(raw=b"[" * 100_000),
        Reply(status=404),
        Reply(wire=b""),
    ],
)
async def test_a_discovery_document_that_is_not_one_is_an_auth_error(
    peer: Peer, document: Reply
) -> None:
    peer.on("GET", DISCOVERY, document)
    with pytest.raises(AuthError):
        await DeviceCodeFlowProvider(peer.url, "client-1").get_access_token()


@pytest.mark.parametrize(
    ("what", "value"),
    [
        ("user_code", "A\nINFO:liminal:forged"),
        ("verification_uri", None),
        ("device_code", 5),
        ("user_code", ""),
    ],
)
async def test_a_challenge_that_cannot_be_shown_is_an_auth_error(
    peer: Peer, what: str, value: object
) -> None:
    script(peer, Reply(body=GRANTED), **{what: value})
    with pytest.raises(AuthError, match=what):
        await DeviceCodeFlowProvider(peer.url, "client-1").get_access_token()


@pytest.mark.parametrize("address", ["http://idp.example/token", "ftp://x/", "nowhere", "http://["])
async def test_credentials_go_to_https_or_to_this_machine_only(peer: Peer, address: str) -> None:
    with pytest.raises(ArgumentError):
        DeviceCodeFlowProvider(address, "client-1")
    document = {
        "issuer": peer.url,
        "device_authorization_endpoint": address,
        "token_endpoint": address,
    }
    peer.on("GET", DISCOVERY, Reply(body=document))
    with pytest.raises(AuthError, match="https"):
        await DeviceCodeFlowProvider(peer.url, "client-1").get_access_token()


async def test_no_answer_of_the_token_endpoint_gets_through_as_something_else(peer: Peer) -> None:
    for body in ({}, {"access_token": 5}, {"access_token": ""}, [], None):
        script(peer, Reply(body=body))
        with pytest.raises(LiminalError):
            await DeviceCodeFlowProvider(peer.url, "client-1").get_access_token()


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = oidc_process.installed(tmp_path_factory.mktemp("oidc"))
    with oidc_process.running(folder) as address:
        yield address


async def message(caplog: pytest.LogCaptureFixture) -> str:
    """Wait for the message that tells a person what to do."""
    for _ in range(2_400):
        for record in caplog.records:
            if record.name == "liminal" and record.levelno == logging.INFO:
                return record.getMessage()
        await asyncio.sleep(0.025)
    raise AssertionError("no message was logged")


async def claims_of(token: str, issuer: str) -> dict[str, Any]:
    async with httpx.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {token}"}
        claims: dict[str, Any] = (await http.get(f"{issuer}/me", headers=headers)).json()
    return claims


async def test_a_real_provider_grants_a_token_for_the_person_who_signed_in(
    issuer: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="liminal")
    provider = DeviceCodeFlowProvider(issuer, "gateway-cli")
    waiting = asyncio.create_task(provider.get_access_token())
    address, code = oidc_process.code_in(await message(caplog))
    await oidc_process.sign_in(address, code, "ada")
    assert (await claims_of(await waiting, issuer))["email"] == "ada@example.org"


async def test_a_real_provider_grants_a_token_for_an_audience_of_ones_own(
    issuer: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="liminal")
    audience = "https://gateway.example"
    provider = DeviceCodeFlowProvider(
        issuer, "gateway-cli", scopes=["openid", "use"], resource=audience
    )
    waiting = asyncio.create_task(provider.get_access_token())
    address, code = oidc_process.code_in(await message(caplog))
    await oidc_process.sign_in(address, code, "ada")
    body = (await waiting).split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    assert (claims["aud"], claims["iss"], claims["sub"]) == (audience, issuer, "ada")


async def test_a_real_provider_says_that_the_person_refused(
    issuer: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="liminal")
    provider = DeviceCodeFlowProvider(issuer, "gateway-cli")
    waiting = asyncio.create_task(provider.get_access_token())
    address, code = oidc_process.code_in(await message(caplog))
    await oidc_process.sign_in(address, code, "ada", approve=False)
    with pytest.raises(AuthError) as caught:
        await waiting
    assert caught.value.code == "access_denied"


async def test_a_real_provider_refuses_a_client_that_it_does_not_know(issuer: str) -> None:
    with pytest.raises(AuthError) as caught:
        await DeviceCodeFlowProvider(issuer, "nobody").get_access_token()
    assert caught.value.code == "invalid_client"
