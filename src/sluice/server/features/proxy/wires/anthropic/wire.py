"""What both of Anthropic's wires have in common."""

from __future__ import annotations

from sluice.engine.errors import Problem
from sluice.server.features.proxy.wires import sse
from sluice.server.features.proxy.wires.anthropic.errors import error_body, error_event
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.providers.sse import Event


class AnthropicWire:
    """Model, framing and errors."""

    def choose_model(self, body: Body, model: str) -> None:
        """Write the vendor's model into the body."""
        body["model"] = model

    def joined(self, events: list[Event]) -> list[Event]:
        """Events that came together; each stays one."""
        return events

    def frame(self, event: Event) -> bytes:
        """An event with its name, if it has one, and its data."""
        return sse.frame(event)

    def error(
        self, status: int, code: str, message: str, problems: tuple[Problem, ...] = ()
    ) -> Body:
        """An error in Anthropic's shape."""
        return error_body(status, code, message, problems)

    def error_events(
        self, status: int, code: str, message: str, problems: tuple[Problem, ...] = ()
    ) -> list[Event]:
        """The event that ends a running stream."""
        return [error_event(status, code, message, problems)]
