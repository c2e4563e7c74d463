"""A kind of identity number: its labels, its shape, its written forms, its check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib import import_module
from typing import NamedTuple

from sluice.engine.detectors.labelled.labels import fold, listed

Validator = Callable[[str], bool]
"""Confirms a number without separators, letters in upper case."""


class Form(NamedTuple):
    """A written form: an expression without look-around that `re` and Hyperscan read alike."""

    regex: str
    score: float
    """The score of a valid number in this form without any word around it."""


class Kind(NamedTuple):
    """One kind of number that a state or an authority gives."""

    entity_type: str
    labels: str
    """Separated by commas. One that begins with `~` also means something else: it counts only
    before a valid number or with a mark such as `:`, `no.`, `=` behind it."""
    shape: str
    """An expression for the whole number without separators, letters in upper case."""
    valid: str | Validator | None = None
    """What checks it: a module of python-stdnum, or one of ours; None: there is no checksum."""
    forms: tuple[Form, ...] = ()
    rule: str = "check digit"
    """What a valid number keeps, for explanations."""
    family: str = "national"
    """The first part of the detector's name."""

    @property
    def detector(self) -> str:
        """The name of the detector in findings."""
        return f"{self.family}.{self.entity_type.lower()}"

    def names(self) -> Iterator[str]:
        """The labels without marks."""
        return (label.lstrip("~") for label in listed(self.labels))

    def weak(self) -> frozenset[str]:
        """The folded labels that mean something else as well."""
        return frozenset(fold(label) for label in listed(self.labels) if label[0] == "~")


@lru_cache(maxsize=512)
def _module_check(name: str) -> Validator:
    """`is_valid` of a module of python-stdnum, loaded when first needed."""
    check: Validator = import_module(f"stdnum.{name}").is_valid
    return check


def is_valid(kind: Kind, compact: str) -> bool:
    """Whether the number keeps the kind's rule; True if it has none."""
    if kind.valid is None:
        return True
    check = _module_check(kind.valid) if isinstance(kind.valid, str) else kind.valid
    return check(compact)
