"""Filter trees of calls."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from sluice.server.errors import Unprocessable
from sluice.server.features.proxy.calls.filters import call_filter_of
from sluice.server.features.proxy.calls.repository import CallFilter
from sluice.server.features.proxy.calls.status import CallStatus

Json = dict[str, Any]


def leaf(field: str, value: object, op: str = "eq") -> Json:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        pytest.param(None, CallFilter(), id="everything"),
        pytest.param(leaf("status", "failed"), CallFilter(status=CallStatus.FAILED), id="one"),
        pytest.param(
            {
                "and": [
                    leaf("modelInstanceId", 3),
                    leaf("userId", 1),
                    leaf("createdAt", "2026-11-21T00:00:00Z", "gte"),
                    leaf("createdAt", "2026-11-22T00:00:00Z", "lt"),
                ]
            },
            CallFilter(
                model_instance_id=3,
                user_id=1,
                since=datetime(2026, 11, 21, tzinfo=UTC),
                until=datetime(2026, 11, 22, tzinfo=UTC),
            ),
            id="several",
        ),
    ],
)
def test_a_filter_says_which_calls_are_wanted(sent: object, expected: CallFilter) -> None:
    assert call_filter_of(sent) == expected


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param([], id="list"),
        pytest.param({"and": []}, id="nothing joined"),
        pytest.param({"or": [leaf("userId", 1)]}, id="or"),
        pytest.param({"and": [leaf("userId", 1)] * 21}, id="too many"),
        pytest.param(leaf("text", "planted-value", "contains"), id="text"),
        pytest.param(leaf("planted-value", 1), id="field"),
        pytest.param(leaf("userId", True), id="flag"),
        pytest.param(leaf("userId", 2**31), id="too large"),
        pytest.param(leaf("userId", 1, "gt"), id="operator"),
        pytest.param(leaf("status", "planted-value"), id="status"),
        pytest.param(leaf("status", ["failed"]), id="status list"),
        pytest.param(leaf("createdAt", "planted-value", "gte"), id="time"),
        pytest.param(leaf("createdAt", "2026-11-21T00:00:00", "gte"), id="no offset"),
        pytest.param({"field": "userId", "op": "eq"}, id="no value"),
        pytest.param({"field": {}, "op": [], "value": 1}, id="no names"),
    ],
)
def test_what_is_no_filter_is_refused_and_not_quoted(sent: object) -> None:
    with pytest.raises(Unprocessable) as refused:
        call_filter_of(sent)
    assert refused.value.errors
    assert "planted-value" not in str(refused.value.body("r"))
