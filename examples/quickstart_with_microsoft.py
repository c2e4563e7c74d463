"""Sign in with Microsoft Entra ID by a code that you enter in a web browser, and look around.

    LIMINAL_API_SERVER_URL=http://127.0.0.1:8321 TENANT_ID=… CLIENT_ID=… MODEL_INSTANCE_NAME=Echo \\
        python3 examples/quickstart_with_microsoft.py
"""

from __future__ import annotations

import asyncio
import logging
import sys

from signing_in import needed

from liminal import Client
from liminal.auth.microsoft.device_code_flow import DeviceCodeFlowProvider
from liminal.errors import LiminalError


async def main() -> None:
    url, tenant_id, client_id, name = needed(
        "LIMINAL_API_SERVER_URL", "TENANT_ID", "CLIENT_ID", "MODEL_INSTANCE_NAME"
    )
    auth_provider = DeviceCodeFlowProvider(tenant_id, client_id)
    async with await Client.authenticate_from_auth_provider(url, auth_provider) as liminal:
        for instance in await liminal.llm.get_available_model_instances():
            print("You may use:", instance.name)
        instance = await liminal.llm.get_model_instance(name)
        thread = await liminal.thread.create(instance.id, "Quickstart")
        print("Opened thread", thread.id)


if __name__ == "__main__":
    # The code to enter comes through the logger "liminal" at INFO; httpx would log every call.
    logging.basicConfig(level=logging.WARNING)
    logging.getLogger("liminal").setLevel(logging.INFO)
    try:
        asyncio.run(main())
    except LiminalError as error:
        sys.exit(str(error))
