"""Google's own client against whatever speaks its wire; prints what it understood."""

import asyncio
import json
import os

from google import genai
from google.genai import types
from google.oauth2.credentials import Credentials

DECLARED = types.Tool(
    function_declarations=[
        {
            "name": name,
            "parameters_json_schema": {
                "type": "object",
                "properties": {"city": {"type": "string"}},
            },
        }
        for name in ("weather", "clock")
    ]
)
OFF = types.AutomaticFunctionCallingConfig(disable=True)
TOOLS = types.GenerateContentConfig(
    system_instruction="Be brief.",
    tools=[DECLARED],
    automatic_function_calling=OFF,
    temperature=0.5,
    thinking_config=types.ThinkingConfig(thinking_level="LOW", include_thoughts=True),
)
MODEL = "gemini-3.5-flash"


def client_of(url: str, vertex: bool) -> genai.Client:
    options = types.HttpOptions(base_url=url)
    if not vertex:
        return genai.Client(api_key="k", http_options=options)
    return genai.Client(
        vertexai=True,
        project="project-1",
        location="eu",
        credentials=Credentials("token"),
        http_options=options,
    )


async def streamed(client: genai.Client, config=None) -> dict:
    """A streamed answer, gathered from the client's own chunks."""
    text, thoughts, calls, last = "", "", [], None
    stream = await client.aio.models.generate_content_stream(
        model=MODEL, contents="one two", config=config
    )
    async for chunk in stream:
        for part in chunk.candidates[0].content.parts or []:
            if part.function_call:
                call = part.function_call
                calls.append([call.id, call.name, call.args, bool(part.thought_signature)])
            elif part.thought:
                thoughts += part.text
            else:
                text += part.text or ""
        last = chunk
    counts = last.usage_metadata
    return {
        "text": text,
        "thoughts": thoughts,
        "calls": calls,
        "reason": last.candidates[0].finish_reason.value,
        "model": last.model_version,
        "usage": [
            counts.prompt_token_count,
            counts.candidates_token_count,
            counts.total_token_count,
        ],
    }


async def answered(client: genai.Client) -> list:
    """Two rounds with tools in the client's own chat: what the second one said."""
    chat = client.aio.chats.create(model=MODEL, config=TOOLS)
    first = await chat.send_message("one two")
    results = [
        types.Part(
            function_response=types.FunctionResponse(
                id=call.id, name=call.name, response={"output": "rain"}
            )
        )
        for call in first.function_calls
    ]
    second = await chat.send_message(results)
    return [len(first.function_calls), second.text, second.candidates[0].finish_reason.value]


async def refused(client: genai.Client) -> list:
    """The class, status and word of an error, as the client has it."""
    try:
        config = types.GenerateContentConfig(
            thinking_config=types.ThinkingConfig(thinking_level="LOW", thinking_budget=5)
        )
        await client.aio.models.generate_content(model=MODEL, contents="a", config=config)
    except genai.errors.ClientError as error:
        return [type(error).__name__, error.code, error.status]
    return []


async def main() -> None:
    vertex = os.environ["WIRE"] == "vertex"
    said = {}
    for name in ("answer", "thinking", "calling", "rounds", "refusing"):
        client = client_of(os.environ[name.upper()], vertex)
        if name == "rounds":
            said[name] = await answered(client)
        elif name == "refusing":
            said[name] = await refused(client)
        else:
            said[name] = await streamed(client, TOOLS if name == "calling" else None)
        await client.aio.aclose()
    print(json.dumps(said))


asyncio.run(main())
