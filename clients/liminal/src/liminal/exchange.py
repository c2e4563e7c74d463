"""One request and its response through an httpx client, leaving no trace in that client."""

from __future__ import annotations

import json
import math
import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy
from typing import Final

import httpx

from liminal.errors import ArgumentError

SESSION_COOKIE: Final[str] = "session"

_COOKIE_VALUE: Final = re.compile(r'[^\x00-\x20",;\\\x7f-\U0010ffff]*')
"""RFC 6265, 4.1.1: cookie-octet."""
_HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]+(?:[ \t]+[\x21-\x7e]+)*")

_JSON_TYPE: Final = {"content-type": "application/json"}

_KEEP_IDLE_SECONDS: Final = 4.0
"""Shorter than the 5 seconds after which uvicorn closes an idle connection, so that a request does
not go out on one that is just being closed."""


@dataclass(frozen=True, kw_only=True)
class Call:
    """What goes into a request. `timeout` is in seconds, infinity for none."""

    method: str
    endpoint: str
    headers: Mapping[str, str] | None = None
    cookies: Mapping[str, str]
    params: Mapping[str, str] | None = None
    json: object = None
    timeout: float


def new_httpx_client() -> httpx.AsyncClient:
    """Return a pooled client that keeps no cookies."""
    jar = CookieJar(policy=DefaultCookiePolicy(allowed_domains=()))
    limits = httpx.Limits(
        max_connections=100, max_keepalive_connections=20, keepalive_expiry=_KEEP_IDLE_SECONDS
    )
    return httpx.AsyncClient(cookies=jar, limits=limits)


async def close_with_loop(client: httpx.AsyncClient) -> AsyncGenerator[None, None]:
    """Close `client` when this generator is closed, or when its event loop shuts down.

    A program that never closes its `Client` leaves no open sockets either: `asyncio.run` closes
    every async generator that was started in its loop.
    """
    try:
        yield
    finally:
        await client.aclose()


def build(client: httpx.AsyncClient, base: str, call: Call) -> httpx.Request:
    """Build the request. Raises `ArgumentError` for what cannot be sent, without quoting it."""
    _check_values("header", call.headers, _HEADER_VALUE)
    _check_values("cookie", call.cookies, _COOKIE_VALUE)
    try:
        content = None if call.json is None else _encoded(call.json)
        request = client.build_request(
            call.method,
            f"{base}{call.endpoint}",
            headers={**_JSON_TYPE, **(call.headers or {})} if content else call.headers,
            params=call.params,
            content=content,
            timeout=None if math.isinf(call.timeout) else call.timeout,
        )
    except UnicodeEncodeError as err:
        problem = f"a text has a lone surrogate at code point {err.start} of the body"
    except (TypeError, ValueError, RecursionError) as err:
        problem = f"an argument has no JSON form ({type(err).__name__})"
    else:
        _set_cookies(request, call.cookies)
        return request
    # Raised outside of the handler: the cause carries the prompt.
    raise ArgumentError(f"The request cannot be sent: {problem}", url=call.endpoint)


async def send(client: httpx.AsyncClient, request: httpx.Request) -> httpx.Response:
    """Send a request; the response is open, for the caller to close.

    Redirects are not followed: the session cookie stays with this server.
    """
    before = tuple(client.cookies.jar)
    response = await client.send(request, stream=True, follow_redirects=False)
    _forget_cookies(client.cookies.jar, response, before)
    return response


def _encoded(body: object) -> bytes:
    """Encode JSON here: versions of httpx differ in what they make of a lone surrogate."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8")


def session_of(response: httpx.Response) -> str | None:
    """Return the session id that a response sets, None where it sets none."""
    try:
        return response.cookies.get(SESSION_COOKIE) or None
    except httpx.CookieConflict:  # one for each of several paths: the last one set counts
        found = [c.value for c in response.cookies.jar if c.name == SESSION_COOKIE]
        return found[-1]


def _check_values(what: str, values: Mapping[str, str] | None, allowed: re.Pattern[str]) -> None:
    """Refuse a value that would break the request apart; say where, never what."""
    for name, value in (values or {}).items():
        if not isinstance(value, str) or not value:
            raise ArgumentError(f"The value of the {what} {name} must be a text that is not empty")
        match = allowed.match(value)
        if (end := match.end() if match else 0) != len(value):
            raise ArgumentError(
                f"The value of the {what} {name} has a character at position {end} that may not "
                f"stand there (a line break at the end of a file, perhaps)"
            )


def _set_cookies(request: httpx.Request, cookies: Mapping[str, str]) -> None:
    """Send our cookies, and those of the caller's jar except another session's."""
    theirs = [
        pair
        for pair in request.headers.get("cookie", "").split("; ")
        if pair and pair.split("=", 1)[0] not in {SESSION_COOKIE, *cookies}
    ]
    ours = [f"{name}={value}" for name, value in cookies.items()]
    request.headers.pop("cookie", None)
    if pairs := theirs + ours:
        request.headers["cookie"] = "; ".join(pairs)


def _forget_cookies(jar: CookieJar, response: httpx.Response, before: tuple[Cookie, ...]) -> None:
    """Put a jar back to what it was before it took this response's cookies.

    Nothing else runs between the jar's taking them and this, unless the client has event hooks
    that wait.
    """
    kept = {(c.domain, c.path, c.name): c for c in before}
    for cookie in response.cookies.jar:
        key = (cookie.domain, cookie.path, cookie.name)
        with suppress(KeyError):
            jar.clear(*key)
        if key in kept:
            jar.set_cookie(kept[key])
