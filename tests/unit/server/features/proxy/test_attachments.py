"""Text out of attached documents, and the refusals."""

from __future__ import annotations

import base64
import contextlib
import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sluice.server.errors import Unprocessable
from sluice.server.features.models.schemas import Attachments
from sluice.server.features.proxy.attachments import (
    DOCX,
    PAGE_LIMIT,
    PDF,
    UNPACKED_LIMIT,
    Unreadable,
    apply,
    extracted,
)
from sluice.server.features.proxy.wires.reading import Attachment

CANARY = "canary17@example.com"


def pdf(*pages: str) -> bytes:
    """A PDF with one line of text on each page."""
    kids = " ".join(f"{4 + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET" if text else ""
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R "
            f">> >> /Contents {5 + 2 * i} 0 R >>"
        )
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    body, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode()
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    size = len(objects) + 1
    tail = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer\n<< /Size {size} /Root 1 0 R >>\n"
    return body + f"{tail}startxref\n{len(body)}\n%%EOF".encode()


def docx(**parts: str) -> bytes:
    """A DOCX whose parts hold this XML."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, xml in parts.items():
            archive.writestr(f"word/{name}.xml", xml)
    return file.getvalue()


def words(*paragraphs: str) -> str:
    """The XML of some paragraphs, each word of a paragraph in a run of its own."""
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = "".join(
        f"<w:p>{''.join(f'<w:r><w:t>{word}</w:t></w:r>' for word in p.split(' '))}</w:p>"
        for p in paragraphs
    )
    return f'<w:document xmlns:w="{space}"><w:body>{body}</w:body></w:document>'


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        pytest.param(pdf("Mail a", "and b"), PDF, "Mail a\n\nand b", id="pdf"),
        pytest.param(pdf("Mail a"), "application/octet-stream", "Mail a", id="pdf by its bytes"),
        pytest.param(docx(document=words("ab cd", "e")), DOCX, "abcd\ne", id="docx"),
        pytest.param(
            docx(document=words("a"), header1=words("b"), comments=words("c")), DOCX,
            "a\n\nb\n\nc", id="docx with what stands beside",
        ),
        pytest.param("naïve".encode(), "text/plain; charset=utf-8", "naïve", id="plain"),
        pytest.param(b"\xef\xbb\xbf{}", "application/json", "{}", id="json with a mark"),
    ],
)  # fmt: skip
def test_the_whole_text_of_a_document_is_taken_out(
    content: bytes, media_type: str, expected: str
) -> None:
    assert extracted(content, media_type) == expected


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        pytest.param(pdf("a", ""), PDF, id="a scanned page between others"),
        pytest.param(pdf(), PDF, id="no pages"),
        pytest.param(b"%PDF-1.4 nothing", PDF, id="broken pdf"),
        pytest.param(b"PK\x03\x04 nothing", DOCX, id="broken docx"),
        pytest.param(docx(other="<a/>"), DOCX, id="docx without a document"),
        pytest.param(docx(document="<a><b></a>"), DOCX, id="docx with broken xml"),
        pytest.param(docx(document="<!DOCTYPE a><a/>"), DOCX, id="docx with entities"),
        pytest.param(docx(document=words("a") + " " * (UNPACKED_LIMIT + 1)), DOCX, id="a bomb"),
        pytest.param(b"\xff\xfe\x00", "text/plain", id="no UTF-8"),
        pytest.param(b" \n", "text/plain", id="empty"),
        pytest.param(b"GIF89a", "image/gif", id="another kind"),
        pytest.param(b"\xd0\xcf", "application/msword", id="an old kind"),
    ],
)
def test_what_cannot_be_read_as_a_whole_is_refused(content: bytes, media_type: str) -> None:
    with pytest.raises(Unreadable):
        extracted(content, media_type)


def test_a_pdf_of_too_many_pages_is_refused() -> None:
    with pytest.raises(Unreadable):
        extracted(pdf(*["a"] * (PAGE_LIMIT + 1)), PDF)


@given(st.binary(max_size=200), st.sampled_from([PDF, DOCX, "text/plain", "x/y"]))
def test_any_bytes_give_text_or_a_refusal(content: bytes, media_type: str) -> None:
    with contextlib.suppress(Unreadable):
        assert extracted(content, media_type).strip()


def _attached(kind: str = "document", data: str | None = "") -> tuple[Attachment, list[str]]:
    put: list[str] = []
    if data == "":
        data = base64.b64encode(CANARY.encode()).decode()
    return Attachment("messages[0].content[1]", kind, "text/plain", data, put.append), put  # type: ignore[arg-type]


def test_a_text_takes_the_place_of_the_document() -> None:
    attachment, put = _attached()
    apply(Attachments.EXTRACT, [attachment])
    assert put == [CANARY]


def test_attachments_pass_where_the_instance_says_so() -> None:
    attachment, put = _attached("image")
    apply(Attachments.PASS, [attachment])
    assert put == []


@pytest.mark.parametrize(
    ("rule", "kind", "data"),
    [
        pytest.param(Attachments.REFUSE, "document", "", id="refused"),
        pytest.param(Attachments.EXTRACT, "image", "", id="image"),
        pytest.param(Attachments.EXTRACT, "document", None, id="file of a vendor"),
        pytest.param(Attachments.EXTRACT, "document", "%%%", id="no base64"),
    ],
)
def test_a_refusal_names_every_path_and_quotes_nothing(
    rule: Attachments, kind: str, data: str | None
) -> None:
    attachment, put = _attached(kind, data)
    with pytest.raises(Unprocessable) as refused:
        apply(rule, [attachment, attachment])
    assert [p.path for p in refused.value.errors] == ["messages[0].content[1]"] * 2
    assert CANARY not in str(refused.value.errors)
    assert put == []
