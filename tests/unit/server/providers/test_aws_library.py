"""What is taken from botocore: framing that any split gives back, signatures, silence."""

from __future__ import annotations

import logging
import subprocess
import sys
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.peers import aws_signin
from tests.peers.aws_frames import event, frame, payload_part
from tests.peers.server import Received

from sluice.server.providers.aws_library import Frame, FrameParser, Keys, Library
from sluice.server.providers.base import ProviderProtocolError
from sluice.server.providers.engine import Call

pytestmark = pytest.mark.anyio
KEYS = Keys(
    aws_signin.ACCESS_KEY_ID,
    aws_signin.SECRET_ACCESS_KEY,
    aws_signin.SESSION_TOKEN,
    aws_signin.REGION,
)
STREAM = event("messageStart", role="assistant") + payload_part(b"\xff\x00") + frame({}, b"")


@pytest.fixture(scope="module")
async def library() -> Library:
    """botocore, imported once."""
    found = Library()
    await found.load()
    return found


def parsed(parser: FrameParser, pieces: list[bytes]) -> list[Frame]:
    return [frame for piece in pieces for frame in parser.feed(piece)]


@settings(max_examples=60)
@given(cuts=st.lists(st.integers(0, len(STREAM)), max_size=8).map(sorted))
async def test_frames_are_the_same_however_bytes_are_cut(library: Library, cuts: list[int]) -> None:
    """Every split gives the frames that were written, payloads and headers."""
    edges = [0, *cuts, len(STREAM)]
    pieces = [STREAM[a:b] for a, b in pairwise(edges)]
    found = parsed(library.frames("aws_bedrock"), pieces)
    assert [one.word(":event-type") for one in found] == ["messageStart", "PayloadPart", ""]
    assert found[1].payload == b"\xff\x00"


BROKEN: dict[str, bytes] = {
    "text": b"canary text in place of frames",
    "a wrong checksum": STREAM[:-1] + bytes([STREAM[-1] ^ 1]),
    "an unknown type of header": frame({"a": "b"}, b"").replace(b"a\x07", b"a\x63"),
}


@pytest.mark.parametrize("case", BROKEN)
async def test_what_is_no_frame_is_refused_without_a_word_of_it(
    library: Library, case: str
) -> None:
    """Its class is named, and nothing of the bytes."""
    with pytest.raises(ProviderProtocolError, match="malformed stream") as caught:
        parsed(library.frames("aws_bedrock"), [BROKEN[case]])
    assert "canary" not in str(caught.value)
    assert (caught.value.__cause__, caught.value.__context__) == (None, None)


PATHS = (
    "/model/anthropic.claude-x-v1%3A0/converse-stream",
    "/model/arn%3Aaws%3Abedrock%3Aeu%3A1%3Ainference-profile%2Fa.b/converse-stream",
    "/prefix/endpoints/chat-1/invocations-response-stream",
)


@pytest.mark.parametrize("path", PATHS)
async def test_a_signature_covers_address_headers_and_body(library: Library, path: str) -> None:
    """AWS, which computes it anew, comes to the same one; not so for anything that was changed."""
    call = Call("aws_bedrock", f"http://127.0.0.1:9{path}", {"content-type": "a/b"}, b"{}")
    headers = {n.lower(): v for n, v in library.sign(call, KEYS, "bedrock").headers.items()}
    headers["host"] = "127.0.0.1:9"
    assert aws_signin.problem(Received("POST", path, headers, b"{}", 1), "bedrock") is None
    changed = {
        "body": Received("POST", path, headers, b"{ }", 1),
        "path": Received("POST", path.replace("%3A", ":") + "x", headers, b"{}", 1),
        "token": Received("POST", path, headers | {"x-amz-security-token": "x"}, b"{}", 1),
    }
    found = {name: aws_signin.problem(request, "bedrock") for name, request in changed.items()}
    assert set(found.values()) == {"InvalidSignatureException"}


async def test_signing_writes_no_log(library: Library, caplog: pytest.LogCaptureFixture) -> None:
    """In DEBUG the library would show the session's token."""
    caplog.set_level(logging.DEBUG)
    library.sign(Call("aws_bedrock", "http://127.0.0.1/", {}, b"{}"), KEYS, "bedrock")
    assert "canary" not in caplog.text
    assert "botocore" not in {record.name.partition(".")[0] for record in caplog.records}


def test_nothing_shows_credentials_or_payloads() -> None:
    """`repr` ends up in tracebacks."""
    assert "canary" not in repr(KEYS).lower()
    assert "canary" not in repr(Frame({":error-message": "canary"}, b"canary"))


def test_botocore_is_not_imported_before_it_is_used() -> None:
    """It takes a quarter of a second, which a start without Amazon's services shall not pay."""
    program = (
        "import sys; from sluice.server.providers.registry import Providers, provider_keys;"
        "from sluice.server.providers.transport import Transport; Providers(Transport());"
        "sys.exit('botocore' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
