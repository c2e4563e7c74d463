"""Erasing originals of a project: what one holder alone used, or a person's.

Placeholders that are erased stay where they stand, and stand for nothing any more; their numbers
are never issued again. Whoever erased something calls `GatewayCleansing.forget` and
`Conversations.refresh` for the space, and `Database.forget_deleted`, once it is committed; other
processes notice at their next call, since what they remember is of an earlier count of erasures.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.server.vault.erasing_repository import ErasingRepository


async def lock(session: AsyncSession, scope: str) -> None:
    """Let nothing be issued in a scope until this transaction ends.

    To be called before anything else of the scope is read or changed in the transaction, so that
    two that erase do not wait for each other in a circle.
    """
    await ErasingRepository(session).lock(scope)


async def erase(session: AsyncSession, scope: str, placeholders: Collection[str]) -> int:
    """Erase the originals of these placeholders, whoever uses them; returns how many there were.

    That they are used stays noted: it says where the placeholders stand.
    """
    repository = ErasingRepository(session)
    await repository.lock(scope)
    erased = await repository.erase(scope, placeholders)
    if erased:
        await repository.count_erasure(scope)
    return erased


async def erase_unused(session: AsyncSession, scope: str, holder: str) -> int:
    """A holder is deleted: erase originals that nobody else uses; returns how many.

    `holder` is one of `PlaceholderUse`. Its uses are forgotten.
    """
    repository = ErasingRepository(session)
    await repository.lock(scope)
    erased = await repository.erase_used_only_by(scope, holder)
    await repository.forget_uses(scope, holder)
    if erased:
        await repository.count_erasure(scope)
    return erased


async def let_go(
    session: AsyncSession, scope: str, holder: str, placeholders: Collection[str]
) -> int:
    """A holder has these placeholders no more: erase originals that nobody else uses."""
    repository = ErasingRepository(session)
    await repository.lock(scope)
    erased = await repository.erase_some_used_only_by(scope, holder, placeholders)
    if erased:
        await repository.count_erasure(scope)
    return erased


async def used_by(session: AsyncSession, scope: str, holder: str) -> set[str]:
    """The placeholders that stand in what a holder has."""
    return await ErasingRepository(session).used_by(scope, holder)


async def holders_like(session: AsyncSession, prefix: str) -> list[tuple[str, str]]:
    """Scopes, and holders in them whose names begin so; for what is done now and then."""
    return await ErasingRepository(session).holders_like(prefix)


async def holders_of(
    session: AsyncSession, scope: str, placeholders: Collection[str]
) -> dict[str, set[str]]:
    """Who has which of these placeholders: placeholders by holder."""
    return await ErasingRepository(session).holders_of(scope, placeholders)
