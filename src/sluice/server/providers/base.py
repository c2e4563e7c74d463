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
from typing import Any, Final, Literal, Protocol

from sluice.engine.types import CleansedText

Role = Literal["system", "user", "assistant", "tool"]
FinishReason = Literal["stop", "length", "tool_calls", "content_filter", "error"]
JsonSchema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a turn in words."""

    text: CleansedText = field(repr=False)


@dataclass(frozen=True, slots=True)
class Media:
    """An image, sound or document that an instance's policy lets through: data or an address."""

    media_type: str
    """Such as `image/png`."""
    data: bytes | None = field(default=None, repr=False)
    url: str | None = field(default=None, repr=False)
    name: CleansedText = field(default=CleansedText(""), repr=False)


@dataclass(frozen=True, slots=True)
class ToolCall:
    """What a model asked a tool for."""

    id: str
    name: str
    arguments: CleansedText = field(repr=False)
    """A JSON object as text."""


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool answered; `call_id` is the call's."""

    call_id: str
    content: tuple[Text | Media, ...]
    is_error: bool = False
    name: str = ""
    """The tool's, where it is known: some vendors want it."""


@dataclass(frozen=True, slots=True)
class Thinking:
    """A model's thinking, given back as it came: its signature covers every byte."""

    text: CleansedText = field(repr=False)
    signature: str = field(default="", repr=False)
    redacted: str = field(default="", repr=False)
    """Encrypted thinking, in place of `text`."""

    @property
    def is_signed_by_claude(self) -> bool:
        """Whether its signature is in base64, as Claude's are; other vendors' have a mark first."""
        return bool(self.signature) and ":" not in self.signature


Part = Text | Media | ToolCall | ToolResult | Thinking


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation, as the model may see it."""

    role: Role
    content: CleansedText | tuple[Part, ...] = field(repr=False)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The content as parts."""
        if isinstance(self.content, tuple):
            return self.content
        return (Text(self.content),) if self.content else ()

    @property
    def text(self) -> CleansedText:
        """The words of the turn alone."""
        if not isinstance(self.content, tuple):
            return self.content
        words = (part.text for part in self.content if isinstance(part, Text))
        return CleansedText("".join(words))


@dataclass(frozen=True, slots=True)
class Tool:
    """A function that the model may ask for."""

    name: str
    description: CleansedText = field(default=CleansedText(""), repr=False)
    parameters: JsonSchema = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class ToolChoice:
    """Whether the model may, must or must not ask for a tool; `name` with mode `tool` only."""

    mode: Literal["auto", "any", "none", "tool"]
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a call asks for besides the conversation; None leaves it to the connection's options,
    and what these leave open to the vendor.
    """

    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    stop: tuple[CleansedText, ...] = ()
    json_mode: bool = False
    """The answer shall be a JSON object."""
    json_schema: JsonSchema | None = field(default=None, repr=False)
    """The answer shall follow this schema."""
    json_schema_name: str = ""
    reasoning_effort: str | None = None
    thinking_tokens: int | None = None


NOTHING_MORE: Final = Asked()


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
    """All of them, those that the vendor's cache held included."""
    output_tokens: int
    cache_read_tokens: int = 0
    """How many of the input tokens the vendor's cache held."""
    cache_write_tokens: int = 0
    """How many of the input tokens were put into the vendor's cache."""


@dataclass(frozen=True, slots=True)
class ToolCallDelta:
    """A piece of a tool call; the first one of an `index` has its id and name."""

    index: int
    """Counts the calls of one answer from 0."""
    id: str = ""
    name: str = ""
    arguments: CleansedText = field(default=CleansedText(""), repr=False)


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of a model's answer; the last one has a `finish_reason`."""

    text: CleansedText = field(repr=False)
    finish_reason: FinishReason | None = None
    usage: Usage | None = None
    model: str | None = None
    """The exact model that answered, where the vendor says so."""
    tool_call: ToolCallDelta | None = None
    thinking: Thinking | None = None
    """A piece of thinking; its signature comes with the last one."""


class Provider(Protocol):
    """A vendor's wire. One object serves all calls; it owns no connection of its own."""

    key: str

    def stream(
        self,
        connection: Connection,
        messages: tuple[Message, ...],
        asked: Asked = NOTHING_MORE,
    ) -> AsyncGenerator[Delta, None]:
        """Ask the model and yield its answer as it comes.

        Exactly one yielded delta, the last, has a `finish_reason`. Closing the generator ends
        the upstream call. Raises `ProviderError`; before the first delta a failed attempt may
        have been retried, after it never.
        """
        ...


class ProviderError(Exception):
    """The vendor failed; `provider` is its key and `status` its HTTP status, if there was one."""

    error_type: str | None = None
    """The vendor's word for the error, such as `invalid_request_error`, if it looks like a word."""
    error_code: str | None = None
    """The vendor's closer word, such as `model_not_found`, under the same condition."""

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
