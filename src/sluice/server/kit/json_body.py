"""Bodies of plain routes: one JSON object, as a model if there is one."""

from __future__ import annotations

import json
import math
from typing import Any, Final, TypeVar

import anyio.to_thread
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from sluice.server.errors import Malformed, SluiceError

PARSED_INLINE: Final = 1024 * 1024
"""Bytes of a body that are parsed in the event loop: about 7 ms."""

NO_NUMBER: Final = (
    "A number in the body is too large, or is NaN or Infinity, which JSON has not; send it as text."
)

Model = TypeVar("Model", bound=BaseModel)


async def json_object(request: Request) -> dict[str, Any]:
    """The body of a request; raises `Malformed` for what is no JSON object, 415 if compressed."""
    refuse_compressed(request)
    data = await request.body()
    if len(data) <= PARSED_INLINE:
        return parsed_object(data)
    return await anyio.to_thread.run_sync(parsed_object, data)


def refuse_compressed(request: Request) -> None:
    """Raise an error with status 415 for a body that is said to be compressed.

    Nothing here unpacks one: some bytes of it become gigabytes.
    """
    said = request.headers.get("content-encoding", "").strip().lower()
    if said not in ("", "identity"):
        advice = "The body is compressed; send it as it is, without the header Content-Encoding."
        raise SluiceError(advice, code="unsupported_media_type", status=415)


def parsed_object(data: bytes) -> dict[str, Any]:
    """A JSON object in UTF-8, without NaN and infinities; raises `Malformed`."""
    told = "The body is no JSON object in UTF-8."
    try:
        value = json.loads(data, parse_constant=_no_number, parse_float=_number)
    except _NoNumberError:
        value, told = None, NO_NUMBER
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        # Outside of the handler: the decoder's error carries the whole text.
        raise Malformed(told)
    return value


def as_model(model: type[Model], value: dict[str, Any]) -> Model:
    """The body as a model; raises `RequestValidationError` with every problem, as routes do."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
    raise RequestValidationError([{**one, "loc": ("body", *one["loc"])} for one in found])


class _NoNumberError(ValueError):
    """A number that is none, or has no end."""


def _number(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise _NoNumberError
    return number


def _no_number(_: str) -> float:
    raise _NoNumberError
