"""Labels: the words in front of a number that say what it is, in every language at once.

A label is written once, in lower case, its words apart by one space: `driver s license`,
`número de identidad`. It is recognised in every usual writing: `Driver's License`,
`DRIVERS_LICENSE`, `driversLicense`, `Numero de identidad`. Between it and the number may stand a
few words that only lead to the number (`number`, `no.`, `is`) and marks (quotes, colons,
brackets).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterator
from typing import Final, NamedTuple

from sluice.engine.patterns import words

BEFORE: Final = 90
"""How far before a number its label begins at most, in code points."""
_LONGEST_GAP: Final = 14
"""Most marks between a label and its number, in code points."""
_MOST_WORDS: Final = 7
"""Most words of a label."""
_MOST_LEADING: Final = 4
"""Most words between a label and its number."""
_MOST_PARTS: Final = _MOST_WORDS + _MOST_LEADING + 1
"""Most words that are read before a number."""
_MOST_JOINED: Final = 14
"""Most code points of a label in a script that writes no spaces."""
WIDE: Final = "\u2e80"
"""From here on scripts write no spaces between words."""

_NUMBER: Final = words(
    "number numbers no nos nr nrs num nbr n nummer nummern numéro numéros número números numero "
    "numeri numer numerze núm num nro id ids code codes cod número nº n° nᵒ # número nummers "
    "šifra číslo číslo szám numărul номер № αριθμός numarası sayı identifier ref reference hash "
    "record account card º ª"
)
_LEADING: Final = _NUMBER | words(
    "is are was be being as ist lautet lauten est son es sono è é são är er on the a of for from "
    "de del della di do da du von van y e and und et my value val raw text string td th span div "
    "strong li dd dt with was given full patient valid current new old as follows listed here "
    "holder issued us uk eu o º ª"
)
_OTHERWISE: Final = dict.fromkeys(
    ("case", "cases"),
    words("use user in upper lower edge corner special best worst base test title camel snake"),
) | {
    "policy": words("omb privacy security cookie retention update network"),
    "account": words("git"),
}
"""What these labels mean something else behind."""
_NUMBER_SIGNS: Final = frozenset("#№°º")
_MARKS: Final = _NUMBER_SIGNS | frozenset(":=：")
_PARTING: Final = frozenset(",;!?&+@%^~")
"""What stands between a label and a number that has nothing to do with it."""
_TOKEN = re.compile(r"[^\W_]+")
_BACKWARDS = re.compile(rf"[\W_]{{0,{_LONGEST_GAP}}}+(?P<token>[^\W_]+)")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SUFFIXES: Final = ("nummer", "number", "nr", "num", "no", "code", "kode", "szám", "číslo")
_SUFFIX = re.compile(rf"(?:{'|'.join(_SUFFIXES)})\Z")
SPACELESS: Final = re.compile("[\u2e80-\U0003ffff]")


class Label(NamedTuple):
    """What stands before a number."""

    key: str
    """The label, folded."""
    numbered: bool
    """Whether a word or a sign behind it says that a number follows: `no.`, `#`, `id`."""
    marked: bool
    """Whether it is `numbered`, or a colon or an equals sign stands behind it."""
    direct: bool
    """Whether nothing stands between label and number but blanks and marks in one sentence."""


def fold(label: str) -> str:
    """A label without case, accents and whatever is neither letter nor digit.

    Without a memo: it would keep words of people's texts, and saves next to nothing.
    """
    if label.isascii() and label.isalnum():
        return label.lower()
    plain = unicodedata.normalize("NFD", label.casefold().replace("ı", "i"))
    return "".join(char for char in plain if char.isalnum())


def listed(labels: str) -> tuple[str, ...]:
    """The labels of one line: `ssn, social security`."""
    return tuple(label.strip() for label in labels.split(",") if label.strip())


def last_words(labels: Iterator[str]) -> frozenset[str]:
    """The folded words with which a stretch that ends in one of the labels can end."""
    ends = {fold(part) for label in labels for part in (label.split()[-1], label)}
    return frozenset(ends | {fold(word) for word in _LEADING})


def label_before(text: str, at: int, known: Container[str], ends: Container[str]) -> Label | None:
    """The longest known label that ends where the number at `at` is led to.

    `known` are folded labels, `ends` what `last_words` makes of them. Reads at most `BEFORE` code
    points.
    """
    near = text[max(0, at - BEFORE) : at]
    backwards = _BACKWARDS.match(near[::-1])
    if backwards is None:
        return None
    gap = near[len(near) - backwards.start("token") :]
    last = near[len(near) - backwards.end() : len(near) - len(gap)]
    if last.isascii() and not _may_end(last, ends):
        return None
    if SPACELESS.match(last[-1]):
        return _spaceless(last, known)
    tokens = _TOKEN.findall(near)
    if at > BEFORE and len(tokens) > 1 and near.startswith(tokens[0]):
        del tokens[0]
    found = _longest(_folded(tokens[-_MOST_PARTS:]), known)
    if found is None or not _PARTING.isdisjoint(gap):
        return None
    key, led, numbered = found
    numbered = numbered or not _NUMBER_SIGNS.isdisjoint(gap)
    marked = numbered or not _MARKS.isdisjoint(gap)
    return Label(key, numbered, marked, direct=not led and (":" in gap or "." not in gap))


def _may_end(word: str, ends: Container[str]) -> bool:
    """Whether a label, or what leads from it to the number, can end with this word."""
    if word.islower() or word.isdigit():
        return word in ends or word.endswith(_SUFFIXES)
    last = fold(_apart(word)[-1])
    return last in ends or last.endswith(_SUFFIXES) or fold(word) in ends


def _apart(word: str) -> list[str]:
    """The words of an identifier: `patientSsn`."""
    if word.islower() or word.isupper() or word.isdigit():
        return [word]
    return _CAMEL.split(word)


def _folded(tokens: list[str]) -> list[str]:
    """The folded words of these tokens; an identifier has several."""
    found: list[str] = []
    for token in tokens:
        if token.islower() and token.isascii():
            found.append(token)
        else:
            found += map(fold, _apart(token))
    return found


def _longest(folded: list[str], known: Container[str]) -> tuple[str, bool, bool] | None:
    """The longest label behind which only leading words stand.

    Besides it: whether any does, other than a word such as `number`; whether such a word does.
    """
    led = numbered = False
    for _ in range(_MOST_LEADING + 1):
        key = _known_end(folded, known)
        if key:
            count = len(key)
            other = folded[-count - 1 : -count]
            before = _OTHERWISE.get("".join(key), ())
            return None if other and other[0] in before else ("".join(key), led, numbered)
        if not folded:
            return None
        last = folded.pop()
        stem = _SUFFIX.sub("", last)
        if last in _FOLDED_NUMBER:
            numbered = True
        elif last in _FOLDED_LEADING:
            led = True
        elif stem in ("", last):
            return None
        else:
            folded.append(stem)
            numbered = True
    return None


def _known_end(folded: list[str], known: Container[str]) -> list[str]:
    """The most of the last words that are a known label together."""
    key, found = "", 0
    for count, word in enumerate(reversed(folded[-_MOST_WORDS:]), 1):
        key = word + key
        if key in known:
            found = count
    return folded[len(folded) - found :]


def _spaceless(run: str, known: Container[str]) -> Label | None:
    """A label at the end of a run of letters, up to three particles behind it."""
    for end in range(len(run), max(0, len(run) - 4), -1):
        for start in range(max(0, end - _MOST_JOINED), end):
            key = fold(run[start:end])
            if key in known:
                return Label(key, numbered=True, marked=True, direct=True)
    return None


_FOLDED_NUMBER: Final = frozenset(fold(word) for word in _NUMBER)
_FOLDED_LEADING: Final = frozenset(fold(word) for word in _LEADING)
