"""Kinds of identity numbers: one row for each, and the checks that read a number by its rows.

A number is known in three ways:

1. *by its label*: `SSN: …`, `"nif": "…"`. With the label it may be written in any grouping, and
   it is found even if its check digit is wrong: a mistyped number tells as much about a person.
2. *by its form*: a written form so particular (separators, letters, a date inside) that it needs
   no label. `Form.score` says how sure that is.
3. *by words near it*: a form or a run of digits that alone would say little, confirmed by its
   check digits and by its label's words somewhere in the 80 code points before or 40 after it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from operator import attrgetter
from typing import Final, NamedTuple

from sluice.engine.detectors.labelled.forms import loosened, signature, width
from sluice.engine.detectors.labelled.kind import Kind, is_valid
from sluice.engine.detectors.labelled.labels import (
    SPACELESS,
    WIDE,
    Label,
    fold,
    label_before,
    last_words,
)
from sluice.engine.patterns import AFTER, BEFORE, Check, Checked, surrounding_words, words, words_in

VALID: Final = 0.95
"""A label in front, and the checksum fits."""
SHAPED: Final = 0.75
"""A label in front of a number without checksum that has the right shape."""
MISTYPED: Final = 0.55
"""A label in front, the right shape, but the checksum does not fit."""
NEAR: Final = 0.75
"""The label's words are near, and the checksum fits."""
NEAR_SHAPED: Final = 0.55
"""The label's words are near a particular form that has no checksum."""
_DROP: Final = 0.35
_CARELESS: Final = 0.3
"""What a form loses if its letters are small and no label is near."""
_LOWERING: Final = words(
    "order phone tel fax tracking part model serial sku isbn zip ticket invoice version build "
    "commit timestamp ean upc gtin"
)
_LEAST: Final = 0.25
"""A form that scores less is not worth its check."""
_LETTERED = re.compile(r"\[[^\]]*[A-Z]|(?<!\\)[A-Z]")
_COMMON: Final = words(
    "id number no card tax national code de la y and in of personal the security"
)
_DATED: Final = re.compile(
    r"(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1\d|\d{1,2}\.\d{1,2}(?:\.\d{1,2})? \d{4}-", re.ASCII
)
"""A date, a version with a date: no national number begins so."""
_COUNTRIES: Final = words("AT BE DE DK EL ES FI FR HR IE IT LU NL PL PT SE SI SK")
"""Letters that begin a number for value added tax, and are words of labels too."""
_LEAST_DIGITS: Final = 7
"""Fewer digits are no identity number behind a doubtful label, or near a label's words."""
_FEWEST_DIGITS: Final = 6
"""What is known by words near it has this many digits at least, letters aside: a year has not."""
_STRETCH: Final = 400
"""How far ahead of a number words are looked for at once, in code points."""
_LONG = re.compile(rf"(?:[A-Za-z0-9][ ./()_\u00a0\u2010-\u2013-]{{0,3}}+){{{_LEAST_DIGITS}}}")
_GROUP = re.compile(r"[A-Za-z0-9]+")
_JOINED = re.compile(r"[ ./()_\u00a0\u2010-\u2013-]{1,3}")
_LETTERS_BEFORE = re.compile(
    r"(?<![A-Za-z0-9])(?P<letters>[A-Za-z]{1,5})(?P<mark>[/-]|(?<=[A-Z]) )\Z"
)
_OTHER: Final = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|\d{4})|\d{1,3}(?:\.\d{1,3}){2,3}|\d{1,3}(?:\.\d{3})+|\d+\.\d+|"
    r"(?:19|20)\d{2}[-/](?:19|20)?\d{2}"
)
"""Dates, years, amounts and addresses of machines, which stand behind labels too."""
LONGEST_VALUE: Final = 44
"""Most code points of a number with its separators."""
NUMBER: Final = (
    r"(?<![A-Za-z0-9$€£])(?<!\d[ ./,-])[A-Za-z]{0,6}\d"
    r"(?:(?:[./-]?[A-Za-z]{0,3}[./-]?|[ (\u00a0\u2010-\u2013-]{1,2})\d){2}"
)
"""How a number begins: letters perhaps, and three digits close together."""
# From its begin, so that a long number is reported once and not at each of its digits.
NUMBER_ANCHOR: Final = r"(?:\b|_)[A-Za-z]{0,6}\d(?:[A-Za-z ./(\-\x80-\xff]{0,6}\d){2}"
NUMBER_REACH: Final = 6 + 1 + 2 * 6


