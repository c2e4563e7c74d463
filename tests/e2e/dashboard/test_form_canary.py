"""Whatever is typed into a form of the dashboard is written nowhere in the clear.

Every form that a link leads to is sent with planted values in every field for texts, on a server
that has a detecting process too; those that end or delete something come last, names stay plain.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx
import pytest
from tests.e2e.dashboard.planting import plant
from tests.e2e.dashboard.test_crawl import crawl, kind_of
from tests.e2e.planted import PLANTED, PROMPT, leaks, leaks_in
from tests.live import LiveServer

PLAIN = frozenset({"csrf", "name", "id", "environment", "model", "next", "version", "playlist"})
"""Fields whose values are names: they stand as they are in columns and addresses; those of
playlists are looked through, and a project may refuse what is found."""
ENDS = ("delete", "revoke", "sign-out", "/end", "disable", "remove", "unlink", "keys", "link")
"""What addresses have of forms that would end the visit, or what other forms need."""
_TEXTS = frozenset({"text", "search", "email", "password", "url", "tel"})


@dataclass
class Form:
    """One form of a page, as a browser would send it."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    texts: set[str] = field(default_factory=set)

    def planted(self, value: str) -> dict[str, str]:
        """Its fields, with a value wherever somebody may type a text."""
        return {n: value if n in self.texts - PLAIN else v for n, v in self.fields.items()}


class Forms(HTMLParser):
    """The forms of a page that change something."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Form] = []
        self._by_id: dict[str, Form] = {}
        self._open: Form | None = None
        self._outside: list[dict[str, str | None]] = []
        self._select: tuple[Form, str] | None = None
        self.feed(text)
        for given in self._outside:
            self._add(self._by_id.get(given.get("form") or ""), given)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and their fields."""
        given = dict(attrs)
        if tag == "form" and given.get("method") == "post":
            self._open = Form(given.get("action") or "")
            self._by_id[given.get("id") or ""] = self._open
            self.found.append(self._open)
        elif tag in {"input", "textarea", "select"} and given.get("name"):
            given["type"] = "text" if tag == "textarea" else given.get("type", "text")
            if tag == "select":
                given["type"] = "select"
            if given.get("form"):
                self._outside.append(given)
            else:
                self._add(self._open, given)
                if tag == "select" and self._open is not None:
                    self._select = self._open, given["name"] or ""
        elif tag == "option" and self._select is not None:
            form, name = self._select
            if "selected" in given or not form.fields.get(name):
                form.fields[name] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        """Close what is open."""
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = None

    def _add(self, form: Form | None, given: dict[str, str | None]) -> None:
        if form is None or given.get("type") in {"checkbox", "radio", "file"}:
            return
        name = given["name"] or ""
        form.fields[name] = given.get("value") or ""
        if given.get("type") in _TEXTS:
            form.texts.add(name)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that is filled, with a second process that sees texts."""
    settings = {"SLUICE_DETECTING_PROCESS": "true"}
    folder = tmp_path_factory.mktemp("forms") / "server"
    with LiveServer(folder, environment=settings) as started:
        plant(started)
        yield started


@pytest.mark.parametrize("value", [PROMPT, PLANTED["e-mail"]], ids=["much", "an address"])
def test_nothing_that_is_typed_into_forms_is_written_in_the_clear(
    server: LiveServer, value: str
) -> None:
    with httpx.Client(base_url=server.url, timeout=60) as browser:
        sent = browser.post(
            "/dashboard/sign-in", data={"token": server.token}, headers={"Origin": server.url}
        )
        assert sent.status_code == 303
        forms = {kind_of(form.action): form for form in _forms(browser)}
        statuses = {
            action: browser.post(
                form.action, data=form.planted(value), headers={"Origin": server.url}
            )
            for action, form in forms.items()
            if not any(word in action for word in ENDS)
        }
    assert len(statuses) > 30
    accepted = [action for action, answer in statuses.items() if answer.status_code < 400]
    assert len(accepted) > 12
    assert [action for action, answer in statuses.items() if answer.status_code >= 500] == []
    headers = {action: str(answer.headers).encode() for action, answer in statuses.items()}
    assert {action: leaks(said) for action, said in headers.items() if leaks(said)} == {}
    assert leaks_in(server.folder) == {}
    assert server.log.stat().st_size > 0


def _forms(browser: httpx.Client) -> Iterator[Form]:
    for answer in crawl(browser).pages.values():
        if answer.headers.get("content-type", "").startswith("text/html"):
            yield from Forms(answer.text).found
