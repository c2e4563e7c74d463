"""Which placeholders stand in the cases of a playlist, so that originals of others can go."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine.placeholders import parse
from sluice.server.features.proxy.conversations.quoting import places
from sluice.server.features.testruns.cases import KnownCase, opened_case
from sluice.server.features.testruns.repository import PlaylistState, TestCaseRepository
from sluice.server.vault import erasing
from sluice.server.vault.scopes import ScopeVault

PORTION: Final = 500
"""Cases that are opened at once."""


class Standing(NamedTuple):
    """What was seen of a playlist at one moment."""

    state: PlaylistState | None
    noted: set[str]
    """Placeholders that are noted as used in it."""
    names: set[str]
    """Those of them that stand in a case."""

    @property
    def all_stand(self) -> bool:
        """Whether nothing can go."""
        return self.noted == self.names


async def standing(
    session: AsyncSession, playlist_id: int, holder: str, vault: ScopeVault
) -> Standing:
    """Look through all cases of a playlist."""
    repository = TestCaseRepository(session)
    state = await repository.state(playlist_id)
    noted = await erasing.used_by(session, vault.scope, holder)
    found: set[str] = set()
    after = 0
    while found != noted:
        rows = await repository.page(playlist_id, after=after, limit=PORTION)
        if not rows:
            break
        after = rows[-1].id
        cases = [opened_case(row, vault.scope, vault.key) for row in rows]
        found |= await anyio.to_thread.run_sync(standing_in, cases, noted - found)
    return Standing(state, noted, found)


async def is_as_seen(
    session: AsyncSession, playlist_id: int, holder: str, vault: ScopeVault, seen: Standing
) -> bool:
    """Whether nobody has changed the playlist since."""
    if await TestCaseRepository(session).state(playlist_id) != seen.state:
        return False
    return await erasing.used_by(session, vault.scope, holder) == seen.noted


def standing_in(cases: Sequence[KnownCase], names: Collection[str]) -> set[str]:
    """Those of the names that stand in any of the cases."""
    known = _Names(names)
    return {name for case in cases for name in known.standing_in(case.content.document())}


def standing_in_document(document: object, names: Collection[str]) -> set[str]:
    """Those of the names that stand in a JSON value; stand-ins are names too."""
    return set(_Names(names).standing_in(document))


class _Names:
    """Placeholders that are looked for."""

    def __init__(self, names: Collection[str]) -> None:
        parsed = {name: parse(name) for name in names}
        self._names = frozenset(names)
        self._types = {kind[0] for kind in parsed.values() if kind is not None}
        self._stand_ins = [name for name, kind in parsed.items() if kind is None]

    def standing_in(self, document: object) -> Iterator[str]:
        for text in _texts(document):
            for place in places(text, self._types):
                if place.typed.placeholder in self._names:
                    yield place.typed.placeholder
            yield from (name for name in self._stand_ins if name in text)


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
