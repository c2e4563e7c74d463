"""`sluice migrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.errors import CommandError, ExitCode, WrongUsage
from sluice.cli.examples import examples

if TYPE_CHECKING:
    from sluice.server.kit.database import Database

EPILOG = examples(
    "sluice migrate              # bring the database up to date",
    "sluice migrate --check      # exit code 1 if it is not",
    "sluice migrate --to base --yes     # take everything down, data included",
)


def migrate(
    to: Annotated[str, typer.Option(help="A revision, `head` or `base`.")] = "head",
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit code 1 if not up to date.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Go down to an older revision without asking.")
    ] = False,
) -> None:
    """Bring the database to a revision, and show it and the newest one.

    `sluice serve` does this by itself. Going down to an older revision can delete data.
    """
    from sluice.cli.host import require_file, with_database
    from sluice.server.settings import load_settings

    if check:
        require_file(load_settings())
        raise typer.Exit(with_database(_check, must_exist=False))
    with_database(lambda database: _migrate(database, to, yes=yes), must_exist=False)


async def _check(database: Database) -> ExitCode:
    present, newest = await _shown(database)
    return ExitCode.OK if present == newest else ExitCode.FAILURE


async def _shown(database: Database) -> tuple[str | None, str | None]:
    from sluice.cli.terminal import say
    from sluice.server.migrations.run import current, newest

    present, last = await current(database), newest()
    say(f"current: {present or 'none (empty)'}")
    say(f"newest:  {last}")
    return present, last


async def _migrate(database: Database, to: str, *, yes: bool) -> None:
    from sluice.server.migrations.run import current, downgrade, upgrade

    present = await current(database)
    if _position(to) >= _position(present or "base"):
        await upgrade(database, to)
    else:
        _confirm_down(yes=yes)
        await downgrade(database, to)
    await _shown(database)


def _position(revision: str) -> int:
    """How many revisions lie before this one; raises `CommandError` for an unknown one."""
    order = ["base", *reversed(_revisions())]
    if revision == "head":
        return len(order) - 1
    if revision not in order:
        raise CommandError(
            f"This version of Sluice does not know the revision {revision}.",
            [f"known are: {', '.join(order)}"],
        )
    return order.index(revision)


def _revisions() -> list[str]:
    """Every revision, newest first."""
    from pathlib import Path

    from alembic.script import ScriptDirectory

    from sluice.server.migrations import run

    scripts = ScriptDirectory(str(Path(run.__file__).parent))
    return [script.revision for script in scripts.walk_revisions()]


def _confirm_down(*, yes: bool) -> None:
    import sys

    if yes:
        return
    if not sys.stdin.isatty():
        raise WrongUsage("Going down to an older revision can delete data; say --yes to do it.")
    typer.confirm("Going down to an older revision can delete data. Go on?", abort=True)
