"""What the pages of prompts show, out of what the services give (pure)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from sluice.server.auth.users import Person
from sluice.server.dashboard.diffing import Piece, json_words, new_side, old_side, words
from sluice.server.features.projects.linting import Lint, LintFinding
from sluice.server.features.templates.comparing import (
    MessageChange,
    ValueChange,
    difference,
    side_by_side,
)
from sluice.server.features.templates.content import TemplateContent
from sluice.server.features.templates.schemas import TemplateNumbersOut, TemplateOut

_TAG: Final = re.compile(r"\{\{\{.*?\}\}\}|\{\{.*?\}\}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, as it is led to from the one around it."""

    path: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Row:
    """A template of the library and what it was used for."""

    template: TemplateOut
    folder: str
    short_name: str
    numbers: TemplateNumbersOut | None

    @property
    def last_deployed(self) -> Any:  # noqa: ANN401 (a moment, or None)
        """When it was deployed to any environment."""
        moments = [one.deployed_at for one in self.template.environments.values()]
        return max(moments, default=None)


def folders_in(folder: str, counts: Mapping[str, int]) -> list[Folder]:
    """The folders right inside of one; "" is the whole library."""
    begin = f"{folder}/" if folder else ""
    inside = [path for path in counts if path.startswith(begin) and path != folder]
    return [
        Folder(path, path[len(begin) :], counts[path])
        for path in inside
        if "/" not in path[len(begin) :]
    ]


def crumbs(folder: str) -> list[tuple[str, str]]:
    """Each folder on the way to this one: name and path."""
    parts = folder.split("/") if folder else []
    return [(part, "/".join(parts[: depth + 1])) for depth, part in enumerate(parts)]


def rows(
    templates: Iterable[TemplateOut], numbers: Iterable[TemplateNumbersOut], folder: str
) -> list[Row]:
    """The library's rows; names are shown as they are inside of the folder."""
    by_id = {one.id: one for one in numbers}
    begin = f"{folder}/" if folder else ""
    found = []
    for template in templates:
        parent, slash, short = template.name.removeprefix(begin).rpartition("/")
        found.append(Row(template, parent + slash, short, by_id.get(template.id)))
    return found


Marked = tuple[str, str]
"""A piece of a text, and what it is: "" for words, `{{}}` for a tag, or an entity type."""
TAG: Final = "{{}}"


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message; its text in pieces, of which some are tags or findings."""

    role: str
    pieces: list[Marked] = field(repr=False)
    media: list[str]
    is_history: bool


def messages_of(content: TemplateContent, lint: Lint | None) -> list[ShownMessage]:
    """A version's messages; a text is one without a role."""
    if content.messages is None:
        pieces = marked(content.text or "", _found_in(lint, "text"))
        return [ShownMessage("text", pieces, [], is_history=False)]
    return [
        ShownMessage(
            role=message.role or "",
            pieces=marked(message.content or "", _found_in(lint, f"messages[{index}].content")),
            media=[f"{slot.type} {slot.placeholder_name}" for slot in message.media_slots],
            is_history=message.kind is not None,
        )
        for index, message in enumerate(content.messages)
    ]


def _found_in(lint: Lint | None, path: str) -> list[LintFinding]:
    found = [one for one in lint.findings if one.path == path] if lint is not None else []
    return sorted(found, key=lambda one: one.start)


def marked(text: str, findings: Sequence[LintFinding] = ()) -> list[Marked]:
    """A text in pieces: words, tags of mustache, and what was found."""
    pieces: list[Marked] = []
    end = 0
    for one in findings:
        if one.start >= end:
            pieces += _tags(text[end : one.start])
            pieces.append((text[one.start : one.end], one.entity_type))
            end = one.end
    return [*pieces, *_tags(text[end:])]


def _tags(text: str) -> list[Marked]:
    pieces: list[Marked] = []
    end = 0
    for tag in _TAG.finditer(text):
        pieces += [(text[end : tag.start()], ""), (tag.group(), TAG)]
        end = tag.end()
    return [piece for piece in [*pieces, (text[end:], "")] if piece[0]]


