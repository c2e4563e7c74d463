"""Every call of the Liminal SDK, as a program of its users; prints what it got as JSON."""

import asyncio
import json
import os

from httpx import AsyncClient

from liminal import Client
from liminal.auth import AuthProvider
from liminal.endpoints.prompt.models import AnalysisFindings
from liminal.errors import LiminalError, ModelInstanceUnknownError, RequestError

URL, TOKEN = os.environ["URL"], os.environ["TOKEN"]
TEXT = "Mail jane@example.com about 4111 1111 1111 1111."
NEXT_TEXT = "Write to joe@example.com, then again to jane@example.com."


class Fixed(AuthProvider):
    """An identity provider of the user's own, which has a token at hand."""

    def __init__(self, token):
        self.token = token

    async def get_access_token(self) -> str:
        return self.token


async def failure(awaitable) -> dict:
    try:
        await awaitable
    except LiminalError as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        return {"kinds": kinds, "message": str(error)}
    return {}


def plain(value):
    return value.to_dict(by_alias=True)


def brief(submitted):
    return {
        "input": submitted.input_text,
        "cleansed": submitted.deidentified_input_text_data.text,
        "tokens": [
            (i.start, i.end, i.entity_type) for i in submitted.deidentified_input_text_data.items
        ],
        "history": [turn.deid_text for turn in submitted.deidentified_context_history],
        "model": submitted.llm_model,
        "raw": submitted.raw_llm_response_text,
        "answer": submitted.reidentified_llm_response_text,
        "items": [
            (i.start, i.end, i.entity_type) for i in submitted.reidentified_llm_response_items
        ],
    }


def shown(findings):
    return [
        (f.start, f.end, f.text, f.type, f.policy_action, f.score_category)
        for f in findings.findings
    ]


async def streamed(liminal, *arguments, **named):
    chunks = [chunk async for chunk in liminal.prompt.stream(*arguments, **named)]
    return {
        "text": "".join(chunk.content for chunk in chunks),
        "finished": [c.finish_reason for c in chunks if c.finish_reason is not None],
        "in pieces": len(chunks) > 1,
    }


async def sign_ins():
    """Each way to sign in, and each way to fail at it."""
    known = await Client.authenticate_from_auth_provider(URL, Fixed(os.environ["PROVIDER_TOKEN"]))
    from_provider = Client.authenticate_from_auth_provider
    # Failures count for an address; behind this proxy each run has its own.
    async with AsyncClient(headers={"X-Forwarded-For": os.environ["ADDRESS"]}) as proxied:
        bad = {
            "bad token": Client.authenticate_from_token(URL, "x" * 30, httpx_client=proxied),
            "bad session": Client.authenticate_from_session_id(URL, "x", httpx_client=proxied),
            "bad provider token": from_provider(URL, Fixed("nobody's"), httpx_client=proxied),
            "forged provider token": from_provider(
                URL, Fixed(os.environ["FORGED_TOKEN"]), httpx_client=proxied
            ),
            "somebody of another company": from_provider(
                URL, Fixed(os.environ["OTHER_TOKEN"]), httpx_client=proxied
            ),
        }
        failures = {name: await failure(attempt) for name, attempt in bad.items()}
        usable_again = not proxied.is_closed
    names = [i.name for i in await known.llm.get_available_model_instances()]
    return known, {"provider": names, "client of the caller's stays open": usable_again, **failures}


async def prompts(liminal, echo, thread) -> dict:
    """A conversation in one thread, with findings passed back, and a thread by itself."""
    found = await liminal.prompt.analyze(echo.id, TEXT)
    cleansed = await liminal.prompt.cleanse(echo.id, TEXT, thread_id=thread.id, findings=found)
    again = await liminal.prompt.cleanse(echo.id, TEXT, thread_id=thread.id)
    first = await liminal.prompt.submit(echo.id, TEXT, thread_id=thread.id, findings=found)
    second = await liminal.prompt.submit(echo.id, NEXT_TEXT, thread_id=thread.id)
    stream = await streamed(liminal, echo.id, NEXT_TEXT, thread_id=thread.id)
    with_findings = await streamed(liminal, echo.id, TEXT, thread_id=thread.id, findings=found)
    fresh = await liminal.prompt.submit(echo.id, NEXT_TEXT)
    hydrated = await liminal.prompt.hydrate(
        echo.id, "To EMAIL_ADDRESS_0, credit card 0, EMAIL_ADDRESS_7.", thread_id=thread.id
    )
    nothing = await liminal.prompt.cleanse(
        echo.id, "nothing here", findings=AnalysisFindings(findings=[])
    )
    return {
        "findings": shown(found),
        "cleansed": {name: plain(cleansed)[name] for name in ("text", "items")},
        "joined": cleansed.text_hashed == again.text_hashed != TEXT,
        "first": [first.thread_id == thread.id, brief(first)],
        "second": [second.thread_id == thread.id, brief(second)],
        "stream": stream,
        "stream with findings": with_findings,
        "fresh": [fresh.thread_id != thread.id, brief(fresh)],
        "hydrated": [hydrated.text, [(i.start, i.end, i.entity_type) for i in hydrated.items]],
        "nothing found": nothing.text,
    }


async def refusals(liminal, stranger, echo, thread) -> dict:
    """What does not exist, or belongs to somebody else."""
    mismatching = await liminal.prompt.analyze(echo.id, TEXT)
    return {
        "unknown instance": await failure(liminal.llm.get_model_instance("Nobody")),
        "unknown thread": await failure(liminal.thread.get_by_id(999_999)),
        "a stranger's thread": await failure(stranger.thread.get_by_id(thread.id)),
        "a stranger's submit": await failure(
            stranger.prompt.submit(echo.id, TEXT, thread_id=thread.id)
        ),
        "a stranger's hydrate": await failure(
            stranger.prompt.hydrate(echo.id, "EMAIL_ADDRESS_0", thread_id=thread.id)
        ),
        "mismatching findings": await failure(
            liminal.prompt.submit(echo.id, NEXT_TEXT, findings=mismatching)
        ),
        "unknown model": await failure(liminal.prompt.submit(999, TEXT)),
        "errors": issubclass(ModelInstanceUnknownError, RequestError),
    }


async def main() -> dict:
    stranger, signed_in = await sign_ins()
    liminal = await Client.authenticate_from_token(URL, TOKEN)
    again = await Client.authenticate_from_session_id(URL, liminal.session_id)
    instances = await again.llm.get_available_model_instances()
    echo = await again.llm.get_model_instance("Echo")
    thread = await again.thread.create(echo.id, "A thread")
    said = await prompts(again, echo, thread)
    read = await again.thread.get_by_id(thread.id)
    listed = [t for t in await again.thread.get_available() if t.id >= thread.id]
    return {
        "sessions": bool(liminal.session_id) and bool(again.session_id),
        "instances": [
            (i.name, str(getattr(c, "value", c)))
            for i in instances
            for c in [i.model_connections[0].provider_key]
        ],
        "thread": [thread.name, thread.source, thread.type.value, thread.model_instance.name],
        "read": [read.id == thread.id, read.name, len(getattr(read, "chats", [1] * 4))],
        "available": [t.name for t in listed],
        **signed_in,
        **said,
        **await refusals(again, stranger, echo, thread),
    }


print(json.dumps(asyncio.run(main())))
