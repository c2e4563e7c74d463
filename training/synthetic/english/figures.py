"""People of public life as kinds: with their full name, surname and, for tweets, a handle."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from training.synthetic.facts import people as facts
from training.synthetic.people import ENGLISH_WORLD, TYPES, maker
from training.synthetic.values import Entity, Kind, Maker, mixed

_PARTICLES = {"van", "von", "de", "da", "bin", "le", "del", "al"}
_SUFFIXES = {"Jr.", "II", "XVI", "III"}


def forms(name: str) -> Entity:
    """Return a known person's forms; a single name is first and last at once."""
    words = name.split()
    core = [word for word in words if word not in _SUFFIXES]
    last = core[-1]
    if len(core) > 2 and core[-2].lower() in _PARTICLES:
        last = f"{core[-2]} {core[-1]}"
    return {
        "full": name,
        "plain": name,
        "first": words[0],
        "last": last,
        "short": name if len(core) == 1 else f"{words[0][0]}. {last}",
        "handle": "@" + "".join(char for char in name if char.isalnum()),
        "title": "Mr",
        "mr": "Mr",
        "he": "they",
        "his": "their",
        "him": "them",
        "He": "They",
    }


def known(*lists: tuple[str, ...]) -> Maker:
    """Return a maker over lists of well-known people."""
    everybody = tuple(name for names in lists for name in names)

    def make(random: Random) -> Entity:
        return forms(random.choice(everybody))

    return make


def kinds() -> Mapping[str, Kind]:
    """Return politician, star, athlete and celebrity: half known, half with a name of the world."""
    anybody = maker(ENGLISH_WORLD)
    lists = {
        "politician": (facts.POLITICIANS,),
        "star": (facts.STARS,),
        "athlete": (facts.ATHLETES,),
        "celebrity": (facts.POLITICIANS, facts.STARS, facts.ATHLETES),
    }
    return {
        name: Kind(mixed([(known(*names), 1), (anybody, 1)]), "PERSON", types=TYPES)
        for name, names in lists.items()
    }
