"""Spanish, with names and towns of Spain and Latin America."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from training.synthetic.multilingual.lexicon import Lexicon
from training.synthetic.multilingual.people import People

LEXICON: Final = Lexicon.of(
    Path(__file__).parent,
    People("es", ("es_ES", "es_ES", "es_ES", "es_MX", "es_AR", "es_CO", "es_CL")),
    ("ES", "MX", "AR", "CO", "CL", "PE"),
)
