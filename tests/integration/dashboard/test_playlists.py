"""Playlists and their test cases, as pages."""

from __future__ import annotations

import re
from tempfile import SpooledTemporaryFile
from uuid import uuid4

import pytest
from tests.integration.dashboard.conftest import XSS, Page, Site

pytestmark = pytest.mark.anyio
HERE = "/projects/default/playlists"
API = "/api/v1/projects/default/playlists"
JANE = "jane.roe@example.org"


async def _playlist(site: Site) -> str:
    """A new playlist's address, behind the dashboard's."""
    made = await site.post(HERE, {"name": f"Questions {uuid4().hex[:8]}"})
    assert made.status == 303, made.text
    return made.location.removeprefix("/dashboard")


async def _with_case(site: Site, question: str = "Where is it?", output: str = "Here.") -> str:
    here = await _playlist(site)
    case = {"inputs": {"question": question}, "output": output}
    uid = here.rsplit("/", 1)[1]
    added = await site.api.post(f"{API}/{uid}/test-cases", json={"testCases": [case]})
    assert added.status_code == 201, added.text
    return here


def _case(page: Page) -> str:
    return str(re.findall(r'href="/dashboard(\S+/cases/[0-9a-f-]{36})"', page.html)[0])


async def test_a_playlist_is_made_renamed_and_deleted(site: Site) -> None:
    here = await _playlist(site)
    assert (await site.get(here)).shows("No test cases yet")
    assert (await site.get(HERE)).shows("Questions")
    renamed = await site.post(f"{here}/rename", {"name": "Renamed"})
    assert renamed.location == f"/dashboard{here}"
    assert (await site.get(here)).shows("Renamed")
    assert (await site.post(f"{here}/delete")).location == f"/dashboard{HERE}"
    assert (await site.get(here)).status == 404


async def test_a_name_that_is_taken_or_empty_is_told_with_what_was_typed(site: Site) -> None:
    await site.post(HERE, {"name": "Taken"})
    taken = await site.post(HERE, {"name": "Taken"})
    assert taken.status == 409
    assert taken.shows("There is a playlist with this name already.", 'value="Taken"')
    assert (await site.post(HERE, {"name": " "})).status == 422


async def test_a_name_in_which_something_is_found_is_told(site: Site) -> None:
    made = await site.post(HERE, {"name": f"For {JANE} {uuid4().hex[:6]}"})
    shown = await site.get(made.location.removeprefix("/dashboard"))
    assert shown.shows("EMAIL_ADDRESS was found in it")


async def test_a_case_is_added_with_placeholders_in_place_of_what_is_found(site: Site) -> None:
    here = await _playlist(site)
    assert (await site.get(f"{here}/cases/new")).shows("Completion: a prompt's variables")
    fields = {
        "name": ["question", "plan", ""],
        "value": [f"Write to {JANE}.", '{"paid": true}', "left out"],
        "form": ["text", "json", "text"],
        "output": f"I wrote to {JANE}.",
        "metadata": '{"language": "en"}',
        "kind": "completion",
    }
    added = await site.post(f"{here}/cases/new", fields)
    assert added.location == f"/dashboard{here}"
    shown = await site.get(here)
    assert shown.shows("Placeholders stand for what was found: EMAIL_ADDRESS (2).")
    assert JANE not in shown.html
    (case,) = (await site.api.get(f"{API}/{here.rsplit('/', 1)[1]}/test-cases")).json()["data"]
    assert case["inputs"]["plan"] == {"paid": True}
    assert case["inputs"]["question"].startswith("Write to EMAIL_ADDRESS_")
    assert case["metadata"] == {"language": "en"}
    form = await site.get(_case(shown))
    assert form.shows("question", "plan", '{"paid": true}', '"language": "en"')
    assert JANE not in form.html


async def test_a_case_is_changed_and_deleted(site: Site) -> None:
    here = await _with_case(site)
    case = _case(await site.get(here))
    fields = {"name": ["question"], "value": ["When?"], "form": ["text"], "output": "Now."}
    assert (await site.post(case, fields)).location == f"/dashboard{here}"
    shown = await site.get(here)
    assert shown.shows("When?", "Now.")
    assert not shown.shows("Where is it?")
    assert (await site.post(f"{case}/delete")).location == f"/dashboard{here}"
    assert (await site.get(here)).shows("No test cases yet")
    assert (await site.get(case)).status == 404


async def test_problems_of_a_case_stand_at_their_fields_with_what_was_typed(site: Site) -> None:
    here = await _with_case(site)
    fields = {
        "name": ["question", "question"],
        "value": ["One?", "{no json"],
        "form": ["text", "json"],
        "output": "Kept.",
        "history": "[no json",
    }
    refused = await site.post(f"{here}/cases/new", fields)
    assert refused.status == 422
    assert 'id="inputs-problem"' in refused.html
    assert 'id="history-problem"' in refused.html
    assert refused.shows("One?", "{no json", "Kept.", "[no json")


CSV = f"question,expected\nMail {JANE}?,Done.\nNo cells\n"


async def test_a_file_is_checked_before_anything_is_saved(site: Site) -> None:
    here = await _with_case(site)
    files = {"file": ("cases.csv", b"question,expected\nMail jane.roe@example.org?,Done.\n", "")}
    checked = await site.post(f"{here}/import", {"do": "check"}, files=files)
    assert checked.shows("Checked: nothing is saved yet", "EMAIL_ADDRESS")
    assert not (await site.get(here)).shows("Mail")
    saved = await site.post(f"{here}/import", {"do": "import"}, files=files)
    assert saved.shows("Imported", "To the playlist")
    shown = await site.get(here)
    assert shown.shows("2 test cases")
    assert JANE not in saved.html + shown.html


