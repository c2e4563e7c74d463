"""Test cases: what one holds, how it is sealed, and what of it is cleansed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from sluice.engine.errors import Problem
from sluice.server.features.proxy.wires.reading import Reading, shown
from sluice.server.features.testruns.tables import TestCase
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.kit.wire import WireModel

Inputs = dict[str, JsonValue]
Message = dict[str, JsonValue]

DEEPEST: Final = 60
"""Levels of a JSON value in a test case."""
MOST_INPUTS: Final = 200
LONGEST_NAME: Final = 200
"""Code points of a variable's or a metadata field's name."""
FILE: Final = "base64Data"
"""The key under which 0.6.1's messages hold a file."""
LONGEST_TEXT: Final = 1_000_000
"""Code points of everything in a test case together."""


class CaseKind(StrEnum):
    """Of all cases of a playlist."""

    COMPLETION = "completion"
    """Variables of a prompt template, and what a model should answer."""
    TRACE = "trace"
    """What an agent is given (the input `input`), and what it should come to."""


class MediaUrl(WireModel):
    """A file that is fetched from somewhere."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["url"]
    url: Annotated[str, Field(max_length=4_000)]


class MediaData(WireModel):
    """A file itself."""

    model_config = ConfigDict(extra="forbid")

    type: Literal["base64"]
    data: str = Field(repr=False)
    content_type: Annotated[str, Field(pattern=r"^[\w.+-]{1,100}/[\w.+-]{1,100}$")]


Media = Annotated[MediaUrl | MediaData, Field(discriminator="type")]


def _none_if_empty(value: Any) -> Any:  # noqa: ANN401 (a list or an object)
    return value or None


class CaseContent(WireModel):
    """What a test case holds; lists and objects without anything in them count as not given."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    inputs: Annotated[Inputs, Field(max_length=MOST_INPUTS)] = Field(default_factory=dict)
    """Values of the template's variables by name; for a trace `input` alone."""
    output: str | None = None
    """What is expected; None: nothing, so it is not judged."""
    output_message: Annotated[Message | None, AfterValidator(_none_if_empty)] = None
    """The expected message with its role and parts."""
    history: Annotated[list[Message] | None, AfterValidator(_none_if_empty)] = None
    """Earlier messages of the conversation."""
    metadata: Annotated[
        dict[str, JsonValue] | None, Field(max_length=MOST_INPUTS), AfterValidator(_none_if_empty)
    ] = None
    media_inputs: Annotated[
        dict[str, Media] | None, Field(max_length=50), AfterValidator(_none_if_empty)
    ] = None
    """Files by the name of their slot."""

    def document(self) -> dict[str, Any]:
        """The content as it is sealed: JSON without what is not given."""
        return self.model_dump(mode="json", exclude_none=True)


@dataclass(frozen=True, slots=True)
class KnownCase:
    """A test case, opened; all its texts are cleansed."""

    id: int
    uid: str
    kind: CaseKind
    inputs: Inputs = field(repr=False)
    output: str | None = field(repr=False)
    output_message: Message | None = field(default=None, repr=False)
    history: list[Message] | None = field(default=None, repr=False)
    metadata: dict[str, JsonValue] | None = field(default=None, repr=False)
    media_inputs: dict[str, dict[str, str]] | None = field(default=None, repr=False)
    """By slot: `{"type": "url", "url"}` or `{"type": "base64", "data", "content_type"}`."""
    findings: Mapping[str, int] = field(default_factory=dict)
    """What was found in it when it was saved: counts by entity type."""
    recording_uid: str | None = None
    created_at: datetime | None = None

    @property
    def content(self) -> CaseContent:
        """The same as it was given."""
        return CaseContent.model_validate(
            {
                "inputs": self.inputs,
                "output": self.output,
                "output_message": self.output_message,
                "history": self.history,
                "metadata": self.metadata,
                "media_inputs": self.media_inputs,
            }
        )

    @property
    def trace_input(self) -> str:
        """What an agent is given: `input` as a text."""
        given = self.inputs.get("input", "")
        return given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)


def case_place(uid: str, scope: str) -> Place:
    """Where the content of a case is sealed; `scope` is the project's."""
    return Place("test_cases", "content_sealed", uid, scope)


def sealed_content(document: Mapping[str, Any], uid: str, scope: str, key: DataKey) -> bytes:
    """A cleansed content under the project's own key."""
    return key.seal(json.dumps(document, ensure_ascii=False), case_place(uid, scope))


def opened_text(row: TestCase, scope: str, key: DataKey) -> str:
    """The JSON of a case; raises `SealingError` where it was changed or moved."""
    return key.open(row.content_sealed, case_place(row.uid, scope))


