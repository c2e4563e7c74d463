"""Custom terms are sought, paged, pasted as lines and changed on a page of their own."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from tests.integration.dashboard.conftest import XSS, Page, Site

pytestmark = pytest.mark.anyio
GROUPS = "/api/admin/v1/policy-groups"


async def _group(site: Site, name: str, count: int = 0) -> str:
    listed = [{"name": f"term {n}", "text": f"Quillfeather {n} Ltd"} for n in range(count)]
    body = {"name": name, "policy": {"customTerms": listed}}
    made = await site.api.post(GROUPS, json=body)
    assert made.status_code == 201, made.text
    return f"/policies/{made.json()['data']['id']}"


async def _terms(site: Site, path: str) -> list[dict[str, Any]]:
    answer = await site.api.get(f"{GROUPS}/{path.rsplit('/', 1)[1]}")
    found: list[dict[str, Any]] = answer.json()["data"]["policy"]["customTerms"]
    return found


async def test_pasted_lines_become_terms_each_once(site: Site) -> None:
    path = await _group(site, "Pasted")
    lines = "Quillfeather Ltd\r\n\r\nBig client\tWrenfield & Sons\r\nQuillfeather Ltd\r\n" + XSS
    fields = {"do": "add", "version": "1", "lines": lines, "entityType": "CUSTOMER"}
    sent = await site.post(f"{path}/terms", {**fields, "wholeWords": "true"})
    assert sent.status == 303, sent.text
    found = await _terms(site, path)
    assert [(one["name"], one["text"]) for one in found] == [
        ("CUSTOMER 1", "Quillfeather Ltd"),
        ("Big client", "Wrenfield & Sons"),
        ("CUSTOMER 5", XSS),
    ]
    assert {(one["entityType"], one["wholeWords"]) for one in found} == {("CUSTOMER", True)}
    shown = await site.get(f"{path}/terms")
    assert shown.shows("Wrenfield & Sons", "Add as version 3")
    assert shown.is_inert()


async def test_what_is_wrong_with_a_line_is_told_by_its_number_and_nothing_is_lost(
    site: Site,
) -> None:
    path = await _group(site, "Wrong lines")
    fields = {"do": "add", "version": "1", "lines": "fine\n\n" + "x" * 1001, "entityType": "T"}
    shown = await site.post(f"{path}/terms", fields)
    assert shown.status == 422
    assert shown.shows("line 3", "x" * 1001)
    shown = await site.post(f"{path}/terms", {**fields, "lines": "(", "kind": "pattern"})
    assert shown.status == 422
    assert await _terms(site, path) == []


async def test_many_terms_are_paged_and_sought_without_standing_in_an_address(site: Site) -> None:
    path = await _group(site, "Many", 1200)
    shown = await site.get(f"{path}/terms")
    assert shown.shows("1 to 50 of 1,200", "Quillfeather 49 Ltd")
    assert not shown.shows("Quillfeather 50 Ltd")
    shown = await site.post(f"{path}/terms/find", {"after": "49"})
    assert shown.shows("51 to 100 of 1,200", "From the beginning")
    shown = await site.post(f"{path}/terms/find", {"text": "feather 1199"})
    assert shown.shows("1 found", "Quillfeather 1199 Ltd")
    assert "feather+1199" not in shown.html
    edit = await site.get(path)
    assert edit.shows("1,200 terms")
    assert f"/dashboard{path}/terms" in edit.html


async def test_a_page_of_terms_is_saved_and_some_are_removed(site: Site) -> None:
    path = await _group(site, "Saved", 3)
    rows = {
        f"terms.{n}.{name}": value
        for n in range(3)
        for name, value in (("name", f"term {n}"), ("kind", "text"), ("value", f"Wren {n}"))
    }
    sent = await site.post(f"{path}/terms", {"do": "save", "version": "1", "remove": "1", **rows})
    assert sent.status == 303, sent.text
    assert [one["text"] for one in await _terms(site, path)] == ["Wren 0", "Wren 2"]
    late = await site.post(f"{path}/terms", {"do": "save", "version": "1", "remove": "1", **rows})
    assert late.status == 409
    assert late.shows("saved meanwhile")
    rows["terms.1.value"] = ""
    wrong = await site.post(f"{path}/terms", {"do": "save", "version": "2", **rows})
    assert wrong.status == 422
    assert wrong.shows("term 2")


def _in_fields(shown: Page) -> dict[str, str]:
    """The rows of terms as a browser sends them: without line breaks."""
    found = re.findall(r'<input class="input[^>]*? name="(terms[^"]+)" value="([^"]*)"', shown.html)
    return {name: re.sub(r"[\r\n]", "", html.unescape(value)) for name, value in found}


async def test_a_term_of_several_lines_stays_what_it_is_when_its_page_is_saved(site: Site) -> None:
    terms = [{"name": "Stamp", "text": "Quill\nWren"}, {"name": "One line", "text": "Wrenfield"}]
    body = {"name": "Of several lines", "policy": {"customTerms": terms}}
    path = f"/policies/{(await site.api.post(GROUPS, json=body)).json()['data']['id']}"
    shown = await site.get(f"{path}/terms")
    assert shown.shows("Quill\nWren", "several lines")
    save = {"do": "save", "version": "1", **_in_fields(shown), "terms.1.value": "Wrenford"}
    assert (await site.post(f"{path}/terms", save)).status == 303
    policy = {"name": "Of several lines", "version": "2", "default.action": "mask"}
    policy |= {"default.threshold": "0.5", **_in_fields(await site.get(path))}
    assert (await site.post(path, policy)).status == 303
    assert [one["text"] for one in await _terms(site, path)] == ["Quill\nWren", "Wrenford"]


async def test_who_may_only_look_changes_no_terms(site: Site) -> None:
    path = await _group(site, "Looked at", 2)
    auditor = await site.as_role("auditor")
    shown = await auditor.get(f"{path}/terms")
    assert shown.shows("Quillfeather 1 Ltd")
    assert not shown.shows("Add many")
    sent = await auditor.post(f"{path}/terms", {"do": "add", "version": "1", "lines": "x"})
    assert sent.status == 403
    member = await site.as_role("member")
    assert (await member.get(f"{path}/terms")).status == 403
