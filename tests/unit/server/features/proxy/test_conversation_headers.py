"""Clients name their conversation in headers, where their wire has no place for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sluice.server.features.proxy.conversations.headers import HEADERS, named_by

DOCS = Path(__file__).parents[5] / "docs" / "gateway.md"


@pytest.mark.parametrize("name", HEADERS)
def test_each_header_names_the_conversation(name: str) -> None:
    assert named_by({"accept": "*/*", name: " a 1 "}) == "a 1"


@pytest.mark.parametrize("name", HEADERS)
def test_each_header_is_documented(name: str) -> None:
    assert f"`{name}`" in DOCS.read_text(encoding="utf-8").lower()


def test_the_first_one_that_says_something_counts() -> None:
    headers = {"x-session-id": "b", "sluice-conversation": " ", "session_id": "a"}
    assert named_by(headers) == "a"
    assert named_by({"x-request-id": "c"}) is None
