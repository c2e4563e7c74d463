"""Italian, with names and towns of Italy and the Swiss Ticino."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from training.synthetic.multilingual.lexicon import Lexicon
from training.synthetic.multilingual.people import People

LEXICON: Final = Lexicon.of(Path(__file__).parent, People("it", ("it_IT",)), ("IT",))
