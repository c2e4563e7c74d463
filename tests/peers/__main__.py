"""`python -m tests.peers --vendor openai --port 9000 [--delay-ms 20] [--fault 429]`."""

from __future__ import annotations

import argparse
import asyncio

from tests.peers.anthropic_paths import AnthropicPaths
from tests.peers.behaviours import FAULTS, PIECES, answering
from tests.peers.openai_paths import OpenAIPaths
from tests.peers.openai_wire import AzureWire
from tests.peers.server import Behaviour, Peer
from tests.peers.wire import Wire

WIRES: dict[str, Wire] = {
    "openai": OpenAIPaths(),
    "azure": AzureWire(),
    "ollama": OpenAIPaths(needs_key=False),
    "anthropic": AnthropicPaths(),
}


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.peers", description=__doc__)
    parser.add_argument("--vendor", choices=sorted(WIRES), default="openai")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--delay-ms", type=float, default=0.0, help="before the answer's head")
    parser.add_argument("--between-ms", type=float, default=0.0, help="before each event")
    parser.add_argument("--answer", help="the text to answer; without it the question comes back")
    parser.add_argument("--pieces", type=int, default=4, help="characters in a piece of --answer")
    parser.add_argument("--fault", choices=sorted(FAULTS), help="misbehave like this")
    return parser.parse_args()


def behaviour(options: argparse.Namespace) -> Behaviour:
    """How the peer answers, by the command line."""
    wire = WIRES[options.vendor]
    if options.fault:
        return FAULTS[options.fault](wire)
    text, size = options.answer, options.pieces
    pieces = None if text is None else [text[i : i + size] for i in range(0, len(text), size)]
    delay, between = options.delay_ms / 1000, options.between_ms / 1000
    return answering(
        wire, pieces=pieces or (PIECES if text == "" else None), delay=delay, between=between
    )


async def main(options: argparse.Namespace) -> None:
    """Serve until interrupted."""
    async with Peer([behaviour(options)], options.port) as peer:
        print(f"listening on {peer.url}", flush=True)
        await peer.serve_forever()


if __name__ == "__main__":
    try:
        asyncio.run(main(arguments()))
    except KeyboardInterrupt:
        print("stopped")
