"""A scripted Freeplay server on the wire of SDK 0.6.1, beside that of 0.1.6.

Every path of `/v2` with the status that the published client demands; the bodies that came are
kept in `calls`, by the name of the call.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

from tests.peers.behaviours import JSON
from tests.peers.freeplay_wire import KEY, FreeplayServer
from tests.peers.server import Exchange, Received

Json = dict[str, Any]
_PROJECT: Final = r"/v2/projects/[^/]+"
_ROUTES: Final = {
    "projects": ("GET", r"/v2/projects/all", 200),
    "templates": ("GET", rf"{_PROJECT}/prompt-templates/all/[^/]+", 200),
    "template": ("GET", rf"{_PROJECT}/prompt-templates/name/(?P<name>.+)", 200),
    "version": ("GET", rf"{_PROJECT}/prompt-templates/id/[^/]+/versions/[^/]+", 200),
    "new version": ("POST", rf"{_PROJECT}/prompt-templates/name/(?P<name>.+)/versions", 201),
    "deploy": ("POST", rf"{_PROJECT}/prompt-templates/id/[^/]+/versions/[^/]+/environments", 200),
    "recording": ("POST", rf"{_PROJECT}/sessions/[^/]+/completions", 201),
    "recording update": ("POST", rf"{_PROJECT}/completions/[^/]+", 200),
    "trace": ("POST", rf"{_PROJECT}/sessions/[^/]+/traces/id/[^/]+", 201),
    "trace update": ("PATCH", rf"{_PROJECT}/sessions/[^/]+/traces/id/[^/]+", 200),
    "session metadata": ("PATCH", rf"{_PROJECT}/sessions/id/[^/]+/metadata", 200),
    "trace metadata": ("PATCH", rf"{_PROJECT}/sessions/[^/]+/traces/id/[^/]+/metadata", 200),
    "feedback": ("POST", rf"{_PROJECT}/completion-feedback/id/[^/]+", 201),
    "trace feedback": ("POST", rf"{_PROJECT}/trace-feedback/id/[^/]+", 201),
    "delete session": ("DELETE", rf"{_PROJECT}/sessions/[^/]+", 201),
    "test run": ("POST", rf"{_PROJECT}/test-runs", 201),
    "test run result": ("GET", rf"{_PROJECT}/test-runs/id/[^/]+", 200),
    "new test cases": ("POST", rf"{_PROJECT}/datasets/id/[^/]+/test-cases", 201),
    "test cases": ("GET", rf"{_PROJECT}/datasets/id/[^/]+/test-cases", 200),
}


def template(name: str, *messages: Json, **fields: object) -> Json:
    """A template as this wire has it."""
    found: Json = {
        "prompt_template_id": f"template-{name}",
        "prompt_template_version_id": "version-7",
        "prompt_template_name": name,
        "project_id": "p",
        "format_version": 3,
        "content": list(messages),
        "metadata": {
            "provider": "openai", "flavor": "openai_chat", "model": "gpt-x",
            "params": {"temperature": 0.3}, "provider_info": None,
        },
    }  # fmt: skip
    return found | fields


@dataclass
class FreeplayToday:
    """Serves both wires; `older` is the one of 0.1.6."""

    templates: list[Json] = field(default_factory=list)
    calls: defaultdict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    older: FreeplayServer = field(default_factory=FreeplayServer)

    async def __call__(self, exchange: Exchange) -> None:
        """Answer a request of either wire, or of a vendor's."""
        request = exchange.request
        path = request.path.removeprefix("/api")
        for name, (method, pattern, status) in _ROUTES.items():
            found = re.fullmatch(pattern, path) if method == request.method else None
            if found and not (name == "template" and path.endswith("/versions")):
                self.calls[name].append(request.json())
                answer = self._answer(request, status, name, found.groupdict().get("name"))
                return await exchange.whole(answer[0], json.dumps(answer[1]).encode(), JSON)
        return await self.older(exchange)

    def _answer(
        self, request: Received, status: int, call: str, name: str | None
    ) -> tuple[int, object]:
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return 401, {"message": "The key is not known.", "code": "unauthorized"}
        if name is not None:
            named = [one for one in self.templates if one["prompt_template_name"] == name]
            if not named:
                return 404, {"message": "There is no such template.", "code": "not_found"}
            return status, named[0] | {"version_name": None, "version_description": None}
        return status, self._body(call)

    def _body(self, call: str) -> object:
        case = {"test_case_id": "case-1", "variables": {"name": "Ada"}, "output": None}
        bodies: dict[str, object] = {
            "projects": {"projects": [{"id": "p", "name": "Project"}]},
            "templates": {"prompt_templates": self.templates},
            "version": self.templates[0] if self.templates else {},
            "recording": {"completion_id": "completion-1"},
            "recording update": {"completion_id": "completion-1"},
            "test run": {"test_run_id": "run-1", "test_cases": [case], "trace_test_cases": None},
            "test run result": {
                "id": "run-1", "name": "Run", "description": "",
                "summary_statistics": {"auto_evaluation": {}, "human_evaluation": {}},
            },
            "test cases": [{"id": "case-1", "values": {"name": "Ada"}, "output": None}],
        }  # fmt: skip
        return bodies.get(call, {"message": "Done."})
