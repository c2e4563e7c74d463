"""What is recorded, sealed under the data key of its session's conversation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, cast

from sluice.engine.types import Action
from sluice.server.features.proxy.calls.body import as_json
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.sessions.tables import Counts
from sluice.server.kit.sealing import Place
from sluice.server.vault.scopes import ScopeVault

CONTENT = "content_sealed"
RAW = "raw_sealed"


def sealed(vault: ScopeVault, table: str, uid: str, content: Body, column: str = CONTENT) -> bytes:
    """The content of a recording or a trace in its place."""
    return sealed_text(vault, table, uid, as_json(content), column)


def sealed_text(vault: ScopeVault, table: str, uid: str, content: str, column: str) -> bytes:
    """The same of JSON that is text already."""
    return vault.key.seal(content, Place(table, column, uid, vault.scope))


def opened(vault: ScopeVault, table: str, uid: str, data: bytes, column: str = CONTENT) -> Body:
    """The content again; raises `SealingError`."""
    return cast("Body", json.loads(vault.key.open(data, Place(table, column, uid, vault.scope))))


def counted(manifest: Mapping[tuple[str, Action], int]) -> Counts:
    """A manifest as it is stored: counts by entity type and action."""
    counts: Counts = {}
    for (entity_type, action), count in sorted(manifest.items()):
        counts.setdefault(entity_type, {})[action.value] = count
    return counts


def added(before: Counts, more: Counts) -> Counts:
    """Two manifests as one."""
    counts: dict[str, dict[str, Any]] = {kind: dict(actions) for kind, actions in before.items()}
    for kind, actions in more.items():
        for action, count in actions.items():
            of_kind = counts.setdefault(kind, {})
            of_kind[action] = of_kind.get(action, 0) + count
    return counts
