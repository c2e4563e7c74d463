"""Stand-ins have the form of their kind, are nobody's, and show nothing of their original."""

from __future__ import annotations

import hashlib
import ipaddress
import re

import phonenumbers
import pytest
from stdnum import iban, luhn

from sluice.engine import (
    Action,
    Finding,
    Mapping,
    Policy,
    RawText,
    Rule,
    cleanse,
    hydrate,
    standins,
)
from sluice.engine.placeholders import parse
from sluice.engine.standins import money
from sluice.engine.standins.dice import Dice

KEY = bytes(range(32))
REPLACE = Policy(default=Rule(Action.REPLACE))
SHAPE_KEPT = {"CREDIT_CARD", "IBAN_CODE", "MAC_ADDRESS", "PHONE_NUMBER", "US_SSN", "UUID"}

SAMPLES = (
    ("CREDIT_CARD", "4111 1111 1111 1111"), ("CREDIT_CARD", "4111-1111-1111-1111"),
    ("CREDIT_CARD", "378282246310005"), ("CREDIT_CARD", "6304000000000000000"),
    ("IBAN_CODE", "DE89 3704 0044 0532 0130 00"), ("IBAN_CODE", "GB29NWBK60161331926819"),
    ("IBAN_CODE", "NO9386011117947"), ("IBAN_CODE", "FR1420041010050500013M02606"),
    ("SWIFT_CODE", "DEUTDEFF"), ("SWIFT_CODE", "DEUTDEFF500"),
    ("CRYPTO", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"),
    ("CRYPTO", "3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"),
    ("CRYPTO", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
    ("CRYPTO", "bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"),
    ("CRYPTO", "0x52908400098527886E0F7030069857D2E4169EE7"),
    ("EMAIL_ADDRESS", "jane@x.org"), ("EMAIL_ADDRESS", "jane@example.org"),
    ("URL", "https://x.org/a?b=1#c"), ("URL", "www.x.org"), ("URL", "x.org/a"),
    ("URL", "ftp://example.org"),
    ("PHONE_NUMBER", "+1 (212) 736-5000"), ("PHONE_NUMBER", "212-736-5000"),
    ("PHONE_NUMBER", "1-212-736-5000"), ("PHONE_NUMBER", "001 212 736 5000"),
    ("PHONE_NUMBER", "+44 20 7219 3000"), ("PHONE_NUMBER", "+44 (0)20 7219 3000"),
    ("PHONE_NUMBER", "07911 123456"), ("PHONE_NUMBER", "01865 270000"),
    ("PHONE_NUMBER", "+49 151 23456789"), ("PHONE_NUMBER", "+49 30 22732152"),
    ("PHONE_NUMBER", "01 42 34 20 00"), ("PHONE_NUMBER", "+33 6 12 34 56 78"),
    ("PHONE_NUMBER", "+61 2 9374 4000"), ("PHONE_NUMBER", "+353 1 618 3000"),
    ("PHONE_NUMBER", "+7 495 123 45 67"),
    ("IP_ADDRESS", "8.8.8.8"), ("IP_ADDRESS", "2a00:1450::1"),
    ("MAC_ADDRESS", "00:1B:44:11:3A:B7"), ("MAC_ADDRESS", "00-1b-44-11-3a-b7"),
    ("MAC_ADDRESS", "001b.4411.3ab7"),
    ("US_SSN", "123-45-6789"), ("US_SSN", "123 45 6789"), ("US_SSN", "123456789"),
    ("DATE_TIME", "2024-02-29"), ("DATE_TIME", "1980/3/4"), ("DATE_TIME", "29.02.2024"),
    ("DATE_TIME", "3/14/80"), ("DATE_TIME", "March 3rd, 1980"), ("DATE_TIME", "3. März 1980"),
    ("DATE_TIME", "2024-02-29T10:11:12.123+02:00"), ("DATE_TIME", "29 Feb 2024, 10:11"),
    ("UUID", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
    ("API_KEY", "sk-proj-abcdEFGH1234ijklMNOP5678"), ("API_KEY", "AKIAIOSFODNN7EXAMPLE"),
    ("API_KEY", "ghp_0123456789abcdefghijABCDEFGHIJ012345"),
    ("API_KEY", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"),
    ("DATE_OF_BIRTH", "29.02.2024"), ("DATE_OF_BIRTH", "March 3rd, 1980"),
    ("ACCESS_TOKEN", "abcdEFGH1234ijklMNOP5678"), ("SESSION_ID", "kq3v9x1m2n4b5v6c7x8z"),
    ("JWT", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"),
    ("PASSWORD", "hunter2!X"), ("PASSWORD", "!correct#horse!"),
)  # fmt: skip


def _drawn(kind: str, original: str, count: int = 40) -> list[str]:
    """What so many conversations draw for this original."""
    drawn = []
    for number in range(count):
        mapping = Mapping(key=number.to_bytes(16))
        drawn.append(mapping.issue(kind, RawText(original), Action.REPLACE).placeholder)
    return drawn


@pytest.mark.parametrize(("kind", "original"), SAMPLES)
def test_every_sample_has_a_stand_in_that_comes_back(kind: str, original: str) -> None:
    """No placeholder; stable in the conversation; restored in a sentence, and only whole."""
    mapping = Mapping(key=KEY)
    text = f"See {original}, and {original}."
    behind = text.rindex(original)
    findings = [Finding(4, 4 + len(original), kind)]
    findings.append(Finding(behind, behind + len(original), kind))
    done = cleanse(text, findings, mapping, REPLACE)
    first, second = (item.placeholder for item in done.items)
    assert first == second
    assert parse(first) is None
    assert hydrate(done.text, mapping).text == text
    glued = f"x{first} {first}7"
    assert hydrate(glued, mapping).text == glued


@pytest.mark.parametrize(("kind", "original"), SAMPLES)
def test_no_stand_in_shows_its_original(kind: str, original: str) -> None:
    """Neither its last four, nor its name or its host."""
    for stand_in in _drawn(kind, original):
        assert not standins.reveals(kind, original, stand_in)
        if kind in {"EMAIL_ADDRESS", "URL"}:
            assert "jane" not in stand_in
            assert "x.org" not in stand_in
            assert not ("example.org" in original and "example.org" in stand_in)


@pytest.mark.parametrize(("kind", "original"), SAMPLES)
def test_conversations_draw_differently(kind: str, original: str) -> None:
    """The key decides: the same key gives the same stand-in, others give others."""
    assert _drawn(kind, original, 20) == _drawn(kind, original, 20)
    assert len(set(_drawn(kind, original))) > 10


@pytest.mark.parametrize(("kind", "original"), [s for s in SAMPLES if s[0] in SHAPE_KEPT])
def test_the_shape_is_kept(kind: str, original: str) -> None:
    """Length and grouping, letter for letter and digit for digit where the kind has both."""
    outline = re.sub("[0-9A-Za-z]", "x", original)
    for stand_in in _drawn(kind, original):
        assert re.sub("[0-9A-Za-z]", "x", stand_in) == outline


@pytest.mark.parametrize("original", [o for kind, o in SAMPLES if kind == "CREDIT_CARD"])
def test_cards_pass_luhn_and_are_nobodys(original: str) -> None:
    """Issuer number 9999: ISO/IEC 7812's national range, of a country that is none."""
    for stand_in in _drawn("CREDIT_CARD", original):
        assert luhn.is_valid(re.sub("[^0-9]", "", stand_in))
        assert stand_in.replace(" ", "").startswith("9999")


@pytest.mark.parametrize("original", [o for kind, o in SAMPLES if kind == "IBAN_CODE"])
def test_ibans_have_right_check_digits_and_no_bank(original: str) -> None:
    """The same country; the bank code begins with zeros (X for letters)."""
    for stand_in in _drawn("IBAN_CODE", original):
        compact = stand_in.replace(" ", "")
        assert iban.is_valid(compact, check_country=False)
        assert compact[:2] == original[:2]
        assert set(compact[4:8]) <= {"0", "X"}


def test_bank_codes_are_test_codes() -> None:
    """The country stays; the location ends in 0, and the bank is another."""
    for stand_in in _drawn("SWIFT_CODE", "DEUTDEFF500"):
        assert re.fullmatch("[A-Z]{4}DE[A-Z]0[A-Z][0-9]{2}", stand_in)
        assert not stand_in.startswith("DEUT")


def test_bitcoin_addresses_are_of_the_test_network() -> None:
    """With a right checksum: base58 versions 6f and c4, and tb1 with the right length."""
    digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    for original, version in ((SAMPLES[10][1], 0x6F), (SAMPLES[11][1], 0xC4)):
        for stand_in in _drawn("CRYPTO", original):
            number = 0
            for character in stand_in:
                number = number * 58 + digits.index(character)
            payload = number.to_bytes(25)
            check = hashlib.sha256(hashlib.sha256(payload[:21]).digest()).digest()
            assert payload[0] == version
            assert payload[21:] == check[:4]
    for original in (SAMPLES[12][1], SAMPLES[13][1]):
        for stand_in in _drawn("CRYPTO", original):
            assert stand_in.startswith("tb1" + original[3])
            assert len(stand_in) == len(original)


@pytest.mark.parametrize(
    ("version", "program", "address"),
    [
        (
            0,
            "751e76e8199196d454941c45d1b3a323f1433bd6",
            "tb1qw508d6qejxtdg4y5r3zarvary0c5xw7kxpjzsx",
        ),
        (
            0,
            "1863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262",
            "tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7",
        ),
        (
            1,
            "000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433",
            "tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c",
        ),
    ],
)
def test_segwit_addresses_follow_their_standards(version: int, program: str, address: str) -> None:
    """The test vectors of BIP 173 and BIP 350."""
    assert money._segwit(version, bytes.fromhex(program)) == address


def test_ethereum_addresses_have_the_form() -> None:
    """Forty lower-case hexadecimal digits, which carry no checksum (EIP-55)."""
    for stand_in in _drawn("CRYPTO", "0x52908400098527886E0F7030069857D2E4169EE7"):
        assert re.fullmatch("0x[0-9a-f]{40}", stand_in)


@pytest.mark.parametrize(
    ("original", "form"),
    [
        ("+1 (212) 736-5000", r"\+1 \([2-9]\d\d\) 555-01\d\d"),
        ("212-736-5000", r"[2-9]\d\d-555-01\d\d"),
        ("1-212-736-5000", r"1-[2-9]\d\d-555-01\d\d"),
        ("001 212 736 5000", r"001 [2-9]\d\d 555 01\d\d"),
        ("+44 20 7219 3000", r"\+44 20 7946 0\d\d\d"),
        ("+44 (0)20 7219 3000", r"\+44 \(0\)20 7946 0\d\d\d"),
        ("07911 123456", r"07700 900\d\d\d"),
        ("01865 270000", r"01632 960\d\d\d"),
        ("+33 6 12 34 56 78", r"\+33 6 39 98 \d\d \d\d"),
        ("01 42 34 20 00", r"01 99 00 \d\d \d\d"),
        ("+49 30 22732152", r"\+49 30 23125\d\d\d"),
        ("+61 2 9374 4000", r"\+61 2 5550 \d\d\d\d"),
        ("+49 151 23456789", r"\+49 000 \d{8}"),
        ("+353 1 618 3000", r"\+353 0 00\d \d{4}"),
        ("+7 495 123 45 67", r"\+7 000 \d\d\d \d\d \d\d"),
        ("0044 20 7219 3000", r"0044 20 7946 0\d\d\d"),
    ],
)
def test_telephone_numbers_are_kept_for_fiction(original: str, form: str) -> None:
    """In the countries that keep ranges; elsewhere the number cannot be dialled."""
    for stand_in in _drawn("PHONE_NUMBER", original):
        assert re.fullmatch(form, stand_in)
        if "000" in form:
            assert not phonenumbers.is_valid_number(phonenumbers.parse(stand_in))


def test_addresses_are_kept_for_documentation() -> None:
    """RFC 5737, RFC 3849; a MAC address says that it is locally administered and no group."""
    networks = [
        ipaddress.ip_network(net)
        for net in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
    ]
    for original in ("8.8.8.8", "2a00:1450::1"):
        for stand_in in _drawn("IP_ADDRESS", original):
            assert any(ipaddress.ip_address(stand_in) in network for network in networks)
    for stand_in in _drawn("MAC_ADDRESS", "00:1B:44:11:3A:B7"):
        assert int(stand_in[:2], 16) & 3 == 2


def test_social_security_numbers_are_never_given_out() -> None:
    """Area 000."""
    for stand_in in _drawn("US_SSN", "123-45-6789"):
        assert re.fullmatch(r"000-\d\d-\d{4}", stand_in)


@pytest.mark.parametrize(
    ("original", "form"),
    [
        ("2024-02-29", r"20(2[1-7])-(0[1-9])-(0[1-9]|[12]\d)"),
        ("1980/3/4", r"19(7[7-9]|8[1-3])/[1-9]/[1-9]"),
        ("29.12.2024", r"1[0-2]\.1[0-2]\.202[1-7]"),
        ("3/14/80", r"[1-9]/1[0-2]/(7[789]|8[123])"),
        ("March 3rd, 1980", r"[A-Z][a-z]+ [4-9]th, 19\d\d"),
        ("MARCH 21ST 1980", r"[A-Z]+ 1[1-9]th 19\d\d"),
        ("3. März 1980", r"[1-9]\. [A-Za-zä]+ 19\d\d"),
        ("2024-02-29T10:11:12.123+02:00", r"20\d\d-0\d-[012]\dT\d\d:\d\d:\d\d\.\d{3}\+02:00"),
        ("29 Feb 2024, 10:11", r"[12]\d [A-Z][a-z]{2} 20\d\d, \d\d:\d\d"),
        ("01/01/00", r"0[1-9]/0[1-9]/(97|98|99|01|02|03)"),
    ],
)
def test_dates_keep_their_notation(original: str, form: str) -> None:
    """And become another year."""
    for stand_in in _drawn("DATE_TIME", original):
        assert parse(stand_in) is not None or re.fullmatch(form, stand_in)


def test_keys_keep_what_says_their_kind() -> None:
    """Vendor's prefix and length; a token keeps the beginnings of its parts."""
    for stand_in in _drawn("API_KEY", "sk-ant-api03-abcdEFGH1234ijklMNOP5678"):
        assert re.fullmatch(r"sk-ant-api03-[a-z]{4}[A-Z]{4}\d{4}[a-z]{4}[A-Z]{4}\d{4}", stand_in)
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
    for stand_in in _drawn("API_KEY", token):
        assert [len(part) for part in stand_in.split(".")] == [20, 19, 32]
        assert re.match(r"eyJ\w+\.eyJ\w+\.", stand_in)


@pytest.mark.parametrize(
    ("kind", "original"),
    [
        ("PERSON", "Jane Doe"), ("LOCATION", "Oslo"), ("CUSTOM_TERM", "Project Blue"),
        ("PRIVATE_KEY", "-----BEGIN"), ("CREDIT_CARD", "four one one one"),
        ("EMAIL_ADDRESS", "jane at x.org"), ("EMAIL_ADDRESS", "a b@x.org"), ("URL", "a b.c"),
        ("URL", "javascript"), ("PHONE_NUMBER", "911"), ("PHONE_NUMBER", "+1 212 736 5000 x1"),
        ("IP_ADDRESS", "10.0.0.0/8"), ("IP_ADDRESS", "[::1]"), ("MAC_ADDRESS", "00:1B:44"),
        ("US_SSN", "123-456-789"), ("DATE_TIME", "next Monday"), ("DATE_TIME", "10:30"),
        ("DATE_TIME", "1980"), ("DATE_TIME", "3 Wombat 1980"), ("UUID", "6ba7b810"),
        ("API_KEY", "short"), ("API_KEY", "has space in the key here"), ("API_KEY", "a" * 600),
        ("PASSWORD", "pw"), ("PASSWORD", "pässwörter"), ("IBAN_CODE", "DE89"),
        ("SWIFT_CODE", "deutdeff"), ("CRYPTO", "xpub"), ("IP_ADDRESS", ""), ("URL", ""),
    ],
)  # fmt: skip
def test_what_has_no_stand_in_gets_a_placeholder(kind: str, original: str) -> None:
    """Other types, and what does not have its type's form; it comes back just the same."""
    assert standins.make(kind, original, KEY) is None
    if original:
        mapping = Mapping(key=KEY)
        done = cleanse(original, [Finding(0, len(original), kind)], mapping, REPLACE)
        assert done.text == f"{kind}_0"
        assert done.items[0].action is Action.REPLACE
        assert hydrate(done.text, mapping).text == original


def test_dice_are_the_same_everywhere() -> None:
    """Fixed values: a stand-in must not change with the Python version or the machine."""
    dice = Dice(b"seed")
    assert [dice.below(10) for _ in range(8)] == [2, 1, 8, 6, 7, 8, 3, 2]
    assert standins.make("EMAIL_ADDRESS", "jane@x.org", KEY) == "gari.fogafa52@example.com"


def test_ten_thousand_stand_ins_are_all_different() -> None:
    """And each is restored to its own original."""
    lines = [f"user{number}@corp.example" for number in range(10_000)]
    text, findings, at = "\n".join(lines), [], 0
    for line in lines:
        findings.append(Finding(at, at + len(line), "EMAIL_ADDRESS"))
        at += len(line) + 1
    mapping = Mapping(key=KEY)
    done = cleanse(text, findings, mapping, REPLACE)
    assert len({item.placeholder for item in done.items}) == 10_000
    assert hydrate(done.text, mapping).text == text
