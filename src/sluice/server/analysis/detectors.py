"""Detectors by policy version: one for all features, made when a version is first asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, Protocol

import anyio
import anyio.to_thread

from sluice.engine import CustomTerm, Detection, Detector, Policy
from sluice.server.kit.taggers import names_for

KEPT: Final = 64
"""Detectors; the least used is made anew when it is needed."""
FEW_TERMS: Final = 50
"""Custom terms that are compiled in the event loop: an expression takes about a millisecond."""
EXPRESSION_WEIGHT: Final = 0.6
LITERAL_WEIGHT: Final = 0.005
"""What a custom term adds to the time that a text takes (measured: 0.6 and 0.005 µs for a code
point, of which all the rest takes 1 µs)."""


class PolicyVersion(Protocol):
    """A policy that does not change as long as its group and number do not."""

    @property
    def group_id(self) -> int:
        """The policy group."""

    @property
    def number(self) -> int:
        """The version."""

    @property
    def policy(self) -> Policy:
        """Its rules."""


class Detectors:
    """Makes detectors for policies, and keeps those that were used last."""

    def __init__(self, make: Callable[..., Detector] = Detector, *, kept: int = KEPT) -> None:
        self._make = make
        self._kept = kept
        self._known: OrderedDict[tuple[int, int, bool], Detector] = OrderedDict()
        self._weights: OrderedDict[tuple[int, int], float] = OrderedDict()
        self._making = anyio.Lock()

    async def of(self, version: PolicyVersion, *, names: bool = True) -> Detector:
        """The detector of a policy's version; without `names` it has no tagger.

        Raises:
            TaggerMissing: the tagger that the policy asks for is not installed.
            DetectorFailed: it cannot be loaded.
        """
        key = (version.group_id, version.number, names)
        detector = self._known.get(key)
        if detector is None:
            async with self._making:
                # Another caller may have made it meanwhile.
                detector = self._known.get(key) or await self._made(version.policy, names=names)
            self._known[key] = detector
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return detector

    def weight(self, version: PolicyVersion) -> float:
        """How many times longer than without custom terms a text takes under this version."""
        key = (version.group_id, version.number)
        weight = self._weights.get(key)
        if weight is None:
            weight = self._weights[key] = weight_of(version.policy.custom_terms)
            while len(self._weights) > self._kept:
                self._weights.popitem(last=False)
        return weight

    async def _made(self, policy: Policy, *, names: bool) -> Detector:
        make = partial(self._make, custom_terms=policy.custom_terms, allow_list=policy.allow_list)
        if names and policy.detection is not Detection.STANDARD:
            # The first time it loads the weights: a second or so.
            return await anyio.to_thread.run_sync(lambda: make(names=names_for(policy.detection)))
        if not names:
            make = partial(make, names=None)
        if len(policy.custom_terms) <= FEW_TERMS:
            return make()
        return await anyio.to_thread.run_sync(make)


def weight_of(terms: Sequence[CustomTerm]) -> float:
    """How many times longer a text takes with these terms than without any."""
    expressions = sum(term.pattern is not None for term in terms)
    return 1 + EXPRESSION_WEIGHT * expressions + LITERAL_WEIGHT * (len(terms) - expressions)
