"""Every page that a link leads to, for every role: it answers, it is sound, it gives nothing away.

What callers name and say in this server is markup and holds planted values (`planting`).
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser
from tests.browsers import looking
from tests.e2e.dashboard.people import token_of
from tests.e2e.dashboard.planting import PROJECT, plant
from tests.e2e.planted import FOUND
from tests.live import LiveServer

ROLES = ("administrator", "policy_editor", "prompt_editor", "auditor", "member")
MOST = 250
"""Pages that are looked at for each role."""
_NUMBER = re.compile(r"(?<=/)(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32})(?=/|$|\?)")
ALIKE = 3
"""Pages of one kind that are looked at: the first recordings, the first cases, …"""


class Markup(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.ids: Counter[str] = Counter()
        self.headings = 0
        self.problems: list[str] = []
        self._form: dict[str, str | None] | None = None
        self._proved = False
        self._sent = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one element."""
        given = dict(attrs)
        self.ids.update([one] if (one := given.get("id")) else [])
        self.headings += tag == "h1"
        self.problems += [f"<{tag} {n}>" for n in given if n.startswith("on") or n == "style"]
        if tag == "img" or (tag == "script" and not given.get("src") and not given.get("type")):
            self.problems.append(f"<{tag}> of a caller")
        if tag == "button" and given.get("data-action") == "open":
            self.problems.append(f"opens only with a script: {given.get('data-dialog')}")
        if tag == "a" and (href := given.get("href")):
            self.links.append(href)
        if tag == "form":
            self._form, self._proved, self._sent = given, False, ""
        if tag == "select" and "data-submit-on-change" in given:
            self._sent = "only by a script"
        if tag == "button" and given.get("type", "submit") == "submit" and self._sent:
            self._sent = "by a button"
        if tag == "input" and given.get("name") == "csrf":
            self._proved = bool(given.get("value"))

    def handle_endtag(self, tag: str) -> None:
        """Look at a form that ends."""
        if tag == "form" and self._form is not None:
            if self._form.get("method", "get") == "post" and not self._proved:
                self.problems.append(f"a form without its token: {self._form.get('action')}")
            if self._sent == "only by a script":
                self.problems.append(f"sent only by a script: {self._form.get('action')}")
            self._form = None


@dataclass
class Crawl:
    """What one person sees of the dashboard."""

    pages: dict[str, httpx.Response] = field(default_factory=dict)

    def kinds(self) -> Counter[str]:
        """How many pages of each kind were looked at."""
        return Counter(kind_of(path) for path in self.pages)


def kind_of(path: str) -> str:
    """An address without ids and without its query."""
    return _NUMBER.sub("…", path.partition("?")[0])


def crawl(client: httpx.Client) -> Crawl:
    """Follow links of the dashboard from its first page, some of each kind."""
    found, waiting = Crawl(), deque(["/dashboard/"])
    seen, kinds = set(waiting), Counter[str]()
    while waiting and len(found.pages) < MOST:
        path = waiting.popleft()
        answer = client.get(path, follow_redirects=True)
        found.pages[path] = answer
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        for link in Markup(answer.text).links:
            kind = kind_of(link) + "?".join(re.findall(r"[?&](\w+)=", link))
            if link.startswith("/dashboard") and link not in seen and kinds[kind] < ALIKE:
                seen.add(link)
                kinds[kind] += 1
                waiting.append(link)
    return found


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """The server with planted markup and values."""
    with LiveServer(tmp_path_factory.mktemp("planted") / "server") as server:
        plant(server)
        yield server


@pytest.fixture(scope="module", params=ROLES)
def person(request: pytest.FixtureRequest, planted: LiveServer) -> Iterator[httpx.Client]:
    """Somebody of each role, signed in with the form."""
    token = token_of(planted, request.param)
    with httpx.Client(base_url=planted.url, timeout=30) as client:
        sent = client.post(
            "/dashboard/sign-in", data={"token": token}, headers={"Origin": planted.url}
        )
        assert sent.status_code == 303, sent.text
        yield client


@pytest.fixture(scope="module")
def crawled(person: httpx.Client) -> Crawl:
    """Everything that this person's links lead to."""
    return crawl(person)


def test_every_link_leads_to_a_page_that_this_role_may_see(crawled: Crawl) -> None:
    failed = {
        path: one.status_code for path, one in crawled.pages.items() if one.status_code != 200
    }
    assert failed == {}
    assert len(crawled.pages) >= 3


def test_nothing_that_callers_say_comes_through_as_markup(crawled: Crawl) -> None:
    wrong = {}
    for path, answer in _html(crawled):
        markup = Markup(answer.text)
        problems = [*markup.problems, *(f"twice: #{one}" for one, n in markup.ids.items() if n > 1)]
        if markup.headings != 1:
            problems.append(f"{markup.headings} headings of the first level")
        if "1337" in answer.text:
            problems.append("a caller's template was evaluated")
        if problems:
            wrong[path] = problems
    assert wrong == {}


def test_no_original_stands_on_a_page_without_a_reveal(crawled: Crawl) -> None:
    shown = {}
    for path, answer in crawled.pages.items():
        text = html.unescape(answer.text)
        if values := [one for one in FOUND if one in text or one in path]:
            shown[path] = values
    assert shown == {}


def test_pages_are_kept_by_no_cache(crawled: Crawl) -> None:
    assert {one.headers["cache-control"] for _, one in _html(crawled)} == {"no-store"}


def test_an_administrator_comes_to_every_screen(planted: LiveServer) -> None:
    with httpx.Client(base_url=planted.url, timeout=30) as client:
        data = {"token": planted.token}
        client.post("/dashboard/sign-in", data=data, headers={"Origin": planted.url})
        kinds = crawl(client).kinds()
    project = f"/dashboard/projects/{PROJECT}"
    wanted = {"overview", "playground", "policies", "instances", "calls", "threads", "people"}
    wanted |= {"audit", "account", "policies/…", "instances/…", "calls/…", "threads/…", "people/…"}
    screens = {f"/dashboard/{name}" for name in wanted}
    inside = {"prompts", "sessions", "playlists", "runs", "settings", "sessions/…", "runs/…"}
    screens |= {f"{project}/{name}" for name in inside}
    assert screens - kinds.keys() == set()


def test_no_script_of_a_caller_runs_in_a_browser(planted: LiveServer, browser: Browser) -> None:
    with looking(browser, planted.url) as somebody:
        somebody.page.on("dialog", lambda shown: somebody.wrong.append(f"dialog {shown.message}"))
        somebody.sign_in(planted.token)
        with httpx.Client(base_url=planted.url, timeout=30) as client:
            data = {"token": planted.token}
            client.post("/dashboard/sign-in", data=data, headers={"Origin": planted.url})
            kinds: dict[str, str] = {}
            for path, answer in _html(crawl(client)):
                if answer.status_code == 200:
                    kinds.setdefault(kind_of(path), path)
        for path in kinds.values():
            somebody.page.goto(planted.url + path)
        assert somebody.wrong == []


def test_nothing_planted_is_written_to_the_log(planted: LiveServer, crawled: Crawl) -> None:
    assert crawled.pages
    log = Path(planted.log).read_text("utf-8")
    assert [value for value in FOUND if value in log] == []
    assert "alert(" not in log


def _html(crawled: Crawl) -> Iterator[tuple[str, httpx.Response]]:
    for path, answer in crawled.pages.items():
        if answer.headers.get("content-type", "").startswith("text/html"):
            yield path, answer
