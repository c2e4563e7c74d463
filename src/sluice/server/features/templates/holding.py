"""Versions of templates in whose text something stands: a person's value, or its placeholder.

A version is never changed, since it says what was asked when it was in use. Who erases somebody's
data is told of these, and can delete the templates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import anyio.to_thread

from sluice.server.features.projects.known import KnownProject
from sluice.server.features.templates.opened import opened, project_key
from sluice.server.features.templates.repository import StoredVersion, TemplateRepository
from sluice.server.kit.database import Database
from sluice.server.kit.sealing import DataKey
from sluice.server.vault.service import Vault

PORTION: Final = 500
"""Versions that are opened at once."""


@dataclass(frozen=True, slots=True)
class HoldingVersion:
    """A version in which it stands."""

    template: str
    """The template's name."""
    number: int


class TemplateHolding:
    """Looks through all templates of a project."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def versions(
        self, project: KnownProject, is_in: Callable[[object], bool]
    ) -> list[HoldingVersion]:
        """Those of which `is_in` is true, by name and number; it is given names and texts.

        Raises `NotFound` for a project that is deleted meanwhile.
        """
        found: list[HoldingVersion] = []
        after = 0
        async with self._database.read() as session:
            key = await project_key(self._vault, session, project)
            repository = TemplateRepository(session)
            while rows := await repository.all_versions(project.id, after=after, limit=PORTION):
                after = rows[-1].id
                found += await anyio.to_thread.run_sync(_holding, rows, key, project.scope, is_in)
        return sorted(found, key=lambda one: (one.template, one.number))


def _holding(
    rows: list[StoredVersion], key: DataKey, scope: str, is_in: Callable[[object], bool]
) -> list[HoldingVersion]:
    return [
        HoldingVersion(row.template_name, row.number)
        for row in rows
        if is_in([row.template_name, opened(row, key, scope).content.document()])
    ]
