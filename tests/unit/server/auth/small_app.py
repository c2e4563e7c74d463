"""An application with nothing but sign-in, and what the tests of sign-in share."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

import httpx
import pytest
from fastapi import Depends, FastAPI
from sqlalchemy import select
from starlette.requests import Request
from starlette.responses import JSONResponse

from sluice.server.auth import admin_endpoints, endpoints, links_endpoints
from sluice.server.auth.auth import Auth, Caller
from sluice.server.auth.caller import CurrentCaller, require
from sluice.server.auth.roles import Permission
from sluice.server.errors import SluiceError
from sluice.server.features.audit.tables import AuditEvent
from sluice.server.kit.database import Database, utc_now

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""For tables of cases that differ on the wire only: once is enough."""
TOKEN = "an-administrators-token-for-tests"
TOKEN_LOGIN = "/api/v1/auth/test-automation/login"
PROVIDER_LOGIN = "/api/v1/auth/login/oauth/access-token"
ME = "/api/v1/users/me"
LOGOUT = "/api/v1/auth/logout"
ADMIN = "/api/admin/v1"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        """Move the clock, e.g. `hours=1`."""
        self.now += timedelta(**parts)


def small_app(auth: Auth) -> FastAPI:
    """Sign-in, its management, and two endpoints that ask who is calling."""
    app = FastAPI()
    app.state.auth = auth
    app.include_router(endpoints.router)
    app.include_router(admin_endpoints.router)
    app.include_router(links_endpoints.router)
    app.include_router(links_endpoints.admin_router)

    @app.exception_handler(SluiceError)
    async def render(request: Request, error: SluiceError) -> JSONResponse:
        headers = {"Retry-After": str(error.retry_after)} if error.retry_after else {}
        return JSONResponse(error.body("test"), error.status, headers=headers)

    @app.api_route("/who", methods=["GET", "POST"])
    async def who(caller: CurrentCaller) -> dict[str, Any]:
        return {"user": caller.user_id, "session": caller.session_id, "token": caller.api_token_id}

    @app.get("/reveal")
    async def reveal(caller: Annotated[Caller, Depends(require(Permission.REVEAL))]) -> int:
        return caller.user_id

    return app


async def sign_in(client: httpx.AsyncClient, token: str = TOKEN) -> str:
    """A session id; the client keeps no cookie."""
    answer = await client.post(TOKEN_LOGIN, headers={"x-test-automation-api-key": token})
    assert answer.status_code == 200, answer.text
    client.cookies.clear()
    return answer.cookies["session"]


async def me(client: httpx.AsyncClient, session_id: str) -> httpx.Response:
    """Continue a session; the client keeps no cookie."""
    answer = await client.get(ME, headers={"Cookie": f"session={session_id}"})
    client.cookies.clear()
    return answer


async def who(client: httpx.AsyncClient, session_id: str) -> int:
    """The status of an ordinary call with this session id."""
    answer = await client.get("/who", headers={"Cookie": f"session={session_id}"})
    return answer.status_code


async def audit(database: Database) -> list[AuditEvent]:
    """Every audit event, oldest first."""
    async with database.read() as session:
        return list(await session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


async def audited(database: Database) -> list[str]:
    """The names of all audit events, oldest first."""
    return [event.event for event in await audit(database)]


def admin_headers(token: str = TOKEN) -> dict[str, str]:
    """Headers of a program with an API token."""
    return {"Authorization": f"Bearer {token}"}
