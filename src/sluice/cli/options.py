"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

DEFAULT_URL = "http://127.0.0.1:8321"

Url: TypeAlias = Annotated[str, typer.Option(envvar="SLUICE_URL", help="The server's address.")]
Token: TypeAlias = Annotated[
    str | None,
    typer.Option(
        envvar="SLUICE_TOKEN",
        help="An API token; better in the variable: others may see a command's arguments.",
        show_envvar=True,
    ),
]
Project: TypeAlias = Annotated[
    str, typer.Option(envvar="SLUICE_PROJECT", help="The project's id.", show_envvar=True)
]
Json: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
WhichUser: TypeAlias = Annotated[
    str, typer.Argument(metavar="USER", help="The user's e-mail address or number.")
]
Names: TypeAlias = Annotated[
    list[str] | None, typer.Argument(metavar="NAME", help="Names; all if there are none.")
]
Output: TypeAlias = Annotated[
    Path | None, typer.Option("--output", "-o", help="A file in place of standard output.")
]
FileToImport: TypeAlias = Annotated[
    str, typer.Argument(metavar="FILE", help="A YAML file; `-` is standard input.")
]
DryRun: TypeAlias = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")
]
