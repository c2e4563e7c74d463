"""Amazon's services and their peers, for the tests that run over both."""

from __future__ import annotations

from dataclasses import dataclass

from tests.peers import Peer
from tests.peers.aws_answers import AwsWire
from tests.peers.aws_endpoint import EndpointWire
from tests.peers.aws_signin import (
    ACCESS_KEY_ID,
    API_KEY,
    REGION,
    SECRET_ACCESS_KEY,
    SESSION_TOKEN,
)
from tests.peers.aws_wire import ConverseWire
from tests.unit.server.providers.wishes import said

from sluice.engine.types import CleansedText
from sluice.server.providers.base import NOTHING_MORE, Asked, Connection, Delta, Message, ToolCall
from sluice.server.providers.registry import Providers
from sluice.server.providers.transport import Transport

QUESTION = (said("system", "Be brief."), said("user", "Weather for PERSON_0, canary-prompt?"))
IDENTITY = {"access_key_id": ACCESS_KEY_ID, "secret_access_key": SECRET_ACCESS_KEY}
TEMPORARY = IDENTITY | {"session_token": SESSION_TOKEN}
BEARER = {"api_key": API_KEY}
CLAUDE = "anthropic.claude-sonnet-4-5-20250929-v1:0"


@dataclass(frozen=True, slots=True)
class Service:
    """One of Amazon's services, the wire of its peer and a model of it."""

    key: str
    wire: AwsWire
    model: str

    def connection(
        self,
        peer: Peer,
        credentials: dict[str, str] = IDENTITY,
        model: str = "",
        **more: str | bool,
    ) -> Connection:
        """A connection to the peer."""
        options = {"region": REGION, **more}
        return Connection(self.key, model or self.model, peer.url, credentials, options)


BEDROCK = Service("aws_bedrock", ConverseWire(), CLAUDE)
SERVICES = {
    "aws_bedrock": BEDROCK,
    "aws_sagemaker": Service("aws_sagemaker", EndpointWire(), "chat-1"),
}


async def ask(
    transport: Transport,
    connection: Connection,
    messages: tuple[Message, ...] = QUESTION,
    asked: Asked = NOTHING_MORE,
) -> list[Delta]:
    """All deltas of an answer."""
    provider = Providers(transport)[connection.provider_key]
    return [delta async for delta in provider.stream(connection, messages, asked)]


def calls(deltas: list[Delta]) -> tuple[ToolCall, ...]:
    """The calls that the deltas make."""
    pieces = [delta.tool_call for delta in deltas if delta.tool_call]
    found = []
    for start in (piece for piece in pieces if piece.id):
        given = "".join(piece.arguments for piece in pieces if piece.index == start.index)
        found.append(ToolCall(start.id, start.name, CleansedText(given)))
    return tuple(found)
