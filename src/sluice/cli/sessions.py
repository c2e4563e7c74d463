"""`sluice sessions`: what was recorded, searched, exported, deleted, and a person's data erased."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

import typer

from sluice.cli.errors import WrongUsage
from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Output, Project, Token, Url

if TYPE_CHECKING:
    from sluice.cli.api import Api

app = typer.Typer(
    help="Sessions and recordings of a project: find, show, export, delete, erase.",
    no_args_is_help=True,
)
PAGE: Final = 100
COLUMNS: Final = {
    "sessions": ("id", "recorded", "environment", "recordings", "tokens", "cost"),
    "recordings": ("id", "recorded", "session", "model", "tokens", "cost", "found"),
}


class Kind(StrEnum):
    """What is searched or exported."""

    RECORDINGS = "recordings"
    SESSIONS = "sessions"


class Exported(StrEnum):
    """What the rows of a file are."""

    RECORDINGS = "recordings"
    SESSIONS = "sessions"
    TRACES = "traces"


class Order(StrEnum):
    """What comes first; the last two for recordings alone."""

    NEWEST = "newest"
    OLDEST = "oldest"
    SLOWEST = "slowest"
    COSTLIEST = "costliest"


class FileFormat(StrEnum):
    """How rows are written."""

    JSONL = "jsonl"
    PARQUET = "parquet"


Terms = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="TERM",
        help="FIELD=VALUE, or with !=, >, >=, <, <= or ~ (contains); all must be true.",
    ),
]
Filter = Annotated[
    str | None,
    typer.Option("--filter", help="A filter tree in JSON, `-` for standard input."),
]
Limit = Annotated[int, typer.Option(min=1, help="Rows at the most.")]


@app.command("list", epilog=examples("sluice sessions list", "sluice sessions list --limit 5"))
def list_(
    limit: Limit = 50,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """List a project's sessions, newest first."""
    _search(Kind.SESSIONS, None, Order.NEWEST, limit, json=json, of=(project, url, token))


