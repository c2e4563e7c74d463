"""Nothing of a page is made while its first visitor waits."""

from __future__ import annotations

import threading

import pytest
from jinja2 import DictLoader, Environment

from sluice.server.dashboard.rendering import make_renderer
from sluice.server.dashboard.warming import Warming

pytestmark = pytest.mark.anyio


def test_every_template_is_compiled() -> None:
    renderer = make_renderer()
    Warming(renderer).run()
    names = renderer.list_templates()
    assert len(names) > 50
    assert renderer.cache is not None
    assert {key[1] for key in renderer.cache} == set(names)


async def test_a_server_that_ends_does_not_wait_for_what_is_left() -> None:
    names = {f"{number}.html": "" for number in range(10_000)}
    loaded = threading.Event()

    class Loader(DictLoader):
        """Tells that something was asked for."""

        def load(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
            """As usual."""
            loaded.set()
            return super().load(*args, **kwargs)  # type: ignore[arg-type]

    warming = Warming(Environment(loader=Loader(names), autoescape=True, cache_size=-1))
    working = threading.Thread(target=warming.run)
    working.start()
    assert loaded.wait(30)
    await warming.close()
    working.join(30)
    assert not working.is_alive()


async def test_one_that_ends_before_it_begins_makes_nothing() -> None:
    renderer = make_renderer()
    warming = Warming(renderer)
    warming.start()
    await warming.close()
    assert renderer.cache is not None
    assert len(renderer.cache) == 0
