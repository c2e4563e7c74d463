"""Check what a client is built from; every complaint is an `ArgumentError`."""

from __future__ import annotations

from typing import Any

import httpx

from liminal.auth import AuthProvider
from liminal.errors import ArgumentError


def provider_and_url(
    args: tuple[Any, ...], auth_provider: AuthProvider | None, api_server_url: str | None
) -> tuple[AuthProvider | None, str]:
    """Read `(url)`, `(provider, url)` and the same by keyword."""
    urls = [arg for arg in args if isinstance(arg, str)]
    providers = [arg for arg in args if not isinstance(arg, str)]
    urls += [] if api_server_url is None else [api_server_url]
    providers += [] if auth_provider is None else [auth_provider]
    if len(urls) != 1 or len(providers) > 1:
        raise ArgumentError("Client takes one api_server_url and at most one auth_provider")
    if providers and not hasattr(providers[0], "get_access_token"):
        raise ArgumentError("The auth_provider has no get_access_token method")
    return (providers[0] if providers else None), urls[0]


def checked_url(api_server_url: str) -> str:
    """Return the address without a closing slash."""
    try:
        url = httpx.URL(api_server_url)
    except httpx.InvalidURL:
        raise ArgumentError("The api_server_url is no valid address") from None
    if url.scheme not in {"http", "https"} or not url.host:
        raise ArgumentError("The api_server_url must begin with https:// or http:// and a host")
    if url.query or url.fragment:
        raise ArgumentError("The api_server_url must end with its path: no query, no fragment")
    return api_server_url.rstrip("/")


def shown_url(api_server_url: str) -> str:
    """Return an address without its user name and password, fit for a message."""
    return str(httpx.URL(api_server_url).copy_with(userinfo=b"")).rstrip("/")


def checked_timeout(timeout: float) -> float:
    """Return a time-out in seconds; infinity means none."""
    if not timeout > 0:  # also not a number
        raise ArgumentError("A timeout is a number of seconds above 0 (infinity for none)")
    return timeout
