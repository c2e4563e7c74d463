r"""The template language, and filling it.

| written | means |
|---|---|
| `{person.full}` | a slot: form `full` of the first person; sensitive kinds become spans |
| `{person.first#2}`, `{person#2.first}` | another: one number is one entity in all the text |
| `{person.full*}` | an entity of its own, wherever it stands |
| `{phone}`, `{digit}` | loose kinds (lists, numbers) are made anew, unless numbered |
| `{city#a}` | inside a repetition numbers start anew, letters are the whole text's |
| `{month:lower}` | in another case: `lower`, `upper`, `title`, `cap` (first letter only) |
| `{=ORG:Washington Post}` | written out: PER, LOC, ORG, NRP, ADR, DATE or a full type |
| `[[Hi\|Hello\|Dear {person.first}]]` | one of them; a lone `[[…]]` is there half of the time |
| `[[3:a\|b]]` | a number and a colon before an option is its weight |
| `((3-8:{org.team} {number}\n))` | three to eight times; `((3-8/, :…))` puts `, ` between |
| `{@signature}` | the fragment of that name, with the same entities |
| `{a}`, `{A}` | `a` or `an`, as the next letter wants it |
| `\{`, `\[`, `\(`, `\\|`, `\\` … | the character itself; `\n` a line break |
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import TYPE_CHECKING, Final

from training.synthetic.model import Labelled, Register, Span

if TYPE_CHECKING:
    from training.synthetic.values import Values

SHORT_TYPES: Final = {
    "PER": "PERSON",
    "LOC": "LOCATION",
    "ORG": "ORGANIZATION",
    "ADR": "STREET_ADDRESS",
    "DATE": "DATE_TIME",
}
CASES: Final[Mapping[str, Callable[[str], str]]] = {
    "": str,
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "cap": lambda text: text[:1].upper() + text[1:],
}
_SLOT: Final = re.compile(r"([A-Za-z_0-9.]+)(?:#(\w+)|(\*))?((?:\.\w+)?)(?::(\w+))?")
_REPEAT: Final = re.compile(r"(\d+)-(\d+)(?:/((?:[^:\\]|\\.)*))?:")
_WEIGHT: Final = re.compile(r"(\d+):")
_TOKEN: Final = re.compile(
    r"\\(.)|\[\[|\]\](?!\](?!\]))|\(\(|\)\)(?!\)(?!\)))|\||\{([^{}]*)\}", re.DOTALL
)


class TemplateError(ValueError):
    """A template that cannot be read or filled; its text is the project's own and may be shown."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A place to be filled; `key` is "" (the first, or a loose kind's new one), "*" (a new one)."""

    path: str
    key: str
    case: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """Labelled text that the template writes out."""

    entity_type: str
    text: str


@dataclass(frozen=True, slots=True)
class Include:
    """A named fragment."""

    name: str


@dataclass(frozen=True, slots=True)
class Article:
    """`a` or `an`."""

    text: str


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several bodies, by weight."""

    options: tuple[Body, ...]
    weights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A body several times, with entities of its own each time."""

    low: int
    high: int
    between: Body
    body: Body


Node = str | Slot | Fixed | Include | Article | Choice | Repeat
Body = tuple[Node, ...]


class _Reader:
    """A recursive-descent reader over one template."""

    def __init__(self, template: str) -> None:
        self.template = template
        self.at = 0

    def body(self, closers: tuple[str, ...]) -> tuple[Body, str]:
        """Read until one of the closers (or the end, for none); return the nodes and the closer."""
        nodes: list[Node] = []
        while (found := _TOKEN.search(self.template, self.at)) is not None:
            nodes.append(self.template[self.at : found.start()])
            self.at = found.end()
            if found.group() in closers:
                return tuple(node for node in nodes if node != ""), found.group()
            nodes.append(self._node(found))
        if closers:
            raise TemplateError(f"{closers[0]} is missing in {self.template[:60]!r}")
        nodes.append(self.template[self.at :])
        return tuple(node for node in nodes if node != ""), ""

    def _node(self, found: re.Match[str]) -> Node:
        if found[1] is not None:
            return "\n" if found[1] == "n" else found[1]
        if found.group() == "[[":
            return self._choice()
        if found.group() == "((":
            return self._repeat()
        return _slot(found[2]) if found[2] is not None else found.group()

    def _choice(self) -> Choice:
        options: list[Body] = []
        weights: list[int] = []
        closer = "|"
        while closer == "|":
            weight = _WEIGHT.match(self.template, self.at)
            self.at = weight.end() if weight else self.at
            option, closer = self.body(("|", "]]"))
            options.append(option)
            weights.append(int(weight[1]) if weight else 1)
        if len(options) == 1:
            return Choice((options[0], ()), (1, 1))
        return Choice(tuple(options), tuple(weights))

    def _repeat(self) -> Repeat:
        head = _REPEAT.match(self.template, self.at)
        if head is None:
            raise TemplateError(f"(( without numbers in {self.template[:60]!r}")
        self.at = head.end()
        body, _ = self.body(("))",))
        return Repeat(int(head[1]), int(head[2]), parse(head[3] or ""), body)


def _slot(inside: str) -> Node:
    if inside.startswith("="):
        entity_type, _, text = inside[1:].partition(":")
        return Fixed(SHORT_TYPES.get(entity_type, entity_type), text)
    if inside.startswith("@"):
        return Include(inside[1:])
    if inside in {"a", "A"}:
        return Article(inside)
    found = _SLOT.fullmatch(inside)
    if found is None or (found[5] or "") not in CASES:
        raise TemplateError(f"cannot read the slot {{{inside}}}")
    return Slot(found[1] + found[4], found[2] or found[3] or "", found[5] or "")


@cache
def parse(template: str) -> Body:
    """Read a template once; raises TemplateError where its brackets or slots are wrong."""
    return _Reader(template).body(())[0]


Piece = tuple[str, str]
"""Text and its entity type, "" for none."""
_Entities = dict[tuple[str, str], Mapping[str, str]]


class Filler:
    """Fills templates: entities from `values`, every decision from `random`."""

    def __init__(
        self, values: Values, random: Random, fragments: Mapping[str, str] | None = None
    ) -> None:
        self.values = values
        self.random = random
        self.fragments = fragments or {}
        self.whole: _Entities = {}

    def pieces(self, body: Body, entities: _Entities) -> Iterator[Piece]:
        """Yield the filled pieces of a body in order."""
        for node in body:
            if isinstance(node, str):
                yield node, ""
            elif isinstance(node, Fixed):
                yield node.text, node.entity_type
            elif isinstance(node, Slot):
                yield from self._filled(node, entities)
            elif isinstance(node, Article):
                yield node.text, "article"
            else:
                yield from self._nested(node, entities)

    def _nested(self, node: Choice | Repeat | Include, entities: _Entities) -> Iterator[Piece]:
        if isinstance(node, Choice):
            chosen = self.random.choices(node.options, node.weights)[0]
            yield from self.pieces(chosen, entities)
        elif isinstance(node, Repeat):
            for index in range(self.random.randint(node.low, node.high)):
                if index:
                    yield from self.pieces(node.between, {})
                yield from self.pieces(node.body, {})
        else:
            yield from self._included(node.name, entities)

    def _included(self, name: str, entities: _Entities) -> Iterator[Piece]:
        if name not in self.fragments:
            raise TemplateError(f"no fragment {name!r}")
        yield from self.pieces(parse(self.fragments[name]), entities)

    def _filled(self, slot: Slot, entities: _Entities) -> Iterator[Piece]:
        """Yield the slot's text; a leading small `the` is cased with it and stays outside."""
        kind, form = self.values.resolve(slot.path)
        entity = self._entity(kind, slot.key, entities)
        if form == "the" and form not in entity:
            form = "full"
        if form not in entity:
            raise TemplateError(f"{kind} has no form {form!r}")
        text, entity_type = entity[form], self.values.entity_type(kind, form)
        if not (entity_type and text.startswith("the ")):
            yield CASES[slot.case](text), entity_type
            return
        yield CASES[slot.case]("the "), ""
        yield (text[4:] if slot.case == "cap" else CASES[slot.case](text[4:])), entity_type

    def _entity(self, kind: str, key: str, entities: _Entities) -> Mapping[str, str]:
        if key == "*" or (not key and self.values.kinds[kind].loose):
            return self.values.make(kind, self.random)
        scope = self.whole if key[:1].isalpha() else entities
        number = key or "1"
        if (kind, number) not in scope:
            scope[kind, number] = self.values.make(kind, self.random)
        return scope[kind, number]


