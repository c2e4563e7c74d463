"""What the dashboard's pages lead to, as somebody who is signed in sees them (for `pages`)."""

from __future__ import annotations

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final
from urllib.parse import parse_qsl

import httpx

MOST: Final = 400
"""Pages that are looked at."""
ALIKE: Final = 2
"""Of those with the same address but for ids and values."""
_ID: Final = re.compile(r"(?<=/)(?:\d+|[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32}|project-\d+)(?=/|$)")


class _Links(HTMLParser):
    """Where a page leads: its links, and what it loads by itself."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.proof = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an address, or the token of the page's forms."""
        given = dict(attrs)
        address = given.get("href") if tag == "a" else given.get("hx-get")
        if address and address.startswith("/dashboard"):
            self.found.append(address.partition("#")[0])
        if given.get("name") == "csrf":
            self.proof = given.get("value") or ""


@dataclass(slots=True)
class Crawled:
    """Addresses by kind, and what else the pages said."""

    kinds: dict[str, list[str]] = field(default_factory=dict)
    failed: dict[str, int] = field(default_factory=dict)
    """Pages that did not answer as they should, with their status."""
    proof: str = ""
    """What a form must send back."""


def kind_of(address: str) -> str:
    """An address without ids, and with the names alone of its query."""
    path, _, query = address.partition("?")
    names = sorted({name for name, value in parse_qsl(query) if value})
    return _ID.sub("…", path) + ("?" + "&".join(names) if names else "")


def crawl(client: httpx.Client, *first: str) -> Crawled:
    """Follow links from the first page and from some others, a few of each kind."""
    found, waiting = Crawled(), deque(["/dashboard/", *first])
    seen, kinds, looked = set(waiting), Counter[str](), 0
    while waiting and looked < MOST:
        address, looked = waiting.popleft(), looked + 1
        answer = client.get(address, follow_redirects=True)
        if answer.status_code != 200:
            found.failed[address] = answer.status_code
            continue
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        found.kinds.setdefault(kind_of(address), []).append(address)
        links = _Links(answer.text)
        found.proof = links.proof or found.proof
        for link in links.found:
            if link not in seen and kinds[kind_of(link)] < ALIKE:
                seen.add(link)
                kinds[kind_of(link)] += 1
                waiting.append(link)
    return found
