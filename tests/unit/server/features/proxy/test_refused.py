"""What is counted of refused requests says where and why, and nothing that a caller sent."""

from __future__ import annotations

from typing import cast

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


def test_whatever_callers_send_only_so_many_kinds_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(refused, "MOST_KINDS", 5)
    paths = RefusedPaths(cast("BatchedWriter", None))
    names = [f"field_{a}{b}" for a in "abcdefgh" for b in "abcdefgh"]
    for name in names:
        paths.note("openai.chat", [Problem(name, "is missing")])
    assert len(paths._counts) <= 7
    assert sum(paths._counts.values()) == 2 * len(names)
