"""French, with names and towns of France, Belgium, Switzerland and Quebec."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from training.synthetic.multilingual.lexicon import Lexicon
from training.synthetic.multilingual.people import People

LEXICON: Final = Lexicon.of(
    Path(__file__).parent,
    People("fr", ("fr_FR", "fr_FR", "fr_FR", "fr_BE", "fr_CA", "fr_CH")),
    ("FR", "FR", "BE", "CH"),
)