@app.command(
    epilog=examples(
        "sluice sessions search model=gpt-4.1 'durationMs>3000'",
        "sluice sessions search text~refund metadata.plan=pro --kind sessions",
        'echo \'{"field": "text", "op": "contains", "value": "jane@example.org"}\' | '
        "sluice sessions search --filter -",
    )
)
def search(
    terms: Terms = None,
    filter: Filter = None,  # noqa: A002 (the option's name)
    kind: Annotated[Kind, typer.Option(help="What is searched.")] = Kind.RECORDINGS,
    order: Annotated[Order, typer.Option(help="What comes first.")] = Order.NEWEST,
    limit: Limit = 50,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Find recordings or sessions. Originals in a filter are found by their placeholders.

    Others may see a command's arguments: give people's data by `--filter -`.
    """
    from sluice.cli.session_filters import tree_of

    tree = tree_of(terms or [], _given(filter))
    _search(kind, tree, order, limit, json=json, of=(project, url, token))


@app.command(epilog=examples("sluice sessions show SESSION", "sluice sessions show SESSION --json"))
def show(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="The session's id.")],
    texts: Annotated[
        bool, typer.Option("--texts", help="Show what was said too, with placeholders.")
    ] = False,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Show a session and what was recorded in it."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import moment, say, table, write_json

    with Api(url, token) as api:
        found = api.get(f"{_base(project)}/sessions/{quote(session, safe='')}")
        recorded = found["recorded"]
        if texts:
            paths = [f"{_base(project)}/recordings/{quote(one['id'])}" for one in recorded]
            found["recorded"] = recorded = [api.get(path) for path in paths]
    if json:
        write_json(found)
        return
    say(f"{found['id']}: {found['recordings']} recording(s), {_cost(found)}", "bold")
    columns = ("id", "recorded", "model", "ms", "input", "output", "cost")
    rows = [
        (one["id"], moment(one["createdAt"]), one["model"], one["durationMs"],
         one["inputTokens"], one["outputTokens"], _cost(one))
        for one in recorded
    ]  # fmt: skip
    table(columns, rows)
    if texts:
        _say_texts(recorded)


@app.command(epilog=examples("sluice sessions delete SESSION", "sluice sessions delete A B --yes"))
def delete(
    sessions: Annotated[list[str], typer.Argument(metavar="SESSION", help="Ids of sessions.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Delete sessions: nothing of them can be read again."""
    from rich.progress import track

    from sluice.cli.api import Api
    from sluice.cli.terminal import console, say

    _confirm(f"Delete {len(sessions)} session(s)?", yes=yes)
    hidden = not sys.stderr.isatty()
    with Api(url, token) as api:
        for one in track(sessions, "Deleting", console=console(err=True), disable=hidden):
            api.delete(f"{_base(project)}/sessions/{quote(one, safe='')}")
    say(f"{len(sessions)} session(s) are deleted.")


@app.command(
    epilog=examples(
        "sluice sessions export > recordings.jsonl",
        "sluice sessions export --kind sessions environment=prod -o sessions.jsonl",
        "sluice sessions export --format parquet -o recordings.parquet",
    )
)
def export(
    terms: Terms = None,
    filter: Filter = None,  # noqa: A002 (the option's name)
    kind: Annotated[Exported, typer.Option(help="What is exported.")] = Exported.RECORDINGS,
    format: Annotated[  # noqa: A002 (the option's name)
        FileFormat, typer.Option("--format", help="Of the file.")
    ] = FileFormat.JSONL,
    output: Output = None,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Write recordings, sessions or traces to a file; with placeholders, never originals."""
    from sluice.cli.api import Api
    from sluice.cli.downloads import put_into, put_out, shown
    from sluice.cli.session_filters import tree_of
    from sluice.cli.terminal import is_terminal, say

    if output is None and format is FileFormat.PARQUET and is_terminal():
        raise WrongUsage("Parquet is no text: name a file with -o.")
    body = {"kind": kind.value, "format": format.value}
    tree = tree_of(terms or [], _given(filter))
    with Api(url, token) as api:
        pieces = shown(api.download_by(f"{_base(project)}/export", {**body, "filter": tree}), kind)
        if output is None:
            put_out(pieces)
            return
        put_into(output, pieces)
    say(f"Written to {output}.")


@app.command(
    epilog=examples(
        "sluice sessions erase < values.txt",
        "echo jane@example.org | sluice sessions erase --recordings --yes",
    )
)
def erase(
    recordings: Annotated[
        bool,
        typer.Option(
            "--recordings",
            help="Delete what holds them too: recordings, traces, test cases, calls, answers of "
            "test runs.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
    project: Project = "default",
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Erase a person's data: names, addresses, numbers, a line each on standard input.

    Their placeholders stand for nothing from then on. For owners of the project.
    """
    from sluice.cli.api import Api
    from sluice.cli.terminal import table, write_json

    if sys.stdin.isatty():
        typer.echo("Values to erase, a line each; end with Ctrl-D:", err=True)
    values = [line.strip() for line in sys.stdin.read().splitlines() if line.strip()]
    if not values:
        raise WrongUsage("Nothing to erase: write values to standard input, a line each.")
    _confirm(f"Erase {len(values)} value(s) for good?", yes=yes)
    with Api(url, token) as api, _waiting("Erasing"):
        body = {"values": values, "recordings": recordings}
        done = api.post(f"{_base(project)}/erasures", body)
    if json:
        write_json(done)
        return
    templates = done.pop("templates")
    table(("what", "count"), [(_words(name), count) for name, count in done.items()])
    if templates:
        typer.echo("These versions of templates hold a value or its placeholder, and stay:")
        table(("template", "version"), [(one["template"], one["number"]) for one in templates])


def _search(
    kind: Kind,
    tree: object,
    order: Order,
    limit: int,
    *,
    json: bool,
    of: tuple[str, str, str | None],
) -> None:
    from sluice.cli.api import Api
    from sluice.cli.terminal import table, write_json

    project, url, token = of
    body = {"filter": tree, "order": order.value, "limit": min(limit, PAGE)}
    with Api(url, token) as api, _waiting("Searching"):
        rows = list(islice(_found(api, f"{_base(project)}/{kind}/search", body), limit))
    if json:
        write_json(rows)
        return
    cells = _session_cells if kind is Kind.SESSIONS else _recording_cells
    table(COLUMNS[kind], [cells(row) for row in rows])


def _found(api: Api, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every row; a page may be empty and name another one."""
    cursor: str | None = None
    while True:
        page = api.wire(path, {**body, "cursor": cursor})
        yield from page["data"]
        if (cursor := page["nextCursor"]) is None:
            return


@contextmanager
def _waiting(what: str) -> Iterator[None]:
    """A sign of life on standard error, if a person reads it."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from sluice.cli.terminal import console

    columns = SpinnerColumn(), TextColumn(what), TimeElapsedColumn()
    hidden = not sys.stderr.isatty()
    with Progress(*columns, console=console(err=True), disable=hidden, transient=True) as progress:
        progress.add_task(what, total=None)
        yield


def _base(project: str) -> str:
    return f"/api/v1/projects/{quote(project, safe='')}"


def _given(filter: str | None) -> str | None:  # noqa: A002 (the option's name)
    return sys.stdin.read() if filter == "-" else filter


def _confirm(question: str, *, yes: bool) -> None:
    from sluice.cli.terminal import is_terminal

    if yes:
        return
    if not is_terminal(sys.stdin):
        raise WrongUsage("Say --yes: nobody can be asked here.")
    typer.confirm(question, abort=True)


def _cost(row: dict[str, Any]) -> str:
    micro = row["costMicrodollars"]
    return "" if micro is None else f"${micro / 1_000_000:.6f}"


def _tokens(row: dict[str, Any]) -> str:
    return f"{row['inputTokens'] or 0} + {row['outputTokens'] or 0}"


def _session_cells(row: dict[str, Any]) -> tuple[object, ...]:
    from sluice.cli.terminal import moment

    at = moment(row["lastRecordedAt"])
    return row["id"], at, row["environment"], row["recordings"], _tokens(row), _cost(row)


def _recording_cells(row: dict[str, Any]) -> tuple[object, ...]:
    from sluice.cli.terminal import moment

    found = ", ".join(sorted(row["entityTypes"]))
    at = moment(row["createdAt"])
    return row["id"], at, row["session"], row["model"], _tokens(row), _cost(row), found


def _say_texts(recorded: list[dict[str, Any]]) -> None:
    import json

    from sluice.cli.terminal import say

    for one in recorded:
        say(one["id"], "bold")
        say(json.dumps(one["content"], indent=2, ensure_ascii=False))


def _words(name: str) -> str:
    """`testCases` as people say it."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name)
