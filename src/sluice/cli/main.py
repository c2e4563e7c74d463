"""`sluice`: the application of all commands, and the one place where their errors end.

Each command imports what it needs when it is called: `sluice --help` loads nothing else.
"""

from __future__ import annotations

import sys
from io import TextIOWrapper
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from sluice.cli import (
    ask,
    audit,
    demo,
    evaluate,
    instances,
    keys,
    local,
    migrate,
    openapi,
    playlists,
    policies,
    projects,
    prompts,
    serve,
    sessions,
    teams,
    test_runs,
    tokens,
    usage,
    users,
)
from sluice.cli.errors import ExitCode, as_command_error


class _Commands(TyperGroup):
    """Ends every command with one clear message and a named exit code, never a traceback."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 (typer's own, which it does not export)
        """Call the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException, BrokenPipeError, EOFError):
            raise  # typer ends with these itself, wrong arguments with the command's usage
        except Exception as e:
            raise typer.Exit(_told(e)) from None


def _told(error: Exception) -> ExitCode:
    from sluice.cli.terminal import note

    known = as_command_error(error)
    note("\n".join([f"sluice: {known.message}", *known.lines()[1:]]))
    return known.exit_code


app = typer.Typer(
    name="sluice",
    cls=_Commands,
    help="A privacy gateway between applications and language models.",
    epilog="Exit codes: 0 done, 1 failed, 2 wrong arguments, 3 wrong settings, 4 refused by a "
    "policy, 5 server or database not reached, 6 not signed in or not allowed, "
    "7 waits for approval, 130 interrupted.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.command(epilog=serve.EPILOG)(serve.serve)
app.command(epilog=ask.EPILOG)(ask.ask)
app.command(epilog=local.ANALYZE)(local.analyze)
app.command(epilog=local.CLEANSE)(local.cleanse)
app.command(epilog=evaluate.EPILOG)(evaluate.evaluate)
app.command(epilog=demo.EPILOG)(demo.demo)
app.add_typer(policies.app, name="policy")
app.add_typer(instances.app, name="instance")
app.add_typer(users.app, name="user")
app.add_typer(teams.app, name="team")
app.add_typer(projects.app, name="project")
app.add_typer(prompts.app, name="prompts")
app.add_typer(playlists.app, name="playlist")
app.add_typer(sessions.app, name="sessions")
app.add_typer(test_runs.app, name="test-run")
app.add_typer(audit.app, name="audit")
app.command(epilog=usage.EPILOG)(usage.usage)
app.add_typer(tokens.app, name="token")
app.add_typer(keys.app, name="keys")
app.command(epilog=migrate.EPILOG)(migrate.migrate)
app.command(epilog=openapi.EPILOG)(openapi.openapi)


@app.callback(invoke_without_command=True)
def version(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", is_eager=True)
    ] = False,
) -> None:
    if version:
        import sluice

        typer.echo(f"sluice {sluice.__version__}")
        raise typer.Exit


def run() -> None:
    """The program: ends the process with one of `ExitCode`."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character shows a question mark; nothing fails for it.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    app(prog_name="sluice")
