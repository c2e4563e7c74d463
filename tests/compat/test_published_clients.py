"""The published Liminal clients, unmodified, against a running server on both databases."""

from __future__ import annotations

from tests.compat.conftest import Run
from tests.live import LiveServer

TEXT = "Mail jane@example.com about 4111 1111 1111 1111."
CLEANSED = "Mail EMAIL_ADDRESS_0 about CREDIT_CARD_0."


def test_every_call_of_a_published_client_works(published: Run, server: LiveServer) -> None:
    got = published("everything", server)
    assert got["signed in"]
    assert got["instances"] == [[1, "Echo", "ollama"]]
    assert got["thread"] == ["A thread", "sdk", "default", "Echo"]
    assert got["read"] == [True, "A thread"]
    assert got["available"] == ["New thread", "A thread"]
    assert [f[2:5] for f in got["findings"]] == [
        ["jane@example.com", "EMAIL_ADDRESS", "mask"],
        ["4111 1111 1111 1111", "CREDIT_CARD", "mask"],
    ]
    assert all(TEXT[f[0] : f[1]] == f[2] for f in got["findings"])
    assert got["cleansed"]["text"] == got["submitted"]["cleansed"] == CLEANSED
    assert got["submitted"]["thread"]
    assert got["submitted"]["input"] == TEXT
    assert got["submitted"]["raw"] == f"The model saw: {CLEANSED}"
    assert got["submitted"]["answer"] == f"The model saw: {TEXT}"
    assert got["fresh thread"]
    assert got["streamed"] == f"The model saw: {TEXT}"
    assert (got["finished"], got["chunks"]) == (["stop"], True)
    assert got["hydrated"] == "To jane@example.com, 4111 1111 1111 1111."
    assert got["nothing found"] == "nothing here"


def test_a_published_client_gets_errors_that_it_understands(
    published: Run, server: LiveServer
) -> None:
    got = published("everything", server)
    assert "ModelInstanceUnknownError" in got["unknown instance"]["kinds"]
    for call in ("unknown thread", "bad token", "bad session", "bad provider token"):
        assert "RequestError" in got[call]["kinds"], call
        assert got[call]["message"].startswith(f"Error while sending request to {server.url}/api")
        assert '"requestId"' in got[call]["message"]


def test_our_package_gets_the_same_as_the_published_one(
    published: Run, ours: Run, server: LiveServer
) -> None:
    theirs, mine = published("everything", server), ours("everything", server)
    differing = {"cleansed", "available"}  # keys and placeholders of two threads, two runs
    for name in theirs.keys() - differing:
        if name.startswith(("bad", "unknown")):
            assert set(theirs[name]["kinds"]) <= set(mine[name]["kinds"]), name
            head = theirs[name]["message"].split(": {")[0]
            assert mine[name]["message"].startswith(head), name
        else:
            assert mine[name] == theirs[name], name
    assert mine["cleansed"].keys() >= theirs["cleansed"].keys()
