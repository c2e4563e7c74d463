"""What a filter finds is what it says, on either database, a page at a time."""

from __future__ import annotations

from functools import partial
from typing import Any

import anyio.from_thread
import anyio.to_thread
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.integration.features.conftest import World
from tests.integration.features.sessions.search_rows import (
    BEGINNING,
    Json,
    RecordingRow,
    SessionRow,
    in_recordings,
    in_sessions,
    put,
    some_sessions,
)

pytestmark = pytest.mark.anyio
PROJECT = "/api/v1/projects/default"


def _leaf(field: str, op: str, value: object) -> Json:
    return {"field": field, "op": op, "value": value}


_moments = st.integers(0, 12 * 60).map(
    lambda minutes: BEGINNING.replace(hour=minutes // 60, minute=minutes % 60).isoformat()
)
_numbers = st.one_of(st.integers(-5, 900), st.floats(-5, 900, allow_nan=False).map(lambda x: x / 2))
_ORDERED = ("eq", "gt", "gte", "lt", "lte")


def _compared(field: str, values: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    one = st.builds(_leaf, st.just(field), st.sampled_from(_ORDERED), values)
    two = st.builds(_leaf, st.just(field), st.just("between"), st.tuples(values, values).map(list))
    return st.one_of(one, two)


def _named(field: str, values: list[str], *, contains: bool = True) -> st.SearchStrategy[Json]:
    ops = ("eq", "contains") if contains else ("eq",)
    return st.builds(_leaf, st.just(field), st.sampled_from(ops), st.sampled_from(values))


_SHARED = (
    _named("environment", ["prod", "staging", "pro", "nowhere"]),
    _named("provider", ["openai", "open", "nobody"]),
    _named("model", ["gpt-4.1", "gpt-4.1-mini", "claude", "x"]),
    _named("trace", ["trace-0", "trace-2", "trace"], contains=False),
    st.builds(_leaf, st.just("complete"), st.just("eq"), st.booleans()),
    st.builds(
        _leaf,
        st.just("entityTypes"),
        st.just("contains"),
        st.sampled_from(["PERSON", "EMAIL_ADDRESS", "URL"]),
    ),
    _compared("createdAt", _moments),
    _compared("startedAt", _moments),
    _compared("durationMs", _numbers),
    _compared("costMicrodollars", _numbers),
    _compared("metadata.visits", _numbers),
    _compared("feedback.rating", st.integers(0, 5)),
    _named("metadata.plan", ["free", "pro", "profess"]),
    _named("evaluation.judge", ["good", "not so", "bad"]),
    st.builds(
        _leaf,
        st.sampled_from(["input", "output", "text"]),
        st.just("contains"),
        st.sampled_from(["red", "PERSON_1", "person_1", "PERSON_10", "again", "nothing of it"]),
    ),
)
_RECORDINGS = st.one_of(
    *_SHARED,
    _named("id", ["recording-3", "recording-99"], contains=False),
    _named("session", ["session-2", "session-99"], contains=False),
    _compared("tokens", _numbers),
    _compared("inputTokens", _numbers),
)
_SESSIONS = st.one_of(*_SHARED, _named("id", ["session-2", "session-99"], contains=False))


def _trees(leaves: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    def several(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
        items = st.lists(inner, min_size=1, max_size=3)
        return st.one_of(
            items.map(lambda some: {"and": some}),
            items.map(lambda some: {"or": some}),
            inner.map(lambda one: {"not": one}),
        )

    return st.recursive(leaves, several, max_leaves=5)


async def _found(world: World, what: str, tree: Json | None, **body: object) -> list[str]:
    """The ids of every page."""
    found: list[str] = []
    cursor: str | None = None
    while True:
        sent = {"filter": tree, "limit": 7, "cursor": cursor, **body}
        answer = await world.admin.post(f"{PROJECT}/{what}/search", json=sent)
        assert answer.status_code == 200, answer.text
        found += [row["id"] for row in answer.json()["data"]]
        cursor = answer.json()["nextCursor"]
        if cursor is None:
            return found


async def _checked(what: str, expected: Any, world: World) -> None:  # noqa: ANN401 (a function)
    """Trees of Hypothesis, each searched by the running application."""
    trees = _trees(_RECORDINGS if what == "recordings" else _SESSIONS)

    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(trees)
    @example(_leaf("input", "contains", "PERSON_1"))
    @example({"not": _leaf("text", "contains", "person_1")})
    def check(tree: Json) -> None:
        found = anyio.from_thread.run(partial(_found, world, what, tree))
        assert found == expected(tree)

    await anyio.to_thread.run_sync(check)


async def test_recordings_are_found_as_plain_python_finds_them(world: World) -> None:
    """Any tree of comparisons gives the same rows, newest first."""
    rows = some_sessions()
    await put(world, rows)

    def expected(tree: Json) -> list[str]:
        found = [r.id for s in rows for r in s.recordings if in_recordings(tree, r, s)]
        return found[::-1]

    await _checked("recordings", expected, world)


async def test_sessions_are_found_as_plain_python_finds_them(world: World) -> None:
    """Any tree of comparisons gives the same sessions, newest first."""
    rows = some_sessions()
    await put(world, rows)

    def expected(tree: Json) -> list[str]:
        return [s.id for s in rows if in_sessions(tree, s)][::-1]

    await _checked("sessions", expected, world)


_STANDING = {
    "as it is": ("Is PERSON_1 there?", "PERSON_1", True),
    "in another case": ("Is PERSON_1 there?", "person_1", True),
    "at the end of words": ("Is PERSON_1 there?", "is person_1", True),
    "marked": ("Is __PERSON_1__ there?", "PERSON_1", True),
    "behind an escape": (r'{"to": "Dear\nPERSON_1"}', "PERSON_1", True),
    "in a longer number": ("Is PERSON_10 there?", "PERSON_1", False),
    "in a longer number, in another case": ("Is PERSON_10 there?", "person_1", False),
    "in a longer number, behind words": ("Is PERSON_10 there?", "is PERSON_1", False),
    "in a longer type": ("Is US_PERSON_1 there?", "PERSON_1", False),
    "in a longer type, before words": ("Is US_PERSON_1 there?", "PERSON_1 there", False),
    "before its number": ("Is PERSON_10 there?", "PERSON_", True),
    "no placeholder": ("Is file_10 there?", "file_1", True),
}


@pytest.mark.parametrize(("said", "typed", "found"), _STANDING.values(), ids=_STANDING.keys())
async def test_a_placeholder_that_is_typed_is_sought_as_a_whole(
    world: World, said: str, typed: str, found: bool
) -> None:
    row = SessionRow("session", recordings=[RecordingRow("recording", input=said)])
    await put(world, [row])
    seen = await _found(world, "recordings", _leaf("input", "contains", typed))
    assert seen == (["recording"] if found else [])


@pytest.mark.parametrize("order", ["newest", "oldest", "slowest", "costliest"])
async def test_each_order_shows_every_row_once(world: World, order: str) -> None:
    """Pages of an order follow each other; rows without its value are not in it."""
    rows = some_sessions()
    await put(world, rows)
    recordings = [one for row in rows for one in row.recordings]
    column = {"slowest": "durationMs", "costliest": "costMicrodollars"}.get(order)
    numbered = list(enumerate(recordings))
    if order != "oldest":
        numbered.reverse()
    if column is not None:
        numbered = [n for n in numbered if getattr(n[1], column) is not None]
        numbered.sort(key=lambda n: (getattr(n[1], column), n[0]), reverse=True)
    assert await _found(world, "recordings", None, order=order) == [one.id for _, one in numbered]


async def test_rows_that_come_meanwhile_disturb_no_page(world: World) -> None:
    """Whoever pages while others record sees each row that was there once, and none twice."""
    before = some_sessions(6)
    await put(world, before)
    there = {one.id for row in before for one in row.recordings}
    seen: list[str] = []
    cursor, number = None, 0
    while True:
        body = {"limit": 3, "cursor": cursor, "filter": _leaf("complete", "eq", True)}
        answer = (await world.admin.post(f"{PROJECT}/recordings/search", json=body)).json()
        seen += [row["id"] for row in answer["data"]]
        cursor, number = answer["nextCursor"], number + 1
        if cursor is None:
            break
        new = RecordingRow(f"late-{number}", createdAt=BEGINNING)
        await put(world, [SessionRow(f"late-{number}", recordings=[new])])
    assert len(seen) == len(set(seen))
    complete = {r.id for s in before for r in s.recordings if r.complete}
    assert set(seen) & there == complete
