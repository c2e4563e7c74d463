"""Packages that bring a tagger, as tests pretend them to be installed."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.metadata import EntryPoint

import pytest

from sluice.engine import Finding
from sluice.server.kit import taggers

HERE = "tests.taggers:"


class WordTagger:
    """Finds the word `gravel`, which no other tagger takes for a person."""

    version = "gravel 1"
    entity_types = frozenset({"PERSON"})

    def __init__(self) -> None:
        self.threads: set[int] = set()

    def tag(self, text: str, languages: tuple[str, ...]) -> Sequence[Finding]:
        """Its places."""
        self.threads.add(threading.get_ident())
        at = text.find("gravel")
        return [Finding(at, at + 6, "PERSON", 0.9, "names.person")] if at >= 0 else []


TAGGER = WordTagger()


def tagger() -> WordTagger:
    """What the entry point of a whole package names."""
    return TAGGER


def no_tagger() -> object:
    """What it names in a package that has it wrong."""
    return object()


def install(monkeypatch: pytest.MonkeyPatch, *values: str) -> None:
    """Pretend that these entry points bring thorough detection; none: no package does."""
    found = [EntryPoint("thorough", value, taggers.GROUP) for value in values]

    def entry_points(*, group: str, name: str) -> list[EntryPoint]:
        return [one for one in found if (one.group, one.name) == (group, name)]

    monkeypatch.setattr(taggers, "entry_points", entry_points)
