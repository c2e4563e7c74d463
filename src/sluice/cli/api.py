"""Calling a server: one client, its errors as the command line's errors."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from sluice.cli.errors import CommandError, NotAllowed, Refused, Unreachable, WrongUsage
from sluice.cli.options import DEFAULT_URL

ADMIN = "/api/admin/v1"
ANSWER_SECONDS = 1900.0
"""A model's answer may take the server's own limit (SLUICE_PROVIDER_TOTAL_SECONDS) and a little."""
CONNECT_SECONDS = 10.0
PAGE = 500
_LINES = {"Accept": "application/x-ndjson"}


class Api:
    """A server's API with a token; every failure is a `CommandError`."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url = _checked_url(url)
        self._client = httpx.Client(
            base_url=self.url,
            headers=_authorization(token),
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            # A proxy of the environment is for the world outside, not for this machine.
            trust_env=not _is_loopback(self.url),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._client.close()

    def get(self, path: str, **parameters: str | int) -> Any:  # noqa: ANN401 (JSON)
        """The `data` of an answer."""
        return self._call("GET", path, params=parameters)

    def post(self, path: str, body: object) -> Any:  # noqa: ANN401 (JSON)
        """The `data` of an answer."""
        return self._call("POST", path, **_json(body))

    def put(self, path: str, body: object) -> Any:  # noqa: ANN401 (JSON)
        """The `data` of an answer."""
        return self._call("PUT", path, **_json(body))

    def patch(self, path: str, body: object) -> Any:  # noqa: ANN401 (JSON)
        """The `data` of an answer."""
        return self._call("PATCH", path, **_json(body))

    def pages(self, path: str, **parameters: str | int) -> Iterator[Any]:
        """Everything of a list that comes in parts, by `nextCursor`."""
        while True:
            with self._reaching():
                response = self._client.get(path, params=parameters)
            if not response.is_success:
                raise _refusal(response)
            page = _object(response.text)
            yield from page.get("data", ())
            if (cursor := page.get("nextCursor")) is None:
                return
            parameters["cursor"] = cursor

    def wire(
        self, path: str, body: object, headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """The whole answer of a wire that has no `data`."""
        with self._reaching():
            response = self._client.post(path, **_json(body, headers))
        if not response.is_success:
            raise _refusal(response)
        return _object(response.text)

    def delete(self, path: str) -> None:
        """Delete what is there."""
        self._call("DELETE", path)

    def lines(self, path: str, body: object) -> Iterator[dict[str, Any]]:
        """The objects of a stream of JSON lines, each as it comes."""
        yield from self._lines("POST", path, **_json(body, _LINES))

    def lines_of(self, path: str, **parameters: str | int) -> Iterator[dict[str, Any]]:
        """The same of what is only read."""
        yield from self._lines("GET", path, params=parameters, headers=_LINES)

    def file_lines(
        self, path: str, data: bytes, **parameters: str | int | bool
    ) -> Iterator[dict[str, Any]]:
        """The same about a file that is sent; its `format` is one of the parameters."""
        yield from self._lines("POST", path, content=data, params=parameters, headers=_LINES)

    def download(self, path: str, **parameters: str | int) -> Iterator[bytes]:
        """A file in pieces; one that was cut raises `Unreachable`."""
        yield from self._pieces("GET", path, params=parameters)

    def download_by(self, path: str, body: object) -> Iterator[bytes]:
        """The same of a file that a body describes."""
        yield from self._pieces("POST", path, **_json(body))

    def _pieces(self, method: str, path: str, **request: Any) -> Iterator[bytes]:  # noqa: ANN401
        with self._reaching(), self._client.stream(method, path, **request) as response:
            if not response.is_success:
                response.read()
                raise _refusal(response)
            yield from response.iter_bytes()

    def _lines(
        self,
        method: str,
        path: str,
        **request: Any,  # noqa: ANN401 (httpx's)
    ) -> Iterator[dict[str, Any]]:
        with self._reaching(), self._client.stream(method, path, **request) as response:
            if not response.is_success:
                response.read()
                raise _refusal(response)
            for line in response.iter_lines():
                if line.strip():
                    yield _object(line)

    def _call(self, method: str, path: str, **request: Any) -> Any:  # noqa: ANN401 (httpx's)
        with self._reaching():
            response = self._client.request(method, path, **request)
        if not response.is_success:
            raise _refusal(response)
        return _object(response.text).get("data") if response.content else None

    @contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except httpx.TimeoutException:
            raise Unreachable(f"{self.url} does not answer in time.") from None
        except (httpx.HTTPError, httpx.InvalidURL) as e:
            kind = type(e).__name__
            raise Unreachable(
                f"Cannot reach {self.url} ({kind}); is the server running? Name another with "
                "--url or SLUICE_URL, or start one with `sluice serve`."
            ) from None


def _checked_url(url: str) -> str:
    try:
        parts = urlsplit(url)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        fine = False
    if not fine:
        raise WrongUsage(f"The server's URL must look like {DEFAULT_URL} (--url, SLUICE_URL).")
    if "@" in parts.netloc:
        raise WrongUsage("The server's URL must not hold a password; use SLUICE_TOKEN.")
    return url.rstrip("/")


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _authorization(token: str | None) -> dict[str, str]:
    if not token:
        raise NotAllowed(
            "No token: put one into SLUICE_TOKEN. `sluice serve` prints the first one once; "
            "`sluice token create` makes another on the server's own machine."
        )
    if not token.isascii() or not token.isprintable() or token != token.strip():
        raise NotAllowed("SLUICE_TOKEN is no token: it must be printable ASCII without spaces.")
    return {"Authorization": f"Bearer {token}"}


def _json(body: object, headers: dict[str, str] | None = None) -> dict[str, Any]:
    """A request's content and headers; raises `WrongUsage` and quotes nothing."""
    try:
        content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError):
        content = b""
    if not content:
        raise WrongUsage(
            "JSON cannot say what was given: a date without quotes, a number without end, or text "
            "that is not UTF-8."
        )
    return {"content": content, "headers": {**(headers or {}), "Content-Type": "application/json"}}


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise CommandError("This is no answer of Sluice; check --url or SLUICE_URL.")
    return found


def _refusal(response: httpx.Response) -> CommandError:
    try:
        body = _object(response.text)
    except CommandError:
        body = {}
    return refusal(body, response.status_code)


def refusal(body: dict[str, Any], status: int) -> CommandError:
    """The error that a server's answer describes."""
    message = str(body.get("message") or f"The server answered with status {status}.")
    if request_id := body.get("requestId"):
        message += f" (request {request_id})"
    kind = CommandError
    if body.get("code") in _REFUSING:
        kind = Refused
    elif status in (401, 403):
        kind = NotAllowed
    return kind(message, _problems(body.get("errors")))


_REFUSING = ("policy_blocked", "detector_failed", "detector_missing", "detector_timeout")


def _problems(errors: object) -> list[str]:
    listed = errors if isinstance(errors, list) else []
    return [f"{e.get('path')}: {e.get('message')}" for e in listed if isinstance(e, dict)]


def all_users(api: Api) -> list[dict[str, Any]]:
    """Every user, page by page."""
    return _all(api, f"{ADMIN}/users")


def user_id(api: Api, user: str) -> int:
    """The id of a user who is named by it or by an e-mail address; raises `CommandError`."""
    if user.isascii() and user.isdecimal():
        return int(user)
    found = [u["id"] for u in all_users(api) if u["email"] == user.lower()]
    if not found:
        raise CommandError("There is no user with this e-mail address; see `sluice user list`.")
    return int(found[0])


def all_teams(api: Api) -> list[dict[str, Any]]:
    """Every team, page by page."""
    return _all(api, f"{ADMIN}/teams")


def _all(api: Api, path: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    while page := api.get(path, after=rows[-1]["id"] if rows else 0, limit=PAGE):
        rows += page
        if len(page) < PAGE:
            break
    return rows