def as_text(value: object) -> str:
    """JSON on lines."""
    return json.dumps(value, indent=2, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of what is compared."""

    label: str
    pieces: list[Piece] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Compared:
    """A message or a value on both sides; None: it is not there."""

    title: str
    before: Side | None
    after: Side | None

    @property
    def change(self) -> str:
        """`added`, `removed`, `changed` or `same`."""
        if self.before is None:
            return "added"
        if self.after is None:
            return "removed"
        is_same = all(piece.kind == "same" for piece in self.before.pieces + self.after.pieces)
        return "same" if is_same and self.before.label == self.after.label else "changed"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything of two versions, side by side."""

    messages: list[Compared]
    values: list[Compared]

    @property
    def is_empty(self) -> bool:
        """Whether both say the same."""
        return not self.values and all(one.change == "same" for one in self.messages)


def comparison(before: TemplateContent, after: TemplateContent) -> Comparison:
    """Two versions side by side, by words."""
    return Comparison(
        messages=[_compared_message(one) for one in side_by_side(before, after)],
        values=[_compared_value(one) for one in difference(before, after).values],
    )


def _compared_message(change: MessageChange) -> Compared:
    pieces = words(_text_of(change.before), _text_of(change.after))
    index = change.after_index if change.after_index is not None else change.before_index
    return Compared(
        title=f"Message {(index or 0) + 1}",
        before=_side(change.before, old_side(pieces)),
        after=_side(change.after, new_side(pieces)),
    )


def _side(message: Mapping[str, Any] | None, pieces: list[Piece]) -> Side | None:
    if message is None:
        return None
    return Side(message.get("role") or message.get("kind") or "", pieces)


def _text_of(message: Mapping[str, Any] | None) -> str:
    if message is None:
        return ""
    slots = [f"\n({one['type']} {one['placeholderName']})" for one in message.get("mediaSlots", ())]
    return str(message.get("content", "")) + "".join(slots)


def _compared_value(change: ValueChange) -> Compared:
    pieces = json_words(change.before, change.after)
    before = Side("", old_side(pieces)) if change.before is not None else None
    after = Side("", new_side(pieces)) if change.after is not None else None
    return Compared(change.path, before, after)


def name_of(people: Mapping[int, Person], user_id: int | None) -> str:
    """How a person is called; a key of the project has no name of a person."""
    if user_id is None:
        return "the server"
    person = people.get(user_id)
    return (person.name or person.email or f"user {user_id}") if person else "a project key"


@dataclass(frozen=True, slots=True)
class Snippet:
    """Something to copy."""

    id: str
    label: str
    text: str


def snippets(
    address: str, project: str, name: str, environment: str, variables: Sequence[str]
) -> list[Snippet]:
    """How programs get this prompt; each works as it is, with a key in `SLUICE_TOKEN`."""
    used = _Used(address, project, name, environment, variables)
    return [
        Snippet("use-own", "freeplay, our package: ask and record", _own_package(used)),
        Snippet("use-today", "freeplay 0.6.1, and OpenAI's SDK through the gateway", _today(used)),
        Snippet("use-curl", "curl: read the prompt", _curl(used)),
    ]


@dataclass(frozen=True, slots=True)
class _Used:
    """What a snippet says, ready to stand in Python."""

    address: str
    project: str
    name: str
    environment: str
    variables: Sequence[str]

    @property
    def python(self) -> tuple[str, str, str, str]:
        """Project, name, environment and variables; JSON's strings are Python's too."""
        given = {one.split(".")[0]: "…" for one in self.variables if one != "."}
        said = (self.project, self.name, self.environment, given)
        project, name, environment, known = (json.dumps(one, ensure_ascii=False) for one in said)
        return project, name, environment, known


_KEY: Final = 'os.environ["SLUICE_TOKEN"]'


def _own_package(used: _Used) -> str:
    project, name, environment, given = used.python
    return (
        "import os\n\nfrom freeplay import Freeplay\nfrom freeplay.flavors import GatewayChat\n\n"
        f'key, address = {_KEY}, "{used.address}"\n'
        'with Freeplay(GatewayChat(key, address, model="Echo"), key, f"{address}/api") as client:\n'
        f"    answer = client.get_completion(\n"
        f"        {project}, {name}, {given}, tag={environment}\n    )\n"
        "    print(answer.content)\n"
    )


def _today(used: _Used) -> str:
    return (
        "import os\n\nfrom freeplay import Freeplay\nfrom openai import OpenAI\n\n"
        f'key, address = {_KEY}, "{used.address}"\n'
        'client = Freeplay(freeplay_api_key=key, api_base=f"{address}/api")\n'
        f"prompt = client.prompts.get_formatted(\n    {', '.join(used.python)}\n)\n"
        'model = OpenAI(base_url=f"{address}/v1", api_key=key)\n'
        'done = model.chat.completions.create(model="Echo", messages=prompt.llm_prompt)\n'
        "print(done.choices[0].message.content)\n"
    )


def _curl(used: _Used) -> str:
    path = f"/v2/projects/{used.project}/prompt-templates/name/{quote(used.name)}"
    return (
        f'curl -sS "{used.address}{path}?environment={used.environment}" \\\n'
        '  -H "Authorization: Bearer $SLUICE_TOKEN"\n'
    )
