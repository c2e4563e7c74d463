"""A process that has loaded the server already, and becomes one as often as it is asked.

Loading takes seconds of CPU, and tests start hundreds of servers and commands: each is a fork of
this process, with an environment, a folder, an input and outputs of its own, and does what `sluice`
does. Tests of how the command starts, start it as people do.

It reads orders as lines of JSON and writes a line for each start and each end. When nobody can ask
any more, it ends.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import sys
from typing import Any, NoReturn

Order = dict[str, Any]


def load() -> None:
    """Load all that a server loads, and make nothing of it."""
    gc.disable()
    import aiosqlite
    import asyncpg
    import uvicorn.loops.uvloop
    import uvicorn.protocols.http.httptools_impl

    import sluice.cli.main
    import sluice.cli.serving
    import sluice.server.dashboard.pages
    import sluice.server.migrations.run

    assert all(
        (aiosqlite, asyncpg, uvicorn.loops, sluice.cli, sluice.server.dashboard.pages)
    )  # they were imported for what that loads
    gc.freeze()
    gc.enable()


def become(order: Order) -> NoReturn:
    """Run the command of an order, as its process."""
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    writing = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    os.dup2(os.open(order["input"], os.O_RDONLY), 0)
    os.dup2(os.open(order["output"], writing, 0o644), 1)
    os.dup2(os.open(order["errors"], writing, 0o644), 2)
    os.closerange(3, 64)
    for number in (signal.SIGCHLD, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["sluice", *order["words"]]
    from sluice.cli.main import run

    run()
    raise SystemExit(0)


def tell(**said: int) -> None:
    """One line to whoever asks."""
    os.write(1, (json.dumps(said) + "\n").encode())


def reap() -> None:
    """Tell of every process that has ended."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if pid == 0:
            return
        tell(ended=pid, code=os.waitstatus_to_exitcode(status))


def main() -> None:
    """Answer orders until there can be none any more."""
    load()
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.set_wakeup_fd(writing)
    waiting = selectors.DefaultSelector()
    waiting.register(0, selectors.EVENT_READ)
    waiting.register(reading, selectors.EVENT_READ)
    pending = b""
    while True:
        ready = {key.fd for key, _ in waiting.select()}
        if reading in ready:
            os.read(reading, 4096)
        reap()
        if 0 not in ready:
            continue
        asked = os.read(0, 1 << 20)
        if not asked:
            return
        *lines, pending = (pending + asked).split(b"\n")
        for line in lines:
            order = json.loads(line)
            pid = os.fork()
            if pid == 0:
                become(order)
            tell(begun=pid)


if __name__ == "__main__":
    main()
