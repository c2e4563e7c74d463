"""The base of every model: camelCase on the wire, snake_case in Python, no raw text in a repr."""

from __future__ import annotations

from dataclasses import fields
from enum import StrEnum
from typing import Any, Final, Self

from mashumaro import DataClassDictMixin, field_options
from mashumaro.config import BaseConfig

_HIDDEN: Final = "hidden"


def _text(value: object) -> str:
    """Take a JSON string; anything else is a broken answer, not a text."""
    if not isinstance(value, str):
        raise TypeError("not a string")
    return value


def wire(alias: str | None = None, *, hidden: bool = False) -> dict[str, Any]:
    """Return a field's metadata: its name on the wire, and whether a repr shows its length only."""
    return {**field_options(alias=alias), _HIDDEN: hidden}


class BaseModel(DataClassDictMixin):
    """What a model can do: `from_dict` by wire name, `to_dict(by_alias=True)` back.

    Unknown keys are ignored. Fields that hold what a person typed, or its answer, show in a repr
    as their length in code points.
    """

    class Config(BaseConfig):
        code_generation_options = ("TO_DICT_ADD_BY_ALIAS_FLAG", "TO_DICT_ADD_OMIT_NONE_FLAG")
        lazy_compilation = True  # the import of the package stays cheap
        serialization_strategy = {str: {"deserialize": _text}}  # noqa: RUF012 - as above

    def __repr__(self) -> str:
        shown = ", ".join(
            f"{f.name}={_shown(getattr(self, f.name), hidden=f.metadata.get(_HIDDEN, False))}"
            for f in fields(self)  # type: ignore[arg-type]  # every subclass is a dataclass
        )
        return f"{type(self).__name__}({shown})"


def _shown(value: object, *, hidden: bool) -> str:
    if not hidden or value is None:
        return repr(value)
    return f"<{len(value)} characters>" if isinstance(value, str) else "<hidden>"


class OpenEnum(StrEnum):
    """A string enumeration that takes words it does not know.

    `ModelProviderKey("new")` is a member-like value equal to `"new"`; it is not listed among the
    members, so that a newer server never breaks an older client.
    """

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        unknown = str.__new__(cls, value)
        unknown._name_ = value
        unknown._value_ = value
        return unknown
