"""Model instances between a server's ids and a document's names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from sluice.cli.api import ADMIN, Api, all_teams, all_users
from sluice.cli.documents import (
    ConnectionEntry,
    File,
    ModelInstanceEntry,
    instance_text,
    instances_document,
)
from sluice.cli.errors import CommandError
from sluice.cli.plans import Change
from sluice.cli.policies import chosen
from sluice.server.kit.yaml_lines import Path
from sluice.server.providers.base import Connection
from sluice.server.providers.registry import Providers, provider_keys
from sluice.server.providers.transport import Transport

Json = dict[str, Any]


class Server:
    """What a server has: its model instances, and what their ids stand for."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.instances: list[Json] = api.get(f"{ADMIN}/model-instances")
        groups = api.get(f"{ADMIN}/policy-groups")
        self.group_names = {group["id"]: str(group["name"]) for group in groups}
        self.group_ids = {name: number for number, name in self.group_names.items()}
        self._users = all_users(api)
        self._team_names = {team["id"]: str(team["name"]) for team in all_teams(api)}
        self.team_ids = {name: number for number, name in self._team_names.items()}

    def chosen(self, names: list[str] | None) -> list[Json]:
        """The instances that are named, or all."""
        return chosen(self.instances, names, "model instance")

    def users_of(self, one: Json) -> list[str | int]:
        """Who may use an instance: e-mail addresses, or ids of users who have none."""
        emails = {user["id"]: user["email"] for user in self._users}
        return [emails.get(number) or number for number in one["allowedUsers"]]

    def user_id(self, user: str | int) -> int | None:
        """The id of a user who is named by address or id; None if there is none."""
        wanted = user.lower() if isinstance(user, str) else user
        found = (u["id"] for u in self._users if wanted in (u["email"], u["id"]))
        return next(found, None)

    def limits_of(self, one: Json) -> Json:
        """What limits an instance; asks the server."""
        limits: Json = self._api.get(limits_address(one["id"]))["limits"]
        return limits

    def entry(self, one: Json) -> ModelInstanceEntry:
        """An instance of the API in the document's form."""
        connection, answers = one["connection"], one["answerPolicyGroupId"]
        return ModelInstanceEntry.model_validate(
            {
                "name": one["name"],
                "policyGroup": self.group_names[one["policyGroupId"]],
                "instructions": one["instructions"],
                "allowedUsers": self.users_of(one),
                "allowedTeams": [self._team_names[number] for number in one["allowedTeams"]],
                "answerPolicyGroup": None if answers is None else self.group_names[answers],
                "attachments": one["attachments"],
                "limits": self.limits_of(one),
                "connection": None if connection is None else _shown(connection),
                "fallbacks": [_shown(further) for further in one["fallbacks"]],
            }
        )

    def document(self, instances: Sequence[Json]) -> str:
        """The YAML document of some instances."""
        return instances_document([(self.entry(one), _has_credentials(one)) for one in instances])


def limits_address(instance_id: int) -> str:
    """Where the API has an instance's limits."""
    return f"{ADMIN}/model-instances/{instance_id}/limits"


def _shown(connection: Json) -> Json:
    return {key: connection[key] for key in ("providerKey", "model", "baseUrl", "options")}


def planned(api: Api, server: Server, file: File) -> list[Change]:
    """What an import does; raises `CommandError` with every problem, before anything is done."""
    present = {one["name"]: one for one in server.instances}
    problems: list[str] = []
    changes = []
    for index, entry in enumerate(file.document.model_instances):
        one = present.get(entry.name)
        found = [*_problems(server, entry, one)]
        problems += [file.problem(("modelInstances", index, *path), said) for path, said in found]
        if not found:
            changes.append(_change(api, server, entry, one))
    if problems:
        raise CommandError(
            f"{len(problems)} problem(s) in {file.name}; nothing was changed:", problems
        )
    return changes


def _problems(
    server: Server, entry: ModelInstanceEntry, one: Json | None
) -> Iterator[tuple[Path, str]]:
    named = {"policyGroup": entry.policy_group, "answerPolicyGroup": entry.answer_policy_group}
    for key, name in named.items():
        if name is not None and name not in server.group_ids:
            yield (key,), "the server has no policy group of this name; import it first"
    for index, user in enumerate(entry.allowed_users):
        if server.user_id(user) is None:
            yield ("allowedUsers", index), "the server has no such user"
    for index, team in enumerate(entry.allowed_teams):
        if team not in server.team_ids:
            yield ("allowedTeams", index), "the server has no team of this name; make it first"
    present = _present_connections(one)
    for place, (path, wanted) in enumerate(entry.connections()):
        kept = present[place] if place < len(present) else None
        for inner, message in _connection_problems(wanted, kept):
            yield (*path, *inner), message
    if entry.fallbacks and entry.connection is None:
        yield ("connection",), "give the first connection before the fallbacks"


