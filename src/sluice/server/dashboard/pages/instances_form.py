"""The form of a model instance: what it shows, and the body of the API that it makes.

Connections stand in numbered places, each with its rank: the first is asked first. What is typed
as a credential is never shown again, not even where something else has to be corrected.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.server.errors import SluiceError
from sluice.server.features.models.schemas import (
    FALLBACKS,
    Attachments,
    ConnectionAdminOut,
    ModelInstanceAdminOut,
)
from sluice.server.kit.wire import to_camel_path

PLACES: Final = 1 + FALLBACKS
API_KEY: Final = "api_key"
_OF_CONNECTION: Final = re.compile(r"(?:connection|fallbacks\[(\d+)\])(?:\.(\w+))?(?:\.(\w+))?.*")
_FIELDS: Final = {
    "providerKey": "provider",
    "model": "model",
    "baseUrl": "base",
    "options": "options",
    "credentials": "credentials",
}
_WORDS: Final = {"true": True, "false": False}
_NUMBER: Final = re.compile(r"-?\d{1,12}(\.\d{1,9})?")


@dataclass(frozen=True, slots=True)
class ShownConnection:
    """One place of the form."""

    place: int
    rank: str = ""
    provider: str = ""
    model: str = ""
    base: str = ""
    options: str = ""
    has_credentials: bool = False

    @property
    def is_given(self) -> bool:
        """Whether there is something in it."""
        return bool(self.provider or self.model or self.base or self.options)


@dataclass(frozen=True, slots=True)
class ShownForm:
    """What the form shows."""

    name: str = ""
    policy_group: str = ""
    answer_policy_group: str = ""
    instructions: str = field(default="", repr=False)
    attachments: str = Attachments.REFUSE.value
    users: str = ""
    teams: frozenset[str] = frozenset()
    projects: frozenset[str] = frozenset()
    connections: tuple[ShownConnection, ...] = ()

    @property
    def places(self) -> list[ShownConnection]:
        """Every place, those without a connection too."""
        given = {one.place: one for one in self.connections}
        return [given.get(place, ShownConnection(place)) for place in range(PLACES)]


def of_instance(
    one: ModelInstanceAdminOut, users: Sequence[str], projects: Sequence[int]
) -> ShownForm:
    """An instance as the form shows it; `users` are addresses or ids, `projects` users' ids."""
    given = [*([one.connection] if one.connection else []), *one.fallbacks]
    answers = one.answer_policy_group_id
    return ShownForm(
        name=one.name,
        policy_group=str(one.policy_group_id),
        answer_policy_group=str(answers) if answers is not None else "",
        instructions=one.instructions,
        attachments=one.attachments.value,
        users="\n".join(users),
        teams=frozenset(str(team) for team in one.allowed_teams),
        projects=frozenset(str(user) for user in projects),
        connections=tuple(_shown(place, held) for place, held in enumerate(given)),
    )


def _shown(place: int, held: ConnectionAdminOut) -> ShownConnection:
    return ShownConnection(
        place=place,
        rank=str(place + 1),
        provider=held.provider_key,
        model=held.model,
        base=held.base_url or "",
        options="\n".join(f"{name} = {_word(value)}" for name, value in held.options.items()),
        has_credentials=held.has_credentials,
    )


def typed(
    fields: Mapping[str, str], teams: Sequence[str], projects: Sequence[str], held: ShownForm
) -> ShownForm:
    """What somebody typed, without credentials; `held` says which places have some already."""
    connections = [
        ShownConnection(
            place=place,
            has_credentials=held.places[place].has_credentials,
            **{
                name: fields.get(f"c{place}-{name}", "").strip()
                for name in ("rank", "provider", "model", "base", "options")
            },
        )
        for place in range(PLACES)
    ]
    return ShownForm(
        name=fields.get("name", ""),
        policy_group=fields.get("policyGroupId", ""),
        answer_policy_group=fields.get("answerPolicyGroupId", ""),
        instructions=fields.get("instructions", ""),
        attachments=fields.get("attachments", ""),
        users=fields.get("users", ""),
        teams=frozenset(teams),
        projects=frozenset(projects),
        connections=tuple(connections),
    )


@dataclass(frozen=True, slots=True)
class Order:
    """The body that a form asks for, and which place of the form stands where in it."""

    body: dict[str, Any] = field(repr=False)
    places: tuple[int, ...]

    def problems(self, error: SluiceError) -> dict[str, str]:
        """What is wrong, by the form's fields; several of one field in one text."""
        found: dict[str, list[str]] = {}
        for problem in error.errors:
            found.setdefault(self._field(problem), []).append(problem.message)
        told = {name: "; ".join(dict.fromkeys(messages)) for name, messages in found.items()}
        return told or {"": error.message}

    def _field(self, problem: Problem) -> str:
        if problem.path.startswith("allowedUsers"):
            return "users"
        matched = _OF_CONNECTION.fullmatch(problem.path)
        if matched is None:
            return problem.path
        position = int(matched[1]) + 1 if matched[1] is not None else 0
        place = self.places[position] if position < len(self.places) else 0
        name = _FIELDS.get(matched[2] or "", "model")
        if name == "credentials" and matched[3] == to_camel_path(API_KEY):
            name = "key"
        return f"c{place}-{name}"


def order_of(shown: ShownForm, fields: Mapping[str, str], users: Sequence[int]) -> Order:
    """The body of the API; `users` are those of the text, the projects' come to them."""
    given = sorted((one for one in shown.connections if one.is_given), key=_rank)
    bodies = [_connection(one, fields) for one in given]
    answers = shown.answer_policy_group
    body: dict[str, Any] = {
        "name": shown.name,
        "policyGroupId": shown.policy_group,
        "answerPolicyGroupId": answers or None,
        "instructions": shown.instructions,
        "attachments": shown.attachments,
        "allowedUsers": sorted({*users, *map(int, filter(str.isdecimal, shown.projects))}),
        "allowedTeams": sorted(map(int, filter(str.isdecimal, shown.teams))),
        "connection": bodies[0] if bodies else None,
        "fallbacks": bodies[1:],
    }
    return Order(body, tuple(one.place for one in given))


def _rank(one: ShownConnection) -> tuple[int, int]:
    return (int(one.rank) if one.rank.isdecimal() else PLACES), one.place


def _connection(one: ShownConnection, fields: Mapping[str, str]) -> dict[str, Any]:
    return {
        "providerKey": one.provider,
        "model": one.model,
        "baseUrl": one.base or None,
        "options": {name: _value(text) for name, text in _lines(one.options).items()},
        "credentials": _credentials(one.place, fields),
    }


def _credentials(place: int, fields: Mapping[str, str]) -> dict[str, str] | None:
    """Those that were typed; None keeps what is there, and nothing at all forgets it."""
    if fields.get(f"c{place}-forget"):
        return {}
    given = _lines(fields.get(f"c{place}-credentials", ""))
    if key := fields.get(f"c{place}-key", "").strip():
        given[API_KEY] = key
    return given or None


def _lines(text: str) -> dict[str, str]:
    """`name = value` in each line; a line without `=` is a name without a value."""
    pairs = (line.partition("=") for line in text.splitlines() if line.strip())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _value(text: str) -> str | int | float | bool:
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.fullmatch(text):
        return float(text) if "." in text else int(text)
    return text


def _word(value: str | int | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
