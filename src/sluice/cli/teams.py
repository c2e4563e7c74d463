"""`sluice team`: groups of users, who are given model instances and projects together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sluice.cli.errors import CommandError
from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Token, Url, WhichUser

if TYPE_CHECKING:
    from sluice.cli.api import Api

app = typer.Typer(help="Teams: users who are given things together.", no_args_is_help=True)

TeamName = Annotated[str, typer.Argument(metavar="TEAM", help="The team's name.")]


@app.command("list", epilog=examples("sluice team list", "sluice team list --json"))
def list_(json: Json = False, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """List teams."""
    from sluice.cli.api import Api, all_teams
    from sluice.cli.terminal import table, write_json

    with Api(url, token) as api:
        teams = all_teams(api)
    if json:
        write_json(teams)
        return
    table(("id", "name", "people"), [(t["id"], t["name"], t["members"]) for t in teams])


@app.command(epilog=examples("sluice team show Support"))
def show(team: TeamName, json: Json = False, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """Show who is in a team."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import table, write_json

    with Api(url, token) as api:
        found = api.get(_path(api, team))
    if json:
        write_json(found)
        return
    rows = [
        (one["userId"], one["email"], one["name"], "disabled" if one["disabled"] else "active")
        for one in found["people"]
    ]
    table(("user", "e-mail", "name", "state"), rows)


@app.command(epilog=examples("sluice team create Support"))
def create(team: TeamName, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """Make an empty team."""
    from sluice.cli.api import ADMIN, Api
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        made = api.post(f"{ADMIN}/teams", {"name": team})
    say(f"Team {made['name']} is made.")


@app.command(epilog=examples('sluice team rename Support "Customer support"'))
def rename(
    team: TeamName,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its name from now on.")],
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Give a team another name."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        changed = api.patch(_path(api, team), {"name": name})
    say(f"The team is called {changed['name']} now.")


@app.command(epilog=examples("sluice team add Support ada@example.com"))
def add(team: TeamName, user: WhichUser, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """Take a user into a team."""
    from sluice.cli.api import Api, user_id
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        changed = api.put(f"{_path(api, team)}/members/{user_id(api, user)}", {})
    say(f"Team {changed['name']} has {changed['members']} people.")


@app.command(epilog=examples("sluice team remove Support ada@example.com"))
def remove(team: TeamName, user: WhichUser, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """Take a user out of a team."""
    from sluice.cli.api import Api, user_id
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        api.delete(f"{_path(api, team)}/members/{user_id(api, user)}")
    say(f"{user} is not in team {team} any more.")


@app.command(epilog=examples("sluice team delete Support"))
def delete(team: TeamName, url: Url = DEFAULT_URL, token: Token = None) -> None:
    """Delete a team that no model instance names; its roles in projects end."""
    from sluice.cli.api import Api
    from sluice.cli.terminal import say

    with Api(url, token) as api:
        api.delete(_path(api, team))
    say(f"Team {team} is deleted.")


def _path(api: Api, name: str) -> str:
    from sluice.cli.api import ADMIN, all_teams

    found: list[dict[str, Any]] = [team for team in all_teams(api) if team["name"] == name]
    if not found:
        raise CommandError("There is no team of this name; see `sluice team list`.")
    return f"{ADMIN}/teams/{found[0]['id']}"
