"""Anthropic's shapes of errors and of models."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from sluice.engine.errors import Problem
from sluice.server.features.proxy.wires.anthropic.complete import AnthropicComplete
from sluice.server.features.proxy.wires.anthropic.errors import error_body
from sluice.server.features.proxy.wires.anthropic.messages import AnthropicMessages
from sluice.server.features.proxy.wires.anthropic.models import model_body, models_body

TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "invalid_request_error",
    413: "request_too_large",
    422: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}
CREATED = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
MODELS = [model_body(f"m{n}", CREATED) for n in range(5)]


@pytest.mark.parametrize("status", TYPES)
def test_every_status_has_its_type(status: int) -> None:
    """Clients tell errors apart by `error.type`; `details.error_code` is ours."""
    body = error_body(status, "policy_blocked", "No.", request_id="req_1")
    error = {"type": TYPES[status], "message": "No.", "details": {"error_code": "policy_blocked"}}
    assert body == {"type": "error", "error": error, "request_id": "req_1"}


def test_every_problem_is_named_with_its_path() -> None:
    """In the message for people, in the details for programs."""
    problems = (Problem("messages[0].role", "is odd"), Problem("model", "is missing"))
    error = AnthropicMessages().error(422, "unprocessable", "Not sent.", problems)["error"]
    assert error["message"] == "Not sent. messages[0].role: is odd; model: is missing"
    assert error["details"]["errors"][1] == {"path": "model", "message": "is missing"}


def test_many_problems_are_counted_in_the_message() -> None:
    """The message stays readable; the details have them all."""
    problems = tuple(Problem(f"messages[{n}]", "x") for n in range(25))
    error = error_body(422, "unprocessable", "No.", problems)["error"]
    assert error["message"].endswith("messages[19]: x; and 5 more")
    assert len(error["details"]["errors"]) == 25


def test_a_running_stream_tells_of_an_error_in_an_event() -> None:
    """One `event: error` with the same body, on both wires."""
    for wire in (AnthropicMessages(), AnthropicComplete()):
        (event,) = wire.error_events(504, "provider_timeout", "Too slow.", ())
        assert event.event == "error"
        assert json.loads(event.data) == wire.error(504, "provider_timeout", "Too slow.", ())


def test_a_model_says_its_time_in_utc() -> None:
    """RFC 3339, as Anthropic writes it."""
    there = CREATED.astimezone(timezone(timedelta(hours=5)))
    assert model_body("a/b", there, "B of A") == {
        "type": "model",
        "id": "a/b",
        "display_name": "B of A",
        "created_at": "2026-01-02T03:04:05Z",
        "lifecycle": "active",
    }


PAGES: dict[str, tuple[dict[str, object], list[str], bool]] = {
    "all": ({}, ["m0", "m1", "m2", "m3", "m4"], False),
    "first": ({"limit": 2}, ["m0", "m1"], True),
    "behind": ({"limit": 2, "after_id": "m1"}, ["m2", "m3"], True),
    "behind_to_the_end": ({"limit": 2, "after_id": "m2"}, ["m3", "m4"], False),
    "before": ({"limit": 2, "before_id": "m3"}, ["m1", "m2"], True),
    "before_from_the_start": ({"limit": 9, "before_id": "m2"}, ["m0", "m1"], False),
    "behind_nobody": ({"after_id": "x"}, [], False),
    "before_nobody": ({"before_id": "x"}, [], False),
    "none_asked_for": ({"limit": 0}, ["m0"], True),
}


@pytest.mark.parametrize("case", PAGES, ids=str)
def test_models_come_in_pages(case: str) -> None:
    """Each page says whether there is more, and its first and last id."""
    asked, ids, more = PAGES[case]
    page = models_body(MODELS, **asked)  # type: ignore[arg-type]
    assert [model["id"] for model in page["data"]] == ids
    assert page["has_more"] is more
    assert (page["first_id"], page["last_id"]) == ((ids[0], ids[-1]) if ids else (None, None))
