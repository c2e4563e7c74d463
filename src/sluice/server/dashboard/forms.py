"""What people send with forms, and what is wrong with it, field by field."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from sluice.engine.errors import Problem
from sluice.server.error_answers import problems_in
from sluice.server.errors import Malformed, SluiceError, Unprocessable

Model = TypeVar("Model", bound=BaseModel)


class _InMemory(MultiPartParser):
    """Starlette's own writes files of more than a megabyte to disk, as they came.

    How much there can be is bounded by the middleware's limit of bodies.
    """

    spool_max_size = sys.maxsize


async def form_of(request: Request) -> FormData:
    """What a form sent, read once; whoever sends files closes it. Raises `Malformed`."""
    known: FormData | None = getattr(request.state, "form", None)
    if known is None:
        known = await _parsed(request)
        request.state.form = known
    return known


async def _parsed(request: Request) -> FormData:
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await request.form()
    try:
        return await _InMemory(request.headers, request.stream()).parse()
    except MultiPartException:
        pass
    # Outside of the handler: the parser's words may quote what was sent.
    raise Malformed("This form cannot be read.")


async def fields_of(request: Request) -> dict[str, str]:
    """The texts of a form by name, the last of each name; files are left out.

    Browsers end lines with CR LF: here they end with LF.
    """
    form = await form_of(request)
    return {name: _lines(value) for name, value in form.multi_items() if isinstance(value, str)}


async def every(request: Request, name: str) -> list[str]:
    """All values of a field that may stand in a form more than once, such as boxes to check."""
    form = await form_of(request)
    return [_lines(value) for value in form.getlist(name) if isinstance(value, str)]


def validated(model: type[Model], data: Mapping[str, Any]) -> Model:
    """A body of the API, made of a form; raises `Unprocessable` with every problem at once.

    Fields have the wire's names (`retentionDays`), and problems are told under them.
    """
    try:
        return model.model_validate(dict(data))
    except ValidationError as error:
        problems = problems_in(error.errors())
    # Outside of the handler: the error knows what was sent.
    raise Unprocessable("Please look at what is marked.", errors=problems)


def day_of(text: str, field: str) -> datetime | None:
    """The end of a day (UTC) that a date field holds, None for an empty one.

    Raises `Unprocessable` for what is no date.
    """
    if not text.strip():
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        day = None
    if day is None:
        problem = Problem(field, "must be a date such as 2027-01-31")
        raise Unprocessable("Please look at what is marked.", errors=[problem])
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)


def problems_by_field(error: SluiceError) -> dict[str, str]:
    """The first problem of each field; what concerns the whole stands under ""."""
    problems: dict[str, str] = {}
    for one in error.errors:
        problems.setdefault(one.path, one.message)
    return problems or {"": error.message}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")
