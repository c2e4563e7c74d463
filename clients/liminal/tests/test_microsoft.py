"""Signing in with Entra ID; MSAL is replaced by shapes that it was seen to return."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Iterator
from typing import Any
from unittest.mock import Mock, patch

import pytest
import requests
from clients.liminal.tests.peer import Peer, Reply
from tests.waiting import HANGS

from liminal import Client
from liminal.auth.microsoft.device_code_flow import DeviceCodeFlowProvider
from liminal.errors import AuthError

pytestmark = pytest.mark.anyio

MESSAGE = (
    "To sign in, use a web browser to open the page https://login.microsoft.com/device "
    "and enter the code SYNTHETIC to authenticate."
)
GRANTED = {
    "token_type": "Bearer", "scope": "openid profile User.Read email", "expires_in": 5111,
    "ext_expires_in": 5111, "access_token": "planted-token", "refresh_token": "planted-refresh",
    "id_token": "planted-id", "client_info": "e30", "id_token_claims": {"tid": "t", "roles": ["x"]},
    "token_source": "identity_provider",
}  # fmt: skip
CACHED = {
    "token_type": "Bearer", "access_token": "cached-token", "expires_in": 3600,
    "token_source": "cache",
}  # fmt: skip
REFUSED = {
    "error": "invalid_client", "error_description": "AADSTS7000218: The request body must contain",
    "error_codes": [7000218], "timestamp": "2026-01-02 03:04:05Z", "correlation_id": "c",
}  # fmt: skip
PENDING = {"error": "authorization_pending", "error_description": "AADSTS70016: pending"}


@pytest.fixture
def msal() -> Iterator[Mock]:
    """MSAL's class, replaced where the published client's users replace it."""
    name = "liminal.auth.microsoft.device_code_flow.PublicClientApplication"
    with patch(name) as application:
        app = application.return_value
        app.get_accounts.return_value = []
        app.initiate_device_flow.side_effect = lambda scopes: {"message": MESSAGE}
        app.acquire_token_by_device_flow.return_value = dict(GRANTED)
        application.app = app
        yield application


async def test_the_message_is_logged_and_the_token_returned(
    msal: Mock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="liminal")
    assert await DeviceCodeFlowProvider("tenant", "client").get_access_token() == "planted-token"
    assert [r.getMessage() for r in caplog.records if r.levelno == logging.INFO] == [MESSAGE]
    assert "planted" not in caplog.text
    kwargs = msal.call_args.kwargs
    assert kwargs["client_id"] == "client"
    assert kwargs["authority"] == "https://login.microsoftonline.com/tenant"
    msal.app.initiate_device_flow.assert_called_once_with(scopes=["User.Read"])


async def test_the_token_is_exchanged_for_a_session(msal: Mock, peer: Peer) -> None:
    peer.on("GET", "/api/v1/auth/login/oauth/access-token", Reply.session("abc"))
    provider = DeviceCodeFlowProvider("tenant", "client")
    async with await Client.authenticate_from_auth_provider(peer.url, provider) as client:
        assert client.session_id == "abc"
    assert peer.requests[0].headers["authorization"] == "Bearer planted-token"


async def test_a_cached_token_needs_no_challenge(msal: Mock) -> None:
    account = Mock()
    msal.app.get_accounts.return_value = [account]
    msal.app.acquire_token_silent_with_error.return_value = dict(CACHED)
    assert await DeviceCodeFlowProvider("tenant", "client").get_access_token() == "cached-token"
    msal.app.acquire_token_silent_with_error.assert_called_once_with(["User.Read"], account=account)
    msal.app.initiate_device_flow.assert_not_called()


@pytest.mark.parametrize("silent", [None, REFUSED])
async def test_a_refresh_that_is_refused_leads_to_a_new_challenge(
    msal: Mock, silent: dict[str, Any] | None
) -> None:
    msal.app.get_accounts.return_value = [Mock()]
    msal.app.acquire_token_silent_with_error.return_value = silent
    assert await DeviceCodeFlowProvider("tenant", "client").get_access_token() == "planted-token"


async def test_a_timeout_that_msal_raises_has_the_published_message(msal: Mock) -> None:
    msal.app.acquire_token_by_device_flow.side_effect = TimeoutError
    with pytest.raises(AuthError, match="Timed out waiting for authentication challenge"):
        await DeviceCodeFlowProvider("tenant", "client").get_access_token()


async def test_the_challenge_ends_after_its_timeout_and_msal_is_told_to_stop(msal: Mock) -> None:
    stopped = threading.Event()

    def poll(flow: dict[str, Any]) -> dict[str, Any]:
        while flow.get("expires_at") != 0:
            stopped.wait(0.01)
        stopped.set()
        return dict(PENDING)

    msal.app.acquire_token_by_device_flow.side_effect = poll
    provider = DeviceCodeFlowProvider("tenant", "client", auth_challenge_timeout=0.1)
    with pytest.raises(AuthError, match="Timed out waiting") as caught:
        await provider.get_access_token()
    assert caught.value.code == "challenge_timeout"
    assert await asyncio.to_thread(stopped.wait, HANGS)


async def test_cancelling_stops_msal_too_and_the_event_loop_never_blocks(msal: Mock) -> None:
    started = asyncio.Event()
    loop = asyncio.get_running_loop()
    stopped = threading.Event()

    def poll(flow: dict[str, Any]) -> dict[str, Any]:
        loop.call_soon_threadsafe(started.set)
        while flow.get("expires_at") != 0:
            stopped.wait(0.01)
        stopped.set()
        return dict(PENDING)

    msal.app.acquire_token_by_device_flow.side_effect = poll
    task = asyncio.create_task(DeviceCodeFlowProvider("t", "c").get_access_token())
    await asyncio.wait_for(started.wait(), HANGS)  # the loop still runs while MSAL blocks
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(stopped.wait, HANGS)


@pytest.mark.parametrize("where", ["initiate_device_flow", "acquire_token_by_device_flow"])
async def test_an_error_of_microsofts_is_an_auth_error_with_its_code(
    msal: Mock, where: str
) -> None:
    getattr(msal.app, where).configure_mock(side_effect=None, return_value=dict(REFUSED))
    with pytest.raises(AuthError, match="invalid_client: AADSTS7000218") as caught:
        await DeviceCodeFlowProvider("tenant", "client").get_access_token()
    assert caught.value.code == "invalid_client"


@pytest.mark.parametrize(
    "raised",
    [
        ValueError("Unable to get authority configuration"),
        requests.exceptions.ConnectionError("no route"),
        KeyError("device_code"),
        RuntimeError("x"),
    ],
)
@pytest.mark.parametrize("where", ["get_accounts", "initiate_device_flow"])
async def test_nothing_that_msal_raises_gets_through(
    msal: Mock, raised: Exception, where: str
) -> None:
    getattr(msal.app, where).side_effect = raised
    with pytest.raises(AuthError, match=type(raised).__name__) as caught:
        await DeviceCodeFlowProvider("tenant", "client").get_access_token()
    assert caught.value.code == "sign_in_failed"


async def test_a_bad_authority_is_an_auth_error_too(msal: Mock) -> None:
    msal.side_effect = ValueError("invalid authority")
    with pytest.raises(AuthError, match="invalid authority"):
        await DeviceCodeFlowProvider("tenant", "client").get_access_token()


@pytest.mark.parametrize("token", [None, 5])
async def test_a_token_of_an_unknown_shape_is_an_auth_error(msal: Mock, token: object) -> None:
    msal.app.acquire_token_by_device_flow.return_value = GRANTED | {"access_token": token}
    with pytest.raises(AuthError, match="unknown shape"):
        await DeviceCodeFlowProvider("tenant", "client").get_access_token()


async def test_scopes_and_authority_may_point_at_an_application_of_ones_own(msal: Mock) -> None:
    provider = DeviceCodeFlowProvider(
        "tenant",
        "client",
        scopes=["api://gateway/use"],
        authority="https://login.partner.example/tenant",
    )
    await provider.get_access_token()
    assert msal.call_args.kwargs["authority"] == "https://login.partner.example/tenant"
    msal.app.initiate_device_flow.assert_called_once_with(scopes=["api://gateway/use"])


async def test_concurrent_callers_get_one_challenge_at_a_time(msal: Mock) -> None:
    running = 0

    def poll(flow: dict[str, Any]) -> dict[str, Any]:
        nonlocal running
        running += 1
        assert running == 1
        threading.Event().wait(0.02)
        running -= 1
        return dict(GRANTED)

    msal.app.acquire_token_by_device_flow.side_effect = poll
    provider = DeviceCodeFlowProvider("tenant", "client")
    assert await asyncio.gather(*(provider.get_access_token() for _ in range(3)))


def test_a_provider_is_made_without_an_event_loop_and_without_the_network(msal: Mock) -> None:
    DeviceCodeFlowProvider("tenant", "client")
    msal.assert_not_called()
