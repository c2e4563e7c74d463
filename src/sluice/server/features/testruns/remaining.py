"""Which placeholders still stand in the cases of a playlist, so that originals of others can go."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.placeholders import parse
from sluice.server.features.proxy.conversations.quoting import places
from sluice.server.features.testruns.cases import opened_text
from sluice.server.features.testruns.repository import PlaylistState, TestCaseRepository
from sluice.server.features.testruns.tables import TestCase
from sluice.server.vault.scopes import ScopeVault

PORTION: Final = 500
"""Cases that are opened at once."""


class Gone(NamedTuple):
    """Placeholders that stood in no case of a playlist when it was in this state."""

    state: PlaylistState | None
    names: frozenset[str]


async def gone(
    session: AsyncSession, playlist_id: int, vault: ScopeVault, names: Collection[str]
) -> Gone:
    """Look for these placeholders in all cases of a playlist."""
    repository = TestCaseRepository(session)
    state = await repository.state(playlist_id)
    left = frozenset(names)
    after = 0
    while left:
        rows = await repository.page(playlist_id, after=after, limit=PORTION)
        if not rows:
            break
        after = rows[-1].id
        left -= await anyio.to_thread.run_sync(standing_in_rows, rows, vault, left)
    return Gone(state, left)


async def is_as_seen(session: AsyncSession, playlist_id: int, seen: Gone) -> bool:
    """Whether nobody has changed the playlist since."""
    return await TestCaseRepository(session).state(playlist_id) == seen.state


def standing_in_rows(
    rows: Sequence[TestCase], vault: ScopeVault, names: Collection[str]
) -> frozenset[str]:
    """Those of the names that stand in any of these cases."""
    written = {name: json.dumps(name, ensure_ascii=False)[1:-1] for name in names}
    found: set[str] = set()
    for row in rows:
        text = opened_text(row, vault.scope, vault.key)
        # Most cases hold none of them; this is known without taking the JSON apart.
        some = [name for name, said in written.items() if said in text and name not in found]
        if some:
            found |= standing_in(json.loads(text), some)
    return frozenset(found)


def standing_in(document: object, names: Collection[str]) -> set[str]:
    """Those of the names that stand in a JSON value; stand-ins are names too."""
    parsed = {name: parse(name) for name in names}
    types = {kind[0] for kind in parsed.values() if kind is not None}
    stand_ins = [name for name, kind in parsed.items() if kind is None]
    found: set[str] = set()
    for text in _texts(document):
        found.update(place.typed.placeholder for place in places(text, types))
        found.update(name for name in stand_ins if name in text)
    return found & set(names)


def _texts(value: object) -> Iterator[str]:
    inner: Iterable[object] = ()
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        inner = value
    elif isinstance(value, dict):
        yield from value
        inner = value.values()
    for item in inner:
        yield from _texts(item)
