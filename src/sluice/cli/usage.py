"""`sluice usage`: what the calls of a server used and cost."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Token, Url

if TYPE_CHECKING:
    from sluice.cli.api import Api

EPILOG = examples(
    "sluice usage",
    "sluice usage --by key --since 2026-11-01 --until 2026-12-01",
    "sluice usage --by day --json | jq '.[] | {day, costMicrodollars}'",
)
PAGE = 500


class By(StrEnum):
    """What calls are summed by."""

    KEY = "key"
    INSTANCE = "instance"
    MODEL = "model"
    DAY = "day"


def usage(
    by: Annotated[By, typer.Option(help="What calls are summed by.")] = By.MODEL,
    since: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The first day (UTC); else of this month."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day (UTC) before which to end."),
    ] = None,
    mine: Annotated[
        bool, typer.Option("--mine", help="Only your own calls; no administrator is needed.")
    ] = False,
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Show what calls used and cost: this month's, unless a time is given.

    Costs come from the table of prices; `+` says that some calls have no price, so that the
    true cost is higher.
    """
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.terminal import table, write_json

    wanted = {"by": by.value, "since": _utc(since), "until": _utc(until)}
    with Api(url, token) as api:
        parameters = {name: value for name, value in wanted.items() if value is not None}
        rows = api.get("/api/v1/usage" if mine else f"{ADMIN}/usage", **parameters)
        names = {} if json or mine else _names(api, by)
    if json:
        write_json(rows)
        return
    columns = (by.value, "calls", "failed", "blocked", "input", "cached", "output", "cost")
    table(columns, [_cells(row, by, names) for row in rows])


def _utc(day: datetime | None) -> str | None:
    return f"{day:%Y-%m-%d}T00:00:00Z" if day is not None else None


def _names(api: Api, by: By) -> dict[int, str]:
    """The names of keys or instances by their ids; deleted ones are not among them."""
    from sluice.cli.api import ADMIN

    if by is By.INSTANCE:
        return {row["id"]: row["name"] for row in api.get(f"{ADMIN}/model-instances")}
    if by is not By.KEY:
        return {}
    names: dict[int, str] = {}
    while page := api.get(f"{ADMIN}/api-tokens", after=max(names, default=0), limit=PAGE):
        names |= {row["id"]: row["name"] for row in page}
    return names


def _cells(row: dict[str, Any], by: By, names: dict[int, str]) -> tuple[object, ...]:
    return (
        _group(row, by, names),
        row["calls"],
        row["failedCalls"],
        row["blockedCalls"],
        row["inputTokens"],
        row["cacheReadTokens"],
        row["outputTokens"],
        cost(row["costMicrodollars"], row["callsOfUnknownCost"]),
    )


def _group(row: dict[str, Any], by: By, names: dict[int, str]) -> str:
    if by is By.DAY:
        return str(row["day"])
    if by is By.MODEL:
        return f"{row['provider']}: {row['model']}"
    number = row["apiTokenId" if by is By.KEY else "modelInstanceId"]
    if number is None:
        return "(signed in)"
    return f"{number} {names[number]}" if number in names else str(number)


def cost(microdollars: int | None, unknown_calls: int) -> str:
    """`$1.234567`; with `+` where calls of unknown cost are missing in it."""
    if microdollars is None:
        return "unknown" if unknown_calls else ""
    return f"${microdollars / 1_000_000:.6f}{'+' if unknown_calls else ''}"
