"""What the package raises; nothing else escapes a call.

    FreeplayError
    ├── ArgumentError               what the caller passed cannot be used (a ValueError too)
    │   └── APIKeyMissingError
    ├── MissingExtraError           a vendor's SDK is not installed (an ImportError too)
    ├── TemplateNotFoundError
    ├── TemplateFormatError         a template that cannot be filled in
    ├── CompletionError             the model did not answer: `kind`, `status`, `vendor_error`
    └── RequestError                a call to the Freeplay server that did not succeed
        ├── AuthorizationError      401
        ├── RateLimitedError        429: `retry_after` in seconds
        ├── ConnectionFailedError   no connection, or it broke (a ConnectionError too)
        ├── RequestTimeoutError     no answer in time (a TimeoutError too)
        └── InvalidResponseError    an answer that is not what the wire promises

No message quotes a prompt, a value, an answer or a key. What a vendor's SDK raised may quote the
prompt, so it is never chained: tracebacks do not show it, `CompletionError.vendor_error` holds it.
"""

from __future__ import annotations


class FreeplayError(Exception):
    """The root of everything that the package raises."""


class ArgumentError(FreeplayError, ValueError):
    """An argument that cannot be used."""


class APIKeyMissingError(ArgumentError):
    """No key was given."""


class MissingExtraError(FreeplayError, ImportError):
    """A flavor whose vendor's SDK is not installed; the message names the extra."""


class TemplateNotFoundError(FreeplayError):
    """No template of that name; the message lists the names that there are."""


class TemplateFormatError(FreeplayError):
    """A template that cannot be filled in: malformed, of another kind, or a variable is missing.

    The message names variables and positions in code points, never values.
    """


class CompletionError(FreeplayError):
    """The model did not answer, or its answer broke off.

    `kind` is the class name of what the vendor's SDK raised, `status` its HTTP status where there
    was one, and `vendor_error` the exception itself, which may quote the prompt.
    """

    def __init__(self, message: str, *, vendor_error: Exception) -> None:
        super().__init__(message)
        self.vendor_error = vendor_error
        self.kind = type(vendor_error).__name__
        status = getattr(vendor_error, "status_code", None)
        self.status: int | None = status if isinstance(status, int) else None


class RequestError(FreeplayError):
    """A call to the Freeplay server that did not succeed.

    `status` is the HTTP status (None where no answer came), `code` and `request_id` what the
    server said, `path` the path of the call.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str,
        status: int | None = None,
        code: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.path = path
        self.status = status
        self.code = code
        self.request_id = request_id

    @property
    def server_is_down(self) -> bool:
        """Whether the server could not be reached or failed by itself: later may go well."""
        return self.status is None or self.status >= 500


class AuthorizationError(RequestError):
    """The server does not accept the key."""


class RateLimitedError(RequestError):
    """Too many requests. `retry_after` is in seconds, None where the server did not say."""

    retry_after: float | None = None


class ConnectionFailedError(RequestError, ConnectionError):
    """No connection to the server, or one that broke before the answer was complete."""


class RequestTimeoutError(RequestError, TimeoutError):
    """The server did not answer within the time-out."""


class InvalidResponseError(RequestError):
    """The server's answer is not what the wire promises."""

    @property
    def server_is_down(self) -> bool:
        """A web page in place of an answer says that something else stands there."""
        return True
