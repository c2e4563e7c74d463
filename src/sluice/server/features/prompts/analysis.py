"""Findings of a text under a policy: detectors by policy version, and a cache of spans."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

import anyio
import anyio.to_thread

from sluice.engine import Detection, Detector, Finding, Policy, RawText
from sluice.engine.errors import DetectorFailed, Problem, UnsupportedText
from sluice.server.errors import Unavailable, Unprocessable
from sluice.server.features.policies.service import PolicyInForce
from sluice.server.kit.taggers import TaggerMissing, names_for

Result = TypeVar("Result")

INLINE_CHARS = 8_000
"""Up to this length a text is analysed in the event loop: a thread would cost more."""


async def beside(length: int, work: Callable[[], Result], *, inline: int = INLINE_CHARS) -> Result:
    """The result of work on a text of `length` code points: of one over `inline` from a thread.

    In the event loop a text of megabytes would stop every other caller's answer for seconds.
    """
    if length <= inline:
        return work()
    return await anyio.to_thread.run_sync(work)


class SpanCache:
    """Findings of texts seen before, by a keyed hash: never by the text; least used go first."""

    def __init__(self, max_entries: int = 10_000, max_findings: int = 200_000) -> None:
        self._key = secrets.token_bytes(32)
        self._max_entries, self._max_findings = max_entries, max_findings
        self._entries: OrderedDict[bytes, tuple[Finding, ...]] = OrderedDict()
        self._findings = 0

    def key(self, version: str, text: str) -> bytes:
        """The hash of a text under a detector's version."""
        message = version.encode() + b"\0" + text.encode()
        return hmac.digest(self._key, message, hashlib.sha256)

    def get(self, key: bytes) -> tuple[Finding, ...] | None:
        """The findings, if they are still known."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def put(self, key: bytes, findings: tuple[Finding, ...]) -> None:
        """Remember findings, forgetting the least used ones if there are too many."""
        if key in self._entries or len(findings) > self._max_findings:
            return
        self._entries[key] = findings
        self._findings += len(findings)
        while len(self._entries) > self._max_entries or self._findings > self._max_findings:
            self._findings -= len(self._entries.popitem(last=False)[1])


class Analyzer:
    """Analyses texts under policies; a detector that fails or is too slow refuses the text."""

    def __init__(
        self, *, seconds: float, detector: Callable[..., Detector] = Detector, kept: int = 64
    ) -> None:
        self._seconds = seconds
        self._make = detector
        self._kept = kept
        self._detectors: OrderedDict[tuple[int, int], Detector] = OrderedDict()
        self._cache = SpanCache()

    async def findings(self, text: RawText, policy: PolicyInForce) -> list[Finding]:
        """Sorted findings without overlaps; `Unprocessable` or `Unavailable` on refusal."""
        with _refusing(self._seconds):
            return await self._findings(text, policy)

    async def _findings(self, text: RawText, policy: PolicyInForce) -> list[Finding]:
        detector = await self._detector(policy)
        try:
            key = self._cache.key(detector.version, text)
        except UnicodeEncodeError as e:
            raise unsupported(UnsupportedText(e.start)) from None
        known = self._cache.get(key)
        if known is None:
            known = tuple(await self._analyze(detector, text, policy.policy.detection))
            self._cache.put(key, known)
        return list(known)

    async def _analyze(
        self, detector: Detector, text: RawText, detection: Detection
    ) -> list[Finding]:
        # Thorough detection takes too long for the event loop even where a text is short.
        if detection is Detection.STANDARD and len(text) <= INLINE_CHARS:
            return detector.analyze(text)
        with anyio.fail_after(self._seconds):
            return await anyio.to_thread.run_sync(
                partial(detector.analyze, text), abandon_on_cancel=True
            )

    async def _detector(self, policy: PolicyInForce) -> Detector:
        version = (policy.group_id, policy.number)
        detector = self._detectors.get(version)
        if detector is None:
            detector = await self._made(policy.policy)
            self._detectors[version] = detector
            while len(self._detectors) > self._kept:
                self._detectors.popitem(last=False)
        self._detectors.move_to_end(version)
        return detector

    async def _made(self, policy: Policy) -> Detector:
        make = partial(self._make, custom_terms=policy.custom_terms, allow_list=policy.allow_list)
        if policy.detection is Detection.STANDARD:
            return make()
        # The first time it loads the weights: a second or so.
        return await anyio.to_thread.run_sync(lambda: make(names=names_for(policy.detection)))


@contextmanager
def _refusing(seconds: float) -> Iterator[None]:
    """Answers for what a detector raises: nothing goes on without it."""
    try:
        yield
    except UnsupportedText as e:
        raise unsupported(e) from None
    except TaggerMissing as e:
        raise Unavailable(f"{e}; nothing was sent.", code="detector_missing") from None
    except DetectorFailed as e:
        raise Unavailable(
            f"The detector {e.detector} failed; nothing was sent.", code="detector_failed"
        ) from None
    except TimeoutError:
        raise Unavailable(
            f"The text was not analysed within {seconds:g} seconds; nothing was sent.",
            code="detector_timeout",
        ) from None


def unsupported(error: UnsupportedText) -> Unprocessable:
    """The answer to a text that has no UTF-8 form."""
    return Unprocessable(str(error), errors=[Problem("text", str(error))])
