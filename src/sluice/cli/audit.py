"""`sluice audit`: the audit log of a server; `verify` and `export` are commands under it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Output, Token, Url

EPILOG = examples(
    "sluice audit --limit 20",
    "sluice audit --event policy.changed",
    "sluice audit --json --limit 1000 | jq '.[] | select(.event == \"prompt.blocked\")'",
    "sluice audit verify",
)

app = typer.Typer()

Event = Annotated[
    str | None,
    typer.Option(help="Only events of this kind: `policy.changed`, or `policy` for all such."),
]
About = Annotated[
    str | None, typer.Option(help="Only events about this: `policy_group:2`, or a kind.")
]
Actor = Annotated[int | None, typer.Option(min=1, help="Only what the user of this number did.")]
Since = Annotated[str | None, typer.Option(help="Only events of this day (UTC) or later.")]
Until = Annotated[str | None, typer.Option(help="Only events before this day (UTC).")]


class Format(StrEnum):
    """How an export is written."""

    JSONL = "jsonl"
    CSV = "csv"


@app.callback(invoke_without_command=True, epilog=EPILOG)
def audit(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Events at most.")] = 50,
    event: Event = None,
    about: About = None,
    actor: Actor = None,
    since: Since = None,
    until: Until = None,
    before: Annotated[
        int | None, typer.Option(min=1, help="Only events with a smaller id, to page back.")
    ] = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Show the newest audit events: who did what, never any text."""
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.terminal import table, write_json

    if context.invoked_subcommand is not None:
        return
    wanted = _parameters(event, about, actor, since, until)
    with Api(url, token) as api:
        if before is not None:
            wanted["before"] = before
        events = api.get(f"{ADMIN}/audit-events", limit=limit, **wanted)
    if json:
        write_json(events)
    else:
        table(("id", "at", "event", "who", "what", "details"), [_cells(e) for e in events])


@app.command(
    epilog=examples(
        "sluice audit export -o audit.jsonl",
        "sluice audit export --format csv --since 2026-11-01 -o audit.csv",
    )
)
def export(
    written: Annotated[Format, typer.Option("--format", help="JSON lines, or CSV.")] = Format.JSONL,
    event: Event = None,
    about: About = None,
    actor: Actor = None,
    since: Since = None,
    until: Until = None,
    output: Output = None,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Write the events as a file, the oldest first; that it was done is an event too."""
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.downloads import put_into, put_out

    wanted = _parameters(event, about, actor, since, until)
    with Api(url, token) as api:
        pieces = api.download(f"{ADMIN}/audit-events/export", format=written.value, **wanted)
        if output is None:
            put_out(pieces)
        else:
            put_into(output, pieces)


@app.command(
    epilog=examples("sluice audit verify", "sluice audit verify --noted 24:72ff3f41dc4c151e…")
)
def verify(
    noted: Annotated[
        str | None,
        typer.Option(
            metavar="ID:HASH",
            help="What an earlier verification printed, to notice a database that was set back.",
        ),
    ] = None,
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Tell whether no event was changed, removed or put in since it was written.

    Every event is looked at, from the first to the chain's sealed end. Exit code 1 if something
    is wrong.
    """
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.terminal import write_json

    parameters = {"noted": noted} if noted is not None else {}
    result: dict[str, Any] = {}
    with Api(url, token) as api:
        for step in api.lines_of(f"{ADMIN}/audit-events/verify", **parameters):
            result = step
            if "checked" in step and not json:
                _tell_progress(step)
    if json:
        write_json(result)
    else:
        _show(result)
    if not result.get("sound"):
        raise typer.Exit(1)


def _tell_progress(step: dict[str, Any]) -> None:
    from sluice.cli.terminal import is_terminal, note

    if is_terminal() and step["checked"] % 50_000 < 500:
        note(f"{step['checked']} of {step['events']} events")


def _show(result: dict[str, Any]) -> None:
    from sluice.cli.terminal import say

    if result.get("sound"):
        say(f"The chain is sound: {result['events']} events, none changed, removed or put in.")
        if result["events"]:
            say(f"Keep this elsewhere: {result['lastId']}:{result['hash']}")
    for fault in result.get("faults", ()):
        where = f" First seen at event {fault['eventId']}." if fault["eventId"] else ""
        say(f"{fault['message']}{where}", "red")
    for told in result.get("notes", ()):
        say(told)


def _parameters(
    event: str | None, about: str | None, actor: int | None, since: str | None, until: str | None
) -> dict[str, str | int]:
    given: dict[str, str | int | None] = {
        "event": event,
        "subject": about,
        "actor": actor,
        "since": _moment(since, "--since"),
        "until": _moment(until, "--until"),
    }
    return {name: value for name, value in given.items() if value is not None}


def _moment(day: str | None, option: str) -> str | None:
    from datetime import UTC, date, datetime

    from sluice.cli.errors import WrongUsage

    if day is None:
        return None
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise WrongUsage(f"{option} must be a day such as 2026-11-21.") from None
    return datetime(found.year, found.month, found.day, tzinfo=UTC).isoformat()


def _cells(event: dict[str, Any]) -> tuple[object, ...]:
    details = ", ".join(f"{name}={value}" for name, value in event["details"].items())
    who = event["actorId"]
    actor = "-" if who is None else event["actorName"] or f"user:{who}"
    return (event["id"], event["at"], event["event"], actor, event["subject"], details)
