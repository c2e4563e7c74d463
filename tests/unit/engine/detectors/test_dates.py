"""Dates and times: tables of what is one, and of what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import BACKENDS, check_found, check_not_found, unmarked

from sluice.engine.pipeline import Detector

FOUND = (
    "[[2024-01-31]]",
    "[[2024-01-31T10:11:12Z]]",
    "[[2024-01-31T10:11:12.123456+01:00]]",
    "at [[2024-01-31 10:11]], then",
    "[[2024/01/31]]",
    "[[20240131T101112Z]]",
    "[[31.01.2024]]",
    "[[01/31/2024]]",
    "[[31/01/2024]]",
    "[[1/31/24]]",
    "[[31-01-2024]]",
    "on [[31.01.84]]",
    "[[January 31, 2024]]",
    "[[Jan 31, 2024]].",
    "[[31 January 2024]]",
    "the [[31st of January 2024]]",
    "[[Jan. 31st, 2024]]",
    "[[March 31 , 2007]]",
    "on [[March 5]] we met",
    "in [[March 2024]]",
    "[[Monday, 5 February 2024]]",
    "[[Tue, 02 Jan 2024 10:11:12 +0000]]",
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
    "the [[5th of May 2020]]",
    "[[Tuesday, 3 Sept]]",
    "from [[3 to 8 May 1999]]",
    "[[3-8 May 1999]]",
    "[[May 3-5, 2019]]",
    "at [[9.48 a.m.]] on [[12 March 1999]]",
    "[[septiembre del año 2000]]",
    "[[Mayo del 2003]]",
    "el día [[24-9-10]]",
    "le [[14 juillet]] dernier",
    "el [[3 de mayo]]",
    "vom [[5. August]] an",
    "[[31. Januar 2024]]",
    "[[31 de enero de 2024]]",
    "[[5 mei 1945]]",
)
NOT_FOUND = (
    "[09:02] morning!",
    "x\n[14:30] bob: hi",
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
    "2024-01-31 10:11:12 INFO started",
    "[2024-01-31T10:11:12.123Z] started",
    '{"timestamp": "2024-01-31T10:11:12Z", "level": "info"}',
    "10:11:12 INFO started",
    "- - [02/Jan/2024:10:11:12 +0000] GET /",
    "5 sets out 3 ago",
    "we set 2000 records",
    "gpt-mini-2025-04-14",
    "support on 24/7 basis",
    "on 1/2 of it",
    "the 3/4 mark",
    "on 13/32",
    "version on 22.3.4",
    "jan 5 files",
)
OTHER_LANGUAGES = (
    ("de", "am [[31. Januar 2024]]"),
    ("de", "[[5. März 2024]]"),
    ("de", "Frau Roe ist bis [[22.3.]] im Urlaub"),
    ("en", "come on [[jan 5]] please"),
    ("en", "admitted on [[3/14]] with pain"),
    ("es", "El día [[25/11]] se retira"),
    ("fr", "le [[25/11]] au matin"),
    ("fr", "le [[1er août 2024]]"),
    ("fr", "[[14 juillet 1989]]"),
    ("es", "[[31 de enero de 2024]]"),
    ("it", "[[2 giugno 1946]]"),
    ("nl", "[[5 mei 1945]]"),
    ("pt", "[[7 de setembro de 2022]]"),
)


BORN = (
    "born on [[3 May 1961]]",
    "born [[31.01.84]]",
    "Mr Miller, born in Leeds on [[3 May 1961]], said",
    "DOB: [[05/06/61]]",
    "DOB [[1961-06-05]]",
    '{"dob": "[[1961-06-05]]"}',
    '{"birthDate": "[[1961-06-05]]"}',
    "date_of_birth=[[1961-06-05]]",
    "Date of birth: [[5 June 1961]]",
    "née le [[3 mai 1961]]",
    "né à Paris le [[3 mai 1961]]",
    "geboren am [[3. Mai 1961]]",
    "geb. [[03.05.1961]]",
    "Fecha de nacimiento: [[05/06/1961]]",
    "Fecha de nacimiento:[[29/12/2017]].",
    "nato il [[3 maggio 1961]]",
    "geboortedatum: [[03-05-1961]]",
    "Data de nascimento: [[03/05/1961]]",
)
NOT_BORN = (
    "He was born in Leeds. On 3 May 1961 he left.",
    "born in Leeds and moved to York on 3 May 1961",
    "on 3 May 1961",
    "the reborn site of 3 May 2001",
)


@pytest.mark.parametrize("marked", BORN)
def test_a_date_beside_a_word_of_birth_is_a_date_of_birth(marked: str) -> None:
    check_found(marked, "DATE_OF_BIRTH")


@pytest.mark.parametrize("text", NOT_BORN)
def test_a_date_of_something_else_is_no_date_of_birth(text: str) -> None:
    check_not_found(text, "DATE_OF_BIRTH")


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
