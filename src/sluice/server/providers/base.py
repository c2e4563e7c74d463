"""What every provider is: one streaming call that takes cleansed text only.

Raised by providers (mapped to HTTP answers by `sluice.server.errors`):

    ProviderError                the vendor failed or refused
    ├── ProviderUnreachable      no connection could be made
    ├── ProviderTimeout          nothing came in time
    ├── ProviderRateLimited      429 or overloaded; may carry how long to wait
    ├── ProviderRejected         the vendor refused the request (bad key, unknown model, too long)
    └── ProviderProtocolError    bytes that are not the vendor's wire, or a stream that was cut

Messages name the provider, the HTTP status and the vendor's error *type*; never a body, a
prompt or a credential.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from sluice.engine.types import CleansedText

Role = Literal["system", "user", "assistant"]
FinishReason = Literal["stop", "length", "content_filter", "error"]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation, as the model may see it."""

    role: Role
    content: CleansedText = field(repr=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """Where a model is and how to sign in there; credentials never appear in `repr`."""

    provider_key: str
    model: str
    base_url: str | None = None
    """None means the vendor's own address."""
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    """For most vendors `{"api_key": …}`."""
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)
    """Vendor settings that are no secret, such as `api_version` or `max_tokens`."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the vendor counted."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a model's answer; the last one has a `finish_reason`."""

    text: CleansedText = field(repr=False)
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    model: str | None = None
    """The exact model that answered, where the vendor says so."""


class Provider(Protocol):
    """A vendor's wire. One object serves all calls; it owns no connection of its own."""

    key: str

    def stream(
        self, connection: Connection, messages: tuple[Message, ...]
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model and yield its answer as it comes.

        Exactly one yielded delta, the last, has a `finish_reason`. Closing the generator ends
        the upstream call. Raises `ProviderError`; before the first delta a failed attempt may
        have been retried, after it never.
        """
        ...


class ProviderError(Exception):
    """The vendor failed; `provider` is its key and `status` its HTTP status, if there was one."""

    def __init__(
        self,
        provider: str,
        message: str,
        *,
        status: int | None = None,
        retryable: bool = False,
    ) -> None:
        super().__init__(message)
        self.provider = provider
        self.status = status
        self.retryable = retryable
        """Whether the same call may succeed a moment later, if nothing of its answer was used."""


class ProviderUnreachable(ProviderError):
    """No connection to the vendor could be made."""


class ProviderTimeout(ProviderError):
    """The vendor did not answer, or stopped in the middle, for longer than allowed."""


class ProviderRateLimited(ProviderError):
    """The vendor asks to slow down."""

    def __init__(
        self,
        provider: str,
        message: str,
        *,
        status: int | None = None,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(provider, message, status=status, retryable=retryable)
        self.retry_after = retry_after
        """Seconds to wait, where the vendor said so."""


class ProviderRejected(ProviderError):
    """The vendor refused the request itself: key, model name, length or content."""


class ProviderProtocolError(ProviderError):
    """What came is not the vendor's wire, or ended before its end marker."""
