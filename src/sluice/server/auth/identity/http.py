"""Asking identity providers over HTTP: short time-outs, bounded answers, no redirects."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from urllib.parse import urlencode

import httpx

from sluice.server.errors import Unavailable

TIMEOUT_SECONDS: Final = 5.0
MAX_ANSWER_BYTES: Final = 1_048_576


class IdentityProviderDown(Unavailable):
    """The provider could not be asked, or answered nothing that can be used."""

    default_code = "identity_provider_unavailable"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider answered; `json` is empty unless the body is a JSON object."""

    status: int
    json: dict[str, Any]


class Fetch(Protocol):
    """GET of a JSON document, with an access token if there is one."""

    async def __call__(self, url: str, *, bearer: str | None = None) -> Answer:
        """Raises `IdentityProviderDown`; answers with 2xx and 4xx are returned."""


class Post(Protocol):
    """POST of a form, with a user and password if there are some; answers with JSON."""

    async def __call__(
        self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None
    ) -> Answer:
        """Raises `IdentityProviderDown`; answers with 2xx and 4xx are returned."""


class HttpFetch:
    """`Fetch` on one pooled httpx client; its `post` is a `Post`.

    Redirects are not followed, because the token would go along. Requests are built by hand,
    so that neither cookies of an earlier answer nor defaults of the client are sent: one
    user's request must not carry another's.
    """

    def __init__(self, client: httpx.AsyncClient, timeout: float = TIMEOUT_SECONDS) -> None:
        self._client = client
        self._timeout = httpx.Timeout(timeout).as_dict()

    async def __call__(self, url: str, *, bearer: str | None = None) -> Answer:
        """GET `url`; see `Fetch`."""
        more = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        return await self._ask("GET", url, more)

    async def post(
        self, url: str, form: Mapping[str, str], *, basic: tuple[str, str] | None = None
    ) -> Answer:
        """POST to `url`; see `Post`."""
        more = {"Content-Type": "application/x-www-form-urlencoded"}
        if basic is not None:
            credentials = base64.b64encode(":".join(basic).encode()).decode("ascii")
            more["Authorization"] = f"Basic {credentials}"
        return await self._ask("POST", url, more, urlencode(form).encode("ascii"))

    async def _ask(
        self, method: str, url: str, more: Mapping[str, str], body: bytes | None = None
    ) -> Answer:
        try:
            return await self._send(method, url, {"Accept": "application/json", **more}, body)
        except (httpx.HTTPError, httpx.InvalidURL) as e:
            raise IdentityProviderDown(
                "The identity provider could not be reached; nobody was signed in. Try again later."
            ) from e

    async def _send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> Answer:
        extensions = {"timeout": self._timeout}
        request = httpx.Request(method, url, headers=headers, content=body, extensions=extensions)
        response = await self._client.send(request, stream=True, follow_redirects=False, auth=None)
        try:
            return _answer(response.status_code, await _body(response))
        finally:
            await response.aclose()


async def _body(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise IdentityProviderDown("The identity provider's answer is too large.")
    return bytes(body)


def _answer(status: int, body: bytes) -> Answer:
    if status in {408, 429} or not (200 <= status < 300 or 400 <= status < 500):
        raise IdentityProviderDown(
            f"The identity provider answered with status {status}; nobody was signed in."
        )
    content = _json_object(body)
    if content is None and status < 300:
        raise IdentityProviderDown("The identity provider's answer is not a JSON object.")
    return Answer(status, content or {})


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, dict) else None
