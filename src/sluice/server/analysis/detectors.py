"""Detectors by policy version: one for all features, made when a version is first asked for."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

import anyio.to_thread

from sluice.engine import Detection, Detector, Policy
from sluice.server.kit.taggers import names_for

KEPT: Final = 64
"""Detectors; the least used is made anew when it is needed."""


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

    async def of(self, version: PolicyVersion, *, names: bool = True) -> Detector:
        """The detector of a policy's version; without `names` it has no tagger.

        Raises:
            TaggerMissing: the tagger that the policy asks for is not installed.
            DetectorFailed: it cannot be loaded.
        """
        key = (version.group_id, version.number, names)
        detector = self._known.get(key)
        if detector is None:
            detector = await self._made(version.policy, names=names)
            self._known[key] = detector
            while len(self._known) > self._kept:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return detector

    async def _made(self, policy: Policy, *, names: bool) -> Detector:
        make = partial(self._make, custom_terms=policy.custom_terms, allow_list=policy.allow_list)
        if not names:
            return make(names=None)
        if policy.detection is Detection.STANDARD:
            return make()
        # The first time it loads the weights: a second or so.
        return await anyio.to_thread.run_sync(lambda: make(names=names_for(policy.detection)))
