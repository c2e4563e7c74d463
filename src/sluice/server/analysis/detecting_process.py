"""A second process that analyses texts, so that a machine's other cores have a part in it.

    process = DetectingProcess(data_dir / "patterns")
    await process.start()
    await process.ready()
    found = await process.findings(texts, detector.version, (custom_terms, allow_list))

It is only a help: what it does not answer, because it is not there, has ended, is slow or has much
to do, is None, and the server analyses it itself. Texts go to it over a socket pair; its
environment holds no setting and no key.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections import OrderedDict, deque
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import anyio
import structlog

from sluice.engine import Finding
from sluice.server.analysis.frames import READY, Frames, Terms, findings_of, question

log = structlog.get_logger(__name__)

MOST_WAITING: Final = 50_000
"""Code points that wait for an answer: some hundredths of a second. With more of them the server is
quicker by itself."""
SECONDS: Final = 5.0
"""How long one answer may take; then the process is ended and begun anew."""
AGAIN_SECONDS: Final = 10.0
"""Between two starts."""
KNOWN: Final = 60
"""Versions of detectors that the process is taken to know: fewer than it keeps."""
_PASSED_ON: Final = (
    "PATH", "HOME", "LANG", "LC_ALL", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH",
    "XDG_CACHE_HOME", "SYSTEMROOT", "TEMP", "TMPDIR",
)  # fmt: skip

Waiting: TypeAlias = asyncio.Future[Any]


class DetectingProcess:
    """Starts the process, asks it, and starts it again where it has ended."""

    def __init__(self, patterns: Path, *, seconds: float = SECONDS) -> None:
        self._patterns = patterns
        self._seconds = seconds
        self._channel: _Channel | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._told: OrderedDict[str, bool] = OrderedDict()
        """Versions that the process was told of, and whether it has a detector of them."""
        self._begun = -AGAIN_SECONDS
        self._is_closed = False

    @property
    def pid(self) -> int | None:
        """The process's id, as long as it is asked."""
        return self._process.pid if self._process is not None else None

    async def start(self) -> None:
        """Start it; it is asked as soon as its detector is ready. Who asks first starts it too."""
        loop = asyncio.get_running_loop()
        self._begun = loop.time()
        ours, theirs = socket.socketpair()
        with theirs:
            begin = partial(_begun, self._patterns, theirs)
            self._process = await loop.run_in_executor(None, begin)
        self._told.clear()
        ours.setblocking(False)
        _, self._channel = await loop.create_unix_connection(_Channel, sock=ours)

    async def ready(self) -> bool:
        """Wait until it can be asked; False if it has ended before, or was not started."""
        return self._channel is not None and await self._channel.begun.wait() and self._is_asked

    @property
    def _is_asked(self) -> bool:
        channel = self._channel
        return channel is not None and channel.begun.is_set() and not channel.is_over

    async def findings(
        self, texts: Sequence[str], version: str, terms: Terms
    ) -> Sequence[list[Finding] | None]:
        """The findings of each text; None for those that the server must analyse itself."""
        nothing: list[list[Finding] | None] = [None] * len(texts)
        channel = self._channel
        if channel is None or channel.is_over:
            await self._again()
            return nothing
        size = sum(map(len, texts))
        busy = channel.waiting and channel.size + size > MOST_WAITING
        if busy or not channel.begun.is_set() or self._told.get(version) is False:
            return nothing
        knows = version in self._told
        self._tell(version)
        answered: Any = None
        with anyio.move_on_after(self._seconds) as scope:
            asked = question(version, None if knows else terms, texts)
            answered = await channel.ask(asked, size)
        if scope.cancelled_caught:
            log.warning("detecting_process_slow")
            channel.end()
        elif answered is None and not channel.is_over:
            self._has_none(version, was_told=not knows)
        return findings_of(answered) or nothing

    async def close(self) -> None:
        """End it for good."""
        self._is_closed = True
        await self._end()

    async def _end(self) -> None:
        if self._channel is not None:
            self._channel.end()
            self._channel = None
        if (process := self._process) is not None:
            self._process = None
            await asyncio.get_running_loop().run_in_executor(None, _ended, process)

    def _tell(self, version: str) -> None:
        self._told.setdefault(version, True)
        self._told.move_to_end(version)
        while len(self._told) > KNOWN:
            self._told.popitem(last=False)

    def _has_none(self, version: str, *, was_told: bool) -> None:
        if was_told:
            self._told[version] = False
        else:
            self._told.pop(version, None)

    async def _again(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._is_closed or now - self._begun < AGAIN_SECONDS:
            return
        self._begun = now
        if self._process is not None:
            log.warning("detecting_process_ended")
        await self._end()
        await self.start()


class _Channel(asyncio.Protocol):
    """The server's end of the socket pair; answers come in the order of the questions."""

    def __init__(self) -> None:
        self.waiting: deque[tuple[Waiting, int]] = deque()
        self.size = 0
        """Code points that wait for an answer."""
        self.begun = asyncio.Event()
        """The process has said that it can be asked, or has ended."""
        self.is_over = False
        self._frames = Frames()
        self._transport: asyncio.WriteTransport | None = None

    def ask(self, frame: bytes, size: int) -> Waiting:
        """The answer, to be awaited; None where none comes any more. `size` is in code points."""
        answered: Waiting = asyncio.get_running_loop().create_future()
        if self._transport is None or self.is_over:
            answered.set_result(None)
        else:
            self.waiting.append((answered, size))
            self.size += size
            self._transport.write(frame)
        return answered

    def end(self) -> None:
        """Ask no more."""
        self._over()
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The socket is ready."""
        # uvloop's are no subclasses of asyncio's.
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Give answers to those who wait."""
        try:
            for told in self._frames.feed(data):
                if told == READY and not self.begun.is_set():
                    self.begun.set()
                else:
                    self._answer(told)
        except (ValueError, IndexError):
            self.end()

    def connection_lost(self, error: Exception | None) -> None:
        """The process has ended: nobody waits for it."""
        self._over()

    def _over(self) -> None:
        self.is_over = True
        self.begun.set()
        while self.waiting:
            self._answer(None)

    def _answer(self, told: Any) -> None:  # noqa: ANN401 (JSON)
        """Give the one who has waited longest what was told; raises `IndexError` without one."""
        waiting, size = self.waiting.popleft()
        self.size -= size
        if not waiting.done():
            waiting.set_result(told)


def _begun(patterns: Path, theirs: socket.socket) -> subprocess.Popen[bytes]:
    """The process; it inherits its end of the socket pair and nothing else that is open."""
    return subprocess.Popen(  # noqa: S603 (our own program)
        [sys.executable, "-m", "sluice.server.analysis.detecting", str(patterns)],
        stdin=theirs.fileno(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in _PASSED_ON if name in os.environ},
    )


def _ended(process: subprocess.Popen[bytes]) -> None:
    """Wait for its end, which it finds by itself when nobody asks any more."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(2)
        return
    process.kill()
    process.wait()
