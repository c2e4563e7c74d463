"""What tells a secret from a stand-in for one, for the other families too."""

from __future__ import annotations

from sluice.engine.detectors.secrets.values import bits_per_point, is_placeholder

__all__ = ["bits_per_point", "is_placeholder"]
