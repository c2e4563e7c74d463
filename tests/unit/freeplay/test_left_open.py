"""Programs as they were written for 0.1.6: nobody closes a client, and nothing is left open."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from tests.peers import Peer
from tests.peers.freeplay_wire import KEY, FreeplayServer

HEAD = """
import asyncio, os
from freeplay import AsyncFreeplay, ClientOptions, Freeplay
from freeplay.flavors import OpenAIChat
url, key = os.environ["URL"], os.environ["KEY"]
flavor = OpenAIChat("vendor-key", url + "/v1")
"""
PROGRAMS = {
    "blocking": """
Freeplay(flavor, key, url + "/api").get_completion("p", "chat", {"name": "Ada"})
client = Freeplay(flavor, key, url + "/api")
client.get_completion("p", "chat", {"name": "Ada"})
""",
    "asyncio": """
async def main():
    client = AsyncFreeplay(flavor, key, url + "/api")
    await client.get_completion("p", "chat", {"name": "Ada"})
asyncio.run(main())
asyncio.run(main())
""",
    "a client of two loops": """
client = AsyncFreeplay(flavor, key, url + "/api")
for _ in range(2):
    asyncio.run(client.get_completion("p", "chat", {"name": "Ada"}))
""",
    "a cancelled stream": """
async def main():
    client = AsyncFreeplay(flavor, key, url + "/api")
    await client.get_completion("p", "chat", {"name": "Ada"})
    begun = asyncio.Event()
    async def read():
        async for chunk in client.get_completion_stream("p", "chat", {"name": "Ada"}):
            begun.set()
            await asyncio.Event().wait()
    task = asyncio.create_task(read())
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
asyncio.run(main())
""",
}
FORK = """
options = ClientOptions(record_in_background=True)
client = Freeplay(flavor, key, url + "/api", client_options=options)
client.get_completion("p", "chat", {"name": "Ada"})
client.flush(20)
if child := os.fork():
    assert os.waitpid(child, 0)[1] == 0
else:
    flavor = OpenAIChat("vendor-key", url + "/v1")
    client.get_completion("p", "chat", {"name": "Ada"}, flavor=flavor)
"""


def _ended(program: str, peer: Peer) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "URL": peer.url, "KEY": KEY}
    return subprocess.run(
        [sys.executable, "-W", "always::ResourceWarning", "-c", HEAD + program],
        env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_client_that_nobody_closes_ends_with_the_program(
    peer: Peer, server: FreeplayServer, program: str
) -> None:
    done = _ended(PROGRAMS[program], peer)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(server.recordings) == 2
    assert server.recordings[-1]["is_complete"] is (program != "a cancelled stream")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_records_for_itself(peer: Peer, server: FreeplayServer) -> None:
    done = _ended(FORK, peer)
    assert done.returncode == 0, done.stderr[-2000:]
    assert len(server.recordings) == 2
