"""Redirects to ourselves name a path alone, never a scheme and a host.

A router that adds or removes a slash names both, as it sees them: behind a proxy that ends TLS that
is `http://`, and a client would send its credential and its text once more, in the clear. The host
is whatever the caller wrote.
"""

from __future__ import annotations

from starlette.datastructures import URL
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REDIRECTS = range(300, 400)


class RelativeRedirects:
    """Cuts our own scheme and host off the `Location` of an answer; leaves others' alone."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_wrapper(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in _REDIRECTS:
                here = _here(scope)
                headers = message.get("headers", ())
                message["headers"] = [
                    (name, _relative(name, value, here)) for name, value in headers
                ]
            await send(message)

        await self._app(scope, receive, send_wrapper)


def _here(scope: Scope) -> bytes:
    url = URL(scope=scope)
    return f"{url.scheme}://{url.netloc}".encode("latin-1", "replace")


def _relative(name: bytes, value: bytes, here: bytes) -> bytes:
    rest = value.removeprefix(here)
    # Two slashes at the beginning would be a host again.
    is_ours = name.lower() == b"location" and rest.startswith(b"/") and not rest.startswith(b"//")
    return rest if is_ours else value
