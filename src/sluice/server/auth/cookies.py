"""The cookie `session`: the only place where a session id is sent."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.config import AuthConfig
from sluice.server.auth.sessions import SignedIn

SESSION_COOKIE: Final = "session"


def set_session_cookie(
    request: Request, response: Response, signed_in: SignedIn, config: AuthConfig, now: datetime
) -> None:
    """Set the cookie for as long as the session can last; scripts of a page cannot read it."""
    remaining = signed_in.session.absolute_expires_at - now
    response.set_cookie(
        SESSION_COOKIE,
        signed_in.session_id,
        max_age=max(0, int(remaining.total_seconds())),
        path="/",
        secure=is_secure(request, config),
        httponly=True,
        samesite="lax",
    )
    forbid_storing(response)


def clear_session_cookie(request: Request, response: Response, config: AuthConfig) -> None:
    """Tell the client to forget the cookie."""
    response.delete_cookie(
        SESSION_COOKIE,
        path="/",
        secure=is_secure(request, config),
        httponly=True,
        samesite="lax",
    )
    forbid_storing(response)


def is_secure(request: Request, config: AuthConfig) -> bool:
    """Whether browsers must send a cookie of ours over https only."""
    at_public_address = config.public_url == f"https://{request.url.netloc}"
    return config.cookie_secure or request.url.scheme == "https" or at_public_address


def forbid_storing(response: Response) -> None:
    """Keep an answer with a cookie out of every cache."""
    # A shared cache that kept the answer would give one user's session to the next.
    response.headers["Cache-Control"] = "no-store"
