"""Saving, deploying and reading templates as clients do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

PROJECT = "default"
OWN = f"/api/v1/projects/{PROJECT}"
V2 = f"/v2/projects/{PROJECT}/prompt-templates"
OLD = f"/projects/{PROJECT}/templates/all"
MUSTACHE = {"Freeplay-Template-Dialect": "mustache"}
Json = dict[str, Any]


def chat(text: str = "Be {{tone}}.", **fields: object) -> Json:
    """The content of a version with one message."""
    return {"messages": [{"role": "system", "content": text}], **fields}


@dataclass(frozen=True)
class Templates:
    """Templates of the default project, through one client."""

    client: httpx.AsyncClient

    async def get(self, path: str, **parameters: str | int) -> Any:  # noqa: ANN401 (JSON)
        """The data of our own API's answer."""
        return _data(await self.client.get(OWN + path, params=parameters))

    async def post(self, path: str, body: Json) -> Any:  # noqa: ANN401 (JSON)
        """The data of our own API's answer."""
        return _data(await self.client.post(OWN + path, json=body))

    async def save(self, name: str, content: Json, *environments: str) -> Json:
        """Save a version; `version`, `isNew` and `lint` of the answer."""
        body = {"name": name, "content": content, "environments": list(environments)}
        saved: Json = await self.post("/templates", body)
        return saved

    async def versions(self, name: str, *texts: str) -> Json:
        """Save several versions; the template."""
        for text in texts:
            await self.save(name, chat(text))
        found: Json = (await self.get("/templates", name=name))[0]
        return found

    async def deploy(self, template: Json, environment: str, version: int, note: str = "") -> Json:
        """Deploy a version; the template."""
        body = {"environment": environment, "version": version, "note": note}
        deployed: Json = await self.post(f"/templates/{template['id']}/deployments", body)
        return deployed

    async def roll_back(self, template: Json, environment: str, **body: object) -> Json:
        """Roll an environment back; the template."""
        said = {"environment": environment, **body}
        pointed: Json = await self.post(f"/templates/{template['id']}/rollback", said)
        return pointed

    async def change(self, **settings: object) -> None:
        """Change the project's settings."""
        _data(await self.client.patch(OWN, json=settings))


def _data(answer: httpx.Response) -> Any:  # noqa: ANN401 (JSON)
    assert answer.is_success, answer.text
    return answer.json()["data"]


def refused(answer: httpx.Response, status: int) -> Json:
    """The body of an error of this status."""
    assert answer.status_code == status, answer.text
    body: Json = answer.json()
    return body
