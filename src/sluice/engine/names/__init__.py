"""The tagger of names, places, organisations, addresses and nationalities.

`NameTagger` is what the pipeline expects of one; `default_tagger()` is the one that ships (its
weights are `tagger.weights`, made by `make train`; see `docs/tagger.md`). A text goes through
`tokens`, `memo` (each word's vector, from its `features`), `network`, `decode` and `trimming`.
"""

from __future__ import annotations

from sluice.engine.names.protocol import NameTagger
from sluice.engine.names.tagger import Tagger, default_tagger

__all__ = ["NameTagger", "Tagger", "default_tagger"]
