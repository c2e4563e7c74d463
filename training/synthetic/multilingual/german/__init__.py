"""German, with names and towns of Germany, Austria and Switzerland."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from training.synthetic.multilingual.lexicon import Lexicon
from training.synthetic.multilingual.people import People

LEXICON: Final = Lexicon.of(
    Path(__file__).parent,
    People("de", ("de_DE", "de_DE", "de_DE", "de_AT", "de_CH")),
    ("DE", "AT", "CH"),
)
