"""Every table of the server, so that migrations can be compared with them."""

from __future__ import annotations

from sluice.server.auth import links_tables as links
from sluice.server.auth import tables as auth
from sluice.server.features.audit import tables as audit
from sluice.server.features.limits import tables as limits
from sluice.server.features.models import tables as models
from sluice.server.features.policies import tables as policies
from sluice.server.features.projects import tables as projects
from sluice.server.features.proxy.calls import refused_tables as refused
from sluice.server.features.proxy.calls import tables as calls
from sluice.server.features.proxy.conversations import tables as conversations
from sluice.server.features.proxy.limits import tables as key_limits
from sluice.server.features.sessions import tables as sessions
from sluice.server.features.sessions.views import tables as saved_views
from sluice.server.features.statistics import tables as statistics
from sluice.server.features.teams import tables as teams
from sluice.server.features.templates import tables as templates
from sluice.server.features.testruns import tables as testruns
from sluice.server.features.threads import tables as threads
from sluice.server.kit import configuration
from sluice.server.kit.database import Base
from sluice.server.vault import tables as vault

FEATURES = (
    audit, auth, calls, configuration, conversations, key_limits, limits, links, models, policies,
    projects, refused, saved_views, sessions, statistics, teams, templates, testruns, threads,
    vault,
)  # fmt: skip

metadata = Base.metadata
