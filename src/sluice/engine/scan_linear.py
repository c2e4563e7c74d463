"""Regular expressions of a policy's author, matched so that no expression can hang.

The expression is read by the standard library's parser and run as a set of states that move
together, one code point at a time (Thompson 1968, with the start of each match carried along as
in Pike's virtual machine). There is no backtracking: the work for one code point is bounded by
the number of states. The leftmost match is taken, of those the longest.

What cannot be run so (look-around, back-references, possessive or atomic groups, flags inside of
groups) is refused with a reason, and so are expressions that match the empty text or need more
than `MOST_STATES` states. A match is at most `LONGEST` code points long.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final, TypeAlias

LONGEST: Final = 1000
"""The longest match, in code points."""
MOST_STATES: Final = 2000
"""The largest expression, in states; `a{1000}` has 1,000."""
WORK_PER_POINT: Final = 40
"""How many states may be entered for each code point, on average, before matching gives up."""
SPARE_WORK: Final = 500_000
"""Work that every text may cause, however short."""

# The only parser that reads exactly what `re` reads; `sre_parse` is its deprecated public name.
Tree: TypeAlias = Any
"""A part of what that parser returns; it has no public types."""
_parser: Final = import_module("re._parser")
_WORD_EDGE: Final = "EDGE"


class Unsupported(ValueError):
    """The expression cannot be matched in linear time, or not at all; the text says why."""


class TooMuchWork(Exception):
    """The text made the expression exceed its work limit."""


class Chars(dict[str, bool]):
    """Whether a code point is accepted; decided once for each, by `test`."""

    def __init__(self, test: Callable[[str], bool]) -> None:
        super().__init__()
        self.test = test

    def __missing__(self, char: str) -> bool:
        self[char] = accepted = self.test(char)
        return accepted


@dataclass(slots=True)
class State:
    """One step of the program: exactly one of accept, chars, assertion or plain fork."""

    follow: list[int] = field(default_factory=list)
    chars: Chars | None = None
    assertion: str | None = None
    accept: bool = False


def folded(text: str) -> str:
    """The text in lower case, code point for code point: offsets stay what they were."""
    return text.replace("\u0130", "i").lower().replace("\u03c2", "\u03c3")


def is_word(char: str) -> bool:
    """Whether a code point belongs to a word, as `\\w` has it."""
    return char.isalnum() or char == "_"


def at_edge(text: str, at: int) -> bool:
    """Whether no word runs across this offset."""
    return not (0 < at < len(text) and is_word(text[at - 1]) and is_word(text[at]))


class LinearPattern:
    """A compiled expression.

    Args:
        source: in the syntax of `re`, without what the module's docstring excludes.
        case_sensitive: else both are compared in lower case, code point for code point.
        whole_words: whether a match may neither begin nor end inside of a word.

    Raises:
        Unsupported: with a reason that does not quote the expression.
    """

    def __init__(self, source: str, *, case_sensitive: bool, whole_words: bool) -> None:
        tree = _parsed(source)
        flags = tree.state.flags
        self._folds = not case_sensitive or bool(flags & re.IGNORECASE)
        self._states = _Builder(flags, self._folds).program(tree, whole_words)
        self._first = self._first_chars()
        self._skip = _skipping(self._first)

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """The matches in `text`, left to right, not overlapping, as (start, end) in code points.

        Raises:
            TooMuchWork: the text exceeds `WORK_PER_POINT`.
        """
        read = folded(text) if self._folds else text
        work = SPARE_WORK + WORK_PER_POINT * len(read)
        at = 0
        while (at := self._next_start(read, at)) < len(read):
            found, spent = self._match_from(read, at, work)
            work -= spent
            if found is None:
                return
            yield found
            at = found[1]

    def _next_start(self, text: str, at: int) -> int:
        """The next offset at which a match may begin; `re` skips what certainly cannot."""
        while (likely := self._skip.search(text, at)) is not None:
            if self._first[likely[0]]:
                return likely.start()
            at = likely.end()
        return len(text)

    def _match_from(self, text: str, at: int, work: int) -> tuple[tuple[int, int] | None, int]:
        """The leftmost-longest match that starts at `at` or later, and the work it took."""
        states, length, spent = self._states, len(text), 0
        best: tuple[int, int] | None = None
        threads: dict[int, int] = {}
        while True:
            if best is None and at < length and self._first[text[at]]:
                self._enter(threads, 0, at, text, at)
            spent += len(threads) + 1
            if spent > work:
                raise TooMuchWork
            best = _better(best, threads, states, at)
            if at >= length or (not threads and best is not None):
                return best, spent
            char = text[at]
            moved: dict[int, int] = {}
            for number, start in threads.items():
                chars = states[number].chars
                alive = at - start < LONGEST and (best is None or start <= best[0])
                if alive and chars is not None and chars[char]:
                    self._enter(moved, states[number].follow[0], start, text, at + 1)
            threads = moved
            at = at + 1 if threads or best else self._next_start(text, at + 1)

    def _enter(self, threads: dict[int, int], number: int, start: int, text: str, at: int) -> None:
        """Add a state and all that it leads to without reading; earlier starts were added first."""
        open_states = [number]
        while open_states:
            number = open_states.pop()
            if number in threads:
                continue
            state = self._states[number]
            if state.assertion is not None and not _holds(state.assertion, text, at):
                continue
            threads[number] = start
            if state.chars is None:
                open_states.extend(state.follow)

    def _first_chars(self) -> Chars:
        """What a match may begin with; raises if it may be empty."""
        seen: set[int] = set()
        open_states, first = [0], []
        while open_states:
            number = open_states.pop()
            if number in seen:
                continue
            seen.add(number)
            state = self._states[number]
            if state.accept:
                raise Unsupported("it matches the empty text; make a part of it required")
            if state.chars is None:
                open_states.extend(state.follow)
            else:
                first.append(state.chars)
        return Chars(lambda char: any(chars[char] for chars in first))


def _skipping(first: Chars) -> re.Pattern[str]:
    """Matches the ASCII characters that are accepted, and every other: those must be asked."""
    accepted = "".join(re.escape(chr(code)) for code in range(128) if first[chr(code)])
    return re.compile(rf"[{accepted}\u0080-\U0010ffff]")


def _better(
    best: tuple[int, int] | None, threads: dict[int, int], states: Sequence[State], at: int
) -> tuple[int, int] | None:
    """The best match so far, now that the text has been read up to `at`."""
    for number, start in threads.items():
        if states[number].accept and (best is None or start <= best[0]):
            best = (start, at)
    return best


def _holds(assertion: str, text: str, at: int) -> bool:
    before = at > 0 and is_word(text[at - 1])
    behind = at < len(text) and is_word(text[at])
    if assertion == _WORD_EDGE:
        return not (before and behind)
    if assertion == "AT_BOUNDARY":
        return before != behind
    if assertion == "AT_NON_BOUNDARY":
        return before == behind
    return _at_line_or_text(assertion, text, at)


def _at_line_or_text(assertion: str, text: str, at: int) -> bool:
    if assertion in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
        return at == 0
    if assertion == "AT_END_STRING":
        return at == len(text)
    if assertion == "AT_BEGINNING_LINE":
        return at == 0 or text[at - 1] == "\n"
    if assertion == "AT_END_LINE":
        return at == len(text) or text[at] == "\n"
    return at == len(text) or (at == len(text) - 1 and text[at] == "\n")  # AT_END


def _parsed(source: str) -> Tree:
    try:
        return _parser.parse(source)
    except re.error as error:
        where = "" if error.pos is None else f" at offset {error.pos}"
        raise Unsupported(f"it is not a valid regular expression{where}") from None
    except (OverflowError, RecursionError):
        raise Unsupported("it is too large or too deep") from None


_CATEGORIES: Final[dict[str, Callable[[str], bool]]] = {
    "CATEGORY_DIGIT": str.isdecimal,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": is_word,
    "CATEGORY_NOT_DIGIT": lambda char: not char.isdecimal(),
    "CATEGORY_NOT_SPACE": lambda char: not char.isspace(),
    "CATEGORY_NOT_WORD": lambda char: not is_word(char),
}


class _Builder:
    """Turns a parsed expression into states, from its end to its beginning."""

    def __init__(self, flags: int, folds: bool) -> None:
        self._flags = flags
        self._folds = folds
        self._states: list[State] = [State()]

    def program(self, tree: Tree, whole_words: bool) -> list[State]:
        """All states; the program begins at number 0."""
        entry = self._add(State(accept=True))
        if whole_words:
            entry = self._add(State([entry], assertion=_WORD_EDGE))
        try:
            entry = self._sequence(tree, entry)
        except RecursionError:
            raise Unsupported("it is nested too deeply") from None
        if whole_words:
            entry = self._add(State([entry], assertion=_WORD_EDGE))
        self._states[0].follow = [entry]
        return self._states

    def _add(self, state: State) -> int:
        if len(self._states) > MOST_STATES:
            raise Unsupported(f"it needs more than {MOST_STATES} states; use smaller repetitions")
        self._states.append(state)
        return len(self._states) - 1

    def _sequence(self, nodes: Tree, then: int) -> int:
        for kind, value in reversed(list(nodes)):
            then = self._node(str(kind), value, then)
        return then

    def _node(self, kind: str, value: Tree, then: int) -> int:
        if kind in ("MAX_REPEAT", "MIN_REPEAT"):
            least, most, nodes = value
            return self._repeat(least, most, nodes, then)
        if kind == "BRANCH":
            return self._add(State([self._sequence(branch, then) for branch in value[1]]))
        if kind == "SUBPATTERN":
            _, added, removed, nodes = value
            return self._group(added or removed, nodes, then)
        if kind == "AT":
            return self._add(State([then], assertion=self._assertion(str(value))))
        return self._add(
            State([then], chars=Chars(self._cased(_char_test(kind, value, self._flags))))
        )

    def _group(self, flags: int, nodes: Tree, then: int) -> int:
        if flags:
            raise Unsupported("flags inside of a group are not supported; put them in front")
        return self._sequence(nodes, then)

    def _assertion(self, name: str) -> str:
        if self._flags & re.MULTILINE and name in ("AT_BEGINNING", "AT_END"):
            return f"{name}_LINE"
        return name

    def _repeat(self, least: int, most: Tree, nodes: Tree, then: int) -> int:
        if str(most) == "MAXREPEAT":
            loop = self._add(State())
            self._states[loop].follow = [self._sequence(nodes, loop), then]
            then = loop
        else:
            end = then
            for _ in range(most - least):
                then = self._add(State([self._sequence(nodes, then), end]))
        for _ in range(least):
            then = self._sequence(nodes, then)
        return then

    def _cased(self, test: Callable[[str], bool]) -> Callable[[str], bool]:
        """With folding, a code point is accepted if it is in either case."""
        if not self._folds:
            return test
        return lambda char: test(char) or any(test(other) for other in _cases(char))


def _cases(char: str) -> tuple[str, ...]:
    """The other single code points that fold like this one (a folded one)."""
    others = (char.upper(), char.title(), "\u03c2" if char == "\u03c3" else char)
    return tuple(other for other in others if len(other) == 1)


def _char_test(kind: str, value: Tree, flags: int) -> Callable[[str], bool]:
    if kind == "LITERAL":
        return chr(value).__eq__
    if kind == "NOT_LITERAL":
        return chr(value).__ne__
    if kind == "ANY":
        return (lambda char: True) if flags & re.DOTALL else "\n".__ne__
    if kind == "IN":
        return _set_test(value)
    raise Unsupported(f"{kind.lower().replace('_', ' ')} is not supported, it needs backtracking")


def _set_test(items: Tree) -> Callable[[str], bool]:
    tests: list[Callable[[str], bool]] = []
    negated = False
    for kind, value in items:
        if str(kind) == "NEGATE":
            negated = True
        elif str(kind) == "RANGE":
            tests.append(_range_test(*value))
        elif str(kind) == "CATEGORY":
            tests.append(_CATEGORIES[str(value)])
        else:
            tests.append(chr(value).__eq__)
    return lambda char: any(test(char) for test in tests) is not negated


def _range_test(low: int, high: int) -> Callable[[str], bool]:
    return lambda char: low <= ord(char) <= high
