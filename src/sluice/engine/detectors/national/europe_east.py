"""Kinds of northern, central and eastern Europe and of Turkey."""

from __future__ import annotations

from typing import Final

from sluice.engine.detectors.labelled.kind import Form, Kind
from sluice.engine.detectors.national import checks

NORTH: Final = (
    Kind(
        "SE_PERSONNUMMER",
        "personnummer, person nr, personnr, pnr, samordningsnummer, swedish personal number, "
        "svenskt personnummer, personal identity number, p nr",
        r"(?:19|20)?\d{10}",
        "se.personnummer",
        (
            Form(r"(?:19|20)?\d{2}[01]\d[0-9]\d[-+]\d{4}", 0.7),
            Form(r"(?:19|20)\d{2}[01]\d[0-9]\d{5}", 0.5),
        ),
        "birth date and Luhn",
    ),
    Kind(
        "SE_ORGNR",
        "organisationsnummer, orgnr, org nr, org nummer",
        r"\d{10}",
        "se.orgnr",
        (Form(r"[25789]\d[2-9]\d{3}-\d{4}", 0.55),),
        "Luhn",
    ),
    Kind("SE_PASSPORT", "passnummer, svenskt pass, swedish passport", r"[A-Z]{2}\d{6}|\d{8}"),
    Kind(
        "NO_FODSELSNUMMER",
        "fødselsnummer, fødselsnr, personnummer, f nr, fnr, d nummer, fodselsnummer, "
        "norwegian national id, norsk personnummer",
        r"\d{11}",
        "no.fodselsnummer",
        (Form(r"[0-7]\d[0-9]\d{3} ?\d{5}", 0.6),),
        "birth date and mod 11 twice",
    ),
    Kind(
        "NO_ORGNR",
        "organisasjonsnummer, orgnr, org nr, org nummer, mva, foretaksregisteret",
        r"(?:NO)?[89]\d{8}(?:MVA)?",
        checks.no_company,
        (Form(r"NO ?\d{3} ?\d{3} ?\d{3} ?MVA", 0.9), Form(r"[89]\d{8} ?MVA", 0.8)),
        "mod 11",
    ),
    Kind(
        "DK_CPR",
        "cpr, cpr nr, cpr nummer, personnummer, cprnr, danish cpr, centrale personregister",
        r"[0-3]\d[01]\d{7}",
        checks.dk_cpr,
        (Form(r"[0-3]\d[01]\d{3}-\d{4}", 0.6), Form(r"[0-3]\d[01]\d{3} \d{4}", 0.3)),
        "birth date",
    ),
    Kind("DK_CVR", "cvr, cvr nr, cvr nummer, se nr", r"\d{8}", "dk.cvr", (), "mod 11"),
    Kind(
        "FI_PERSONAL_IDENTITY_CODE",
        "henkilötunnus, hetu, personbeteckning, henkilötunnuksen, sotu, finnish personal identity",
        r"\d{6}[A-FU-Y]?\d{3}[0-9A-FHJ-NPR-Y]",
        checks.fi_hetu,
        (Form(r"[0-3]\d[01]\d{3}[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]", 0.9),),
        "birth date and mod 31",
    ),
    Kind(
        "FI_YTUNNUS",
        "y tunnus, ytunnus, fo nummer, business id, yritystunnus",
        r"\d{8}",
        "fi.ytunnus",
        (Form(r"\d{7}-\d", 0.55),),
        "mod 11",
    ),
    Kind("FI_PASSPORT", "passi, passin numero, finnish passport", r"[A-Z]{2}\d{7}"),
    Kind(
        "IS_KENNITALA",
        "kennitala, kt, kennitölu, icelandic id",
        r"\d{10}",
        "is_.kennitala",
        (Form(r"[0-7]\d[01]\d{3}-\d{4}", 0.65),),
        "birth date and mod 11",
    ),
)

BALTIC: Final = (
    Kind(
        "EE_ISIKUKOOD",
        "isikukood, ik, estonian personal code, personal code, isikukoodi",
        r"[1-8]\d{10}",
        "ee.ik",
        (Form(r"[3-6]\d{2}[01]\d[0-3]\d{5}", 0.5),),
        "birth date and check digit",
    ),
    Kind(
        "LV_PERSONAS_KODS",
        "personas kods, pk, p k, latvian personal code, personal code",
        r"\d{11}",
        checks.lv_code,
        (Form(r"[0-3]\d[0-9]\d{3}-[0-2]\d{4}", 0.6),),
        "birth date",
    ),
    Kind(
        "LT_ASMENS_KODAS",
        "asmens kodas, a k, lithuanian personal code, personal code, asmens kodo",
        r"[1-6]\d{10}",
        "lt.asmens",
        (Form(r"[3-6]\d{2}[01]\d[0-3]\d{5}", 0.5),),
        "birth date and check digit",
    ),
)

