"""The peer speaks Cohere's real wire: Cohere's own client understands it."""

from __future__ import annotations

import pytest
from tests.integration.providers.vendor_clients import told
from tests.peers import Calls, calling, two_rounds
from tests.peers.behaviours import PIECES, answering
from tests.peers.cohere_wire import CohereWire
from tests.peers.tools import CLOCK, WEATHER

pytestmark = pytest.mark.anyio
WIRE = CohereWire()
TEXT = "".join(PIECES)


async def test_coheres_client_understands_the_peer() -> None:
    """Streams with text, thinking and calls; two rounds with tools; an error with its class."""
    said = await told(
        "cohere",
        "7.3.1",
        "cohere_peer",
        {
            "answer": answering(WIRE),
            "thinking": calling(WIRE, (), pieces=PIECES, thinking=("Let ", "me.")),
            "calling": calling(WIRE, (WEATHER, CLOCK), thinking=("I ", "look.")),
            "rounds": two_rounds(WIRE, (WEATHER, Calls("call_2", "clock", ("{", "}")))),
            "refusing": answering(WIRE),
        },
    )
    nothing = {"thoughts": "", "plan": "", "calls": []}
    counted = [2, len(TEXT.split()), 1]
    assert said["answer"] == nothing | {"text": TEXT, "reason": "COMPLETE", "usage": counted}
    assert (said["thinking"]["thoughts"], said["thinking"]["text"]) == ("Let me.", TEXT)
    assert said["calling"] == {
        "text": "",
        "thoughts": "",
        "plan": "I look.",
        "calls": [[WEATHER.id, "weather", WEATHER.arguments], [CLOCK.id, "clock", ""]],
        "reason": "TOOL_CALL",
        "usage": [2, 0, 1],
    }
    assert said["rounds"] == ["TOOL_CALL", TEXT, "COMPLETE"]
    assert said["refusing"] == ["BadRequestError", 400]
