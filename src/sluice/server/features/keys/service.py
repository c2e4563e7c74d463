"""Re-wrapping data keys under the current master key, batch by batch."""

from __future__ import annotations

from collections.abc import Callable

from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.features.audit import service as audit
from sluice.server.kit.database import Database
from sluice.server.vault.service import Vault


async def rotate(
    database: Database,
    vault: Vault,
    caller: Caller,
    *,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Wrap every data key under the current master key; returns how many were.

    Each batch is a transaction of its own: stopped in the middle, it goes on the next time.
    Both master keys must be at hand until it has finished.
    """
    caller.require(Permission.MANAGE_KEYS)
    done = 0
    while True:
        async with database.write() as session:
            count = await vault.rewrap_some(session)
            if count:
                await audit.record(
                    session,
                    "keys.rotated",
                    actor_id=caller.actor_id,
                    details={"data_keys": count},
                )
        if not count:
            await database.forget_deleted()
            return done
        done += count
        progress(done)


async def master_key_use(database: Database, vault: Vault, caller: Caller) -> dict[str, int]:
    """How many data keys each master key wraps, by master key id."""
    caller.require(Permission.MANAGE_KEYS)
    async with database.read() as session:
        return await vault.master_key_use(session)
