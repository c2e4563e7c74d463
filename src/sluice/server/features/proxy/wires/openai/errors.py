"""OpenAI's shapes for errors and for models.

Source: OpenAI's API reference, "Error codes", "Models" and, for running streams, "Streaming events:
error".
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from sluice.engine.errors import Problem
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.sse import Event

_CODES: Final = {
    "unauthenticated": "invalid_api_key",
    "rate_limited": "rate_limit_exceeded",
}
"""Our codes for which OpenAI has a word that clients look at; the others stay."""
_SHOWN_PROBLEMS: Final = 20
"""A message that lists more paths than these only counts the rest."""


def error_body(status: int, code: str, message: str, problems: Iterable[Problem] = ()) -> Body:
    """`{"error": {"message", "type", "param", "code"}}`; `param` is the first problem's path."""
    listed = tuple(problems)
    return {
        "error": {
            "message": _message(message, listed),
            "type": _type(status),
            "param": listed[0].path if listed else None,
            "code": _CODES.get(code, code),
        }
    }


def chunk_error(status: int, code: str, message: str, problems: Iterable[Problem]) -> list[Event]:
    """How a stream of chunks tells of an error: the error's body as its last event."""
    body = error_body(status, code, message, problems)
    return [Event("message", json.dumps(body, ensure_ascii=False))]


def event_error(
    status: int, code: str, message: str, problems: Iterable[Problem], sequence_number: int
) -> list[Event]:
    """How a stream of response events tells of an error.

    The reference has the members at the top; OpenAI's clients raise only for a member `error`. So
    both are there, and no client takes the cut answer for a whole one.
    """
    body = error_body(status, code, message, problems)
    top = {name: body["error"][name] for name in ("code", "message", "param")}
    event = {"type": "error", **top, "sequence_number": sequence_number, **body}
    return [Event("error", json.dumps(event, ensure_ascii=False))]


def model_body(model: str, created: int, owner: str = "sluice") -> Body:
    """One model, as `GET /v1/models/{id}` gives it; `created` in seconds since 1970."""
    return {"id": model, "object": "model", "created": created, "owned_by": owner}


def models_body(models: Iterable[Body]) -> Body:
    """All models, as `GET /v1/models` gives them."""
    return {"object": "list", "data": list(models)}


def _type(status: int) -> str:
    if status == 403:
        return "permission_error"
    if status == 429:
        return "rate_limit_error"
    return "server_error" if status >= 500 else "invalid_request_error"


def _message(message: str, problems: tuple[Problem, ...]) -> str:
    shown = [f"{problem.path}: {problem.message}" for problem in problems[:_SHOWN_PROBLEMS]]
    if len(problems) > _SHOWN_PROBLEMS:
        shown.append(f"and {len(problems) - _SHOWN_PROBLEMS} more")
    return f"{message} {'; '.join(shown)}" if shown else message
