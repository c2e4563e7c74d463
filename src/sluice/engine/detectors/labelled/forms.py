"""Written forms of numbers, compared by how they look before they are tried one by one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_SIGNATURE: Final = str.maketrans(
    {**dict.fromkeys("0123456789", "0"), **dict.fromkeys("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "A")}
)
_UNIT: Final = re.compile(r"\\.|\[[^\]]*\]|\{[^}]*\}|\(\?:|[0-9A-Za-z]")


def signature(number: str) -> str:
    """How a number looks: each digit a 0, each letter an A, everything else as it is."""
    return number.upper().translate(_SIGNATURE)


def width(form: str) -> int:
    """About as many code points as a form takes: repeats, and units that are not repeated."""
    units = [unit[0] for unit in _UNIT.finditer(form) if unit[0][0] != "("]
    repeats = (int(unit.strip("{}").split(",")[-1]) - 2 for unit in units if unit[0] == "{")
    return len(units) + sum(repeats)


@lru_cache(maxsize=1024)
def loosened(form: str) -> re.Pattern[str]:
    """A form as its numbers' signatures look: each digit a 0, each letter an A."""
    return re.compile(_UNIT.sub(_loosened_unit, form))


def _loosened_unit(unit: re.Match[str]) -> str:
    """One unit of a form; what is neither a digit nor a letter stays."""
    written = unit[0]
    if written[0] in "{(" or (written[0] == "\\" and written != r"\d"):
        return written
    digit = "0" if written == r"\d" or any(map(str.isdigit, written)) else ""
    letter = "A" if written != r"\d" and any(map(str.isalpha, written)) else ""
    return f"[{digit}{letter}+ -]" if digit or letter else written
