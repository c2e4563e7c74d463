"""What happens to an exception that nobody handled."""

from __future__ import annotations

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sluice.server.errors import SluiceError
from sluice.server.kit.logs import describe_exception
from sluice.server.middleware.answer import send_error

log: structlog.typing.FilteringBoundLogger = structlog.get_logger(__name__)


class LastResort:
    """Answers 500 with the request id and nothing else; logs class and place, never the text.

    Where an answer had begun it is left unfinished, which makes the server cut the connection:
    a cut stream must not look complete. A caller that went away while sending is no failure.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def send_wrapper(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_wrapper)
        except ClientDisconnect:
            return
        except Exception as error:
            _report(scope, error, started=started)
        else:
            return
        if not started:
            await send_error(scope, send, _internal())


def failure_of(scope: Scope) -> str | None:
    """The class name of the exception that ended this request, if one did."""
    state: dict[str, str] = scope.get("state", {})
    return state.get("failure")


def _report(scope: Scope, error: Exception, *, started: bool) -> None:
    described = describe_exception(error)
    scope.setdefault("state", {})["failure"] = described["exception"]
    log.error("unhandled exception", answer_begun=started, **described)


def _internal() -> SluiceError:
    return SluiceError("The server failed on this request; its log says why under this request id.")
