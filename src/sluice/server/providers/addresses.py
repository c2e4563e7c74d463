"""What a connection may look like: its address, credentials, model and options.

A connection is made by administrators only; it is checked all the same, since its address
decides where text goes and its credentials end up in HTTP headers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final
from urllib.parse import urlsplit

from sluice.engine.errors import Problem
from sluice.server.providers.base import Connection, ProviderRejected

_URL_LIMIT: Final = 2048
_NAME_LIMIT: Final = 256
_VISIBLE: Final = re.compile(r"[!-~]+", re.ASCII)


class InvalidConnection(Exception):
    """A connection that cannot be used; every problem at once, no value quoted."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        listed = "; ".join(f"{p.path}: {p.message}" for p in self.problems)
        super().__init__(f"{len(self.problems)} problem(s) in the connection: {listed}")


def address_problems(url: str) -> list[str]:
    """What is wrong with a base URL: http or https, a host, and nothing but a path after it."""
    if len(url) > _URL_LIMIT or not _VISIBLE.fullmatch(url):
        return [f"use up to {_URL_LIMIT} visible ASCII characters without spaces"]
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return ["this is not a URL"]
    checks = {
        "start with http:// or https://": parts.scheme in ("http", "https"),
        "name a host": bool(host),
        "leave credentials out; they belong into the connection's credentials": "@"
        not in parts.netloc,
        "leave the query out": "?" not in url,
        "leave the fragment out": "#" not in url,
        "leave the backslash out": "\\" not in url,
    }
    return [advice for advice, fine in checks.items() if not fine]


def connection_problems(
    connection: Connection, *, credentials: Iterable[str], options: Iterable[str]
) -> tuple[Problem, ...]:
    """Everything wrong with a connection that needs these credentials and knows these options."""
    return (
        *_model_problems(connection.model),
        *(Problem("base_url", advice) for advice in _base_url_problems(connection)),
        *_credential_problems(connection, tuple(credentials)),
        *_option_problems(connection, frozenset(options)),
    )


def _model_problems(model: str) -> Iterator[Problem]:
    if not 1 <= len(model) <= _NAME_LIMIT or not model.isprintable() or model != model.strip():
        yield Problem("model", f"name a model in 1 to {_NAME_LIMIT} printable characters")


def _base_url_problems(connection: Connection) -> list[str]:
    return [] if connection.base_url is None else address_problems(connection.base_url)


def _credential_problems(connection: Connection, needed: tuple[str, ...]) -> Iterator[Problem]:
    for name in needed:
        if name not in connection.credentials:
            yield Problem(f"credentials.{name}", "give a value")
    for name in connection.credentials:
        if not _VISIBLE.fullmatch(connection.credentials[name]):
            yield Problem(f"credentials.{name}", "use visible ASCII characters without spaces")


def _option_problems(connection: Connection, known: frozenset[str]) -> Iterator[Problem]:
    for name in sorted(set(connection.options) - known):
        shown = name if name.isidentifier() and len(name) <= _NAME_LIMIT else "?"
        yield Problem(f"options.{shown}", f"not known here; known are {', '.join(sorted(known))}")


def require(connection: Connection, problems: tuple[Problem, ...]) -> None:
    """Raise `ProviderRejected` with every problem, if there is one."""
    if problems:
        raise ProviderRejected(connection.provider_key, str(InvalidConnection(problems)))


def join(base: str, path: str) -> str:
    """A base URL and a path under it, with one slash between them."""
    return f"{base.rstrip('/')}/{path.lstrip('/')}"
