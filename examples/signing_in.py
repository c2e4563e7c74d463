"""Sign in with whatever the environment offers: a token, a session id, or Microsoft Entra ID.

LIMINAL_API_SERVER_URL   where the server is, such as http://127.0.0.1:8321
TOKEN                    an environment token, or
SESSION_ID               a session to go on with, or
TENANT_ID and CLIENT_ID  an application of Microsoft Entra ID
"""

from __future__ import annotations

import os
import sys

from liminal import Client
from liminal.auth.microsoft.device_code_flow import DeviceCodeFlowProvider


def needed(*names: str) -> list[str]:
    """Return these environment variables; end the program, naming every one that is missing."""
    if missing := [name for name in names if not os.environ.get(name)]:
        sys.exit(f"Please set {', '.join(missing)} in the environment")
    return [os.environ[name] for name in names]


async def sign_in() -> Client:
    """Return a client that has signed in, in the first way that the environment offers."""
    (url,) = needed("LIMINAL_API_SERVER_URL")
    if token := os.environ.get("TOKEN"):
        return await Client.authenticate_from_token(url, token)
    if session_id := os.environ.get("SESSION_ID"):
        return await Client.authenticate_from_session_id(url, session_id)
    if not os.environ.keys() & {"TENANT_ID", "CLIENT_ID"}:
        sys.exit("Please set TOKEN, SESSION_ID, or TENANT_ID and CLIENT_ID in the environment")
    tenant_id, client_id = needed("TENANT_ID", "CLIENT_ID")
    provider = DeviceCodeFlowProvider(tenant_id, client_id)
    return await Client.authenticate_from_auth_provider(url, provider)
