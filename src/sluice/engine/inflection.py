"""The forms in which a person writes a term: plurals, possessives, cases, genders.

Nobody says what language a term is in, so the forms of all languages are taken together. They
are made by the regular rules of each language from the ending of a word, from no list of words:
a form that does not exist is written by nobody and does no harm beyond that. What is not made:

- irregular forms (`mouse` → `mice`), changes inside of a word other than the German umlaut
  (Spanish `joven` → `jóvenes`), diminutives, and the singular of a term that is a plural;
- endings of German adjectives before the noun (`Blauer Reiher` → `Blauen Reihers`);
- forms of words in other alphabets than the Latin one.

In a phrase the last word changes, or the word before an `of`, `de`, `di`, `von` and the like
(`Plan de Ventas` → `Planes de Ventas`), or all words together as the Romance languages have it
(`Garza Azul` → `Garzas Azules`). Rules: the standard grammars of each language; for German,
§§ 63-67 of the official rules (2006) and Duden's tables of declension.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import pairwise
from typing import Final

MOST_FORMS: Final = 400
"""More are never made of one term; in practice there are 20 to 60."""
LONGEST_PHRASE: Final = 12
"""Words in a phrase that is inflected; a longer text only gets the possessive."""

APOSTROPHES: Final = "'\u2019"
_WORD: Final = re.compile(r"[^\W\d_]+")
_LINKS: Final = frozenset(
    ["of", "for", "from", "de", "du", "des", "del", "della", "dello", "dei", "degli", "di", "da",
     "do", "dos", "das", "von", "vom", "van", "der", "den"]
)  # fmt: skip
_UMLAUTS: Final = {"a": "ä", "o": "ö", "u": "ü", "A": "Ä", "O": "Ö", "U": "Ü"}
_STEM_VOWEL: Final = re.compile(
    r"[aou](?=[^aeiouyäöü]*(?:e[lrn])?$)|a(?=u[^aeiouyäöü]*$)", re.IGNORECASE
)
_CONSONANT: Final = "bcdfghjklmnpqrstvwxzß"

_RULES: Final = (
    # English
    (r"(?<!s)$", "s"),
    (r"(?<=s|x|z|h|o)$", "es"),
    (r"(?<=[^aeiou])y$", "ies"),
    (r"fe?$", "ves"),
    (r"(?<=m)an$", "en"),
    (r"(?<=s)is$", "es"),
    # German; the forms with an umlaut are made of the same endings
    (rf"(?<=[{_CONSONANT}])$", "e en es"),
    (r"(?<=e)$", "n"),
    (r"(?<=e[lr])$", "n"),
    (r"(?<=nis)$", "se sen ses"),
    (r"(?<=in)$", "nen"),
    (r"(?:um|us|on|a|o)$", "en"),
    # French
    (r"(?<=u)$", "x"),
    (r"ai?l$", "aux"),
    (r"(?<=[delnrstéiu])$", "e es"),
    (r"er$", "ère ères"),
    (r"eu[rx]$", "euse euses"),
    (r"teur$", "trice trices"),
    (r"f$", "ve ves"),
    (r"(?<=[eo])([lnt])$", r"\1\1e \1\1es"),
    # Spanish, Portuguese, Italian
    (r"z$", "ces"),
    (r"[oe]$", "a as os"),
    (r"a$", "o os"),
    (r"(?<=or)$", "a as es"),
    (r"ón$", "ones ona onas"),
    (r"[áã]n$", "anes ana anas"),
    (r"[éê]s$", "eses esa esas"),
    (r"ín$", "ines ina inas"),
    (r"ão$", "ões ães ãos ã ãs"),
    (r"m$", "ns"),
    (r"(?<=[aeou])l$", "is"),
    (r"el$", "éis"),
    (r"ol$", "óis"),
    (r"il$", "is eis"),
    (r"[oe]$", "i"),
    (r"a$", "e i"),
    (r"(?<=[cg])o$", "hi"),
    (r"(?<=[cg])a$", "he"),
    (r"io$", "i"),
    (r"(?<=[cg])ia$", "e"),
    (r"tore$", "trice trici"),
    # Dutch
    (rf"(?<=[{_CONSONANT}][aeiou])([{_CONSONANT}])$", r"\1en"),
    (r"(?<=[aeiou])([bdfgklmnprst])$", r"\1\1en \1\1e"),
    (r"([aeou])\1([bdfgklmnprst])$", r"\1\2en \1\2e"),
    (r"(?<=[^f])f$", "ven"),
    (r"([aeou])\1f$", r"\1ven"),
    (r"(?<=[^s])s$", "zen"),
    (r"([aeou])\1s$", r"\1zen"),
    (r"(?<=ie)$", "ën"),
    (r"(?<=h)eid$", "eden"),
)  # fmt: skip
"""The end of a word in lower case, and what stands there instead; by language, all are tried."""
_COMPILED: Final = tuple(
    (re.compile(end, re.IGNORECASE), instead.split()) for end, instead in _RULES
)
_NEUTER: Final = re.compile(
    r"(?:ch|[sß]|[lnr]d|[aei]d|ei|r[tmfn]|t[tum]|nn|mm|a?[ah]l|eib|lk|hn|st|tum)$", re.IGNORECASE
)
"""Ends of the German nouns with a plural in -er: `Buch`, `Land`, `Wort`, `Haus`, `Irrtum`."""
_UMLAUTED: Final = (
    (re.compile(r"(?<=e[lrn])$", re.IGNORECASE), ("", "n")),
    (re.compile(rf"(?<=[{_CONSONANT}])$", re.IGNORECASE), ("e", "en")),
)
_AGREEING: Final = (
    ((r"(?<!s)$", "s"),),
    ((r"z$", "ces"), (r"ón$", "ones"), (r"(?<=[aeiouáéó])$", "s"), (r"(?<=[dlnrxj])$", "es")),
    ((r"ão$", "ões"), (r"m$", "ns"), (r"l$", "is"), (r"(?<=[aeiouã])$", "s"), (r"r$", "res")),
    ((r"[oe]$", "i"), (r"(?<=[cg])a$", "he"), (r"a$", "e")),
)  # fmt: skip
"""French, Spanish, Portuguese, Italian: the first rule that fits makes a word's plural."""
_AGREE: Final = tuple(
    tuple((re.compile(end, re.IGNORECASE), instead) for end, instead in rules)
    for rules in _AGREEING
)


