"""A chat in the terminal: what was found in each message, what the model saw, what it answered.

    LIMINAL_API_SERVER_URL=http://127.0.0.1:8321 TOKEN=… MODEL_INSTANCE_NAME=Echo \\
        python3 examples/chat_client.py

End it with `quit`. See signing_in.py for the other ways to sign in.
"""

from __future__ import annotations

import asyncio
import logging
import sys

from signing_in import needed, sign_in

from liminal.errors import LiminalError, PolicyBlockedError


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
        thread = await liminal.thread.create(instance.id, "Chat in the terminal")
        while (message := await asyncio.to_thread(ask)) is not None:
            findings = await liminal.prompt.analyze(instance.id, message)
            for finding in findings.findings:
                print(f"  found {finding.type} at {finding.start}: {finding.policy_action}")
            try:
                answer = await liminal.prompt.submit(
                    instance.id, message, thread_id=thread.id, findings=findings
                )
            except PolicyBlockedError as error:
                print("  blocked:", dict(error.entity_types))
                continue
            print("  the model saw:", answer.deidentified_input_text_data.text)
            print("  it answered:", answer.raw_llm_response_text)
            print(f"{name}: {answer.reidentified_llm_response_text}")


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("liminal").setLevel(logging.INFO)
    try:
        asyncio.run(main())
    except LiminalError as error:
        sys.exit(str(error))
