"""Scripted vendors over real sockets: they speak a vendor's wire, record, and fail on demand.

`python -m tests.peers --vendor openai --port 9000` runs one by itself.
"""

from tests.peers.anthropic_wire import AnthropicWire
from tests.peers.behaviours import FAULTS
from tests.peers.openai_wire import AzureWire, OpenAIWire
from tests.peers.server import Exchange, Peer, Received
from tests.peers.tools import calling, two_rounds
from tests.peers.wire import Calls, Wire

__all__ = [
    "FAULTS",
    "AnthropicWire",
    "AzureWire",
    "Calls",
    "Exchange",
    "OpenAIWire",
    "Peer",
    "Received",
    "Wire",
    "calling",
    "two_rounds",
]
