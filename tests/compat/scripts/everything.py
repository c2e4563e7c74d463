"""Every call of the Liminal SDK, as a program of its users; prints what it got as JSON."""

import asyncio
import json
import os

from liminal import Client
from liminal.auth import AuthProvider
from liminal.endpoints.prompt.models import AnalysisFindings
from liminal.errors import LiminalError, ModelInstanceUnknownError, RequestError

URL, TOKEN = os.environ["URL"], os.environ["TOKEN"]
TEXT = "Mail jane@example.com about 4111 1111 1111 1111."


class Fixed(AuthProvider):
    """An identity provider whose token is no good."""

    async def get_access_token(self) -> str:
        return "not-a-token-of-anybody"


async def failure(awaitable) -> dict:
    try:
        await awaitable
    except LiminalError as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        return {"kinds": kinds, "message": str(error)}
    return {}


def plain(value):
    return value.to_dict(by_alias=True)


async def main() -> dict:
    liminal = await Client.authenticate_from_token(URL, TOKEN)
    again = await Client.authenticate_from_session_id(URL, liminal.session_id)
    instances = await again.llm.get_available_model_instances()
    echo = await again.llm.get_model_instance("Echo")
    thread = await again.thread.create(echo.id, "A thread")
    found = await again.prompt.analyze(echo.id, TEXT)
    cleansed = await again.prompt.cleanse(echo.id, TEXT, thread_id=thread.id, findings=found)
    submitted = await again.prompt.submit(echo.id, TEXT, thread_id=thread.id, findings=found)
    fresh = await again.prompt.submit(echo.id, TEXT)
    chunks = [
        (chunk.content, chunk.finish_reason)
        async for chunk in again.prompt.stream(echo.id, TEXT, thread_id=thread.id)
    ]
    hydrated = await again.prompt.hydrate(
        echo.id, "To EMAIL_ADDRESS_0, credit card 0.", thread_id=thread.id
    )
    available = await again.thread.get_available()
    read = await again.thread.get_by_id(thread.id)
    return {
        "signed in": bool(liminal.session_id) and bool(again.session_id),
        "instances": [
            (i.id, i.name, str(getattr(c, "value", c)))
            for i in instances
            for c in [i.model_connections[0].provider_key]
        ],
        "thread": [thread.name, thread.source, thread.type.value, thread.model_instance.name],
        "read": [read.id == thread.id, read.name],
        "available": [t.name for t in available],
        "findings": [
            (f.start, f.end, f.text, f.type, f.policy_action, f.score_category)
            for f in found.findings
        ],
        "cleansed": plain(cleansed),
        "submitted": {
            "thread": submitted.thread_id == thread.id,
            "input": submitted.input_text,
            "cleansed": submitted.deidentified_input_text_data.text,
            "model": submitted.llm_model,
            "raw": submitted.raw_llm_response_text,
            "answer": submitted.reidentified_llm_response_text,
            "items": [
                (i.start, i.end, i.entity_type) for i in submitted.reidentified_llm_response_items
            ],
        },
        "fresh thread": fresh.thread_id != thread.id,
        "streamed": "".join(content for content, _ in chunks),
        "finished": [reason for _, reason in chunks if reason is not None],
        "chunks": len(chunks) > 1,
        "hydrated": hydrated.text,
        "nothing found": (
            await again.prompt.cleanse(
                echo.id, "nothing here", findings=AnalysisFindings(findings=[])
            )
        ).text,
        "unknown instance": await failure(again.llm.get_model_instance("Nobody")),
        "unknown thread": await failure(again.thread.get_by_id(999_999)),
        "bad token": await failure(Client.authenticate_from_token(URL, "x" * 30)),
        "bad session": await failure(Client.authenticate_from_session_id(URL, "x")),
        "bad provider token": await failure(Client.authenticate_from_auth_provider(URL, Fixed())),
        "errors": issubclass(ModelInstanceUnknownError, RequestError),
    }


print(json.dumps(asyncio.run(main())))
