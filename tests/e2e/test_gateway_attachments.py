"""Documents and images through the gateway, under each rule that an instance can have for them."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from typing import Any

import anthropic
import openai
import pytest
from tests.live import LiveServer, connection_to, peer_beside
from tests.peers import Peer
from tests.peers.anthropic_paths import AnthropicPaths
from tests.peers.behaviours import answering
from tests.peers.openai_paths import OpenAIPaths

MAIL = "jane.roe@example.com"
LETTER = f"Letter of {MAIL} here"
PDF_TYPE = "application/pdf"
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PIXEL = "data:image/png;base64,iVBORw0KGgo="
Gateway = tuple[LiveServer, dict[str, Peer]]


def _pdf(text: str) -> bytes:
    """A PDF of one page with one line."""
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
        "/Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, written in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{written}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    tail = f"xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\n"
    return body + f"{tail}startxref\n{len(body)}\n%%EOF".encode()


def _docx(text: str) -> bytes:
    """A DOCX of one paragraph."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    words = f"<w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body>"
    xml = f'<w:document xmlns:w="{space}">{words}</w:document>'
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", xml)
    return file.getvalue()


DOCUMENTS = {
    "PDF": (_pdf(LETTER), PDF_TYPE),
    "DOCX": (_docx(LETTER), DOCX_TYPE),
    "plain": (LETTER.encode(), "text/plain"),
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """A server with an instance of each rule on each vendor, named `rule-vendor`."""
    with (
        peer_beside(answering(OpenAIPaths(), pieces=None)) as one,
        peer_beside(answering(AnthropicPaths(), pieces=None)) as other,
        LiveServer(tmp_path_factory.mktemp("attachments") / "server") as server,
    ):
        peers = {"openai": one, "anthropic": other}
        for rule in ("refuse", "pass", "extract"):
            for vendor, peer in peers.items():
                name = f"{rule}-{vendor}"
                server.instance(connection_to(peer, vendor), name=name, attachments=rule)
        yield server, peers


@pytest.fixture
def client(gateway: Gateway) -> Iterator[openai.OpenAI]:
    """OpenAI's SDK; what the vendors got before is forgotten."""
    for peer in gateway[1].values():
        peer.requests.clear()
    server = gateway[0]
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=server.token, max_retries=0) as made:
        yield made


@pytest.fixture
def claude(gateway: Gateway, client: openai.OpenAI) -> Iterator[anthropic.Anthropic]:
    """Anthropic's SDK."""
    server = gateway[0]
    with anthropic.Anthropic(base_url=server.url, api_key=server.token, max_retries=0) as made:
        yield made


def _url(document: str) -> str:
    content, media_type = DOCUMENTS[document]
    return f"data:{media_type};base64,{base64.b64encode(content).decode()}"


def _chat(client: openai.OpenAI, instance: str, part: Any) -> str:  # noqa: ANN401 - any content part
    parts: Any = [{"type": "text", "text": "Read this. "}, part]
    done = client.chat.completions.create(
        model=instance, messages=[{"role": "user", "content": parts}]
    )
    return done.choices[0].message.content or ""


def _file(document: str, name: str = "letter") -> dict[str, Any]:
    return {"type": "file", "file": {"filename": name, "file_data": _url(document)}}


