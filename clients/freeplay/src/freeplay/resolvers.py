"""Templates from elsewhere than the server: bundled with a program as files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final, Protocol

from freeplay.completions import PromptTemplates, PromptTemplateWithMetadata
from freeplay.errors import ArgumentError, TemplateFormatError, TemplateNotFoundError

_ROLES: Final = {"Human": "user", "Assistant": "assistant"}
"""How files of before format version 2 name roles."""


class TemplateResolver(Protocol):
    """Where a client finds templates. `environment` is what 0.1.6 calls a tag."""

    def get_prompts(self, project_id: str, environment: str) -> PromptTemplates:
        """Return every template of a project in an environment."""


class FilesystemTemplateResolver:
    """Reads `<folder>/freeplay/prompts/<project>/<environment>/<name>.json`.

    That is the layout which `freeplay download` of the SDK 0.6.1 writes; files of its format
    version 2 and of before are read. Their variables are written as mustache.
    """

    def __init__(self, freeplay_directory: Path) -> None:
        self.prompts_directory = Path(freeplay_directory) / "freeplay" / "prompts"
        if not self.prompts_directory.is_dir():
            raise ArgumentError("The folder of prompts has no folder freeplay/prompts in it")

    def get_prompts(self, project_id: str, environment: str) -> PromptTemplates:
        """Raises `TemplateNotFoundError` for a missing folder, `TemplateFormatError` for a file."""
        folder = self.prompts_directory / _part(project_id) / _part(environment)
        if not folder.is_dir():
            raise TemplateNotFoundError(
                f"There is no folder of prompts for the project {project_id} "
                f"in the environment {environment}"
            )
        return PromptTemplates([_read(file) for file in sorted(folder.glob("*.json"))])


def _part(name: str) -> str:
    """One part of a path, which leads nowhere else."""
    if name in ("", ".", "..") or "/" in name or "\\" in name or "\0" in name:
        raise ArgumentError("A project's id and an environment are each the name of one folder")
    return name


def _read(file: Path) -> PromptTemplateWithMetadata:
    try:
        written = json.loads(file.read_text(encoding="utf-8"))
        if (written.get("format_version") or 0) >= 2:
            return _of_version_2(written)
        return _of_version_1(written)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        problem = type(error).__name__
    raise TemplateFormatError(f"The file {file.name} is no prompt template ({problem})")


def _of_version_2(written: dict[str, Any]) -> PromptTemplateWithMetadata:
    metadata = written["metadata"]
    model = {"model": metadata["model"]} if metadata.get("model") else {}
    return PromptTemplateWithMetadata(
        project_version_id=str(written["prompt_template_version_id"]),
        prompt_template_id=str(written["prompt_template_id"]),
        name=str(written["prompt_template_name"]),
        content=json.dumps([_message(one) for one in written["content"]]),
        params={**(metadata.get("params") or {}), **model},
        dialect="mustache",
    )


def _of_version_1(written: dict[str, Any]) -> PromptTemplateWithMetadata:
    return PromptTemplateWithMetadata(
        project_version_id=str(written["prompt_template_version_id"]),
        prompt_template_id=str(written["prompt_template_id"]),
        name=str(written["name"]),
        content=json.dumps([_message(one) for one in json.loads(written["content"])]),
        params=dict(written["metadata"].get("params") or {}),
        dialect="mustache",
    )


def _message(one: dict[str, Any]) -> dict[str, Any]:
    if one.get("kind") == "history":
        return {"kind": "history"}
    if one.get("media_slots"):
        raise ValueError("media")
    return {"role": _ROLES.get(one["role"], one["role"]), "content": str(one["content"])}