def forms(term: str) -> frozenset[str]:
    """The term and its inflected forms in NFC, at most `MOST_FORMS`; the same at each call.

    Only endings are made that fit the case of the word: after capitals both `APIS` and `APIs`.
    """
    term = unicodedata.normalize("NFC", term)
    made = {term: None}
    for form in _all(term):
        if len(made) >= MOST_FORMS:
            break
        made[form] = None
    return frozenset(made)


def _all(term: str) -> Iterator[str]:
    """Every form, the likelier ones first; some of them more than once."""
    if not term or term[-1].isspace():
        return
    yield from _possessives(term)
    words = [found.span() for found in _WORD.finditer(term)]
    if not words or len(words) > LONGEST_PHRASE:
        return
    if words[-1][1] == len(term):
        for form in _changed(term, *words[-1]):
            yield form
            yield from _possessives(form)
    head = _head(term, words)
    if head is not None:
        yield from _changed(term, *head)
    if len(words) > 1:
        yield from _agreeing(term)


def _possessives(form: str) -> Iterator[str]:
    for apostrophe in APOSTROPHES:
        yield f"{form}{apostrophe}s"
        if form[-1] in "sxzßSXZ":
            yield form + apostrophe
    if form[-1].isdigit():
        yield f"{form}s"


def _head(term: str, words: list[tuple[int, int]]) -> tuple[int, int] | None:
    """The word before the first `of`, `de` and the like, if there is one."""
    for before, (start, end) in pairwise(words):
        if term[start:end].lower() in _LINKS:
            return before
    return None


def _changed(term: str, start: int, end: int) -> Iterator[str]:
    """The term with another form of its word at [start, end)."""
    word = term[start:end]
    if not _is_latin(word[-1]):
        return
    for form in _word_forms(word):
        yield term[:start] + form + term[end:]


def _word_forms(word: str) -> Iterator[str]:
    for pattern, endings in _COMPILED:
        found = pattern.search(word)
        if found is not None:
            yield from _ended(word, found, endings)
    if _NEUTER.search(word):
        yield from _cased(word, word, ("er", "ern"))
    yield from _umlauted(word)


def _umlauted(word: str) -> Iterator[str]:
    """German plurals with an umlaut in the last vowel of the stem, also written with an e."""
    vowel = _STEM_VOWEL.search(word)
    if vowel is None:
        return
    at = vowel.start()
    for written in (_UMLAUTS[word[at]], word[at] + ("E" if word.isupper() else "e")):
        stem = word[:at] + written + word[at + 1 :]
        endings = [ending for end, some in _UMLAUTED if end.search(word) for ending in some]
        endings += ["er", "ern"] if _NEUTER.search(word) else []
        yield from _cased(word, stem, endings)


def _ended(word: str, found: re.Match[str], endings: list[str]) -> Iterator[str]:
    yield from _cased(word, word[: found.start()], [found.expand(ending) for ending in endings])


def _cased(word: str, stem: str, endings: Iterable[str]) -> Iterator[str]:
    for ending in endings:
        if len(word) > 1 and word.isupper():
            yield stem + ending.upper()
            # `APIs`; where the ending replaces letters only capitals are written.
            if stem == word:
                yield stem + ending.lower()
        else:
            yield stem + ending


def _agreeing(term: str) -> Iterator[str]:
    """The whole phrase in the plural, once for each language whose words agree."""
    for rules in _AGREE:
        yield _WORD.sub(partial(_plural, rules), term)


def _plural(rules: tuple[tuple[re.Pattern[str], str], ...], found_word: re.Match[str]) -> str:
    word = found_word[0]
    if word.lower() in _LINKS or not _is_latin(word[-1]):
        return word
    for pattern, ending in rules:
        found = pattern.search(word)
        if found is not None:
            return next(_cased(word, word[: found.start()], [ending]))
    return word


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN")
