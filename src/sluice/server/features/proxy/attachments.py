"""Text out of attached documents, so that it can be cleansed: PDF, DOCX and plain text.

What cannot be read as a whole is refused: a document whose text is only partly known could carry
the rest past every detector. Everything is bounded, since a small file can unpack to a large one.
"""

from __future__ import annotations

import base64
import binascii
import io
import logging
import zipfile
from collections.abc import Callable, Iterator
from typing import Final
from xml.etree import ElementTree

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.models.schemas import Attachments
from sluice.server.features.proxy.wires.reading import Attachment

TEXT_LIMIT: Final = 4_000_000
"""Code points of text that are taken out of one document."""
UNPACKED_LIMIT: Final = 64 * 1024 * 1024
"""Bytes that a part of a DOCX may unpack to."""
PAGE_LIMIT: Final = 2_000

PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PLAIN: Final = ("text/", "application/json", "application/xml", "application/yaml")
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


class Unreadable(Exception):
    """A document's text cannot be had as a whole; the message says what to do, and no content."""


def apply(rule: Attachments, attachments: list[Attachment]) -> None:
    """Do with each attachment what an instance's rule says; blocking, so not for the event loop.

    With `extract` a text part takes the attachment's place. Raises `Unprocessable` with the path of
    every attachment that may not be sent.
    """
    if rule is Attachments.PASS:
        return
    problems: list[Problem] = []
    texts: list[tuple[Attachment, str]] = []
    for attachment in attachments:
        try:
            texts.append((attachment, _text(rule, attachment)))
        except Unreadable as refusal:
            problems.append(Problem(attachment.path, str(refusal)))
    if problems:
        raise Unprocessable("Attachments cannot be cleansed; nothing was sent.", errors=problems)
    for attachment, text in texts:
        attachment.replace(text)


def _text(rule: Attachments, attachment: Attachment) -> str:
    if rule is Attachments.REFUSE:
        raise Unreadable(
            f"this model instance takes no {attachment.kind}; send its text, or ask an "
            "administrator to allow attachments"
        )
    if attachment.kind != "document":
        raise Unreadable(f"no text can be taken out of an {attachment.kind}")
    if attachment.data is None:
        raise Unreadable("send the document's content; one that only a vendor has cannot be read")
    return extracted(_decoded(attachment.data), attachment.media_type)


def extracted(content: bytes, media_type: str) -> str:
    """The text of a document. Raises `Unreadable`."""
    media_type = media_type.partition(";")[0].strip().lower()
    reader = _reader(content, media_type)
    if reader is None:
        raise Unreadable("only PDF, DOCX and plain text can be read")
    text = reader(content)
    if not text.strip():
        raise Unreadable("the document holds no text; a scan must be turned into text first")
    if len(text) > TEXT_LIMIT:
        raise Unreadable(f"the document holds more than {TEXT_LIMIT} characters of text")
    return text


def _reader(content: bytes, media_type: str) -> Callable[[bytes], str] | None:
    if media_type == PDF or content.startswith(b"%PDF-"):
        return _pdf
    if media_type == DOCX:
        return _docx
    if media_type.startswith(PLAIN) or not media_type:
        return _plain
    return None


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        problem = "the document is not in base64"
    raise Unreadable(problem)


def _plain(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        problem = "the document is not text in UTF-8"
    raise Unreadable(problem)


def _pdf(content: bytes) -> str:
    # Imported when the first document comes: most servers never see one.
    from pypdf import PdfReader

    # Its warnings about broken files quote them.
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(content), strict=False)
        pages = [] if reader.is_encrypted else list(_pages(reader.pages))
    except Exception:  # the library raises whatever a broken file leads it to
        pages = []
    if not pages:
        raise Unreadable("the PDF is encrypted, broken, without pages or too long")
    if not all(page.strip() for page in pages):
        raise Unreadable("the PDF has pages without text; turn scanned pages into text first")
    return "\n\n".join(pages)


def _pages(pages: object) -> Iterator[str]:
    length = 0
    for number, page in enumerate(pages):  # type: ignore[var-annotated,arg-type]
        text: str = page.extract_text()
        length += len(text)
        if number >= PAGE_LIMIT or length > TEXT_LIMIT:
            raise Unreadable("too long")
        yield text


def _docx(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [_part(archive, info) for info in archive.infolist() if _has_text(info)]
    except _BROKEN:
        parts = []
    if not parts:
        raise Unreadable("the DOCX is broken or holds no document")
    return "\n\n".join(filter(None, parts))


_BROKEN: Final = (
    zipfile.BadZipFile,
    ElementTree.ParseError,
    OSError,
    EOFError,
    RuntimeError,  # encrypted, or packed in a way that is not known
    ValueError,
)


def _has_text(info: zipfile.ZipInfo) -> bool:
    """The document itself, and what is printed or noted beside it."""
    name = info.filename
    beside = ("header", "footer", "footnotes", "endnotes", "comments", "document")
    return name.startswith("word/") and name.endswith(".xml") and name[5:].startswith(beside)


def _part(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> str:
    if info.file_size > UNPACKED_LIMIT:
        raise Unreadable("the DOCX unpacks to more than can be read")
    with archive.open(info) as file:
        xml = file.read(UNPACKED_LIMIT + 1)
    if len(xml) > UNPACKED_LIMIT or b"<!DOCTYPE" in xml:
        raise Unreadable("the DOCX holds what no word processor writes")
    paragraphs = ElementTree.fromstring(xml).iter(f"{_WORD}p")  # noqa: S314 (no DTD, so no entities)
    return "\n".join("".join(_words(paragraph)) for paragraph in paragraphs)


def _words(paragraph: ElementTree.Element) -> Iterator[str]:
    for element in paragraph.iter():
        if element.tag in (f"{_WORD}t", f"{_WORD}delText", f"{_WORD}instrText"):
            yield element.text or ""
        elif element.tag in (f"{_WORD}tab", f"{_WORD}br", f"{_WORD}cr"):
            yield "\t" if element.tag.endswith("tab") else "\n"
