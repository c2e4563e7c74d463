"""Images, sound and documents in OpenAI's requests."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from tests.unit.server.features.proxy.wires.openai_samples import MARK, cleansed, read

from sluice.server.features.proxy.wires.openai.chat import ChatWire
from sluice.server.features.proxy.wires.openai.responses import ResponsesWire
from sluice.server.features.proxy.wires.wire import Wire

PDF = base64.b64encode(b"%PDF-1").decode()
Expected = tuple[str, str, str, str | None]


def chat(part: dict[str, Any]) -> dict[str, Any]:
    """A chat with one part."""
    return {"model": "m", "messages": [{"role": "user", "content": [part]}]}


def responses(part: dict[str, Any]) -> dict[str, Any]:
    """A response's request with one part."""
    return {"model": "m", "input": [{"role": "user", "content": [part]}]}


CHAT = "messages[0].content[0]"
INPUT = "input[0].content[0]"
CASES: dict[str, tuple[type[Wire], dict[str, Any], Expected]] = {
    "an image as a data URL": (
        ChatWire,
        chat({"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PDF}"}}),
        (CHAT, "image", "image/png", PDF),
    ),
    "an image's address": (
        ChatWire,
        chat({"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}),
        (CHAT, "image", "", None),
    ),
    "an image's address as a string": (
        ChatWire,
        chat({"type": "image_url", "image_url": "https://x.example/a.png"}),
        (CHAT, "image", "", None),
    ),
    "a data URL without base64": (
        ChatWire,
        chat({"type": "image_url", "image_url": {"url": "data:image/svg+xml,%3Csvg%2F%3E"}}),
        (CHAT, "image", "image/svg+xml", base64.b64encode(b"<svg/>").decode()),
    ),
    "sound": (
        ChatWire,
        chat({"type": "input_audio", "input_audio": {"data": PDF, "format": "wav"}}),
        (CHAT, "audio", "audio/wav", PDF),
    ),
    "a file as a data URL": (
        ChatWire,
        chat(
            {
                "type": "file",
                "file": {"file_data": f"data:application/pdf;base64,{PDF}", "filename": "a.pdf"},
            }
        ),
        (CHAT, "document", "application/pdf", PDF),
    ),
    "a file by its id": (
        ChatWire,
        chat({"type": "file", "file": {"file_id": "file-1"}}),
        (CHAT, "document", "", None),
    ),
    "a media type that is none": (
        ChatWire,
        chat({"type": "image_url", "image_url": {"url": f"data:a b@c;base64,{PDF}"}}),
        (CHAT, "image", "", PDF),
    ),
    "a response's image": (
        ResponsesWire,
        responses({"type": "input_image", "image_url": f"data:image/png;base64,{PDF}"}),
        (INPUT, "image", "image/png", PDF),
    ),
    "a response's image by its id": (
        ResponsesWire,
        responses({"type": "input_image", "file_id": "file-1", "detail": "auto"}),
        (INPUT, "image", "", None),
    ),
    "a response's file": (
        ResponsesWire,
        responses({"type": "input_file", "file_data": PDF, "filename": "a.pdf"}),
        (INPUT, "document", "", PDF),
    ),
    "a response's file by its address": (
        ResponsesWire,
        responses({"type": "input_file", "file_url": "https://x.example/a.pdf"}),
        (INPUT, "document", "", None),
    ),
    "a screenshot": (
        ResponsesWire,
        {
            "model": "m",
            "input": [
                {
                    "type": "computer_call_output",
                    "call_id": "call_1",
                    "output": {
                        "type": "computer_screenshot",
                        "image_url": f"data:image/png;base64,{PDF}",
                    },
                }
            ],
        },
        ("input[0].output", "image", "image/png", PDF),
    ),
    "an image of an earlier answer": (
        ResponsesWire,
        {
            "model": "m",
            "input": [{"type": "image_generation_call", "id": "ig_1", "result": PDF}],
        },
        ("input[0]", "image", "", PDF),
    ),
    "a wish for sound": (
        ChatWire,
        {"model": "m", "messages": [], "modalities": ["text", "audio"], "audio": {"voice": "a"}},
        ("modalities", "audio", "", None),
    ),
    "a wish for images": (
        ResponsesWire,
        {"model": "m", "input": "hi", "tools": [{"type": "image_generation"}]},
        ("tools[0]", "image", "", None),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_media_are_attachments(case: str) -> None:
    """Each has its path, kind, media type and data; none of it is a problem."""
    wire, body, expected = CASES[case]
    _, reading = read(wire(), body)
    found = [(a.path, a.kind, a.media_type, a.data) for a in reading.attachments]
    assert (found, reading.problems) == ([expected], [])


@pytest.mark.parametrize("case", CASES)
def test_a_replaced_attachment_is_gone(case: str) -> None:
    """A text takes the place of the medium, or the wish for one is taken back."""
    wire, body, (_, _, _, data) = CASES[case]
    _, reading = read(wire(), body)
    reading.attachments[0].replace("what stood in it")
    sent = json.dumps(body)
    wished = case.startswith("a wish")
    assert ("what stood in it" in sent) is not wished
    assert data is None or data not in sent
    assert "image_generation" not in sent
    assert "audio" not in sent


SITES: dict[str, tuple[type[Wire], dict[str, Any]]] = {
    "a file's name": (
        ChatWire,
        chat({"type": "file", "file": {"file_data": PDF, "filename": MARK}}),
    ),
    "a response's file's name": (
        ResponsesWire,
        responses({"type": "input_file", "file_data": PDF, "filename": MARK}),
    ),
    "an address": (ChatWire, chat({"type": "image_url", "image_url": {"url": MARK}})),
    "an address as a string": (ChatWire, chat({"type": "image_url", "image_url": MARK})),
    "a response's address": (ResponsesWire, responses({"type": "input_image", "image_url": MARK})),
    "a file's address": (ResponsesWire, responses({"type": "input_file", "file_url": MARK})),
    "an unknown member": (
        ChatWire,
        chat({"type": "image_url", "image_url": {"url": "https://x.example", "note": MARK}}),
    ),
    "an unknown member beside": (
        ChatWire,
        chat({"type": "input_audio", "input_audio": {"data": PDF}, "note": MARK}),
    ),
}


@pytest.mark.parametrize("case", SITES)
def test_texts_beside_media_are_scanned(case: str) -> None:
    """Names, addresses and unknown members are texts, whatever the policy says of the medium."""
    wire, body = SITES[case]
    out, reading = cleansed(wire(), body)
    assert not reading.problems
    assert MARK not in json.dumps(out)
    assert len(reading.attachments) == 1
