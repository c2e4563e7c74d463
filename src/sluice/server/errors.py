"""Every error that the server answers with: status and code in one tree.

    SluiceError                     500 internal
    ├── Malformed                   400 malformed
    ├── Unauthenticated             401 unauthenticated
    ├── Forbidden                   403 forbidden
    │   └── Blocked                 403 policy_blocked
    ├── NotFound                    404 not_found        also for what belongs to somebody else
    ├── Conflict                    409 conflict
    ├── TooLarge                    413 too_large
    ├── Unprocessable               422 unprocessable
    ├── RateLimited                 429 rate_limited     with Retry-After
    ├── Unavailable                 503 unavailable
    ├── ProviderFailed              502 provider_error
    └── ProviderTimedOut            504 provider_timeout

Messages and problems say what is wrong, where and what to do; they never quote a text, a
credential or a value that a caller sent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sluice.engine.errors import Problem


class SluiceError(Exception):
    """The root: rendered as `{"message", "code", "requestId", "errors"?}` with `status`."""

    status: int = 500
    default_code: ClassVar[str] = "internal"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        errors: Sequence[Problem] = (),
        retry_after: float | None = None,
        status: int | None = None,
    ) -> None:
        """`status` only for what has no class of its own, such as 405."""
        super().__init__(message)
        if status is not None:
            self.status = status
        self.message = message
        self.code = code or self.default_code
        self.errors = tuple(errors)
        self.retry_after = retry_after
        """Seconds that the caller should wait, if that helps."""

    def body(self, request_id: str) -> dict[str, object]:
        """The JSON object of our own wire and of the Liminal and Freeplay wires."""
        body: dict[str, object] = {
            "message": self.message,
            "code": self.code,
            "requestId": request_id,
        }
        if self.errors:
            body["errors"] = [{"path": e.path, "message": e.message} for e in self.errors]
        return body


class Malformed(SluiceError):
    """The request is not what the wire asks for."""

    status = 400
    default_code = "malformed"


class Unauthenticated(SluiceError):
    """Nobody, or a credential that is not valid."""

    status = 401
    default_code = "unauthenticated"


class Forbidden(SluiceError):
    """Known, but not allowed."""

    status = 403
    default_code = "forbidden"


class Blocked(Forbidden):
    """A policy refuses the prompt; `entity_types` says how often which type was found."""

    default_code = "policy_blocked"

    def __init__(self, message: str, entity_types: Mapping[str, int]) -> None:
        problems = [
            Problem("text", f"{count} × {kind} is blocked by the policy")
            for kind, count in sorted(entity_types.items())
        ]
        super().__init__(message, errors=problems)
        self.entity_types = dict(entity_types)

    def body(self, request_id: str) -> dict[str, object]:
        """The common body and `entityTypes`: counts by entity type."""
        return {**super().body(request_id), "entityTypes": self.entity_types}


class NotFound(SluiceError):
    """Not there, or not the caller's."""

    status = 404
    default_code = "not_found"


class Conflict(SluiceError):
    """It contradicts what is there already."""

    status = 409
    default_code = "conflict"


class TooLarge(SluiceError):
    """The body is larger than the server takes."""

    status = 413
    default_code = "too_large"


class Unprocessable(SluiceError):
    """Well-formed, but wrong; every problem is listed."""

    status = 422
    default_code = "unprocessable"


class RateLimited(SluiceError):
    """Too many requests, of the caller to us or of us to a provider."""

    status = 429
    default_code = "rate_limited"


class Unavailable(SluiceError):
    """Something that the request needs is down; nothing was done."""

    status = 503
    default_code = "unavailable"


class ProviderFailed(SluiceError):
    """The model's provider failed or refused."""

    status = 502
    default_code = "provider_error"


class ProviderTimedOut(SluiceError):
    """The model's provider did not answer in time."""

    status = 504
    default_code = "provider_timeout"
