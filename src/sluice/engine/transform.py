"""Cleanse and hydrate: swap findings for placeholders, and put the originals back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from sluice.engine.errors import EngineError, InvalidFindings, PolicyBlocked, Problem
from sluice.engine.json_text import JsonText, is_fragment
from sluice.engine.mapping import Entry, Mapping
from sluice.engine.matching import Match
from sluice.engine.placeholders import ENTITY_TYPE_LIMIT, refuse_surrogates
from sluice.engine.stream import Restored, StreamHydrator
from sluice.engine.types import ENTITY_TYPE, Action, CleansedText, Finding, Policy, RawText
from sluice.engine.widen import Stretch, widen

_ROUNDS = 16
"""How often a text is cleansed anew because a stand-in met what stands beside it."""


@dataclass(frozen=True, slots=True)
class Item:
    """What was put in place of a finding; offsets count code points."""

    start: int
    """In the cleansed text."""
    end: int
    placeholder: str
    """What stands there: a placeholder, or a stand-in."""
    entity_type: str
    """Of the finding; the same original keeps its placeholder also under another type."""
    action: Action
    raw_start: int
    """In the raw text: where the finding begins, after widening."""
    raw_end: int


@dataclass(frozen=True, slots=True)
class Allowed:
    """A finding that the policy lets through; offsets count code points of the cleansed text."""

    start: int
    end: int
    entity_type: str
    raw_start: int
    raw_end: int


@dataclass(frozen=True, slots=True)
class Cleansed:
    """A text without what the policy keeps back."""

    text: CleansedText = field(repr=False)
    items: tuple[Item, ...]
    allowed: tuple[Allowed, ...]


@dataclass(frozen=True, slots=True)
class Hydrated:
    """A text with its originals back; offsets in `items` count code points of `text`."""

    text: RawText = field(repr=False)
    items: tuple[Restored, ...]


def cleanse(
    text: str,
    findings: Iterable[Finding],
    mapping: Mapping,
    policy: Policy | None = None,
    *,
    restorable: bool = True,
) -> Cleansed:
    """Put placeholders and stand-ins in place of the findings, as the policy's rules say.

    Without a policy everything is masked. The policy's custom terms and allow list are the
    detector's business: here only its rules count. With `restorable=False`, for texts that are not
    the caller's own (a model instance's instructions), what would be masked or replaced is
    redacted. Findings may come in any order; those that touch a word are widened (see `widen`).

    `hydrate` undoes it exactly, except that

    - redacted originals stay away;
    - of several canonically equivalent spellings of one original (Unicode NFC) the first comes
      back for each;
    - a placeholder or stand-in of an earlier turn that is typed into this text reads back as what
      it stands for: in one's own conversation that is one's own data;
    - in a text that is JSON (see `json_text`), a finding inside a string which is not itself a
      piece of a JSON string comes back escaped, unless `json_strings=False`.

    Raises `UnsupportedText` for a lone surrogate, `InvalidFindings` with every problem at once,
    `PolicyBlocked` where a rule says so; then, and on every other error, the mapping is unchanged.
    """
    refuse_surrogates(text)
    ordered = _valid(text, list(findings))
    stretches = [_stretch(finding, policy, restorable=restorable) for finding in ordered]
    _refuse_blocked(stretches)
    stretches, avoid = widen(text, stretches), frozenset[str]()
    for _ in range(_ROUNDS):
        try:
            with mapping.atomic():
                return _cleanse(text, stretches, mapping, avoid)
        except _Conflict as conflict:
            avoid |= conflict.avoid
            stretches = widen(text, conflict.stretches)
    raise EngineError(
        "The text holds too many stand-ins of this conversation beside its findings; "
        "mask these findings instead of replacing them."
    )


def hydrate(text: str, mapping: Mapping, *, json_strings: bool | None = None) -> Hydrated:
    """Put the originals of this conversation back into a text.

    One scan: the longest match first, and what was restored is not looked at again (see
    `matching`). Altered placeholders count too (see `placeholders`); marks around them are kept.
    Redacted ones, invented numbers and everything else stay as they are, code point for code point.

    Originals are escaped for JSON where they come to stand inside a JSON string, once for each
    level, unless they were taken out of one. With None this follows from the text (see
    `json_text`); True says that the whole text is JSON, or stands inside a JSON string, so that
    every original is escaped; False never escapes.

    Raises `UnsupportedText` for a lone surrogate.
    """
    stream = StreamHydrator(mapping, json_strings=json_strings)
    hydrated = stream.feed(text) + stream.finish()
    return Hydrated(RawText(hydrated), stream.items)


class _Conflict(Exception):
    """A stand-in would be found where it does not belong: what to do otherwise."""

    def __init__(self, stretches: list[Stretch], avoid: frozenset[str]) -> None:
        super().__init__()
        self.stretches = stretches
        self.avoid = avoid


def _valid(text: str, findings: Sequence[Finding]) -> list[Finding]:
    """The findings sorted by place; raises `InvalidFindings` with all that is wrong."""
    problems: list[Problem] = []
    for index, finding in enumerate(findings):
        problems += _problems(f"findings[{index}]", finding, len(text))
    if problems:
        raise InvalidFindings(problems)
    order = sorted(range(len(findings)), key=lambda i: (findings[i].start, findings[i].end))
    if problems := list(_overlaps(findings, order)):
        raise InvalidFindings(problems)
    return [findings[index] for index in order]


def _problems(path: str, finding: Finding, length: int) -> Iterator[Problem]:
    start, end, score = finding.start, finding.end, finding.score
    whole = type(start) is int and type(end) is int
    if not whole:
        yield Problem(f"{path}.start", "start and end must be whole numbers of code points")
    if whole and not 0 <= start < length:
        yield Problem(f"{path}.start", f"must lie between 0 and the text's end ({length})")
    if whole and not start < end <= length:
        yield Problem(f"{path}.end", f"must lie behind start and not behind the end ({length})")
    if not (isinstance(score, int | float) and 0 <= score <= 1):
        yield Problem(f"{path}.score", "must be a number between 0 and 1")
    if not _is_entity_type(finding.entity_type):
        yield Problem(
            f"{path}.entity_type",
            "must be upper-case ASCII words with underscores between them, each beginning with a "
            f"letter, at most {ENTITY_TYPE_LIMIT} characters",
        )


def _is_entity_type(name: object) -> bool:
    return (
        isinstance(name, str)
        and len(name) <= ENTITY_TYPE_LIMIT
        and ENTITY_TYPE.fullmatch(name) is not None
    )


def _overlaps(findings: Sequence[Finding], order: Sequence[int]) -> Iterator[Problem]:
    for before, index in pairwise(order):
        if findings[index].start < findings[before].end:
            yield Problem(f"findings[{index}].start", f"overlaps findings[{before}]")


def _stretch(finding: Finding, policy: Policy | None, *, restorable: bool) -> Stretch:
    action = policy.action_for(finding) if policy else Action.MASK
    if not restorable and action in (Action.MASK, Action.REPLACE):
        action = Action.REDACT
    return Stretch(finding.start, finding.end, finding.entity_type, action)


def _refuse_blocked(stretches: Iterable[Stretch]) -> None:
    blocked = Counter(s.entity_type for s in stretches if s.action is Action.BLOCK)
    if blocked:
        raise PolicyBlocked(blocked)


def _cleanse(
    text: str, stretches: list[Stretch], mapping: Mapping, avoid: frozenset[str]
) -> Cleansed:
    before = len(mapping)
    mapping.reserve(text)
    writer = _Writer(text, mapping, avoid)
    for stretch in stretches:
        writer.write(stretch)
    done = writer.finish()
    if mapping.matcher.has_stand_ins:
        _refuse_conflicts(text, done, mapping, mapping.entries[before:])
    return done


class _Writer:
    """Writes the cleansed text from left to right."""

    def __init__(self, text: str, mapping: Mapping, avoid: frozenset[str]) -> None:
        self._text = text
        self._mapping = mapping
        self._avoid = avoid
        self._pieces: list[str] = []
        self._length = 0
        self._copied = 0
        self._items: list[Item] = []
        self._allowed: list[Allowed] = []
        self._json = JsonText() if "\\" in text else None

    def write(self, stretch: Stretch) -> None:
        """Copy what stands before the stretch, then write what stands for it."""
        self._copy(stretch.start)
        if stretch.replaced:
            self._replace(stretch)
        else:
            self._allow(stretch)

    def finish(self) -> Cleansed:
        """Copy the rest."""
        self._copy(len(self._text))
        text = CleansedText("".join(self._pieces))
        return Cleansed(text, tuple(self._items), tuple(self._allowed))

    def _copy(self, end: int) -> None:
        piece = self._text[self._copied : end]
        if self._json:
            self._json.feed(piece)
        self._append(piece)
        self._copied = end

    def _append(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)

    def _replace(self, stretch: Stretch) -> None:
        original = RawText(self._text[stretch.start : stretch.end])
        entry = self._mapping.issue(
            stretch.entity_type,
            original,
            stretch.action,
            escaped=self._escaped(original),
            avoid=self._avoid,
        )
        start = self._length
        self._append(entry.placeholder)
        self._copied = stretch.end
        self._items.append(_item(entry, stretch, start))

    def _escaped(self, original: str) -> int:
        """How many JSON strings deep the original stands, as a piece of each of them."""
        if self._json is None:
            return 0
        depth = self._json.depth
        self._json.feed_placeholder()
        return depth if is_fragment(original) else 0

    def _allow(self, stretch: Stretch) -> None:
        start = self._length
        self._copy(stretch.end)
        self._allowed.append(
            Allowed(start, self._length, stretch.entity_type, stretch.start, stretch.end)
        )


def _item(entry: Entry, stretch: Stretch, start: int) -> Item:
    return Item(
        start,
        start + len(entry.placeholder),
        entry.placeholder,
        stretch.entity_type,
        stretch.action,
        stretch.start,
        stretch.end,
    )


def _refuse_conflicts(text: str, done: Cleansed, mapping: Mapping, new: Sequence[Entry]) -> None:
    """Raise `_Conflict` if the cleansed text would not be read as it was written.

    A new stand-in must not stand in what was typed, nor may any stand-in be read across the edge
    of another: then another stand-in is drawn, or the finding takes in what was typed beside it.
    """
    written = {(item.start, item.end) for item in done.items}
    found = list(mapping.matcher.matches(done.text))
    strays = [match for match in found if (match.start, match.end) not in written]
    fresh = {entry.placeholder for entry in new}
    avoid = frozenset(match.value.placeholder for match in strays if match.exact) & fresh
    lost = written - {(match.start, match.end) for match in found}
    if avoid or lost:
        stretches = [_around(text, item, strays) for item in done.items]
        stretches += [
            Stretch(a.raw_start, a.raw_end, a.entity_type, Action.ALLOW) for a in done.allowed
        ]
        raise _Conflict(sorted(stretches, key=lambda stretch: stretch.start), avoid)


def _around(text: str, item: Item, strays: Iterable[Match[Entry]]) -> Stretch:
    """The item's stretch of the raw text, and what the strays that overlap it cover beside it."""
    before = max((item.start - m.start for m in strays if _overlap(m, item)), default=0)
    behind = max((m.end - item.end for m in strays if _overlap(m, item)), default=0)
    start = max(0, item.raw_start - max(0, before))
    end = min(len(text), item.raw_end + max(0, behind))
    return Stretch(start, end, item.entity_type, item.action)


def _overlap(match: Match[Entry], item: Item) -> bool:
    return match.start < item.end and item.start < match.end