@lru_cache(maxsize=1024)
def _shape(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.ASCII)


def compacted(text: str) -> str:
    """Letters in upper case and digits alone."""
    return "".join(_GROUP.findall(text)).upper()


class _Words(NamedTuple):
    """A kind's labels as words to look for around a number."""

    single: frozenset[str]
    several: tuple[frozenset[str], ...]
    joined: tuple[str, ...]
    """In scripts without spaces."""

    def sets(self) -> Iterator[tuple[str, frozenset[str]]]:
        """For each label its rarest word and all of its words."""
        yield from ((word, frozenset((word,))) for word in self.single)
        yield from ((min(several, key=_commonness), several) for several in self.several)

    def are_near(self, near: _Near) -> bool:
        """Whether one of the labels stands around a number."""
        return (
            not self.single.isdisjoint(near.words)
            or any(several <= near.words for several in self.several)
            or any(joined in near.text for joined in self.joined)
        )


def _commonness(word: str) -> tuple[bool, int, str]:
    """The sort key of words, rarer ones first."""
    return word in _COMMON, -len(word), word


def _words(kind: Kind) -> _Words:
    labels = [label for label in kind.names() if fold(label) not in kind.weak()]
    sets = [
        frozenset(way.split())
        for label in labels
        if label[0] < WIDE
        for way in sorted({label, _plain(label)})
    ]
    single = frozenset(word for each in sets if len(each) == 1 for word in each)
    several = tuple(each for each in sets if len(each) > 1)
    return _Words(single, several, tuple(label for label in labels if label[0] >= WIDE))


def _plain(label: str) -> str:
    """The label without accents."""
    return " ".join(fold(word) for word in label.split())


class _Near:
    """What stands around a number."""

    def __init__(self, match: re.Match[str]) -> None:
        text, (start, end) = match.string, match.span()
        self.words = surrounding_words(text, start, end)
        self.text = text[max(0, start - BEFORE) : start] + " " + text[end : end + AFTER]
        self.lowers = not _LOWERING.isdisjoint(self.words)


class _Ahead:
    """Tells, stretch by stretch of a text, whether any label's words stand near its numbers."""

    def __init__(self, text: str, named: Callable[[frozenset[str]], Iterator[Written]]) -> None:
        self._text = text
        self._named = named
        self._until = 0
        self.rows: Sequence[Written] | None = None
        """The kinds of which all words of a label stand in this stretch; None: any may."""

    def may_name(self, start: int) -> bool:
        """Whether one of the words may stand near a number at `start`, not before earlier ones."""
        if start >= self._until:
            self._until = start + _STRETCH
            high = self._until + LONGEST_VALUE + AFTER
            near = self._text[max(0, start - BEFORE) : high]
            spaceless = not near.isascii() and SPACELESS.search(near) is not None
            self.rows = None if spaceless else list(self._named(words_in(near)))
        return self.rows is None or bool(self.rows)


class Written(NamedTuple):
    """A kind in one of its forms, ready to be compared."""

    form: re.Pattern[str]
    alone: float
    kind: Kind
    words: _Words


