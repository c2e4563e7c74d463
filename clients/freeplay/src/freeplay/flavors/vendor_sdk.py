"""What flavors of every vendor need: its SDK, its clients, and arguments as it names them."""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import inspect
import weakref
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import Any, Final

from freeplay.errors import APIKeyMissingError, ArgumentError, MissingExtraError
from freeplay.llm_parameters import LLMParameters

_SENT_TO_OTHERS: Final = frozenset(
    {
        "api_key",
        "api_base",
        "api_type",
        "api_version",
        "base_url",
        "default_headers",
        "organization",
    }
)
"""Arguments of clients that a call once took; as parameters they would travel in the body."""
_RENAMED: Final = {"request_timeout": "timeout", "headers": "extra_headers"}


class VendorClients:
    """One vendor's clients, made when they are first used: a blocking one, one per event loop."""

    def __init__(self, extra: str, names: tuple[str, str], arguments: Mapping[str, Any]) -> None:
        if importlib.util.find_spec(extra) is None:
            raise MissingExtraError(
                f"This flavor drives the package {extra}, which is not installed: "
                f"pip install 'sluice-freeplay[{extra}]'"
            )
        self._extra = extra
        self._names = names
        self._arguments = dict(arguments)
        self._blocking: Any = None
        self._of_loop: dict[asyncio.AbstractEventLoop, tuple[Any, AsyncGenerator[None, None]]] = {}

    def blocking(self) -> Any:
        """The client for blocking calls."""
        if self._blocking is None:
            self._blocking = self._made(self._names[0])
            weakref.finalize(self, self._blocking.close)
        return self._blocking

    async def of_this_loop(self) -> Any:
        """The client of the running event loop; its connections end with the loop."""
        loop = asyncio.get_running_loop()
        self._of_loop = {one: kept for one, kept in self._of_loop.items() if not one.is_closed()}
        if loop not in self._of_loop:
            client = self._made(self._names[1])
            keeper = _close_with_loop(client)
            await anext(keeper)
            self._of_loop[loop] = (client, keeper)
        return self._of_loop[loop][0]

    def _made(self, name: str) -> Any:
        return getattr(importlib.import_module(self._extra), name)(**self._arguments)


async def _close_with_loop(client: Any) -> AsyncGenerator[None, None]:
    """Close `client` when this is closed: `asyncio.run` does so with every async generator."""
    try:
        yield
    finally:
        await client.close()


def checked_key(key: str, vendor: str) -> str:
    """Return the key. Raises `APIKeyMissingError`."""
    if not key:
        raise APIKeyMissingError(
            f"{vendor} API key not set. It must be set to make calls to the service."
        )
    return key


def arranged(create: Callable[..., Any], params: LLMParameters) -> dict[str, Any]:
    """Return arguments for a method of an SDK; what it has no name for goes into the body.

    Raises `ArgumentError` where no model is named, and for what belongs to the client.
    """
    if not params.get("model"):
        raise ArgumentError("No model is named, by the template, the client or the call")
    if wrong := sorted(_SENT_TO_OTHERS & params.keys()):
        raise ArgumentError(f"Give {', '.join(wrong)} to the flavor, not to the call")
    known = inspect.signature(create).parameters
    named: dict[str, Any] = {}
    others: dict[str, Any] = {}
    for name, value in params.items():
        name_now = _RENAMED.get(name, name)
        (named if name_now in known else others)[name_now] = value
    named.pop("stream", None)
    if others:
        named["extra_body"] = {**(named.get("extra_body") or {}), **others}
    return named
