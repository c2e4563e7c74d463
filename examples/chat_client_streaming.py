"""A chat in the terminal whose answers appear as they come, with the values put back.

    LIMINAL_API_SERVER_URL=http://127.0.0.1:8321 TOKEN=… MODEL_INSTANCE_NAME=Echo \\
        python3 examples/chat_client_streaming.py

End it with `quit`. See signing_in.py for the other ways to sign in.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from signing_in import needed, sign_in

from liminal.errors import LiminalError, StreamError


def ask() -> str | None:
    """Return the next message, None at the end."""
    try:
        message = input("You: ")
    except EOFError:
        return None
    return None if message == "quit" else message


async def main() -> None:
    (name,) = needed("MODEL_INSTANCE_NAME")
    async with await sign_in() as liminal:
        instance = await liminal.llm.get_model_instance(name)
        thread = await liminal.thread.create(instance.id, "Streaming chat in the terminal")
        while (message := await asyncio.to_thread(ask)) is not None:
            print(f"{name}: ", end="")
            try:
                async for chunk in liminal.prompt.stream(instance.id, message, thread_id=thread.id):
                    print(chunk.content, end="", flush=True)
            except StreamError as error:
                print(f"\n  the answer broke off: {error}", end="")
            print()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("liminal").setLevel(logging.INFO)
    try:
        asyncio.run(main())
    except LiminalError as error:
        sys.exit(str(error))
