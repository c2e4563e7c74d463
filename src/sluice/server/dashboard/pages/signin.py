"""Signing in: at an identity provider, with an API token, with a link that works once; and out."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sluice.server.auth.browser_sign_in import HOME, safe_next
from sluice.server.auth.browser_sign_in_cookies import (
    PENDING_COOKIE,
    forget_pending,
    keep_pending,
    public_base,
)
from sluice.server.auth.caller import address_of, auth_of, own_session_id
from sluice.server.auth.cookies import clear_session_cookie, set_session_cookie
from sluice.server.auth.links import code_of
from sluice.server.auth.origin import refuse_cross_site
from sluice.server.auth.sessions import SignedIn
from sluice.server.dashboard.forms import fields_of
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.error_answers import retry_after
from sluice.server.errors import SluiceError
from sluice.server.services import ServicesDep, services_of

router = APIRouter()
Next = Annotated[str, Query(alias="next")]


@router.get("/sign-in")
async def show(request: Request, wanted: Next = HOME) -> Response:
    """The page to sign in."""
    return _page(request, safe_next(wanted))


@router.post("/sign-in")
async def with_token(request: Request) -> Response:
    """Sign in with an API token."""
    auth = auth_of(request)
    refuse_cross_site(request, auth.config.allowed_origins)
    fields = await fields_of(request)
    wanted = safe_next(fields.get("next"))
    token = fields.get("token", "").strip()
    try:
        signed_in = await auth.sign_in_with_token(token, address=address_of(request))
    except SluiceError as error:
        return _page(request, wanted, error)
    return _go_on(request, signed_in, wanted)


@router.get("/sign-in/link")
async def show_link(request: Request) -> Response:
    """The page that a link leads to: its code stands behind the `#`, and is sent by its form."""
    return page(request, "signin/link.html", title="Sign in with a link", problem="")


@router.post("/sign-in/link")
async def with_link(request: Request) -> Response:
    """Sign in with a link, or its code alone."""
    auth = auth_of(request)
    refuse_cross_site(request, auth.config.allowed_origins)
    code = code_of((await fields_of(request)).get("code", ""))
    try:
        signed_in = await auth.sign_in_with_link(code, address=address_of(request))
    except SluiceError as error:
        shown = {"title": "Sign in with a link", "problem": error.message}
        return _refused(page(request, "signin/link.html", status=error.status, **shown), error)
    return _go_on(request, signed_in, HOME)


@router.get("/sign-in/with/{provider}")
async def with_provider(
    request: Request, services: ServicesDep, provider: str, wanted: Next = HOME
) -> Response:
    """Send the browser to an identity provider."""
    config = services.auth.config
    base = public_base(request, config)
    try:
        departure = await services.browser_sign_in.begin(provider, base=base, page=wanted)
    except SluiceError as error:
        return _page(request, safe_next(wanted), error)
    response = RedirectResponse(departure.address, status_code=303)
    keep_pending(request, response, departure, config)
    return response


@router.get("/sign-in/callback/{provider}")
async def back(request: Request, services: ServicesDep, provider: str) -> Response:
    """Where an identity provider sends the browser back to."""
    finishing = services.browser_sign_in.finish(
        provider,
        cookie=request.cookies.get(PENDING_COOKIE, ""),
        query=request.query_params.multi_items(),
        address=address_of(request),
    )
    try:
        arrival = await finishing
    except SluiceError as error:
        response = _page(request, HOME, error)
    else:
        response = _go_on(request, arrival.signed_in, arrival.next)
    forget_pending(request, response, services.auth.config)
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session."""
    auth = auth_of(request)
    await auth.sign_out(own_session_id(request))
    response = see_other(request, "/sign-in", "You are signed out.")
    clear_session_cookie(request, response, auth.config)
    return response


def _page(request: Request, wanted: str, error: SluiceError | None = None) -> Response:
    """The page to sign in, with what was wrong the last time."""
    query = urlencode({"next": wanted})
    providers = [
        (one.label, f"/dashboard/sign-in/with/{quote(one.name, safe='')}?{query}")
        for one in services_of(request).browser_sign_in.providers
    ]
    shown = page(
        request,
        "signin/index.html",
        status=error.status if error is not None else 200,
        title="Sign in",
        next=wanted,
        providers=providers,
        problem=error.message if error is not None else "",
    )
    return shown if error is None else _refused(shown, error)


def _refused(response: Response, error: SluiceError) -> Response:
    response.headers.update(retry_after(error))
    return response


def _go_on(request: Request, signed_in: SignedIn, wanted: str) -> Response:
    auth = auth_of(request)
    response = RedirectResponse(wanted, status_code=303)
    set_session_cookie(request, response, signed_in, auth.config, auth.service.clock())
    return response
