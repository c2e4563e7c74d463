"""In which forms a person's value may stand as an original of its own (pure).

Whoever asks for an erasure names `Jane Roe`; a text may have said `JANE ROE` or `J. Roe`, each with
a placeholder of its own. Forms that say who it is are erased wherever they stand. A surname alone
is other people's too: it is erased where nobody uses it without one of the others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from sluice.engine.mentions import forms
from sluice.engine.placeholders import parse
from sluice.server.features.proxy.conversations.quoting import places
from sluice.server.kit.json_strings import strings_in

_TYPES: Final = ("PERSON", "ORGANIZATION", "LOCATION", "CREDIT_CARD")
"""One for each way in which forms are made of an original: the last one stands for all codes."""
_SHARED: Final = frozenset({"surname", "given_name", "acronym", "stem", "street"})
"""Kinds of forms that may mean somebody or something else."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_BEGINS: Final = r"(?:(?<![^\W_])|(?<=\\[bfnrt])|(?<=\\u[0-9A-Fa-f]{4}))"
"""Where a stand-in can begin: before a word, in marks, or behind an escape of JSON in a text."""
_ENDS: Final = r"(?![^\W_])"


@dataclass(frozen=True, slots=True)
class Forms:
    """Texts that may be originals."""

    own: frozenset[str] = field(repr=False)
    """They say who it is."""
    shared: frozenset[str] = field(repr=False)
    """They may mean others."""


def forms_of(value: str) -> Forms:
    """The forms of one value, as texts spell them: in small letters, capitals, or both."""
    plain = value.strip()
    own = {value, plain, " ".join(plain.split()), *_cased(plain)}
    shared: set[str] = set()
    for entity_type in _TYPES:
        for form in forms(entity_type, plain):
            into = shared if form.kind in _SHARED else own
            into.update(_cased(form.text))
            into.update(_as_in(plain, form.text))
    return Forms(frozenset(own - {""}), frozenset(shared - own))


def _cased(text: str) -> Iterator[str]:
    yield from (text, text.lower(), text.upper())
    yield _WORD.sub(lambda word: word[0].capitalize(), text)


def _as_in(value: str, form: str) -> Iterator[str]:
    """The form as it is spelled in the value, where it stands there."""
    at = value.lower().find(form)
    if at >= 0:
        yield value[at : at + len(form)]


class Standing:
    """Finds placeholders and stand-ins in what is recorded."""

    def __init__(self, names: Collection[str]) -> None:
        self._numbered = frozenset(name for name in names if parse(name) is not None)
        self._types = {kind[0] for name in names if (kind := parse(name)) is not None}
        others = sorted(re.escape(name) for name in names if parse(name) is None)
        whole = rf"{_BEGINS}(?:{'|'.join(others)}){_ENDS}"
        self._others = re.compile(whole) if others else None

    def is_in(self, value: object) -> bool:
        """Whether one stands in any text of a JSON value, names too.

        In every form and between all edges with which it is restored in an answer.
        """
        return any(self._stands_in(text) for text in strings_in(value))

    def _stands_in(self, text: str) -> bool:
        if self._others is not None and self._others.search(text):
            return True
        found = places(text, self._types) if self._types else ()
        return any(place.typed.placeholder in self._numbered for place in found)

    def without(self, values: Mapping[str, object]) -> dict[str, object]:
        """The entries of an object in which none stands."""
        return {k: v for k, v in values.items() if not self.is_in({k: v})}
