"""The custom terms of a policy group, of which there may be thousands: sought, paged, changed.

A change is a new version of the whole policy, as any other.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import ConfigDict, Field, StringConstraints

from sluice.engine.errors import Problem
from sluice.server.auth.callers import Caller
from sluice.server.auth.roles import Permission
from sluice.server.errors import Conflict, Unprocessable
from sluice.server.features.policies.schemas import (
    CustomTermDocument,
    PolicyDocument,
    PolicyGroupIn,
    PolicyGroupOut,
)
from sluice.server.features.policies.service import Policies
from sluice.server.kit.database import Database
from sluice.server.kit.wire import NoNul, StrictModel, WireModel

MOST: Final = 10_000
"""Terms of a policy."""
Position = Annotated[int, Field(ge=0, lt=MOST)]


class TermsQuery(StrictModel):
    """Which terms are wanted. In a body, never in an address: terms may name customers."""

    model_config = ConfigDict(hide_input_in_errors=True)

    text: Annotated[str, StringConstraints(max_length=200)] = Field(default="", repr=False)
    """What stands in a term, its name or its entity type, whatever the case; "" finds all."""
    after: Annotated[int, Field(ge=-1, lt=MOST)] = -1
    """The position behind which the page begins."""
    limit: Annotated[int, Field(ge=1, le=500)] = 50


class PlacedTerm(WireModel):
    """A term and its position in the policy."""

    position: int
    term: CustomTermDocument


class TermsPage(WireModel):
    """Some terms of a policy group, in their order."""

    version: int
    """In which they stand there."""
    terms: list[PlacedTerm]
    total: int
    """Terms of the policy."""
    found: int
    """Those that fit, before and behind the page too."""
    has_more: bool


class ChangedTerm(StrictModel):
    """Another term in the place of one."""

    position: Position
    term: CustomTermDocument


class TermsChange(StrictModel):
    """What becomes of a policy's terms; positions are those of `ifVersion`."""

    model_config = ConfigDict(hide_input_in_errors=True)

    if_version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    add: list[CustomTermDocument] = Field(default_factory=list, max_length=MOST, repr=False)
    replace: list[ChangedTerm] = Field(default_factory=list, max_length=MOST, repr=False)
    remove: list[Position] = Field(default_factory=list, max_length=MOST)
    note: Annotated[str, StringConstraints(max_length=500), NoNul] = ""


class PolicyTerms:
    """The service of custom terms."""

    def __init__(self, database: Database, policies: Policies) -> None:
        self._database = database
        self._policies = policies

    async def page(self, caller: Caller, group_id: int, wanted: TermsQuery) -> TermsPage:
        """Some terms of the version in force. Raises `NotFound`."""
        async with self._database.read() as session:
            group = await self._policies.get(session, caller, group_id)
        sought = wanted.text.strip().casefold()
        terms = group.policy.custom_terms
        fitting = [at for at, term in enumerate(terms) if sought in _told(term)]
        behind = [at for at in fitting if at > wanted.after]
        return TermsPage(
            version=group.version,
            terms=[PlacedTerm(position=at, term=terms[at]) for at in behind[: wanted.limit]],
            total=len(terms),
            found=len(fitting),
            has_more=len(behind) > wanted.limit,
        )

    async def change(self, caller: Caller, group_id: int, body: TermsChange) -> PolicyGroupOut:
        """Add, replace and remove terms, all of it as one new version.

        Raises `NotFound`, `Conflict` if another version is in force by now, or `Unprocessable`
        with every problem.
        """
        caller.require(Permission.MANAGE_POLICIES)
        async with self._database.write() as session:
            group = await self._policies.get(session, caller, group_id)
            if group.version != body.if_version:
                raise Conflict(
                    f"Version {group.version} was saved meanwhile; look at it first.",
                    code="version_changed",
                )
            changed = PolicyGroupIn(
                name=group.name,
                policy=_changed(group.policy, body),
                note=body.note,
                if_version=body.if_version,
            )
            return await self._policies.change(session, caller, group_id, changed)


def _told(term: CustomTermDocument) -> str:
    """What is looked through."""
    value = term.text if term.pattern is None else term.pattern
    return f"{term.name}\n{value}\n{term.entity_type}".casefold()


def _changed(policy: PolicyDocument, body: TermsChange) -> PolicyDocument:
    terms: dict[int, CustomTermDocument] = dict(enumerate(policy.custom_terms))
    missing = [
        *(f"replace[{i}].position" for i, one in enumerate(body.replace)
          if one.position not in terms),
        *(f"remove[{i}]" for i, position in enumerate(body.remove) if position not in terms),
    ]  # fmt: skip
    problems = [Problem(path, "there is no term at this position") for path in missing]
    terms |= {one.position: one.term for one in body.replace}
    removed = set(body.remove)
    kept = [term for at, term in sorted(terms.items()) if at not in removed]
    if (count := len(kept) + len(body.add)) > MOST:
        problems.append(Problem("add", f"a policy has {MOST} terms at most, not {count}"))
    if problems:
        raise Unprocessable("The terms cannot be changed like this.", errors=problems)
    return policy.model_copy(update={"custom_terms": [*kept, *body.add]})
