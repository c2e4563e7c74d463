"""What the package raises; nothing else escapes a call.

    LiminalError
    ├── ArgumentError               what the caller passed cannot be sent (a ValueError too)
    └── RequestError                any other call that did not succeed
        ├── AuthError               401, or a sign-in that failed
        ├── ModelInstanceUnknownError
        ├── PolicyBlockedError      403 `policy_blocked`: entity types and counts
        ├── RateLimitedError        429: `retry_after` in seconds
        ├── ConnectionFailedError   no connection, or it broke (a ConnectionError too)
        ├── RequestTimeoutError     no answer in time (a TimeoutError too)
        ├── InvalidResponseError    an answer that is not what the wire promises
        └── StreamError             a stream that ended before its last line, or said that it failed

No message quotes a prompt, a credential or a query string. The body of a refused request is
quoted, up to `BODY_LIMIT` code points, because callers have come to read it there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

BODY_LIMIT: Final[int] = 2000
"""How many code points of a refusal's body a message quotes at most."""


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing that is wrong in a request: `path` says where, `message` what."""

    path: str
    message: str


class LiminalError(Exception):
    """The root of everything that the package raises.

    `status` is the HTTP status (None where no answer came), `code` a stable word to branch on
    (`policy_blocked`, `timeout`, …), `request_id` what to quote to whoever runs the server,
    `url` the path of the call, and `errors` every problem that the server found.
    """

    def __init__(
        self,
        message: str = "",
        *,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
        url: str | None = None,
        errors: Sequence[FieldError] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.request_id = request_id
        self.url = url
        self.errors = list(errors)


class ArgumentError(LiminalError, ValueError):
    """An argument that cannot be sent: a malformed address, token or text."""


class RequestError(LiminalError):
    """A call that did not succeed."""


class AuthError(RequestError):
    """A missing, wrong or expired credential, or a sign-in that did not come to an end."""


class ModelInstanceUnknownError(RequestError):
    """No model instance of that name may be used, or it has no model connection."""


class PolicyBlockedError(RequestError):
    """The policy refuses the text. `entity_types` says what was found how often."""

    entity_types: Mapping[str, int] = {}


class RateLimitedError(RequestError):
    """Too many requests. `retry_after` is in seconds, None where the server did not say."""

    retry_after: float | None = None


class ConnectionFailedError(RequestError, ConnectionError):
    """No connection to the server, or one that broke before the answer was complete."""


class RequestTimeoutError(RequestError, TimeoutError):
    """The server did not answer within the time-out."""


class InvalidResponseError(RequestError):
    """The server's answer is not what the wire promises."""


class StreamError(RequestError):
    """A stream that broke off, or whose last line says that it failed.

    Everything that came before has already been handed out.
    """
