"""The cookie that a browser keeps while its person is at an identity provider."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from sluice.server.auth.browser_sign_in import CALLBACK, Departure
from sluice.server.auth.browser_sign_in_state import STATE_LIFETIME
from sluice.server.auth.config import AuthConfig
from sluice.server.auth.cookies import forbid_storing, is_secure

PENDING_COOKIE: Final = "sign_in_pending"


def keep_pending(
    request: Request, response: Response, departure: Departure, config: AuthConfig
) -> None:
    """Let the browser bring back what was begun: to the callback alone, also from elsewhere."""
    response.set_cookie(
        PENDING_COOKIE,
        departure.cookie,
        max_age=int(STATE_LIFETIME.total_seconds()),
        path=CALLBACK,
        secure=is_secure(request, config),
        httponly=True,
        samesite="lax",
    )
    forbid_storing(response)


def forget_pending(request: Request, response: Response, config: AuthConfig) -> None:
    """Let the browser forget it, however the sign-in ended."""
    response.delete_cookie(
        PENDING_COOKIE,
        path=CALLBACK,
        secure=is_secure(request, config),
        httponly=True,
        samesite="lax",
    )


def public_base(request: Request, config: AuthConfig) -> str:
    """The server's address in the browser's address bar, without a slash at its end."""
    return config.public_url or f"{request.url.scheme}://{request.url.netloc}"
