"""What is counted of refused requests says where and why, and nothing that a caller sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from sluice.engine.errors import Problem
from sluice.server.features.proxy.calls import refused
from sluice.server.features.proxy.calls.refused import Reason, RefusedPaths, normalised, reason_of
from sluice.server.kit.batching import BatchedWriter


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("messages[3].content[0].type", "messages[].content[].type"),
        ("stream", "stream"),
        ("metadata.jane@example.org.id", "metadata.?.org.id"),
        ("metadata.Jane Roe", "metadata.?"),
        ("metadata.4111111111111111[2]", "metadata.?[]"),
        ("metadata.?.id", "metadata.?.id"),
        ("a." * 200 + "b", "…"),
        ("", "…"),
    ],
)
def test_a_path_has_no_index_and_no_key_that_is_no_fields_name(path: str, told: str) -> None:
    assert normalised(path) == told


@pytest.mark.parametrize(
    ("message", "reason"),
    [
        ("is missing", Reason.MISSING),
        ("is needed", Reason.MISSING),
        ("must be a string", Reason.WRONG_TYPE),
        ("must be base64", Reason.UNREADABLE),
        ("is a data URL that cannot be read", Reason.UNREADABLE),
        ("is nested deeper than 64 levels", Reason.TOO_DEEP),
        ("is not understood; known: user, assistant", Reason.NOT_UNDERSTOOD),
        ("embeddings are not streamed", Reason.NOT_SUPPORTED),
    ],
)
def test_a_problem_has_a_reason(message: str, reason: Reason) -> None:
    assert reason_of(message) is reason


class Taking:
    """A writer that writes nothing, and says whether it could."""

    def __init__(self, *, down: bool = False) -> None:
        self._down = down

    async def submit(self, job: Callable[[Any], Awaitable[None]]) -> None:
        if self._down:
            raise ConnectionRefusedError


def _paths(writer: Taking, now: list[datetime] | None = None) -> RefusedPaths:
    clock = now or [datetime(2026, 11, 10, 12, tzinfo=UTC)]
    return RefusedPaths(cast("BatchedWriter", writer), clock=lambda: clock[0])


@pytest.mark.anyio
async def test_whatever_callers_send_only_so_many_kinds_are_counted_of_a_day(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refused, "MOST_KINDS", 5)
    now = [datetime(2026, 11, 10, 12, tzinfo=UTC)]
    paths = _paths(Taking(), now)
    names = [f"field_{a}{b}" for a in "abcdefgh" for b in "abcdefgh"]
    kinds: set[object] = set()
    requests = 0
    for name in names:
        paths.note("openai.chat", [Problem(name, "is missing")])
        kinds |= paths._counts.keys()
        requests += paths._counts.total()
        await paths.flush()
    assert len(kinds) <= 7
    assert requests == 2 * len(names)
    now[0] += timedelta(days=1)
    paths.note("openai.chat", [Problem(names[0], "is missing")])
    assert names[0] in {key.path for key in paths._counts}


@pytest.mark.anyio
async def test_a_stop_goes_on_where_the_counts_cannot_be_written() -> None:
    paths = _paths(Taking(down=True))
    paths.note("openai.chat", [Problem("messages", "is missing")])
    with pytest.raises(ConnectionRefusedError):
        await paths.flush()
    await paths.close()
    assert paths._counts.total() == 2
