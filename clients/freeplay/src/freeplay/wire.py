"""The four calls of the Freeplay wire, as steps that do no I/O themselves.

Steps are generators: they yield what is to be done (`Send`, `Pause`, `Ask`) and are sent what came
of it, so that one description serves blocking callers and asyncio alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar
from urllib.parse import quote

from freeplay.calls import ModelCall
from freeplay.completions import PromptTemplates, PromptTemplateWithMetadata
from freeplay.errors import (
    AuthorizationError,
    ConnectionFailedError,
    InvalidResponseError,
    RateLimitedError,
    RequestError,
)

MESSAGE_LIMIT: Final = 300
"""How many code points of the server's own message are shown at most."""
_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 5.0
_PASSING: Final = frozenset({429, 502, 503, 504})
_MUSTACHE: Final = {"Freeplay-Template-Dialect": "mustache"}
"""Tells a server that can do both that we read mustache; others answer as ever."""


@dataclass(frozen=True, slots=True)
class Request:
    """A call. `path` is quoted and follows the base; `timeout` in seconds, None: the client's.

    `repeatable` says that the server does the same once, however often it is sent.
    """

    method: str
    path: str
    body: object = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = False
    timeout: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Send:
    """Wants an `Answer`, or the `RequestError` that says why there is none."""

    request: Request


@dataclass(frozen=True, slots=True)
class Pause:
    """Wants this many seconds to pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Ask:
    """Wants the flavor's response to a call, or the exception that it raised."""

    call: ModelCall


T = TypeVar("T")
Step = Send | Pause | Ask
Steps = Generator[Step, Any, T]


def exchange(request: Request, accepted: Callable[[int], bool], retries: int) -> Steps[Answer]:
    """Send a request, again where that can help. Raises `RequestError`."""
    attempt = 0
    while True:
        outcome = yield Send(request)
        problem = outcome if isinstance(outcome, RequestError) else None
        if problem is None and not accepted(outcome.status):
            problem = refused(outcome, request.path)
        if problem is None:
            answer: Answer = outcome
            return answer
        if attempt >= retries or not _may_repeat(problem, request):
            raise problem
        yield Pause(_pause(problem, attempt))
        attempt += 1


def _may_repeat(problem: RequestError, request: Request) -> bool:
    if isinstance(problem, ConnectionFailedError):
        return request.repeatable or problem.code == "not_connected"
    if isinstance(problem, RateLimitedError):
        return (problem.retry_after or 0) <= _LONGEST_PAUSE_SECONDS
    return request.repeatable and problem.status in _PASSING


def _pause(problem: RequestError, attempt: int) -> float:
    asked = problem.retry_after if isinstance(problem, RateLimitedError) else None
    doubled: float = _PAUSE_SECONDS * 2 ** min(attempt, 10)
    return min(max(asked or 0.0, doubled), _LONGEST_PAUSE_SECONDS)


def create_session(project_id: str, tag: str, test_run_id: str | None, retries: int) -> Steps[str]:
    """Return the id of a new session."""
    path = f"/projects/{_quoted(project_id)}/sessions/tag/{_quoted(tag)}"
    body = None if test_run_id is None else {"test_run_id": test_run_id}
    answer = yield from exchange(Request("POST", path, body), lambda status: status == 201, retries)
    return _text(_object(answer, path), "session_id", path)


def get_templates(project_id: str, tag: str, etag: str | None, retries: int) -> Steps[Answer]:
    """Return the answer with a project's templates; its status is 304 where `etag` still holds."""
    path = f"/projects/{_quoted(project_id)}/templates/all/{_quoted(tag)}"
    headers = {**_MUSTACHE, **({"If-None-Match": etag} if etag else {})}
    request = Request("GET", path, headers=headers, repeatable=True)
    good = {200, 304} if etag else {200}
    return (yield from exchange(request, lambda status: status in good, retries))


