"""Recordings: sent at once or in the background, and never a reason for a call to fail."""

from __future__ import annotations

import os
import threading
import time
import uuid
import weakref
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from freeplay.errors import FreeplayError, RequestError
from freeplay.log import LOGGER
from freeplay.options import Unrecorded

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording; the key lets a server tell one that is sent again from a second one."""

    payload: Payload = field(repr=False)
    key: str = field(default_factory=lambda: str(uuid.uuid4()))


_LONGEST_PAUSE_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.2


class Reporter:
    """Counts recordings that are lost, and tells of each of them."""

    def __init__(self, on_unrecorded: Callable[[Unrecorded], object] | None) -> None:
        self.lost = 0
        self._on_unrecorded = on_unrecorded

    def report(self, payload: Payload, reason: str, status: int | None = None) -> None:
        """Write one line to the log without any text of the call, and tell who asked."""
        session_id = str(payload.get("session_id"))
        self.lost += 1
        said = f"{reason} (status {status})" if status else reason
        LOGGER.warning(
            "A call of the session %s was not recorded: %s", session_id, said
        )  # no-payload: only an id
        if self._on_unrecorded is None:
            return
        try:
            self._on_unrecorded(Unrecorded(session_id, reason, status, payload))
        except Exception as error:  # theirs; no completion fails by it
            LOGGER.warning("on_unrecorded raised %s", type(error).__name__)

    def failed(self, payload: Payload, error: Exception) -> None:
        """Report a recording that raised."""
        status = error.status if isinstance(error, RequestError) else None
        is_ours = isinstance(error, FreeplayError)
        self.report(payload, type(error).__name__ if is_ours else "not_json", status)


class BackgroundRecorder:
    """A bounded queue and one thread that sends from it.

    `send` sends one recording or raises. While the server is down the thread tries again, with
    pauses of up to 5 seconds; what comes in while the queue is full is reported as lost. At the
    end of the program, or at `close`, the rest is sent for up to `flush_seconds`.
    """

    def __init__(
        self,
        send: Callable[[Recording], None],
        reporter: Reporter,
        *,
        queue_size: int,
        flush_seconds: float,
    ) -> None:
        self._send = send
        self._reporter = reporter
        self._size = queue_size
        self._flush_seconds = flush_seconds
        self._waiting: deque[Recording] = deque()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._give_up_at: float | None = None
        self._closed = False
        self._settling = False
        _RECORDERS.add(self)

    def put(self, recording: Recording) -> None:
        """Queue a recording; never waits for the server."""
        with self._changed:
            refused = "closed" if self._closed else None
            if refused is None and len(self._waiting) >= self._size:
                refused = "queue_full"
            if refused is None:
                self._waiting.append(recording)
                self._start()
                self._changed.notify_all()
        if refused:
            self._reporter.report(recording.payload, refused)

    def flush(self, seconds: float | None = None) -> bool:
        """Wait until everything queued has been sent or reported; False where time ran out."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting and not self._settling, seconds)

    def end(self) -> None:
        """Take nothing more; the thread sends what is queued and ends. Does not wait for it."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def close(self) -> None:
        """Send the rest for up to `flush_seconds`, report what is left, and take nothing more."""
        with self._changed:
            self._give_up_at = time.monotonic() + self._flush_seconds
        self.end()
        self.flush(self._flush_seconds)
        with self._changed:
            left = list(self._waiting)
            self._waiting.clear()
            self._changed.notify_all()
        for recording in left:
            self._reporter.report(recording.payload, "unsent_at_exit")

    def forget_parent(self) -> None:
        """In a forked process: what waits there is the parent's to send."""
        self._changed = threading.Condition()
        self._waiting = deque()
        self._settling = False
        self._thread = None

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name="freeplay", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while recording := self._next():
            self._settle(recording, self._delivered(recording))

    def _next(self) -> Recording | None:
        """The oldest recording, which stays in the queue until it is settled."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return self._waiting[0] if self._waiting else None

    def _delivered(self, recording: Recording) -> Exception | None:
        """Send one, again and again where that may help; None once it has arrived."""
        attempt = 0
        while True:
            try:
                self._send(recording)
            except Exception as error:  # whatever it is is reported
                problem = error
            else:
                return None
            if not self._is_worth_another(problem):
                return problem
            self._rest(attempt)
            attempt += 1

    def _settle(self, recording: Recording, problem: Exception | None) -> None:
        """Take it off the queue, and report it if it failed; unless `close` has done so."""
        with self._changed:
            if not self._waiting or self._waiting[0] is not recording:
                return
            self._waiting.popleft()
            self._settling = True
        try:
            if problem:
                self._reporter.failed(recording.payload, problem)
        finally:
            with self._changed:
                self._settling = False
                self._changed.notify_all()

    def _is_worth_another(self, problem: Exception) -> bool:
        passing = isinstance(problem, RequestError) and (
            problem.server_is_down or problem.status == 429
        )
        return passing and not self._is_over()

    def _is_over(self) -> bool:
        return self._give_up_at is not None and time.monotonic() >= self._give_up_at

    def _rest(self, attempt: int) -> None:
        pause = min(_PAUSE_SECONDS * 2 ** min(attempt, 10), _LONGEST_PAUSE_SECONDS)
        with self._changed:
            if not self._closed:
                self._changed.wait_for(lambda: self._closed, pause)
        if self._closed:
            time.sleep(_PAUSE_SECONDS)


_RECORDERS: Final[weakref.WeakSet[BackgroundRecorder]] = weakref.WeakSet()


def _after_fork() -> None:
    for recorder in tuple(_RECORDERS):
        recorder.forget_parent()


def close_all() -> None:
    """Send what waits everywhere, each for up to its `flush_seconds`."""
    for recorder in tuple(_RECORDERS):
        recorder.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