POLAND: Final = (
    Kind(
        "PL_PESEL",
        "pesel, numer pesel, pesel nr",
        r"\d{11}",
        "pl.pesel",
        (Form(r"\d{2}[0-9]\d[0-3]\d{6}", 0.45),),
        "birth date and check digit",
    ),
    Kind(
        "PL_NIP",
        "nip, numer nip, numer identyfikacji podatkowej",
        r"(?:PL)?\d{10}",
        "pl.nip",
        (Form(r"\d{3}-\d{3}-\d{2}-\d{2}", 0.75), Form(r"\d{3}-\d{2}-\d{2}-\d{3}", 0.75)),
        "mod 11",
    ),
    Kind("PL_REGON", "regon, numer regon", r"\d{9}|\d{14}", "pl.regon", (), "mod 11"),
    Kind(
        "PL_IDENTITY_CARD",
        "dowód osobisty, dowodu osobistego, dowodem osobistym, nr dowodu, seria i numer, "
        "numer dowodu, dowód",
        r"[A-Z]{3}\d{6}",
        checks.pl_card,
        (),
        "weights 7 3 1 9",
    ),
    Kind("PL_PASSPORT", "paszport, paszportu, nr paszportu, polish passport", r"[A-Z]{2}\d{7}"),
)

_BIRTH: Final = (Form(r"\d{2}[0-9]\d[0-3]\d/\d{3,4}", 0.75),)
CENTRAL: Final = (
    Kind(
        "CZ_RODNE_CISLO",
        "rodné číslo, r č, rč, rodného čísla, rodne cislo, czech birth number, rodným číslem",
        r"\d{9,10}",
        "cz.rc",
        _BIRTH,
        "birth date and mod 11",
    ),
    Kind(
        "SK_RODNE_CISLO",
        "slovak birth number, slovenské rodné číslo, rodné číslo sk",
        r"\d{9,10}",
        "sk.rc",
        (),
        "birth date and mod 11",
    ),
    Kind("CZ_ICO", "ičo, ~ič, ~ico", r"\d{8}", checks.cz_company),
    Kind(
        "CZ_IDENTITY_CARD",
        "občanský průkaz, číslo op, op č, občanského průkazu, občiansky preukaz, číslo dokladu",
        r"\d{9}|[A-Z]{2}\d{6}",
    ),
    Kind(
        "HU_TAJ",
        "taj, taj szám, társadalombiztosítási azonosító, tajszám, taj száma",
        r"\d{9}",
        checks.hu_taj,
        (Form(r"\d{3}[ -]\d{3}[ -]\d{3}", 0.3),),
        "weights 3 7",
    ),
    Kind(
        "HU_TAX_ID",
        "adóazonosító, adóazonosító jel, adóazonosító jele, hungarian tax id",
        r"8\d{9}",
        checks.hu_tax,
        (),
        "mod 11",
    ),
    Kind(
        "HU_ADOSZAM",
        "adószám, adószáma, cégadószám",
        r"\d{11}",
        checks.hu_company,
        (Form(r"\d{8}-[1-5]-\d{2}", 0.8),),
        "weights 9 7 3 1",
    ),
    Kind(
        "HU_IDENTITY_CARD",
        "személyi igazolvány, személyi szám, személyi ig, szig szám, személyazonosító igazolvány",
        r"\d{6}[A-Z]{2}|[A-Z]{2}\d{6}|\d{11}",
    ),
    Kind(
        "SI_EMSO",
        "emšo, emso, slovenian emso",
        r"\d{13}",
        checks.yugoslav,
        (Form(r"[0-3]\d[01]\d[09]\d{2}5\d{5}", 0.65),),
        "birth date and mod 11",
    ),
    Kind("SI_TAX_ID", "davčna številka, davčna, davčna št", r"\d{8}", "si.ddv", (), "mod 11"),
)

