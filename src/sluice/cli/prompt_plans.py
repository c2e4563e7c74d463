"""What pushing, pulling and comparing a folder of prompts does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sluice.cli import terminal
from sluice.cli.errors import CommandError
from sluice.cli.plans import Change, carry_out
from sluice.cli.prompt_files import (
    PromptFile,
    bundle_files,
    content_of,
    files_in,
    path_of,
    prompt_text,
    read_folder,
)
from sluice.cli.prompt_server import PromptServer

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """What a pull did with one file."""

    path: Path
    verb: str
    """`new`, `changed`, `unchanged` or `removed`."""


def pull(
    server: PromptServer,
    folder: Path,
    environment: str,
    names: Sequence[str] | None,
    *,
    prune: bool,
) -> list[Written]:
    """Write a file for each template of an environment; with `prune` remove all others."""
    versions = _chosen(server.versions_in(environment), names)
    wanted = {v["templateName"]: prompt_text(v["templateName"], content_of(v)) for v in versions}
    places = _places(folder)
    done = [_write(folder / places.get(name, path_of(name)), text) for name, text in wanted.items()]
    left = [places[name] for name in sorted(set(places) - set(wanted))] if prune else []
    for path in left:
        (folder / path).unlink()
    return [*done, *(Written(folder / path, "removed") for path in left)]


def pull_bundle(
    server: PromptServer, folder: Path, environment: str, names: Sequence[str] | None
) -> list[Written]:
    """Write the JSON files that programs read without a server."""
    versions = _chosen(server.versions_in(environment), names)
    files: dict[Path, str] = {}
    for version in versions:
        files |= bundle_files(version, server.project, environment)
    return [_write(folder / path, text) for path, text in files.items()]


def _places(folder: Path) -> dict[str, Path]:
    """Where the folder's files of templates are by now: somebody may have moved one."""
    if not folder.is_dir() or not files_in(folder):
        return {}
    return {file.name: file.path.relative_to(folder) for file in read_folder(folder)}


def _write(path: Path, text: str) -> Written:
    before = path.read_text(encoding="utf-8") if path.is_file() else None
    if before == text:
        return Written(path, "unchanged")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return Written(path, "new" if before is None else "changed")


def _chosen(versions: list[Json], names: Sequence[str] | None) -> list[Json]:
    if not names:
        return versions
    by_name = {version["templateName"]: version for version in versions}
    if missing := [name for name in names if name not in by_name]:
        known = ", ".join(sorted(by_name)) or "none"
        raise CommandError(f"There is no template named {', '.join(missing)}; there are: {known}.")
    return [by_name[name] for name in names]


class Push:
    """Saves what differs from the newest versions, then deploys."""

    def __init__(self, server: PromptServer, files: list[PromptFile], note: str) -> None:
        self._server = server
        self._files = files
        self._note = note
        self._newest = {v["templateName"]: v for v in server.versions_in("latest")}
        self._saved: dict[str, Json] = {}
        self.waiting = 0
        """Deployments that somebody else has to approve."""

    def carry_out(self, environments: Sequence[str], *, dry_run: bool) -> list[Json]:
        """Show and make every change; what came of each file, for programs."""
        changes = [self._change(file) for file in self._files]
        carry_out(changes, dry_run=dry_run)
        for file in self._files:
            self._tell(file.name)
        for environment in environments:
            self._deploy(environment, dry_run=dry_run)
        verbs = {change.name: change.verb for change in changes}
        return [self._outcome(file, verbs[file.name]) for file in self._files]

    def _change(self, file: PromptFile) -> Change:
        present = self._newest.get(file.name)
        before = None
        if present is not None:
            before = prompt_text(file.name, content_of(present))
        return Change("template", file.name, before, file.text, partial(self._save, file))

    def _save(self, file: PromptFile) -> None:
        content = file.entry.said()
        if self._note:
            content["note"] = self._note
        self._saved[file.name] = self._server.save(file.name, content)

    def _tell(self, name: str) -> None:
        saved = self._saved.get(name)
        if saved is None:
            return
        number = saved["version"]["number"]
        if saved["isNew"]:
            terminal.say(f"{name}: version {number}")
        else:
            terminal.note(
                f"warning: {name}: version {number} says the same, so no other was made, and "
                "latest is still the newest; deploy it where it is wanted (--deploy)"
            )
        for told in findings_told(saved["lint"]):
            terminal.note(f"warning: {name}: {told}")

    def _deploy(self, environment: str, *, dry_run: bool) -> None:
        templates = {one["name"]: one for one in self._server.templates()}
        for file in self._files:
            template = templates.get(file.name)
            number = self._number(file.name)
            if template is None or number is None:
                terminal.say(f"{file.name}: would be deployed to {environment}")
            elif template["environments"].get(environment, {}).get("number") != number:
                told = (
                    "would be deployed" if dry_run else self._point(template, environment, number)
                )
                terminal.say(f"{file.name}: version {number} {told} to {environment}")

    def _point(self, template: Json, environment: str, number: int) -> str:
        done = self._server.deploy(template, environment, number, self._note)
        if done["request"] is None:
            return "deployed"
        self.waiting += 1
        return f"waits for approval (request {done['request']['id']}) to be deployed"

    def _number(self, name: str) -> int | None:
        """The version that says what the file says; None before it is saved."""
        if name in self._saved:
            return int(self._saved[name]["version"]["number"])
        newest = self._newest.get(name)
        return int(newest["number"]) if newest is not None else None

    def _outcome(self, file: PromptFile, verb: str) -> Json:
        saved = self._saved.get(file.name)
        return {
            "name": file.name,
            "file": str(file.path),
            "change": verb,
            "version": self._number(file.name),
            "isNew": saved["isNew"] if saved is not None else False,
            "findings": saved["lint"]["counts"] if saved is not None else {},
        }


def findings_told(lint: Json) -> Iterator[str]:
    """The findings of a lint, with their places and without any text."""
    for one in lint["findings"]:
        yield f"{one['path']}, code points {one['start']} to {one['end']}: {one['entityType']}"


def compared(server: PromptServer, files: list[PromptFile], environment: str) -> list[Change]:
    """How the files differ from an environment, as changes that nobody makes."""
    there = {v["templateName"]: v for v in server.versions_in(environment)}
    changes = []
    for file in files:
        present = there.pop(file.name, None)
        before = None
        if present is not None:
            before = prompt_text(file.name, content_of(present))
        changes.append(Change("template", file.name, before, file.text, _nothing))
    for name, version in there.items():
        text = prompt_text(name, content_of(version))
        changes.append(Change("template", name, text, "", _nothing))
    return changes


def _nothing() -> None:
    """A comparison changes nothing."""


def as_json(changes: Sequence[Change]) -> list[Json]:
    """A comparison for programs."""
    return [
        {"name": change.name, "change": _verb(change), "diff": "\n".join(change.diff())}
        for change in changes
        if change.verb != "keep"
    ]


def show(changes: Sequence[Change]) -> bool:
    """Show a comparison; whether anything differs."""
    differing = [change for change in changes if change.verb != "keep"]
    for change in differing:
        terminal.say(f"{_verb(change)} {change.name}", "bold")
        for line in change.diff():
            terminal.say(f"  {line}", {"+": "green", "-": "red"}.get(line[:1]))
    terminal.say(f"{len(differing)} of {len(changes)} differ.")
    return bool(differing)


def _verb(change: Change) -> str:
    if not change.after:
        return "only on the server"
    return "only in the folder" if change.before is None else "differs"
