"""Keep a model of your own and use the gateway around it: cleanse before, hydrate after.

    LIMINAL_API_SERVER_URL=http://127.0.0.1:8321 TOKEN=… MODEL_INSTANCE_NAME=Echo \\
        python3 examples/hydrate_response.py "Write to ada@example.org about the invoice"

See signing_in.py for the other ways to sign in.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from signing_in import needed, sign_in

from liminal.errors import LiminalError


def model_of_your_own(prompt: str) -> str:
    """Stand for a model that the gateway does not know: it sees placeholders only."""
    return f"As you wish. I was asked: {prompt}"


async def main(prompt: str) -> None:
    (name,) = needed("MODEL_INSTANCE_NAME")
    async with await sign_in() as liminal:
        instance = await liminal.llm.get_model_instance(name)
        thread = await liminal.thread.create(instance.id, "A model of my own")
        cleansed = await liminal.prompt.cleanse(instance.id, prompt, thread_id=thread.id)
        print("Cleansed:", cleansed.text)
        response = model_of_your_own(cleansed.text)
        print("Response:", response)
        hydrated = await liminal.prompt.hydrate(instance.id, response, thread_id=thread.id)
        print("Hydrated:", hydrated.text)


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("liminal").setLevel(logging.INFO)
    words = sys.argv[1:] or ["Write to ada@example.org about the invoice"]
    try:
        asyncio.run(main(" ".join(words)))
    except LiminalError as error:
        sys.exit(str(error))
