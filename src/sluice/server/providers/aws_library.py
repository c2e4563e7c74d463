"""What is taken from botocore, AWS's own library: signatures (SigV4) and framing of event streams.

Sources: AWS IAM's user guide, "Create a signed AWS API request"; Amazon Transcribe's and S3's
references, "Event stream encoding", which the other services share.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sluice.server.providers.base import ProviderProtocolError
from sluice.server.providers.engine import Call

_MODULES: Final = ("auth", "awsrequest", "credentials", "eventstream")
_MALFORMED: Final = (ValueError, KeyError, struct.error)
"""What the library raises for bytes that are no header, beside its own errors."""


@dataclass(frozen=True, slots=True)
class Keys:
    """An AWS identity and the region that it signs for."""

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False)
    region: str


@dataclass(frozen=True, slots=True)
class Frame:
    """One message of an event stream: its headers, by name with their colons, and its payload."""

    headers: Mapping[str, object] = field(repr=False)
    payload: bytes = field(repr=False)

    def word(self, name: str) -> str:
        """A header's text, "" where there is none."""
        value = self.headers.get(name)
        return value if isinstance(value, str) else ""


class Library:
    """botocore, imported at the first call: it takes a quarter of a second."""

    def __init__(self) -> None:
        self._modules: dict[str, Any] = {}

    async def load(self) -> None:
        """Import what is used of it, in a thread."""
        if not self._modules:
            self._modules = await asyncio.to_thread(_import)

    def sign(self, call: Call, keys: Keys, service: str) -> Call:
        """The call with all of its headers, its address and its body signed for this moment.

        AWS takes a signature for five minutes. `load` comes first.
        """
        modules = self._modules
        request = modules["awsrequest"].AWSRequest(
            "POST", call.url, headers=dict(call.headers), data=call.body
        )
        identity = modules["credentials"].Credentials(
            keys.access_key_id, keys.secret_access_key, keys.session_token
        )
        modules["auth"].SigV4Auth(identity, service, keys.region).add_auth(request)
        return replace(call, headers=dict(request.headers.items()))

    def frames(self, provider: str) -> FrameParser:
        """A parser for one answer. `load` comes first."""
        return FrameParser(provider, self._modules["eventstream"])


class FrameParser:
    """Feed it bytes as they come; it returns the frames that they complete.

    Headers may have 128 KiB, a payload 24 MiB: the library's limits.
    """

    def __init__(self, provider: str, eventstream: Any) -> None:  # noqa: ANN401 - has no types
        self._provider = provider
        self._buffer = eventstream.EventStreamBuffer()
        self._errors = (*_MALFORMED, eventstream.ParserError)

    def feed(self, data: bytes) -> Iterator[Frame]:
        """The frames that end in these bytes. Raises `ProviderProtocolError`."""
        self._buffer.add_data(data)
        while message := self._next():
            yield Frame(message.headers, message.payload)

    def _next(self) -> Any:  # noqa: ANN401 - as above
        try:
            return next(self._buffer, None)
        except self._errors as error:
            kind = type(error).__name__
        # Outside of the handler: the library's error may carry the vendor's bytes.
        text = f"{self._provider} sent a malformed stream ({kind})."
        raise ProviderProtocolError(self._provider, text, status=200)


def _import() -> dict[str, Any]:
    """The modules; their own logs are kept to warnings, since in DEBUG they show credentials."""
    logger = logging.getLogger("botocore")
    logger.setLevel(max(logger.level, logging.WARNING))
    return {name: importlib.import_module(f"botocore.{name}") for name in _MODULES}
