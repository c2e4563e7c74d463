"""Taggers of names that other packages bring: a policy's `detection` says which one it wants.

A package declares one by an entry point of the group `sluice.taggers`, named as the value of
`detection`; what it names is called without arguments and gives a `NameTagger`. Sluice imports no
such package by its name. What is asked for and is not there is an error, never another tagger.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Final

from sluice.engine import Detection, DetectorFailed
from sluice.engine.names import NameTagger
from sluice.engine.tagging import Names

GROUP: Final = "sluice.taggers"


class TaggerMissing(Exception):
    """The package that brings this tagger is not installed (or several claim to bring it)."""

    def __init__(self, detection: Detection, packages: int = 0) -> None:
        super().__init__(
            f"{packages} packages here bring {detection} detection: keep one of them"
            if packages
            else f"{detection} detection needs a package that is not installed here: "
            f"pip install sluice-{detection}"
        )


def names_for(detection: Detection) -> Names:
    """What a `Detector` takes as `names`; loads the tagger's weights where it has not yet.

    Raises:
        TaggerMissing: not exactly one package brings it, or that lacks what it needs itself.
        DetectorFailed: its weights are damaged, or what was found is no tagger.
    """
    if detection is Detection.STANDARD:
        return "default"
    try:
        tagger = _entry(detection).load()()
    except ImportError as error:
        raise TaggerMissing(detection) from error
    if not isinstance(tagger, NameTagger):
        raise DetectorFailed(f"names.{detection}")
    return tagger


def require_tagger(detection: Detection) -> None:
    """Look whether the tagger is installed, without loading it.

    Raises:
        TaggerMissing: not exactly one package brings it.
    """
    if detection is not Detection.STANDARD:
        _entry(detection)


def _entry(detection: Detection) -> EntryPoint:
    found = list(entry_points(group=GROUP, name=detection.value))
    if len(found) != 1:
        raise TaggerMissing(detection, len(found))
    return found[0]
