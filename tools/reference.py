"""Writes the reference of settings and commands out of the code, for `docs_check.py`."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

TYPE_WORDS: Final[dict[object, str]] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    Path: "path",
    SecretStr: "text (secret)",
}
LIMIT_WORDS: Final = (
    ("ge", "at least {}"),
    ("gt", "more than {}"),
    ("le", "at most {}"),
    ("lt", "less than {}"),
    ("min_length", "{} characters or more"),
    ("max_length", "at most {} characters"),
)
NO_DEFAULT: Final = "–"
Rows: TypeAlias = dict[str, str]
"""Markdown table rows by the name that they are about."""


def setting_rows(settings: type[BaseModel], prefix: str) -> Rows:
    """A row for each field: environment name, type with limits, default, description."""
    return {
        f"{prefix}{name.upper()}": _row(
            f"`{prefix}{name.upper()}`",
            _type_of(field),
            default_words(field),
            field.description or "",
        )
        for name, field in settings.model_fields.items()
    }


def settings_reference(settings: type[BaseModel], prefix: str) -> str:
    """The whole table."""
    head = _row("variable", "type", "default", "meaning"), "| --- | --- | --- | --- |"
    return "\n".join([*head, *setting_rows(settings, prefix).values()])


def undescribed(settings: type[BaseModel]) -> list[str]:
    """Fields without a description."""
    return [name for name, field in settings.model_fields.items() if not field.description]


def _row(*cells: str) -> str:
    escaped = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(escaped)} |"


def _type_of(field: FieldInfo) -> str:
    return ", ".join([type_words(field.annotation), *_limits(field.metadata)])


def _limits(metadata: Iterable[object]) -> Iterator[str]:
    for item in metadata:
        for name, words in LIMIT_WORDS:
            if (value := getattr(item, name, None)) is not None:
                yield words.format(value)


def type_words(annotation: object) -> str:
    """A type in words, as it is written in an environment variable."""
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        return type_words(inner[0])
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in inner)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(type_words(a) for a in inner if a is not type(None))
    if origin in (list, tuple, set, frozenset):
        return f"JSON list of {type_words(inner[0])}"
    if origin is dict:
        return "JSON object"
    return _plain_type_words(annotation)


def _plain_type_words(annotation: object) -> str:
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return " or ".join(f"`{member.value}`" for member in annotation)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return "JSON object"
    return TYPE_WORDS.get(annotation, getattr(annotation, "__name__", str(annotation)))


def default_words(field: FieldInfo) -> str:
    """A default as it would be written in an environment variable; a secret's is never shown."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if value is None or value == "":
        return NO_DEFAULT
    if isinstance(value, SecretStr):
        return "(secret)"
    return f"`{_written(value)}`"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, list | tuple | set | frozenset):
        return "[" + ", ".join(f'"{_written(item)}"' for item in value) + "]"
    return str(value)


def commands_of(app: Any) -> dict[str, Any]:  # noqa: ANN401 (a typer application)
    """Every command that is shown, by its whole name such as `token create`."""
    import typer.main

    return dict(_walk(typer.main.get_command(app), ""))


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 (click's)
    if getattr(command, "hidden", False):
        return
    children = getattr(command, "commands", None)
    if children is None or _shown(command):
        yield name, command
    for child in (children or {}).values():
        yield from _walk(child, f"{name} {child.name}".strip())


def _shown(command: Any) -> list[Any]:  # noqa: ANN401 (click's)
    """Its parameters, without `--help` and those of shell completion."""
    return [
        parameter
        for parameter in command.params
        if not getattr(parameter, "hidden", False)
        and parameter.name not in ("help", "install_completion", "show_completion")
    ]


def command_section(program: str, name: str, command: Any) -> str:  # noqa: ANN401 (click's)
    """A command's heading, help and table of arguments and options."""
    lines = [f"### `{f'{program} {name}'.strip()}`", "", _paragraphs(command.help)]
    if parameters := _shown(command):
        lines += ["", _row("argument or option", "default", "meaning"), "| --- | --- | --- |"]
        lines += [_parameter_row(parameter) for parameter in parameters]
    return "\n".join(lines)


def _paragraphs(text: str | None) -> str:
    return "\n".join(line.strip() for line in (text or "").replace("\b", "").strip().splitlines())


def parameter_names(parameter: Any) -> list[str]:  # noqa: ANN401 (click's)
    """`--host`, `-h`, or an argument's name in capitals."""
    if parameter.param_type_name == "argument":
        return [str(parameter.name).upper()]
    return [*parameter.opts, *parameter.secondary_opts]


def _parameter_row(parameter: Any) -> str:  # noqa: ANN401 (click's)
    names = ", ".join(f"`{name}`" for name in parameter_names(parameter))
    meaning = str(getattr(parameter, "help", "") or "")
    if parameter.envvar:
        variables = [parameter.envvar] if isinstance(parameter.envvar, str) else parameter.envvar
        meaning += " Also from " + ", ".join(f"`{variable}`" for variable in variables) + "."
    return _row(names, _parameter_default(parameter), meaning)


def _parameter_default(parameter: Any) -> str:  # noqa: ANN401 (click's)
    value = parameter.default
    if parameter.required:
        return "required"
    if value is None or value is False or value in ("", (), []) or callable(value):
        return NO_DEFAULT
    return f"`{_written(value)}`"


def commands_reference(app: Any, program: str) -> str:  # noqa: ANN401 (a typer application)
    """Every command's section, in the order of the program's own help."""
    sections = [command_section(program, n, c) for n, c in commands_of(app).items()]
    return "\n\n".join(sections)


def unexplained(app: Any) -> list[str]:  # noqa: ANN401 (a typer application)
    """Commands, arguments and options without help."""
    missing = []
    for name, command in commands_of(app).items():
        if not command.help:
            missing.append(name)
        bare = [p for p in _shown(command) if not getattr(p, "help", "")]
        missing += [f"{name} {parameter_names(parameter)[0]}" for parameter in bare]
    return missing
