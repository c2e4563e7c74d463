"""Bodies of plain routes: a JSON object that can be written as JSON again, or a clear refusal."""

from __future__ import annotations

import gzip

import pytest
from starlette.requests import Request
from starlette.types import Message

from sluice.server.errors import Malformed, SluiceError
from sluice.server.kit.json_body import json_object, parsed_object

pytestmark = pytest.mark.anyio
CANARY = "canary-jane@example.org"


def _request(body: bytes, encoding: str) -> Request:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    headers = [(b"content-encoding", encoding.encode())]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400", "-1e400", "9" * 5000])
async def test_a_number_that_no_json_can_say_is_refused_and_not_quoted(number: str) -> None:
    """1e400 would be read as infinite, and fail as the vendor's fault when it is sent on."""
    with pytest.raises(Malformed) as caught:
        parsed_object(f'{{"said": "{CANARY}", "number": {number}}}'.encode())
    assert CANARY not in caught.value.message


async def test_other_numbers_are_read() -> None:
    assert parsed_object(b'{"a": 1e300, "b": -0.5, "c": 12345678901234567890}') == {
        "a": 1e300,
        "b": -0.5,
        "c": 12345678901234567890,
    }


@pytest.mark.parametrize("encoding", ["gzip", "Zstd", "br, identity"])
async def test_a_compressed_body_is_refused_as_that(encoding: str) -> None:
    with pytest.raises(SluiceError) as caught:
        await json_object(_request(gzip.compress(b"{}"), encoding))
    assert (caught.value.status, caught.value.code) == (415, "unsupported_media_type")


@pytest.mark.parametrize("encoding", ["", "identity", "Identity"])
async def test_a_body_that_is_said_to_be_plain_is_read(encoding: str) -> None:
    assert await json_object(_request(b'{"a": 1}', encoding)) == {"a": 1}
