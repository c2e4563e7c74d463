"""`sluice playlist`: playlists of test cases."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

import typer

from sluice.cli.errors import CommandError, WrongUsage
from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Output, Project, Token, Url

if TYPE_CHECKING:
    from sluice.cli.api import Api

app = typer.Typer(
    help="Playlists: make, show, import, export and delete lists of test cases.",
    no_args_is_help=True,
)
COLUMNS: Final = ("id", "name", "test cases", "changed")
CASE_COLUMNS: Final = ("id", "inputs", "expected", "found")
SHOWN: Final = 60
"""Characters of a cell."""
_SUFFIXES: Final = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class FileFormat(StrEnum):
    """How a file of test cases is written."""

    CSV = "csv"
    JSONL = "jsonl"


class Kind(StrEnum):
    """What the test cases of a playlist are for."""

    COMPLETION = "completion"
    TRACE = "trace"


Name = Annotated[str, typer.Argument(metavar="NAME", help="The playlist's name or id.")]
Format = Annotated[
    FileFormat | None,
    typer.Option("--format", help="Of the file; else its name says it (.csv, .jsonl)."),
]


@app.command("list", epilog=examples("sluice playlist list", "sluice playlist list --json"))
def list_(
    json: Json = False, project: Project = "default", url: Url = DEFAULT_URL, token: Token = None
) -> None:
    """List the playlists of a project."""
    from sluice.cli.api import PAGE, Api
    from sluice.cli.terminal import moment, table, write_json

    with Api(url, token) as api:
        found = list(api.pages(_base(project), limit=PAGE))
    if json:
        write_json(found)
        return
    rows = [(p["id"], p["name"], p["testCases"], moment(p["updatedAt"])) for p in found]
    table(COLUMNS, rows)


@app.command(epilog=examples("sluice playlist create 'Refunds'"))
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The new playlist's name.")],
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Make a playlist without test cases. Its name is kept as it is: it must not name anybody."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import note, say, write_json

    with Api(url, token) as api:
        made = api.post(_base(project), {"name": name})
    if json:
        write_json(made)
        return
    if counts := made["lint"]["counts"]:
        note(f"warning: the name holds {_counted(counts)}; playlists' names are not cleansed.")
    say(f"Playlist {made['id']} is made.")


@app.command(epilog=examples("sluice playlist show Refunds", "sluice playlist show Refunds --json"))
def show(
    name: Name,
    limit: Annotated[int, typer.Option(min=1, help="Test cases that are shown.")] = 20,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Show a playlist and its first test cases, with the project's placeholders."""
    from itertools import islice

    from sluice.cli.api import PAGE, Api
    from sluice.cli.terminal import say, table, write_json

    with Api(url, token) as api:
        playlist = _found(api, project, name)
        path = f"{_path(project, playlist['id'])}/test-cases"
        cases = list(islice(api.pages(path, limit=min(limit, PAGE)), limit))
    if json:
        write_json({**playlist, "cases": cases})
        return
    say(f"{playlist['name']}: {playlist['testCases']} test case(s)", "bold")
    table(CASE_COLUMNS, [_cells(case) for case in cases])


@app.command(
    "import",
    epilog=examples(
        "sluice playlist import Refunds cases.csv --create",
        "sluice playlist import Refunds cases.jsonl --dry-run",
        "sluice playlist export Refunds | sluice playlist import Copy - --format csv --create",
    ),
)
def import_(
    name: Name,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A CSV or JSON lines file; `-` is standard input.")
    ],
    format: Format = None,  # noqa: A002 (the option's name)
    kind: Annotated[
        Kind | None, typer.Option(help="Of the test cases, where the playlist is empty.")
    ] = None,
    create: Annotated[
        bool, typer.Option("--create", help="Make the playlist if there is none of this name.")
    ] = False,
    skip_invalid: Annotated[
        bool, typer.Option("--skip-invalid", help="Save what is right, in place of nothing.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Look through the file and save nothing.")
    ] = False,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Add the test cases of a file: all of them, or none with every problem's line.

    A CSV file has a header row: each column is a variable, `output` or `expected` what is
    expected. What the project's policy finds is replaced by placeholders before it is stored.
    """
    from sluice.cli.api import Api
    from sluice.cli.terminal import write_json

    chosen = format or _format_of(file)
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    with Api(url, token) as api:
        if create and not dry_run:
            _make_if_missing(api, project, name)
        asked: dict[str, str | int | bool] = {
            "format": chosen.value,
            "skipInvalid": skip_invalid,
            "dryRun": dry_run,
        }
        if kind is not None:
            asked["kind"] = kind.value
        path = _path(project, _found(api, project, name)["id"])
        done = _followed(api.file_lines(f"{path}/import", data, **asked))
    if json:
        write_json(done)
    else:
        _tell(done, dry_run=dry_run)


@app.command(
    epilog=examples(
        "sluice playlist export Refunds > cases.csv",
        "sluice playlist export Refunds --format jsonl -o cases.jsonl",
    )
)
def export(
    name: Name,
    format: Format = None,  # noqa: A002 (the option's name)
    output: Output = None,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Write all test cases of a playlist as a file that can be imported again."""
    from sluice.cli.api import Api
    from sluice.cli.downloads import put_into, put_out
    from sluice.cli.terminal import say

    chosen = format
    if chosen is None:
        chosen = _format_of(output.name) if output is not None else FileFormat.CSV
    with Api(url, token) as api:
        path = _path(project, _found(api, project, name)["id"])
        pieces = api.download(f"{path}/export", format=chosen.value)
        if output is None:
            put_out(pieces)
            return
        put_into(output, pieces)
    say(f"Written to {output}.")


