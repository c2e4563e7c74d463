"""How a detector is declared: patterns, their checks, their context words, their precedence.

A detector is data. Adding one means adding `Pattern`s to a file of `detectors/`; nothing of the
pipeline changes. Each pattern has two expressions of the same thing:

`regex`     what is found, in the words of the standard library's `re`. It is compiled with
            `re.ASCII`: digits, letters and boundaries are those of ASCII, so that a number that
            stands directly beside a letter of another script is still found. No quantifier may
            be unbounded; a check that must read further does so by itself and says where it
            ended.
`anchor`    a Hyperscan expression over the text's UTF-8 bytes, with no look-around, that matches
            *inside every match* of `regex` and ends at most `reach` code points after the
            match's start. It only tells where to look; too many anchors cost time, never a
            finding.

`tests/unit/engine/detectors` proves both laws for every declared pattern.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast

BEFORE: Final = 80
"""How far before a match its context words are looked for, in code points."""
AFTER: Final = 40
"""How far after a match its context words are looked for, in code points."""

_WORD = re.compile(r"[^\W\d_]+")
_CAMEL = re.compile(r"[a-z][A-Z]")
_UNIT = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)
"""One character of an expression, one escape or one class."""
_QUANTIFIERS: Final = ("?", "*", "+", "{")
_ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
_WIDE_CLASS = re.compile(r"\[(?P<members>[^\]^]*[^\x00-\x7f\]][^\]]*)\]")
_LETTERS: Final = {code: chr(code).lower() if chr(code).isalpha() else " " for code in range(128)}
"""Turns ASCII text into lower-case words with spaces between them."""


class Precedence(IntEnum):
    """Which of two overlapping findings keeps the stretch that they share: the higher one."""

    NAME = 0
    """A name, place, organisation or nationality, tagged or listed; and whatever is tagged."""
    SHAPE = 1
    """Recognised by its form: dates, phone numbers, addresses of machines."""
    FIELD = 2
    """What its document says it is: a JSON key, a column's header."""
    WEB = 3
    """A URL: it may hold any of the above, which then belong to it."""
    CONTACT = 4
    """An e-mail address."""
    CHECKED = 5
    """Confirmed by a check digit or an official rule: cards, accounts, identity numbers."""
    ASSIGNED = 6
    """A secret known by where it stands: `password=…`."""
    SECRET = 7
    """A secret known by its own form: tokens, keys."""
    CUSTOM = 8
    """The policy's own term."""


class Checked(NamedTuple):
    """What a check confirmed: a span in code points of the whole text, and a score of 0..1."""

    start: int
    end: int
    score: float
    entity_type: str = ""
    """What it turned out to be, one of `Pattern.also`; empty: the pattern's own entity type."""
    detector: str = ""
    """`<family>.<kind>` where a check tells several kinds apart; empty: the pattern's name."""
    reason: str = ""
    """What confirmed it, for explanations: `Luhn`, `mod 97`, `context word`; never the text."""


Check = Callable[[re.Match[str]], Checked | None]
"""Confirms a match, perhaps with other bounds or another score; None rejects it.

It may read the text around the match, within a bounded distance.
"""


