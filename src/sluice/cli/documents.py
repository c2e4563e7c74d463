"""The YAML form of policy groups and model instances, the same for export and import.

Keys are those of the management API. Credentials are never in it: `credentialsFromEnv` names
the environment variable from which an import takes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, StringConstraints, ValidationError

from sluice.cli.errors import CommandError
from sluice.server.features.limits.schemas import LimitsBody
from sluice.server.features.models.schemas import FALLBACKS, Attachments, Instructions, Option
from sluice.server.features.models.schemas import Name as InstanceName
from sluice.server.features.policies.schemas import Name
from sluice.server.features.policies.yaml_form import PolicyGroupEntry, unusable
from sluice.server.kit.wire import StrictModel
from sluice.server.kit.yaml_lines import Loaded, Path, load, place_of, told_of
from sluice.server.kit.yaml_text import as_yaml, document_of, indented, set_values

Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]


class ConnectionEntry(StrictModel):
    """A model connection without its credentials."""

    provider_key: str
    model: str
    base_url: str | None = None
    options: dict[str, Option] = Field(default_factory=dict)
    credentials_from_env: Variable | dict[str, Variable] | None = None
    """A variable for `api_key`, or variables by the credential's name."""

    def variables(self) -> dict[str, str]:
        """The environment variable of each credential."""
        given = self.credentials_from_env or {}
        return {"api_key": given} if isinstance(given, str) else given


class ModelInstanceEntry(StrictModel):
    """A model instance; its policy group and its users by name."""

    name: InstanceName
    policy_group: Name
    instructions: Instructions = ""
    allowed_users: list[str | int] = Field(default_factory=list)
    allowed_teams: list[str] = Field(default_factory=list)
    """E-mail addresses, or ids of users who have none; nobody named means everybody."""
    answer_policy_group: Name | None = None
    attachments: Attachments = Attachments.REFUSE
    limits: LimitsBody | None = None
    """As a whole; a file that says nothing of them leaves them as they are."""
    connection: ConnectionEntry | None = None
    fallbacks: list[ConnectionEntry] = Field(default_factory=list, max_length=FALLBACKS)

    def connections(self) -> list[tuple[Path, ConnectionEntry]]:
        """Every connection, and where it stands in the entry."""
        first: list[tuple[Path, ConnectionEntry]] = []
        if self.connection is not None:
            first = [(("connection",), self.connection)]
        return [*first, *((("fallbacks", i), one) for i, one in enumerate(self.fallbacks))]


class Document(StrictModel):
    """A whole file."""

    policy_groups: list[PolicyGroupEntry] = Field(default_factory=list)
    model_instances: list[ModelInstanceEntry] = Field(default_factory=list)


@dataclass(frozen=True)
class File:
    """A document that was read from a file, and where everything stands in it."""

    name: str
    document: Document
    loaded: Loaded

    def problem(self, path: Path, message: str) -> str:
        """A problem with its place: `policies.yaml:7: policyGroups[0].name: …`."""
        return problem_at(self.name, self.loaded, path, message)


def read_file(name: str, text: str) -> File:
    """Read and check a document; raises `CommandError` with every problem and its line."""
    name = "standard input" if name == "-" else name
    loaded = load(text)
    problems = [f"{name}:{line}: {message}" for line, message in loaded.problems]
    document = Document()
    if not problems:
        try:
            document = Document.model_validate(loaded.data)
        except ValidationError as e:
            found = e.errors(include_url=False, include_input=False)
            problems = [problem_at(name, loaded, error["loc"], told_of(error)) for error in found]
    file = File(name, document, loaded)
    if not problems:
        problems = [*_beyond_form(file)]
    if problems:
        raise CommandError(f"{len(problems)} problem(s) in {name}; nothing was changed:", problems)
    return file


def problem_at(name: str, loaded: Loaded, path: Path, message: str) -> str:
    """A problem of a file with its place: `policies.yaml:7: policyGroups[0].name: …`."""
    line, shown = place_of(loaded, path)
    where = f"{name}:{line}: "
    return f"{where}{shown}: {message}" if shown else f"{where}{message}"


def _beyond_form(file: File) -> Iterator[str]:
    """Names that stand twice, and policies that the engine cannot apply."""
    document = file.document
    names = {
        "policyGroups": [group.name for group in document.policy_groups],
        "modelInstances": [instance.name for instance in document.model_instances],
    }
    for key, listed in names.items():
        for index, name in enumerate(listed):
            if name in listed[:index]:
                yield file.problem((key, index, "name"), "this name stands here twice")
    for index, group in enumerate(document.policy_groups):
        for path, message in unusable(group, index):
            yield file.problem(path, message)


CREDENTIALS = (
    "# The server keeps its credentials; to set them on import:\n"
    "# credentialsFromEnv: NAME_OF_A_VARIABLE\n"
)


def instances_document(entries: Sequence[tuple[ModelInstanceEntry, bool]]) -> str:
    """A document with these model instances, and whether each has credentials."""
    texts = []
    for entry, has_credentials in entries:
        comment = indented(CREDENTIALS, "  ") if entry.connection and has_credentials else ""
        texts.append(instance_text(entry) + comment)
    return document_of("instance", "modelInstances", texts)


def instance_text(entry: ModelInstanceEntry) -> str:
    """One model instance, as it stands in a document; its connection comes last."""
    shown: dict[str, Any] = {"name": entry.name, "policyGroup": entry.policy_group}
    if entry.instructions:
        shown["instructions"] = entry.instructions
    if entry.allowed_users:
        shown["allowedUsers"] = list(entry.allowed_users)
    if entry.allowed_teams:
        shown["allowedTeams"] = list(entry.allowed_teams)
    if entry.answer_policy_group is not None:
        shown["answerPolicyGroup"] = entry.answer_policy_group
    if entry.attachments is not Attachments.REFUSE:
        shown["attachments"] = entry.attachments.value
    if entry.limits is not None and (limits := set_values(entry.limits)):
        shown["limits"] = limits
    if entry.fallbacks:
        shown["fallbacks"] = [set_values(connection) for connection in entry.fallbacks]
    if entry.connection is not None:
        shown["connection"] = set_values(entry.connection)
    return as_yaml(shown)
