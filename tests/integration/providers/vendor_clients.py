"""Vendors' own clients, each in a virtual environment of its own, against scripted peers."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from tests.compat.conftest import environment_of
from tests.peers import Peer
from tests.peers.server import Behaviour

SCRIPTS = Path(__file__).parents[2] / "compat" / "scripts"
SECONDS = 120


async def told(
    package: str,
    version: str,
    script: str,
    behaviours: Mapping[str, Behaviour],
    **environment: str,
) -> dict[str, Any]:
    """What a script prints that calls a peer of each behaviour, its URL under the name."""
    python = await asyncio.to_thread(environment_of, package, version)
    async with AsyncExitStack() as stack:
        urls = {
            name.upper(): (await stack.enter_async_context(Peer([behaviour]))).url
            for name, behaviour in behaviours.items()
        }
        process = await asyncio.create_subprocess_exec(
            *(str(python), "-W", "ignore", str(SCRIPTS / f"{script}.py")),
            env={"PATH": os.environ["PATH"], **urls, **environment},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(SECONDS):
            printed, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()[-3000:]
    found: dict[str, Any] = json.loads(printed)
    return found
