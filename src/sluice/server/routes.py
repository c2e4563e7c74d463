"""Every route of the API, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from fastapi import APIRouter, Depends
from fastapi.security import HTTPBearer
from starlette.routing import BaseRoute

from sluice.server.auth.admin_endpoints import router as auth_admin_router
from sluice.server.auth.endpoints import router as auth_router
from sluice.server.auth.links_endpoints import admin_router as links_admin_router
from sluice.server.auth.links_endpoints import router as links_router
from sluice.server.auth.own_endpoints import router as auth_own_router
from sluice.server.error_answers import DOCUMENTED
from sluice.server.features.apidocs import endpoints as apidocs
from sluice.server.features.audit import endpoints as audit
from sluice.server.features.firststeps import endpoints as firststeps
from sluice.server.features.health import endpoints as health
from sluice.server.features.keys import endpoints as keys
from sluice.server.features.limits import endpoints as limits
from sluice.server.features.models import endpoints as models
from sluice.server.features.playground import endpoints as playground
from sluice.server.features.policies import endpoints as policies
from sluice.server.features.prompts import endpoints as prompts
from sluice.server.features.proxy import endpoints as proxy
from sluice.server.features.proxy import models_endpoints as proxy_models
from sluice.server.features.proxy.calls import admin_endpoints as calls_admin
from sluice.server.features.proxy.calls import endpoints as calls
from sluice.server.features.teams import endpoints as teams
from sluice.server.features.threads import endpoints as threads
from sluice.server.features.threads.overseeing_endpoints import admin_router as overseen_threads
from sluice.server.workbench_routes import add_workbench_routes


@cache
def api_routes(*, metrics: bool) -> Sequence[BaseRoute]:
    """The routes of any application of this process, with `/metrics` or without.

    They know nothing of an application, so that what FastAPI makes of each is made once.
    """
    every = APIRouter(responses=DOCUMENTED)
    every.include_router(auth_router)
    every.include_router(links_router)
    # Documented here, checked by `auth.caller`: a session's cookie works in its place.
    token = [Depends(HTTPBearer(auto_error=False, scheme_name="API token"))]
    for router in (auth_admin_router, auth_own_router, links_admin_router):
        every.include_router(router, dependencies=token)
    for feature in (models, prompts, threads, playground, calls):
        every.include_router(feature.router, dependencies=token)
    for feature in (firststeps, models, limits, policies, teams, threads, keys, audit, calls_admin):
        every.include_router(feature.admin_router, dependencies=token)
    every.include_router(overseen_threads, dependencies=token)
    add_workbench_routes(every, token)
    # First, since they are asked most: every router before them is tried at every call.
    every.routes[:0] = [*proxy.routes(), *proxy_models.routes()]
    every.include_router(health.router)
    every.include_router(apidocs.router)
    every.routes.append(apidocs.assets)
    if metrics:
        every.include_router(health.metrics_router)
    return tuple(every.routes)
