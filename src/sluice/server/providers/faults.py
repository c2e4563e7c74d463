"""What a vendor's refusal means: from status, headers and error type to a `ProviderError`.

Every vendor tells the type of an error in a word such as `rate_limit_error`; that word, if it
looks like one, is all that is ever taken from an error's body. Bodies quote prompts and keys.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from sluice.server.providers.base import (
    ProviderError,
    ProviderProtocolError,
    ProviderRateLimited,
    ProviderRejected,
    ProviderTimeout,
)

_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[_.-][A-Za-z0-9]+)*", re.ASCII)
_WORD_LIMIT: Final = 48

_OVERLOADED: Final = frozenset(
    {"rate_limit_error", "rate_limit_exceeded", "overloaded_error", "engine_overloaded"}
)
_OUT_OF_CREDIT: Final = frozenset(
    {"insufficient_quota", "billing_error", "billing_hard_limit_reached", "insufficient_balance"}
)
_THROTTLED: Final = frozenset({"ThrottlingException", "TooManyRequestsException"})
"""AWS's words, which come with status 400 too."""
_VENDOR_FAULT: Final = frozenset(
    {"api_error", "server_error", "internal_server_error", "internal_error", "timeout_error",
     "service_unavailable"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class VendorFault:
    """What an error object says in words, and `status`, its code if that is an HTTP status."""

    error_type: str | None = None
    error_code: str | None = None
    status: int | None = None
    wait: float | None = None
    """Seconds to wait, where Google's error says so."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Its words, each once."""
        return tuple(dict.fromkeys(w for w in (self.error_type, self.error_code) if w))


def read_fault(body: object, *, sent: bytes = b"") -> VendorFault:
    """The error type and code in a vendor's error object, in any of the shapes in use.

    Shapes: `{"error": {"type", "code"}}` (OpenAI, Azure, Anthropic, Groq, xAI),
    `{"type", "code"}` (Mistral), `{"error": "…", "error_type"}` (Hugging Face),
    `{"error": {"status", "code", "details"}}` (Google, also as the only item of a list). Amazon's
    have no words, but may tell the status of the model behind the service. A word that also stands
    in `sent`, the bytes of the request, is dropped: it may be a quotation.
    """
    if isinstance(body, list) and len(body) == 1:
        body = body[0]
    if not isinstance(body, dict):
        return VendorFault()
    inner = body.get("error")
    source: dict[str, object] = inner if isinstance(inner, dict) else body
    kind = "status" if source is inner and "type" not in inner else "type"
    found = [source.get(name) for name in (kind, "error_type", "code")]
    words = [value if isinstance(value, str) and _is_word(value, sent) else None for value in found]
    error_type = next((word for word in words[:2] if word and word != "error"), None)
    behind = [source.get(name) for name in ("originalStatusCode", "OriginalStatusCode")]
    wait = _retry_delay(source.get("details"))
    return VendorFault(error_type, words[2], _http_status([*found, *behind]), wait)


def parse_fault(
    body: bytes, *, sent: bytes = b"", headers: Mapping[str, str] | None = None
) -> VendorFault:
    """`read_fault` for bytes; those that are no JSON say nothing.

    Amazon's error type stands in the header `x-amzn-errortype`, with an address behind a colon.
    """
    try:
        fault = read_fault(json.loads(body), sent=sent)
    except (ValueError, RecursionError):
        fault = VendorFault()
    word = (headers or {}).get("x-amzn-errortype", "").partition(":")[0]
    named = fault.error_type is None and _is_word(word, sent)
    return replace(fault, error_type=word) if named else fault


def _is_word(text: str, sent: bytes) -> bool:
    if len(text) > _WORD_LIMIT or not _WORD.fullmatch(text):
        return False
    return text.encode() not in sent


def _http_status(found: list[object]) -> int | None:
    """A vendor's numeric code, if it can be an HTTP error status."""
    for value in found:
        if isinstance(value, int) and 400 <= value <= 599:
            return value
    return None


def _retry_delay(details: object) -> float | None:
    """The `retryDelay` of Google's `RetryInfo`: seconds with an `s` behind them.

    Source: Google Cloud API design guide, "Errors", section "Error payloads".
    """
    for detail in details if isinstance(details, list) else ():
        delay = detail.get("retryDelay") if isinstance(detail, dict) else None
        if isinstance(delay, str) and delay.endswith("s"):
            return _seconds(delay.removesuffix("s"))
    return None


def answer_error(
    provider: str, status: int, headers: Mapping[str, str], fault: VendorFault
) -> ProviderError:
    """The error for an HTTP answer other than 200; `headers` with names in lower case."""
    if status < 400:
        return _unexpected(provider, status)
    told = wait_asked_for(headers)
    wait = fault.wait if told is None else told
    return _classify(provider, status, fault, wait, _may_retry(headers, fault))


def stream_error(provider: str, fault: VendorFault) -> ProviderError:
    """The error for an error object inside a stream that began with 200."""
    return _classify(provider, _implied_status(fault), fault, fault.wait, _may_retry({}, fault))


def _implied_status(fault: VendorFault) -> int:
    if fault.status:
        return fault.status
    kinds = set(fault.kinds)
    if kinds & (_OVERLOADED | _OUT_OF_CREDIT):
        return 529 if "overloaded_error" in kinds else 429
    return 500 if kinds & _VENDOR_FAULT or not kinds else 400


def _may_retry(headers: Mapping[str, str], fault: VendorFault) -> bool:
    """No second try where it cannot help: no credit left, or the vendor says so."""
    return headers.get("x-should-retry") != "false" and not _OUT_OF_CREDIT & set(fault.kinds)


def _unexpected(provider: str, status: int) -> ProviderError:
    if 300 <= status < 400:
        return ProviderRejected(
            provider,
            f"{provider} answered with a redirect (status {status}), which is never followed; "
            "set the connection's base_url to the final address.",
            status=status,
        )
    return ProviderProtocolError(
        provider, f"{provider} answered with the unexpected status {status}.", status=status
    )


def _classify(
    provider: str, status: int, fault: VendorFault, wait: float | None, retry: bool
) -> ProviderError:
    error = _error(provider, status, fault, wait, retry)
    error.error_type, error.error_code = fault.error_type, fault.error_code
    return error


def _error(
    provider: str, status: int, fault: VendorFault, wait: float | None, retry: bool
) -> ProviderError:
    what = f" ({', '.join(fault.kinds)})" if fault.kinds else ""
    kinds = set(fault.kinds)
    if (
        status in (429, 529)
        or kinds & _THROTTLED
        or (status == 503 and (wait or _OVERLOADED & kinds))
    ):
        text = f"{provider} asks to slow down: status {status}{what}."
        return ProviderRateLimited(provider, text, status=status, retryable=retry, retry_after=wait)
    if status == 408:
        text = f"{provider} gave up waiting for the request: status {status}{what}."
        return ProviderTimeout(provider, text, status=status, retryable=retry)
    if status >= 500 or (status == 424 and (fault.status or 500) >= 500):
        # 424 is Amazon's for a failure of the model behind its service.
        text = f"{provider} failed: status {status}{what}."
        return ProviderError(provider, text, status=status, retryable=retry)
    text = f"{provider} refused the request: status {status}{what}. {_advice(status)}"
    return ProviderRejected(provider, text, status=status)


def _advice(status: int) -> str:
    """What to do about a refusal."""
    return {
        401: "Check the connection's credentials.",
        402: "Check the account's credit with the vendor.",
        403: "Check that the credentials may use this model.",
        404: "Check the connection's model and base_url.",
        413: "The conversation is too long for the vendor.",
    }.get(status, "Check the connection's model and options, and the length of the conversation.")


def wait_asked_for(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds to wait by `retry-after-ms` or `Retry-After` (seconds or an HTTP date), or None.

    RFC 9110, section 10.2.3; a date in the past means 0, nonsense means None.
    """
    milliseconds = _seconds(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    value = headers.get("retry-after")
    seconds = _seconds(value)
    return _seconds_until(value, now) if seconds is None and value else seconds


def _seconds(value: str | None) -> float | None:
    try:
        number = float(value or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _seconds_until(date: str, now: datetime | None) -> float | None:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())
