"""A user's program, read by mypy in strict mode and never run: see test_typing.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import assert_type

import httpx

from liminal import Client
from liminal.auth import AuthProvider
from liminal.auth.microsoft.device_code_flow import DeviceCodeFlowProvider
from liminal.auth.oidc import DeviceCodeFlowProvider as OidcProvider
from liminal.endpoints.llm.models import ModelInstance, ModelProviderKey
from liminal.endpoints.prompt.models import (
    AnalysisFinding,
    AnalysisFindings,
    CleanseData,
    HydrateData,
    StreamResponseChunk,
    SubmitData,
)
from liminal.endpoints.thread.models import Chat, Thread, ThreadType
from liminal.errors import (
    FieldError,
    LiminalError,
    PolicyBlockedError,
    RateLimitedError,
    RequestError,
)


class Fixed(AuthProvider):
    async def get_access_token(self) -> str:
        return "token"


async def sign_in(shared: httpx.AsyncClient) -> None:
    url = "https://gateway.example"
    assert_type(await Client.authenticate_from_auth_provider(url, Fixed()), Client)
    assert_type(await Client.authenticate_from_session_id(url, "id", timeout=5), Client)
    assert_type(await Client.authenticate_from_token(url, "t", httpx_client=shared), Client)
    assert_type(Client(url, httpx_client=shared), Client)
    assert_type(Client(DeviceCodeFlowProvider("t", "c"), url, timeout=1.5), Client)
    assert_type(Client(OidcProvider(url, "c", scopes=["openid"]), url), Client)
    Client(5)  # type: ignore[call-overload]
    Client(url, Fixed())  # type: ignore[call-overload]


async def use(client: Client) -> None:
    assert_type(client.session_id, str | None)
    assert_type(client.add_session_id_callback(print), Callable[[], None])
    instance = await client.llm.get_model_instance("Echo", timeout=5)
    assert_type(instance, ModelInstance)
    assert_type(await client.llm.get_available_model_instances(), list[ModelInstance])
    assert_type(instance.model_connections[0].provider_key, ModelProviderKey)
    thread = await client.thread.create(instance.id, "New Thread")
    assert_type(thread, Thread)
    assert_type(thread.chats, list[Chat])
    assert_type(thread.type, ThreadType)
    assert_type(thread.deleted_at, datetime | None)
    assert_type(await client.thread.get_available(), list[Thread])
    findings = await client.prompt.analyze(instance.id, "Hello")
    assert_type(findings, AnalysisFindings)
    assert_type(findings.findings, list[AnalysisFinding])
    assert_type(findings.findings[0].custom_term, str | None)
    done = await client.prompt.cleanse(instance.id, "Hello", findings=findings, thread_id=1)
    assert_type(done, CleanseData)
    assert_type(done.thread_id, int | None)
    submitted = await client.prompt.submit(instance.id, "Hello", findings=findings.findings)
    assert_type(submitted, SubmitData)
    assert_type(submitted.reidentified_llm_response_items[0].text, str | None)
    assert_type(await client.prompt.hydrate(instance.id, "Hello"), HydrateData)
    stream = client.prompt.stream(instance.id, "Hello")
    assert_type(stream, AsyncIterator[StreamResponseChunk])
    async for chunk in stream:
        assert_type(chunk.content, str)
        assert_type(chunk.finish_reason, str | None)
    await client.thread.create("3", "New Thread")  # type: ignore[arg-type]
    instance.name = "Other"  # type: ignore[misc]


async def fail(client: Client) -> None:
    try:
        async with client as entered:
            assert_type(entered, Client)
    except RateLimitedError as error:
        assert_type(error.retry_after, float | None)
    except PolicyBlockedError as error:
        assert_type(error.entity_types["EMAIL_ADDRESS"], int)
    except RequestError as error:
        assert_type(error.errors, list[FieldError])
    except LiminalError as error:
        assert_type(error.status, int | None)
        assert_type(error.code, str | None)