def opened_case(row: TestCase, scope: str, key: DataKey) -> KnownCase:
    """A case out of its row; raises `SealingError` where it was changed or moved."""
    found = json.loads(opened_text(row, scope, key))
    return KnownCase(
        id=row.id,
        uid=row.uid,
        kind=CaseKind(row.kind),
        inputs=found.get("inputs", {}),
        output=found.get("output"),
        output_message=found.get("output_message"),
        history=found.get("history"),
        metadata=found.get("metadata"),
        media_inputs=found.get("media_inputs"),
        findings=row.findings,
        recording_uid=row.recording_uid,
        created_at=row.created_at,
    )


@dataclass(frozen=True, slots=True)
class CasePath:
    """Where a content stands in a request, and how its fields are spelt there."""

    prefix: str = ""
    """`testCases[3].`"""
    snake: bool = False

    def at(self, name: str = "", inner: str = "") -> str:
        """The path of one of its fields, or of something in it."""
        return f"{self.prefix}{name if self.snake else to_camel(name)}{inner}".rstrip(".")


def read_content(document: dict[str, Any], reading: Reading, path: CasePath) -> None:
    """Tell a `Reading` what is text in a content's document: everything but a file's bytes.

    All of it counts as the application's words: a placeholder of the project that stands in it
    (an export that is imported again) stays what it is.
    """
    for name in ("inputs", "output", "output_message", "history", "metadata"):
        if name in document:
            reading.values(document, name, path.at(name), "system")
    slots, held = path.at("media_inputs"), document.get("media_inputs", {})
    for slot, media in list(held.items()):
        if media["type"] == "url":
            reading.text(media, "url", f"{slots}.{shown(slot)}.url", "system")
        reading.key(held, slot, slots, "system")


def take_files(document: Any) -> list[tuple[dict[str, Any], str]]:  # noqa: ANN401 (any JSON)
    """Take the bytes of files out of messages; each goes back into its holder (`FILE`) later.

    They are no text: looking through megabytes of base64 finds nothing that is there, and much
    that is not.
    """
    if isinstance(document, list):
        return [taken for item in document for taken in take_files(item)]
    if not isinstance(document, dict):
        return []
    taken = [taken for item in list(document.values()) for taken in take_files(item)]
    if isinstance(document.get(FILE), str):
        taken.append((document, document.pop(FILE)))
    return taken


def problems_of(
    content: CaseContent, kind: CaseKind, path: CasePath, *, raw_is_kept: bool
) -> list[Problem]:
    """What is wrong with a content beyond its form, by path."""
    document = content.document()
    files = take_files(document)
    found = [p for name in document for p in value_problems(document[name], path.at(name), 1)]
    if document == {"inputs": {}}:
        found.append(Problem(path.at(), "holds nothing"))
    for name in ("inputs", "metadata"):
        if any(not 0 < len(key) <= LONGEST_NAME for key in document.get(name, ())):
            message = f"names must have 1 to {LONGEST_NAME} characters"
            found.append(Problem(path.at(name), message))
    if not found and _length(document) > LONGEST_TEXT:
        found.append(Problem(path.at(), f"is longer than {LONGEST_TEXT:,} characters in all"))
    if kind is CaseKind.TRACE and set(content.inputs) != {"input"}:
        message = "a trace's test case has one input, with the name input"
        found.append(Problem(path.at("inputs"), message))
    if not raw_is_kept:
        found += [Problem(where, _NO_FILES) for where in _files(content, path, bool(files))]
    return found


_NO_FILES: Final = (
    "holds a file, which cannot be cleansed; give its address, or let the project keep raw"
)


def _files(content: CaseContent, path: CasePath, in_messages: bool) -> Iterator[str]:
    for slot, media in (content.media_inputs or {}).items():
        if isinstance(media, MediaData):
            yield path.at("media_inputs", f".{shown(slot)}")
    if in_messages:
        yield path.at("history")


def value_problems(value: object, path: str, depth: int = 1) -> Iterator[Problem]:
    """What of a JSON value could not be given back as JSON in UTF-8, by path."""
    if depth > DEEPEST:
        yield Problem(path, f"is nested deeper than {DEEPEST} levels")
    elif isinstance(value, str):
        yield from _text_problems(value, path)
    elif isinstance(value, float) and not isfinite(value):
        yield Problem(path, "must be a number that JSON can say")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from value_problems(item, f"{path}[{index}]", depth + 1)
    elif isinstance(value, dict):
        for name, item in value.items():
            inner = f"{path}.{shown(name)}" if path else shown(name)
            yield from _text_problems(name, inner)
            yield from value_problems(item, inner, depth + 1)


def _text_problems(text: str, path: str) -> Iterator[Problem]:
    try:
        text.encode()
    except UnicodeEncodeError:
        yield Problem(path, "holds a lone surrogate; give text that can be encoded as UTF-8")


def _length(value: object) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return sum(map(_length, value))
    if isinstance(value, dict):
        return sum(len(name) + _length(item) for name, item in value.items())
    return 8
