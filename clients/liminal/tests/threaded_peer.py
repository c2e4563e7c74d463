"""The scripted server in a thread with an event loop of its own, for programs that block."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from clients.liminal.tests.peer import Peer


@contextmanager
def running(peer: Peer) -> Iterator[str]:
    """Yield the address of `peer`, which answers until the block ends."""
    started = threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with peer:
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert started.wait(10)
        yield peer.url
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()
