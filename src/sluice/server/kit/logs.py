"""Logging that cannot carry payload: JSON lines or a console, one handler for everything.

Our own code logs through `structlog.get_logger(__name__)` with a literal event and named
values. As defence in depth behind `tools/no_payload.py`, the last processor drops what it
cannot vouch for:

- strings over 200 characters, bytes, and objects whose `repr` is not known to be harmless;
- exceptions, which become class names and places in code (no message, no locals, no source);
- what other libraries formatted themselves: of their records only templates from a short list
  are filled in, the rest keep logger, level and place.
"""

from __future__ import annotations

import errno
import json
import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping, MutableMapping, Sequence
from contextlib import nullcontext
from datetime import date
from enum import Enum
from functools import partial
from pathlib import Path
from types import CodeType, TracebackType
from typing import TYPE_CHECKING, Any, Final, Literal, TextIO, TypeAlias
from uuid import UUID

import structlog

if TYPE_CHECKING:
    from structlog.typing import Processor

LogFormat: TypeAlias = Literal["json", "console"]
_Arguments: TypeAlias = tuple[object, ...] | Mapping[str, object] | None

MAX_STRING: Final = 200
"""Characters of a value that may stand in a log; longer ones are dropped, not cut."""
MAX_ITEMS: Final = 50
"""Entries of a list or mapping value that are kept."""
MAX_DEPTH: Final = 4
"""How deep lists and mappings may be nested."""
MAX_CAUSES: Final = 8
"""How many exceptions of a chain are named."""

QUIET: Final = frozenset(
    {"httpx", "httpcore", "sqlalchemy", "aiosqlite", "asyncpg", "alembic", "hpack", "multipart"}
)
"""Libraries whose INFO or DEBUG records hold URLs, statements or parameters, or are noise."""

_FIRST: Final = ("timestamp", "level", "event", "logger", "request_id")
"""What a person looks for first in a line."""

_OWN_PACKAGE: Final = "sluice"
_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode
_SOURCE_ROOT: Final = Path(__file__).parents[3]

_FOREIGN_TEMPLATES: Final[Mapping[str, tuple[str, ...]]] = {
    "uvicorn.error": ("Uvicorn running on", "Started server process", "Finished server process"),
    "alembic.runtime.migration": ("Running ", "Context impl", "Will assume"),
}
"""Templates of other libraries, by how they begin, whose arguments are addresses, process ids
and revision names."""

_LITERAL: Final = frozenset(_FOREIGN_TEMPLATES)
"""Loggers of others whose records without arguments are sentences written in their source."""


