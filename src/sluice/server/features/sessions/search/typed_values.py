"""What a caller types into a filter, as it stands in what is recorded: with placeholders.

Nothing new is issued: an original that the project has never seen stands nowhere. What was typed is
sought as it is too, since a policy may have let it through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from sluice.engine import Action, Entry, Finding, Mapping, RawText
from sluice.engine.json_text import DEEPEST
from sluice.engine.placeholders import parse
from sluice.server.analysis.analyzer import Analyzer
from sluice.server.auth.auth import Caller
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.service import Projects
from sluice.server.features.proxy.conversations.service import Conversations
from sluice.server.features.sessions.search.fields import NAMED, Kind
from sluice.server.features.sessions.search.filters import (
    Alternative,
    Leaf,
    Tree,
    edges,
    leaves,
    with_leaves,
)
from sluice.server.kit.database import Database
from sluice.server.vault.scopes import ScopeVault

MOST: Final = 8
"""Forms of one value."""
ISSUING: Final = (Action.MASK, Action.REDACT, Action.REPLACE)

Spans = list[tuple[int, int, list[bytes]]]
"""Places in a text, each with the lookups of what stands there."""


class TypedValues:
    """Looks up what was typed among the originals of a project."""

    def __init__(
        self,
        database: Database,
        projects: Projects,
        analyzer: Analyzer,
        conversations: Conversations,
    ) -> None:
        self._database = database
        self._projects = projects
        self._analyzer = analyzer
        self._conversations = conversations

    async def resolved(self, project: KnownProject, caller: Caller, tree: Tree) -> Tree:
        """The tree, each of its texts with the forms in which it may stand.

        Raises `Unprocessable` and `Unavailable` as the analyzer does.
        """
        typed = [leaf for leaf in leaves(tree) if _is_cleansed(leaf)]
        if not typed:
            return tree
        texts = dict.fromkeys(text for leaf in typed for text in _texts(leaf))
        forms = await self.alternatives(project, caller, list(texts))
        resolved: dict[Leaf, Leaf] = {}
        for leaf in typed:
            value, prefix = leaf.values[0], _prefix(leaf)
            of_name = forms[leaf.field.name.removeprefix(prefix)] if prefix else ()
            resolved[leaf] = replace(
                leaf,
                alternatives=forms[value] if isinstance(value, str) else (),
                names=tuple(f"{prefix}{one.text}" for one in of_name),
            )
        return with_leaves(tree, resolved)

    async def alternatives(
        self, project: KnownProject, caller: Caller, texts: Sequence[str]
    ) -> dict[str, tuple[Alternative, ...]]:
        """The forms of each text; the one that was typed is the first."""
        conversation = await self._conversations.of_project(project.owner(caller))
        vault = conversation.space.vault
        mapping = Mapping(key=vault.key.lookup_key)
        spans = {text: await self._spans(project, mapping, text) for text in texts}
        asked = {lookup for found in spans.values() for _, _, one in found for lookup in one}
        async with self._database.read() as session:
            known = await _known(session, vault, asked)
        return {text: _forms(text, found, known) for text, found in spans.items()}

    async def _spans(self, project: KnownProject, mapping: Mapping, text: str) -> Spans:
        """The whole text, and what is found in it."""
        policy = (await self._projects.policy(project)).where_nothing_is_blocked()
        found = await self._analyzer.findings(RawText(text), policy)
        places = [(0, len(text)), *((f.start, f.end) for f in _apart(found, len(text)))]
        return [(start, end, lookups(mapping, text[start:end])) for start, end in places]


def lookups(mapping: Mapping, text: str) -> list[bytes]:
    """Every lookup under which this original may be stored."""
    times = range(DEEPEST + 1) if "\\" in text else range(1)
    return [mapping.lookup(action, text, escaped) for action in ISSUING for escaped in times]


async def _known(
    session: AsyncSession, vault: ScopeVault, asked: Iterable[bytes]
) -> dict[bytes, Entry]:
    wanted = set(asked)
    return await vault.originals(session, wanted) if wanted else {}


def _apart(found: Iterable[Finding], length: int) -> list[Finding]:
    return [f for f in found if (f.start, f.end) != (0, length)]


def _forms(text: str, spans: Spans, known: dict[bytes, Entry]) -> tuple[Alternative, ...]:
    (_, _, whole), *parts = spans
    forms = [Alternative(text, *edges(text))]
    forms += [_placeholder(known[lookup].placeholder) for lookup in whole if lookup in known]
    choices = [
        (start, end, names)
        for start, end, asked in parts
        if (names := list(dict.fromkeys(known[k].placeholder for k in asked if k in known)))
    ]
    if choices:
        forms += [
            _written(text, [(s, e, name) for (s, e, _), name in zip(choices, chosen, strict=True)])
            for chosen in islice(product(*(names for _, _, names in choices)), MOST)
        ]
    return tuple(dict.fromkeys(forms))[: MOST + 1]


def _placeholder(name: str) -> Alternative:
    numbered = parse(name) is not None
    return Alternative(name, begins=numbered, ends=numbered, names=frozenset({name}))


def _written(text: str, places: Sequence[tuple[int, int, str]]) -> Alternative:
    """The text with placeholders in these places, which stand in order."""
    written, behind = [], 0
    for start, end, name in places:
        written += [text[behind:start], name]
        behind = end
    (first, *_), (_, last, name) = places[0], places[-1]
    whole = "".join([*written, text[behind:]])
    begins, ends = edges(whole)
    return Alternative(
        whole,
        begins=begins or (first == 0 and parse(places[0][2]) is not None),
        ends=ends or (last == len(text) and parse(name) is not None),
        names=frozenset(name for _, _, name in places),
    )


def _is_cleansed(leaf: Leaf) -> bool:
    return leaf.field.kind in (Kind.NAMED, Kind.CONTENT)


def _prefix(leaf: Leaf) -> str:
    if leaf.field.kind is not Kind.NAMED:
        return ""
    return next(prefix for prefix in NAMED if leaf.field.name.startswith(prefix))


def _texts(leaf: Leaf) -> list[str]:
    texts = [value for value in leaf.values if isinstance(value, str)]
    if prefix := _prefix(leaf):
        texts.append(leaf.field.name.removeprefix(prefix))
    return texts
