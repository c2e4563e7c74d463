"""The prompts of a project on a server, as the commands ask for them."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from sluice.cli.api import Api
from sluice.cli.errors import CommandError

Json = dict[str, Any]
PAGE = 500


class PromptServer:
    """One project's templates."""

    def __init__(self, api: Api, project: str) -> None:
        self._api = api
        self.project = project
        self._base = f"/api/v1/projects/{quote(project, safe='')}"

    def templates(self) -> list[Json]:
        """Every template by name, with its newest version and where environments point."""
        found: list[Json] = []
        while True:
            after = found[-1]["name"] if found else ""
            page = self._api.get(f"{self._base}/templates", after=after, limit=PAGE)
            found += page
            if len(page) < PAGE:
                return found

    def template(self, name: str) -> Json:
        """The one of this name; raises `CommandError`."""
        found = self._api.get(f"{self._base}/templates", name=name)
        if not found:
            raise CommandError(f"The project {self.project} has no template named {name}.")
        one: Json = found[0]
        return one

    def versions_in(self, environment: str) -> list[Json]:
        """Every version of an environment, by its template's name."""
        path = f"{self._base}/environments/{quote(environment, safe='')}/versions"
        versions: list[Json] = self._api.get(path)
        return versions

    def save(self, name: str, content: Json) -> Json:
        """Save a version; `version`, `isNew` and `lint` of the answer."""
        saved: Json = self._api.post(f"{self._base}/templates", {"name": name, "content": content})
        return saved

    def lint(self, name: str, content: Json) -> Json:
        """What the server finds in a version, without saving it."""
        path = f"{self._base}/templates/lint"
        found: Json = self._api.post(path, {"name": name, "content": content})
        return found

    def deploy(self, template: Json, environment: str, number: int, note: str) -> Json:
        """Let an environment point to a version; `request` says that it waits for approval."""
        body = {"environment": environment, "version": number, "note": note}
        deployed: Json = self._api.post(f"{self._path(template)}/deployments", body)
        return deployed

    def roll_back(
        self,
        template: Json,
        environment: str,
        number: int | None,
        note: str,
        *,
        emergency: bool = False,
    ) -> Json:
        """Let an environment point to the version before, or to the one of this number."""
        body = {"environment": environment, "version": number, "note": note, "emergency": emergency}
        pointed: Json = self._api.post(f"{self._path(template)}/rollback", body)
        return pointed

    def protect(self, environment: str, approver: str, expires_hours: int) -> None:
        """Let nothing change in an environment before somebody has approved it."""
        body = {"approverRole": approver, "expiresHours": expires_hours}
        self._api.put(self._protection(environment), body)

    def unprotect(self, environment: str) -> None:
        """Protect an environment no more."""
        self._api.delete(self._protection(environment))

    def requests(self, *, only_open: bool) -> list[Json]:
        """What waits for approval, or every request; the newest first."""
        asked: dict[str, str | int] = {"status": "open"} if only_open else {}
        return list(self._api.pages(f"{self._base}/deployment-requests", limit=PAGE, **asked))

    def decide(self, request: str, verb: str, body: Json) -> Json:
        """Approve, reject or withdraw a request."""
        path = f"{self._base}/deployment-requests/{quote(request, safe='')}/{verb}"
        decided: Json = self._api.post(path, body)
        return decided

    def versions(self, template: Json, limit: int) -> list[Json]:
        """The newest versions of a template."""
        versions: list[Json] = self._api.get(f"{self._path(template)}/versions", limit=limit)
        return versions

    def deployments(self, template: Json, environment: str, limit: int) -> list[Json]:
        """The newest deployments of a template to an environment."""
        path = f"{self._path(template)}/deployments"
        found: list[Json] = self._api.get(path, environment=environment, limit=limit)
        return found

    def _protection(self, environment: str) -> str:
        return f"{self._base}/environments/{quote(environment, safe='')}/protection"

    def _path(self, template: Json) -> str:
        return f"{self._base}/templates/{template['id']}"