SOUTH_EAST: Final = (
    Kind(
        "RO_CNP",
        "cnp, cod numeric personal, codul numeric personal, c n p",
        r"[1-9]\d{12}",
        "ro.cnp",
        (Form(r"[1-8]\d{2}[01]\d[0-3]\d[0-5]\d{5}", 0.6),),
        "birth date and check digit",
    ),
    Kind("RO_CUI", "cui, cif, cod fiscal, cod unic", r"(?:RO)?\d{2,10}", "ro.cf", (), "mod 11"),
    Kind("RO_IDENTITY_CARD", "carte de identitate, c i seria, buletin, ci seria", r"[A-Z]{2}\d{6}"),
    Kind(
        "BG_EGN",
        "егн, egn, единен граждански номер, bulgarian personal number",
        r"\d{10}",
        "bg.egn",
        (Form(r"\d{2}[0-5]\d[0-3]\d{5}", 0.25),),
        "birth date and check digit",
    ),
    Kind("BG_PNF", "лнч, lnch, личен номер на чужденец", r"\d{10}", "bg.pnf"),
    Kind("BG_EIK", "еик, булстат, eik, bulstat", r"\d{9}|\d{13}", checks.bg_company),
    Kind("HR_OIB", "oib, osobni identifikacijski broj", r"\d{11}", "hr.oib", (), "mod 11, 10"),
    Kind(
        "RS_JMBG",
        "jmbg, јмбг, jedinstveni matični broj, matični broj građana, matični broj",
        r"\d{13}",
        checks.yugoslav,
        (Form(r"[0-3]\d[01]\d[09]\d{2}[1-46-9]\d{5}", 0.55),),
        "birth date and mod 11",
    ),
    Kind("RS_PIB", "pib, пиб, poreski identifikacioni broj", r"\d{9}", "rs.pib", (), "mod 11, 10"),
    Kind(
        "GR_AMKA",
        "αμκα, amka, α μ κ α",
        r"\d{11}",
        "gr.amka",
        (Form(r"[0-3]\d[01]\d{8}", 0.3),),
        "birth date and Luhn",
    ),
    Kind(
        "GR_AFM",
        "αφμ, afm, α φ μ, αριθμός φορολογικού μητρώου, greek tax",
        r"(?:EL)?\d{9}",
        "gr.vat",
        (),
        "mod 11",
    ),
    Kind(
        "GR_IDENTITY_CARD",
        "αριθμός ταυτότητας, δελτίο ταυτότητας, αδτ, α δ τ, ταυτότητα",
        r"[A-Z]{1,2}\d{6}|\d{6}",
    ),
    Kind("CY_TIN", "tic, cyprus tax, αφτ, cypriot tax", r"\d{8}[A-Z]", "cy.vat"),
    Kind("CY_IDENTITY_CARD", "cyprus id card, cypriot id, arc no", r"\d{6,10}"),
    Kind("MT_IDENTITY_CARD", "maltese id, karta tal identità, malta id card", r"\d{3,7}[MGAPLHBZ]"),
    Kind(
        "TR_TCKN",
        "tckn, t c kimlik, tc kimlik, kimlik no, tc no, t c no, tc kimlik no, kimlik numarası, "
        "turkish id, tc kimlik numarası, vatandaşlık",
        r"[1-9]\d{10}",
        "tr.tckimlik",
        (Form(r"[1-9]\d{10}", 0.4),),
        "two check digits",
    ),
    Kind(
        "TR_VKN",
        "vkn, vergi kimlik, vergi no, vergi numarası, vergi kimlik numarası",
        r"\d{10}",
        "tr.vkn",
    ),
    Kind("TR_PASSPORT", "pasaport, pasaport no, turkish passport", r"[A-Z]\d{8}"),
)

CYRILLIC: Final = (
    Kind(
        "UA_RNTRC",
        "ірнокпп, рнокпп, іпн, инн, rnokpp, ipn, індивідуальний податковий номер, ідентифікаційний "
        "код, ідентифікаційний номер, ukrainian tax",
        r"\d{10}",
        "ua.rntrc",
        (),
        "mod 11",
    ),
    Kind("UA_EDRPOU", "єдрпоу, edrpou, код єдрпоу", r"\d{8}", "ua.edrpou", (), "mod 11"),
    Kind("UA_PASSPORT", "паспорт, ukrainian passport, закордонний паспорт", r"[A-Z]{2}\d{6}|\d{9}"),
    Kind("UA_UNZR", "унзр, unzr", r"\d{13}", None, (Form(r"(?:19|20)\d{6}-\d{5}", 0.6),)),
    Kind(
        "RU_INN",
        "инн, inn, ~tin, налогоплательщика, идентификационный номер налогоплательщика",
        r"\d{10}|\d{12}",
        "ru.inn",
        (),
        "mod 11",
    ),
    Kind(
        "RU_SNILS",
        "снилс, snils, страховой номер",
        r"\d{11}",
        checks.ru_snils,
        (Form(r"\d{3}-\d{3}-\d{3}[ -]\d{2}", 0.9),),
        "mod 101",
    ),
    Kind(
        "RU_PASSPORT",
        "паспорт, паспорт рф, серия и номер паспорта, russian passport, паспорта, серия",
        r"\d{10}|\d{9}",
    ),
    Kind("RU_OGRN", "огрн, огрнип, ogrn, ogrnip", r"\d{13}|\d{15}", "ru.ogrn", (), "mod 11"),
    Kind("RU_OMS", "полис омс, омс, полис", r"\d{16}", checks.with_luhn, (), "Luhn"),
    Kind("BY_UNP", "унп, unp", r"\d{9}|[A-Z]{2}\d{7}", "by.unp", (), "mod 11"),
    Kind(
        "BY_PERSONAL_NUMBER",
        "идентификационный номер, асабісты нумар, личный номер",
        r"\d{7}[A-Z]\d{3}[A-Z]{2}\d",
        None,
        (Form(r"[1-6]\d{6}[ABCHKEM]\d{3}(?:PB|BA|BI)\d", 0.9),),
    ),
    Kind("KZ_IIN", "иин, жсн, iin, бин", r"\d{12}", checks.kz_iin, (), "birth date and mod 11"),
)

KINDS: Final = (*NORTH, *BALTIC, *POLAND, *CENTRAL, *SOUTH_EAST, *CYRILLIC)
