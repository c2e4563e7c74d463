"""Portuguese, with names and towns of Portugal and Brazil."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from training.synthetic.multilingual.lexicon import Lexicon
from training.synthetic.multilingual.people import People

LEXICON: Final = Lexicon.of(
    Path(__file__).parent, People("pt", ("pt_PT", "pt_BR")), ("PT", "BR", "BR")
)
