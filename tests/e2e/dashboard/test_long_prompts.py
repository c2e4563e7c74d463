"""A prompt that is too long to be looked at while it is typed says so, and is marked when asked."""

from __future__ import annotations

from playwright.sync_api import Browser, expect
from tests.browsers import looking
from tests.e2e.dashboard.conftest import Filled

PLANTED = "planted.person@long-prompts.example"
TEXT = "What was asked for stands in this line.\n" * 3_000 + f"Write to {PLANTED}."
PASTE = """(field, text) => {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}"""


def test_a_long_prompt_is_marked_on_demand_and_not_kept(browser: Browser, demo: Filled) -> None:
    with looking(browser, demo.server.url) as person:
        person.sign_in(demo.server.token)
        page = person.open("/playground")
        field, note = page.locator("#text"), page.locator("#long")
        marks = page.locator("#layer mark")
        field.fill("Short")
        expect(note).to_be_hidden()
        # As pasted: typing so much takes a browser minutes.
        field.evaluate(PASTE, TEXT)
        expect(note).to_contain_text("120,0")
        expect(page.locator("#count")).to_have_text("not looked at yet")
        assert person.problems() == []
        page.get_by_role("button", name="Look for findings now").click()
        expect(marks).to_have_count(1, timeout=60_000)
        expect(marks).to_have_text(PLANTED)
        expect(note).to_be_hidden()
        page.locator("#findings li").first.hover()
        expect(marks.first).to_be_in_viewport()
        field.press("End")
        field.press_sequentially("!")
        expect(marks).to_have_count(0)
        expect(note).to_contain_text("changed since")
        assert PLANTED not in page.url + person.kept()
