"""The device flow (RFC 8628) as a program and its user's browser go through it."""

from __future__ import annotations

import re
from typing import Any

import httpx

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_FORM = re.compile(r'<form[^>]*action="([^"]+)"')
_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def start(issuer: str, client_id: str, scope: str, resource: str | None) -> dict[str, Any]:
    """What the program shows its user, and the device code by which it asks."""
    form = {"client_id": client_id, "scope": scope}
    if resource is not None:
        form["resource"] = resource
    answer = httpx.post(f"{issuer}/device/auth", data=form, trust_env=False)
    answer.raise_for_status()
    started: dict[str, Any] = answer.json()
    return started


def poll(issuer: str, client_id: str, device_code: str) -> httpx.Response:
    """Ask once whether the user has approved."""
    form = {"client_id": client_id, "grant_type": GRANT, "device_code": device_code}
    return httpx.post(f"{issuer}/token", data=form, trust_env=False)


def approve(address: str) -> None:
    """Do in a browser what the page at this address asks for, until nothing is asked."""
    with httpx.Client(follow_redirects=True, trust_env=False) as browser:
        page = browser.get(address)
        for _ in range(3):
            form = _FORM.search(page.text)
            if form is None:
                break
            fields = dict(_HIDDEN.findall(page.text)) | {"confirm": "yes"}
            page = browser.post(form.group(1), data=fields)
        page.raise_for_status()


def access_token(
    issuer: str,
    *,
    client_id: str = "device-client",
    scope: str = "openid email prompts",
    resource: str | None = None,
) -> str:
    """An access token after the whole flow."""
    started = start(issuer, client_id, scope, resource)
    approve(started["verification_uri_complete"])
    answer = poll(issuer, client_id, started["device_code"])
    answer.raise_for_status()
    token: str = answer.json()["access_token"]
    return token
