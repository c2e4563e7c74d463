"""Sign in with an environment token.

    LIMINAL_API_SERVER_URL=http://127.0.0.1:8321 TOKEN=… \\
        python3 examples/authenticate_from_token.py

With SESSION_FILE=<path> the session id is kept there, readable by you only.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from signing_in import needed

from liminal import Client
from liminal.errors import LiminalError


def keep(session_id: str, path: Path) -> None:
    """Write a session id where only the owner can read it."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(session_id)


async def main() -> None:
    url, token = needed("LIMINAL_API_SERVER_URL", "TOKEN")
    async with await Client.authenticate_from_token(url, token) as liminal:
        for instance in await liminal.llm.get_available_model_instances():
            print("You may use:", instance.name)
        session_id, path = liminal.session_id, os.environ.get("SESSION_FILE")
        if session_id and path:
            keep(session_id, Path(path))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except LiminalError as error:
        sys.exit(str(error))
