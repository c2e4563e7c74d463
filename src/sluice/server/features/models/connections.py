"""An instance's connections: the first one and the fallbacks, with their credentials sealed."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sluice.server.features.models.schemas import (
    ConnectionAdminOut,
    ConnectionIn,
    ModelInstanceIn,
)
from sluice.server.features.models.tables import ModelConnection, ModelInstance
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.providers.base import Connection


def wanted_connections(body: ModelInstanceIn) -> list[ConnectionIn]:
    """The connections that a body asks for, by position."""
    return [body.connection, *body.fallbacks] if body.connection is not None else []


def complete(wanted: ConnectionIn, kept: Sequence[Connection], position: int) -> Connection:
    """A connection as it would be: with the credentials that stay where none are given."""
    credentials = wanted.credentials
    if credentials is None:
        present = kept[position] if position < len(kept) else None
        credentials = dict(present.credentials) if present and _same(present, wanted) else {}
    return Connection(
        wanted.provider_key, wanted.model, wanted.base_url, credentials, wanted.options
    )


def set_connections(row: ModelInstance, body: ModelInstanceIn, key: DataKey) -> None:
    """Write the connections of a body; `row` has its id."""
    present = list(row.connections)
    row.connections = [
        _set(present[place] if place < len(present) else None, wanted, row.id, place, key)
        for place, wanted in enumerate(wanted_connections(body))
    ]


def _set(
    present: ModelConnection | None,
    wanted: ConnectionIn,
    instance_id: int,
    place: int,
    key: DataKey,
) -> ModelConnection:
    row = present or ModelConnection()
    same_target = _same(row, wanted)
    row.position = place
    row.provider_key, row.model = wanted.provider_key, wanted.model
    row.base_url, row.options = wanted.base_url, wanted.options
    if wanted.credentials is not None:
        sealed = key.seal(json.dumps(wanted.credentials), _place(instance_id, place))
        row.credentials_sealed = sealed if wanted.credentials else None
    elif not same_target:
        # A credential must never be sent to an address that it was not given for.
        row.credentials_sealed = None
    return row


def opened_connections(row: ModelInstance, key: DataKey) -> tuple[Connection, ...]:
    """An instance's connections by position, with their credentials."""
    return tuple(_opened(connection, key) for connection in row.connections)


def _opened(row: ModelConnection, key: DataKey) -> Connection:
    credentials: dict[str, str] = {}
    if row.credentials_sealed is not None:
        place = _place(row.model_instance_id, row.position)
        credentials = json.loads(key.open(row.credentials_sealed, place))
    return Connection(
        provider_key=row.provider_key,
        model=row.model,
        base_url=row.base_url,
        credentials=credentials,
        options=row.options,
    )


def admin_connection(row: ModelConnection) -> ConnectionAdminOut:
    """A connection for administrators."""
    return ConnectionAdminOut(
        id=row.id,
        provider_key=row.provider_key,
        model=row.model,
        base_url=row.base_url,
        options=row.options,
        has_credentials=row.credentials_sealed is not None,
    )


def _same(present: ModelConnection | Connection, wanted: ConnectionIn) -> bool:
    return (present.provider_key, present.base_url) == (wanted.provider_key, wanted.base_url)


def _place(instance_id: int, position: int) -> Place:
    # The first connection's place is as it was when there was only one.
    row = f"{instance_id}:{position}" if position else str(instance_id)
    return Place("model_connections", "credentials_sealed", row)
