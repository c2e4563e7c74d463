"""What the pipeline expects of a tagger of names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from sluice.engine.types import Finding


@runtime_checkable
class NameTagger(Protocol):
    """Finds spans that no pattern can describe: `PERSON`, `LOCATION`, `ORGANIZATION`, ….

    An implementation is pure, may be used from several threads at once, and takes time linear
    in the text.
    """

    @property
    def version(self) -> str:
        """A stable name of its model and weights; part of `Detector.version`."""

    @property
    def entity_types(self) -> frozenset[str]:
        """The entity types that it can find."""

    def tag(self, text: str, languages: tuple[str, ...]) -> Sequence[Finding]:
        """The findings in `text`, offsets in code points, in any order; they may overlap."""
