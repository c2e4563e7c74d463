"""What `openai` 0.27 can do against the gateway; prints one JSON object. Runs with that package."""

import asyncio
import json
import os
import sys

import openai

openai.api_base = os.environ["URL"] + "/v1"
openai.api_key = os.environ["TOKEN"]
SAID = "Write to jane.roe@example.com please"
MESSAGES = [{"role": "user", "content": SAID}]
FUNCTION = {
    "name": "send_mail",
    "description": "Sends a letter",
    "parameters": {"type": "object", "properties": {"to": {"type": "string"}}},
}


def chat(model):
    done = openai.ChatCompletion.create(model=model, messages=MESSAGES)
    return [done.choices[0].message.content, done.choices[0].finish_reason]


def streamed(model):
    pieces = openai.ChatCompletion.create(model=model, messages=MESSAGES, stream=True)
    return "".join(p.choices[0].delta.get("content", "") for p in pieces if p.choices)


def function(model):
    done = openai.ChatCompletion.create(
        model=model, messages=MESSAGES, functions=[FUNCTION], function_call={"name": "send_mail"}
    )
    call = done.choices[0].message.get("function_call") or {}
    return [call.get("name"), call.get("arguments")]


async def asynchronous(model):
    pieces = await openai.ChatCompletion.acreate(model=model, messages=MESSAGES, stream=True)
    return "".join([p.choices[0].delta.get("content", "") async for p in pieces if p.choices])


def refused():
    try:
        openai.Embedding.create(model="Echo", input=SAID)
    except openai.error.OpenAIError as error:
        return [error.http_status, SAID in str(error)]


def unknown_key():
    try:
        openai.ChatCompletion.create(model="Echo", messages=MESSAGES, api_key="wrong")
    except openai.error.AuthenticationError as error:
        return error.http_status


def main():
    told = {
        "chat": {model: chat(model) for model in ("Echo", "gpt-x")},
        "streamed": {model: streamed(model) for model in ("Echo", "gpt-x")},
        "function": function("Echo"),
        "completion": openai.Completion.create(model="Echo", prompt=SAID).choices[0].text,
        "asynchronous": asyncio.run(asynchronous("gpt-x")),
        "models": [model.id for model in openai.Model.list().data],
        "refused": refused(),
        "unknown key": unknown_key(),
        "version": openai.version.VERSION,
    }
    json.dump(told, sys.stdout)


main()
