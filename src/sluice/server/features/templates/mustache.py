"""Mustache as prompts use it: read, fill in, write (pure). https://mustache.github.io/mustache.5.html

Variables (`{{x}}`, `{{{x}}}`, `{{&x}}`: nothing is ever escaped for HTML), dotted names, sections,
inverted sections, comments, other delimiters, and lines in which a tag stands alone. Partials are
refused: a template stands by itself. Values are put in as SDK 0.6.1 does: lists and objects become
compact JSON, what is missing nothing, and a tag that stands in a value is never filled in.

Problems carry positions in code points and never the text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

DEEPEST: Final = 32
"""Sections in sections."""
LONGEST_NAME: Final = 200
MOST_FAULTS: Final = 1_000
"""After so many nothing more is read."""
LONGEST: Final = 16 * 1024 * 1024
"""Code points of a filled in template: a few lists in each other would make gigabytes."""
MOST_PIECES: Final = 500_000
"""Texts, values and rounds of sections: more would take seconds, even where they say nothing."""
DELIMITERS: Final = ("{{", "}}")
_KINDS: Final = "!>&/#^"
_PAIRED: Final = {"{": "}", "=": "="}
_UNCLOSED: Final = "?"
_GUARD: Final = "!-"
"""A comment; an empty one is read wrongly by SDK 0.6.1's library."""
_ALONE: Final = frozenset("!/#^=>")
"""Kinds of tags that take their line with them where nothing else stands in it."""
_END_OF_LINE: Final = re.compile(r"[ \t]*(?:\r?\n|\Z)")
_NO_NAME: Final = re.compile(r"[{}\"'`|()<>=\[\],;\x00-\x1f\x7f]")
_LITERALLY: Final = "to write braces literally, set other delimiters: {{=<% %>=}}"


