"""`sluice ask`: one prompt through the gateway, with everything that happened on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sluice.cli.errors import CommandError
from sluice.cli.examples import examples
from sluice.cli.options import DEFAULT_URL, Json, Token, Url

if TYPE_CHECKING:
    from sluice.cli.api import Api

EPILOG = examples(
    'sluice ask "Mail jane@example.com or call +1 415 555 0132."',
    'sluice ask --instance OpenAI --thread 12 "And what did she say?"',
    "sluice ask --json - < letter.txt | jq -r .reidentifiedLLMResponseText",
    'SLUICE_URL=https://sluice.example.com sluice ask "Hello"',
)


def ask(
    prompt: Annotated[
        str, typer.Argument(metavar="PROMPT", help="What to ask; `-` reads standard input.")
    ],
    instance: Annotated[str, typer.Option(help="The model instance's name.")] = "Echo",
    thread: Annotated[
        int | None, typer.Option(min=1, help="Go on in this thread; else a new one.")
    ] = None,
    stream: Annotated[bool, typer.Option(help="Show the answer while it comes.")] = True,
    json: Json = False,
    url: Url = DEFAULT_URL,
    token: Token = None,
) -> None:
    """Ask a model through a server.

    Shows what was found in the prompt, what the model saw, what it answered, and what you get.
    With `--json`: the findings and the server's answer in one object. Exit code 4 says that a
    policy blocks the prompt.
    """
    from sluice.cli.api import Api
    from sluice.cli.exchange import ask_as_json, ask_shown
    from sluice.cli.local import read_text

    text = read_text("-") if prompt == "-" else prompt
    with Api(url, token) as api:
        order = {"modelInstanceId": instance_id(api, instance), "text": text}
        if json:
            ask_as_json(api, order, thread)
        else:
            ask_shown(api, order, thread, stream=stream)


def instance_id(api: Api, name: str) -> int:
    """The id of a model instance that the caller may use; raises `CommandError`."""
    usable = {found["name"]: found["id"] for found in api.get("/api/v1/model-instances")}
    if name not in usable:
        listed = ", ".join(sorted(usable)) or "none"
        raise CommandError(f"You may use no model instance named {name}; you may use: {listed}.")
    return int(usable[name])
