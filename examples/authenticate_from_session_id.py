"""Go on with a session of another program, and see its threads.

    LIMINAL_API_SERVER_URL=http://127.0.0.1:8321 SESSION_ID=… \\
        python3 examples/authenticate_from_session_id.py

The server may give the session a new id at any time; a callback hears of each.
"""

from __future__ import annotations

import asyncio
import sys

from signing_in import needed

from liminal import Client
from liminal.errors import LiminalError


async def main() -> None:
    url, session_id = needed("LIMINAL_API_SERVER_URL", "SESSION_ID")
    async with await Client.authenticate_from_session_id(url, session_id) as liminal:
        print("The session goes on", "unchanged" if liminal.session_id == session_id else "renewed")
        liminal.add_session_id_callback(lambda _: print("The session was renewed"))
        threads = await liminal.thread.get_available()
        print(f"You have {len(threads)} thread(s)")


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except LiminalError as error:
        sys.exit(str(error))
