"""Placeholders that stand in a text as such: who may have them restored, and who just typed them.

Restored in an answer is what a request holds as originals. Besides, a placeholder that an earlier
turn shows (a client that trimmed its history, or stored what a model said) is looked up, but only
where nobody could read another person's value by it:

- the client named its conversation: everything in it is one conversation's, whoever speaks;
- it named its end user only: what the application, the model and its tools say counts, in every
  form; an end user who types `PERSON_3` gets `PERSON_3`;
- it named neither, so that many people's values may share the numbers: only what the application
  and the model say, and in the exact form alone. A tool's words are often other people's, and
  `Person 3` is also plain language.

What is not looked up, and what nobody has, is reserved: it is never issued, and as soon as a person
typed a number or a model made it up, quoting restores it no more, whoever repeats it.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from sluice.engine.placeholders import NUMBER, make, readings
from sluice.server.features.proxy.wires.reading import Speaker


class Typed(NamedTuple):
    """A placeholder as it stands in a text; it says nothing of a value."""

    placeholder: str
    """In its exact form."""
    exact: bool
    """Whether it stands there in that form."""


class Place(NamedTuple):
    """Where it stands, in code points."""

    start: int
    end: int
    typed: Typed


@dataclass(frozen=True, slots=True)
class Quoting:
    """Whose words may quote, and whether in altered forms too."""

    speakers: frozenset[Speaker]
    altered: bool

    def counts(self, speaker: Speaker, typed: Typed) -> bool:
        """Whether this placeholder, said by this speaker, may be looked up."""
        return speaker in self.speakers and (self.altered or typed.exact)


OWN_CONVERSATION: Final = Quoting(
    frozenset({"system", "user", "assistant", "tool", "client"}), altered=True
)
OWN_PERSON: Final = Quoting(frozenset({"system", "assistant", "tool"}), altered=True)
SHARED: Final = Quoting(frozenset({"system", "assistant"}), altered=False)


def places(text: str, entity_types: Container[str]) -> Iterator[Place]:
    """Every placeholder of these entity types in a text, exact or altered."""
    for hit in NUMBER.finditer(text):
        for reading in readings(text, hit.start(), 0):
            if reading.entity_type in entity_types:
                name = make(reading.entity_type, int(hit[1]))
                exact = text[reading.start : hit.end()] == name
                yield Place(reading.start, hit.end(), Typed(name, exact))
