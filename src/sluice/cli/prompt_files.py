"""Prompts as files: a YAML file for each template, and bundles for programs.

A YAML file holds what the API holds, with its keys: `name`, `provider`, `model`, `parameters`,
`messages` or `text`, … Its path follows from the name, but only the name counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from pydantic import ValidationError

from sluice.cli.documents import problem_at
from sluice.cli.errors import CommandError
from sluice.server.features.templates.content import TemplateContent, TemplateName, unsayable
from sluice.server.features.templates.wire_form import FORMAT_VERSION, metadata
from sluice.server.kit.yaml_lines import Loaded, load, told_of
from sluice.server.kit.yaml_text import as_yaml

Json = dict[str, Any]
_ORDER: Final = (
    "name", "versionName", "note", "provider", "model", "flavor", "parameters", "providerInfo",
    "text", "messages", "toolSchema", "outputSchema",
)  # fmt: skip
_KEPT_IN_NAMES: Final = " ()+,"
SUFFIXES: Final = (".yaml", ".yml")


class PromptEntry(TemplateContent):
    """What a file holds: a template's name and the content of a version."""

    name: TemplateName

    def said(self) -> Json:
        """The content as the API takes it."""
        return {key: value for key, value in self.document().items() if key != "name"}


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A file that was read."""

    path: Path
    entry: PromptEntry

    @property
    def name(self) -> str:
        """The template's name."""
        return self.entry.name

    @property
    def text(self) -> str:
        """It as YAML in the form in which it is written, without what is said about a version."""
        return prompt_text(self.name, without_about(self.entry.said()))

    def format_problems(self) -> list[str]:
        """What clients of SDK 0.1.6 cannot be told of it."""
        return [f"{self.path}: {one.path}: {one.message}" for one in unsayable(self.entry)]


def without_about(content: Json) -> Json:
    """A content without the name and the note of its version: they make no other version."""
    return {key: value for key, value in content.items() if key not in ("versionName", "note")}


def content_of(version: Json) -> Json:
    """The content of a version of the API, without what is empty, as a file holds it.

    Not its name and note: they are about that version, and would be said of the next one too.
    """
    return _content(version["content"]).document()


def _content(said: Json) -> TemplateContent:
    return TemplateContent.from_stored(json.dumps(said))


def prompt_text(name: str, content: Json) -> str:
    """A template as YAML."""
    said = {"name": name, **content}
    return as_yaml({key: said[key] for key in _ORDER if key in said})


def path_of(name: str) -> Path:
    """Where a template's file is in the folder: its name's folders are folders."""
    parts = [_as_file_name(part) for part in name.split("/")]
    return Path(*parts[:-1], parts[-1] + ".yaml")


def _as_file_name(part: str) -> str:
    """What every file system takes; nothing hidden."""
    quoted = quote(part, safe=_KEPT_IN_NAMES)
    return "%2E" + quoted[1:] if quoted.startswith(".") else quoted


def files_in(folder: Path) -> list[Path]:
    """The YAML files of a folder and of those in it, but none that is hidden."""
    found = (path for suffix in SUFFIXES for path in folder.rglob(f"*{suffix}"))
    shown = (p for p in found if not any(x.startswith(".") for x in p.relative_to(folder).parts))
    return sorted(path for path in shown if path.is_file())


def read_folder(folder: Path, names: Sequence[str] | None = None) -> list[PromptFile]:
    """Read and check every file; raises `CommandError` with every problem and its line.

    With `names` only those templates are given back.
    """
    if not folder.is_dir():
        raise CommandError(f"{folder} is no folder; `sluice prompts pull {folder}` makes one.")
    files: list[PromptFile] = []
    problems: list[str] = []
    for path in files_in(folder):
        file, wrong = _read(path)
        problems += wrong
        files += [file] if file is not None else []
    problems += _twice(files)
    if problems:
        raise CommandError(f"{len(problems)} problem(s) in {folder}:", problems)
    return _chosen(files, names)


def _read(path: Path) -> tuple[PromptFile | None, list[str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None, [f"{path}: this is not UTF-8"]
    loaded = load(text)
    if loaded.problems:
        return None, [f"{path}:{line}: {message}" for line, message in loaded.problems]
    try:
        return PromptFile(path, PromptEntry.model_validate(loaded.data)), []
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        return None, [_problem(path, loaded, one) for one in found]


def _problem(path: Path, loaded: Loaded, error: Any) -> str:  # noqa: ANN401 (pydantic's dictionary)
    return problem_at(str(path), loaded, error["loc"], told_of(error))


def _twice(files: Iterable[PromptFile]) -> Iterator[str]:
    first: dict[str, Path] = {}
    for file in files:
        if file.name in first:
            yield f"{file.path}: {first[file.name]} names the same template"
        first.setdefault(file.name, file.path)


def _chosen(files: list[PromptFile], names: Sequence[str] | None) -> list[PromptFile]:
    if not names:
        return files
    by_name = {file.name: file for file in files}
    if missing := [name for name in names if name not in by_name]:
        known = ", ".join(sorted(by_name)) or "none"
        raise CommandError(f"No file names the template {', '.join(missing)}; there are: {known}.")
    return [by_name[name] for name in names]


def bundle_files(version: Json, project: str, environment: str) -> dict[Path, str]:
    """The JSON files for `FilesystemTemplateResolver` of a version of the API.

    They are those that `freeplay download` of SDK 0.6.1 writes. A template whose name has folders
    is written twice: SDK 0.6.1 looks for one file in folders, and for all in none.
    """
    folder = Path("freeplay", "prompts", project, environment)
    name = version["templateName"]
    text = json.dumps(_bundled(version, project, environment), sort_keys=True, indent=4) + "\n"
    if not {"", ".", ".."}.isdisjoint(name.split("/")):
        raise CommandError("The server names a template so that its file would be elsewhere.")
    paths = {folder / f"{name}.json", folder / f"{quote(name, safe=' ')}.json"}
    return dict.fromkeys(sorted(paths), text)


def _bundled(version: Json, project: str, environment: str) -> Json:
    content = _content(version["content"])
    tools = [tool.model_dump() for tool in content.tool_schema or ()]
    return {
        "prompt_template_id": version["templateId"],
        "prompt_template_version_id": version["id"],
        "prompt_template_name": version["templateName"],
        "project_id": project,
        "format_version": FORMAT_VERSION,
        "content": [*_bundled_messages(content)],
        "metadata": metadata(content),
        "environment": environment,
        "tool_schema": tools or None,
        "output_schema": content.output_schema,
    }


def _bundled_messages(content: TemplateContent) -> Iterator[Json]:
    if content.messages is None:
        yield {"role": "user", "content": content.text or "", "media_slots": []}
    for message in content.messages or ():
        if message.kind is not None:
            yield {"kind": message.kind}
        else:
            slots = [slot.model_dump() for slot in message.media_slots]
            yield {"role": message.role, "content": message.content, "media_slots": slots}
