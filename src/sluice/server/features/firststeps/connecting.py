"""A model instance of a vendor, from nothing but a key."""

from __future__ import annotations

from types import MappingProxyType
from typing import Annotated, Final

from pydantic import StringConstraints

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable
from sluice.server.features.models.schemas import ConnectionIn, ModelInstanceIn
from sluice.server.kit.wire import StrictModel
from sluice.server.providers.firststart import connections_from_environment

VENDORS: Final = MappingProxyType(
    {
        "OPENAI_API_KEY": "OpenAI",
        "ANTHROPIC_API_KEY": "Anthropic",
        "GEMINI_API_KEY": "Google AI Studio",
        "MISTRAL_API_KEY": "Mistral",
        "COHERE_API_KEY": "Cohere",
        "GROQ_API_KEY": "Groq",
        "DEEPSEEK_API_KEY": "DeepSeek",
        "XAI_API_KEY": "xAI",
    }
)
"""Vendors that need a key alone, by the variable in which a first start finds it."""


class VendorKey(StrictModel):
    """A vendor and a key of theirs."""

    vendor: str
    """One of `VENDORS`."""
    api_key: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)
    ]

    def __repr__(self) -> str:
        return "VendorKey()"


def instance_of(order: VendorKey, policy_group_id: int) -> ModelInstanceIn:
    """The instance that a first start would make of the key; raises `Unprocessable`."""
    if order.vendor not in VENDORS:
        problems = [Problem("vendor", "choose one of the list")]
        raise Unprocessable("There is no such vendor.", errors=problems)
    found = connections_from_environment({order.vendor: order.api_key})[0]
    connection = ConnectionIn(
        provider_key=found.connection.provider_key,
        model=found.connection.model,
        base_url=found.connection.base_url,
        options=dict(found.connection.options),
        credentials=dict(found.connection.credentials),
    )
    return ModelInstanceIn(
        name=found.instance_name, policy_group_id=policy_group_id, connection=connection
    )
