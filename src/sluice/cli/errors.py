"""What the command line ends with: named exit codes, and one tree of errors.

    CommandError                 1   it did not work; every problem on a line of its own
    ├── WrongUsage               2   arguments that contradict each other or say nothing
    ├── WrongSettings            3   settings, master key or data folder
    ├── Refused                  4   a policy blocks the text, or a text cannot be analysed
    ├── Unreachable              5   no server or no database answers
    └── NotAllowed               6   no token, a wrong one, or a role that may not

Errors of other layers become one of these in `as_command_error`. Messages hold names, places and
counts; never a prompt, a token or an answer.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import ClassVar, Final


class ExitCode(IntEnum):
    """What the shell gets in `$?`."""

    OK = 0
    FAILURE = 1
    USAGE = 2
    SETTINGS = 3
    REFUSED = 4
    UNREACHABLE = 5
    NOT_ALLOWED = 6
    WAITING = 7
    """It was asked for, and somebody else has to approve it."""
    INTERRUPTED = 130


class CommandError(Exception):
    """The command did not do what was asked; `problems` are listed under the message."""

    exit_code: ClassVar[ExitCode] = ExitCode.FAILURE

    def __init__(self, message: str, problems: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)

    def lines(self) -> list[str]:
        """The message, then every problem."""
        return [self.message, *(f"  - {problem}" for problem in self.problems)]


class WrongUsage(CommandError):
    """The arguments do not fit together."""

    exit_code = ExitCode.USAGE


class WrongSettings(CommandError):
    """The settings, the master key or the data folder cannot be used."""

    exit_code = ExitCode.SETTINGS


class Refused(CommandError):
    """A policy or a detector refuses the text."""

    exit_code = ExitCode.REFUSED


class Unreachable(CommandError):
    """No server or no database answers."""

    exit_code = ExitCode.UNREACHABLE


class NotAllowed(CommandError):
    """The server does not know the caller, or does not let them do this."""

    exit_code = ExitCode.NOT_ALLOWED


def as_command_error(error: Exception) -> CommandError:
    """Any error as the one that the command ends with; an unknown one names its place only."""
    if isinstance(error, CommandError):
        return error
    for module, name, translate in _TRANSLATIONS:
        # A module that was never imported cannot have raised anything.
        kind = getattr(sys.modules.get(module), name, None)
        if kind is not None and isinstance(error, kind):
            return translate(error)
    return _unexpected(error)


def _settings(error: Exception) -> CommandError:
    return WrongSettings("The settings cannot be used:", str(error).splitlines())


def _sealing(error: Exception) -> CommandError:
    return WrongSettings(
        f"The master key cannot be used: {error}.",
        ["it comes from SLUICE_MASTER_KEY, SLUICE_MASTER_KEY_FILE, or the data folder"],
    )  # fmt: skip


def _prices(error: Exception) -> CommandError:
    return WrongSettings("SLUICE_PRICES_FILE cannot be used:", [str(error)])


def _connection(error: Exception) -> CommandError:
    problems = getattr(error, "problems", ())
    listed = [f"{problem.path}: {problem.message}" for problem in problems]
    return WrongSettings("A provider's variable in the environment cannot be used:", listed)


def _engine(error: Exception) -> CommandError:
    problems = [f"{p.path}: {p.message}" for p in getattr(error, "problems", ())]
    return Refused("The policy cannot be applied:", problems) if problems else Refused(str(error))


def _server(error: Exception) -> CommandError:
    problems = [f"{p.path}: {p.message}" for p in getattr(error, "errors", ())]
    return CommandError(str(error), problems)


def _database(error: Exception) -> CommandError:
    # What a driver says may hold the address with its password: its kind is enough.
    cause = getattr(error, "orig", None) or error
    advice = "check SLUICE_DATABASE_URL and SLUICE_DATA_DIR, and that it runs"
    return Unreachable(f"The database cannot be used ({type(cause).__name__}); {advice}.")


def _migration(error: Exception) -> CommandError:
    return CommandError(
        "The database cannot be migrated: it has, or was asked for, a revision that this version "
        "of Sluice does not know. `sluice migrate --check` shows both."
    )


def _system(error: Exception) -> CommandError:
    assert isinstance(error, OSError)  # noqa: S101 (the table below says so)
    where = f"{error.filename}: " if error.filename else ""
    return CommandError(f"{where}{system_reason(error)}.")


def system_reason(error: OSError) -> str:
    """The system's words for an error, such as `Address already in use`."""
    if isinstance(error, socket.gaierror):
        return "this host name is not known"
    return os.strerror(error.errno) if error.errno is not None else type(error).__name__


def _unexpected(error: Exception) -> CommandError:
    from sluice.server.kit.logs import describe_exception

    described = describe_exception(error)
    said = [f"{name}: {value}" for name, value in described.items()]
    return CommandError("A fault in Sluice itself; please report these lines:", said)


_TRANSLATIONS: Final[tuple[tuple[str, str, Callable[[Exception], CommandError]], ...]] = (
    ("sluice.server.settings", "InvalidSettings", _settings),
    ("sluice.server.kit.sealing", "SealingError", _sealing),
    ("sluice.server.features.proxy.calls.prices", "PricesError", _prices),
    ("sluice.server.providers.addresses", "InvalidConnection", _connection),
    ("sluice.server.errors", "SluiceError", _server),
    ("sluice.engine.errors", "EngineError", _engine),
    ("sqlalchemy.exc", "SQLAlchemyError", _database),
    ("asyncpg", "PostgresError", _database),
    ("asyncpg", "InterfaceError", _database),
    ("alembic.util", "CommandError", _migration),
    ("builtins", "OSError", _system),
)
