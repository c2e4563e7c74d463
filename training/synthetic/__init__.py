"""Text written for this project, with labels: templates, what fills them, and noise.

`generate` draws a register by weight, then a template, fills it and spoils it. One seed gives one
sequence: each text has a source of chance of its own, made from the seed and its number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib import import_module
from importlib.util import find_spec
from random import Random
from typing import Final

from training.synthetic.fill import fill
from training.synthetic.model import Labelled, Register
from training.synthetic.noise import spoiled

PACKAGES: Final = ("english", "multilingual", "structured", "business", "clinical_es")
"""Each holds `REGISTERS: tuple[Register, ...]`; one that is not there is left out."""


def all_registers() -> tuple[Register, ...]:
    """Return the registers of every package, in a fixed order."""
    found: list[Register] = []
    for package in PACKAGES:
        if find_spec(f"{__name__}.{package}") is not None:
            found += import_module(f"{__name__}.{package}").REGISTERS
    return tuple(found)


def generate(
    count: int,
    seed: int,
    *,
    registers: Collection[str] | None = None,
    languages: Collection[str] | None = None,
) -> Iterator[Labelled]:
    """Yield `count` labelled texts of the named registers and languages (all of them by default).

    The same arguments give the same texts. Raises ValueError where no register is left.
    """
    chosen = [
        register
        for register in all_registers()
        if (registers is None or register.name in registers)
        and (languages is None or register.language in languages)
    ]
    if not chosen:
        raise ValueError("no register of these names and languages")
    weights = [register.weight for register in chosen]
    for number in range(count):
        yield one(chosen, weights, Random(f"{seed}:{number}"))


def one(registers: list[Register], weights: list[float], random: Random) -> Labelled:
    """Write one text of a register drawn by weight."""
    register = random.choices(registers, weights)[0]
    filled = fill(register, random.choice(register.templates), random)
    return spoiled(filled, register.noise, random)
