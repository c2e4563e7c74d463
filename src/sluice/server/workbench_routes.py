"""The routes of the workbench: the Freeplay wire under `/` and `/api`, and our own API."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter

from sluice.server.features.projects import endpoints as projects
from sluice.server.features.proxy.calls import project_endpoints as project_calls
from sluice.server.features.sessions import endpoints as sessions
from sluice.server.features.sessions import erasing_endpoints as erasures
from sluice.server.features.sessions import export_endpoints as export
from sluice.server.features.sessions import uses_endpoints as uses
from sluice.server.features.sessions import wire_endpoints as sessions_wire
from sluice.server.features.sessions.search import endpoints as search
from sluice.server.features.sessions.views import endpoints as views
from sluice.server.features.statistics import endpoints as statistics
from sluice.server.features.templates import approval_endpoints as approvals
from sluice.server.features.templates import endpoints as templates
from sluice.server.features.templates import wire_endpoints as templates_wire
from sluice.server.features.testruns import cases_endpoints as test_cases
from sluice.server.features.testruns import playlists_endpoints as playlists
from sluice.server.features.testruns import suites_endpoints as test_suites
from sluice.server.features.testruns import wire_endpoints as test_runs_wire
from sluice.server.features.testruns import wire_suites as test_suites_wire
from sluice.server.features.testruns.running import endpoints as test_runs

WIRE: Final[tuple[APIRouter, ...]] = (
    sessions_wire.router,
    projects.wire,
    templates_wire.router,
    test_runs_wire.router,
    test_suites_wire.router,
)
"""Of the Freeplay wire, with paths that begin behind its base."""
OWN: Final[tuple[APIRouter, ...]] = (
    search.router,
    views.router,
    uses.router,
    project_calls.router,
    erasures.router,
    export.router,
    projects.own,
    sessions.router,
    statistics.admin_router,
    templates.router,
    approvals.router,
    playlists.router,
    test_cases.router,
    test_cases.from_recordings,
    test_suites.router,
    test_runs.router,
)
"""Of our own API, with whole paths."""


def add_workbench_routes(every: APIRouter, token: Sequence[Any]) -> None:
    """Old clients were configured with either base, so the wire is served under both."""
    for router in OWN:
        every.include_router(router, dependencies=token)
    for router in WIRE:
        every.include_router(router, prefix="/api", dependencies=token)
        every.include_router(router, dependencies=token, include_in_schema=False)
    # First, since they are asked most: every router before them is tried at every call.
    every.routes[:0] = [*templates_wire.routes(), *sessions_wire.routes()]
