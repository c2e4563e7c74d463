"""The dashboard: a mounted application of web pages on the services that the API uses too."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.responses import RedirectResponse
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from sluice.server.dashboard.csrf import CsrfTokens
from sluice.server.dashboard.errors import add_error_pages
from sluice.server.dashboard.pages import OPEN, SIGNED_IN, home
from sluice.server.dashboard.rendering import make_renderer
from sluice.server.middleware.route_template import MountedAt
from sluice.server.services import Services

PREFIX: Final = "/dashboard"
ASSETS: Final = f"{PREFIX}/assets"
_STATIC: Final = Path(__file__).parent / "static"

front_door: Final = Route(
    "/", lambda _: RedirectResponse(f"{PREFIX}/", 303), include_in_schema=False
)
"""Who types the server's address alone gets to the dashboard."""

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
"""The Content-Security-Policy of every page: nothing inline, nothing from elsewhere."""


def make_dashboard(services: Services) -> FastAPI:
    """The application of all pages, for `mounted`.

    Every page of it is for people who are signed in and, where it changes something, sent from one
    of our own pages, except those to sign in.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = services
    app.state.auth = services.auth
    app.state.csrf = CsrfTokens(services.database, services.vault)
    app.state.renderer = make_renderer()
    # Not included, which would build every route a second time (see `GuardedRouter`).
    for router in (*OPEN, *SIGNED_IN):
        app.router.routes.extend(router.routes)
    app.mount("/assets", StaticFiles(directory=_STATIC), name="assets")
    app.router.routes.extend(home.nowhere.routes)
    add_error_pages(app)
    return app


def mounted(pages: FastAPI) -> ASGIApp:
    """The pages as they are mounted at `PREFIX`."""
    return MountedAt(pages, PREFIX)
