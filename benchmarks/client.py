"""A client on one kept connection, as light as can be: what it costs is the same for every server.

Built on `http.client`, not on a library that an application would use, because half a
millisecond more a call would hide what is measured.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Timed:
    """When things came, in milliseconds after the request began to be sent."""

    first: float
    """The first line in which the answer has text."""
    last: float
    """The last byte."""


class Client:
    """POSTs JSON to one server; raises `RuntimeError` for any answer but a success."""

    def __init__(self, url: str, path: str, token: str) -> None:
        parts = urlsplit(url)
        self._connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
        self._path = path
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._connection.close()

    def post(self, body: Json, path: str | None = None) -> bytes:
        """The whole answer."""
        with self._sent(body, path) as answer:
            return answer.read()

    def whole(self, body: Json) -> tuple[float, bytes]:
        """How long the whole answer takes, and the answer."""
        begun = time.perf_counter()
        answer = self.post(body)
        return (time.perf_counter() - begun) * 1000, answer

    def milliseconds(self, body: Json) -> float:
        """How long the whole answer takes."""
        return self.whole(body)[0]

    def timed(self, body: Json, mark: bytes) -> Timed:
        """How long it takes until a line of the answer has `mark` in it, and until all is there."""
        begun = time.perf_counter()
        first = 0.0
        with self._sent(body, None) as answer:
            while line := answer.readline():
                if not first and mark in line:
                    first = (time.perf_counter() - begun) * 1000
        return Timed(first, (time.perf_counter() - begun) * 1000)

    def _sent(self, body: Json, path: str | None) -> HTTPResponse:
        data = json.dumps(body).encode()
        self._connection.request("POST", path or self._path, data, self._headers)
        answer = self._connection.getresponse()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{answer.status} for {path or self._path}: {answer.read(500)!r}")
        return answer
