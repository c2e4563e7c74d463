"""Checksums and rules of identity numbers that python-stdnum does not have.

Each function takes a number without separators, letters in upper case, and answers whether it
keeps the rule; it raises nothing for any text of digits and capital letters. Its docstring names
the authority that publishes the rule.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from typing import Final

from stdnum import ean, luhn

_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def weighted(digits: str, weights: Sequence[int]) -> int:
    """The sum of the digits, each times its weight; the shorter of both decides how many."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def is_day(year: int, month: int, day: int) -> bool:
    """Whether the calendar has this day; `year` 0 stands for 2000, a leap year."""
    return 1 <= month <= 12 and 1 <= day <= monthrange(year or 2000, month)[1]


def year_first(number: str, at: int = 0) -> bool:
    """Whether six digits from `at` are a date `yymmdd` of some century."""
    part = number[at : at + 6]
    return part.isdecimal() and is_day(2000, int(part[2:4]), int(part[4:6]))


def day_first(number: str, at: int = 0) -> bool:
    """Whether six digits from `at` are a date `ddmmyy` of some century."""
    part = number[at : at + 6]
    return part.isdecimal() and is_day(2000, int(part[2:4]), int(part[0:2]))


def us_ssn(number: str) -> bool:
    """No area 000, 666 or 9xx, group 00, serial 0000 (SSA); nor one of two sample numbers.

    Both were printed on cards and advertisements, and withdrawn for it.
    """
    issued = number[:3] not in ("000", "666") and number[0] != "9"
    return (
        issued
        and number[3:5] != "00"
        and number[5:] != "0000"
        and number not in ("078051120", "219099999")
    )


def us_ssn_of_area_9(number: str) -> bool:
    """Areas from 900 on, which the SSA never issued; written as the others are, it is one to hide.

    Advertisements, test data and mistyped numbers have such areas; some are an ITIN besides.
    """
    return number[0] == "9" and number[3:5] != "00" and number[5:] != "0000"


def us_npi(number: str) -> bool:
    """Luhn over 80840 and the number (45 CFR 162.406, ISO/IEC 7812)."""
    return luhn.is_valid(f"80840{number}")


def us_dea(number: str) -> bool:
    """Digits 1, 3, 5 and twice 2, 4, 6 end in digit 7 (Drug Enforcement Administration)."""
    digits = number[2:]
    return weighted(digits, (1, 2, 1, 2, 1, 2)) % 10 == int(digits[6])


def uk_nino(number: str) -> bool:
    """Letters that HM Revenue & Customs issues (manual NIM39110); QQ stands in its own examples."""
    first, second, last = number[0], number[1], number[8:]
    if number[:2] in ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ") or last not in ("", *"ABCD"):
        return False
    return number[:2] == "QQ" or not (first in "DFIQUV" or second in "DFIOQUV")


