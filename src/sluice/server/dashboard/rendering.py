"""Pages from templates: autoescaped, with nothing undefined, and the layout's context."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

import sluice
from sluice.server.auth.caller import auth_of
from sluice.server.auth.cookies import set_session_cookie
from sluice.server.auth.roles import Permission
from sluice.server.dashboard.charts import as_table, every
from sluice.server.dashboard.entity_families import family
from sluice.server.dashboard.formatting import FILTERS
from sluice.server.dashboard.in_project import project_of
from sluice.server.dashboard.navigation import menu
from sluice.server.dashboard.signing_in import visit_of

TEMPLATES: Final = Path(__file__).parent / "templates"
THEMES: Final = frozenset({"light", "dark"})
SAID: Final = "said"
"""The cookie that carries a sentence of ours to the next page."""
_SAID_SECONDS: Final = 60
_HEADERS: Final = {
    "Vary": "HX-Request, Cookie",
    # With `no-referrer` a browser would say `Origin: null` of our own forms.
    "Referrer-Policy": "same-origin",
}


def make_renderer() -> Environment:
    """The environment of all templates."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS, family=family, as_table=as_table, every=every)
    environment.globals.update(Permission=Permission, version=sluice.__version__)
    return environment


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Response:  # noqa: ANN401 (whatever the template shows)
    """A whole page, or a part of one for htmx: what `template` is.

    Every template knows `visitor`, `may(permission)`, `csrf`, `menu`, `project`, `projects`,
    `theme`, `path`, `said` and `is_part`.
    """
    environment = cast("Environment", request.app.state.renderer)
    body = environment.get_template(template).render(**_common(request), **context)
    response = HTMLResponse(body, status_code=status, headers=_HEADERS)
    _continue_session(request, response)
    if SAID in request.cookies and not is_part(request):
        response.delete_cookie(SAID, path="/dashboard")
    return response


def is_part(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    headers = request.headers
    return "hx-request" in headers and "hx-boosted" not in headers


def see_other(request: Request, path: str, said: str = "") -> Response:
    """Lead to another page of the dashboard after a change, and say there what was done.

    `path` begins behind `/dashboard`; `said` is a sentence of ours, never with anybody's data.
    """
    address = f"/dashboard{path}"
    response: Response
    if is_part(request):
        response = Response(headers={"HX-Redirect": address})
    else:
        response = RedirectResponse(address, status_code=303)
    if said:
        response.set_cookie(
            SAID,
            quote(said),
            max_age=_SAID_SECONDS,
            path="/dashboard",
            httponly=True,
            samesite="strict",
        )
    return response


def _common(request: Request) -> dict[str, Any]:
    visit, project = visit_of(request), project_of(request)
    path = request.url.path.removeprefix("/dashboard") or "/"
    caller = visit.caller if visit is not None else None
    return {
        "visitor": caller,
        "may": caller.may if caller is not None else (lambda permission: False),
        "csrf": visit.csrf if visit is not None else "",
        "menu": menu(visit.caller, project, visit.projects, path) if visit is not None else None,
        "project": project,
        "projects": visit.projects if visit is not None else [],
        "theme": _theme(request),
        "path": path,
        "said": unquote(request.cookies.get(SAID, "")),
        "is_part": is_part(request),
    }


def _theme(request: Request) -> str:
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else ""


def _continue_session(request: Request, response: Response) -> None:
    """Give the browser the session's present id."""
    visit, auth = visit_of(request), auth_of(request)
    if visit is not None and visit.signed_in.session_id != request.cookies.get("session"):
        set_session_cookie(request, response, visit.signed_in, auth.config, auth.service.clock())
