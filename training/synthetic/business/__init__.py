"""English business text: short messages, letters and forms that hold people's particulars."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from training.synthetic.model import Register
from training.synthetic.multilingual import values
from training.synthetic.multilingual.lexicon import Lexicon
from training.synthetic.multilingual.people import People
from training.synthetic.multilingual.sections import read
from training.synthetic.noise import COMMON

WEIGHT: Final = 5.0
_FOLDER: Final = Path(__file__).parent
LEXICON: Final = Lexicon.of(
    _FOLDER,
    People("en", ("en_US", "en_US", "en_US", "en_GB", "en_IE", "en_NZ", "en_IN"), home=0.62),
    ("US", "GB", "CA", "AU", "IE", "NZ"),
)
VALUES: Final = values.of(LEXICON)
_TEMPLATES: Final = read(_FOLDER)
_COUNT: Final = sum(len(items) for items in _TEMPLATES.values())
REGISTERS: Final = tuple(
    Register(
        name=name,
        language="en",
        templates=items,
        values=VALUES,
        noise=COMMON.scaled(0.6),
        weight=WEIGHT * len(items) / _COUNT,
    )
    for name, items in _TEMPLATES.items()
)
