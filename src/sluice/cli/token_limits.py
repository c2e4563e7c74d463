"""`sluice token limits`: what an API token may use, and where its calls go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.errors import CommandError
from sluice.cli.examples import examples
from sluice.cli.limits import (
    ConcurrentStreams,
    MonthlyBudget,
    MonthlyTokens,
    RequestsPerMinute,
    TokensPerMinute,
    Unset,
    dollars,
    microdollars,
)
from sluice.cli.options import Json

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from sluice.server.features.limits.rules import Used
    from sluice.server.features.proxy.limits.settings import KeySettings
    from sluice.server.kit.database import Database

EPILOG = examples(
    "sluice token limits 3",
    "sluice token limits 3 --requests-per-minute 60 --monthly-budget 25",
    "sluice token limits 3 --none --default-instance 2",
)


def limits(
    token_id: Annotated[int, typer.Argument(metavar="ID", min=1, help="As `list` shows it.")],
    requests_per_minute: RequestsPerMinute = None,
    tokens_per_minute: TokensPerMinute = None,
    concurrent_streams: ConcurrentStreams = None,
    monthly_tokens: MonthlyTokens = None,
    monthly_budget: MonthlyBudget = None,
    default_instance: Annotated[
        int | None,
        typer.Option(min=1, max=2**31 - 1, help="Id of the instance for calls that name none."),
    ] = None,
    none: Unset = False,
    json: Json = False,
) -> None:
    """Show an API token's limits and its default instance, or set those that are named.

    They are in force a second later, for all workers and replicas together.
    """
    from sluice.cli.host import with_database
    from sluice.cli.terminal import table, write_json
    from sluice.server.features.proxy.calls.schemas import KeySettingsOut

    changes = {
        "requests_per_minute": requests_per_minute,
        "tokens_per_minute": tokens_per_minute,
        "concurrent_streams": concurrent_streams,
        "monthly_tokens": monthly_tokens,
        "monthly_budget": microdollars(monthly_budget),
    }
    given = {name: value for name, value in changes.items() if value is not None}

    async def work(database: Database) -> tuple[KeySettings, Used]:
        async with database.write() as session:
            return await _changed(session, token_id, given, default_instance, none=none)

    settings, used = with_database(work)
    if json:
        shown = KeySettingsOut.of(token_id, settings, used)
        write_json(shown.model_dump(mode="json", by_alias=True))
    else:
        table(("limit", "set", "used this month"), _rows(settings, used))


async def _changed(
    session: AsyncSession,
    token_id: int,
    given: dict[str, int],
    default_instance: int | None,
    *,
    none: bool,
) -> tuple[KeySettings, Used]:
    from sluice.server.auth.callers import SYSTEM
    from sluice.server.auth.repository import TokenRepository
    from sluice.server.features.proxy.limits.key_settings import KeySettingsService
    from sluice.server.features.proxy.limits.settings import NOTHING_SET

    if await TokenRepository(session).by_id(token_id) is None:
        raise CommandError(f"There is no API token {token_id}; see `sluice token list`.")
    service = KeySettingsService()
    settings = NOTHING_SET if none else await service.read(session, token_id)
    if given or default_instance is not None or none:
        limits = replace(settings.limits, **given)
        instance = settings.default_instance_id if default_instance is None else default_instance
        settings = replace(settings, limits=limits, default_instance_id=instance)
        await service.set(session, SYSTEM, token_id, settings)
    return settings, await service.used(session, token_id)


def _rows(settings: KeySettings, used: Used) -> list[tuple[object, ...]]:
    limits = settings.limits
    return [
        ("requests a minute", limits.requests_per_minute, ""),
        ("tokens a minute", limits.tokens_per_minute, ""),
        ("streams at once", limits.concurrent_streams, ""),
        ("tokens a month", limits.monthly_tokens, used.tokens),
        ("budget a month", dollars(limits.monthly_budget), dollars(used.cost, 4)),
        ("default instance", settings.default_instance_id, ""),
    ]