class Kinds:
    """A table of kinds, indexed for the three ways in which numbers are known."""

    def __init__(self, rows: Iterable[Kind]) -> None:
        self.rows = tuple(rows)
        self.entity_types = frozenset(kind.entity_type for kind in self.rows)

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Every label, once, in the rows' order."""
        return tuple(dict.fromkeys(name for kind in self.rows for name in kind.names()))

    @cached_property
    def _by_label(self) -> dict[str, list[tuple[Kind, bool]]]:
        """The kinds that a folded label names, and whether it is weak for them."""
        table: dict[str, list[tuple[Kind, bool]]] = {}
        for kind in self.rows:
            weak = kind.weak()
            for label in dict.fromkeys(map(fold, kind.names())):
                table.setdefault(label, []).append((kind, label in weak))
        return table

    @cached_property
    def _forms(self) -> list[Written]:
        flags = re.ASCII | re.IGNORECASE
        return [
            Written(re.compile(form.regex, flags), form.score, kind, _words(kind))
            for kind in self.rows
            for form in kind.forms
        ]

    @cached_property
    def _numeric(self) -> list[Written]:
        """Kinds of digits alone that have a rule to keep."""
        return [
            Written(_shape(kind.shape), 0.0, kind, _words(kind))
            for kind in self.rows
            if kind.valid and r"\d" in kind.shape
        ]

    @cached_property
    def _needed(self) -> dict[str, list[tuple[frozenset[str], Written]]]:
        """By the rarest word of each label: all of its words, and the numeric kind it names."""
        table: dict[str, list[tuple[frozenset[str], Written]]] = {}
        for row in self._numeric:
            for word, every in row.words.sets():
                table.setdefault(word, []).append((every, row))
        return table

    @cached_property
    def _ends(self) -> frozenset[str]:
        return last_words(name for kind in self.rows for name in kind.names())

    @cached_property
    def _digits(self) -> frozenset[str]:
        """What labels end in that end in digits: the last two characters."""
        return frozenset(end[-2:] for end in self._ends if end[-1:].isdigit())

    def forms(self, *, lettered: bool) -> tuple[str, ...]:
        """The written forms with or without letters, each once, those that go on further first."""
        every = dict.fromkeys(form.regex for kind in self.rows for form in kind.forms)
        longest_first = sorted(every, key=width, reverse=True)
        return tuple(form for form in longest_first if bool(_LETTERED.search(form)) == lettered)

    def reading(self, text: str) -> Check:
        """Reads the numbers of one text that begin with matches of `NUMBER`, left to right.

        A number is known by its label or by words near it. At most `LONGEST_VALUE` code points
        are read from a match's start.
        """
        ahead = _Ahead(text, self._named_by)

        def read(match: re.Match[str]) -> Checked | None:
            start = match.start()
            found = self._lettered(text, start) or self._labelled(text, start)
            if found or not _may_stand_alone(text, start) or not ahead.may_name(start):
                return found
            return self._near(match, ahead.rows)

        return read

    def _lettered(self, text: str, start: int) -> Checked | None:
        """The number together with letters in front of it: `P-1234`, `AB 12 34 56 C`."""
        mark, last = text[start - 1 : start], text[start - 2 : start - 1]
        if not (mark == " " and "A" <= last <= "Z") and not (mark in ("/", "-") and last.isalpha()):
            return None
        letters = _LETTERS_BEFORE.search(text, max(0, start - 7), start)
        if letters is None:
            return None
        label = letters["mark"] in ("", " ") and fold(letters["letters"]) in self._ends
        if label and letters["letters"] not in _COUNTRIES:
            return None
        return self._labelled(text, letters.start("letters"))

    def _labelled(self, text: str, start: int) -> Checked | None:
        """The first kind of which a valid number stands here, else the first whose shape fits.

        A kind in whose own written form it stands goes before those.
        """
        before = text[max(0, start - 3) : start]
        if before[-2:-1].isdigit() and not before[-1].isalnum() and before[:2] not in self._digits:
            return None  # The word before it is a number too, as in a date or a time.
        label = label_before(text, start, self._by_label, self._ends)
        if label is None:
            return None
        found = list(self._fitting(text, start, label))
        valid = [hit for hit in found if hit.score == VALID]
        return max(valid or found, key=self._is_in_its_form(text), default=None)

    def _is_in_its_form(self, text: str) -> Callable[[Checked], bool]:
        """Tells of a hit whether it is written in a form of its own kind."""

        def is_formed(hit: Checked) -> bool:
            forms = self._forms_by_type.get(hit.entity_type, ())
            return any(form.fullmatch(text, hit.start, hit.end) for form in forms)

        return is_formed

    @cached_property
    def _forms_by_type(self) -> dict[str, list[re.Pattern[str]]]:
        table: dict[str, list[re.Pattern[str]]] = {}
        for row in self._forms:
            table.setdefault(row.kind.entity_type, []).append(row.form)
        return table

    def _fitting(self, text: str, start: int, label: Label) -> Iterator[Checked]:
        groups = _groups(text, start)
        for kind, weak in self._by_label[label.key]:
            hit = _read(kind, groups, text)
            if hit and (not weak or hit.score == VALID or _is_clear(label, kind, hit, text)):
                yield hit

    def _near(self, match: re.Match[str], rows: Sequence[Written] | None) -> Checked | None:
        """A number that keeps a kind's rule, near the words of that kind's label.

        No other kinds than those of `rows` can be near, if that is known.
        """
        text, groups = match.string, _groups(match.string, match.start())
        if sum(end - start for start, end in groups) < _LEAST_DIGITS:
            return None
        if rows is not None and not any(_keeps_rule(row.kind, groups, text) for row in rows):
            return None
        for row in self._named(_Near(match)):
            hit = _keeps_rule(row.kind, groups, text)
            if hit:
                return hit._replace(score=NEAR, reason=f"{row.kind.rule}, context word")
        return None

    def _named(self, near: _Near) -> Iterator[Written]:
        """The numeric kinds of which a label is near."""
        yield from self._named_by(near.words)
        if not near.text.isascii() and SPACELESS.search(near.text):
            yield from (row for row in self._numeric if row.words.are_near(near))

    def _named_by(self, near: frozenset[str]) -> Iterator[Written]:
        """Those of which all words of a label are among these."""
        for word in sorted(near & self._needed.keys()):
            yield from (row for every, row in self._needed[word] if every <= near)

    @cached_property
    def _by_signature(self) -> dict[str, list[Written]]:
        """Filled as numbers come: the forms in which a number of this signature may be."""
        return {}

    def forms_like(self, number: str) -> list[Written]:
        """The forms that a number may be written in: at least all that it is written in."""
        key = signature(number)
        if key not in self._by_signature:
            rows = [row for row in self._forms if loosened(row.form.pattern).fullmatch(key)]
            self._by_signature[key] = rows
        return self._by_signature[key]

    def by_form(self, match: re.Match[str]) -> Checked | None:
        """A number in a written form: the kind of which it is surest."""
        near, number = _Near(match), match[0]
        rows = (row for row in self.forms_like(number) if row.form.fullmatch(number))
        hits = [_scored(row, match, near) for row in rows]
        return max((hit for hit in hits if hit), key=attrgetter("score"), default=None)