def _present_connections(one: Json | None) -> list[Json]:
    if one is None or one["connection"] is None:
        return []
    return [one["connection"], *one["fallbacks"]]


def _connection_problems(wanted: ConnectionEntry, kept: Json | None) -> Iterator[tuple[Path, str]]:
    missing = [name for name in wanted.variables().values() if not os.environ.get(name)]
    for name in missing:
        yield ("credentialsFromEnv",), f"the variable {name} is not set"
    if missing or wanted.provider_key not in (known := provider_keys()):
        if not missing:
            yield ("providerKey",), f"use one of: {', '.join(known)}"
        return
    # Which credentials the server keeps is not known here; it checks them itself.
    unknown = not wanted.variables() and _keeps_credentials(wanted, kept)
    for problem in Providers(Transport()).problems(_connection(wanted)):
        path = _documents_path(problem.path)
        if not (unknown and path[0] == "credentialsFromEnv"):
            yield path, problem.message


def _documents_path(path: str) -> Path:
    parts = path.split(".")
    return ("credentialsFromEnv",) if parts[0] == "credentials" else tuple(parts)


def _connection(wanted: ConnectionEntry) -> Connection:
    credentials = {name: os.environ[v] for name, v in wanted.variables().items()}
    return Connection(
        wanted.provider_key, wanted.model, wanted.base_url, credentials, wanted.options
    )


def _keeps_credentials(wanted: ConnectionEntry, kept: Json | None) -> bool:
    """As the server has it: credentials stay with the provider and address they were given for."""
    if kept is None or not kept["hasCredentials"]:
        return False
    same = (kept["providerKey"], kept["baseUrl"]) == (wanted.provider_key, wanted.base_url)
    return bool(same)


def _has_credentials(one: Json) -> bool:
    return bool(one["connection"] and one["connection"]["hasCredentials"])


def _change(api: Api, server: Server, entry: ModelInstanceEntry, one: Json | None) -> Change:
    apply = partial(_apply, api, entry, _body(server, entry), one)
    before = server.entry(one) if one is not None else None
    if before is not None and entry.limits is None:
        entry = entry.model_copy(update={"limits": before.limits})
    shown = instance_text(before) if before is not None else None
    return Change("model instance", entry.name, shown, instance_text(entry), apply)


def _apply(api: Api, entry: ModelInstanceEntry, body: Json, one: Json | None) -> None:
    """Create or change the instance, then set its limits if the file tells them."""
    path = f"{ADMIN}/model-instances"
    done = api.post(path, body) if one is None else api.put(f"{path}/{one['id']}", body)
    if entry.limits is not None:
        limits = entry.limits.model_dump(mode="json", by_alias=True)
        try:
            api.put(limits_address(done["id"]), {"limits": limits})
        except CommandError as e:
            said = f"it is stored, but its limits are not, so import it again: {e.message}"
            raise type(e)(said, e.problems) from None


def _body(server: Server, entry: ModelInstanceEntry) -> Json:
    connection, answers = entry.connection, entry.answer_policy_group
    users = (server.user_id(user) for user in entry.allowed_users)
    return {
        "name": entry.name,
        "policyGroupId": server.group_ids[entry.policy_group],
        "instructions": entry.instructions,
        "allowedUsers": [number for number in users if number is not None],
        "allowedTeams": [server.team_ids[name] for name in entry.allowed_teams],
        "answerPolicyGroupId": None if answers is None else server.group_ids[answers],
        "attachments": entry.attachments.value,
        "connection": None if connection is None else _connection_body(connection),
        "fallbacks": [_connection_body(further) for further in entry.fallbacks],
    }


def _connection_body(wanted: ConnectionEntry) -> Json:
    credentials = {name: os.environ[variable] for name, variable in wanted.variables().items()}
    return {
        "providerKey": wanted.provider_key,
        "model": wanted.model,
        "baseUrl": wanted.base_url,
        "options": wanted.options,
        "credentials": credentials or None,
    }
