"""What an import of model instances asks of a server."""

from __future__ import annotations

from typing import Any, cast

import pytest

from sluice.cli import instance_plans
from sluice.cli.api import Api
from sluice.cli.documents import ModelInstanceEntry
from sluice.cli.errors import CommandError, Unreachable

ENTRY = ModelInstanceEntry.model_validate(
    {"name": "Support", "policyGroup": "Default", "limits": {"requestsPerMinute": 5}}
)


class Interrupted:
    """A server that goes away after the instance was stored."""

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """The instance."""
        return {"id": 7}

    def put(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Its limits."""
        assert path.endswith("/model-instances/7/limits")
        assert body["limits"]["requestsPerMinute"] == 5
        raise Unreachable("no server answers")


def test_an_instance_that_is_stored_without_its_limits_is_told_as_such() -> None:
    with pytest.raises(CommandError) as told:
        instance_plans._apply(cast("Api", Interrupted()), ENTRY, {}, None)
    assert isinstance(told.value, Unreachable)
    assert told.value.message.startswith("it is stored, but its limits are not")
    assert "no server answers" in told.value.message