async def test_no_file_is_written_to_disk_as_it_came(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(SpooledTemporaryFile, "rollover", lambda self: written.append("disk"))
    here = await _playlist(site)
    data = b"question\n" + b"".join(b"%d %s\n" % (n, b"x" * 2000) for n in range(600))
    checked = await site.post(
        f"{here}/import", {"do": "check"}, files={"file": ("cases.csv", data, "text/csv")}
    )
    assert checked.shows("Checked: nothing is saved yet", "600")
    assert written == []


async def test_every_problem_of_a_file_is_told_with_its_line(site: Site) -> None:
    here = await _with_case(site)
    files = {"file": ("cases.csv", CSV.encode(), "text/csv")}
    refused = await site.post(f"{here}/import", {"do": "import"}, files=files)
    assert refused.status == 422
    assert refused.shows("1 problem(s) in the file; nothing was saved.", "line 3", "1 cells")
    assert JANE not in refused.html
    left_out = {"do": "import", "skipInvalid": "true"}
    saved = await site.post(f"{here}/import", left_out, files=files)
    assert saved.shows("Imported", "line 3")
    assert (await site.get(here)).shows("2 test cases")
    nothing = await site.post(f"{here}/import", {"do": "import"})
    assert nothing.status == 422
    assert 'id="file-problem"' in nothing.html


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
async def test_what_is_exported_can_be_imported(site: Site, kind: str) -> None:
    here, other = await _with_case(site, f"Mail {JANE}?"), await _playlist(site)
    exported = await site.get(f"{here}/export?format={kind}")
    assert "attachment" in exported.answer.headers["content-disposition"]
    assert JANE not in exported.html
    files = {"file": (f"cases.{kind}", exported.answer.content, "")}
    saved = await site.post(f"{other}/import", {"do": "import"}, files=files)
    assert saved.shows("Imported"), saved.text
    assert (await site.get(other)).shows("EMAIL_ADDRESS_")


async def test_cases_are_made_of_recordings_whose_ids_are_typed(site: Site) -> None:
    here, session = await _playlist(site), str(uuid4())
    body = {
        "messages": [{"role": "user", "content": f"Mail {JANE}."}],
        "inputs": {"question": f"Mail {JANE}."},
        "prompt_info": None,
    }
    path = f"/api/v2/projects/default/sessions/{session}/completions"
    recorded = await site.api.post(path, json=body)
    assert recorded.status_code == 201, recorded.text
    made = await site.post(f"{here}/from-recordings", {"sessions": session, "recordings": ""})
    assert made.location == f"/dashboard{here}", made.text
    shown = await site.get(here)
    assert shown.shows("1 test cases were made", "from a recording")
    assert JANE not in shown.html
    unknown = await site.post(f"{here}/from-recordings", {"sessions": str(uuid4())})
    assert unknown.status == 404
    assert unknown.shows("This was not done.")


async def test_cases_come_in_pages(site: Site) -> None:
    here = await _playlist(site)
    cases = [{"inputs": {"n": f"number {n:03}"}} for n in range(51)]
    uid = here.rsplit("/", 1)[1]
    await site.api.post(f"{API}/{uid}/test-cases", json={"testCases": cases})
    first = await site.get(here)
    assert first.shows("number 049")
    assert not first.shows("number 050")
    (more,) = re.findall(r'rel="next" href="/dashboard([^"]+)"', first.html)
    assert (await site.get(more)).shows("number 050")


async def test_who_only_reads_sees_no_way_to_change_and_may_not(site: Site) -> None:
    here = await _with_case(site)
    auditor, member = await site.as_role("auditor"), await site.as_role("member")
    shown = await auditor.get(here)
    assert shown.status == 200
    assert not shown.shows("Add a case")
    assert not (await auditor.get(HERE)).shows("New playlist")
    case = _case(shown)
    assert "disabled" in (await auditor.get(case)).html
    for path in (f"{here}/cases/new", f"{here}/import"):
        assert (await auditor.get(path)).status == 403
    for path in (HERE, f"{here}/rename", f"{here}/delete", case, f"{case}/delete"):
        assert (await auditor.post(path, {"name": "X"})).status == 403, path
    assert (await member.get(here)).status == 404
    editor = await site.as_role("prompt_editor")
    assert (await editor.get(here)).shows("Add a case")


async def test_what_callers_write_is_inert(site: Site) -> None:
    made = await site.post(HERE, {"name": f"{XSS[:150]}{uuid4().hex[:6]}"})
    here = made.location.removeprefix("/dashboard")
    fields = {"name": [XSS[:100]], "value": [XSS], "form": ["text"], "output": XSS}
    added = await site.post(f"{here}/cases/new", fields | {"metadata": "{" + XSS})
    assert added.status == 422
    assert added.is_inert()
    assert (await site.post(f"{here}/cases/new", fields)).status == 303
    shown = await site.get(here)
    files = {"file": ("x.csv", f"{XSS}\n{XSS},{XSS}\n".encode(), "")}
    imported = await site.post(f"{here}/import", {"do": "check"}, files=files)
    for one in (shown, imported, await site.get(HERE), await site.get(_case(shown))):
        assert one.is_inert()
