"""The playground as endpoints and pages use it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from sluice.engine import RawText
from sluice.server.analysis.beside import beside
from sluice.server.auth.auth import Caller
from sluice.server.features.playground.as_template import AsTemplate, as_template
from sluice.server.features.playground.in_projects import ProjectRuns
from sluice.server.features.playground.in_threads import ThreadRuns
from sluice.server.features.playground.schemas import PreviewOut
from sluice.server.features.prompts.preview import Previews
from sluice.server.features.prompts.schemas import CleanseIn


@dataclass(frozen=True, slots=True)
class Playground:
    """Its services."""

    previews: Previews
    threads: ThreadRuns
    projects: ProjectRuns

    async def preview(self, caller: Caller, body: CleanseIn) -> PreviewOut:
        """What would be done with a text; nothing is kept. Raises as `Previews.preview`."""
        found = await self.previews.preview(caller, body)
        text = RawText(body.text)
        return await beside(len(text), partial(PreviewOut.of, text, found))

    async def as_template(self, caller: Caller, body: CleanseIn) -> AsTemplate:
        """The text as a template; what was found, reviewed by the caller, becomes variables."""
        found = await self.previews.preview(caller, body)
        policy = found.policy.policy
        return await beside(
            len(body.text), partial(as_template, body.text, found.acted_upon, policy)
        )
