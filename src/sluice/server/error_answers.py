"""Errors as HTTP answers on our own wire and on the Liminal and Freeplay wires."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import sqlalchemy.exc
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException

from sluice.engine.errors import Problem
from sluice.server.errors import Conflict, Malformed, SluiceError, Unavailable, Unprocessable
from sluice.server.kit.database import MAY_BE_DOWN, is_down
from sluice.server.kit.json_body import refuse_compressed
from sluice.server.kit.logs import describe_exception
from sluice.server.kit.sealing import SealingError
from sluice.server.kit.streaming import CallerLeft
from sluice.server.kit.wire import WireModel
from sluice.server.middleware.answer import error_body

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)

_OTHER_CODES = {
    400: "malformed",
    404: "not_found",
    405: "method_not_allowed",
    415: "unsupported_media_type",
}

_NAME: Final = re.compile(r"\[key\]|[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)

_FREEPLAY: Final = re.compile(r"(/api)?/(v2/)?projects/|(/api)?/v1/record$")
"""Paths of the Freeplay wire."""
TOLD_IN_MESSAGE: Final = 3
"""Problems that stand in the message too where a client shows no more than that."""

_SURROGATE = "holds a lone surrogate; send text that can be encoded as UTF-8"


class ProblemOut(WireModel):
    """One thing that is wrong, and where."""

    path: str
    message: str


class ErrorOut(WireModel):
    """The body of every error; `errors` lists every problem of the request."""

    message: str
    code: str
    request_id: str
    errors: list[ProblemOut] | None = None
    entity_types: dict[str, int] | None = None
    """With `policy_blocked`: how often which entity type was found."""


DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"model": ErrorOut, "description": "The request cannot be answered as it is."},
    "5XX": {"model": ErrorOut, "description": "The server or a model's provider failed."},
}
"""The errors that any call may answer with, for the OpenAPI document."""


def add_error_answers(app: FastAPI) -> None:
    """Give every error its answer; what is left over is the last-resort middleware's."""
    app.add_exception_handler(SluiceError, _sluice_error)
    app.add_exception_handler(RequestValidationError, _invalid_request)
    app.add_exception_handler(HTTPException, _http_exception)
    app.add_exception_handler(CallerLeft, _caller_left)
    app.add_exception_handler(SealingError, _failed)
    app.add_exception_handler(sqlalchemy.exc.IntegrityError, _contradiction)
    for kind in MAY_BE_DOWN:
        app.add_exception_handler(kind, _failed)


def answer(request: Request, error: SluiceError) -> Response:
    """The JSON answer to an error."""
    body = error_body(request.scope, error)
    if error.errors and _FREEPLAY.match(request.scope["path"]):
        body["message"] = _with_problems(error)
    return JSONResponse(body, status_code=error.status, headers=retry_after(error))


def _with_problems(error: SluiceError) -> str:
    """The message with the first problems in it: all that Freeplay's SDKs show of an error."""
    first = "; ".join(f"{one.path}: {one.message}" for one in error.errors[:TOLD_IN_MESSAGE])
    more = len(error.errors) - TOLD_IN_MESSAGE
    return f"{error.message} {first}" + (f"; and {more} more" if more > 0 else "")


def retry_after(error: SluiceError) -> dict[str, str]:
    """The header that says when to try again, where that helps."""
    if error.retry_after is None:
        return {}
    return {"Retry-After": str(max(1, math.ceil(error.retry_after)))}


async def _sluice_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, SluiceError)  # noqa: S101 (registered for this class only)
    return answer(request, error)


async def _invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (as above)
    found = error.errors()
    if any(e["type"] == "json_invalid" for e in found):
        return answer(request, _no_json(request))
    problems = problems_of(error)
    if any(e["loc"] == ("body",) for e in found) and not _says_json(request):
        problems = [Problem("body", "send JSON, with the header Content-Type: application/json")]
    return answer(request, Unprocessable("The request is not valid.", errors=problems))


def _no_json(request: Request) -> SluiceError:
    try:
        refuse_compressed(request)
    except SluiceError as compressed:
        return compressed
    return Malformed("The body is not JSON in UTF-8.")


def problems_of(error: RequestValidationError) -> list[Problem]:
    """What is wrong with a request, and where; nothing of the request itself."""
    return [Problem(_path(e["loc"]), _message(e)) for e in error.errors()]


def problems_in(errors: Sequence[ErrorDetails]) -> list[Problem]:
    """The same of a body that is made of something else than JSON, such as a form."""
    return [Problem(_path(("body", *e["loc"])), e["msg"]) for e in errors]


def _says_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _path(location: tuple[int | str, ...]) -> str:
    """`findings[3].end`; the first part (body, query, path) only where nothing else is left."""
    path = ""
    for part in location[1:]:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            # A key may be the caller's own: what is no plain name is not repeated.
            name = part if _NAME.fullmatch(part) else "?"
            path += f".{name}" if path else name
    return path or str(location[0])


def _message(error: dict[str, str]) -> str:
    # Pydantic's sentences name what was expected and never the value that came.
    return _SURROGATE if error["type"] == "string_unicode" else error["msg"]


async def _http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (as above)
    status = error.status_code
    if status == HTTPStatus.BAD_REQUEST:  # FastAPI's, of a body that it cannot decode
        return answer(request, _no_json(request))
    told = SluiceError(
        HTTPStatus(status).phrase, code=_OTHER_CODES.get(status, "error"), status=status
    )
    return JSONResponse(error_body(request.scope, told), status_code=status, headers=error.headers)


async def _caller_left(request: Request, error: Exception) -> Response:
    return Response(status_code=499)  # nobody is there to read it


async def _contradiction(request: Request, error: Exception) -> Response:
    return answer(request, contradiction(error))


def contradiction(error: Exception) -> SluiceError:
    """What to tell a caller whose change the database refuses, since somebody was faster."""
    log.warning("contradiction", **describe_exception(error))
    return Conflict("Somebody saved the same meanwhile; look at it, then repeat.")


async def _failed(request: Request, error: Exception) -> Response:
    failure = failure_behind(error)
    if failure is None:
        raise error
    return answer(request, failure)


def failure_behind(error: Exception) -> SluiceError | None:
    """What to tell a caller about an error of the database or of sealing; None for others."""
    if isinstance(error, SealingError):
        log.error("sealing_failed", **describe_exception(error))
        message = "Something that is sealed does not open; nothing was sent. See the server's log."
        return SluiceError(message, code="sealing_failed")
    if is_down(error):
        log.error("database_down", **describe_exception(error))
        message = "The database does not answer or cannot write; repeat the request later."
        return Unavailable(message, code="database_down")
    return None
