"""Short ways to translate a request, for tests."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.server.features.proxy.translate.answers import BODIES

from sluice.server.errors import Unprocessable
from sluice.server.features.proxy.translate.base import Translated
from sluice.server.features.proxy.translate.translations import TRANSLATIONS
from sluice.server.providers.base import Asked, Message, Part


def translated(wire: str, **more: Any) -> Translated:  # noqa: ANN401 any JSON value
    """A small request with more in it."""
    return TRANSLATIONS[wire].request(BODIES[wire] | more)


def asked(wire: str, **more: Any) -> Asked:  # noqa: ANN401 any JSON value
    """What the request asks for."""
    return translated(wire, **more).asked


def told(messages: tuple[Message, ...]) -> list[tuple[str, tuple[Part, ...]]]:
    """Roles and parts, however a message holds them."""
    return [(message.role, message.parts) for message in messages]


def refused(wire: str, **more: Any) -> list[str]:  # noqa: ANN401 any JSON value
    """The paths of what is refused."""
    with pytest.raises(Unprocessable) as caught:
        translated(wire, **more)
    return [problem.path for problem in caught.value.errors]
