"""A version while somebody writes it: the editor's fields, and what is wrong with them (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.templates.mustache import parse

ROLES: Final = ("system", "user", "assistant", "developer", "history")
JSON_FIELDS: Final = ("parameters", "toolSchema", "outputSchema", "providerInfo")
WORD_FIELDS: Final = ("provider", "model", "flavor", "versionName", "note")
MOST_MESSAGES: Final = 200
"""Of the editor; more come by file or API."""
MOST_TOLD: Final = 5
"""Faults of one text that are shown at it."""
_MESSAGE: Final = re.compile(r"messages\[(\d+)\]")
_OF_MESSAGE: Final = re.compile(r"(role|content|media)-\d+")
"""A field of the editor."""
_MOVES: Final = {"up": -1, "down": 1}


@dataclass(frozen=True, slots=True)
class DraftMessage:
    """One message as it stands in the form."""

    role: str = "user"
    content: str = field(default="", repr=False)
    media: str = field(default="", repr=False)
    """A place on each line: `image photo`."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Every field of the editor, as it was typed."""

    name: str
    is_text: bool = False
    text: str = field(default="", repr=False)
    messages: tuple[DraftMessage, ...] = field(default=(), repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    environments: tuple[str, ...] = ()

    def changed(self, do: str) -> Draft:
        """After one of the editor's buttons: add, remove-2, up-2, down-2, text, chat."""
        verb, _, place = do.partition("-")
        index = int(place) if place.isdecimal() else -1
        messages = list(self.messages)
        if verb == "add" and len(messages) < MOST_MESSAGES:
            messages.append(DraftMessage(_next_role(messages)))
        elif verb == "remove" and 0 <= index < len(messages):
            del messages[index]
        elif verb in _MOVES and 0 <= index < len(messages):
            other = min(max(index + _MOVES[verb], 0), len(messages) - 1)
            messages[index], messages[other] = messages[other], messages[index]
        elif verb in ("text", "chat"):
            return self._as_kind(is_text=verb == "text")
        return replace(self, messages=tuple(messages))

    def _as_kind(self, *, is_text: bool) -> Draft:
        """A text becomes one message of the user, and messages one text."""
        if is_text:
            said = [one.content for one in self.messages if one.role != "history"]
            return replace(self, is_text=True, text=self.text or "\n\n".join(said))
        messages = self.messages or (DraftMessage("user", self.text),)
        return replace(self, is_text=False, messages=messages)


def empty_draft() -> Draft:
    """A chat with an instruction and a question, to begin with."""
    return Draft("", messages=(DraftMessage("system"), DraftMessage("user", "{{question}}")))


def draft_of(name: str, content: TemplateContent) -> Draft:
    """A version as the editor shows it; its name and note are about that version only."""
    said = content.document()
    fields = {one: _pretty(said[one]) for one in JSON_FIELDS if said.get(one)}
    fields |= {one: said.get(one, "") for one in ("provider", "model", "flavor")}
    messages = tuple(
        DraftMessage(
            role=message.kind or message.role or "user",
            content=message.content or "",
            media="\n".join(f"{slot.type} {slot.placeholder_name}" for slot in message.media_slots),
        )
        for message in content.messages or ()
    )
    return Draft(name, content.messages is None, content.text or "", messages, fields)


def draft_from(fields: Mapping[str, str], environments: Sequence[str], name: str) -> Draft:
    """What was sent."""
    count = 0
    while count < MOST_MESSAGES and f"role-{count}" in fields:
        count += 1
    messages = tuple(
        DraftMessage(
            role=fields[f"role-{index}"],
            content=fields.get(f"content-{index}", ""),
            media=fields.get(f"media-{index}", ""),
        )
        for index in range(count)
    )
    kept = {one: fields.get(one, "") for one in (*JSON_FIELDS, *WORD_FIELDS)}
    is_text = fields.get("kind") == "text"
    return Draft(name, is_text, fields.get("text", ""), messages, kept, tuple(environments))


def body_of(draft: Draft) -> tuple[dict[str, Any], dict[str, str]]:
    """A body for the API, and the problems of fields that are no JSON."""
    content: dict[str, Any] = {one: draft.fields.get(one, "") for one in WORD_FIELDS}
    problems: dict[str, str] = {}
    for name in JSON_FIELDS:
        value, problem = _json(draft.fields.get(name, ""))
        if problem:
            problems[name] = problem
        elif value is not None:
            content[name] = value
    if draft.is_text:
        content["text"] = draft.text
    else:
        content["messages"] = [_message(one) for one in draft.messages]
    problems |= dict(_faults(draft))
    body = {"name": draft.name, "content": content, "environments": list(draft.environments)}
    return body, problems


def at_fields(problems: Sequence[Problem]) -> dict[str, str]:
    """Problems of the API at the fields of the editor; what has none is under ""."""
    found: dict[str, list[str]] = {}
    for one in problems:
        name, told = _field_of(one)
        found.setdefault(name, []).append(told)
    return {name: "; ".join(told[:MOST_TOLD]) for name, told in found.items()}


def label_of(name: str) -> str:
    """A field of the editor as people read it."""
    part, _, place = name.partition("-")
    if not place.isdecimal():
        return name
    return f"{'media of ' if part == 'media' else ''}message {int(place) + 1}"


def _field_of(problem: Problem) -> tuple[str, str]:
    message = problem.message.removeprefix("Value error, ")
    path = problem.path.removeprefix("content.")
    if place := _MESSAGE.match(path):
        part = "media" if "mediaSlots" in path else "content"
        return f"{part}-{place[1]}", message
    if _OF_MESSAGE.fullmatch(path):
        return path, message
    begin = re.split(r"[.\[]", path, maxsplit=1)[0]
    if begin in JSON_FIELDS:
        return begin, message if path == begin else f"{path}: {message}"
    if begin in (*WORD_FIELDS, "name", "text", "environments"):
        return begin, message
    return "", message


def _faults(draft: Draft) -> Iterator[tuple[str, str]]:
    """What is wrong with the texts' tags, with lines and columns."""
    texts = {"text": draft.text} if draft.is_text else {}
    if not draft.is_text:
        texts = {f"content-{index}": one.content for index, one in enumerate(draft.messages)}
    for name, text in texts.items():
        faults = parse(text).faults[:MOST_TOLD]
        if faults:
            yield name, "; ".join(f"{_place(text, one.position)}: {one.message}" for one in faults)


def _place(text: str, position: int) -> str:
    before = text[:position]
    return f"line {before.count(chr(10)) + 1}, column {position - (before.rfind(chr(10)) + 1) + 1}"


def _json(text: str) -> tuple[Any, str]:
    if not text.strip():
        return None, ""
    try:
        return json.loads(text), ""
    except json.JSONDecodeError as error:
        told = f"line {error.lineno}, column {error.colno}: {error.msg}"
    except (ValueError, RecursionError):
        told = "this is no JSON that can be read"
    return None, told


def _message(draft: DraftMessage) -> dict[str, Any]:
    if draft.role == "history":
        return {"kind": "history"}
    slots = [line.split(maxsplit=1) for line in draft.media.splitlines() if line.strip()]
    said: dict[str, Any] = {"role": draft.role, "content": draft.content}
    if slots:
        said["mediaSlots"] = [
            {"type": slot[0], "placeholderName": slot[1] if len(slot) > 1 else ""} for slot in slots
        ]
    return said


def _next_role(messages: Sequence[DraftMessage]) -> str:
    if not messages:
        return "system"
    return "assistant" if messages[-1].role == "user" else "user"


def _pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
