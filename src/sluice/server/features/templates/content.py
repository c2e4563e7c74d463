"""What a version of a template holds: one form for the API, YAML files and the database (pure)."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationInfo,
    field_validator,
    model_validator,
)

from sluice.engine.errors import Problem
from sluice.server.features.proxy.wires.reading import Reading
from sluice.server.features.templates.dialects import Dialect, in_mustache, to_format
from sluice.server.features.templates.mustache import Fault, names, parse
from sluice.server.kit.wire import StrictModel, WireModel

MOST_MESSAGES: Final = 1_000
LONGEST_TEXT: Final = 200_000
"""Code points of one message; all of them together may have five times as many."""
MOST_TOLD: Final = 20
"""Faults of one text that an error lists."""
LATEST: Final = "latest"
"""The environment that always points to the newest version."""
STORED: Final = {"stored": True}
"""For what was checked when it was saved: rules that came later do not make it unreadable."""
_UID: Final = re.compile(r"[0-9a-f-]{36}")
_PARTS: Final = re.compile(r"[^/\\\x00-\x1f\x7f]+(/[^/\\\x00-\x1f\x7f]+)*")


def _path_like(name: str) -> str:
    parts = name.split("/")
    if not _PARTS.fullmatch(name) or any(p in (".", "..") or p != p.strip() for p in parts):
        raise ValueError("must be words with / between folders")
    return name


TemplateName = Annotated[
    str, StringConstraints(min_length=1, max_length=200), AfterValidator(_path_like)
]
Uid = Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
"""A template's or a version's public id."""
Environment = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=64)
]
"""`latest` among them where a version is read."""
VersionName = Annotated[str, StringConstraints(max_length=200)]
Note = Annotated[str, StringConstraints(max_length=5_000)]
_Word = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]*$", max_length=200)]
Object = dict[str, JsonValue]


def is_uid(text: str) -> bool:
    """Whether this may be a template's or a version's public id; clients send anything."""
    return _UID.fullmatch(text) is not None


class MediaSlot(StrictModel):
    """Where a call may put an image, a sound, a video or a document into a message."""

    type: Literal["image", "audio", "video", "file"]
    placeholder_name: Annotated[str, StringConstraints(min_length=1, max_length=200)]


class TemplateMessage(StrictModel):
    """One message; or with `kind: history` the place for what was said before."""

    role: Literal["system", "user", "assistant", "developer"] | None = None
    content: str | None = Field(default=None, max_length=LONGEST_TEXT, repr=False)
    media_slots: list[MediaSlot] = Field(default_factory=list, max_length=100)
    kind: Literal["history"] | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.kind is not None and (self.role or self.content is not None or self.media_slots):
            raise ValueError("a place for history has nothing but its kind")
        if self.kind is None and (self.role is None or self.content is None):
            raise ValueError("role and content are needed, or kind: history")
        return self


class Tool(StrictModel):
    """A function that the model may call; `parameters` is a JSON schema."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    description: str = Field(default="", repr=False)
    parameters: Object = Field(default_factory=dict, repr=False)