def create_test_run(
    project_id: str, playlist: str, retries: int
) -> Steps[tuple[str, list[dict[str, str]]]]:
    """Return the id of a new test run, and the variables of each of its test cases."""
    path = f"/projects/{_quoted(project_id)}/test-runs"
    request = Request("POST", path, {"playlist_name": playlist})
    answer = yield from exchange(request, lambda status: 200 <= status < 300, retries)
    said = _object(answer, path)
    inputs = said.get("inputs")
    if not isinstance(inputs, list) or not all(isinstance(one, dict) for one in inputs):
        raise _unpromised(path, "inputs is no list of objects")
    return _text(said, "test_run_id", path), inputs


def record(payload: Mapping[str, Any], key: str, retries: int, timeout: float) -> Steps[None]:
    """Send a recording; `key` lets a server tell a repeated one from a second one."""
    headers = {"Idempotency-Key": key}
    request = Request("POST", "/v1/record", payload, headers, repeatable=True, timeout=timeout)
    yield from exchange(request, lambda status: status < 400, retries)


def templates_in(content: bytes, path: str = "/templates") -> PromptTemplates:
    """Read the templates of an answer. Raises `InvalidResponseError` naming the first bad one."""
    said = _object(Answer(200, {}, content), path)
    found = said.get("templates")
    if not isinstance(found, list):
        raise _unpromised(path, "templates is no list")
    return PromptTemplates([_template(one, index, path) for index, one in enumerate(found)])


def _template(one: object, index: int, path: str) -> PromptTemplateWithMetadata:
    if not isinstance(one, dict):
        raise _unpromised(path, f"templates[{index}] is no object")
    params = one.get("params")
    if params is not None and not isinstance(params, dict):
        raise _unpromised(path, f"templates[{index}].params is no object")
    names = ("project_version_id", "prompt_template_id", "name", "content")
    texts = {name: _text(one, name, path, f"templates[{index}].") for name in names}
    dialect = one.get("dialect", "format")
    if dialect not in ("format", "mustache"):
        raise _unpromised(path, f"templates[{index}].dialect is none that is known")
    return PromptTemplateWithMetadata(**texts, params=params, dialect=dialect)


def refused(answer: Answer, path: str) -> RequestError:
    """Return the error that a refusal stands for, with the server's `message` where it has one."""
    try:
        said = json.loads(answer.content)
    except ValueError:
        said = None
    said = said if isinstance(said, dict) else {}
    details = {
        "path": path,
        "status": answer.status,
        "code": _string(said, "code"),
        "request_id": _string(said, "requestId") or answer.headers.get("x-request-id"),
    }
    words = (_string(said, "message") or "no message came with it")[:MESSAGE_LIMIT]
    return _refusal(answer, path, words, details)


def _refusal(answer: Answer, path: str, words: str, details: Mapping[str, Any]) -> RequestError:
    message = f"The server refused {path} with {answer.status}: {words}"
    if answer.status < 400:
        return _unpromised(path, f"its status is {answer.status}")
    if answer.status == 401:
        return AuthorizationError(f"{message} (is the Freeplay API key right?)", **details)
    if answer.status == 429:
        limited = RateLimitedError(message, **details)
        after = answer.headers.get("retry-after", "")
        limited.retry_after = float(after) if after.isdecimal() else None
        return limited
    return RequestError(message, **details)


def _quoted(part: str) -> str:
    return quote(part, safe="")


def _object(answer: Answer, path: str) -> dict[str, Any]:
    try:
        said = json.loads(answer.content)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        # Raised outside of the handler: the cause would carry the answer.
        raise _unpromised(path, "it is no JSON object")
    return said


def _text(said: Mapping[str, Any], name: str, path: str, where: str = "") -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise _unpromised(path, f"{where}{name} is no text")
    return value


def _string(said: Mapping[str, Any], name: str) -> str | None:
    value = said.get(name)
    return value if isinstance(value, str) else None


def _unpromised(path: str, problem: str) -> InvalidResponseError:
    return InvalidResponseError(
        f"The server's answer to {path} is not what the wire promises: {problem}",
        path=path,
        code="invalid_response",
    )
