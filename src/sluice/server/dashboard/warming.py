"""What the first visitor would wait for, made ready while nobody does: templates.

Each is compiled when it is first asked for, with those that it includes: up to 0.3 s of a page.
"""

from __future__ import annotations

import asyncio
import threading
from typing import Final

from jinja2 import Environment

DELAY: Final = 2.0
"""Seconds after the start: by then a server answers, and who only looks whether it does is gone."""
PAUSE: Final = 0.005
"""Seconds between two templates, in which others get the processor."""


class Warming:
    """Runs once, in a thread of its own, and ends when it is told to."""

    def __init__(self, renderer: Environment) -> None:
        self._renderer = renderer
        self._stop = threading.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin in a while."""
        self._task = asyncio.create_task(asyncio.to_thread(self.run, DELAY), name="warming")

    async def close(self) -> None:
        """End after what is being made."""
        self._stop.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    def run(self, delay: float = 0) -> None:
        """Compile every template."""
        if self._stop.wait(delay):
            return
        for name in self._renderer.list_templates():
            if self._stop.wait(PAUSE):
                return
            self._renderer.get_template(name)