def joined(pieces: list[Piece]) -> tuple[str, tuple[Span, ...]]:
    """Put pieces together: `(text, spans)`; white space at a span's edges stays outside."""
    parts: list[str] = []
    spans: list[Span] = []
    length = 0
    for index, (raw, entity_type) in enumerate(pieces):
        text = raw
        if entity_type == "article":
            text, entity_type = _article(raw, pieces[index + 1 :]), ""
        text = _tidied(text, parts[-1] if parts else "")
        core = text.strip()
        if entity_type and core:
            start = length + text.index(core)
            spans.append((start, start + len(core), entity_type))
        if (
            parts
            and text[:1] in {".", ",", "?", "!"}
            and parts[-1].endswith(" ")
            and not entity_type
        ):
            length -= 1
            parts[-1] = parts[-1][:-1]
        if text:
            parts.append(text)
            length += len(text)
    return "".join(parts), tuple(spans)


def _tidied(text: str, before: str) -> str:
    """Drop a doubled blank that an empty option left; begin sentences with `The`."""
    if before.endswith(" ") and text.startswith(" "):
        return text.removeprefix(" ")
    if text == "the " and (not before or before.endswith((". ", "? ", "! ", "\n"))):
        return "The "
    return text


def _article(article: str, following: list[Piece]) -> str:
    rest = "".join(text for text, _ in following[:4]).lstrip()
    vowel = re.match(r"(?i)[aeio]|u(?!ni|k|s\b|s-|ru|ga)", rest) is not None
    return article + "n" if vowel else article


def fill(register: Register, template: str, random: Random) -> Labelled:
    """Fill one template of a register, without its noise; raises TemplateError."""
    filler = Filler(register.values, random, register.fragments)
    text, spans = joined(list(filler.pieces(parse(template), {})))
    return Labelled(text, spans, register.language, register.name, template)
