"""The YAML form of policy groups and model instances, the same for export and import.

Keys are those of the management API. Credentials are never in it: `credentialsFromEnv` names
the environment variable from which an import takes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, Field, StringConstraints, ValidationError

from sluice.cli.errors import CommandError
from sluice.cli.yaml_lines import Loaded, Path, load
from sluice.engine import Detection, Detector, InvalidPolicy
from sluice.server.features.models.schemas import FALLBACKS, Attachments, Instructions, Option
from sluice.server.features.models.schemas import Name as InstanceName
from sluice.server.features.policies.schemas import Name, PolicyDocument, RuleDocument
from sluice.server.kit.wire import StrictModel, to_camel_path

Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$", max_length=200)]


class PolicyGroupEntry(PolicyDocument):
    """A policy group: its name and its policy."""

    name: Name

    def policy(self) -> dict[str, Any]:
        """The policy as the API takes it."""
        return self.model_dump(mode="json", by_alias=True, exclude={"name"})


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
    path = tuple(part for part in path if part != "[key]")
    shown = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    where = f"{name}:{loaded.line_of(path)}: "
    return f"{where}{shown.lstrip('.')}: {message}" if shown else f"{where}{message}"


def told_of(error: Any) -> str:  # noqa: ANN401 (pydantic's dictionary)
    """What is wrong, in the words of somebody who writes YAML."""
    if error["loc"][-1:] == ("[key]",):
        return "this is no entity type: use upper-case words with underscores between them"
    message = _MESSAGES.get(error["type"], error["msg"])
    return str(message).removeprefix("Value error, ")


_MESSAGES = {
    "extra_forbidden": "there is no such key; is it spelt right?",
    "missing": "this key is missing",
    "string_type": "this must be a text; put it in quotes",
    "model_type": "keys and their values must stand here",
    "model_attributes_type": "keys and their values must stand here",
    "dict_type": "keys and their values must stand here",
    "list_type": "a list must stand here",
}


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
        yield from _unusable(file, index, group)


def _unusable(file: File, index: int, group: PolicyGroupEntry) -> Iterator[str]:
    policy = group.to_policy()
    try:
        Detector(custom_terms=policy.custom_terms, allow_list=policy.allow_list)
    except InvalidPolicy as e:
        for problem in e.problems:
            parts = re.findall(r"\[(\d+)\]|([^.\[\]]+)", to_camel_path(problem.path))
            inner = tuple(int(number) if number else word for number, word in parts)
            yield file.problem(("policyGroups", index, *inner), problem.message)


def unknown_types(group: PolicyGroupEntry) -> list[str]:
    """Entity types with a rule that nothing finds: a misspelling, as a rule."""
    found = Detector().entity_types() | {term.entity_type for term in group.custom_terms}
    return sorted(set(group.rules) - found)


HEADER = "# Sluice. Apply with: sluice {command} import FILE   (first with --dry-run)\n"
CREDENTIALS = (
    "# The server keeps its credentials; to set them on import:\n"
    "# credentialsFromEnv: NAME_OF_A_VARIABLE\n"
)


def policies_document(groups: Sequence[PolicyGroupEntry]) -> str:
    """A document with these policy groups."""
    return _document("policy", "policyGroups", [policy_text(group) for group in groups])


def instances_document(entries: Sequence[tuple[ModelInstanceEntry, bool]]) -> str:
    """A document with these model instances, and whether each has credentials."""
    texts = []
    for entry, has_credentials in entries:
        comment = _indented(CREDENTIALS, "  ") if entry.connection and has_credentials else ""
        texts.append(instance_text(entry) + comment)
    return _document("instance", "modelInstances", texts)


def policy_text(group: PolicyGroupEntry) -> str:
    """One policy group, as it stands in a document."""
    shown: dict[str, Any] = {"name": group.name}
    if group.detection is not Detection.STANDARD:
        shown["detection"] = group.detection.value
    shown["default"] = _rule(group.default)
    if group.rules:
        shown["rules"] = {name: _rule(rule) for name, rule in sorted(group.rules.items())}
    if group.custom_terms:
        shown["customTerms"] = [_Flow(_set(term)) for term in group.custom_terms]
    if group.allow_list:
        shown["allowList"] = list(group.allow_list)
    return as_yaml(shown)


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
    if entry.fallbacks:
        shown["fallbacks"] = [_set(connection) for connection in entry.fallbacks]
    if entry.connection is not None:
        shown["connection"] = _set(entry.connection)
    return as_yaml(shown)


def _rule(rule: RuleDocument) -> _Flow:
    shown: dict[str, Any] = {"action": rule.action.value, "threshold": rule.threshold}
    if rule.user_may_release:
        shown["userMayRelease"] = True
    return _Flow(shown)


def _set(model: BaseModel) -> dict[str, Any]:
    """What differs from the defaults, in the wire's spelling."""
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class _Flow(dict[str, Any]):
    """A mapping on one line."""


class _Dumper(yaml.SafeDumper):
    """Lists are indented, longer texts stand as they are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists under their key, which reads better and diffs better."""
        super().increase_indent(flow, False)


def _text_node(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    # YAML's other line ends would come back as spaces, unless they are escaped.
    plain = all(c.isprintable() or c in "\n " for c in text)
    style = '"' if not plain else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _flow_node(dumper: _Dumper, shown: _Flow) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", shown, flow_style=True)


_Dumper.add_representer(str, _text_node)
_Dumper.add_representer(_Flow, _flow_node)


def as_yaml(shown: dict[str, Any]) -> str:
    """YAML that diffs well: keys in their order, texts of several lines as they are."""
    text: str = yaml.dump(
        shown, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000,
        default_flow_style=False,
    )  # fmt: skip
    return text


def _document(command: str, key: str, texts: Sequence[str]) -> str:
    items = ("  - " + _indented(text, "    ").removeprefix("    ") for text in texts)
    body = f"{key}:\n" + "\n".join(items) if texts else f"{key}: []\n"
    return HEADER.format(command=command) + body


def _indented(text: str, by: str) -> str:
    return "".join(by + line if line.strip() else line for line in text.splitlines(keepends=True))
