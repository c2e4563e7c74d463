"""OpenAI's shapes for errors and models, and events as bytes."""

from __future__ import annotations

import json

import pytest
from tests.unit.server.features.proxy.wires.openai_streams import parsed

from sluice.engine.errors import Problem
from sluice.server.features.proxy.wires import sse
from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.errors import model_body, models_body
from sluice.server.providers.sse import Event

KINDS = {
    (400, "malformed"): ("invalid_request_error", "malformed"),
    (401, "unauthenticated"): ("invalid_request_error", "invalid_api_key"),
    (403, "policy_blocked"): ("permission_error", "policy_blocked"),
    (404, "not_found"): ("invalid_request_error", "not_found"),
    (422, "unprocessable"): ("invalid_request_error", "unprocessable"),
    (429, "rate_limited"): ("rate_limit_error", "rate_limit_exceeded"),
    (502, "provider_error"): ("server_error", "provider_error"),
    (504, "provider_timeout"): ("server_error", "provider_timeout"),
}


@pytest.mark.parametrize(("status", "code"), KINDS)
def test_errors_have_openais_words(status: int, code: str) -> None:
    """Type and code by status; clients look at both."""
    body = ChatWire().error(status, code, "No.", ())
    kind, told = KINDS[status, code]
    assert body == {"error": {"message": "No.", "type": kind, "param": None, "code": told}}


def test_every_problem_is_listed() -> None:
    """The message names each path, `param` is the first; very many are counted."""
    problems = tuple(Problem(f"messages[{n}]", "is wrong") for n in range(25))
    error = ChatWire().error(422, "unprocessable", "No.", problems[:2])["error"]
    assert error["message"] == "No. messages[0]: is wrong; messages[1]: is wrong"
    assert error["param"] == "messages[0]"
    many = ChatWire().error(422, "unprocessable", "No.", problems)["error"]["message"]
    assert many.endswith("messages[19]: is wrong; and 5 more")


def test_a_running_stream_tells_of_an_error_in_its_last_event() -> None:
    """The error's body as data; a client raises when it reads it."""
    (event,) = ChatWire().error_events(502, "provider_error", "It failed.", ())
    assert event.event == "message"
    assert json.loads(event.data)["error"]["message"] == "It failed."


def test_models_have_openais_shape() -> None:
    """One model, and all of them."""
    one = model_body("Echo", 7)
    assert one == {"id": "Echo", "object": "model", "created": 7, "owned_by": "sluice"}
    assert models_body([one]) == {"object": "list", "data": [one]}


FRAMES = {
    "without a type": (Event("message", "{}"), b"data: {}\n\n"),
    "with a type": (Event("error", "{}"), b"event: error\ndata: {}\n\n"),
    "the end marker": (sse.DONE, b"data: [DONE]\n\n"),
    "lines": (Event("message", "a\nb\r\nc"), b"data: a\ndata: b\ndata: c\n\n"),
    "beyond ASCII": (Event("message", "grüße"), "data: grüße\n\n".encode()),
    "half a character": (Event("message", "a\ud83d"), b"data: a?\n\n"),
}


@pytest.mark.parametrize("case", FRAMES)
def test_events_are_framed(case: str) -> None:
    """Each event has its lines and an empty one, and is read back as one."""
    event, frame = FRAMES[case]
    assert sse.frame(event) == frame
    assert len(parsed(frame)) == 1


def test_separators_of_unicode_do_not_end_a_line() -> None:
    """Only CR and LF end a line of an event stream."""
    event = Event("message", "a\u2028b\nb\x85c\x0bd")
    assert parsed(sse.frame(event)) == [event]
