"""What differs between two versions of a template (pure)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher, unified_diff
from typing import Any, Final

from sluice.server.features.templates.content import TemplateContent

Json = dict[str, Any]
MOST_LINES: Final = 10_000
"""Longer ones are shown whole: finding what stayed takes the square of this."""
_ABOUT: Final = frozenset({"versionName", "note"})


@dataclass(frozen=True, slots=True)
class MessageChange:
    """One message that was added (no `before`), removed (no `after`) or changed."""

    before_index: int | None
    after_index: int | None
    before: Json | None = field(repr=False)
    after: Json | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class ValueChange:
    """A parameter, a tool or anything else that is no message; None: it is not there."""

    path: str
    before: object = field(repr=False)
    after: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """Everything that differs; all empty for versions that say the same."""

    messages: list[MessageChange] = field(repr=False)
    values: list[ValueChange] = field(repr=False)
    unified: str = field(repr=False)
    """Both as texts, in the form of `diff -u`."""


def difference(before: TemplateContent, after: TemplateContent) -> Difference:
    """What changes from one version to another; their names and notes are not looked at."""
    one, other = _said(before), _said(after)
    messages = _messages(one.pop("messages", []), other.pop("messages", []))
    unified = _unified(as_text(before).splitlines(), as_text(after).splitlines())
    return Difference(list(messages), list(_values("", one, other)), unified)


def _unified(before: list[str], after: list[str]) -> str:
    if before == after:
        return ""
    if len(before) + len(after) > MOST_LINES:
        lines = [*(f"-{line}" for line in before), *(f"+{line}" for line in after)]
        return "\n".join(["--- before", "+++ after", *lines])
    return "\n".join(unified_diff(before, after, "before", "after", lineterm=""))


def as_text(content: TemplateContent) -> str:
    """A version as people read it: each message under its role, then how the model is asked."""
    said = _said(content)
    parts = [_message_text(message) for message in said.pop("messages", [])]
    if "text" in said:
        parts.append(str(said.pop("text")))
    parts += [f"{name}: {_plain(value)}" for name, value in said.items()]
    return "\n".join(parts)


def _said(content: TemplateContent) -> Json:
    said = content.document()
    if "toolSchema" in said:
        said["tools"] = {tool["name"]: tool for tool in said.pop("toolSchema")}
    return {name: value for name, value in said.items() if name not in _ABOUT}


def _message_text(message: Json) -> str:
    if "kind" in message:
        return f"[{message['kind']}]"
    slots = "".join(
        f"\n({s['type']} {s['placeholderName']})" for s in message.get("mediaSlots", ())
    )
    return f"[{message['role']}]\n{message['content']}{slots}"


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)


def side_by_side(before: TemplateContent, after: TemplateContent) -> list[MessageChange]:
    """Every message of both, those in one line that stand for each other; a text is one message."""
    return list(_pairs(_as_messages(before), _as_messages(after)))


def _as_messages(content: TemplateContent) -> list[Json]:
    said = _said(content)
    messages: list[Json] = said.get("messages") or [{"role": "text", "content": said["text"]}]
    return messages


def _messages(before: Sequence[Json], after: Sequence[Json]) -> Iterator[MessageChange]:
    for pair in _pairs(before, after):
        if _key(pair.before) != _key(pair.after):
            yield pair


def _pairs(before: Sequence[Json], after: Sequence[Json]) -> Iterator[MessageChange]:
    old, new = ([_key(one) for one in side] for side in (before, after))
    for _, *bounds in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield from _paired(before, after, *bounds)


def _key(value: object) -> str:
    """Equal for equal JSON; to Python true is 1."""
    return json.dumps(value, sort_keys=True)


def _paired(
    before: Sequence[Json], after: Sequence[Json], a: int, b: int, c: int, d: int
) -> Iterator[MessageChange]:
    """Messages `a` to `b` stay or became `c` to `d`: in pairs, as long as there are two."""
    for offset in range(max(b - a, d - c)):
        old = a + offset if a + offset < b else None
        new = c + offset if c + offset < d else None
        yield MessageChange(
            before_index=old,
            after_index=new,
            before=before[old] if old is not None else None,
            after=after[new] if new is not None else None,
        )


def _values(path: str, before: object, after: object) -> Iterator[ValueChange]:
    if _key(before) == _key(after):
        return
    if not (isinstance(before, dict) and isinstance(after, dict)):
        yield ValueChange(path, before, after)
        return
    for name in dict.fromkeys([*before, *after]):
        inner = f"{path}.{name}" if path else name
        yield from _values(inner, before.get(name), after.get(name))
