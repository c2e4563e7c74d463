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
    """A connection as it would be: with the credentials that stay where none are given.

    Those of the same position stay, else those of another one, so that an order can be changed; but
    a credential must never be sent to an address that it was not given for.
    """
    credentials = wanted.credentials
    if credentials is None:
        candidates = [*kept[position : position + 1], *kept]
        present = next((one for one in candidates if _same(one, wanted)), None)
        credentials = dict(present.credentials) if present is not None else {}
    return Connection(
        wanted.provider_key, wanted.model, wanted.base_url, credentials, wanted.options
    )


def set_connections(row: ModelInstance, body: ModelInstanceIn, key: DataKey) -> None:
    """Write the connections of a body; `row` has its id."""
    present, kept = list(row.connections), opened_connections(row, key)
    row.connections = [
        _set(
            present[place] if place < len(present) else ModelConnection(),
            complete(wanted, kept, place),
            _place(row.id, place),
            key,
        )
        for place, wanted in enumerate(wanted_connections(body))
    ]
    for place, connection in enumerate(row.connections):
        connection.position = place


def _set(
    row: ModelConnection, connection: Connection, place: Place, key: DataKey
) -> ModelConnection:
    row.provider_key, row.model = connection.provider_key, connection.model
    row.base_url, row.options = connection.base_url, dict(connection.options)
    credentials = dict(connection.credentials)
    row.credentials_sealed = key.seal(json.dumps(credentials), place) if credentials else None
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


def _same(present: Connection, wanted: ConnectionIn) -> bool:
    return (present.provider_key, present.base_url) == (wanted.provider_key, wanted.base_url)


def _place(instance_id: int, position: int) -> Place:
    # The first connection's place is as it was when there was only one.
    row = f"{instance_id}:{position}" if position else str(instance_id)
    return Place("model_connections", "credentials_sealed", row)
