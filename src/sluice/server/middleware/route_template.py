"""Which route answered, as it is written in the code: `/api/v1/threads/{thread_id}`.

A path can hold what a caller typed; a template cannot, and there are only so many of them.
"""

from __future__ import annotations

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

UNMATCHED: Final = "(unmatched)"
"""Stands for every path that no route takes."""
_PREFIX: Final = "route_prefix"


def route_template(scope: Scope) -> str:
    """The template of the route that a finished request was given to, else `(unmatched)`.

    A mount's `root_path` holds the path as it came; the prefix of a mounted application is part of
    the template where that says so itself (`MountedAt`).
    """
    inner = _included(scope) or _path_of(scope.get("route")) or _by_endpoint(scope)
    state: dict[str, str] = scope.get("state", {})
    return f"{state.get(_PREFIX, '')}{inner}" if inner else UNMATCHED


class MountedAt:
    """A mounted application that says where, for the templates of its routes."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("state", {})[_PREFIX] = self._prefix
        await self._app(scope, receive, send)


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
