"""Vehicle identification numbers and licence plates."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.marking import check_found, check_not_found

from sluice.engine.detectors.vehicles import has_vin_check_digit

VINS = (
    "VIN: [[1HGCM82633A004352]]",
    "vin [[1m8gdm9axkp042788]]",
    "the truck, [[1M8GDM9AXKP042788]], was sold",
    '"vin": "[[5YJSA1E26HF000337]]"',
    "Fahrgestellnummer [[WVWZZZ1JZ3W386752]]",
    "FIN: [[WBA3A5C51CF256651]]",
    "chassis number [[SALLAAA14VA000001]]",
    "numéro de châssis : [[VF1RFB00066123456]]",
    "número de bastidor [[VSSZZZ6JZ9R123456]]",
    "telaio [[ZFA31200003123456]]",
    "vehicle identification number is [[JH4KA7561PC008269]].",
    "vin=[[2T1BURHE0JC012345]]&x=1",
    "chassisnummer: [[WF0XXXGCDX1A12345]]",
    "[[1HGCM82633A004352]]",
    "número do chassi [[9BWZZZ377VT004251]]",
)
NOT_VINS = (
    "1HGCM82633A004353",
    "1HGCM82633A00435",
    "1HGCM82633A0043521",
    "IOQCM82633A004352",
    "11111111111111111",
    "vin 11111111111111111",
    "vin diesel",
    "ABCDEFGHJKLMNPRST",
    "VIN: ABCDEFGHJKLMNPRST",
    "sha 1HGCM82633A004352ffee",
    "20240102101112345",
    "fin de semana",
    "vin rouge 2015",
    "chassis 12345",
    "x-1HGCM82633A004352",
)
PLATES = (
    "kentekenplaat [[12-ABC-3]]",
    "Kennzeichen: [[B-MW 1234]]",
    "Kennzeichen [[M AB 123E]]",
    "amtliches Kennzeichen [[HH-XY 99]]",
    "license plate [[7ABC123]]",
    "License plate: [[ABC-1234]].",
    "licence plate number [[AB12 CDE]] was seen",
    "number plate [[A123 BCD]]",
    "car reg [[AB12CDE]]",
    "plaque d'immatriculation [[AB-123-CD]]",
    "immatriculé [[AB-123-CD]] à Paris",
    "matrícula [[1234 BCD]]",
    "targa [[AB 123 CD]]",
    "kenteken [[12-AB-34]]",
    "plate no. [[KA 01 AB 1234]]",
    '"license_plate": "[[KA01AB1234]]"',
    "licensePlate=[[8XYZ999]]",
    "placa [[ABC1D23]]",
    "My car, [[AB12 CDE]], was towed",
    "La voiture [[AB-123-CD]] est garée",
)
NOT_PLATES = (
    "plate of food",
    "license plate is missing",
    "license plates in 2024",
    "AB12 CDE",
    "AB-123-CD",
    "number plate factory",
    "the plate 3",
    "postcode SW1A 1AA",
    "matrícula abierta hasta 2025",
    "placa madre",
    "targa florio",
    "Kennzeichen ist weg",
    "model AB-123-CD of the car",
    "flight LH 1234",
    "boilerplate ABC123",
    "registration number of the company",
)


@pytest.mark.parametrize("marked", VINS)
def test_a_vin_is_found_by_its_check_digit_or_its_label(marked: str) -> None:
    check_found(marked, "VIN")


@pytest.mark.parametrize("text", NOT_VINS)
def test_seventeen_other_characters_are_not_a_vin(text: str) -> None:
    check_not_found(text, "VIN")


@pytest.mark.parametrize("marked", PLATES)
def test_a_plate_is_found_behind_a_label_or_near_a_vehicle(marked: str) -> None:
    check_found(marked, "LICENSE_PLATE")


@pytest.mark.parametrize("text", NOT_PLATES)
def test_a_form_without_a_word_or_a_word_without_a_form_is_no_plate(text: str) -> None:
    check_not_found(text, "LICENSE_PLATE")


@pytest.mark.parametrize(
    ("vin", "fits"),
    [
        ("1M8GDM9AXKP042788", True),
        ("11111111111111111", True),
        ("1M8GDM9A1KP042788", False),
        ("5GZCZ43D13S812715", True),
        ("SGZCZ43D13S812715", False),
    ],
)
def test_the_check_digit_is_that_of_the_published_examples(vin: str, fits: bool) -> None:
    assert has_vin_check_digit(vin) is fits
