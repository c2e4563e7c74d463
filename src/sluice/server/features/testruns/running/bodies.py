"""What a model is asked, as a request of OpenAI's chat completions (pure).

That wire is what the gateway reads and every provider can be told, so a test run's call is cleansed
and translated as a call of the gateway is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.proxy.translate.base import Translated
from sluice.server.features.proxy.translate.openai_chat import ChatTranslation
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.reading import Body, Reading, shown
from sluice.server.features.templates.content import TemplateContent

_OTHER_NAMES: Final = {"max_tokens_to_sample": "max_tokens", "stop_sequences": "stop"}
"""Names of other vendors' parameters for the same."""
PARAMETERS: Final = frozenset(
    {
        "temperature", "top_p", "top_k", "max_tokens", "max_completion_tokens", "seed", "stop",
        "frequency_penalty", "presence_penalty", "reasoning_effort", "verbosity", "tool_choice",
        "parallel_tool_calls", "response_format", "service_tier",
    }
)  # fmt: skip
_TRANSLATION: Final = ChatTranslation()


def parameters_of(
    version: Mapping[str, Any], own: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Problem]]:
    """The version's parameters and over them the run's own, and what is wrong with them."""
    problems: list[Problem] = []
    merged: dict[str, Any] = {}
    for path, given in (("template.parameters", version), ("parameters", own)):
        for name, value in given.items():
            known = _OTHER_NAMES.get(name, name)
            if known in PARAMETERS:
                merged[known] = value
            else:
                where = f"{path}.{shown(name)}"
                problems.append(Problem(where, f"is none of {', '.join(sorted(PARAMETERS))}"))
    return merged, problems


def body_of(
    messages: Sequence[Mapping[str, Any]],
    parameters: Mapping[str, Any],
    content: TemplateContent | None = None,
) -> Body:
    """The request; tools and the answer's schema are those of the template's version."""
    told = [dict(message) for message in messages]
    body: Body = {"model": "", "messages": told, **parameters}
    if content is not None and content.tool_schema:
        tools = [tool.model_dump(mode="json") for tool in content.tool_schema]
        body["tools"] = [{"type": "function", "function": tool} for tool in tools]
    if content is not None and content.output_schema and "response_format" not in parameters:
        schema = {"name": "answer", "schema": content.output_schema}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    # A copy: what is cleansed is written back into it.
    copied: Body = json.loads(json.dumps(body))
    return copied


def read(body: Body) -> Reading:
    """What of a request is text. Raises `Unprocessable` for what is not understood.

    All of it counts as the application's words: placeholders of the project that stand in test
    cases stay what they are, and are not taken for numbers that somebody typed.
    """
    reading = Reading()
    ChatWire().read(body, reading)
    if reading.problems:
        raise Unprocessable("The request holds what is not understood.", errors=reading.problems)
    if reading.attachments:
        problems = [Problem(one.path, "holds media") for one in reading.attachments]
        raise Unprocessable("Test runs of the server send no media.", errors=problems)
    for leaf in reading.leaves:
        leaf.speaker = "system"
    return reading


def translated(body: Body) -> Translated:
    """The cleansed request as providers take it; raises `Unprocessable` with every problem."""
    return _TRANSLATION.request(body)


def output_of(body: Body) -> str:
    """What a model said, from the body of its answer: its words, else its tool calls as JSON."""
    message = body["choices"][0]["message"]
    if message.get("content") or not message.get("tool_calls"):
        return str(message.get("content") or "")
    calls = [call["function"] for call in message["tool_calls"] if "function" in call]
    told = [{"name": c["name"], "arguments": _parsed(c["arguments"])} for c in calls]
    return json.dumps(told, ensure_ascii=False)


def _parsed(arguments: str) -> object:
    try:
        return json.loads(arguments)
    except (ValueError, RecursionError):
        return arguments
