"""Addresses of machines and URLs: tables of what is one, and of what only looks like one."""

from __future__ import annotations

import re

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found, spans_of

from sluice.engine.detectors import web

ADDRESSES = (
    "theme=9v1m2n\nX-Forwarded-For: [[198.51.100.7]]",
    "[[192.168.1.1]]",
    "host [[10.0.0.7]]:8080",
    "[[8.8.8.8]], [[8.8.4.4]]",
    "from [[203.0.113.9]].",
    "([[172.16.254.1]])",
    "[[10.0.0.0]]/8",
    "ip=[[198.51.100.23]];",
    "[[203[.]0[.]113[.]9]] is defanged",
    "[[fe80::1]]",
    "地址[[10.1.2.3]]在",
    "[[2001:db8::1]]",
    "[[2001:0db8:85a3:0000:0000:8a2e:0370:7334]]",
    "[[fe80::1%eth0]] is up",
    "[[::ffff:192.168.1.1]]",
    "[[2001:db8:85a3::8a2e:370:7334]].",
    "Address [[2001:db8::ff00:42:8329]]/64",
    "server [[1.2.3.4]]",
    "[[64:ff9b::192.0.2.33]]",
    "[[ff02::fb]]",
)
NOT_ADDRESSES = (
    "kernel 2.6.18.6",
    "zstd (1.5.0.3)",
    "255.255.255.0",
    "127.0.0.1",
    "::1",
    "x[1::2]",
    "0.0.0.0",
    "version 1.2.3.4",
    "v1.2.3.4",
    "release 10.0.0.1",
    "1.2.3",
    "1.2.3.4.5",
    "256.1.1.1",
    "1.2.3.999",
    "01.02.03.04",
    "OID 1.3.6.1.4.1",
    "std::vector",
    "::",
    "a::b",
    "12:30:45",
    "10:20",
    "Foo::Bar::baz",
    "aa:bb:cc:dd:ee:ff",
    "1.1.1.1.1.1.1.1",
    "12345::99999x",
    "section 1.2.3.4",
    "add::dead",
    "Firmware build 10.2.33.4",
    "while 1:: lock",
)
HARDWARE = (
    "MAC address: [[001b44113ab7]]",
    "bssid=[[001B44113AB7]]",
    "[[aa:bb:cc:dd:ee:ff]]",
    "[[AA:BB:CC:DD:EE:0F]]",
    "[[00-1B-44-11-3A-B7]]",
    "[[001b.4411.3ab7]]",
    "mac=[[00:1b:44:11:3a:b7]],",
    "([[00:1B:44:11:3A:B7]])",
    "ether [[52:54:00:12:34:56]] txqueuelen",
    "[[0a:00:27:00:00:00]]",
    "MAC [[1234.5678.9012]]",
    "MAC地址[[00:1b:44:11:3a:b7]]。",
    "[[02:42:ac:11:00:02]].",
    '"hw": "[[b8:27:eb:12:34:56]]"',
    "HWaddr [[00:0c:29:ab:cd:ef]]",
    "[[00:1b:44:11:3a:b7]] [[00:1b:44:11:3a:b8]]",
    "[[FF:FF:FF:FF:FF:FE]]",
)
NOT_HARDWARE = (
    "aa:bb:cc:dd:ee",
    "aa:bb:cc:dd:ee:ff:00",
    "aa:bb:cc:dd:ee:fg",
    "aa-bb:cc-dd:ee-ff",
    "aabbccddeeff",
    "12:34:56",
    "00:00:00:00:00:00",
    "ff:ff:ff:ff:ff:ff",
    "2001:db8:85a3::8a2e:370:7334",
    "1234.5678.9012",
    "xaa:bb:cc:dd:ee:ff",
    "aa:bb:cc:dd:ee:ffx",
    "12.34.56.78.90.12",
    "00-1B-44-11-3A-B7-00",
    "1a2b.3c4d",
    "1a2b.3c4d.5e6f.7a8b",
)
URLS = (
    "[[https://example.org]]",
    "[[https://example.org]],bob,x",
    "[[https://example.org/]]",
    "See [[https://example.org/a/b?c=d#e]].",
    "([[https://example.org/a]])",
    "[[https://en.example.org/wiki/A_(b)]]",
    "<[[http://example.org/x]]>",
    "[[http://localhost:8321/docs]]",
    "[[http://10.0.0.1/admin]]",
    "[[ftp://files.example.org/a.zip]]",
    "[[wss://example.org/socket]]",
    "[[HTTP://EXAMPLE.ORG/A]]",
    "[[www.example.org]]",
    "[[www.example.co.uk/path]], then",
    "visit [[example.com]] now",
    "[[example.com/path?q=1]]",
    "[[sub.example.de]]",
    "[text]([[https://example.org/x]])",
    "[[https://example.org/ü/путь]]",
    "访问[[https://example.org/a]]。",
    "https://user:word1pass@[[example.org/x]]",
    "https://us,er:word1pass@[[example.org/x]]",
    "[[postgresql://db.example.org/app]]",
    '"[[https://example.org]]"',
    "[]([[https://example.org/a.jpg]])How did",
)
NOT_URLS = (
    "app.kubernetes.io/name: shop",
    "prometheus.io/scrape: 'true'",
    "http://www.w3.org/2000/svg",
    "http://www.apache.org/licenses/LICENSE-2.0",
    "now - bucket.at",
    "main.py",
    "README.md",
    "node.js",
    "index.html",
    "archive.zip",
    "self.name",
    "logger.info('x')",
    "os.path.join",
    "e.g. this",
    "i.e. that",
    "ASP.NET",
    "foo.bar()",
    "config.dev",
    "1.2.3",
    "the end.It was",
    "http://",
    "://x",
    "jane@example.org",
    "a.b.c",
    "C:\\x\\y.com",
    "socket.io",
    "Cargo.toml",
    "http: //example",
    "main.rs",
)


@pytest.mark.parametrize("marked", ADDRESSES)
def test_an_ip_address_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "IP_ADDRESS")


@pytest.mark.parametrize("text", NOT_ADDRESSES)
def test_what_only_looks_like_an_ip_address_is_not_found(text: str) -> None:
    check_not_found(text, "IP_ADDRESS")


@pytest.mark.parametrize("marked", HARDWARE)
def test_a_mac_address_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "MAC_ADDRESS")


@pytest.mark.parametrize("text", NOT_HARDWARE)
def test_what_only_looks_like_a_mac_address_is_not_found(text: str) -> None:
    check_not_found(text, "MAC_ADDRESS")


@pytest.mark.parametrize("marked", URLS)
def test_a_url_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "URL")


@pytest.mark.parametrize("text", NOT_URLS)
def test_a_file_an_attribute_or_a_sentence_is_not_a_url(text: str) -> None:
    check_not_found(text, "URL")


class _Counting:
    """An expression that counts the code points that it reads."""

    def __init__(self, regex: re.Pattern[str]) -> None:
        self._regex = regex
        self.read = 0

    def match(self, text: str, at: int) -> re.Match[str] | None:
        match = self._regex.match(text, at)
        self.read += match.end() - at if match else 0
        return match


@pytest.mark.parametrize("one", ["https://ab,", "https://example.org,", "https://ab,c:d"])
def test_a_row_of_urls_is_read_once(one: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = _Counting(web._REST)
    monkeypatch.setattr(web, "_REST", rest)
    text = one * 200
    assert spans_of(text, "URL", "re")
    assert rest.read <= len(text)
