"""Alembic's environment: runs on the connection that `run.py` hands over."""

from __future__ import annotations

from typing import Literal

from alembic import context

from sluice.server.kit.database import UtcDateTime
from sluice.server.migrations.tables import metadata


def _render(kind: str, item: object, autogen_context: object) -> str | Literal[False]:
    """Migrations stand on their own: they name no type of ours that may change later."""
    return "sa.DateTime(timezone=True)" if isinstance(item, UtcDateTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
    render_item=_render,
)
context.run_migrations()
