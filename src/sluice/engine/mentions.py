"""The forms in which something that was found may be mentioned again.

A person: the whole name, the surname or the given name alone, initials and surname, the forms in
which login names are made of names. An organisation: without its legal form, as an acronym. A
code or number: exactly so, or without its separators. Words that are ordinary ones too are forms
only in capitals and inside of a sentence, or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from sluice.engine.ordinary import NEVER_ALONE, ORDINARY
from sluice.engine.patterns import words as listed
from sluice.engine.scan_linear import folded

LONGEST: Final = 100
"""The longest original, in code points, of which further mentions are sought."""

UNLINKED: Final = frozenset(
    {
        *("NRP", "DATE_TIME", "DATE_OF_BIRTH", "AGE", "MONEY"),
        *("EMAIL_ADDRESS", "URL", "IP_ADDRESS", "MAC_ADDRESS", "JWT", "PRIVATE_KEY"),
    }
)
"""Entity types of which no further mentions are sought: the text says nothing about a second
place where it stands, or it is found at every place by its form alone."""

_NAME_WORD: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|['\u2019-](?=[^\W\d_]))*")
_SUFFIXES: Final = listed("jr sr ii iii iv")
_PARTICLES: Final = listed(
    "van von vom zu zur der den de del della di da das dos do du la le las los el al bin ibn abu"
    " ben ter ten y e i af av"
)
_LEGAL_FORM: Final = re.compile(
    r"(?:,? (?:inc|ltd|llc|llp|plc|corp|co|company|limited|incorporated|corporation|group|holdings?"
    r"|gmbh|ag|kg|kgaa|ohg|ug|se|sa|sas|sarl|sl|slu|spa|srl|bv|nv|ltda|lda|oy|ab|pty"
    r"|s\.a|s\.l|s\.p\.a|s\.r\.l|b\.v|n\.v|s\.a\.s|e\. ?v|& co|and co)\.?)+$"
)
_SMALL: Final = listed(
    "of the and for in on at to de la le les des du et del las los y e i da do dos das und der die"
    " das fuer für van het een en di dei delle per"
)
_SEPARATORS: Final = re.compile(r"[ \u00a0./-]+")
_BEFORE_LOGIN: Final = frozenset("@/\\=:\"'`(<~")
_SENTENCE_END: Final = frozenset('.!?:;\u2022*#>"\u201c(-\u2013')


class Form(NamedTuple):
    """One form: `text` is folded (lower case, single spaces)."""

    text: str
    kind: str
    score: float
    """The most that a mention in this form may score."""
    cased: str = "any"
    """Which cases count: `any`, `as is` (with `original`), `capital`, `inside` (a capital, and not
    where every word has one: at the start of a sentence), or `login` (behind a login's sign)."""
    original: str = ""


def forms(entity_type: str, original: str) -> Iterator[Form]:
    """The forms of an original of this entity type, most telling first."""
    if entity_type in UNLINKED or not 2 <= len(original) <= LONGEST:
        return
    text = " ".join(original.split())
    if entity_type == "PERSON":
        yield from _of_person(text)
    elif entity_type == "ORGANIZATION":
        yield from _of_firm(text)
    elif entity_type in ("LOCATION", "STREET_ADDRESS"):
        yield from _of_place(text)
    else:
        yield from _of_code(text)


def _plain(text: str) -> str:
    return folded(text).replace("\u2019", "'")


def _alone(word: str, kind: str, score: float, *, lower: bool) -> Iterator[Form]:
    """A word by itself: in which cases it may be meant, if at all."""
    plain = _plain(word)
    if len(plain) < 3 or plain in NEVER_ALONE:
        return
    if plain in ORDINARY:
        yield Form(plain, kind, min(score, 0.6), "inside")
    elif lower and len(plain) >= 4:
        yield Form(plain, kind, score)
    else:
        yield Form(plain, kind, score, "capital")


def _of_person(text: str) -> Iterator[Form]:
    words = [m[0] for m in _NAME_WORD.finditer(text)]
    while words and _plain(words[-1]) in _SUFFIXES:
        words.pop()
    if not words:
        return
    if len(words) == 1:
        # One word in small letters is too often another one; who wrote it small may again.
        yield from _alone(words[0], "same", 0.9, lower=words[0].islower())
        return
    yield Form(_plain(text), "same", 0.95)
    given, surname = words[0], words[-1]
    if len(surname) == 1 or len(text) > 60:
        return
    yield from _of_surname(words)
    yield from _alone(surname, "surname", 0.85, lower=True)
    yield from _initials(words)
    if len(given) > 1:
        yield from _alone(given, "given_name", 0.75, lower=True)
        yield from _logins(_plain(given), _plain(surname))


def _of_surname(words: list[str]) -> Iterator[Form]:
    """The surname with its particles, and middle names left out."""
    first = len(words) - 1
    while first > 1 and _plain(words[first - 1]) in _PARTICLES:
        first -= 1
    surname = " ".join(words[first:])
    if first < len(words) - 1:
        yield Form(_plain(surname), "surname", 0.85)
    if first > 1:
        yield Form(_plain(f"{words[0]} {surname}"), "shorter", 0.9)
    yield Form(_plain(f"{surname}, {words[0]}"), "turned", 0.9)
    yield Form(_plain(f"{surname} {words[0]}"), "turned", 0.8)


def _initials(words: list[str]) -> Iterator[Form]:
    """`J. Roe`, `J Roe`, and with middle names `J. M. Roe`, `J.M. Roe`, `JM Roe`."""
    surname, letters = _plain(words[-1]), tuple(_plain(word)[0] for word in words[:-1])
    for some in dict.fromkeys((letters[:1], letters)):
        for written in (f"{'. '.join(some)}.", "".join(some), f"{'.'.join(some)}."):
            yield Form(f"{written} {surname}", "initials", 0.85, "capital")


def _logins(given: str, surname: str) -> Iterator[Form]:
    """How login names are made of names; without a separator only behind a sign."""
    for by in "._-":
        yield Form(f"{given}{by}{surname}", "login", 0.8)
        yield Form(f"{given[0]}{by}{surname}", "login", 0.7)
    yield Form(f"{given}{surname}", "login", 0.8)
    yield Form(f"{given[0]}{surname}", "login", 0.7, "login")
    yield Form(f"{surname}{given[0]}", "login", 0.6, "login")


def _of_firm(text: str) -> Iterator[Form]:
    plain = _plain(text)
    yield from _same_name(text)
    stem = _LEGAL_FORM.sub("", plain)
    if stem != plain and len(stem) >= 3:
        if " " in stem:
            yield Form(stem, "stem", 0.85)
        else:
            yield from _alone(text[: len(stem)], "stem", 0.8, lower=False)
    capitals = [word[0] for word in text.split() if _plain(word) not in _SMALL]
    if 3 <= len(capitals) <= 6 and all(map(str.isupper, capitals)):
        acronym = "".join(capitals)
        yield Form(_plain(acronym), "acronym", 0.75, "as is", acronym)


def _of_place(text: str) -> Iterator[Form]:
    yield from _same_name(text)
    street, comma, _ = text.partition(",")
    if comma and any(map(str.isdigit, street)) and any(map(str.isalpha, street)):
        yield Form(_plain(street), "street", 0.8)


def _same_name(text: str) -> Iterator[Form]:
    """The whole name again: several words in any case, a single one as a name only."""
    plain = _plain(text)
    if " " in text or any(map(str.isdigit, text)):
        yield Form(plain, "same", 0.95)
    elif len(text) <= 3 or not text[0].isupper():
        yield Form(plain, "same", 0.9, "as is", text)
    else:
        yield from _alone(text, "same", 0.9, lower=False)


def _of_code(text: str) -> Iterator[Form]:
    """A number, an address, a secret: itself, and its digits without separators."""
    digits = sum(map(str.isdigit, text))
    if len(text) < 5 or (not digits and (len(text) < 6 or _plain(text) in ORDINARY)):
        return
    if digits or not text.isalpha():
        yield Form(_plain(text), "same", 0.9, "any" if digits else "as is", text)
    elif not (text.islower() or text.istitle()):
        yield Form(_plain(text), "same", 0.8, "as is", text)
    bare = _SEPARATORS.sub("", text)
    if digits >= 7 and bare != text and bare.isalnum():
        yield Form(_plain(bare), "bare", 0.75)


def is_mention(form: Form, text: str, at: int) -> bool:
    """Whether the form, which stands at this place in some case, is written as a mention."""
    written = text[at : at + len(form.text)]
    if form.cased == "as is":
        return written == form.original
    if form.cased == "capital":
        return not written[0].islower()
    if form.cased == "inside":
        return _is_inside(text, at, written)
    if form.cased == "login":
        return at > 0 and text[at - 1] in _BEFORE_LOGIN
    return True


def _is_inside(text: str, at: int, written: str) -> bool:
    """Whether a capital there means a name: the words around it have none."""
    before = text[max(0, at - 3) : at].rstrip(" ")
    if not written[0].isupper() or written.isupper() or not before or before[-1] == "\n":
        return False
    return before[-1] not in _SENTENCE_END
