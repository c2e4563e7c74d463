"""Clinical reports of Spanish hospitals: a header of the patient's data, the story, who signs.

The headings follow what such reports hold: name, family names, record and insurance numbers,
address, town, postcode, dates, the doctor with the number of the medical college.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from training.synthetic.model import Register
from training.synthetic.multilingual import values
from training.synthetic.multilingual.sections import read
from training.synthetic.multilingual.spanish import LEXICON
from training.synthetic.noise import COMMON
from training.synthetic.values import written

WEIGHT: Final = 2.0
_SECTIONS: Final = read(Path(__file__).parent)
_UNITS: Final = ("años", "años", "años", "años", "meses", "días")


def _age(random: Random) -> str:
    """Write an age: figures with a unit, sometimes in words."""
    unit = random.choice(_UNITS)
    if random.random() < 0.1:
        return f"{random.choice(('tres', 'cinco', 'ocho', 'doce', 'cuarenta', 'setenta'))} {unit}"
    return f"{random.randint(2, 96 if unit == 'años' else 20)} {unit}"


VALUES: Final = values.of(LEXICON).extended({"age": written(_age, "AGE")})
REGISTERS: Final = (
    Register(
        name="clinical_es",
        language="es",
        templates=_SECTIONS["report"],
        values=VALUES,
        noise=COMMON.scaled(0.5),
        fragments={name: "[[" + "|".join(items) + "]]" for name, items in _SECTIONS.items()},
        weight=WEIGHT,
    ),
)
