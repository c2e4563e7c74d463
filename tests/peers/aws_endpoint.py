"""An endpoint of Amazon SageMaker whose container speaks OpenAI's chat wire."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.peers import aws_signin
from tests.peers.aws_frames import in_parts, payload_part
from tests.peers.openai_wire import OpenAIWire
from tests.peers.server import Received
from tests.peers.wire import Says, dump


class EndpointWire:
    """`POST /endpoints/{name}/invocations-response-stream` with a signature.

    What the container streams is cut into parts of `size` bytes, in the middle of whatever it is.
    """

    def __init__(self, size: int = 19) -> None:
        self._size = size
        self._inner = OpenAIWire(needs_key=False)
        self.default_reason = self._inner.default_reason
        self.calling_reason = self._inner.calling_reason

    def refusal(self, request: Received) -> tuple[int, str] | None:
        """Status and error type for what the service refuses, 424 for what the container does."""
        unsigned = aws_signin.problem(request, "sagemaker")
        if unsigned:
            return 403, unsigned
        if not request.path.endswith("/invocations-response-stream"):
            return 404, "UnknownOperationException"
        return (424, "ModelError") if self._inner.refusal(_inside(request)) else None

    def asked(self, request: Received) -> str:
        """The text of the last user message."""
        return self._inner.asked(_inside(request))

    def events(self, request: Received, says: Says) -> list[bytes]:
        """The container's events in parts."""
        whole = b"".join(self._inner.events(_inside(request), says))
        return [payload_part(part) for part in in_parts(whole, self._size)]

    def error(self, message: str) -> bytes:
        """The body of an error, which quotes the container's own."""
        return dump({"Message": message, "OriginalStatusCode": 422, "OriginalMessage": message})


def _inside(request: Received) -> Received:
    """The request as the container gets it; a container has one model and needs no name."""
    body = {"model": "served"} | json.loads(request.body)
    return replace(request, target="/v1/chat/completions", body=dump(body))
