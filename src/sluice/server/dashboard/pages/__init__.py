"""One module for each screen: its addresses, on the services that the API uses too."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.pages import (
    account,
    audit,
    calls,
    first_steps,
    home,
    instances,
    instances_editing,
    instances_limits,
    overview,
    people,
    people_keys,
    people_teams,
    playground,
    playground_prompts,
    playground_saving,
    playlists,
    playlists_cases,
    policies,
    policies_terms,
    policies_trying,
    privacy,
    project,
    project_teams,
    prompts,
    prompts_deploying,
    prompts_editing,
    sessions,
    sessions_detail,
    signin,
    testruns,
    testruns_comparing,
    testruns_starting,
    threads,
)

OPEN: Final[tuple[APIRouter, ...]] = (signin.router,)
"""Pages for people who are not signed in."""
SIGNED_IN: Final[tuple[GuardedRouter, ...]] = (
    account.router,
    audit.router,
    privacy.router,
    people.router,
    people_keys.router,
    people_teams.router,
    first_steps.router,
    home.router,
    instances_editing.router,
    instances_limits.router,
    instances.router,
    overview.router,
    project.router,
    project_teams.router,
    playground.router,
    playground_prompts.router,
    playground_saving.router,
    sessions.router,
    sessions_detail.router,
    calls.router,
    threads.router,
    policies_trying.router,
    policies_terms.router,
    policies.router,
    prompts_editing.router,
    prompts_deploying.router,
    prompts.router,
    playlists_cases.router,
    playlists.router,
    testruns_comparing.router,
    testruns_starting.router,
    testruns.router,
)
"""All others."""
