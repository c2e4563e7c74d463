"""Cohere's own client against whatever speaks its wire at URL; prints what it understood."""

import asyncio
import json
import os

import cohere

TOOLS = [
    {
        "type": "function",
        "function": {
            "name": name,
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
        },
    }
    for name in ("weather", "clock")
]
QUESTION = [{"role": "user", "content": "one two"}]


async def streamed(client: cohere.AsyncClientV2, **more) -> dict:
    """A streamed answer, gathered from the client's own events."""
    text, thoughts, plan, calls, end = "", "", "", [], None
    async for event in client.chat_stream(model="m", messages=QUESTION, **more):
        if event.type == "content-delta":
            text += event.delta.message.content.text or ""
            thoughts += event.delta.message.content.thinking or ""
        elif event.type == "tool-plan-delta":
            plan += event.delta.message.tool_plan
        elif event.type == "tool-call-start":
            call = event.delta.message.tool_calls
            calls.append([call.id, call.function.name, call.function.arguments])
        elif event.type == "tool-call-delta":
            calls[-1][2] += event.delta.message.tool_calls.function.arguments
        elif event.type == "message-end":
            end = event.delta
    units = end.usage.billed_units
    return {
        "text": text,
        "thoughts": thoughts,
        "plan": plan,
        "calls": calls,
        "reason": end.finish_reason,
        "usage": [units.input_tokens, units.output_tokens, end.usage.cached_tokens],
    }


async def answered(client: cohere.AsyncClientV2) -> list:
    """Two rounds with tools, whole: what the second one said."""
    first = await client.chat(model="m", messages=QUESTION, tools=TOOLS)
    results = [
        {"role": "tool", "tool_call_id": call.id, "content": "rain"}
        for call in first.message.tool_calls
    ]
    messages = [*QUESTION, first.message, *results]
    second = await client.chat(model="m", messages=messages, tools=TOOLS)
    return [first.finish_reason, second.message.content[0].text, second.finish_reason]


async def refused(client: cohere.AsyncClientV2) -> list:
    """The class and status of an error, as the client has it."""
    try:
        await client.chat(model="m", messages=QUESTION, tool_choice="REQUIRED")
    except cohere.core.ApiError as error:
        return [type(error).__name__, error.status_code]
    return []


async def main() -> None:
    said = {}
    for name in ("answer", "thinking", "calling", "rounds", "refusing"):
        url = os.environ[name.upper()]
        client = cohere.AsyncClientV2(
            api_key="k", base_url=url, log_warning_experimental_features=False
        )
        if name == "rounds":
            said[name] = await answered(client)
        elif name == "refusing":
            said[name] = await refused(client)
        else:
            said[name] = await streamed(client, **({"tools": TOOLS} if name == "calling" else {}))
    print(json.dumps(said))


asyncio.run(main())
