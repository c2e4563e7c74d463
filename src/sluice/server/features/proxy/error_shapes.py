"""Errors from outside of the gateway's own endpoints, in the shape of the wire that was called.

A body that is too large, a path that is not served, a caller that asks too often: these are told
before any endpoint is reached, and clients read them all the same.
"""

from __future__ import annotations

from typing import Final

from sluice.server.errors import SluiceError
from sluice.server.features.proxy.wires.anthropic import errors as anthropic_errors
from sluice.server.features.proxy.wires.openai import errors as openai_errors
from sluice.server.features.proxy.wires.reading import Body

_ANTHROPIC: Final = ("/v1/messages", "/v1/complete")
_OPENAI: Final = ("/v1/", "/openai/")
_FREEPLAY: Final = "/v1/record"
"""Of the Freeplay wire, whose errors are ours, under the same prefix."""


def error_shape(path: str, error: SluiceError, request_id: str) -> Body | None:
    """The body for this path; None where our own shape is right."""
    if path == _FREEPLAY:
        return None
    told = (error.status, error.code, error.message, error.errors)
    if path.startswith(_ANTHROPIC) and not path.startswith("/v1/completions"):
        return anthropic_errors.error_body(*told, request_id=request_id)
    if path.startswith(_OPENAI):
        return openai_errors.error_body(*told)
    return None
