"""Tools of OpenAI's responses wire.

Source: OpenAI's API reference, "Create a model response", members `tools` and `tool_choice`.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.server.features.proxy.wires.openai.parts import CUSTOM, FUNCTION, schema
from sluice.server.features.proxy.wires.openai.shapes import (
    Place,
    Shape,
    each,
    fields,
    kinds,
    passed,
    text,
    values,
    word,
    words,
)

_PLAIN_ADDRESS: Final = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?", re.ASCII)
_SHARED: Final[dict[str, Shape]] = {
    "type": word,
    "name": word,
    "description": text,
    "allowed_callers": words,
}


def _address(place: Place) -> None:
    """A tool's address must stay as it is; one with a query or a user in it is a text."""
    value = place.value
    plain = isinstance(value, str) and _PLAIN_ADDRESS.fullmatch(value)
    (passed if plain else text)(place)


_NETWORK: Final = fields(
    {
        "type": word,
        "allowed_domains": words,
        # The vendor's container needs the value as it is, to sign in at that domain.
        "domain_secrets": each(fields({"domain": word, "name": word, "value": passed})),
    }
)
_SKILL: Final = fields(
    {
        **_SHARED,
        "skill_id": word,
        "version": word,
        "path": text,
        # A ZIP archive of instructions and programs, which nobody looks into.
        "source": lambda place: place.visitor.odd(
            place, place.path, "a skill sent inline cannot be scanned; name one by its id"
        ),
    }
)
_ENVIRONMENT: Final = fields(
    {
        "type": word,
        "container_id": word,
        "file_ids": words,
        "memory_limit": word,
        "network_policy": _NETWORK,
        "skills": each(_SKILL),
    }
)


def _container(place: Place) -> None:
    (word if isinstance(place.value, str) else _ENVIRONMENT)(place)


_MCP: Final = fields(
    {
        **_SHARED,
        "server_label": word,
        "server_url": _address,
        "server_description": text,
        "connector_id": word,
        "tunnel_id": word,
        # Keys for the tool's server, which the caller has the vendor use.
        "authorization": passed,
        "headers": passed,
        "allowed_tools": words,
        "require_approval": words,
    }
)


def _image(place: Place) -> None:
    """Images in the answer are for the policy of attachments to decide."""
    tools, tool = place.holder, place.value

    def without() -> None:
        # By what it is and not by its place, since others may be taken out before it.
        tools[:] = [one for one in tools if one is not tool]

    if isinstance(tools, list):
        place.visitor.generated(place, "image", without)
    mask = tool.get("input_image_mask")
    if mask is not None:
        message = "masks of images are not understood"
        place.visitor.odd(place, f"{place.path}.input_image_mask", message)
    words(place)


def _many(place: Place) -> None:
    each(TOOL)(place)


_PLAIN_TOOL: Final = fields({**_SHARED, "environment": _container})
_SEARCH: Final = fields(
    {
        **_SHARED,
        "search_context_size": word,
        "search_content_types": words,
        "filters": values,
        "user_location": values,
    }
)
TOOL: Final = kinds(
    {
        "function": FUNCTION,
        "custom": CUSTOM,
        "mcp": _MCP,
        "file_search": fields(
            {**_SHARED, "vector_store_ids": words, "filters": values, "ranking_options": words}
        ),
        "web_search": _SEARCH,
        "web_search_2025_08_26": _SEARCH,
        "web_search_preview": _SEARCH,
        "web_search_preview_2025_03_11": _SEARCH,
        "code_interpreter": fields({**_SHARED, "container": _container}),
        "image_generation": _image,
        "computer": _PLAIN_TOOL,
        "computer_use_preview": _PLAIN_TOOL,
        "local_shell": _PLAIN_TOOL,
        "shell": _PLAIN_TOOL,
        "apply_patch": _PLAIN_TOOL,
        "programmatic_tool_calling": _PLAIN_TOOL,
        "namespace": fields({**_SHARED, "tools": _many}),
        "tool_search": fields({**_SHARED, "execution": word, "parameters": schema}),
    }
)
"""One tool; a kind that is not here is refused."""
