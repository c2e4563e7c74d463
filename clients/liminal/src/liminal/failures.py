"""Turn refusals of the server, and exceptions of httpx, into this package's errors."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from liminal.errors import (
    BODY_LIMIT,
    AuthError,
    ConnectionFailedError,
    FieldError,
    InvalidResponseError,
    LiminalError,
    PolicyBlockedError,
    RateLimitedError,
    RequestError,
    RequestTimeoutError,
    StreamError,
)

_MAPPED: Final[tuple[tuple[type[Exception], type[RequestError], str], ...]] = (
    (httpx.TimeoutException, RequestTimeoutError, "timeout"),
    (httpx.NetworkError, ConnectionFailedError, "connection_failed"),
    (httpx.ProxyError, ConnectionFailedError, "connection_failed"),
    (httpx.RemoteProtocolError, ConnectionFailedError, "connection_failed"),
    (httpx.DecodingError, InvalidResponseError, "invalid_response"),
    (httpx.HTTPError, RequestError, "request_failed"),
    (httpx.InvalidURL, RequestError, "request_failed"),
    (httpx.CookieConflict, RequestError, "request_failed"),
    (httpx.StreamError, RequestError, "request_failed"),
    (OSError, ConnectionFailedError, "connection_failed"),
    (RuntimeError, RequestError, "request_failed"),  # httpx: "the client has been closed"
)
_FOREIGN: Final = tuple(foreign for foreign, _, _ in _MAPPED)

_ENTITY_TYPE: Final = re.compile(r"\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)*\b")
_COUNT: Final = re.compile(r"\b\d{1,9}\b")


@contextmanager
def mapped(shown_url: str, endpoint: str) -> Iterator[None]:
    """Turn what httpx raises inside of the block into this package's errors."""
    try:
        yield
    except LiminalError:  # some of them are OSErrors too
        raise
    except httpx.LocalProtocolError:
        # No cause: its message quotes the header that is malformed, which may be a credential.
        raise RequestError(
            f"Error while sending request to {shown_url}: a header is malformed",
            code="request_failed",
            url=endpoint,
        ) from None
    except _FOREIGN as err:
        raise _from_foreign(err, shown_url, endpoint) from err


@contextmanager
def unbroken(endpoint: str) -> Iterator[None]:
    """Turn what breaks a stream inside of the block into a `StreamError`, a time-out excepted."""
    try:
        yield
    except LiminalError as err:
        err.url = err.url or endpoint
        raise
    except httpx.TimeoutException as err:
        raise RequestTimeoutError(
            "The stream stood still for longer than its time-out", code="timeout", url=endpoint
        ) from err
    except _FOREIGN as err:
        raise StreamError(
            f"The stream broke before its last line ({type(err).__name__})",
            code="stream_cut",
            url=endpoint,
        ) from err


def _from_foreign(err: Exception, shown_url: str, endpoint: str) -> RequestError:
    kind, code = next((kind, code) for foreign, kind, code in _MAPPED if isinstance(err, foreign))
    # The published message: httpx tells addresses and states of connections, not bodies.
    reason = str(err)[:BODY_LIMIT] or type(err).__name__  # no-payload: httpx quotes no bodies
    message = f"Error while sending request to {shown_url}: {reason}"
    return kind(message, code=code, url=endpoint)


def timed_out(shown_url: str, endpoint: str, seconds: float) -> RequestTimeoutError:
    """Return the error of a call that took longer than it may."""
    message = f"Error while sending request to {shown_url}: no answer within {seconds:g} seconds"
    return RequestTimeoutError(message, code="timeout", url=endpoint)


def refused(response: httpx.Response, shown_url: str, endpoint: str) -> RequestError:
    """Return the error that a response with a status other than 2xx stands for.

    The body has been read. A body that is not `{"message", "code", …}` leaves those None.
    """
    body = _object(response.content)
    error = _kind(response.status_code, body)(
        f"Error while sending request to {shown_url}: {_quoted(response)}",
        status=response.status_code,
        code=_string(body, "code"),
        request_id=_string(body, "requestId") or response.headers.get("x-request-id"),
        url=endpoint,
        errors=_field_errors(body),
    )
    if isinstance(error, RateLimitedError):
        error.retry_after = _seconds(response.headers.get("retry-after"))
    if isinstance(error, PolicyBlockedError):
        error.entity_types = _entity_types(body, error.errors)
    return error


def failed_stream(line: str, endpoint: str) -> StreamError:
    """Return the error that a stream's last line stands for when it says `error`.

    The line may carry what the body of a refusal does.
    """
    body = _object(line)
    said = _string(body, "message")
    return StreamError(
        f"The stream failed on the server{f': {said[:BODY_LIMIT]}' if said else ''}",
        code=_string(body, "code") or "stream_failed",  # no-payload: a code of the wire
        request_id=_string(body, "requestId"),  # no-payload: an id of the wire
        url=endpoint,
        errors=_field_errors(body),
    )


def _kind(status: int, body: Mapping[str, Any]) -> type[RequestError]:
    if body.get("code") == "policy_blocked":
        return PolicyBlockedError
    return {401: AuthError, 429: RateLimitedError}.get(status, RequestError)


def _object(content: bytes | str) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _quoted(response: httpx.Response) -> str:
    text = response.content.decode("utf-8", errors="replace")
    if not text:
        return f"status {response.status_code}"
    return text if len(text) <= BODY_LIMIT else f"{text[:BODY_LIMIT]}…"


def _string(body: Mapping[str, Any], key: str) -> str | None:
    value = body.get(key)
    return value if isinstance(value, str) else None


def _field_errors(body: Mapping[str, Any]) -> list[FieldError]:
    listed = body.get("errors")
    if not isinstance(listed, list):
        return []
    return [
        FieldError(path=str(one.get("path", "")), message=str(one.get("message", "")))
        for one in listed
        if isinstance(one, dict)
    ]


def _seconds(retry_after: str | None) -> float | None:
    """Read `Retry-After`, which is seconds or an HTTP date (RFC 9110, 10.2.3)."""
    if retry_after is None:
        return None
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", retry_after.strip(), re.ASCII):
        return float(retry_after)
    try:
        at = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _entity_types(body: Mapping[str, Any], errors: list[FieldError]) -> dict[str, int]:
    """Read entity types and counts: `entityTypes`, or an entry of `errors` for each."""
    listed = body.get("entityTypes")
    if isinstance(listed, dict):
        return {str(name): n for name, n in listed.items() if isinstance(n, int)}
    return dict(found for error in errors if (found := _entity_type(error)))


def _entity_type(error: FieldError) -> tuple[str, int] | None:
    """Read one entity type and its count from an entry such as `2 × EMAIL_ADDRESS is blocked`."""
    name = _ENTITY_TYPE.fullmatch(error.path) or _ENTITY_TYPE.search(error.message)
    count = _COUNT.search(error.message)
    return (name.group(), int(count.group())) if name and count else None
