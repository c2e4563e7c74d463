"""What an endpoint of SageMaker's gets."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.server.providers.wishes import FAR_IMAGE, PDF, TOOLS, said, turn

from sluice.server.providers.aws_sagemaker import endpoint_body
from sluice.server.providers.base import Asked, Connection, Message, ProviderRejected
from sluice.server.providers.vendors import VENDORS

ASK = (said("user", "Hello"),)


def body(
    messages: tuple[Message, ...] = ASK, asked: Asked = TOOLS, **options: str | bool
) -> dict[str, Any]:
    """The body for one endpoint."""
    return endpoint_body(Connection("aws_sagemaker", "chat-1", options=options), messages, asked)


def test_a_container_gets_openais_wire_without_a_name() -> None:
    """The endpoint's name means nothing inside of it."""
    found = body()
    assert "model" not in found
    assert found["stream"] is True
    assert found["stream_options"] == {"include_usage": True}
    assert [tool["function"]["name"] for tool in found["tools"]] == ["weather", "clock"]


def test_a_container_that_wants_its_models_name_gets_it() -> None:
    """From an option; so is usage left out where it is not known."""
    found = body(served_model="llama", include_usage=False)
    assert found["model"] == "llama"
    assert "stream_options" not in found


def test_documents_have_no_place_there() -> None:
    """The containers' chat takes images and audio."""
    with pytest.raises(ProviderRejected, match="aws_sagemaker has no place for document"):
        body((turn("user", PDF),))
    assert body((turn("user", FAR_IMAGE),))["messages"]


def test_no_callers_body_goes_to_an_endpoint_as_it_is() -> None:
    """The table of vendors, which says what can, does not have it."""
    assert "aws_sagemaker" not in VENDORS
