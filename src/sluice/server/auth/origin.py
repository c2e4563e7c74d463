"""Requests that a foreign web page makes with our user's cookie."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.requests import Request

from sluice.server.errors import Forbidden

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = {"http": 80, "https": 443}


def refuse_cross_site(request: Request, allowed_origins: Collection[str]) -> None:
    """Raise `Forbidden` if a page that is not ours makes this state-changing request.

    Only for requests that a cookie signs in: a browser sends it by itself. Programs send
    neither `Origin` nor `Sec-Fetch-Site` and are not affected.
    """
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    if origin is not None:
        ours = is_own_origin(origin, request) or is_among(origin, allowed_origins)
    else:
        ours = request.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}
    if not ours:
        raise Forbidden(
            "This request comes from a page of another site and was not carried out. If that "
            "site is yours, add it to the allowed origins.",
            code="cross_site",
        )


def is_own_origin(origin: str, request: Request) -> bool:
    """Whether the page has the same host and port as the request.

    An https page may call an http request (TLS ends before us), not the other way round.
    """
    page = endpoint_of(origin)
    here = endpoint_of(f"{request.url.scheme}://{request.headers.get('host', '')}")
    if page is None or here is None:
        return False
    if page == here:
        return True
    behind_tls = page[0] == "https" and here[0] == "http"
    return behind_tls and page[1] == here[1] and (page[2] == here[2] or _both_default(page, here))


def is_among(origin: str, allowed: Collection[str]) -> bool:
    """Whether the page has exactly the scheme, host and port of an allowed origin."""
    page = endpoint_of(origin)
    return page is not None and page in {endpoint_of(one) for one in allowed}


def _both_default(page: tuple[str, str, int], here: tuple[str, str, int]) -> bool:
    return page[2] == _PORTS["https"] and here[2] == _PORTS["http"]


def public_origin(address: str) -> str:
    """An address of nothing but scheme, host and port, without the slash at its end.

    Raises `ValueError` for every other one.
    """
    bare = address.removesuffix("/")
    parts = urlsplit(bare)
    if endpoint_of(bare) is None or bare != f"{parts.scheme}://{parts.netloc}" or "@" in bare:
        raise ValueError("must be of the form https://host or https://host:port")
    return bare


def endpoint_of(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for `null` and for what is no origin."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or not parts.hostname:
        return None
    return parts.scheme, parts.hostname.lower(), port or _PORTS[parts.scheme]
