"""Findings of a text under a policy: each text is analysed once for each detector."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from sluice.engine import Detection, Detector, Finding, RawText
from sluice.engine.errors import UnsupportedText
from sluice.engine.explain import Explanation
from sluice.server.analysis.beside import INLINE_CHARS
from sluice.server.analysis.detectors import Detectors, PolicyVersion
from sluice.server.analysis.refusals import REFUSED, refusal
from sluice.server.analysis.span_cache import SpanCache

Result = TypeVar("Result")


class Analyzer:
    """Analyses texts under policies; a detector that fails or is too slow refuses the text."""

    def __init__(self, detectors: Detectors, *, seconds: float) -> None:
        self._detectors = detectors
        self._seconds = seconds
        self._cache = SpanCache()

    async def findings(self, text: RawText, policy: PolicyVersion) -> list[Finding]:
        """Sorted findings without overlaps; `Unprocessable` or `Unavailable` on refusal."""
        try:
            return await self._findings(text, policy)
        except REFUSED as error:
            refused = refusal(error, self._seconds)
        raise refused

    async def explained(self, text: RawText, policy: PolicyVersion) -> Explanation:
        """What made each of these findings, and what was dropped; raises as `findings` does."""
        try:
            detector = await self._detectors.of(policy)
            return await self._paced(partial(detector.explain, text), text, policy)
        except REFUSED as error:
            refused = refusal(error, self._seconds)
        raise refused

    async def _findings(self, text: RawText, policy: PolicyVersion) -> list[Finding]:
        detector = await self._detectors.of(policy)
        key = self._key(detector, text)
        known = self._cache.get(key)
        if known is None:
            known = tuple(await self._paced(partial(detector.analyze, text), text, policy))
            self._cache.put(key, known)
        return list(known)

    def _key(self, detector: Detector, text: RawText) -> bytes:
        try:
            return self._cache.key(detector.version, text)
        except UnicodeEncodeError as error:
            position = error.start
        raise UnsupportedText(position)

    async def _paced(
        self, work: Callable[[], Result], text: RawText, policy: PolicyVersion
    ) -> Result:
        # Thorough detection takes too long for the event loop even where a text is short.
        if policy.policy.detection is Detection.STANDARD and len(text) <= INLINE_CHARS:
            return work()
        with anyio.fail_after(self._seconds):
            return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
