"""`sluice usage` and `sluice token limits`: what calls used, and what a token may use."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from tests.unit.cli.commands import run

from sluice.cli.usage import cost
from sluice.server.features.proxy.calls.usage import UsageOut

ROWS = [
    UsageOut(
        api_token_id=3, model_instance_id=2, provider="openai", model="gpt-4o", day="2026-11-10",
        calls=7, failed_calls=1, blocked_calls=2, input_tokens=1000, output_tokens=200,
        cache_read_tokens=400, cache_write_tokens=0, cost_microdollars=1_234_567,
        calls_of_unknown_cost=1,
    ),
    UsageOut(
        calls=1, failed_calls=0, blocked_calls=0, input_tokens=5, output_tokens=5,
        cache_read_tokens=0, cache_write_tokens=0, cost_microdollars=None,
        calls_of_unknown_cost=1,
    ),
]  # fmt: skip
LISTS = {
    "/api/admin/v1/model-instances": [{"id": 2, "name": "Support"}],
    "/api/admin/v1/api-tokens": [{"id": 3, "name": "laptop"}],
}


class FakeApi:
    """A server that knows some usage and some names."""

    asked: list[tuple[str, dict[str, Any]]]

    def __init__(self, url: str, token: str | None) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass

    def get(self, path: str, **parameters: str | int) -> Any:  # noqa: ANN401 (JSON)
        """What the real one answers."""
        self.asked.append((path, parameters))
        if path in LISTS:
            return [] if parameters.get("after") else LISTS[path]
        return [row.model_dump(mode="json", by_alias=True) for row in ROWS]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    FakeApi.asked = []
    monkeypatch.setattr("sluice.cli.api.Api", FakeApi)
    return FakeApi.asked


@pytest.mark.parametrize(
    ("by", "first", "second"),
    [
        pytest.param("key", "3 laptop", "(signed in)", id="key"),
        pytest.param("instance", "2 Support", "(signed in)", id="instance"),
        pytest.param("day", "2026-11-10", "None", id="day"),
        pytest.param("model", "openai: gpt-4o", "None: None", id="model"),
    ],
)
def test_usage_is_shown_with_names_and_what_is_unknown(
    asked: list[tuple[str, dict[str, Any]]], by: str, first: str, second: str
) -> None:
    done = run("usage", "--by", by)
    assert done.exit_code == 0, done.output
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    assert lines == [
        [first, "7", "1", "2", "1000", "400", "200", "$1.234567+"],
        [second, "1", "0", "0", "5", "0", "5", "unknown"],
    ]
    assert asked[0] == ("/api/admin/v1/usage", {"by": by})


def test_a_time_and_ones_own_calls_can_be_asked_for(
    asked: list[tuple[str, dict[str, Any]]],
) -> None:
    done = run("usage", "--mine", "--since", "2026-11-01", "--until", "2026-12-01", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)[0]["costMicrodollars"] == 1_234_567
    times = {"since": "2026-11-01T00:00:00Z", "until": "2026-12-01T00:00:00Z"}
    assert asked == [("/api/v1/usage", {"by": "model", **times})]


@pytest.mark.parametrize(
    ("microdollars", "unknown", "shown"),
    [
        (None, 0, ""),
        (None, 2, "unknown"),
        (0, 0, "$0.000000"),
        (150, 0, "$0.000150"),
        (1, 1, "$0.000001+"),
    ],
)
def test_a_cost_is_never_nothing_because_it_is_unknown(
    microdollars: int | None, unknown: int, shown: str
) -> None:
    assert cost(microdollars, unknown) == shown


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> dict[str, str]:
    """A data folder with a database that holds one token."""
    folder = tmp_path / "data"
    folder.mkdir()
    file = folder / "sluice.db"
    shutil.copy(sqlite_template, file)
    connection = sqlite3.connect(file)
    connection.execute(
        "INSERT INTO users (email, name, role, role_set_by_hand, created_at, updated_at)"
        " VALUES ('a@example.org', 'A', 'administrator', 1, '2026-01-01', '2026-01-01')"
    )
    connection.execute(
        "INSERT INTO api_tokens (user_id, name, token_hash, prefix, created_at)"
        " VALUES (1, 'one', 'x', '', '2026-01-01')"
    )
    connection.commit()
    connection.close()
    return {"SLUICE_DATA_DIR": str(folder)}


def test_limits_are_set_one_by_one_and_unset_together(settings: dict[str, str]) -> None:
    for arguments, expected in (
        (("--requests-per-minute", "60"), {"requestsPerMinute": 60}),
        (
            ("--monthly-budget", "12.5"),
            {"requestsPerMinute": 60, "monthlyBudgetMicrodollars": 12_500_000},
        ),
        ((), {"requestsPerMinute": 60, "monthlyBudgetMicrodollars": 12_500_000}),
        (("--none", "--concurrent-streams", "2"), {"concurrentStreams": 2}),
    ):
        done = run("token", "limits", "1", *arguments, "--json", settings=settings)
        assert done.exit_code == 0, done.output
        limits = json.loads(done.stdout)["limits"]
        assert {name: value for name, value in limits.items() if value is not None} == expected


def test_limits_are_shown_beside_what_was_used(settings: dict[str, str]) -> None:
    done = run("token", "limits", "1", "--monthly-budget", "1234.5", settings=settings)
    assert "budget a month\t$1,234.50\t$0.0000" in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(("9",), id="no-such-token"),
        pytest.param(("1", "--default-instance", "9"), id="no-such-instance"),
        pytest.param(("1", "--requests-per-minute", "-1"), id="less-than-nothing"),
    ],
)
def test_limits_that_cannot_be_are_refused(
    settings: dict[str, str], arguments: tuple[str, ...]
) -> None:
    done = run("token", "limits", *arguments, settings=settings)
    assert done.exit_code != 0
    assert "Traceback" not in done.output
