"""`sluice token`: API tokens, on the server's own machine; a rescue when the last one is lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli import token_limits, token_links
from sluice.cli.examples import examples
from sluice.cli.options import Json

if TYPE_CHECKING:
    from sluice.server.auth.api_tokens import NewToken, TokenService
    from sluice.server.auth.repository import TokenRow
    from sluice.server.auth.roles import Scope
    from sluice.server.kit.database import Database
    from sluice.server.settings import Settings

app = typer.Typer(
    help="Make, list and revoke API tokens, through the database of the settings.",
    no_args_is_help=True,
)
PAGE = 500
app.command(epilog=token_limits.EPILOG)(token_limits.limits)
app.command(epilog=token_links.EPILOG)(token_links.link)


@app.command(
    epilog=examples(
        "sluice token create",
        "export SLUICE_TOKEN=$(sluice token create --name laptop)",
        "sluice token create --user-email ada@example.com --expires-days 90",
        "sluice token create --name importer --scope models --scope projects",
    )
)
def create(
    name: Annotated[str, typer.Option(help="What the token is for.")] = "command line",
    user_email: Annotated[
        str | None, typer.Option(help="Whose token; else the first administrator's.")
    ] = None,
    expires_days: Annotated[
        int | None,
        typer.Option(min=1, max=36500, help="Days until it expires; else it never does."),
    ] = None,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What it is limited to: models, projects, read or manage; may be repeated."
        ),
    ] = None,
) -> None:
    """Make an API token and print it, this once.

    Standard output holds the token alone, standard error says what it is.
    """
    from sluice.cli.host import with_database
    from sluice.cli.local_users import user_id_of
    from sluice.cli.terminal import note
    from sluice.server.auth.callers import SYSTEM
    from sluice.server.kit.database import utc_now
    from sluice.server.settings import load_settings

    settings, scopes = load_settings(), _scopes(scope)
    until = utc_now() + timedelta(days=expires_days) if expires_days else None

    async def work(database: Database) -> NewToken:
        async with database.write() as session:
            user_id = await user_id_of(session, user_email)
            return await _service(settings).create(
                session, SYSTEM, user_id=user_id, name=name, expires_at=until, scopes=scopes
            )

    made = with_database(work, settings=settings)
    note(f"Token {made.row.id}, valid until {_day(made.row.expires_at) or 'revoked'}; "
         "it is shown this once:")  # fmt: skip
    typer.echo(made.token)


@app.command("list", epilog=examples("sluice token list", "sluice token list --json"))
def list_(json: Json = False) -> None:
    """List API tokens, revoked ones too; never the tokens themselves."""
    from sluice.cli.host import with_database
    from sluice.cli.terminal import table, write_json
    from sluice.server.auth.schemas import TokenData

    rows = with_database(_all)
    if json:
        data = [TokenData.of(row.token).model_dump(mode="json", by_alias=True) for row in rows]
        write_json(data)
        return
    columns = (
        "id", "name", "begins with", "user", "scopes", "made", "last used", "expires", "revoked"
    )  # fmt: skip
    table(columns, [_cells(row) for row in rows])


@app.command(epilog=examples("sluice token revoke 3"))
def revoke(
    token_id: Annotated[int, typer.Argument(metavar="ID", min=1, help="As `list` shows it.")],
) -> None:
    """Revoke an API token; the sessions that it opened end with it."""
    from sluice.cli.host import with_database
    from sluice.cli.terminal import say
    from sluice.server.auth.callers import SYSTEM
    from sluice.server.settings import load_settings

    settings = load_settings()

    async def work(database: Database) -> None:
        async with database.write() as session:
            await _service(settings).revoke(session, SYSTEM, token_id)

    with_database(work, settings=settings)
    say(f"Token {token_id} is revoked.")


def _service(settings: Settings) -> TokenService:
    from sluice.server.auth.api_tokens import TokenService
    from sluice.server.kit.database import utc_now

    return TokenService(settings.auth, utc_now)


async def _all(database: Database) -> list[TokenRow]:
    from sluice.server.auth.repository import TokenRepository

    rows: list[TokenRow] = []
    async with database.read() as session:
        while True:
            after = rows[-1].token.id if rows else 0
            page = await TokenRepository(session).page(user_id=None, after=after, limit=PAGE)
            rows += page
            if len(page) < PAGE:
                return rows


def _cells(row: TokenRow) -> tuple[object, ...]:
    token, user = row
    times = (token.created_at, token.last_used_at, token.expires_at, token.revoked_at)
    whose = user.email or f"user {user.id}"
    scopes = "all" if token.scopes is None else ", ".join(token.scopes)
    return (token.id, token.name, token.prefix, whose, scopes, *map(_day, times))


def _scopes(given: list[str] | None) -> frozenset[Scope] | None:
    from sluice.cli.errors import WrongUsage
    from sluice.server.auth.roles import Scope

    if not given:
        return None
    if unknown := set(given) - set(Scope):
        raise WrongUsage(f"--scope {min(unknown)}: there are {', '.join(Scope)}.")
    return frozenset(map(Scope, given))


def _day(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M") if moment else ""
