"""Tokens that nobody counted."""

from __future__ import annotations

from typing import Any

import pytest

from sluice.server.features.sessions.tokens import estimated, estimated_more


@pytest.mark.parametrize(
    ("content", "tokens"),
    [
        ({}, (0, 0)),
        ({"prompt": "a" * 8, "answer": "a" * 9}, (2, 3)),
        ({"messages": [{"role": "user", "content": "a" * 40}], "answer": "a"}, (10, 1)),
        ({"messages": [{"role": "user", "parts": [{"text": "a" * 4}]}]}, (1, 0)),
        ({"inputs": {"question": "a" * 400}}, (0, 0)),
        ({"tool_schema": [{"name": "abcd"}]}, (2, 0)),
        ({"answer": {"role": "assistant", "content": None}}, (0, 0)),
    ],
    ids=["nothing", "text", "chat", "parts", "inputs", "tools", "no answer"],
)
def test_four_characters_are_a_token(content: dict[str, Any], tokens: tuple[int, int]) -> None:
    assert estimated(content) == tokens


def test_messages_that_come_later_count_too() -> None:
    assert estimated_more([{"role": "user", "content": "a" * 12}]) == 3
