"""Headers that keep browsers from guessing, framing, leaking and caching."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

API_CONTENT_SECURITY_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
"""An API's answers load nothing and stand in no frame."""

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")

_NO_POLICIES: Final[Mapping[str, str]] = MappingProxyType({})


class SecurityHeaders:
    """Adds each header that the answer does not set itself.

    `page_policies` maps path prefixes to the Content-Security-Policy of pages there (the longest
    prefix wins); everything else gets the API's. Answers are `no-store`, except under the
    prefixes in `cacheable` (static files). HSTS is sent on https only.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        page_policies: Mapping[str, str] = _NO_POLICIES,
        cacheable: Iterable[str] = (),
    ) -> None:
        self._app = app
        self._policies = sorted(page_policies.items(), key=lambda item: -len(item[0]))
        self._cacheable = tuple(cacheable)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_wrapper(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                present = {name.lower() for name, _ in headers}
                missing = [h for h in self._headers(scope) if h[0] not in present]
                message["headers"] = headers + missing
            await send(message)

        await self._app(scope, receive, send_wrapper)

    def _headers(self, scope: Scope) -> list[tuple[bytes, bytes]]:
        path: str = scope["path"]
        headers = [*_ALWAYS, (b"content-security-policy", self._policy(path).encode())]
        if not path.startswith(self._cacheable):
            headers.append((b"cache-control", b"no-store"))
        if scope.get("scheme") == "https":
            headers.append(_HSTS)
        return headers

    def _policy(self, path: str) -> str:
        for prefix, policy in self._policies:
            if path.startswith(prefix):
                return policy
        return API_CONTENT_SECURITY_POLICY
