"""Structured documents: JSON, CSV, tables, YAML, logs, code, configuration, in seven languages.

One set of templates serves all languages: `{f.name}` and the like are the names of fields in the
text's language and in one style all through the text (`firstName`, `first_name`, `First Name`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Final

from training.synthetic import business, multilingual
from training.synthetic.model import Register
from training.synthetic.multilingual import values
from training.synthetic.multilingual.lexicon import Lexicon
from training.synthetic.multilingual.sections import read
from training.synthetic.noise import CLEAN
from training.synthetic.values import Entity, Kind, Values, one_of, written

FOLDER: Final = Path(__file__).parent
WEIGHTS: Final = {"en": 3.0}
"""What the registers of a language weigh together; 0.5 where none is given."""
NOISE: Final = replace(CLEAN, lower=0.03, upper=0.01, names_lower=0.05)


def _plain(text: str) -> str:
    spelt = text.replace("ß", "ss")
    return unicodedata.normalize("NFKD", spelt).encode("ascii", "ignore").decode()


def _camel(name: str) -> str:
    first, *rest = _plain(name).split()
    return first.lower() + "".join(word.capitalize() for word in rest)


STYLES: Final[Sequence[Callable[[str], str]]] = (
    lambda name: _plain(name).lower().replace(" ", "_"),
    lambda name: _plain(name).lower().replace(" ", "_"),
    _camel,
    lambda name: _plain(name).upper().replace(" ", "_"),
    lambda name: _plain(name).lower().replace(" ", "-"),
    str.title,
    lambda name: name[:1].upper() + name[1:],
    str,
)


def fields_of(lines: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
    """Return a language's names of each field: lines of `field: name, name`."""
    parts = (line.partition(": ") for line in lines)
    return {key: tuple(names.split(", ")) for key, _, names in parts}


def fields(names: Mapping[str, tuple[str, ...]]) -> Kind:
    """Return the kind `f`: a name for every field, all in one style."""

    def make(random: Random) -> Entity:
        style = random.choice(STYLES)
        return {key: style(random.choice(known)) for key, known in names.items()}

    return Kind(make)


def registers_of(lexicon: Lexicon, filling: Values) -> tuple[Register, ...]:
    """Return the structured registers in the language of a lexicon."""
    language = lexicon.language
    names = fields_of(read(FOLDER, "fields.txt")[language])
    notes = read(FOLDER, "notes.txt")[language]
    known = filling.extended(
        {
            "f": fields(names),
            "state": one_of(names["states"]),
            "role": one_of(names["roles"]),
            "digit": written(lambda random: str(random.randint(0, 9))),
        }
    )
    weight = WEIGHTS.get(language, 0.5) / len(TEMPLATES)
    return tuple(
        Register(
            name=name,
            language=language,
            templates=items,
            values=known,
            noise=NOISE,
            fragments={"note": "[[" + "|".join(notes) + "]]"},
            weight=weight,
        )
        for name, items in TEMPLATES.items()
    )


def _templates() -> dict[str, tuple[str, ...]]:
    """Read the templates; a text's field names are those of one entity, in repetitions too."""
    found = read(FOLDER, "data.txt", "machine.txt")
    return {
        name: tuple(re.sub(r"\{f\.(\w+)", r"{f.\1#h", item) for item in items)
        for name, items in found.items()
    }


TEMPLATES: Final = _templates()
REGISTERS: Final = (
    *registers_of(business.LEXICON, business.VALUES),
    *(
        register
        for package in multilingual.packages()
        for register in registers_of(package.LEXICON, values.of(package.LEXICON))
    ),
)
