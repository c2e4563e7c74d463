"""What `openai` 1.40 can do against the gateway; prints one JSON object. Runs with that package."""

import json
import os
import sys

import openai

SAID = "Write to jane.roe@example.com please"
MESSAGES = [{"role": "user", "content": SAID}]
TOOL = {
    "type": "function",
    "function": {
        "name": "send_mail",
        "description": "Sends a letter",
        "parameters": {"type": "object", "properties": {"to": {"type": "string"}}},
    },
}


def main():
    url, token = os.environ["URL"], os.environ["TOKEN"]
    client = openai.OpenAI(base_url=f"{url}/v1", api_key=token, max_retries=0)
    azure = openai.AzureOpenAI(
        azure_endpoint=url, api_key=token, api_version="2024-10-21", max_retries=0
    )
    chat = client.chat.completions
    whole = chat.create(model="gpt-x", messages=MESSAGES)
    with client.beta.chat.completions.stream(
        model="gpt-x", messages=MESSAGES, tools=[TOOL]
    ) as stream:
        calls = stream.get_final_completion().choices[0].message.tool_calls
    deployed = azure.chat.completions.create(model="Echo", messages=MESSAGES)
    told = {
        "chat": whole.choices[0].message.content,
        "streamed": "".join(
            chunk.choices[0].delta.content or ""
            for chunk in chat.create(model="gpt-x", messages=MESSAGES, stream=True)
            if chunk.choices
        ),
        "tool": [calls[0].function.name, json.loads(calls[0].function.arguments)["to"]],
        "azure": deployed.choices[0].message.content,
        "version": openai.__version__,
    }
    json.dump(told, sys.stdout)


main()