class RenderedTooLong(Exception):
    """A template and its values would make too long a text, or take too long."""

    def __init__(self) -> None:
        super().__init__(
            f"filled in, the template has more than {LONGEST} code points or {MOST_PIECES} pieces"
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a template, and where."""

    position: int
    """In code points, from 0."""
    message: str


@dataclass(frozen=True, slots=True)
class Words:
    """Text that stays as it is; never empty, never two in a row."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """`{{name}}`; `.` is the item of the section around it."""

    name: str


@dataclass(frozen=True, slots=True)
class Section:
    """`{{#name}}…{{/name}}`, inverted `{{^name}}…{{/name}}`."""

    name: str
    inverted: bool
    nodes: tuple[Node, ...]


Node = Words | Variable | Section


@dataclass(frozen=True, slots=True)
class Parsed:
    """A template that was read; with faults it is not to be used."""

    nodes: tuple[Node, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Tag:
    kind: str
    """"" or `&` for a variable, `{` for a bare one, else the sign."""
    name: str
    start: int
    end: int


@dataclass(slots=True)
class _Open:
    """A section that is being read."""

    tag: _Tag
    nodes: list[Node] = field(default_factory=list)


def parse(template: str) -> Parsed:
    """Read a template; all faults at once."""
    return _Parser(template).parsed()


class _Parser:
    def __init__(self, template: str) -> None:
        self._template = template
        self._faults: list[Fault] = []
        self._stack = [_Open(_Tag("", "", 0, 0))]

    def parsed(self) -> Parsed:
        for piece in _pieces(self._template):
            if len(self._faults) >= MOST_FAULTS:
                return Parsed((), tuple(self._faults))
            if isinstance(piece, str):
                self._words(piece)
            else:
                self._tag(piece)
        for left in self._stack[1:MOST_FAULTS]:
            self._fault(left.tag, "this section is never closed")
        return Parsed(tuple(self._stack[0].nodes), tuple(self._faults))

    def _words(self, text: str) -> None:
        nodes = self._stack[-1].nodes
        if nodes and isinstance(nodes[-1], Words):
            text = nodes.pop().text + text  # type: ignore[union-attr] # (seen above)
        if text:
            nodes.append(Words(text))

    def _tag(self, tag: _Tag) -> None:
        if tag.kind == "!":
            return
        if message := _wrong(tag):
            self._fault(tag, message)
        elif tag.kind in ("#", "^"):
            self._begin(tag)
        elif tag.kind == "/":
            self._end(tag)
        elif tag.kind != "=":
            self._stack[-1].nodes.append(Variable(tag.name))

    def _begin(self, tag: _Tag) -> None:
        if len(self._stack) == DEEPEST + 1:
            self._fault(tag, f"sections may stand {DEEPEST} deep")
        self._stack.append(_Open(tag))

    def _end(self, tag: _Tag) -> None:
        if len(self._stack) == 1 or self._stack[-1].tag.name != tag.name:
            self._fault(tag, "this closes a section that is not the one that is open")
            return
        closed = self._stack.pop()
        inverted = closed.tag.kind == "^"
        self._stack[-1].nodes.append(Section(tag.name, inverted, tuple(closed.nodes)))

    def _fault(self, tag: _Tag, message: str) -> None:
        self._faults.append(Fault(tag.start, message))


def _wrong(tag: _Tag) -> str | None:
    """What is wrong with a tag by itself."""
    if tag.kind == _UNCLOSED:
        return f"this tag is never closed; {_LITERALLY}"
    if tag.kind == ">":
        return "partials are not part of prompts; write the text out"
    if tag.kind == "=":
        return (
            None if _pair(tag.name) else "this sets no delimiters: two words without = are needed"
        )
    if not tag.name:
        return "this tag names no variable"
    return None if is_name(tag.name) else f"this is no name of a variable; {_LITERALLY}"


def is_name(name: str) -> bool:
    """Whether a variable may be called so: `x`, `a.b`, `first name`."""
    if len(name) > LONGEST_NAME or name != name.strip() or _NO_NAME.search(name):
        return False
    if name[:1] in _KINDS:
        return False
    return name == "." or all(part.strip() == part != "" for part in name.split("."))


def _pieces(template: str) -> Iterator[str | _Tag]:
    """Text and tags in turn; lines in which a tag stands alone are the tag's."""
    opening, closing = DELIMITERS
    done = position = 0
    while (start := template.find(opening, position)) >= 0:
        tag = _tag_at(template, start, opening, closing)
        start, end = tag.start, tag.end
        if tag.kind in _ALONE and tag.kind:
            start, end = _line_of(template, start, end, done)
        yield template[done:start]
        yield tag
        done = position = end
        if tag.kind == "=" and (pair := _pair(tag.name)):
            opening, closing = pair
    yield template[done:]


def _tag_at(template: str, start: int, opening: str, closing: str) -> _Tag:
    """The tag that begins here; one that is never closed reaches to the end."""
    inner = start + len(opening)
    while template[inner : inner + 1].isspace():
        inner += 1
    kind = template[inner : inner + 1]
    end = template.find(closing, inner)
    if end < 0:
        return _Tag(_UNCLOSED, "", start, len(template))
    if kind in _PAIRED and (last := _last_of_pair(template, kind, inner, end)) is not None:
        return _Tag(kind, template[inner + 1 : last].strip(), start, last + 1 + len(closing))
    kind = kind if kind in _KINDS and inner < end else ""
    return _Tag(kind, template[inner + len(kind) : end].strip(), start, end + len(closing))


def _last_of_pair(template: str, kind: str, inner: int, end: int) -> int | None:
    """Where `{x}` or `=x=` ends in a tag whose closing delimiter was found at `end`."""
    if end - 1 > inner and template[end - 1] == _PAIRED[kind]:
        return end - 1
    # Of the three braces of `{{{x}}}` the first two were found.
    return end if kind == "{" and template.startswith("}}}", end) else None


def _pair(name: str) -> tuple[str, str] | None:
    words = name.split()
    if len(words) == 2 and not any("=" in word for word in words):
        return words[0], words[1]
    return None


def _line_of(template: str, start: int, end: int, done: int) -> tuple[int, int]:
    """The span that a tag takes with it: its line, where it stands there alone."""
    # Only what is new is looked at: otherwise a long line would be, for each of its tags.
    line = template.rfind("\n", done, start) + 1 or done
    begins = line > done or done == 0 or template[done - 1] == "\n"
    if not begins or template[line:start].strip(" \t"):
        return start, end
    rest = _END_OF_LINE.match(template, end)
    return (line, rest.end()) if rest is not None else (start, end)


def render(nodes: Sequence[Node], variables: Mapping[str, object]) -> str:
    """Fill in what was read; the values are JSON. Raises `RenderedTooLong`.

    It may take a second: a server does it in a thread.
    """
    pieces, left = list[str](), LONGEST
    for piece in _rendered(nodes, (variables,)):
        left -= len(piece)
        if left < 0 or len(pieces) == MOST_PIECES:
            raise RenderedTooLong
        pieces.append(piece)
    return "".join(pieces)


def _rendered(nodes: Sequence[Node], scopes: tuple[object, ...]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Words):
            yield node.text
        elif isinstance(node, Variable):
            yield as_text(_value(node.name, scopes))
        else:
            yield from _section(node, scopes)


def _section(section: Section, scopes: tuple[object, ...]) -> Iterator[str]:
    value = _value(section.name, scopes)
    if section.inverted:
        if not value:
            yield from _rendered(section.nodes, scopes)
        return
    items = value if isinstance(value, list) else [value] if value else []
    for item in items:
        yield ""  # so that a round counts, even if nothing is said in it
        yield from _rendered(section.nodes, (*scopes, item))


def _value(name: str, scopes: tuple[object, ...]) -> object:
    """The innermost value of this name; of a dotted name its first part decides which."""
    if name == ".":
        return scopes[-1]
    first, *others = name.split(".")
    for scope in reversed(scopes):
        if isinstance(scope, Mapping) and first in scope:
            value: object = scope[first]
            break
    else:
        return None
    for part in others:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


def as_text(value: object) -> str:
    """A value as it stands in a prompt."""
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    return str(value)


def names(nodes: Sequence[Node]) -> list[str]:
    """The names of all variables and sections, each once, in their order."""
    return list(dict.fromkeys(name for name in _names(nodes) if name != "."))


def _names(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node, Words):
            yield node.name
        if isinstance(node, Section):
            yield from _names(node.nodes)


def write(nodes: Sequence[Node]) -> str:
    """A template that is read as these nodes, whatever stands in their texts."""
    plain = _Writer(*DELIMITERS).written(nodes)
    if parse(plain) == Parsed(tuple(nodes), ()):
        return plain
    opening, closing = _unused(plain)
    # The comment keeps the first line from being the tag's alone.
    begun = f"{{{{={opening} {closing}=}}}}{opening}{_GUARD}{closing}"
    return begun + _Writer(opening, closing, line_is_blank=False).written(nodes)


def _unused(text: str) -> tuple[str, str]:
    """Delimiters of which no character stands in a text."""
    private = ((chr(code), chr(code + 1)) for code in range(0xE000, 0xF8FE, 2))
    for left, right in (("<%", "%>"), ("[[", "]]"), ("((", "))"), ("«", "»"), *private):
        if left[0] not in text and right[-1] not in text:
            return left, right
    raise ValueError("the text holds every delimiter there is")


class _Writer:
    def __init__(self, opening: str, closing: str, *, line_is_blank: bool = True) -> None:
        self._opening, self._closing = opening, closing
        self._line_is_blank = line_is_blank

    def written(self, nodes: Sequence[Node]) -> str:
        return "".join(self._node(node) for node in nodes)

    def _node(self, node: Node) -> str:
        if isinstance(node, Words):
            line = node.text.rpartition("\n")[2]
            begun = self._line_is_blank or "\n" in node.text
            self._line_is_blank = begun and not line.strip(" \t")
            return node.text
        if isinstance(node, Variable):
            self._line_is_blank = False
            return self._tag(node.name)
        first = self._guarded(f"{'^' if node.inverted else '#'}{node.name}")
        return first + self.written(node.nodes) + self._guarded(f"/{node.name}")

    def _guarded(self, inner: str) -> str:
        """A tag beside which a comment stands, where else it would take its line with it."""
        guard = self._tag(_GUARD) if self._line_is_blank else ""
        self._line_is_blank = False
        return guard + self._tag(inner)

    def _tag(self, inner: str) -> str:
        return f"{self._opening}{inner}{self._closing}"
