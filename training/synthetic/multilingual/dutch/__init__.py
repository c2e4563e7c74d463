"""Dutch, with names and towns of the Netherlands and Flanders."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from training.synthetic.multilingual.lexicon import Lexicon
from training.synthetic.multilingual.people import People

LEXICON: Final = Lexicon.of(
    Path(__file__).parent, People("nl", ("nl_NL", "nl_NL", "nl_BE")), ("NL", "NL", "BE")
)