class TemplateContent(StrictModel):
    """A chat's messages or one text, and how a model is asked."""

    model_config = ConfigDict(hide_input_in_errors=True)

    dialect: Annotated[Dialect, Field(exclude=True)] = Dialect.MUSTACHE
    """In which the texts come; they are kept as mustache."""
    messages: list[TemplateMessage] | None = Field(default=None, max_length=MOST_MESSAGES)
    text: str | None = Field(default=None, max_length=LONGEST_TEXT, repr=False)
    model: _Word = ""
    provider: _Word = ""
    flavor: _Word = ""
    """How SDK 0.6.1 is to shape the messages; follows from the provider where it is empty."""
    parameters: Object = Field(default_factory=dict, repr=False)
    provider_info: Object | None = Field(default=None, repr=False)
    tool_schema: list[Tool] | None = Field(default=None, max_length=1_000)
    output_schema: Object | None = Field(default=None, repr=False)
    version_name: VersionName = Field(default="", repr=False)
    note: Note = Field(default="", repr=False)

    @field_validator("text")
    @classmethod
    def _text(cls, text: str | None, info: ValidationInfo) -> str | None:
        if text is None or info.context:
            return text
        kept, told = _kept(text, _dialect(info), "")
        _refuse(told)
        return kept

    @field_validator("messages")
    @classmethod
    def _messages(
        cls, messages: list[TemplateMessage] | None, info: ValidationInfo
    ) -> list[TemplateMessage] | None:
        if messages is None or info.context:
            return messages
        told: list[str] = []
        for index, message in enumerate(messages):
            if message.content is not None:
                path = f"messages[{index}].content, "
                message.content, wrong = _kept(message.content, _dialect(info), path)
                told += wrong
        _refuse(told)
        return messages

    @field_validator("tool_schema", "output_schema", "provider_info")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return value or None

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> Self:
        if info.context:
            return self
        if (self.messages is None) == (self.text is None):
            raise ValueError("give exactly one of messages and text")
        if self.messages is not None and not self.messages:
            raise ValueError("messages must hold one at least")
        if sum(len(text) for _, text in self.texts()) > 5 * LONGEST_TEXT:
            raise ValueError(f"the messages have more than {5 * LONGEST_TEXT} code points")
        self._move_model()
        _refuse_unwritable(self.document())
        self.dialect = Dialect.MUSTACHE
        return self

    def _move_model(self) -> None:
        """A model among the parameters, as vendors' SDKs take it, is the version's model."""
        named = self.parameters.get("model")
        if named is None:
            return
        if not isinstance(named, str) or self.model not in ("", named):
            raise ValueError("parameters name another model; say it once, as model")
        self.model = named
        self.parameters = {k: v for k, v in self.parameters.items() if k != "model"}

    @classmethod
    def from_stored(cls, document: str) -> Self:
        """What was saved, as it was."""
        return cls.model_validate_json(document, context=STORED)

    def document(self) -> dict[str, Any]:
        """JSON in the API's spelling, without what is empty."""
        said = self.model_dump(mode="json", by_alias=True, exclude_none=True)
        for message in said.get("messages", ()):
            if not message.get("mediaSlots"):
                message.pop("mediaSlots", None)
        return {name: value for name, value in said.items() if value or name in _NEVER_EMPTY}

    def stored(self) -> str:
        """The document as it is sealed."""
        return _canonical(self.document())

    def digest(self, key: bytes, template_uid: str) -> bytes:
        """32 bytes under a key: versions of a template with equal digests say the same."""
        said = {k: v for k, v in self.document().items() if k not in _ABOUT}
        message = f"template version\0{template_uid}\0{_canonical(said)}".encode()
        return hmac.new(key, message, hashlib.sha256).digest()

    @property
    def variables(self) -> list[str]:
        """The names of variables and sections in its texts, each once."""
        found = (name for _, text in self.texts() for name in names(parse(text).nodes))
        return list(dict.fromkeys(found))

    def texts(self) -> list[tuple[str, str]]:
        """Paths and texts of what is filled in."""
        if self.messages is None:
            return [("text", self.text or "")]
        return [
            (f"messages[{index}].content", message.content)
            for index, message in enumerate(self.messages)
            if message.content is not None
        ]

    def reading(self, name: str) -> Reading:
        """Everything that people wrote, the template's name too, to be linted."""
        document = {"name": name, **self.document()}
        reading = Reading()
        for key in ("name", "text", "versionName", "note"):
            if key in document:
                reading.text(document, key, key, "system")
        for index, message in enumerate(document.get("messages", ())):
            if "content" in message:
                reading.text(message, "content", f"messages[{index}].content", "system")
        for key in ("parameters", "providerInfo", "toolSchema", "outputSchema"):
            if key in document:
                reading.values(document, key, key, "system")
        return reading


_ABOUT: Final = frozenset({"versionName", "note"})
"""What is said about a version; two that differ in it alone are the same."""
_NEVER_EMPTY: Final = frozenset({"messages", "text"})


class TemplateContentOut(WireModel):
    """A version's content as our own API answers with it."""

    messages: list[dict[str, Any]] | None = None
    text: str | None = None
    model: str = ""
    provider: str = ""
    flavor: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    provider_info: dict[str, Any] | None = None
    tool_schema: list[dict[str, Any]] | None = None
    output_schema: dict[str, Any] | None = None


def unsayable(content: TemplateContent) -> list[Problem]:
    """What clients of 0.1.6 cannot be told of a version, each with its path and a way out."""
    problems = []
    for path, text in content.texts():
        problems += [Problem(path, message) for message in to_format(text)[1]]
    for index, message in enumerate(content.messages or ()):
        if message.kind is not None:
            problems.append(Problem(f"messages[{index}]", "is a place for history"))
        if message.media_slots:
            problems.append(Problem(f"messages[{index}].mediaSlots", "has places for media"))
    for path, value in (
        ("toolSchema", content.tool_schema),
        ("outputSchema", content.output_schema),
    ):
        if value:
            problems.append(Problem(path, "would not be sent by these clients"))
    return problems


def _dialect(info: ValidationInfo) -> Dialect:
    return Dialect(info.data.get("dialect", Dialect.MUSTACHE))


def _kept(text: str, dialect: Dialect, path: str) -> tuple[str, list[str]]:
    """A text as it is kept, and what is wrong with it; in mustache it may have become longer."""
    kept, faults = in_mustache(text, dialect)
    told = [_told(path, fault) for fault in faults]
    if len(kept) > LONGEST_TEXT:
        told.append(f"{path}in mustache this has more than {LONGEST_TEXT} code points")
    return kept, told


def _told(path: str, fault: Fault) -> str:
    return f"{path}code point {fault.position}: {fault.message}"


def _refuse(told: list[str]) -> None:
    if len(told) > MOST_TOLD:
        told = [*told[:MOST_TOLD], f"and {len(told) - MOST_TOLD} more"]
    if told:
        raise ValueError("; ".join(told))


def _refuse_unwritable(document: dict[str, Any]) -> None:
    try:
        _canonical(document).encode()
        return
    except (ValueError, RecursionError):
        pass
    # Outside of the handler: the error's object is the text.
    raise ValueError("holds a number or a character that JSON in UTF-8 cannot hold")


def _canonical(document: dict[str, Any]) -> str:
    return json.dumps(
        document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    )
