"""Signing in with an API token, and signing out."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sluice.server.auth.caller import address_of, auth_of, own_session_id
from sluice.server.auth.cookies import clear_session_cookie, set_session_cookie
from sluice.server.auth.origin import refuse_cross_site
from sluice.server.dashboard.forms import fields_of
from sluice.server.dashboard.rendering import page
from sluice.server.errors import SluiceError

router = APIRouter()


@router.get("/sign-in")
async def show(request: Request, next: str = "/dashboard/") -> Response:  # noqa: A002 (the address says so)
    """The page to sign in."""
    return page(request, "signin/index.html", title="Sign in", next=own_address(next), problem="")


@router.post("/sign-in")
async def with_token(request: Request) -> Response:
    """Sign in with an API token."""
    auth = auth_of(request)
    refuse_cross_site(request, auth.config.allowed_origins)
    fields = await fields_of(request)
    address = own_address(fields.get("next", ""))
    try:
        signed_in = await auth.sign_in_with_token(
            fields.get("token", "").strip(), address=address_of(request)
        )
    except SluiceError as error:
        shown = {"title": "Sign in", "next": address, "problem": error.message}
        return page(request, "signin/index.html", status=error.status, **shown)
    response = RedirectResponse(address, status_code=303)
    set_session_cookie(request, response, signed_in, auth.config, auth.service.clock())
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session."""
    auth = auth_of(request)
    await auth.sign_out(own_session_id(request))
    response = RedirectResponse("/dashboard/sign-in", status_code=303)
    clear_session_cookie(request, response, auth.config)
    return response


def own_address(wanted: str) -> str:
    """A page of the dashboard to go to afterwards; the first one for any other address."""
    ours = (
        wanted.startswith("/dashboard/")
        and not set(wanted) & set("\\\r\n\t")
        and "//" not in wanted
    )
    return wanted if ours else "/dashboard/"
