"""Policy groups as YAML by API: the command line's form, and every problem with its line."""

from __future__ import annotations

import pytest
from tests.integration.features.conftest import World

pytestmark = pytest.mark.anyio
GROUPS = "/api/admin/v1/policy-groups"
POLICY = {
    "default": {"action": "redact", "threshold": 0.4},
    "rules": {"URL": {"action": "allow"}, "PERSON": {"action": "block", "threshold": 0.9}},
    "customTerms": [{"name": "ticket", "entityType": "TICKET", "pattern": "TCK-[0-9]{6}"}],
    "allowList": ["info@example.com", "two\nlines"],
}
WRONG = """policyGroups:
  - name: Strict
    rules:
      PERSON: {action: hide}
      canary: {}
    customTerms:
      - {name: bad}
    alowList: []
"""


async def test_what_is_exported_can_be_imported_and_changes_nothing(world: World) -> None:
    group = await world.policy(**POLICY)
    url = f"{GROUPS}/{group}/yaml"
    exported = await world.admin.get(url)
    assert exported.headers["content-type"].startswith("application/yaml")
    assert "TCK-[0-9]{6}" in exported.text
    again = (await world.admin.put(url, json={"yaml": exported.text})).json()["data"]
    assert (again["group"]["version"], again["applied"]) == (1, True)
    assert again["changes"]["rules"] == []
    changed = exported.text.replace("URL: {action: allow", "URL: {action: mask")
    tried = await world.admin.put(url, json={"yaml": changed, "dryRun": True})
    assert [c["entityType"] for c in tried.json()["data"]["changes"]["rules"]] == ["URL"]
    assert tried.json()["data"]["group"]["version"] == 1
    done = await world.admin.put(url, json={"yaml": changed, "note": "milder"})
    assert done.json()["data"]["group"]["version"] == 2
    versions = (await world.admin.get(f"{GROUPS}/{group}/versions")).json()["data"]
    assert versions[0]["note"] == "milder"


async def test_a_group_is_made_of_a_document(world: World) -> None:
    text = "policyGroups:\n  - {name: New, rules: {PERSON: {action: block}, NOBODY: {}}}\n"
    tried = await world.admin.post(f"{GROUPS}/yaml", json={"yaml": text, "dryRun": True})
    assert (tried.json()["data"]["group"], tried.json()["data"]["unknownTypes"]) == (
        None,
        ["NOBODY"],
    )
    made = await world.admin.post(f"{GROUPS}/yaml", json={"yaml": text})
    assert made.json()["data"]["group"]["policy"]["rules"]["PERSON"]["action"] == "block"
    assert (await world.admin.post(f"{GROUPS}/yaml", json={"yaml": text})).status_code == 409


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (WRONG, {4, 5, 7, 8}),
        ("policyGroups:\n  - {name: A}\n  - {name: B}\n", {1}),
        ("policyGroups: []\n", {1}),
        ("a: &x 1\nb: *x\n", {2}),
        ("policyGroups: [\n  canary: 'canary", {2}),
        ("!!python/object:canary {}\n", {1}),
        (
            "policyGroups:\n  - name: A\n    customTerms:\n      - {name: c, pattern: 'canary('}\n",
            {4},
        ),
    ],
    ids=["wrong values", "two groups", "none", "an alias", "no YAML", "a tag", "a pattern"],
)
async def test_every_problem_is_told_by_its_line_and_nothing_is_quoted(
    world: World, text: str, told: set[int]
) -> None:
    answer = await world.admin.post(f"{GROUPS}/yaml", json={"yaml": text})
    assert answer.status_code == 422, answer.text
    lines = {int(e["message"].split(":")[0].removeprefix("line ")) for e in answer.json()["errors"]}
    assert lines == told
    assert "canary" not in str([e["message"] for e in answer.json()["errors"]])


async def test_a_document_of_another_group_changes_nothing(world: World) -> None:
    answer = await world.admin.put(
        f"{GROUPS}/1/yaml", json={"yaml": "policyGroups:\n  - {name: Other}\n"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["path"] == "policyGroups[0].name"
    for call in (world.member.put, world.member.post):
        path = f"{GROUPS}/1/yaml" if call == world.member.put else f"{GROUPS}/yaml"
        assert (await call(path, json={"yaml": "x"})).status_code == 403
    assert (await world.member.get(f"{GROUPS}/1/yaml")).status_code == 403


async def test_more_expressions_than_can_be_waited_for_are_refused(world: World) -> None:
    terms = [{"name": f"t{n}", "entityType": "T", "pattern": f"T{n}"} for n in range(501)]
    body = {"name": "Many", "policy": {"customTerms": terms}}
    refused = await world.admin.post(GROUPS, json=body)
    assert refused.status_code == 422
    assert [e["path"] for e in refused.json()["errors"]] == ["policy.customTerms"]
    assert "500 patterns" in refused.json()["errors"][0]["message"]
