"""What is recorded, told to a `Reading` value by value (pure).

A recording's content is one JSON object, of whichever client it comes:

    messages       what was sent, in the shape of the vendor's or of freeplay's messages
    prompt         the same of a text model, as one text
    answer         what came back: a message, or a text
    inputs         the template's variables
    tool_schema, output_schema, parameters, provider_info, response_info, media_inputs
    named          provider, model, environment, format and ids as the client named them
    updates        what was added later: new messages

Beside it stand metadata and evaluations, whose keys are looked at like their values, and ids.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.proxy.wires.reading import (
    Body,
    Reading,
    Speaker,
    with_different_keys,
)
from sluice.server.features.sessions.message_reading import MessageReading
from sluice.server.features.sessions.sound_json import is_sound

UID: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._:-]{0,62}[A-Za-z0-9])?", re.ASCII)
"""What can stand in a path and in a column as it is; whether it says something is looked at."""
_OPAQUE: Final = re.compile(
    r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE
)
"""An id that a program made: it says nothing."""

_MESSAGES: Final = ("messages", "answer", "media_inputs", "updates")
_VALUES: Final = (
    "inputs", "tool_schema", "output_schema", "parameters", "provider_info", "response_info",
    "input", "output", "name", "agent_name",
)  # fmt: skip


def read_content(content: Body, reading: Reading, path: str = "") -> None:
    """Tell `reading` of a recording's content, or of a trace's; it is changed in place."""
    messages = MessageReading(reading)
    if "prompt" in content:
        reading.json_text(content, "prompt", f"{path}prompt", "user")
    for name in _MESSAGES:
        if name in content:
            speaker: Speaker = "assistant" if name == "answer" else "user"
            if name == "media_inputs":
                _read_media(content, messages, reading, f"{path}{name}")
            else:
                messages.visit(content, name, f"{path}{name}", speaker)
    for name in _VALUES:
        if name in content:
            reading.values(content, name, f"{path}{name}", "user")
    if "named" in content:
        _read_named(content["named"], reading, f"{path}named")


def _read_named(named: Body, reading: Reading, path: str) -> None:
    for name, value in named.items():
        if not _OPAQUE.fullmatch(value):
            reading.text(named, name, f"{path}.{name}", "client")


def _read_media(content: Body, messages: MessageReading, reading: Reading, path: str) -> None:
    media = content["media_inputs"]
    if not isinstance(media, dict):
        messages.visit(content, "media_inputs", path, "user")
        return
    for name in list(media):
        messages.visit(media, name, f"{path}.?", "user")
        reading.key(media, name, path, "user")


def read_values(values: Body, reading: Reading, path: str) -> None:
    """Metadata, feedback or evaluations: `values` is an object of names that people gave."""
    reading.values({path: values}, path, path, "client")


class Ids:
    """Ids that stand in columns as they are: what is found in one refuses the request."""

    def __init__(self, given: Mapping[str, str | None]) -> None:
        """Raises `Unprocessable` for what is no id; `given` are ids by their paths."""
        self._given = {path: uid for path, uid in given.items() if uid is not None}
        self._cleansed: Body = dict(self._given)
        problems = [Problem(p, _NO_ID) for p, u in self._given.items() if not UID.fullmatch(u)]
        if problems:
            raise Unprocessable("An id cannot be used.", errors=problems)

    def read(self, reading: Reading) -> None:
        """Have those looked at that a person may have chosen."""
        for path, uid in self._given.items():
            if not _OPAQUE.fullmatch(uid):
                reading.text(self._cleansed, path, path, "client")

    def check(self) -> None:
        """Once everything is cleansed: raises `Unprocessable` where something was found in one."""
        found = [path for path, uid in self._given.items() if self._cleansed[path] != uid]
        if found:
            told = [Problem(path, _TELLS) for path in found]
            raise Unprocessable("An id holds sensitive data.", errors=told)


_NO_ID: Final = "must be 1 to 64 letters, digits and ._:-, with a letter or digit at both ends"
_TELLS: Final = "holds what must not stand in an id; use one that says nothing, such as a UUID"


def messages_in(text: str) -> list[Any] | None:
    """The messages of a chat that a client of 0.1.6 sends as JSON text; None for other texts."""
    try:
        found = json.loads(text, object_pairs_hook=with_different_keys)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, list) and is_sound(found) else None
