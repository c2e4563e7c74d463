"""Identity numbers by country: tables of what is one, and of what only looks like one."""

from __future__ import annotations

import pytest
from tests.unit.engine.detectors.numbered import check_nothing, check_read, readings

US_SSN = (
    "[[123-45-6789]]",
    "SSN [[123-45-6789]].",
    "ssn: [[123 45 6789]]",
    "social security number [[536-90-4399]]",
    "SSN=[[536904399]]",
    "my social is [[536904399]]",
    "([[212-09-7694]])",
    '"ssn":"[[212-09-7694]]"',
    "[[001-01-0001]]",
    "[[899-99-9999]]",
    "[[665-12-3456]], [[667-12-3456]]",
    "employeeSsn: [[219091234]]",
    "社会安全号[[219-09-1234]]",
    "<ssn>[[219-09-1234]]</ssn>",
    "ITIN or SSN: [[345-67-8901]]",
    "my SSN is [[078-05-1120]]",
    "SSN: [[666-12-3456]]",
    "seguro social: [[536-90-4399]]",
    "[[536904399]] is his social security number",
    "[[900-12-3456]]",
    "Reference record: [[943-07-1234]]",
    "[[999-49-9999]]",
)
LABELLED = (
    ("FR_NIR", "numéro de sécurité sociale [[2 88 02 69 123 456 78]], ok"),
    ("ES_NIF", "mi dni es [[12345678z]] y"),
    ("DE_VAT", "USt-IdNr. [[DE 136 695 976]]"),
    ("US_ITIN", "ITIN: [[912-90-3456]]"),
    ("US_EIN", "EIN [[91-1144442]]"),
    ("US_EIN", "Federal Tax ID: [[91-1144442]]"),
    ("US_NPI", "NPI: [[1234567893]]"),
    ("US_DEA", "DEA [[AB1234563]]"),
    ("US_MBI", "Medicare [[1EG4-TE5-MK73]]"),
    ("US_MBI", "[[1EG4TE5MK73]]"),
    ("US_PASSPORT", "passport number is [[123456789]]"),
    ("US_DRIVER_LICENSE", "Driver's License: [[D1234567]]"),
    ("US_DRIVER_LICENSE", '"driversLicense": "[[D1234567]]"'),
    ("US_DRIVER_LICENSE", "My driver's license number is [[F2558810]]"),
    ("PASSPORT", "Passport No: [[K8273645]]"),
    ("CA_SIN", "SIN: [[130 692 544]]"),
    ("CA_SIN", "numéro d'assurance sociale : [[130-692-544]]"),
    ("CA_HEALTH_CARD", "RAMQ [[TREM 8905 2312]]"),
    ("UK_NINO", "NINO: [[QQ 12 34 56 C]]"),
    ("UK_NINO", "[[AB 12 34 56 C]]"),
    ("UK_NINO", "Her NI number is [[ZZ877893T]]"),
    ("UK_NHS", "NHS number: [[943 476 5919]]"),
    ("UK_NHS", "[[943 476 5919]] is her NHS number"),
    ("UK_UTR", "UTR [[1955839661]]"),
    ("UK_DRIVING_LICENCE", "[[MORGA657054SM9IJ]]"),
    ("IE_PPS", "PPSN [[6433435F]]"),
    ("UK_VAT", "VAT reg no [[GB 980 7806 84]]"),
    ("DE_STEUER_ID", "Steuer-ID: [[36 574 261 809]]"),
    ("DE_STEUER_ID", "Steueridentifikationsnummer lautet [[36574261809]]"),
    ("DE_KRANKENVERSICHERUNG", "Versichertennummer [[A123456780]]"),
    ("DE_VAT", "[[DE136695976]]"),
    ("DE_HANDELSREGISTER", "Amtsgericht Musterstadt, [[HRB 12345]]"),
    ("AT_SVNR", "SVNR [[1237 010180]]"),
    ("AT_VAT", "[[ATU13585627]]"),
    ("CH_AHV", "[[756.9217.0769.85]]"),
    ("CH_UID", "[[CHE-107.787.577]]"),
    ("FR_NIR", "numéro de sécurité sociale : [[2 95 10 99 126 111 93]]"),
    ("FR_NIR", "NIR [[295109912611193]]"),
    ("FR_SPI", "numéro fiscal : [[3023217600053]]"),
    ("FR_SIRET", "SIRET [[73282932000074]]"),
    ("FR_VAT", "TVA [[FR40303265045]]"),
    ("ES_NIF", "DNI: [[12345678Z]]"),
    ("ES_NIF", "N.º de DNI [[12.345.678-Z]]"),
    ("ES_NIE", "[[X2482300W]]"),
    ("ES_CIF", "CIF [[J99216582]]"),
    ("ES_NSS", "NASS: [[30 87341290 32]]"),
    ("IT_FISCAL_CODE", "Codice Fiscale: [[RSSMRA85T10A562S]]"),
    ("IT_FISCAL_CODE", "codice fiscale rossi: [[rssmra85t10a562s]]"),
    ("IT_VAT_CODE", "P.IVA [[00743110157]]"),
    ("IT_IDENTITY_CARD", "carta d'identità n. [[CA12345AB]]"),
    ("PT_NIF", "NIF [[501964843]]"),
    ("PT_CC", "Cartão de Cidadão [[00000000 0 ZZ4]]"),
    ("NL_BSN", "burgerservicenummer is [[111222333]]"),
    ("NL_VAT", "[[NL004495445B01]]"),
    ("BE_NATIONAL_NUMBER", "[[85.07.30-033.28]]"),
    ("BE_VAT", "[[BE0428759497]]"),
    ("SE_PERSONNUMMER", "[[880320-0016]]"),
    ("NO_FODSELSNUMMER", "fødselsnummer [[151086 95088]]"),
    ("DK_CPR", "CPR-nr. [[211062-5629]]"),
    ("FI_PERSONAL_IDENTITY_CODE", "[[131052-308T]]"),
    ("IS_KENNITALA", "kennitala [[120174-3399]]"),
    ("EE_ISIKUKOOD", "isikukood [[36805280109]]"),
    ("LV_PERSONAS_KODS", "personas kods: [[161175-19997]]"),
    ("LT_ASMENS_KODAS", "asmens kodas [[33309240064]]"),
    ("PL_PESEL", "PESEL [[44051401359]]"),
    ("PL_NIP", "NIP [[856-734-62-15]]"),
    ("CZ_RODNE_CISLO", "rodné číslo [[710319/2745]]"),
    ("RO_CNP", "CNP [[1630615123457]]"),
    ("BG_EGN", "ЕГН [[7523169263]]"),
    ("HR_OIB", "OIB [[33392005961]]"),
    ("SI_EMSO", "EMŠO [[0101006500006]]"),
    ("GR_AMKA", "ΑΜΚΑ [[01013099997]]"),
    ("TR_TCKN", "TC Kimlik No: [[17291716060]]"),
    ("RU_INN", "ИНН: [[7707083893]]"),
    ("RU_SNILS", "[[112-233-445 95]]"),
    ("UA_RNTRC", "РНОКПП [[1759013776]]"),
    ("AU_TFN", "TFN [[123 456 782]]"),
    ("AU_ABN", "ABN [[51 824 753 556]]"),
    ("AU_MEDICARE", "Medicare card [[2123 45670 1]]"),
    ("NZ_IRD", "IRD number [[49-098-576]]"),
    ("NZ_NHI", "NHI [[ZZZ0016]]"),
    ("IN_PAN", "PAN [[ACUPA7085R]]"),
    ("IN_AADHAAR", "Aadhaar [[2341 2341 2346]]"),
    ("IN_VOTER", "EPIC no. [[WKH1186253]]"),
    ("CN_RESIDENT_ID", "身份证号码是[[11010519491231002X]]"),
    ("HK_ID", "[[A123456(3)]]"),
    ("TW_NATIONAL_ID", "身分證字號 [[A123456789]]"),
    ("JP_MY_NUMBER", "マイナンバー：[[6214 9832 0257]]"),
    ("KR_RRN", "주민등록번호는 [[971013-9019902]]"),
    ("SG_NRIC_FIN", "[[S1234567D]]"),
    ("MY_NRIC", "[[770305-02-1234]]"),
    ("TH_TNIN", "[[1-2345-45678-78-1]]"),
    ("ID_NIK", "NIK: [[3171011708450001]]"),
    ("PH_SSS", "SSS no. [[34-1234567-8]]"),
    ("PK_CNIC", "[[34201-0891231-8]]"),
    ("IL_ID", "תעודת זהות: [[39337423]]"),
    ("AE_EMIRATES_ID", "Emirates ID [[784-1980-1234567-9]]"),
    ("ZA_ID", "ID Number: [[8001015009087]]"),
    ("NG_NIN", "NIN [[12345678901]]"),
    ("KE_PIN", "KRA PIN [[P051365947M]]"),
    ("GH_CARD", "[[GHA-123456789-0]]"),
    ("BR_CPF", "CPF [[390.533.447-05]]"),
    ("BR_CPF", "[[390.533.447-05]]"),
    ("BR_CNPJ", "[[16.727.230/0001-97]]"),
    ("MX_CURP", "[[BOXW310820HNERXN09]]"),
    ("MX_RFC", "RFC: [[GODE 561231 GR8]]"),
    ("AR_CUIT", "[[20-05536168-2]]"),
    ("CL_RUT", "RUT [[12.531.909-2]]"),
    ("CO_NIT", "NIT [[213.123.432-1]]"),
    ("PE_RUC", "RUC [[20512333797]]"),
    ("EC_CI", "cédula [[1714307103]]"),
    ("NATIONAL_ID", "National ID: [[AB-77812-K]]"),
    ("TAX_ID", "VAT number: [[123456789]]"),
)
NOT_FOUND = (
    "date: 2015-06-29 1 social",
    "social legacy-img/2014/11/425",
    "bug 210619 for",
    "rodné číslo 3.9.11 2023-06",
    "000-12-3456",
    "666-12-3456",
    "900-00-3456",
    "123-00-4567",
    "123-45-0000",
    "123456789",
    "078-05-1120",
    "1123-45-6789",
    "123-45-67890",
    "123-456-789",
    "123-45 6789",
    "12-345-6789",
    "reordered 536904399",
    "ssn 12345678",
    "1-123-45-6789",
    "123.45.6789",
    "part 123-45-6789 in stock",
    "x123-45-6789",
    "passport to 2024",
    "the social 2024 report",
    "2024-01-05T10:11:12.123 INFO request 123456789 took 12345 ms",
    "550e8400-e29b-41d4-a716-446655440000",
    "ts=1704312345123 id=4bf92f3577b34da6a3ce929d0e0e4736",
    "tel 020 7946 0958",
    "version 1.2.3.4, build 20240105",
    "sin 12 personas",
    "DNI: pendiente, 3 días",
    "a tax of 12345678 dollars",
    "pan 200 g, 15 min",
    "ISBN 978-3-16-148410-0",
    "tag v2024.01.05-12345",
)


@pytest.mark.parametrize("marked", US_SSN)
def test_a_social_security_number_is_found_with_exactly_its_span(marked: str) -> None:
    check_read(marked, "US_SSN")


@pytest.mark.parametrize(
    ("entity_type", "marked"), LABELLED, ids=[f"{i}-{row[0]}" for i, row in enumerate(LABELLED)]
)
def test_a_number_is_found_in_its_usual_writing_as_its_own_type(
    entity_type: str, marked: str
) -> None:
    check_read(marked, entity_type)


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_only_looks_like_an_identity_number_is_not_found(text: str) -> None:
    check_nothing(text)


def test_a_reading_says_what_confirmed_it() -> None:
    assert readings("DNI: 12345678Z")[0].reason == "label, mod 23"
    assert readings("390.533.447-05")[0].reason == "mod 11 twice"
    assert readings("SSN: 666-12-3456")[0].reason == "label"


def test_a_mistyped_number_scores_less_than_a_valid_one() -> None:
    assert readings("NIF 12345678A")[0].score < readings("NIF 12345678Z")[0].score