def configure_logging(
    level: str,
    format: LogFormat,  # noqa: A002 (the word of the setting)
    stream: TextIO | None = None,
) -> None:
    """Send structlog and the standard library's logging through one safe handler.

    `level` is a name such as `INFO`, in any case; `stream` defaults to standard error. Calling
    it again replaces the earlier set-up. Run uvicorn with `log_config=None, access_log=False`,
    otherwise it puts its own handlers back. Raises `ValueError` for an unknown level.
    """
    number = logging.getLevelNamesMapping().get(level.upper())
    if number is None:
        raise ValueError("the log level must be DEBUG, INFO, WARNING, ERROR or CRITICAL")
    handler = _SafeHandler(stream or sys.stderr)
    render = _renderer(format, colors=_is_terminal(handler.stream))
    handler.setFormatter(_formatter(render))
    _install(handler, number)
    structlog.configure(
        processors=[*_shared(), _finished(render)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=partial(_OwnLogger, handler),
        cache_logger_on_first_use=False,
    )


def route_stray_exceptions() -> None:
    """Let the interpreter's own outputs go through the log, for a process that is a server.

    Uncaught exceptions, those of threads and finalisers, and warnings would otherwise be
    printed with their text; pydantic's serializer warnings quote the value.
    """
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_thread
    sys.unraisablehook = _log_unraisable
    warnings.showwarning = _log_warning


def describe_exception(error: BaseException) -> dict[str, object]:
    """Class names and places in code of an exception; nothing that it was raised with.

    `exception` is its class, `at` the innermost place of this project (`file:line function`),
    `raised_at` the place that raised it if that is another, `caused_by` the classes of the
    chain behind it, `errno` the name of an operating system's error.
    """
    error = _unwrap(error)
    ours, raised = _places(error.__traceback__)
    described: dict[str, object] = {"exception": _class_name(error)}
    if ours or raised:
        described["at"] = ours or raised
    if ours and raised != ours:
        described["raised_at"] = raised
    if causes := _causes(error):
        described["caused_by"] = causes
    if isinstance(error, OSError) and error.errno is not None:
        described["errno"] = errno.errorcode.get(error.errno, error.errno)
    return described


def _unwrap(error: BaseException) -> BaseException:
    """The only member of an exception group, as task groups wrap what one task raised."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def _class_name(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else _qualified(kind)


def _qualified(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _places(trace: TracebackType | None) -> tuple[str | None, str | None]:
    """The innermost place of this project, and the innermost of all."""
    ours = raised = None
    for frame, line in traceback.walk_tb(trace):
        raised = _place(frame.f_code, line)
        if _is_ours(frame.f_globals.get("__name__", "")):
            ours = raised
    return ours, raised


def _is_ours(module: str) -> bool:
    """Middleware stands in every request's stack and says nothing about the fault."""
    return module.startswith(f"{_OWN_PACKAGE}.") and ".middleware." not in module


def _place(code: CodeType, line: int | None) -> str:
    return f"{_short_path(code.co_filename)}:{line} {code.co_qualname}"


def _short_path(filename: str) -> str:
    """A path without what is before the package: no user's or machine's folder names."""
    path = Path(filename)
    if path.is_relative_to(_SOURCE_ROOT):
        return str(path.relative_to(_SOURCE_ROOT))
    parts = path.parts
    if "site-packages" in parts:
        return "/".join(parts[parts.index("site-packages") + 1 :])
    return "/".join(parts[-2:]) if path.is_absolute() else path.name


def _causes(error: BaseException) -> list[str]:
    causes: list[str] = []
    following = error.__cause__ or _context(error)
    while following is not None and len(causes) < MAX_CAUSES:
        causes.append(_class_name(following))
        following = following.__cause__ or _context(following)
    return causes


def _context(error: BaseException) -> BaseException | None:
    return None if error.__suppress_context__ else error.__context__


class _SafeHandler(logging.StreamHandler[TextIO]):
    """The one handler of the process, so that it can be recognised and replaced."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 (the base's name)
        """Say that a record could not be written; the base class would print its arguments."""
        self.stream.write(f"{_lost(record.name)}\n")

    def write(self, name: str, line: str) -> None:
        """Write a line of our own, which needs no record."""
        with self.lock or nullcontext():
            try:
                self.stream.write(f"{line}\n")
                self.flush()
            except Exception:
                self.stream.write(f"{_lost(name)}\n")


class _OwnLogger:
    """What our own code's lines are handed to when they are rendered.

    A record of the standard library for each of them would cost more than all the rest.
    """

    __slots__ = ("_handler", "name")

    def __init__(self, handler: _SafeHandler, name: str = _OWN_PACKAGE) -> None:
        self._handler = handler
        self.name = name

    def write(self, line: str) -> None:
        """Write a rendered line."""
        self._handler.write(self.name, line)

    debug = info = warning = error = critical = write
    """Levels are filtered and told by now."""


def _lost(name: str) -> str:
    return f'{{"event": "log record lost", "logger": "{name}"}}'


def _install(handler: logging.Handler, number: int) -> None:
    root = logging.getLogger()
    for old in list(root.handlers):
        if isinstance(old, _SafeHandler) or type(old) is logging.StreamHandler:
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(number)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        _hand_to_root(logging.getLogger(name))
    logging.getLogger("uvicorn.access").disabled = True


def _hand_to_root(logger: logging.Logger) -> None:
    logger.handlers.clear()
    logger.propagate = True


def _is_terminal(stream: TextIO) -> bool:
    return stream.isatty()


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _renderer(log_format: LogFormat, *, colors: bool) -> Processor:
    return _as_json if log_format == "json" else structlog.dev.ConsoleRenderer(colors=colors)


def _as_json(logger: object, method: str, event: MutableMapping[str, Any]) -> str:
    return _ENCODE(event)


def _finished(render: Processor) -> Processor:
    """The last processor of our own lines; a line that cannot be rendered says so."""

    def finished(logger: _OwnLogger, method: str, event: MutableMapping[str, Any]) -> Any:  # noqa: ANN401 (what a renderer gives)
        try:
            safe = drop_payload(logger, method, _exceptions_to_places(logger, method, event))
            return render(logger, method, safe)
        except Exception:
            return _lost(logger.name)

    return finished


def _formatter(render: Processor) -> logging.Formatter:
    """Of what other libraries log."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_foreign_event, *_shared()],
        processors=[
            _exceptions_to_places,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            drop_payload,
            render,
        ],
        use_get_message=False,
        pass_foreign_args=True,
    )


