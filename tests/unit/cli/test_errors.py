"""Every error becomes one message and a named exit code; unknown ones name their place only."""

from __future__ import annotations

import errno

import pytest
from alembic.util import CommandError as MigrationError
from sqlalchemy.exc import OperationalError

from sluice.cli.errors import CommandError, ExitCode, as_command_error, system_reason
from sluice.engine.errors import InvalidPolicy, PolicyBlocked, Problem
from sluice.server.errors import NotFound, Unprocessable
from sluice.server.features.proxy.calls.prices import PricesError
from sluice.server.kit.sealing import SealingError
from sluice.server.providers.addresses import InvalidConnection
from sluice.server.settings import InvalidSettings

CANARY = "canary-4711"
PROBLEM = Problem("a.b", "give a value")


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (InvalidSettings("SLUICE_PORT: no\nSLUICE_X: none"), ExitCode.SETTINGS, "SLUICE_X: none"),
        (SealingError("it is no key"), ExitCode.SETTINGS, "it is no key"),
        (PricesError("prices.toml is no TOML"), ExitCode.SETTINGS, "prices.toml is no TOML"),
        (InvalidConnection([PROBLEM]), ExitCode.SETTINGS, "a.b: give a value"),
        (InvalidPolicy([PROBLEM]), ExitCode.REFUSED, "a.b: give a value"),
        (PolicyBlocked({"URL": 2}), ExitCode.REFUSED, "URL (2)"),
        (NotFound("There is no user 3."), ExitCode.FAILURE, "There is no user 3."),
        (Unprocessable("No.", errors=[PROBLEM]), ExitCode.FAILURE, "a.b: give a value"),
        (MigrationError("unknown"), ExitCode.FAILURE, "sluice migrate --check"),
        (FileNotFoundError(errno.ENOENT, "x", "f.txt"), ExitCode.FAILURE, "f.txt: No such file"),
        (CommandError("as it is"), ExitCode.FAILURE, "as it is"),
    ],
)
def test_known_errors_keep_their_message(error: Exception, code: ExitCode, said: str) -> None:
    known = as_command_error(error)
    assert known.exit_code is code
    assert said in "\n".join(known.lines())


@pytest.mark.parametrize(
    "error",
    [
        OperationalError(f"SELECT '{CANARY}'", {"a": CANARY}, OSError(CANARY)),
        ValueError(CANARY),
        KeyError(CANARY),
    ],
)
def test_errors_that_may_quote_something_are_named_by_class_only(error: Exception) -> None:
    shown = "\n".join(as_command_error(error).lines())
    assert CANARY not in shown
    assert type(getattr(error, "orig", error)).__name__ in shown


def test_an_unknown_error_names_the_place_that_raised_it() -> None:
    with pytest.raises(KeyError) as caught:
        PolicyBlocked({"URL": 1}).counts["NONE"]
    assert "test_errors.py" in "\n".join(as_command_error(caught.value).lines())


def test_a_system_error_is_told_in_the_systems_words() -> None:
    assert system_reason(OSError(errno.EADDRINUSE, CANARY)) == "Address already in use"
    assert system_reason(ConnectionError(CANARY)) == "ConnectionError"
