"""Anthropic's shape of `GET /v1/models` and `GET /v1/models/{id}`.

Source: Anthropic's API reference, "List Models" and "Get a Model".
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from sluice.server.features.proxy.wires.reading import Body

PAGE: Final = 20
"""Models on a page where the caller does not say."""
LARGEST_PAGE: Final = 1000


def model_body(model: str, created: datetime, name: str | None = None) -> Body:
    """One model; `name` is the one that people read."""
    return {
        "type": "model",
        "id": model,
        "display_name": name or model,
        "created_at": created.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "lifecycle": "active",
    }


def models_body(
    models: Sequence[Body],
    *,
    limit: int = PAGE,
    after_id: str | None = None,
    before_id: str | None = None,
) -> Body:
    """A page of the models: those behind `after_id`, or the last ones before `before_id`.

    An id that is not there gives an empty page. `limit` is taken as 1 to 1000.
    """
    limit = min(max(limit, 1), LARGEST_PAGE)
    ids = [model["id"] for model in models]
    if before_id is not None:
        there = list(models[: _index(ids, before_id, 0)])
        page, more = there[-limit:], len(there) > limit
    else:
        start = 0 if after_id is None else _index(ids, after_id, len(ids)) + 1
        there = list(models[start:])
        page, more = there[:limit], len(there) > limit
    return {
        "data": page,
        "has_more": more,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
    }


def _index(ids: list[str], wanted: str, absent: int) -> int:
    return ids.index(wanted) if wanted in ids else absent
