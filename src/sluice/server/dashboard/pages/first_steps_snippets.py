"""What an application says to reach this server: one snippet for each kind of client.

Each works as it is pasted, with an API token in `SLUICE_TOKEN`; the tests run them.
"""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

QUESTION = "Mail jane@example.com, please."
TEMPLATE = "first-steps/reply"


@dataclass(frozen=True, slots=True)
class Snippet:
    """One client's."""

    id: str
    name: str
    language: str
    """`python` or `sh`."""
    text: str
    install: str = ""
    """What must be installed for it."""
    before: str = ""
    """A command that makes what the snippet needs; may be repeated."""


def snippets(base: str, instance: str, project: str | None) -> list[Snippet]:
    """For a server at this address (without a slash at its end), an instance and a project.

    Without a project there is none for the clients of Freeplay.
    """
    made = [
        Snippet("openai", "OpenAI SDK", "python", _openai(base, instance), "pip install openai"),
        Snippet(
            "anthropic",
            "Anthropic SDK",
            "python",
            _anthropic(base, instance),
            "pip install anthropic",
        ),
        Snippet("curl", "curl", "sh", _curl(base, instance)),
        Snippet(
            "liminal",
            "liminal",
            "python",
            _liminal(base, instance),
            "pip install ./clients/liminal",
        ),
    ]
    if project is not None:
        made.append(
            Snippet(
                "freeplay",
                "freeplay",
                "python",
                _freeplay(base, instance, project),
                "pip install ./clients/freeplay",
                _template(base, project),
            )
        )
    return made


def token_line(token: str | None) -> str:
    """How a shell is given the token; without one, where it belongs."""
    return f"export SLUICE_TOKEN={token or 'slu_…'}"


def _openai(base: str, instance: str) -> str:
    return f"""\
import os

from openai import OpenAI

client = OpenAI(base_url={_literal(base + "/v1")}, api_key=os.environ["SLUICE_TOKEN"])
done = client.chat.completions.create(
    model={_literal(instance)},
    messages=[{{"role": "user", "content": {_literal(QUESTION)}}}],
)
print(done.choices[0].message.content)"""


def _anthropic(base: str, instance: str) -> str:
    return f"""\
import os

from anthropic import Anthropic

client = Anthropic(base_url={_literal(base)}, api_key=os.environ["SLUICE_TOKEN"])
message = client.messages.create(
    model={_literal(instance)},
    max_tokens=500,
    messages=[{{"role": "user", "content": {_literal(QUESTION)}}}],
)
print(message.content[0].text)"""


def _curl(base: str, instance: str) -> str:
    body = {"model": instance, "messages": [{"role": "user", "content": QUESTION}]}
    sent = shlex.quote(json.dumps(body, ensure_ascii=False))
    return f"""\
curl -sS {shlex.quote(base + "/v1/chat/completions")} \\
  -H "Authorization: Bearer $SLUICE_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d {sent}"""


def _liminal(base: str, instance: str) -> str:
    return f"""\
import asyncio
import os

from liminal import Client


async def main() -> None:
    token = os.environ["SLUICE_TOKEN"]
    async with await Client.authenticate_from_token({_literal(base)}, token) as liminal:
        instance = await liminal.llm.get_model_instance({_literal(instance)})
        answer = await liminal.prompt.submit(instance.id, {_literal(QUESTION)})
        print("The model saw:", answer.deidentified_input_text_data.text)
        print("You get:", answer.reidentified_llm_response_text)


asyncio.run(main())"""


def _freeplay(base: str, instance: str, project: str) -> str:
    return f"""\
import os

from freeplay import Freeplay
from freeplay.flavors import GatewayChat

key, address = os.environ["SLUICE_TOKEN"], {_literal(base)}
model = GatewayChat(key, address, model={_literal(instance)})
with Freeplay(model, key, f"{{address}}/api") as client:
    answer = client.get_completion(
        {_literal(project)}, {_literal(TEMPLATE)}, {{"question": {_literal(QUESTION)}}}
    )
    print(answer.content)"""


def _template(base: str, project: str) -> str:
    message = {"role": "user", "content": "{{question}}"}
    body = {"name": TEMPLATE, "content": {"messages": [message]}}
    return f"""\
curl -sS {shlex.quote(f"{base}/api/v1/projects/{project}/templates")} \\
  -H "Authorization: Bearer $SLUICE_TOKEN" \\
  -H "Content-Type: application/json" \\
  -d {shlex.quote(json.dumps(body))}"""


def _literal(text: str) -> str:
    """A text as Python writes it, with double quotes."""
    return json.dumps(text, ensure_ascii=False)
