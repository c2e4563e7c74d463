"""Anthropic's shape of errors.

Source: Anthropic's API reference, "Errors", and its Python SDK: `error.details.error_code` names
the cause to a program, `error.message` to people.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final

from sluice.engine.errors import Problem
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.sse import Event

_TYPES: Final[Mapping[int, str]] = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
"""By HTTP status; any other below 500 is `invalid_request_error`, from 500 on `api_error`."""
_SHOWN: Final = 20
"""A message that lists more paths than these only counts the rest."""


def error_body(
    status: int,
    code: str,
    message: str,
    problems: Iterable[Problem] = (),
    request_id: str | None = None,
) -> Body:
    """`{"type": "error", "error": {"type", "message", "details"}, "request_id"}`.

    Every path stands in the message, the first twenty of them, and all in `details.errors`.
    """
    listed = tuple(problems)
    details: Body = {"error_code": code}
    if listed:
        details["errors"] = [{"path": p.path, "message": p.message} for p in listed]
    error = {"type": _type(status), "message": _message(message, listed), "details": details}
    return {"type": "error", "error": error, "request_id": request_id}


def error_event(status: int, code: str, message: str, problems: Iterable[Problem] = ()) -> Event:
    """The event that ends a stream that already runs."""
    body = error_body(status, code, message, problems)
    return Event("error", json.dumps(body, ensure_ascii=False))


def _type(status: int) -> str:
    return _TYPES.get(status, "invalid_request_error" if status < 500 else "api_error")


def _message(message: str, problems: tuple[Problem, ...]) -> str:
    shown = [f"{problem.path}: {problem.message}" for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        shown.append(f"and {len(problems) - _SHOWN} more")
    return f"{message} {'; '.join(shown)}" if shown else message
