"""The program of a detecting process: it answers questions until its socket is closed.

    python -m sluice.server.analysis.detecting FOLDER

`FOLDER` is where compiled patterns are kept; the socket is its standard input. As soon as it can
answer it says so. It says nothing anywhere else: no log, no trace, and no core is dumped, since it
holds texts.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sluice.engine import Detector, Finding
from sluice.engine.errors import EngineError
from sluice.engine.pattern_cache import PatternCache
from sluice.server.analysis.frames import READY, Frames, answer, framed, terms_of

KEPT: Final = 64
"""Detectors; the one that was made first goes first."""
_AT_ONCE: Final = 1 << 18


class Detecting:
    """Answers questions."""

    def __init__(self, cache: PatternCache) -> None:
        self._cache = cache
        self._detectors: OrderedDict[str, Detector] = OrderedDict()
        Detector(cache=cache).warm()

    def answer(self, asked: Any) -> bytes:  # noqa: ANN401 (JSON)
        """The frame that answers one question."""
        version, told, texts = asked
        if told is not None and version not in self._detectors:
            self._learn(version, told)
        detector = self._detectors.get(version)
        if detector is None:
            return framed(None)
        return answer([_analyzed(detector, text) for text in texts])

    def _learn(self, version: str, told: Any) -> None:  # noqa: ANN401 (JSON)
        custom_terms, allow_list = terms_of(told)
        try:
            made = Detector(custom_terms=custom_terms, allow_list=allow_list, cache=self._cache)
        except EngineError:
            return
        # Another one would find something else than the server itself.
        if made.version == version:
            self._detectors[version] = made
            while len(self._detectors) > KEPT:
                self._detectors.popitem(last=False)


def _analyzed(detector: Detector, text: str) -> Sequence[Finding] | None:
    try:
        return detector.analyze(text)
    except EngineError:
        # The server analyses it again, and says what is wrong.
        return None


def serve(sock: socket.socket, detecting: Detecting) -> None:
    """Answer one question after the other until nobody asks any more."""
    frames = Frames()
    while data := sock.recv(_AT_ONCE):
        for asked in frames.feed(data):
            sock.sendall(detecting.answer(asked))


def _dump_no_core() -> None:
    if os.name == "posix":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Serve the socket that is the standard input."""
    _dump_no_core()
    # Who stops the server from its terminal stops it alone: this ends with it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(fileno=os.dup(0)) as sock:
        detecting = Detecting(PatternCache(Path(sys.argv[1])))
        sock.sendall(framed(READY))
        serve(sock, detecting)


if __name__ == "__main__":
    main()