def _scored(row: Written, match: re.Match[str], near: _Near) -> Checked | None:
    """A form's score: its own, raised by a label near, lowered by words of other numbers."""
    kind, score, reason = row.kind, row.alone, row.kind.rule if row.kind.valid else "form"
    if " " in match[0] and _SMALL_WORD.match(match[0]):
        return None  # `es 12345678z`, `bug 210619 for`: a word, and a number
    if row.words.are_near(near):
        score = max(score, NEAR if kind.valid else NEAR_SHAPED)
        reason += ", context word"
    else:
        score -= _DROP if near.lowers else 0.0
        score -= _CARELESS if any(map(str.islower, match[0])) else 0.0
    if score < _LEAST or not is_valid(kind, compacted(match[0])):
        return None
    return _found(kind, match, score, reason)


_SMALL_WORD = re.compile(r"[a-z]+ ")


def _found(kind: Kind, match: re.Match[str], score: float, reason: str) -> Checked:
    return Checked(*match.span(), score, kind.entity_type, kind.detector, reason)


Group = tuple[int, int]
"""Start and end of a run of letters and digits."""


def _groups(text: str, start: int) -> list[Group]:
    """The runs of letters and digits that may be one number: no further than a line's end."""
    found: list[Group] = []
    for match in _GROUP.finditer(text, start, start + LONGEST_VALUE):
        if found and not _JOINED.fullmatch(text, found[-1][1], match.start()):
            break
        found.append(match.span())
    if found and found[-1][1] == start + LONGEST_VALUE:
        found.pop()
    return found


