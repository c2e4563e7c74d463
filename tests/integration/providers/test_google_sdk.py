"""The peers speak Google's real wire: Google's own client understands them."""

from __future__ import annotations

import pytest
from tests.integration.providers.vendor_clients import told
from tests.peers.behaviours import PIECES
from tests.peers.google_wire import GoogleWire, google_answering, google_says, google_two_rounds
from tests.peers.tools import CLOCK, WEATHER
from tests.peers.wire import Says

pytestmark = pytest.mark.anyio
TEXT = "".join(PIECES)


@pytest.mark.parametrize("vertex", [False, True], ids=["gemini", "vertex"])
async def test_googles_client_understands_the_peer(vertex: bool) -> None:
    """Streams with text, thoughts and signed calls; two rounds; an error with its word."""
    wire = GoogleWire(vertex=vertex)
    said = await told(
        "google-genai",
        "3.4.0",
        "google_peer",
        {
            "answer": google_answering(wire),
            "thinking": google_says(wire, Says(PIECES, "STOP", thinking=("Let ", "me."))),
            "calling": google_says(wire, Says((), "STOP", (WEATHER, CLOCK))),
            "rounds": google_two_rounds(wire, (WEATHER, CLOCK)),
            "refusing": google_answering(wire),
        },
        WIRE="vertex" if vertex else "gemini",
    )
    count = len(TEXT.split())
    plain = {"calls": [], "reason": "STOP", "model": "gemini-3.5-flash"}
    assert said["answer"] == plain | {
        "text": TEXT, "thoughts": "", "usage": [2, count, 2 + count],
    }  # fmt: skip
    assert said["thinking"] == plain | {
        "text": TEXT, "thoughts": "Let me.", "usage": [2, count, 2 + count + 2],
    }  # fmt: skip
    assert said["calling"]["calls"] == [
        [WEATHER.id, "weather", {"city": "PERSON_0"}, True],
        [CLOCK.id, "clock", {}, False],
    ]
    assert said["rounds"] == [2, TEXT, "STOP"]
    assert said["refusing"] == ["ClientError", 400, "INVALID_ARGUMENT"]