@dataclass(frozen=True, slots=True)
class Context:
    """Words around a match that make it more or less likely, by language.

    `raising` and `lowering` map a language code to lower-case words; the words of the empty code
    count in every language. Identifiers are taken apart: `cardNumber`, `card_number` hold the
    words `card` and `number`.
    """

    raising: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    lowering: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    boost: float = 0.35
    drop: float = 0.3

    def for_languages(self, languages: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
        """The raising and the lowering words that count in these languages."""
        return _of(self.raising, languages), _of(self.lowering, languages)


def _of(rows: Mapping[str, frozenset[str]], languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset().union(*(rows.get(code, frozenset()) for code in ("", *languages)))


NO_CONTEXT: Final = Context()


@dataclass(frozen=True, eq=False)
class Pattern:
    """One way in which one entity type is written. See the module's docstring for the two laws."""

    name: str
    """`<family>.<kind>`: it becomes the finding's `detector`."""
    entity_type: str
    regex: str
    anchor: str
    reach: int
    """Most code points from a match's start to the end of its anchor."""
    longest: int
    """Most code points that `regex` reads from a match's start, look-ahead included."""
    score: float
    """The score of a match without a `check`, before context words."""
    check: Check | None = None
    context: Context = NO_CONTEXT
    reading: Callable[[str], Check] | None = None
    """Makes the check for one text, where it is to remember what it saw; instead of `check`."""
    precedence: Precedence = Precedence.SHAPE
    ignore_case: bool = False
    """Whether ASCII letters match in either case, in `regex` and in `anchor`."""
    run: str = ""
    """If set, a match consists of these characters alone from its start to its anchor's end.

    It narrows where to look; declare it where `reach` is long.
    """
    languages: frozenset[str] = frozenset()
    """The languages in which it is written so; empty means all."""
    also: frozenset[str] = frozenset()
    """Further entity types that `check` may confirm instead of `entity_type`."""

    @cached_property
    def entity_types(self) -> frozenset[str]:
        """Every entity type that it can find."""
        return self.also | {self.entity_type}

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """`regex`, compiled."""
        return re.compile(self.regex, re.ASCII | (re.IGNORECASE if self.ignore_case else 0))

    def check_in(self, text: str) -> Check:
        """What confirms the matches of one text, left to right."""
        return self.reading(text) if self.reading else self.check or self._unchecked

    def checked(self, match: re.Match[str]) -> Checked | None:
        """The word on one match by itself."""
        return self.check_in(match.string)(match)

    def _unchecked(self, match: re.Match[str]) -> Checked:
        """Without a check: the whole match at the base score."""
        return Checked(match.start(), match.end(), self.score)


class _Lazy:
    """What `lazily` gives; once compiled its methods are those of the compiled expression."""

    def __init__(self, regex: str, flags: int) -> None:
        self._regex, self._flags = regex, flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 (whatever an expression has)
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self._regex, self._flags)
        _WAITING.pop(id(self), None)
        for method in ("match", "search", "fullmatch", "finditer", "findall", "sub"):
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def lazily(regex: str, flags: int = 0) -> re.Pattern[str]:
    """An expression that is compiled when it is first needed.

    For large ones that few texts need: compiling them all takes a good part of the time until a
    detector is ready. Only for what is used by its methods, as `re`'s functions do not know it.
    """
    lazy = _Lazy(regex, flags)
    _WAITING[id(lazy)] = lazy
    return cast("re.Pattern[str]", lazy)


_WAITING: Final[dict[int, _Lazy]] = {}
"""Those of `lazily` that are not compiled yet."""


def compile_waiting() -> None:
    """Compile every expression of `lazily` now."""
    for lazy in list(_WAITING.values()):
        _ = lazy.pattern


def words(text: str) -> frozenset[str]:
    """A set of context words from one line of text: `words("card visa")`."""
    return frozenset(text.split())


def context(
    raising: str = "", lowering: str = "", *, boost: float = 0.35, drop: float = 0.3
) -> Context:
    """Context words that count in every language, written as lines of words."""
    return Context({"": words(raising)}, {"": words(lowering)}, boost, drop)


def alternatives(names: Iterable[str]) -> str:
    """An expression for any of these texts, longer ones first; the same in every process."""
    return "|".join(re.escape(name) for name in sorted(set(names), key=lambda n: (-len(n), n)))


def factored(alternation: str) -> str:
    """The same alternation, its alternatives gathered under the ASCII letters they begin with.

    For expressions in which either case matches. `re` tries all alternatives at every place; so
    it looks at one character first. The order of alternatives that begin alike stays, those that
    begin with no plain letter stay where they are: it matches the same.
    """
    done: list[str] = []
    groups: dict[str, list[str]] = {}
    for part in (*_parts(alternation), ""):
        letter = part[:1].lower()
        if "a" <= letter <= "z" and part[1:2] not in _QUANTIFIERS:
            groups.setdefault(letter, []).append(part[1:])
            continue
        done += [_beginning(first, rests) for first, rests in groups.items()]
        groups.clear()
        done.append(part)
    return "|".join(done[:-1])


def _beginning(letter: str, rests: list[str]) -> str:
    return f"(?-i:[{letter}{letter.upper()}])(?:{'|'.join(rests)})"


def _parts(alternation: str) -> list[str]:
    """The alternatives, taken apart at the bars outside of groups and classes."""
    parts, depth = [""], 0
    for unit in _UNIT.findall(alternation):
        depth += (unit == "(") - (unit == ")")
        if unit == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += unit
    return parts


def byte_pattern(regex: str) -> str:
    """An expression with its characters beyond ASCII as UTF-8 bytes, as an anchor needs them.

    `\\uXXXX` counts as the character. In a class such characters may stand one by one, not in
    ranges; the class may not be negated.
    """
    plain = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), regex)
    plain = _WIDE_CLASS.sub(_as_alternatives, plain)
    return "".join(char if char.isascii() else _as_bytes(char) for char in plain)


def _as_alternatives(match: re.Match[str]) -> str:
    ascii_part = "".join(char for char in match["members"] if char.isascii())
    rest = [char for char in match["members"] if not char.isascii()]
    return f"(?:{'|'.join(([f'[{ascii_part}]'] if ascii_part else []) + rest)})"


def _as_bytes(char: str) -> str:
    return "(?:" + "".join(f"\\x{byte:02x}" for byte in char.encode()) + ")"


def surrounding_words(text: str, start: int, end: int) -> frozenset[str]:
    """The lower-case words near a span: `BEFORE` code points before it, `AFTER` after it."""
    return words_in(f"{text[max(0, start - BEFORE) : start]} {text[end : end + AFTER]}")


def words_in(near: str) -> frozenset[str]:
    """The lower-case words of a short text; those of identifiers too, taken apart."""
    if _CAMEL.search(near):
        near = f"{near} {_CAMEL.sub(_apart, near)}"
    if near.isascii():
        return frozenset(near.translate(_LETTERS).split())
    return frozenset(_WORD.findall(near.lower()))


def _apart(match: re.Match[str]) -> str:
    return f"{match[0][0]} {match[0][1]}"
