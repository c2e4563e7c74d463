"""Google's Gemini wire, streamed: the Gemini API, and Vertex AI.

Source: Gemini API reference, "models.streamGenerateContent"; Vertex AI's REST reference,
"publishers.models.streamGenerateContent", and its guide "Locations" for the addresses.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from sluice.engine.errors import Problem
from sluice.server.providers.addresses import connection_problems, join, require
from sluice.server.providers.answer import answer, encode_body
from sluice.server.providers.base import (
    NOTHING_MORE,
    Asked,
    Connection,
    Delta,
    Message,
    ProviderRejected,
)
from sluice.server.providers.google_answer import ContentReader
from sluice.server.providers.google_body import OPTIONS, content_body
from sluice.server.providers.google_tokens import SERVICE_ACCOUNT, Tokens, account_problems
from sluice.server.providers.transport import Call, Transport

BASE_URL: Final = "https://generativelanguage.googleapis.com"
VERSION: Final = "v1beta"
"""`v1` has neither the names that mean the latest model nor previews; an address that ends in
`/v1` asks for it."""
VERTEX_VERSION: Final = "v1beta1"
"""The version that the vendor's own SDK uses."""

_NAME: Final = re.compile(r"(?!\.)[A-Za-z0-9._@-]+(?:/(?!\.)[A-Za-z0-9._@-]+){0,5}", re.ASCII)
_VERSIONED: Final = re.compile(r".*/v\d+[a-z0-9]*", re.ASCII)
_PROJECT: Final = re.compile(r"[a-z0-9][a-z0-9.:-]{2,61}[a-z0-9]", re.ASCII)
_LOCATION: Final = re.compile(r"[a-z]+(?:-[a-z]+[0-9]+)?", re.ASCII)
_MULTI_REGIONS: Final = frozenset({"us", "eu"})
_WAYS_IN: Final = ("access_token", SERVICE_ACCOUNT, "api_key")


class GoogleProvider:
    """The Gemini API, and whatever else speaks its wire at another address."""

    key = "google"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection to the Gemini API."""
        found = connection_problems(connection, credentials=("api_key",), options=OPTIONS)
        return (*found, *_name_problems(connection))

    async def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model; see `base.Provider.stream`."""
        require(connection, self.problems(connection))
        body = encode_body(self.key, content_body(self.key, connection, messages, asked))
        key = {"x-goog-api-key": connection.credentials["api_key"]}
        call = _call(self.key, gemini_address(connection), key, body)
        async with aclosing(_answer(self._transport, call, asked)) as deltas:
            async for delta in deltas:
                yield delta


class VertexProvider:
    """Vertex AI, signed in with an OAuth token, a service account's key file or an API key."""

    key = "google_vertex_ai"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._tokens = Tokens(transport, self.key)

    def problems(self, connection: Connection) -> tuple[Problem, ...]:
        """Everything wrong with a connection to Vertex AI."""
        return self._problems(connection, signing=True)

    def _problems(self, connection: Connection, *, signing: bool) -> tuple[Problem, ...]:
        # A key file is JSON with spaces in it and never a header; it is checked by itself.
        headers = {n: v for n, v in connection.credentials.items() if n != SERVICE_ACCOUNT}
        found = connection_problems(
            replace(connection, credentials=headers),
            credentials=(),
            options=(*OPTIONS, "project", "location"),
        )
        vertex = _vertex_problems(connection, signing=signing)
        return (*found, *_name_problems(connection), *vertex)

    async def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model; see `base.Provider.stream`."""
        require(connection, self._problems(connection, signing=False))
        body = encode_body(self.key, content_body(self.key, connection, messages, asked))
        headers = await self._signed_in(connection)
        call = _call(self.key, vertex_address(connection), headers, body)
        try:
            async with aclosing(_answer(self._transport, call, asked)) as deltas:
                async for delta in deltas:
                    yield delta
        except ProviderRejected as error:
            if error.status == 401 and SERVICE_ACCOUNT in connection.credentials:
                self._tokens.forget(connection.credentials[SERVICE_ACCOUNT])
            raise

    async def _signed_in(self, connection: Connection) -> Mapping[str, str]:
        given = connection.credentials
        if "api_key" in given:
            return {"x-goog-api-key": given["api_key"]}
        token = given.get("access_token") or await self._tokens.of(given[SERVICE_ACCOUNT])
        return {"authorization": f"Bearer {token}"}


def gemini_address(connection: Connection) -> str:
    """The URL of a call to the Gemini API."""
    name = connection.model
    path = name if "/" in name else f"models/{name}"
    return _streamed(connection.base_url or BASE_URL, VERSION, path)


def vertex_address(connection: Connection) -> str:
    """The URL of a call to Vertex AI.

    A bare model is Google's own, `meta/llama` another publisher's, `endpoints/1234` one that was
    tuned. An API key needs no project.
    """
    options, name = connection.options, connection.model.removeprefix("models/")
    path = name
    if "/" not in name:
        path = f"publishers/google/models/{name}"
    elif not name.startswith(("endpoints/", "publishers/", "projects/")):
        path = "publishers/{}/models/{}".format(*name.split("/", 1))
    location = str(options.get("location", "global"))
    if "project" in options and not path.startswith("projects/"):
        path = f"projects/{options['project']}/locations/{location}/{path}"
    return _streamed(connection.base_url or _vertex_base(location), VERTEX_VERSION, path)


def _vertex_base(location: str) -> str:
    if location == "global":
        return "https://aiplatform.googleapis.com"
    if location in _MULTI_REGIONS:
        return f"https://aiplatform.{location}.rep.googleapis.com"
    return f"https://{location}-aiplatform.googleapis.com"


def _streamed(base: str, version: str, path: str) -> str:
    root = base.rstrip("/")
    root = root if _VERSIONED.fullmatch(root) else join(root, version)
    return f"{join(root, path)}:streamGenerateContent?alt=sse"


def _call(key: str, url: str, signed_in: Mapping[str, str], body: bytes) -> Call:
    headers = {"content-type": "application/json", "accept": "text/event-stream", **signed_in}
    return Call(key, url, headers, body)


def _answer(transport: Transport, call: Call, asked: Asked) -> AsyncGenerator[Delta, None]:
    alone = asked.parallel_tool_calls is False
    return answer(transport, call, lambda: ContentReader(call.provider, call.body, one_call=alone))


def _name_problems(connection: Connection) -> Iterator[Problem]:
    if not _NAME.fullmatch(connection.model):
        yield Problem("model", "use letters, digits, . _ @ - and single slashes between names")


def _vertex_problems(connection: Connection, *, signing: bool) -> Iterator[Problem]:
    given, options = connection.credentials, connection.options
    if sum(name in given for name in _WAYS_IN) != 1:
        yield Problem("credentials", f"give one of: {', '.join(_WAYS_IN)}")
    if SERVICE_ACCOUNT in given:
        for advice in account_problems(given[SERVICE_ACCOUNT], signing=signing):
            yield Problem(f"credentials.{SERVICE_ACCOUNT}", advice)
    if _needs_project(connection) and not _PROJECT.fullmatch(str(options.get("project", ""))):
        yield Problem("options.project", "name the project, such as my-project-123")
    if not _LOCATION.fullmatch(str(options.get("location", "global"))):
        yield Problem("options.location", "name a location, such as global, eu or europe-west4")


def _needs_project(connection: Connection) -> bool:
    """Whether the address has a project in it that the model's name does not have."""
    without = "api_key" in connection.credentials or connection.model.startswith("projects/")
    return "project" in connection.options or not without