def _foreign_event(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace another library's message unless it is known to hold nothing of a request."""
    record: logging.LogRecord = event["_record"]
    event["event"] = _foreign_text(record, event.pop("positional_args", ()))
    event["at"] = f"{_short_path(record.pathname)}:{record.lineno} {record.funcName}"
    return event


def _foreign_text(record: logging.LogRecord, arguments: _Arguments) -> str:
    if isinstance(record.msg, BaseException):
        return _exception_line(record.msg)
    template = record.msg.strip() if isinstance(record.msg, str) else ""
    if arguments and template.startswith(_FOREIGN_TEMPLATES.get(record.name, ())):
        return template % arguments
    # With arguments it is a template; without them it may have been put together from values.
    if arguments or record.name in _LITERAL or record.name.partition(".")[0] == _OWN_PACKAGE:
        return template
    return "message withheld"


def _exception_line(error: BaseException) -> str:
    described = describe_exception(error)
    return " ".join(str(described[key]) for key in ("exception", "errno") if key in described)


def _exceptions_to_places(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Put `describe_exception` where a traceback would have been printed."""
    record = event.get("_record")
    given = event.pop("exc_info", None) or getattr(record, "exc_info", None)
    event.pop("stack_info", None)
    if record is not None:
        record.exc_info = record.exc_text = record.stack_info = None
    error = _exception_of(given)
    if error is not None:
        event.update(describe_exception(error))
    return event


def _exception_of(given: object) -> BaseException | None:
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def drop_payload(
    logger: object, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The last processor: every value is a short plain one, or says what was dropped."""
    first = {key: event[key] for key in _FIRST if key in event}
    return {_safe_key(k): _safe_value(v, MAX_DEPTH) for k, v in {**first, **event}.items()}


def _safe_key(key: object) -> str:
    text = str(key) if isinstance(key, str | int) else type(key).__name__
    return text if len(text) <= MAX_STRING else f"(dropped: {len(text)} characters)"


def _safe_value(value: object, depth: int) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return _safe_value(value.value, depth)
    if isinstance(value, str):
        return _safe_string(value)
    if isinstance(value, UUID | date | Path):
        return _safe_string(str(value))
    if isinstance(value, BaseException):
        return describe_exception(value)
    return _safe_container(value, depth)


def _safe_string(value: str) -> str:
    return value if len(value) <= MAX_STRING else f"(dropped: {len(value)} characters)"


def _safe_container(value: object, depth: int) -> object:
    if depth and isinstance(value, Mapping):
        first = list(value.items())[:MAX_ITEMS]
        return {_safe_key(key): _safe_value(item, depth - 1) for key, item in first}
    if depth and isinstance(value, list | tuple | set | frozenset):
        return [_safe_value(item, depth - 1) for item in list(value)[:MAX_ITEMS]]
    size = f", {len(value)} long" if isinstance(value, Sequence) else ""
    return f"(dropped: {type(value).__name__}{size})"


def _stray_logger() -> structlog.typing.FilteringBoundLogger:
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger("sluice.stray")
    return logger


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    _stray_logger().critical("uncaught exception", **describe_exception(error))


def _log_thread(args: threading.ExceptHookArgs) -> None:
    described = describe_exception(args.exc_value) if args.exc_value else {}
    _stray_logger().error("uncaught exception in a thread", **described)


def _log_unraisable(unraisable: sys.UnraisableHookArgs) -> None:
    described = describe_exception(unraisable.exc_value) if unraisable.exc_value else {}
    _stray_logger().error("exception that could not be raised", **described)


def _log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    place = f"{_short_path(filename)}:{lineno}"
    _stray_logger().warning("warning", category=category.__name__, at=place)
