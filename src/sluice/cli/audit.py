"""`sluice audit`: the audit log of a server."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Token, Url

EPILOG = examples(
    "sluice audit --limit 20",
    "sluice audit --event policy.changed",
    "sluice audit --json --limit 1000 | jq '.[] | select(.event == \"prompt.blocked\")'",
)


def audit(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Events at most.")] = 50,
    event: Annotated[
        str | None, typer.Option(help="Only events of this kind, such as `policy.changed`.")
    ] = None,
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

    wanted = {"limit": limit, "event": event, "before": before}
    with Api(url, token) as api:
        parameters = {name: value for name, value in wanted.items() if value is not None}
        events = api.get(f"{ADMIN}/audit-events", **parameters)
    if json:
        write_json(events)
    else:
        table(("id", "at", "event", "who", "what", "details"), [_cells(e) for e in events])


def _cells(event: dict[str, Any]) -> tuple[object, ...]:
    details = ", ".join(f"{name}={value}" for name, value in event["details"].items())
    who = event["actorId"]
    actor = "-" if who is None else f"user:{who}"
    return (event["id"], event["at"], event["event"], actor, event["subject"], details)
