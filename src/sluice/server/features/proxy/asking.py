"""Asking an instance's connections: natively where the vendor speaks the wire, else translated."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from sluice.server.errors import Unprocessable
from sluice.server.features.proxy.translate.base import Translation
from sluice.server.features.proxy.translate.translations import TRANSLATIONS
from sluice.server.features.proxy.wires.reading import Body
from sluice.server.features.proxy.wires.wire import Wire
from sluice.server.providers.base import Connection, Delta, ProviderProtocolError
from sluice.server.providers.fallback import Fallback, only
from sluice.server.providers.native import Native
from sluice.server.providers.registry import Providers
from sluice.server.providers.sse import Event


@runtime_checkable
class AsksUsage(Protocol):
    """A wire on which a vendor counts a streamed answer's tokens only when asked to."""

    def ask_usage(self, body: Body) -> None:
        """Have them counted."""
        ...


@dataclass(frozen=True, slots=True)
class Question:
    """A cleansed request, ready to be sent to any of the connections."""

    wire: Wire
    body: Body = field(repr=False)
    connections: tuple[Connection, ...]
    """In the order in which they are asked; each with the model that it is asked for."""
    headers: Mapping[str, str] = field(repr=False)
    """The caller's, names in lower case."""


class Asking:
    """Asks vendors; answers come back in the caller's wire, with placeholders in them."""

    def __init__(self, providers: Providers, native: Native) -> None:
        self._providers = providers
        self._native = native

    def check(self, question: Question) -> None:
        """Raise `Unprocessable`, with every path, if some connection could not be told all of it.

        Before anything is recorded or sent: a fallback must be able to take over the same call.
        """
        wire = question.wire
        for connection in question.connections:
            if not self._native.speaks(connection, wire.path):
                _translation(wire, connection).request(question.body)

    def stream(self, question: Question) -> Fallback[list[Event]]:
        """The events of the first connection that answers, in groups that came together."""
        return Fallback(question.connections, lambda one: self._events(question, one))

    def whole(self, question: Question) -> Fallback[Body]:
        """The whole answer of the first connection that answers, as the only piece."""
        return Fallback(question.connections, lambda one: only(self._answer(question, one)))

    def _events(
        self, question: Question, connection: Connection
    ) -> AsyncGenerator[list[Event], None]:
        wire, body = question.wire, _for(question, connection)
        if not self._native.speaks(connection, wire.path):
            return self._translated(wire, body, connection)
        if isinstance(wire, AsksUsage) and self._native.tells_usage_if_asked(connection):
            wire.ask_usage(body)
        return self._native.stream(connection, wire.path, body, question.headers)

    async def _translated(
        self, wire: Wire, body: Body, connection: Connection
    ) -> AsyncGenerator[list[Event], None]:
        translation = _translation(wire, connection)
        renderer = translation.renderer(body, connection.model)
        async with aclosing(self._deltas(translation, body, connection)) as deltas:
            async for delta in deltas:
                if events := renderer.feed(_complete(delta, connection)):
                    yield events
        if events := renderer.finish():
            yield events

    async def _answer(self, question: Question, connection: Connection) -> Body:
        wire, body = question.wire, _for(question, connection)
        if self._native.speaks(connection, wire.path):
            return await self._native.whole(connection, wire.path, body, question.headers)
        translation = _translation(wire, connection)
        async with aclosing(self._deltas(translation, body, connection)) as deltas:
            said = [_complete(delta, connection) async for delta in deltas]
        return translation.answer(body, connection.model, said)

    def _deltas(
        self, translation: Translation, body: Body, connection: Connection
    ) -> AsyncGenerator[Delta, None]:
        asked = translation.request(body)
        provider = self._providers[connection.provider_key]
        return provider.stream(connection, asked.messages, asked.asked)


def _for(question: Question, connection: Connection) -> Body:
    """The body for one connection; the others' stays as it is."""
    body = dict(question.body)
    question.wire.choose_model(body, connection.model)
    return body


def _translation(wire: Wire, connection: Connection) -> Translation:
    translation = TRANSLATIONS.get(wire.name)
    if translation is None:
        raise Unprocessable(
            f"The provider {connection.provider_key} does not serve {wire.path}, and nothing else "
            "that it serves would do; choose an instance of another provider.",
            code="not_served",
        )
    return translation


def _complete(delta: Delta, connection: Connection) -> Delta:
    """Refuse an answer that ended for an unknown reason: it must not pass for a whole one."""
    if delta.finish_reason == "error":
        text = f"{connection.provider_key} ended its answer for a reason that is not known here."
        raise ProviderProtocolError(connection.provider_key, text, status=200)
    return delta if delta.model else replace(delta, model=connection.model)
