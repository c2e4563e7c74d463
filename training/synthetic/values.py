"""What fills the slots: kinds of entities, each made in several forms that belong together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

Entity = Mapping[str, str]
"""The forms of one made thing: `{"full": "Jane Roe", "first": "Jane", "last": "Roe"}`."""
Maker = Callable[[Random], Entity]


@dataclass(frozen=True, slots=True)
class Kind:
    """How to make an entity, and what its forms are.

    `entity_type` labels each form ("" is neutral) unless `types` names the form; `default` is the
    form of a slot that names none. A `loose` kind is made anew for each slot without a number.
    """

    make: Maker
    entity_type: str = ""
    default: str = "full"
    types: Mapping[str, str] = field(default_factory=dict)
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """The kinds that slots may name, by path: `person`, `org.company`, `month`."""

    kinds: Mapping[str, Kind]

    def resolve(self, path: str) -> tuple[str, str]:
        """Return kind and form of a slot's path: the longest kind that it starts with.

        Raises KeyError for a path that starts with no kind.
        """
        if path in self.kinds:
            return path, self.kinds[path].default
        kind, _, form = path.rpartition(".")
        if kind not in self.kinds:
            raise KeyError(f"no kind for the slot {path!r}")
        return kind, form

    def make(self, kind: str, random: Random) -> Entity:
        """Make a new entity of a kind."""
        return self.kinds[kind].make(random)

    def entity_type(self, kind: str, form: str) -> str:
        """Return the type that a form is labelled with, "" for none."""
        known = self.kinds[kind]
        return known.types.get(form, known.entity_type)

    def extended(self, kinds: Mapping[str, Kind]) -> Values:
        """Return these values with some kinds added or replaced."""
        return Values({**self.kinds, **kinds})


def one_of(choices: Iterable[str], entity_type: str = "") -> Kind:
    """Return a kind with the single form `full`, chosen evenly from a list."""
    known: Sequence[str] = tuple(choices)
    return Kind(lambda random: {"full": random.choice(known)}, entity_type, loose=True)


def written(make: Callable[[Random], str], entity_type: str = "") -> Kind:
    """Return a kind with the single form `full`, written by a function."""
    return Kind(lambda random: {"full": make(random)}, entity_type, loose=True)


def mixed(makers: Mapping[Maker, float] | Sequence[tuple[Maker, float]]) -> Maker:
    """Return a maker that hands over to one of several, by weight."""
    pairs = list(makers.items()) if isinstance(makers, Mapping) else list(makers)
    choices = [maker for maker, _ in pairs]
    weights = [weight for _, weight in pairs]
    return lambda random: random.choices(choices, weights)[0](random)