def _sent(gateway: Gateway, vendor: str) -> str:
    (request,) = gateway[1][vendor].requests
    return request.body.decode()


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_extracted_text_is_cleansed_before_it_is_sent_and_restored_after(
    client: openai.OpenAI, gateway: Gateway, vendor: str, document: str
) -> None:
    said = _chat(client, f"extract-{vendor}", _file(document))
    assert LETTER in said
    sent = _sent(gateway, vendor)
    assert "Letter of EMAIL_ADDRESS_" in sent
    assert MAIL not in sent
    assert "base64" not in sent


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_a_document_of_a_message_is_cleansed(
    claude: anthropic.Anthropic, gateway: Gateway, vendor: str
) -> None:
    data = base64.b64encode(DOCUMENTS["PDF"][0]).decode()
    source = {"type": "base64", "media_type": PDF_TYPE, "data": data}
    block: Any = {"type": "document", "title": f"By {MAIL}", "source": source}
    claude.messages.create(
        model=f"extract-{vendor}",
        max_tokens=50,
        messages=[{"role": "user", "content": [block, {"type": "text", "text": "Read it."}]}],
    )
    sent = _sent(gateway, vendor)
    assert "Letter of EMAIL_ADDRESS_0 here" in sent
    assert "By EMAIL_ADDRESS_0" in sent
    assert MAIL not in sent


def test_a_file_of_a_response_is_cleansed(client: openai.OpenAI, gateway: Gateway) -> None:
    parts: Any = [
        {"type": "input_file", "filename": "letter.docx", "file_data": _url("DOCX")},
        {"type": "input_text", "text": " Read it."},
    ]
    done = client.responses.create(
        model="extract-openai", input=[{"role": "user", "content": parts}]
    )
    assert done.output_text == f"{LETTER} Read it."
    assert MAIL not in _sent(gateway, "openai")


def test_extracted_text_stands_cleansed_on_the_record_with_its_path(
    client: openai.OpenAI, gateway: Gateway
) -> None:
    _chat(client, "extract-openai", _file("PDF"))
    with gateway[0].client() as own:
        number = own.get("/api/v1/calls").json()["data"][0]["id"]
        call = own.get(f"/api/v1/calls/{number}").json()["data"]
    assert call["coverage"]["attachments"] == {"messages[].content[]": 1}
    assert call["coverage"]["scanned"]["messages[].content[].text"] == 2
    assert call["manifest"] == {"EMAIL_ADDRESS": {"mask": 1}}
    assert MAIL not in str(call["request"])
    assert MAIL in str(call["hydratedRequest"])


@pytest.mark.parametrize("part", [_file("PDF"), {"type": "image_url", "image_url": {"url": PIXEL}}])
def test_attachments_are_refused_with_their_path_unless_somebody_allows_them(
    client: openai.OpenAI, gateway: Gateway, part: dict[str, Any]
) -> None:
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        _chat(client, "refuse-openai", part)
    assert "messages[0].content[1]" in str(refused.value)
    assert gateway[1]["openai"].requests == []


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(b"%PDF-1.4 broken", PDF_TYPE), (b"\x00\xff\xfe", "text/plain"), (b"PK", DOCX_TYPE)],
    ids=["broken PDF", "no text", "broken archive"],
)
def test_what_cannot_be_read_as_a_whole_is_refused(
    client: openai.OpenAI, gateway: Gateway, content: bytes, media_type: str
) -> None:
    data = f"data:{media_type};base64,{base64.b64encode(content).decode()}"
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        _chat(client, "extract-openai", {"type": "file", "file": {"file_data": data}})
    assert "messages[0].content[1]" in str(refused.value)
    assert gateway[1]["openai"].requests == []


def test_an_image_has_no_text_to_take_out(client: openai.OpenAI, gateway: Gateway) -> None:
    with pytest.raises(openai.UnprocessableEntityError, match="no text can be taken out"):
        _chat(client, "extract-openai", {"type": "image_url", "image_url": {"url": PIXEL}})
    assert gateway[1]["openai"].requests == []


@pytest.mark.parametrize("vendor", ["openai", "anthropic"])
def test_what_may_pass_is_sent_as_it_is_and_its_name_cleansed(
    client: openai.OpenAI, gateway: Gateway, vendor: str
) -> None:
    _chat(client, f"pass-{vendor}", _file("PDF", name=f"{MAIL}.pdf"))
    sent = _sent(gateway, vendor)
    assert base64.b64encode(DOCUMENTS["PDF"][0]).decode() in sent
    assert MAIL not in sent
