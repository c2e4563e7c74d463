"""Whatever a filter compares with what, it is answered or refused: no database fails over it."""

from __future__ import annotations

from functools import partial
from typing import Any

import anyio.from_thread
import anyio.to_thread
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.features.conftest import World
from tests.integration.features.sessions.search_rows import Json, put, some_sessions

from sluice.server.features.sessions.search.fields import NAMED, Op, Target, field_names

pytestmark = pytest.mark.anyio
_FIELDS = {*field_names(Target.RECORDINGS), *field_names(Target.SESSIONS)}
_names = st.one_of(
    st.sampled_from([name for name in sorted(_FIELDS) if "…" not in name]),
    st.builds(lambda prefix, name: prefix + name, st.sampled_from(NAMED), st.text(max_size=20)),
)
_values: st.SearchStrategy[Any] = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["%", "_", "'", '"', "\\", "$.x", "PERSON_1", "PERSON", "x" * 1000, "😀"]),
    st.integers(-(2**63), 2**63),
    st.sampled_from([0, -1, 2**31, 2**62 - 1, 1e300, -1e300, 0.1, 1e-300, True, None]),
    st.sampled_from(["1970-01-01T00:00:00Z", "8999-12-31T23:59:59+14:00", "2026-01-01T00:00Z"]),
)
_leaves = st.builds(
    lambda name, op, one, two: {
        "field": name,
        "op": op,
        "value": [one, two] if op == "between" else one,
    },
    _names,
    st.sampled_from(list(Op)),
    _values,
    _values,
)


async def _answered(world: World, what: str, tree: Json, order: str) -> None:
    body = {"filter": tree, "order": order, "limit": 3}
    answer = await world.admin.post(f"/api/v1/projects/default/{what}/search", json=body)
    assert answer.status_code in (200, 422), answer.text


async def test_any_comparison_is_answered_or_refused(world: World) -> None:
    await put(world, some_sessions(3))

    @settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(["recordings", "sessions"]),
        st.lists(st.one_of(_leaves, _leaves.map(lambda one: {"not": one})), min_size=1, max_size=3),
        st.sampled_from(["and", "or"]),
        st.sampled_from(["newest", "oldest", "slowest", "costliest"]),
    )
    def check(what: str, leaves: list[Json], word: str, order: str) -> None:
        anyio.from_thread.run(partial(_answered, world, what, {word: leaves}, order))

    await anyio.to_thread.run_sync(check)
