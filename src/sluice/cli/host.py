"""Commands that work on the server's own machine, through the database of its settings."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import make_url

from sluice.cli.errors import CommandError, Unreachable, system_reason
from sluice.server.features.audit.service import seal_chain
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import MasterKeys, SealingError
from sluice.server.master_key import find_master_keys
from sluice.server.migrations.run import current, newest
from sluice.server.settings import Settings, load_settings
from sluice.server.vault.service import Vault

Result = TypeVar("Result")
BEGIN = "start the server once (`sluice serve`), or check SLUICE_DATABASE_URL and SLUICE_DATA_DIR"


def with_database(
    work: Callable[[Database], Awaitable[Result]],
    *,
    must_exist: bool = True,
    settings: Settings | None = None,
) -> Result:
    """Do some work on the database of the settings, which must be up to date by default."""
    settings = settings or load_settings()
    if must_exist:
        require_file(settings)
    return asyncio.run(_worked(settings, work, must_exist=must_exist))


def given_master_keys(settings: Settings) -> MasterKeys:
    """The master keys of the settings; raises `SealingError` rather than making some."""
    given = settings.master_key
    file = settings.master_key_file or settings.data_dir / "master.key"
    text = given.get_secret_value() if given is not None else None
    return find_master_keys(given=text, file=file, made_file=file).keys


async def _worked(
    settings: Settings, work: Callable[[Database], Awaitable[Result]], *, must_exist: bool
) -> Result:
    database = Database(settings.url, pool_size=2)
    _seal_chain(settings, database)
    try:
        if must_exist:
            await _require_up_to_date(database)
        return await work(database)
    except OSError as e:
        raise no_database(e) from None
    finally:
        await database.close()


def _seal_chain(settings: Settings, database: Database) -> None:
    """Seal the audit log's end after what is done here; without a key the server tells of it."""
    try:
        seal_chain(database, Vault(given_master_keys(settings)).settings_key)
    except SealingError:
        return


def no_database(error: OSError) -> Unreachable:
    """What to say when no database answers."""
    return Unreachable(
        f"The database cannot be reached ({system_reason(error)}); "
        "check SLUICE_DATABASE_URL, and that it runs."
    )


def require_file(settings: Settings) -> None:
    """Raise `CommandError` if SQLite would make its file: empty, it is no answer to anything."""
    url = make_url(settings.url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise CommandError(f"There is no database at {url.database}; {BEGIN}.")


async def _require_up_to_date(database: Database) -> None:
    present, wanted = await current(database), newest()
    if present is None:
        raise CommandError(f"The database is empty; {BEGIN}.")
    if present != wanted:
        raise CommandError(
            f"The database is at revision {present}, this version of Sluice needs {wanted}; "
            "run `sluice migrate` (or the version that fits)."
        )
