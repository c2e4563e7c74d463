"""Findings of a text under a policy: each text is analysed once for each detector."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final, TypeVar

import anyio
import anyio.to_thread

from sluice.engine import Detection, Detector, Finding, RawText
from sluice.engine.errors import UnsupportedText
from sluice.engine.explain import Explanation
from sluice.server.analysis.beside import INLINE_CHARS
from sluice.server.analysis.detecting_process import DetectingProcess
from sluice.server.analysis.detectors import Detectors, PolicyVersion
from sluice.server.analysis.refusals import REFUSED, refusal
from sluice.server.analysis.span_cache import SpanCache

Result = TypeVar("Result")


WORTH_SENDING: Final = 200
"""Code points of which another process is asked: for less the way takes longer than the work."""


class Analyzer:
    """Analyses texts under policies; a detector that fails or is too slow refuses the text."""

    def __init__(
        self, detectors: Detectors, *, seconds: float, process: DetectingProcess | None = None
    ) -> None:
        self._detectors = detectors
        self._seconds = seconds
        self._process = process
        self._cache = SpanCache()

    async def close(self) -> None:
        """End the other process."""
        if self._process is not None:
            await self._process.close()

    @property
    def looks_ahead(self) -> bool:
        """Whether there is another process, so that `ahead` does something."""
        return self._process is not None

    async def ahead(self, texts: Iterable[str], policy: PolicyVersion) -> None:
        """Have texts that are about to be analysed looked through by another process.

        Whatever it does not do is done when `findings` asks; nothing is raised.
        """
        # Long texts and thorough detection do not keep the event loop busy as it is.
        if self._process is None or policy.policy.detection is not Detection.STANDARD:
            return
        try:
            detector = await self._detectors.of(policy)
            lacking = self._lacking(detector, texts)
        except (*REFUSED, UnicodeEncodeError):
            return  # whoever asks is told
        if sum(map(len, lacking.values())) < WORTH_SENDING:
            return
        terms = (policy.policy.custom_terms, policy.policy.allow_list)
        found = await self._process.findings([*lacking.values()], detector.version, terms)
        for key, findings in zip(lacking, found, strict=True):
            if findings is not None:
                self._cache.put(key, tuple(findings))

    def _lacking(self, detector: Detector, texts: Iterable[str]) -> dict[bytes, str]:
        """Those that are not too long and not known, by their keys."""
        short = (text for text in texts if len(text) <= INLINE_CHARS)
        keyed = ((self._cache.key(detector.version, text), text) for text in short)
        return {key: text for key, text in keyed if key not in self._cache}

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
        # Thorough detection and many expressions take too long for the event loop even where a
        # text is short.
        is_standard = policy.policy.detection is Detection.STANDARD
        if is_standard and len(text) * self._detectors.weight(policy) <= INLINE_CHARS:
            return work()
        with anyio.fail_after(self._seconds):
            return await anyio.to_thread.run_sync(work, abandon_on_cancel=True)
