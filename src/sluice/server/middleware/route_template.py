"""Which route answered, as it is written in the code: `/api/v1/threads/{thread_id}`.

A path can hold what a caller typed; a template cannot, and there are only so many of them.
"""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

UNMATCHED: Final = "(unmatched)"
"""Stands for every path that no route takes."""


def route_template(scope: Scope) -> str:
    """The template of the route that a finished request was given to, else `(unmatched)`.

    Prefixes of mounted applications are not part of it: a mount's `root_path` holds the path as
    it came.
    """
    return _included(scope) or _path_of(scope.get("route")) or _by_endpoint(scope) or UNMATCHED


def _included(scope: Scope) -> str | None:
    """Recent versions of FastAPI leave the prefixes of `include_router` out of `scope["route"]`."""
    state = scope.get("fastapi")
    context = state.get("effective_route_context") if isinstance(state, dict) else None
    return _path_of(getattr(context, "starlette_route", None)) or _path_of(context)


def _path_of(route: object) -> str | None:
    for name in ("path_format", "path"):
        if isinstance(path := getattr(route, name, None), str) and path:
            return path
    return None


def _by_endpoint(scope: Scope) -> str | None:
    """Plain Starlette routes in a FastAPI application: only their endpoint is in the scope."""
    endpoint = scope.get("endpoint")
    if endpoint is None:
        return None
    for route in getattr(scope.get("router"), "routes", ()):
        if getattr(route, "endpoint", None) is endpoint:
            return _path_of(route)
    return None