def uk_chi(number: str) -> bool:
    """A birth date and a check digit modulo 11 (Community Health Index, NHS Scotland)."""
    return day_first(number) and weighted(number, (10, 9, 8, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0


def uk_driving(number: str) -> bool:
    """Month of birth (women's plus 50) and day (Driver and Vehicle Licensing Agency)."""
    return is_day(2000, int(number[6:8]) % 50, int(number[8:10]))


def ca_ramq(number: str) -> bool:
    """A birth date behind four letters, women's month plus 50 (RAMQ, Québec)."""
    return is_day(2000, int(number[6:8]) % 50, int(number[8:10]))


def ca_ohip(number: str) -> bool:
    """Luhn over the ten digits (Ontario Ministry of Health)."""
    return luhn.is_valid(number[:10])


def au_medicare(number: str) -> bool:
    """The ninth digit is the weighted sum of the first eight modulo 10 (Services Australia)."""
    return weighted(number, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(number[8])


def au_ihi(number: str) -> bool:
    """Luhn (Healthcare Identifiers Service, Australia)."""
    return luhn.is_valid(number)


def nz_nhi(number: str) -> bool:
    """A check digit modulo 11, or a check letter modulo 24 (HISO 10046)."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    values = [letters.find(c) + 1 if c.isalpha() else int(c) for c in number]
    total = sum(value * weight for value, weight in zip(values, (7, 6, 5, 4, 3, 2), strict=False))
    if number[6].isalpha():
        return letters[23 - total % 24] == number[6]
    return total % 11 != 0 and str((11 - total % 11) % 10) == number[6]


def sg_nric(number: str) -> bool:
    """A check letter of weights 2 7 6 5 4 3 2 (Immigration & Checkpoints Authority)."""
    offset = {"S": 0, "F": 0, "T": 4, "G": 4, "M": 3}[number[0]]
    place = (weighted(number[1:8], (2, 7, 6, 5, 4, 3, 2)) + offset) % 11
    table = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "M": "XWUTRQPNJLK"}
    letters = table.get(number[0], "XWUTRQPNMLK")
    return number[8] == (letters[10 - place] if number[0] == "M" else letters[place])


def hk_id(number: str) -> bool:
    """Weights 9 to 1 modulo 11, a letter counting from 10 (Immigration Department)."""
    padded = number if number[1].isalpha() else f" {number}"
    values = [36 if char == " " else _ALPHABET.index(char) for char in padded]
    return sum(v * w for v, w in zip(values, range(9, 0, -1), strict=False)) % 11 == 0


def tw_id(number: str) -> bool:
    """The letter's number and eight digits, weights 1 9 8 … 1 1 (Ministry of the Interior)."""
    region = str("ABCDEFGHJKLMNPQRSTUVXYWZIO".index(number[0]) + 10)
    second = number[1] if number[1].isdigit() else str("ABCD".index(number[1]))
    return weighted(region + second + number[2:], (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0


def kr_rrn(number: str) -> bool:
    """A birth date; the check digit is drawn at random since October 2020 (MOIS)."""
    return year_first(number)


def de_health(number: str) -> bool:
    """The letter as two digits and eight digits, Luhn's weights 1 2 (§ 290 SGB V)."""
    digits = f"{ord(number[0]) - 64:02}{number[1:9]}"
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(digits))
    return sum(d // 10 + d % 10 for d in doubled) % 10 == int(number[9])


def de_pension(number: str) -> bool:
    """A birth date and a check digit of weights 2 1 2 5 7 1 2 1 2 1 2 1 (§ 2 VKVV)."""
    digits = f"{number[:8]}{ord(number[8]) - 64:02}{number[9:11]}"
    products = (
        int(d) * w for d, w in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True)
    )
    total = sum(p // 10 + p % 10 for p in products)
    return is_day(2000, int(number[4:6]), int(number[2:4]) or 1) and total % 10 == int(number[11])


def document(number: str) -> bool:
    """The last digit checks the rest with weights 7 3 1, letters from 10 (ICAO Doc 9303-3)."""
    values = [_ALPHABET.index(char) for char in number]
    return sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values[:-1])) % 10 == values[-1]


def de_document(number: str) -> bool:
    """Ten characters, the last checks the rest; perhaps D behind (BMI, ICAO Doc 9303-3)."""
    return len(number) >= 10 and number[9].isdecimal() and document(number[:10])


def es_social(number: str) -> bool:
    """The last two of twelve digits are the rest modulo 97 (Seguridad Social)."""
    if len(number) != 12:
        return False
    province, serial, check = int(number[:2]), int(number[2:10]), int(number[10:])
    joined = serial + province * 10_000_000 if serial < 10_000_000 else int(number[:10])
    return joined % 97 == check


def pt_social(number: str) -> bool:
    """Weights 29 23 19 … 2 modulo 10 (Segurança Social)."""
    return 9 - weighted(number, (29, 23, 19, 17, 13, 11, 7, 5, 3, 2)) % 10 == int(number[10])


def fi_hetu(number: str) -> bool:
    """A birth date; the number modulo 31 gives the check character (Väestörekisterikeskus)."""
    digits = number[:6] + number[-4:-1]
    letters = "0123456789ABCDEFHJKLMNPRSTUVWXY"
    return day_first(number) and letters[int(digits) % 31] == number[-1]


def dk_cpr(number: str) -> bool:
    """A birth date; check digits are not kept since 2007 (CPR-kontoret)."""
    return day_first(number)


def lv_code(number: str) -> bool:
    """A birth date, or 32 in front since 2017 (Pilsonības un migrācijas lietu pārvalde)."""
    return number[:2] == "32" or day_first(number)


def hu_taj(number: str) -> bool:
    """Weights 3 7 modulo 10 (1996. évi XX. törvény)."""
    return weighted(number, (3, 7) * 4) % 10 == int(number[8])


def hu_tax(number: str) -> bool:
    """Weights 1 to 9 modulo 11 (1996. évi XX. törvény)."""
    return weighted(number, range(1, 10)) % 11 == int(number[9])


def pl_card(number: str) -> bool:
    """Weights 7 3 1 9 7 3 1 7 3 modulo 10, letters from 10 (Ministerstwo Cyfryzacji)."""
    values = [_ALPHABET.index(char) for char in number]
    weights = (7, 3, 1, 9, 7, 3, 1, 7, 3)
    return sum(v * w for v, w in zip(values, weights, strict=False)) % 10 == 0


def lu_person(number: str) -> bool:
    """A birth date and Luhn over the first twelve digits (loi du 19 juin 2013)."""
    born = is_day(int(number[:4]), int(number[4:6]), int(number[6:8]))
    return born and luhn.is_valid(number[:12])


def be_card(number: str) -> bool:
    """The last two of twelve digits are the rest modulo 97, 97 for 0 (Belgian eID)."""
    return (int(number[:10]) % 97 or 97) == int(number[10:])


def ru_snils(number: str) -> bool:
    """Weights 9 to 1, modulo 101, 100 becomes 0 (Социальный фонд России)."""
    return weighted(number, range(9, 0, -1)) % 101 % 100 == int(number[9:])


def kz_iin(number: str) -> bool:
    """A birth date; weights 1 to 11 modulo 11, then 3 … 2 (закон № 223-III)."""
    check = weighted(number, range(1, 12)) % 11
    if check == 10:
        check = weighted(number, (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2)) % 11
    return year_first(number) and check == int(number[11])


def uy_ci(number: str) -> bool:
    """Weights 2 9 8 7 6 3 4 modulo 10 (Dirección Nacional de Identificación Civil)."""
    digits = number.zfill(8)
    return -weighted(digits, (2, 9, 8, 7, 6, 3, 4)) % 10 == int(digits[7])


def br_pis(number: str) -> bool:
    """Weights 3 2 9 … 2 modulo 11 (Caixa Econômica Federal)."""
    rest = 11 - weighted(number, (3, 2, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
    return (0 if rest > 9 else rest) == int(number[10])


def br_cnh(number: str) -> bool:
    """Two check digits modulo 11 (Denatran, Carteira Nacional de Habilitação)."""
    first = weighted(number, range(9, 0, -1)) % 11
    second = weighted(number, range(1, 10)) % 11 - (2 if first > 9 else 0)
    second += 11 if second < 0 else 0
    return number[9:] == f"{0 if first > 9 else first}{0 if second > 9 else second}"


def br_voter(number: str) -> bool:
    """Two check digits modulo 11 over the serial and the state (Tribunal Superior Eleitoral)."""
    if not 1 <= int(number[8:10]) <= 28:
        return False
    first = weighted(number, range(2, 10)) % 11 % 10
    second = weighted(number[8:10] + str(first), (7, 8, 9)) % 11 % 10
    return number[10:] == f"{first}{second}"


def br_sus(number: str) -> bool:
    """Weights 15 to 1 modulo 11 (Cartão Nacional de Saúde, DATASUS)."""
    return weighted(number, range(15, 0, -1)) % 11 == 0


def eg_national(number: str) -> bool:
    """A century and a birth date (Egyptian Civil Status Organization)."""
    return year_first(number, 1)


def with_luhn(number: str) -> bool:
    """Luhn over all digits (ISO/IEC 7812-1)."""
    return luhn.is_valid(number)


def ch_ahv(number: str) -> bool:
    """An EAN-13 that begins with 756 (Zentrale Ausgleichsstelle)."""
    return ean.is_valid(number)


def yugoslav(number: str) -> bool:
    """A birth date and weights 7 … 2 twice, modulo 11 (JMBG, act of 1977)."""
    rest = 11 - weighted(number, (7, 6, 5, 4, 3, 2) * 2) % 11
    born = is_day(2000, int(number[2:4]), int(number[:2]))
    return born and (0 if rest > 9 else rest) == int(number[12])


def jp_number(number: str) -> bool:
    """The twelfth digit checks the rest modulo 11 (Order No. 85 of 2014, MIC)."""
    weights = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    rest = weighted(number, weights) % 11
    return (0 if rest <= 1 else 11 - rest) == int(number[11])


def ch_company(number: str) -> bool:
    """Weights 5 4 3 2 7 6 5 4 modulo 11, with or without CHE (Bundesamt für Statistik)."""
    digits = number.removeprefix("CHE")
    return (11 - weighted(digits, (5, 4, 3, 2, 7, 6, 5, 4)) % 11) % 11 == int(digits[8])


def pt_card(number: str) -> bool:
    """Luhn with letters from 10 (Cartão de Cidadão, Agência para a Modernização)."""
    if len(number) != 12:
        return False
    total = 0
    for place, char in enumerate(reversed(number)):
        value = _ALPHABET.index(char) * (1 + place % 2)
        total += value - 9 if place % 2 and value > 9 else value
    return total % 10 == 0


def no_company(number: str) -> bool:
    """Weights 3 2 7 6 5 4 3 2 modulo 11 (Brønnøysundregistrene)."""
    digits = number.removeprefix("NO").removesuffix("MVA")
    return -weighted(digits, (3, 2, 7, 6, 5, 4, 3, 2)) % 11 == int(digits[8])


def cz_company(number: str) -> bool:
    """Weights 8 to 2 modulo 11 (Český statistický úřad)."""
    return (11 - weighted(number, (8, 7, 6, 5, 4, 3, 2)) % 11) % 10 == int(number[7])


def hu_company(number: str) -> bool:
    """Weights 9 7 3 1 modulo 10 over the first eight digits (2003. évi XCII. törvény)."""
    return -weighted(number, (9, 7, 3, 1, 9, 7, 3)) % 10 == int(number[7])


def bg_company(number: str) -> bool:
    """Weights 1 to 8 modulo 11, then 3 to 10, over the first nine digits (БУЛСТАТ)."""
    check = weighted(number, range(1, 9)) % 11
    if check == 10:
        check = weighted(number, range(3, 11)) % 11 % 10
    return check == int(number[8])
