"""What reaches the log is names, places, counts and short plain values; never payload."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from sluice.server.kit import logs
from sluice.server.kit.logs import (
    MAX_STRING,
    configure_logging,
    describe_exception,
    drop_payload,
    route_stray_exceptions,
)

CANARY = "zq-canary-55d1"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning
    yield io.StringIO()
    sys.excepthook, threading.excepthook, sys.unraisablehook, warnings.showwarning = hooks
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def lines_of(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_our_own_line_is_json_with_utc_time_level_and_logger_first(stream: io.StringIO) -> None:
    configure_logging("info", "json", stream)
    structlog.get_logger("sluice.x").info("something happened", count=3, entity_type="PERSON")
    [line] = lines_of(stream)
    assert list(line) == ["timestamp", "level", "event", "logger", "count", "entity_type"]
    assert datetime.fromisoformat(line["timestamp"]).utcoffset() == UTC.utcoffset(None)
    assert (line["level"], line["event"], line["logger"]) == (
        "info",
        "something happened",
        "sluice.x",
    )


def test_the_console_shows_the_same_without_colours_where_no_terminal_is(
    stream: io.StringIO,
) -> None:
    configure_logging("INFO", "console", stream)
    structlog.get_logger("sluice.x").warning("something happened", count=3)
    assert "something happened" in stream.getvalue()
    assert "count=3" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


def test_records_below_the_level_are_not_written(stream: io.StringIO) -> None:
    configure_logging("WARNING", "json", stream)
    structlog.get_logger("sluice.x").info("quiet")
    logging.getLogger("sluice.x").info("quiet")
    assert stream.getvalue() == ""


def test_an_unknown_level_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="DEBUG, INFO, WARNING") as refused:
        configure_logging(CANARY, "json")
    assert CANARY not in str(refused.value)


def test_configuring_twice_writes_each_line_once(stream: io.StringIO) -> None:
    configure_logging("INFO", "json", stream)
    configure_logging("INFO", "json", stream)
    structlog.get_logger("sluice.x").info("once")
    assert len(lines_of(stream)) == 1


@pytest.mark.parametrize("name", ["httpx", "httpcore.connection", "sqlalchemy.engine", "aiosqlite"])
def test_libraries_that_log_urls_and_statements_are_quiet_below_warning(
    name: str, stream: io.StringIO
) -> None:
    configure_logging("DEBUG", "json", stream)
    logging.getLogger(name).info("GET %s", CANARY)
    assert stream.getvalue() == ""


def test_uvicorns_access_log_is_off(stream: io.StringIO) -> None:
    configure_logging("DEBUG", "json", stream)
    logging.getLogger("uvicorn.access").info("GET /%s", CANARY)
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("name", "message", "arguments", "shown"),
    [
        (
            "uvicorn.error",
            "Uvicorn running on %s://%s:%d (Press CTRL+C to quit)",
            ("http", "127.0.0.1", 8321),
            "Uvicorn running on http://127.0.0.1:8321 (Press CTRL+C to quit)",
        ),
        ("uvicorn.error", "Application startup complete.", (), "Application startup complete."),
        (
            "uvicorn.error",
            '%s - "WebSocket %s" 403',
            ("192.0.2.1:1", f"/{CANARY}"),
            '%s - "WebSocket %s" 403',
        ),
        (
            "alembic.runtime.migration",
            "Running %s %s -> %s",
            ("upgrade", "a", "b"),
            "Running upgrade a -> b",
        ),
        ("some.library", "cannot read %s", (CANARY,), "cannot read %s"),
        ("some.library", "cannot read %(x)s", ({"x": CANARY},), "cannot read %(x)s"),
        ("some.library", f"cannot read {CANARY}", (), "message withheld"),
        ("sluice.x", "%d rows", (3,), "%d rows"),
    ],
)
def test_other_libraries_records_show_templates_but_not_what_was_filled_in(
    name: str, message: str, arguments: tuple[object, ...], shown: str, stream: io.StringIO
) -> None:
    configure_logging("INFO", "json", stream)
    logging.getLogger(name).warning(message, *arguments)
    [line] = lines_of(stream)
    assert line["event"] == shown
    assert line["at"].startswith("kit/test_logs.py:")
    assert CANARY not in stream.getvalue()


def test_an_exception_logged_as_a_message_is_its_class_and_errno(stream: io.StringIO) -> None:
    configure_logging("INFO", "json", stream)
    logging.getLogger("uvicorn.error").error(OSError(98, f"address in use {CANARY}"))
    assert lines_of(stream)[0]["event"] == "OSError EADDRINUSE"
    assert CANARY not in stream.getvalue()


def _raise() -> None:
    secret = CANARY
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ValueError(f"bad value {secret}") from error


@pytest.mark.parametrize("log_format", ["json", "console"])
@pytest.mark.parametrize("foreign", [False, True])
def test_tracebacks_become_class_and_place(
    log_format: logs.LogFormat, foreign: bool, stream: io.StringIO
) -> None:
    configure_logging("INFO", log_format, stream)
    try:
        _raise()
    except ValueError:
        if foreign:
            logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
        else:
            structlog.get_logger("sluice.x").exception("it failed", stack_info=True)
    written = stream.getvalue()
    assert "ValueError" in written
    assert "KeyError" in written
    assert "test_logs.py:" in written
    assert " _raise" in written
    assert CANARY not in written
    assert "Traceback" not in written


def test_a_task_whose_exception_nobody_fetched_says_its_class_only(stream: io.StringIO) -> None:
    configure_logging("INFO", "json", stream)

    async def main() -> None:
        async def fails() -> None:
            raise ValueError(CANARY)

        task = asyncio.create_task(fails(), name=CANARY)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(main())
    [line] = [line for line in lines_of(stream) if line["logger"] == "asyncio"]
    assert (line["event"], line["exception"]) == ("message withheld", "ValueError")
    assert CANARY not in stream.getvalue()


class Colour(StrEnum):
    RED = "red"


@dataclass
class Holder:
    text: str


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (0.5, 0.5),
        ("short", "short"),
        ("x" * MAX_STRING, "x" * MAX_STRING),
        ("x" * (MAX_STRING + 1), f"(dropped: {MAX_STRING + 1} characters)"),
        (CANARY.encode(), f"(dropped: bytes, {len(CANARY)} long)"),
        (Holder(CANARY), "(dropped: Holder)"),
        (Colour.RED, "red"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (datetime(2026, 1, 2, tzinfo=UTC), "2026-01-02 00:00:00+00:00"),
        (Path("/a/b"), "/a/b"),
        (["a", Holder(CANARY)], ["a", "(dropped: Holder)"]),
        ({"a": {"b": CANARY.encode()}}, {"a": {"b": f"(dropped: bytes, {len(CANARY)} long)"}}),
        ({Holder(CANARY).text * 30: 1}, {f"(dropped: {len(CANARY) * 30} characters)": 1}),
        (ValueError(CANARY), {"exception": "ValueError"}),
        ([[[[["deep"]]]]], [[[["(dropped: list, 1 long)"]]]]),
    ],
)
def test_the_last_processor_keeps_plain_short_values_and_names_what_it_drops(
    value: object, shown: object
) -> None:
    assert drop_payload(None, "info", {"event": "e", "value": value}) == {
        "event": "e",
        "value": shown,
    }


def test_a_list_is_kept_to_its_first_fifty_entries() -> None:
    kept = drop_payload(None, "info", {"event": "e", "value": list(range(1000))})
    assert kept["value"] == list(range(50))


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=80)
@given(st.dictionaries(st.text(max_size=12), json_like, max_size=5))
def test_whatever_is_logged_comes_out_as_one_line_of_json(values: dict[str, object]) -> None:
    """The law: any values give one line, and no string of it is longer than the limit."""
    safe = drop_payload(None, "info", {**values, "event": "e"})
    written = json.dumps(safe)
    assert "\n" not in written
    assert all(len(text) <= MAX_STRING for text in strings_of(safe))


def strings_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from strings_of(key)
            yield from strings_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings_of(item)


def test_an_exception_is_described_by_class_place_and_chain() -> None:
    try:
        _raise()
    except ValueError as error:
        described = describe_exception(error)
    place = str(described.pop("at"))
    assert place.startswith("kit/test_logs.py:")
    assert place.endswith(" _raise")
    assert described == {"exception": "ValueError", "caused_by": ["KeyError"]}


def test_the_place_is_ours_and_the_librarys_is_named_beside_it() -> None:
    with pytest.raises(AttributeError) as raised:
        configure_logging("INFO", "json", stream=LogLess())  # type: ignore[arg-type]
    described = describe_exception(raised.value)
    assert str(described["at"]).startswith("sluice/server/kit/logs.py:")
    assert "raised_at" not in described
    with pytest.raises(LookupError) as raised_elsewhere:
        drop_payload(None, "info", {"event": "e", "value": Unlisted()})
    described = describe_exception(raised_elsewhere.value)
    assert str(described["at"]).startswith("sluice/server/kit/logs.py:")
    assert str(described["raised_at"]).endswith(" Unlisted.items")


class LogLess:
    """No stream at all."""


class Unlisted(dict[str, Any]):
    def items(self) -> Any:  # noqa: ANN401 (only there to fail)
        raise LookupError(CANARY)


def test_a_suppressed_context_is_not_named_and_a_library_is_named_by_its_module() -> None:
    with pytest.raises(RuntimeError) as raised:
        _wrap_a_librarys_error()
    validation = "pydantic_core._pydantic_core.ValidationError"
    assert describe_exception(raised.value)["caused_by"] == [validation]
    raised.value.__cause__ = None
    raised.value.__suppress_context__ = True
    assert "caused_by" not in describe_exception(raised.value)


def _wrap_a_librarys_error() -> None:
    try:
        Counted.model_validate({"count": CANARY})
    except ValueError as error:
        raise RuntimeError(CANARY) from error


class Counted(BaseModel):
    count: int


def test_an_exception_that_was_never_raised_has_no_place() -> None:
    assert describe_exception(ValueError(CANARY)) == {"exception": "ValueError"}


def test_stray_exceptions_and_warnings_are_logged_without_their_text(stream: io.StringIO) -> None:
    configure_logging("INFO", "json", stream)
    route_stray_exceptions()

    class Broken:
        def __del__(self) -> None:
            raise ValueError(CANARY)

    thread = threading.Thread(target=_raise)
    thread.start()
    thread.join()
    Broken()
    gc.collect()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logs._log_warning
        Counted.model_construct(count=CANARY).model_dump_json()
    try:
        _raise()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)
    assert [line["event"] for line in lines_of(stream)] == [
        "uncaught exception in a thread",
        "exception that could not be raised",
        "warning",
        "uncaught exception",
    ]
    assert CANARY not in stream.getvalue()


def test_a_record_that_cannot_be_written_does_not_print_its_arguments(
    stream: io.StringIO, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("INFO", "json", stream)
    [handler] = [h for h in logging.getLogger().handlers if isinstance(h, logs._SafeHandler)]
    arguments = {"msg": "Started server process [%d]", "args": (CANARY,)}
    handler.handle(logging.makeLogRecord({"name": "uvicorn.error", **arguments}))
    assert lines_of(stream) == [{"event": "log record lost", "logger": "uvicorn.error"}]
    assert CANARY not in "".join(capsys.readouterr())
