"""The published Liminal clients, unmodified, against a running server on both databases."""

from __future__ import annotations

import re

import pytest
from tests.compat.conftest import Run
from tests.live import LiveServer

TEXT = "Mail jane@example.com about 4111 1111 1111 1111."
CLEANSED = "Mail EMAIL_ADDRESS_0 about CREDIT_CARD_0."
NEXT_TEXT = "Write to joe@example.com, then again to jane@example.com."
NEXT_CLEANSED = "Write to EMAIL_ADDRESS_1, then again to EMAIL_ADDRESS_0."
SAYS = "The model saw: "


def test_a_published_client_signs_in_each_way(published: Run) -> None:
    got = published("everything")
    assert got["sessions"]
    assert got["provider"] == ["Echo"]
    assert got["client of the caller's stays open"]
    assert got["instances"] == [["Echo", "ollama"]]


def test_a_published_client_makes_lists_and_reads_threads(published: Run) -> None:
    got = published("everything")
    assert got["thread"] == ["A thread", "sdk", "default", "Echo"]
    assert got["read"] == [True, "A thread", 4]
    assert got["available"] == ["New thread", "New thread", "A thread"]


def test_a_published_client_analyzes_and_cleanses(published: Run) -> None:
    got = published("everything")
    assert [f[2:5] for f in got["findings"]] == [
        ["jane@example.com", "EMAIL_ADDRESS", "mask"],
        ["4111 1111 1111 1111", "CREDIT_CARD", "mask"],
    ]
    assert all(TEXT[f[0] : f[1]] == f[2] for f in got["findings"])
    assert got["cleansed"]["text"] == CLEANSED
    for item in got["cleansed"]["items"]:
        assert CLEANSED[item["start"] : item["end"]] == item["entityType"]
    assert got["joined"]
    assert got["nothing found"] == "nothing here"


def test_a_conversation_of_a_published_client_keeps_its_placeholders(published: Run) -> None:
    got = published("everything")
    (same_thread, first), (still_same, second) = got["first"], got["second"]
    assert same_thread
    assert still_same
    assert (first["input"], first["cleansed"]) == (TEXT, CLEANSED)
    assert (first["raw"], first["answer"]) == (SAYS + CLEANSED, SAYS + TEXT)
    assert (second["cleansed"], second["history"]) == (NEXT_CLEANSED, [CLEANSED])
    assert (second["raw"], second["answer"]) == (SAYS + NEXT_CLEANSED, SAYS + NEXT_TEXT)
    assert [item[2] for item in second["tokens"]] == ["EMAIL_ADDRESS_1", "EMAIL_ADDRESS_0"]
    other_thread, fresh = got["fresh"]
    assert other_thread
    assert fresh["cleansed"].startswith("Write to EMAIL_ADDRESS_0, then again to EMAIL_ADDRESS_1")


def test_a_published_client_streams_and_hydrates(published: Run) -> None:
    got = published("everything")
    stream = {"finished": ["stop"], "in pieces": True}
    assert got["stream"] == {"text": SAYS + NEXT_TEXT, **stream}
    assert got["stream with findings"] == {"text": SAYS + TEXT, **stream}
    text, items = got["hydrated"]
    assert text == "To jane@example.com, 4111 1111 1111 1111, EMAIL_ADDRESS_7."
    assert [(text[start:end], token) for start, end, token in items] == [
        ("jane@example.com", "EMAIL_ADDRESS_0"),
        ("4111 1111 1111 1111", "CREDIT_CARD_0"),
    ]


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("unknown thread", "not_found"),
        ("a stranger's thread", "not_found"),
        ("a stranger's submit", "not_found"),
        ("a stranger's hydrate", "not_found"),
        ("unknown model", "not_found"),
        ("mismatching findings", "unprocessable"),
        ("bad token", "unknown_token"),
        ("bad session", "unknown_session"),
        ("bad provider token", "no_identity_provider"),
        ("forged provider token", "invalid_provider_token"),
        ("somebody of another company", "user_not_allowed"),
    ],
)
def test_a_published_client_gets_errors_that_it_understands(
    published: Run, server: LiveServer, call: str, code: str
) -> None:
    error = published("everything")[call]
    assert "RequestError" in error["kinds"]
    assert error["message"].startswith(f"Error while sending request to {server.url}/api/v1/")
    assert '"requestId"' in error["message"]
    assert f'"code":"{code}"' in error["message"]
    assert "jane@example.com" not in error["message"]


def test_an_unknown_model_instance_has_an_error_of_its_own(published: Run) -> None:
    assert "ModelInstanceUnknownError" in published("everything")["unknown instance"]["kinds"]


def test_our_package_gets_the_same_as_the_published_one(published: Run, ours: Run) -> None:
    theirs, mine = published("everything"), ours("everything")
    assert theirs.keys() == mine.keys()
    for name, value in theirs.items():
        if isinstance(value, dict) and "kinds" in value:
            assert set(value["kinds"]) <= set(mine[name]["kinds"]), name
            assert _form(mine[name]["message"]) == _form(value["message"]), name
        else:
            assert mine[name] == value, name


def _form(message: str) -> str:
    """An error's message without what differs from run to run: ids of requests and threads."""
    return re.sub(r'(/threads/|"requestId":")\w+', r"\1", message)
