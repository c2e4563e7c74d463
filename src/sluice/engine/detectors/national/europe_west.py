"""Kinds of western and southern Europe."""

from __future__ import annotations

from typing import Final

from sluice.engine.detectors.labelled.kind import Form, Kind
from sluice.engine.detectors.national import checks

BRITAIN: Final = (
    Kind(
        "UK_NINO",
        "nino, nin, national insurance, national insurance no, ni number, ni no, nat ins, "
        "national ins",
        r"[A-Z]{2}\d{6}[A-Z]?",
        checks.uk_nino,
        (
            Form(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] \d{2} \d{2} \d{2} [A-D]", 0.9),
            Form(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]-\d{2}-\d{2}-\d{2}-[A-D]", 0.85),
            Form(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{6} ?[A-D]", 0.6),
        ),
        "prefix",
    ),
    Kind(
        "UK_NHS",
        "nhs, nhs no, nhs number, national health service, nhs num",
        r"\d{10}",
        "gb.nhs",
        (Form(r"[1-9]\d{2} \d{3} \d{4}", 0.4), Form(r"[1-9]\d{2}-\d{3}-\d{4}", 0.25)),
        "mod 11",
    ),
    Kind("UK_CHI", "chi, chi number, community health index", r"\d{10}", checks.uk_chi),
    Kind(
        "UK_UTR",
        "utr, unique taxpayer reference, unique tax reference, self assessment, tax reference",
        r"\d{10}K?",
        "gb.utr",
        (),
        "mod 11",
    ),
    Kind(
        "UK_DRIVING_LICENCE",
        "driving licence, driving license, driver s licence, driver s license, driver number, "
        "licence number, licence no, uk driving licence, dvla, drivers licence, drivers license",
        r"[A-Z][A-Z9]{4}\d[0156]\d[0-3]\d{2}[A-Z9]{2}[A-Z0-9]{3}(?:\d{2})?",
        checks.uk_driving,
        (Form(r"[A-Z9]{5} ?\d[0156]\d[0-3]\d{2} ?[A-Z9]{2} ?[A-Z0-9]{3}", 0.85),),
        "birth date",
    ),
    Kind(
        "UK_PASSPORT",
        "uk passport, british passport, u k passport, gb passport, hm passport",
        r"\d{9}",
    ),
    Kind("UK_UPN", "upn, unique pupil", r"[A-Z]\d{11}[0-9A-Z]", "gb.upn", (), "mod 23"),
    Kind(
        "UK_COMPANY_NUMBER",
        "companies house, company number, company no, company registration, crn, "
        "registered in england and wales, registered in england, registered number",
        r"\d{8}|(?:SC|NI|OC|SO|NC|FC|BR)\d{6}",
    ),
    Kind(
        "IE_PPS",
        "pps, ppsn, pps no, personal public service, pps number",
        r"\d{7}[A-W][ABHWTX]?",
        "ie.pps",
        (Form(r"\d{7}[A-W][ABHWTX]?", 0.45),),
        "mod 23",
    ),
    Kind("IE_PASSPORT", "irish passport, ireland passport", r"[A-Z]{1,2}\d{7}"),
    Kind("IE_DRIVING_LICENCE", "irish driving licence", r"\d{9}"),
)

_STEUERNUMMER: Final = "steuernummer, st nr, steuer nr, stnr, steuernr, tax number"
GERMANY: Final = (
    Kind(
        "DE_STEUER_ID",
        "steuer id, steueridentifikationsnummer, steuer identifikationsnummer, steueridnr, idnr, "
        "identifikationsnummer, steuerid, tin, tax id, steuerliche identifikationsnummer, "
        "tax identification, id nr, persönliche identifikationsnummer",
        r"[1-9]\d{10}",
        "de.idnr",
        (Form(r"[1-9]\d \d{3} \d{3} \d{3}", 0.65), Form(r"[1-9]\d{10}", 0.3)),
        "mod 11, 10",
    ),
    Kind(
        "DE_STEUERNUMMER",
        _STEUERNUMMER,
        r"\d{10,13}",
        "de.stnr",
        (Form(r"\d{2,3}/\d{3}/\d{5}", 0.6), Form(r"\d{3}/\d{4}/\d{4}", 0.5)),
        "layout",
    ),
    Kind(
        "DE_RENTENVERSICHERUNG",
        "rentenversicherungsnummer, rentenversicherung, sozialversicherungsnummer, rvnr, rv nr, "
        "rv nummer, versicherungsnummer, sv nummer, svnr, sv nr, sozialversicherungs nr, "
        "vsnr, sozialversicherungsausweis, rentenversicherungs nr",
        r"\d{8}[A-Z]\d{3}",
        checks.de_pension,
        (Form(r"\d{2} ?[0-3]\d[01]\d{3} ?[A-Z] ?\d{3}", 0.85),),
        "birth date and check digit",
    ),
    Kind(
        "DE_KRANKENVERSICHERUNG",
        "krankenversichertennummer, versichertennummer, kvnr, kv nr, krankenkassennummer, "
        "krankenversicherungsnummer, krankenversicherung, versicherten nr, versicherten id, "
        "versichertenkarte, gesundheitskarte, kv nummer, versichertennr, krankenkasse, "
        "versicherungsnummer, egk",
        r"[A-Z]\d{9}",
        checks.de_health,
        (Form(r"[A-Z]\d{9}", 0.4),),
        "Luhn",
    ),
    Kind(
        "DE_PERSONALAUSWEIS",
        "personalausweis, personalausweisnummer, ausweisnummer, ausweis nr, personalausweis nr, "
        "perso, ausweis, ausweisnr, german id card",
        r"(?=(?:.*\d){3})[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}\d?D?|\d{10}D?",
        checks.de_document,
        (),
        "weights 7 3 1",
    ),
    Kind(
        "DE_PASSPORT",
        "reisepass, reisepassnummer, reisepass nr, passnummer, pass nr, german passport, passnr, "
        "passport",
        r"[CFGHJK](?=(?:.*\d){3})[CFGHJKLMNPRTVWXYZ0-9]{8}\d?D?",
        checks.de_document,
        (),
        "weights 7 3 1",
    ),
    Kind(
        "DE_FUEHRERSCHEIN",
        "führerschein, führerscheinnummer, führerschein nr, fuehrerschein, fuehrerscheinnummer, "
        "fahrerlaubnis, fahrerlaubnisnummer",
        r"[A-Z0-9]\d{2}[A-Z0-9]{6}\d[A-Z0-9]",
    ),
    Kind(
        "DE_HANDELSREGISTER",
        "handelsregister, handelsregisternummer, hrb, hra, registergericht, vereinsregister",
        r"(?:HR[AB])?\d{2,6}[A-Z]{0,2}",
        None,
        (Form(r"HR[AB] ?\d{3,6}", 0.75),),
    ),
)

AUSTRIA_SWITZERLAND: Final = (
    Kind(
        "AT_SVNR",
        "svnr, sv nr, sv nummer, sozialversicherungsnummer, versicherungsnummer, vsnr, e card",
        r"[1-9]\d{9}",
        "at.vnr",
        (Form(r"[1-9]\d{3}[ -][0-3]\d[01]\d\d{2}", 0.65),),
        "birth date and check digit",
    ),
    Kind(
        "AT_STEUERNUMMER",
        f"{_STEUERNUMMER}, abgabenkontonummer, finanzamt",
        r"\d{9}",
        "at.tin",
        (Form(r"\d{2}-\d{3}/\d{4}", 0.75),),
        "office and check digit",
    ),
    Kind("AT_PASSPORT", "reisepass, reisepassnummer, passnummer, austrian passport", r"[A-Z]\d{7}"),
    Kind(
        "CH_AHV",
        "ahv, ahv nr, ahv nummer, ahvn13, avs, n avs, numéro avs, numero avs, oasi, "
        "sozialversicherungsnummer, navs13, ahv iv",
        r"756\d{10}",
        checks.ch_ahv,
        (Form(r"756\.\d{4}\.\d{4}\.\d{2}", 0.95), Form(r"756\d{10}", 0.7)),
        "EAN-13",
    ),
    Kind(
        "CH_UID",
        "uid, unternehmens identifikationsnummer, ide, mwst nr, mwst, tva, iva, handelsregister",
        r"(?:CHE)?\d{9}",
        checks.ch_company,
        (Form(r"CHE[- ]?\d{3}\.?\d{3}\.?\d{3}", 0.95),),
        "mod 11",
    ),
    Kind(
        "CH_PASSPORT",
        "swiss passport, schweizer pass, passnummer, passeport suisse, passaporto svizzero",
        r"[A-Z]\d{7}|[A-Z]\d[A-Z]{2}\d{4}",
    ),
)

_FR_PASSPORT: Final = "passeport, passeport français, french passport, passport"
FRANCE: Final = (
    Kind(
        "FR_NIR",
        "nir, sécurité sociale, sécu, n sécu, insee, numéro insee, nss, n ss, immatriculation, "
        "numéro de sécu, num sécu, carte vitale, french social security, ~ins, assuré",
        r"[1-478]\d{2}(?:0[1-9]|[1-9]\d)(?:\d{2}|2[AB])\d{6}(?:\d{2})?",
        "fr.nir",
        (
            Form(
                r"[12378] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}",
                0.9,
            ),
            Form(
                r"[12] \d{2} (?:0[1-9]|1[0-2]) (?:\d{2}|2[AB]) \d{3} \d{3} ?[|/-]? ?\d{2}",
                0.9,
            ),
        ),
        "mod 97",
    ),
    Kind(
        "FR_SPI",
        "numéro fiscal, n fiscal, spi, numéro spi, identifiant fiscal, référence fiscale, nif, "
        "numéro fiscal de référence, déclarant",
        r"[0-3]\d{12}",
        "fr.nif",
        (Form(r"[0-3]\d \d{2} \d{3} \d{3} \d{3}", 0.6),),
        "mod 511",
    ),
    Kind("FR_SIREN", "siren, rcs, numéro siren", r"\d{9}", "fr.siren", (), "Luhn"),
    Kind(
        "FR_SIRET",
        "siret, numéro siret",
        r"\d{14}",
        "fr.siret",
        (Form(r"\d{3} \d{3} \d{3} \d{5}", 0.75),),
        "Luhn",
    ),
    Kind(
        "FR_CNI",
        "carte d identité, carte nationale d identité, cni, n cni, pièce d identité",
        r"\d{12}|[A-Z0-9]{2}[A-Z0-9](?=(?:.*\d){3})[A-Z0-9]{6}",
    ),
    Kind(
        "FR_PASSPORT",
        _FR_PASSPORT,
        r"\d{2}[A-Z]{2}\d{5}",
        None,
        (Form(r"\d{2}[A-Z]{2}\d{5}", 0.3),),
    ),
    Kind("FR_DRIVER_LICENSE", "permis de conduire, permis, n permis", r"\d{12}|\d{2}[A-Z]{2}\d{5}"),
    Kind("FR_RPPS", "rpps, numéro rpps", r"\d{11}", checks.with_luhn, (), "Luhn"),
    Kind("FR_ADELI", "adeli, numéro adeli", r"\d{9}|\d[AB]\d{7}"),
)

SPAIN: Final = (
    Kind(
        "ES_NIF",
        "dni, nif, d n i, n i f, dni nif, documento nacional de identidad, documento de identidad, "
        "identificación fiscal, número de identificación fiscal, documento identidad, "
        "documento",
        r"\d{8}[A-Z]|[KLM]\d{7}[A-Z]|\d{7}[A-Z]",
        "es.nif",
        (
            Form(r"\d{8}[- ]?[A-HJ-NP-TV-Z]", 0.65),
            Form(r"\d{1,2}\.\d{3}\.\d{3}[- ]?[A-HJ-NP-TV-Z]", 0.9),
        ),
        "mod 23",
    ),
    Kind(
        "ES_NIE",
        "nie, n i e, número de identidad de extranjero, identidad de extranjero, tarjeta de "
        "residencia, dni, nif, dni nie, permiso de residencia",
        r"[XYZ]\d{7}[A-Z]",
        "es.nie",
        (Form(r"[XYZ][- ]?\d{7}[- ]?[A-HJ-NP-TV-Z]", 0.75),),
        "mod 23",
    ),
    Kind(
        "ES_CIF",
        "cif, c i f, nif, código de identificación fiscal",
        r"[ABCDEFGHJNPQRSUVW]\d{7}[0-9A-J]",
        "es.cif",
        (Form(r"[ABEGHJNPQRSUVW]-?\d{7}[0-9A-J]", 0.5), Form(r"[CDF]-?\d{7}[0-9A-J]", 0.4)),
        "check digit",
    ),
    Kind(
        "ES_NSS",
        "nss, n s s, seguridad social, nuss, naf, número de afiliación, afiliación, ss, nass, "
        "número de la seguridad social, núm seguridad social, n seguridad social, n ss",
        r"\d{11,12}",
        checks.es_social,
        (Form(r"\d{2}[/ -]\d{8}[/ -]\d{2}", 0.75), Form(r"\d{2}/\d{10}", 0.7)),
        "mod 97",
    ),
    Kind("ES_NSS", "nass, número de asegurado", r"\d{10}"),
    Kind("ES_PASSPORT", "pasaporte, pasaporte español, spanish passport", r"[A-Z]{2,3}\d{6}"),
    Kind(
        "ES_DRIVER_LICENSE",
        "permiso de conducir, carné de conducir, carnet de conducir, licencia de conducir",
        r"\d{8}[A-Z]|[XYZ]\d{7}[A-Z]",
        "es.dni",
        (),
        "mod 23",
    ),
)

_P_IVA: Final = "partita iva, p iva, piva, vat, iva, part iva, cf, tax id"
ITALY_PORTUGAL: Final = (
    Kind(
        "IT_FISCAL_CODE",
        "codice fiscale, cod fiscale, cod fisc, c f, cf, cod fis, tax code, fiscal code",
        r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
        "it.codicefiscale",
        (
            Form(
                r"[A-Z]{6}[0-9LMNP-V]{2}[A-EHLMPRST][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
                0.95,
            ),
            Form(r"[A-Z]{3} [A-Z]{3} \d{2}[A-EHLMPRST]\d{2} [A-Z]\d{3}[A-Z]", 0.9),
        ),
        "birth date and check letter",
    ),
    Kind(
        "IT_VAT_CODE",
        _P_IVA,
        r"(?:IT)?\d{11}",
        "it.iva",
        (Form(r"IT ?\d{11}", 0.8),),
        "Luhn",
    ),
    Kind(
        "IT_IDENTITY_CARD",
        "carta d identità, carta di identità, carta identità, documento d identità, c i n, "
        "documento di identità, c i, cie",
        r"C[A-Z]\d{5}[A-Z]{2}|[A-Z]{2}\d{7}|\d{7}[A-Z]{2}",
        None,
        (Form(r"C[A-Z]\d{5}[A-Z]{2}", 0.55),),
    ),
    Kind(
        "IT_DRIVER_LICENSE",
        "patente, patente di guida, numero patente, n patente",
        r"[A-Z]{2}\d{7}[A-Z]|U1[A-Z0-9]{7}[A-Z]",
        None,
        (Form(r"U1[A-Z]\d{6}[A-Z]", 0.6),),
    ),
    Kind("IT_PASSPORT", "passaporto, passaporto italiano, italian passport", r"[A-Z]{2}\d{7}"),
    Kind(
        "IT_HEALTH_CARD",
        "tessera sanitaria, team, tessera europea",
        r"80380\d{15}",
        None,
        (Form(r"80380\d{15}", 0.85),),
    ),
    Kind(
        "PT_NIF",
        "nif, contribuinte, número de contribuinte, n contribuinte, nipc, identificação fiscal, "
        "número de identificação fiscal, contribuinte n",
        r"[1-35689]\d{8}",
        "pt.nif",
        (Form(r"[1-35689]\d{2} \d{3} \d{3}", 0.35),),
        "mod 11",
    ),
    Kind(
        "PT_CC",
        "cartão de cidadão, cartão do cidadão, c c, documento de identificação, cc n, "
        "bilhete de identidade, número de identificação civil, bi n",
        r"\d{9}[A-Z0-9]{2}\d|\d{8}",
        checks.pt_card,
        (Form(r"\d{8}[ -]?\d[ -]?[A-Z][A-Z0-9]\d", 0.9),),
        "Luhn",
    ),
    Kind(
        "PT_NISS",
        "niss, segurança social, n segurança social, número de segurança social, "
        "identificação da segurança social, identificação de segurança social",
        r"[12]\d{10}",
        checks.pt_social,
        (),
        "mod 10",
    ),
    Kind(
        "PT_UTENTE",
        "utente, número de utente, n utente, sns, utente do sns, cartão de utente",
        r"\d{9}",
    ),
    Kind(
        "PT_PASSPORT", "passaporte, passaporte português, portuguese passport", r"[A-Z]{1,2}\d{6}"
    ),
    Kind("PT_DRIVER_LICENSE", "carta de condução, n carta de condução", r"[A-Z]{1,2}\d{5,8}"),
)

BENELUX: Final = (
    Kind(
        "NL_BSN",
        "bsn, burgerservicenummer, burger service nummer, sofinummer, sofi nummer, sofi, "
        "bsn nummer, citizen service number, onderwijsnummer, pgn",
        r"\d{8,9}",
        "nl.bsn",
        (Form(r"\d{4}\.\d{2}\.\d{3}", 0.6),),
        "mod 11",
    ),
    Kind(
        "NL_IDENTITY_CARD",
        "identiteitskaart, id kaart, identiteitskaartnummer, paspoort, paspoortnummer, "
        "documentnummer, identiteitsbewijs, legitimatie, dutch passport",
        r"[A-NP-Z]{2}[A-NP-Z0-9]{6}\d",
    ),
    Kind("NL_DRIVER_LICENSE", "rijbewijs, rijbewijsnummer, rijbewijs nr", r"\d{10}"),
    Kind("NL_KVK", "kvk, kamer van koophandel, kvk nummer, k v k", r"\d{8}"),
    Kind(
        "BE_NATIONAL_NUMBER",
        "rijksregisternummer, rijksregister, numéro national, registre national, rrn, niss, insz, "
        "nationaal nummer, n national, numéro de registre national, belgian national, "
        "numéro niss, nummer rijksregister",
        r"\d{2}(?:[0-5]\d)[0-3]\d{6}",
        "be.ssn",
        (
            Form(r"\d{2}\.[0-5]\d\.[0-3]\d[- ]\d{3}[.-]\d{2}", 0.95),
            Form(r"\d{2}[0-5]\d[0-3]\d[- ]\d{3}[.-]\d{2}", 0.8),
            Form(r"\d{2}[0-5]\d[0-3]\d{6}", 0.4),
        ),
        "birth date and mod 97",
    ),
    Kind(
        "BE_IDENTITY_CARD",
        "identiteitskaart, carte d identité, eid, kaartnummer, identiteitskaartnummer",
        r"\d{12}",
        checks.be_card,
        (Form(r"\d{3}-\d{7}-\d{2}", 0.75),),
        "mod 97",
    ),
    Kind(
        "BE_ENTERPRISE_NUMBER",
        "ondernemingsnummer, numéro d entreprise, kbo, bce, btw, tva, rpr, rpm",
        r"[01]\d{9}",
        "be.vat",
        (Form(r"[01]\d{3}\.\d{3}\.\d{3}", 0.75),),
        "mod 97",
    ),
    Kind("BE_PASSPORT", "paspoort, passeport, passeport belge, belgian passport", r"[A-Z]{2}\d{6}"),
    Kind(
        "LU_PERSON_NUMBER",
        "matricule, numéro de matricule, sozialversicherungsnummer, matricule nationale, "
        "numéro d identification national",
        r"(?:19|20)\d{11}",
        checks.lu_person,
        (Form(r"(?:19|20)\d{2} [01]\d [0-3]\d \d{3} \d{2}", 0.85),),
        "birth date and Luhn",
    ),
)

KINDS: Final = (
    *SPAIN,
    *BRITAIN,
    *GERMANY,
    *AUSTRIA_SWITZERLAND,
    *FRANCE,
    *ITALY_PORTUGAL,
    *BENELUX,
)