@app.command(epilog=examples("sluice playlist delete Refunds", "sluice playlist delete Old --yes"))
def delete(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Delete a playlist with its test cases and what came of them in test runs."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import is_terminal, say

    with Api(url, token) as api:
        playlist = _found(api, project, name)
        if not yes:
            if not is_terminal(sys.stdin):
                raise WrongUsage("Say --yes: nobody can be asked here.")
            typer.confirm(f"Delete {playlist['testCases']} test case(s)?", abort=True)
        api.delete(_path(project, playlist["id"]))
    say(f"Playlist {playlist['id']} is deleted.")


def _base(project: str) -> str:
    return f"/api/v1/projects/{quote(project, safe='')}/playlists"


def _path(project: str, name: str) -> str:
    return f"{_base(project)}/{quote(name, safe='')}"


def _format_of(file: str) -> FileFormat:
    suffix = Path(file).suffix.lower()
    if suffix not in _SUFFIXES:
        raise WrongUsage("Say --format csv or --format jsonl: the file's name does not.")
    return FileFormat(_SUFFIXES[suffix])


def _found(api: Api, project: str, name: str) -> dict[str, Any]:
    """The playlist of this name or id; a name may hold what a path cannot."""
    if "/" not in name:
        playlist: dict[str, Any] = api.get(_path(project, name))
        return playlist
    found = _listed(api, project, name)
    if found is None:
        raise CommandError(f"The project {project} has no playlist of this name.")
    return found


def _listed(api: Api, project: str, name: str) -> dict[str, Any] | None:
    listed = api.pages(_base(project), limit=500)
    return next((one for one in listed if name in (one["name"], one["id"])), None)


def _make_if_missing(api: Api, project: str, name: str) -> None:
    if _listed(api, project, name) is None:
        api.post(_base(project), {"name": name})


def _followed(lines: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The last line's data, with a bar on standard error meanwhile if a person reads it."""
    from rich.progress import Progress

    from sluice.cli.api import refusal
    from sluice.cli.terminal import console

    with Progress(console=console(err=True), disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("Importing", total=None)
        for line in lines:
            if "error" in line:
                raise refusal(line["error"], line.get("status", 500))
            if "data" in line:
                found: dict[str, Any] = line["data"]
                return found
            progress.update(task, completed=line["done"], total=line["of"])
    raise CommandError("The server did not say what came of it; look at the playlist.")


def _tell(done: dict[str, Any], *, dry_run: bool) -> None:
    from sluice.cli.terminal import note, say

    for problem in done["problems"]:
        note(f"line {problem['line']}: {problem['message']}")
    if counts := done["findings"]:
        what = "would be replaced" if dry_run else "is replaced"
        note(f"{_counted(counts)} {what} by placeholders.")
    would = "would be " if dry_run else ""
    say(f"{done['saved']} test case(s) {would}saved, {done['skipped']} line(s) left out.")


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} × {kind}" for kind, count in sorted(counts.items()))


def _cells(case: dict[str, Any]) -> tuple[object, ...]:
    import json

    inputs = json.dumps(case["inputs"], ensure_ascii=False)
    return case["id"], _cut(inputs), _cut(case["output"] or ""), _counted(case["findings"])


def _cut(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
