"""Texts in German, French, Spanish, Italian, Dutch and Portuguese.

A language is a package with a `lexicon.txt`, templates by register in its other `.txt` files, and
`LEXICON`, which says where its names and towns come from.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Final

from training.synthetic.model import Register
from training.synthetic.multilingual import values
from training.synthetic.multilingual.sections import read
from training.synthetic.noise import CASUAL, COMMON

LANGUAGES: Final = ("german", "french", "spanish", "italian", "dutch", "portuguese")
CASUAL_REGISTERS: Final = frozenset({"chat", "forum", "prompt", "transcript"})
WEIGHT: Final = 2.5
"""What a whole language weighs, shared out by the number of templates of each register."""


def registers_of(package: ModuleType) -> tuple[Register, ...]:
    """Return the registers of a language's package."""
    lexicon, folder = package.LEXICON, Path(str(package.__file__)).parent
    templates = read(folder)
    count = sum(len(items) for items in templates.values())
    filling = values.of(lexicon)
    return tuple(
        Register(
            name=name,
            language=lexicon.language,
            templates=items,
            values=filling,
            noise=CASUAL if name in CASUAL_REGISTERS else COMMON,
            weight=WEIGHT * len(items) / count,
        )
        for name, items in templates.items()
    )


def packages() -> list[ModuleType]:
    """Return the packages of the languages."""
    folder = Path(__file__).parent
    return [
        import_module(f"{__name__}.{name}")
        for name in LANGUAGES
        if (folder / name / "__init__.py").exists()
    ]


REGISTERS: Final = tuple(register for package in packages() for register in registers_of(package))
