"""Dates and times: tables of what is one, and of what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import BACKENDS, check_found, check_not_found, unmarked

from sluice.engine.pipeline import Detector

FOUND = (
    "[[2024-01-31]]",
    "[[2024-01-31T10:11:12Z]]",
    "[[2024-01-31T10:11:12.123456+01:00]]",
    "[[2024-01-31 10:11:12]] INFO",
    "at [[2024-01-31 10:11]], then",
    "[[2024/01/31]]",
    "[[20240131T101112Z]]",
    "[[31.01.2024]]",
    "[[01/31/2024]]",
    "[[31/01/2024]]",
    "[[1/31/24]]",
    "[[31-01-2024]]",
    "born [[31.01.84]]",
    "[[January 31, 2024]]",
    "[[Jan 31, 2024]].",
    "[[31 January 2024]]",
    "the [[31st of January 2024]]",
    "[[Jan. 31st, 2024]]",
    "on [[March 5]] we met",
    "in [[March 2024]]",
    "[[Monday, 5 February 2024]]",
    "[[Tue, 02 Jan 2024 10:11:12 +0000]]",
    "[[02/Jan/2024:10:11:12 +0000]]",
    "at [[10:30 am]]",
    "[[5 pm]]",
    "[[5:30 PM]]",
    "[[23:59:59]]",
    "meeting at [[9:15]]",
    "[[14:05 UTC]]",
    "[[Feb 29, 2024]]",
    "日期[[2024-01-31]]。",
    "[[2024-01-31]] and [[2024-02-01]]",
    "[[january 31, 2024]]",
    "[[05.03.24]]",
    "on the [[4th of July]].",
    "at [[3 p.m.]] sharp",
    "at [[3 pm]].",
    "Version of [[27-Aug-2016]]",
)
NOT_FOUND = (
    "2024-13-01",
    "2024-02-30",
    "2023-02-29",
    "31/31/2024",
    "99.99.2024",
    "0000-00-00",
    "1/2",
    "3/4 of them",
    "16:9",
    "25:00",
    "10:75",
    "version 1.2.24",
    "10.12.13.14",
    "212-555-0187",
    "123-45-6789",
    "file.py:10:20",
    "may 5 people come",
    "march 10 miles",
    "score 21:14",
    "John 3:16",
    "ratio 10:20",
    "Feb 30, 2024",
    "32 January",
    "13 pm",
    "0 am",
    "1-2-3",
    "2024",
    "2024-01",
    "aa:bb:10:20:cc:dd",
    "1.2.2024.5",
    "When 2.7.10 was released",
    "since Linux 2.6.28",
    "5. October Challenge",
)
OTHER_LANGUAGES = (
    ("de", "am [[31. Januar 2024]]"),
    ("de", "[[5. März 2024]]"),
    ("fr", "le [[1er août 2024]]"),
    ("fr", "[[14 juillet 1989]]"),
    ("es", "[[31 de enero de 2024]]"),
    ("it", "[[2 giugno 1946]]"),
    ("nl", "[[5 mei 1945]]"),
    ("pt", "[[7 de setembro de 2022]]"),
)


@pytest.mark.parametrize("marked", FOUND)
def test_a_date_or_time_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "DATE_TIME")


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_a_date_or_time_is_not_found(text: str) -> None:
    check_not_found(text, "DATE_TIME")


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("language", "marked"), OTHER_LANGUAGES)
def test_a_date_is_found_in_the_languages_that_were_asked_for(
    language: str, marked: str, backend: str
) -> None:
    text, expected = unmarked(marked)
    found = Detector(
        {"DATE_TIME"}, (language,), backend="re" if backend == "re" else "hyperscan"
    ).analyze(text)
    assert [(item.start, item.end) for item in found] == expected
