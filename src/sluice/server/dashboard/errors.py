"""Errors as pages, and as parts of pages where htmx asked."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

import sqlalchemy.exc
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sluice.server.auth.refusals import SignInRefused
from sluice.server.dashboard.rendering import is_part, page
from sluice.server.error_answers import contradiction, failure_behind, problems_of
from sluice.server.errors import Malformed, NotFound, SluiceError
from sluice.server.kit.database import MAY_BE_DOWN
from sluice.server.kit.sealing import SealingError
from sluice.server.middleware.request_id import request_id_of

SIGN_IN = "/dashboard/sign-in"


def add_error_pages(app: FastAPI) -> None:
    """Show every error; what nobody expected is told by its request id alone."""
    app.add_exception_handler(SluiceError, _sluice_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(sqlalchemy.exc.IntegrityError, _contradiction)
    app.add_exception_handler(SealingError, _failed)
    for kind in MAY_BE_DOWN:
        app.add_exception_handler(kind, _failed)


def error_page(request: Request, error: SluiceError) -> Response:
    """An error's page; for htmx an alert, which the page puts on top."""
    template = "components/error_part.html" if is_part(request) else "error.html"
    shown = page(
        request,
        template,
        status=error.status,
        title="Not found" if error.status == 404 else "This did not work",
        error=error,
        request_id=request_id_of(request.scope),
    )
    shown.headers["X-Request-Id"] = request_id_of(request.scope)
    return shown


async def _sluice_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, SluiceError)  # noqa: S101 (registered for this class only)
    if isinstance(error, SignInRefused) and not request.url.path.startswith(SIGN_IN):
        return _to_sign_in(request)
    return error_page(request, error)


def _to_sign_in(request: Request) -> Response:
    """To the page to sign in, and back afterwards where that is a page to look at."""
    address = SIGN_IN
    if request.method == "GET" and not is_part(request):
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        address = f"{SIGN_IN}?{urlencode({'next': wanted})}"
    if is_part(request):
        return Response(status_code=401, headers={"HX-Redirect": address})
    return RedirectResponse(address, status_code=303)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 (as above)
    told = Malformed("This address or form is not valid.", errors=problems_of(error))
    return error_page(request, told)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 (as above)
    if error.status_code == 404:
        return error_page(request, NotFound("There is no such page."))
    phrase = HTTPStatus(error.status_code).phrase
    return error_page(request, SluiceError(phrase, code="error", status=error.status_code))


async def _contradiction(request: Request, error: Exception) -> Response:
    return error_page(request, contradiction(error))


async def _failed(request: Request, error: Exception) -> Response:
    failure = failure_behind(error)
    if failure is None:
        raise error
    return error_page(request, failure)