def _read(kind: Kind, groups: list[Group], text: str) -> Checked | None:
    """The longest beginning of the groups that is valid, else one of the right shape.

    That is the longest of a kind with a rule, whose key may be its end, else the shortest.
    """
    shape, valid, shaped = _shape(kind.shape), None, None
    for number in range(1, len(groups) + 1):
        part = groups[:number]
        compact = "".join(text[a:b] for a, b in part).upper()
        if not shape.fullmatch(compact) or _runs_on(text, groups, number, kind):
            continue
        if kind.family == "national" and _DATED.match(text, part[0][0]):
            continue
        if kind.valid is not None and is_valid(kind, compact):
            valid = part
        elif (shaped is None or kind.valid) and _may_be_shaped(kind, text, part):
            shaped = part
    if valid:
        return _hit(kind, text, valid, VALID, f"label, {kind.rule}")
    return _hit(kind, text, shaped, MISTYPED if kind.valid else SHAPED, "label") if shaped else None


def _may_stand_alone(text: str, start: int) -> bool:
    """Whether what begins here has the digits of an identity number; a word may join in."""
    if not text[start].isdigit() or not _LONG.match(text, start):
        return False
    written = text[start : start + LONGEST_VALUE]
    return sum(map(written.count, "0123456789")) >= _FEWEST_DIGITS


def _keeps_rule(kind: Kind, groups: list[Group], text: str) -> Checked | None:
    """The number as one that keeps the kind's rule, if it is nothing else as well."""
    hit = _read(kind, groups, text)
    return hit if hit and hit.score == VALID and not _OTHER.fullmatch(text, *hit[:2]) else None


def _is_clear(label: Label, kind: Kind, hit: Checked, text: str) -> bool:
    """Whether a number behind a word that has other meanings is one all the same.

    `order no. 123`, `order: 12345`, `invoice INV-2024-12`; not `order 66`, `case: 404`.
    """
    if label.numbered or (kind.valid and label.marked):
        return True
    if kind.valid or not label.direct:
        return False
    number = text[hit.start : hit.end]
    digits = sum(map(str.isdigit, number))
    if kind.family == "national" and digits < _LEAST_DIGITS:
        return False
    lettered = number.isupper() and digits >= 3 and (label.marked or "-" in number)
    return lettered or digits >= (5 if label.marked else 7)


def _hit(kind: Kind, text: str, part: list[Group], score: float, reason: str) -> Checked:
    start, end = part[0][0], part[-1][1]
    if "(" in text[start:end] and text[end : end + 1] == ")":
        end += 1
    return Checked(start, end, score, kind.entity_type, kind.detector, reason)


def _runs_on(text: str, groups: list[Group], number: int, kind: Kind) -> bool:
    """Whether the next group belongs to the same number: `12-34` in `12-34-5`."""
    if number == len(groups):
        return False
    end, following = groups[number - 1][1], groups[number][0]
    joined = text[end:following] in ("-", ".", "/", "_")
    return joined and (kind.valid is None or text[following].isdigit())


def _may_be_shaped(kind: Kind, text: str, part: list[Group]) -> bool:
    """Whether a number that only has the right shape can be meant."""
    if kind.valid is not None:
        return not _has_stray_word(text, part)
    written = text[part[0][0] : part[-1][1]]
    other = _OTHER.fullmatch(written) or (kind.family == "national" and "/" in written)
    return not other and not _has_stray_word(text, part)


def _has_stray_word(text: str, part: list[Group]) -> bool:
    """Whether a group behind a space holds no digit: it is a word of the sentence."""
    return any(
        text[start - 1] == " " and not any(map(str.isdigit, text[start:end]))
        for start, end in part[1:]
    )
