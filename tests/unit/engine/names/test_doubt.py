"""What is doubted: parts of expressions and rows of numbers; never a name in markup."""

from __future__ import annotations

import pytest

from sluice.engine.names.doubt import is_doubtful


def doubted(marked: str, kind: str = "PERSON", score: float = 0.8) -> bool:
    before, name, behind = marked.replace("]]", "[[").split("[[")
    return is_doubtful(before + name + behind, len(before), len(before + name), kind, score)


@pytest.mark.parametrize(
    "marked",
    ["**[[Jane]]** wrote", "|[[Jane]]|Berlin|", "owner=[[Jane]]", "<b>[[Jane]]</b>", "([[Jane]])",
     "`[[Jane]]`", "[[Jane]]:hello", "[[Jane]]&Tom", "to <[[Jane]]>", "From Rome.[[Jane]] left",
     "a.[[Jane Roe]]", "mr.[[Roe]]", "thanks.[[Jane]]", "Roe/[[Jane]]", "#[[Jane]]",
     "[[Jane]].Then", "[[jane]] left"],
)  # fmt: skip
def test_a_name_in_markup_tables_and_hasty_writing_is_not_doubted(marked: str) -> None:
    assert not doubted(marked)


@pytest.mark.parametrize(
    "marked",
    ["f([[value]])", "MAX_[[Size]]", "$[[TARGET]]", "std::[[Thread]]",
     "[[Palette]](9)", "[[Pid]]_MAX", "[[Group]].wait", "[[Rows]][0",
     "[[Kind]].FIRST", "[[Union]][\n  x",
     "x->[[Next]]"],
)  # fmt: skip
def test_a_word_that_is_a_part_of_an_expression_needs_more_sureness(marked: str) -> None:
    assert doubted(marked, score=0.85)
    assert not doubted(marked, score=0.95)


def test_camel_case_and_single_small_words_need_more_sureness() -> None:
    assert doubted("the [[ThreadPool]] ends", score=0.7)
    assert not doubted("the [[ThreadPool]] ends", score=0.8)
    assert doubted("some [[sable]] there", score=0.6)
    assert not doubted("some [[sable]] there", score=0.7)


@pytest.mark.parametrize(
    "marked",
    ["host ftp.[[fern.dev]]", "id [[48000]] there", "an [[SSL]] key", "[[Occupation]]: nurse",
     "the [[AuthLDAPBindPassword]] line", "[[elif]] name", "[[var apiKey]] = 1"],
)  # fmt: skip
def test_hosts_numbers_protocols_and_labels_are_no_names(marked: str) -> None:
    assert doubted(marked, score=0.89)


def test_a_site_may_be_a_firm() -> None:
    assert not doubted("bought it at [[fern.dev]]", "ORGANIZATION", 0.89)


@pytest.mark.parametrize(
    "row",
    ["white,828,32.48,789,50", "21, 34, 55, 89", "27.54,2268,50-1", "14    City", "List[Tuple 4"],
)
def test_a_row_of_numbers_is_no_address(row: str) -> None:
    assert doubted(f"[[{row}]]", "STREET_ADDRESS", 0.99)
    assert not doubted("[[5 Main Street, Springfield]]", "STREET_ADDRESS", 0.6)
