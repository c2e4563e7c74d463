"""The thorough tier: a larger tagger of names for Sluice, slower and better than the shipped one.

Sluice finds it by the entry point `thorough` of the group `sluice.taggers`; a policy asks for it
with `detection: thorough`. `ThoroughTagger` may also be given to `sluice.engine.Detector(names=…)`.
"""

from __future__ import annotations

from sluice_thorough.tagger import ThoroughTagger, shipped_tagger

__all__ = ["ThoroughTagger", "shipped_tagger"]
