"""Kinds of the Americas."""

from __future__ import annotations

from typing import Final

from sluice.engine.detectors.labelled.kind import Form, Kind
from sluice.engine.detectors.national import checks

_TAX_ID: Final = "tax id, taxpayer id, taxpayer identification, tax identification, tin"
_PASSPORT: Final = "passport"
_DRIVING: Final = (
    "driver s license, drivers license, driver license, driver s licence, drivers licence, "
    "driver licence, driving license, driving licence, dl no, dl number, dln, ~license no, "
    "~license number, ~licence no, ~licence number, driverlicense, drivers lic, driver lic, "
    "driver s lic, driver s license number, drivers license number, driver license number, "
    "driver s licence number, driving licence number, driving license number, ~dl, ~d l, "
    "operator s license, operators license"
)
# How the states number their licences, after the American Association of Motor Vehicle
# Administrators: letters and digits, without separators.
_STATES: Final = (
    r"\d{7,10}|\d{12}|[A-Z]\d{4,8}|[A-Z]\d{9}|[A-Z]\d{11,14}|[A-Z]{2}\d{2,7}|[A-Z]{3}\d{6}|"
    r"\d{2}[A-Z]{3}\d{5,6}|\d{3}[A-Z]{2}\d{4}|[A-Z]\d{3}[A-Z]\d[A-Z]|[A-Z]\d{6}R|\d{7}[A-Z]|"
    r"\d{8}[A-Z]{1,2}|\d{9}[A-Z]|[A-Z]{3}[A-Z*]{2}[A-Z0-9]{7}|WDL[A-Z0-9]{9}|[A-Z]\d[A-Z]\d{5}|"
    r"[A-Z]{2}\d{6}[A-Z]"
)

UNITED_STATES: Final = (
    Kind(
        "US_SSN",
        "ssn, ssns, social security, soc sec, social, social sec, socialsecurity, "
        "seguro social, número de seguro social, us sozialversicherungsnummer, " + _TAX_ID,
        r"\d{9}",
        checks.us_ssn,
        (Form(r"\d{3}-\d{2}-\d{4}", 0.7), Form(r"\d{3} \d{2} \d{4}", 0.45)),
        "area and group",
    ),
    Kind(
        "US_SSN",
        "",
        r"9\d{8}",
        checks.us_ssn_of_area_9,
        (Form(r"9\d{2}-\d{2}-\d{4}", 0.6),),
        "groups",
    ),
    Kind(
        "US_ITIN",
        "itin, itins, individual taxpayer identification, individual taxpayer, " + _TAX_ID,
        r"9\d{8}",
        "us.itin",
        (Form(r"9\d{2}-\d{2}-\d{4}", 0.65), Form(r"9\d{2} \d{2} \d{4}", 0.45)),
        "range",
    ),
    Kind(
        "US_EIN",
        "ein, eins, fein, employer identification, employer id, federal tax id, federal ein, "
        "federal tax identification, business tax id, " + _TAX_ID,
        r"\d{9}",
        "us.ein",
        (Form(r"\d{2}-\d{7}", 0.4),),
        "prefix",
    ),
    Kind("US_PTIN", "ptin, preparer tax identification", r"P\d{8}", None),
    Kind(
        "US_NPI",
        "npi, npis, national provider identifier, national provider",
        r"[12]\d{9}",
        checks.us_npi,
        (),
        "Luhn",
    ),
    Kind(
        "US_DEA",
        "dea, dea registration, dea reg, drug enforcement administration",
        r"[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}",
        checks.us_dea,
        (Form(r"[ABFGMPR][A-Z9]\d{7}", 0.4),),
    ),
    Kind(
        "US_MBI",
        "mbi, medicare beneficiary identifier, medicare beneficiary, medicare, medicare id",
        r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d"
        r"[AC-HJKMNP-RT-Y]{2}\d{2}",
        None,
        (
            Form(
                r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d-[AC-HJKMNP-RT-Y]"
                r"[0-9AC-HJKMNP-RT-Y]\d-[AC-HJKMNP-RT-Y]{2}\d{2}",
                0.9,
            ),
            Form(
                r"[1-9][AC-HJKMNP-RT-Y][0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y]"
                r"[0-9AC-HJKMNP-RT-Y]\d[AC-HJKMNP-RT-Y]{2}\d{2}",
                0.7,
            ),
        ),
    ),
    Kind(
        "US_ALIEN_NUMBER",
        "alien registration, alien number, alien no, uscis, uscis number, a number, ~anumber",
        r"A?\d{8,9}",
    ),
    Kind(
        "US_VOTER_ID",
        "voter registration, voter id, voter identification, voter no, voter number",
        r"(?=(?:.*\d){5})[A-Z]{0,3}\d{5,12}",
    ),
    Kind(
        "US_PASSPORT",
        f"us {_PASSPORT}, u s {_PASSPORT}, american {_PASSPORT}, {_PASSPORT}, usa {_PASSPORT}",
        r"\d{9}|[A-Z]\d{8}",
    ),
    Kind("US_DRIVER_LICENSE", _DRIVING, _STATES, None, (Form(r"[A-Z]\d{3}-\d{4}-\d{4}", 0.5),)),
)

CANADA: Final = (
    Kind(
        "CA_SIN",
        "~sin, ~sins, social insurance, social insurance no, ~nas, assurance sociale, "
        "numéro d assurance sociale, n a s, s i n, sin number, sin no",
        r"[1-9]\d{8}",
        "ca.sin",
        (Form(r"[1-79]\d{2}-\d{3}-\d{3}", 0.45), Form(r"[1-79]\d{2} \d{3} \d{3}", 0.35)),
        "Luhn",
    ),
    Kind(
        "CA_BN",
        "cra business number, business number, gst, gst hst, hst, tps, tvh, cra",
        r"\d{9}(?:R[CMPTZ]\d{4})?",
        "ca.bn",
        (Form(r"\d{9} ?R[CMPTZ] ?\d{4}", 0.8),),
        "Luhn",
    ),
    Kind(
        "CA_HEALTH_CARD",
        "ohip, ontario health card, ontario health, ontario health insurance, health card, "
        "health number, hcn, carte santé, carte de santé",
        r"[1-9]\d{9}(?:[A-Z]{1,2})?",
        checks.ca_ohip,
        (Form(r"[1-9]\d{3}-\d{3}-\d{3}-[A-Z]{1,2}", 0.8),),
        "Luhn",
    ),
    Kind(
        "CA_HEALTH_CARD",
        "phn, personal health number, bc services card, bc phn, care card, msp, health card",
        r"9\d{9}",
        "ca.bc_phn",
        (),
        "mod 11",
    ),
    Kind(
        "CA_HEALTH_CARD",
        "ramq, assurance maladie, carte d assurance maladie, carte soleil, nam, health card",
        r"[A-Z]{4}\d{8}",
        checks.ca_ramq,
        (Form(r"[A-Z]{4} \d{4} \d{4}", 0.7), Form(r"[A-Z]{4}\d{8}", 0.4)),
        "birth date",
    ),
    Kind(
        "CA_HEALTH_CARD",
        "ahcip, alberta health, alberta health care, phin, manitoba health, saskatchewan health, "
        "mcp, phn, personal health number, health card, health card number, provincial health",
        r"\d{9}|\d{10}|\d{12}",
    ),
    Kind(
        "CA_PASSPORT",
        f"canadian {_PASSPORT}, canada {_PASSPORT}, passeport, passeport canadien",
        r"[A-Z]{2}\d{6}|[A-Z]\d{6}[A-Z]{2}",
    ),
    Kind(
        "CA_DRIVER_LICENSE",
        f"{_DRIVING}, ontario driver s licence, permis de conduire, canadian driver s licence",
        r"[A-Z]\d{14}|[A-Z]\d{12}|[A-Z]{5}\d{9}",
        None,
        (Form(r"[A-Z]\d{4}-\d{5}-\d{5}", 0.75), Form(r"[A-Z]\d{4}-\d{6}-\d{2}", 0.75)),
    ),
)

BRAZIL: Final = (
    Kind(
        "BR_CPF",
        "cpf, cpf mf, cadastro de pessoas físicas, cadastro de pessoa física",
        r"\d{11}",
        "br.cpf",
        (Form(r"\d{3}\.\d{3}\.\d{3}-\d{2}", 0.95), Form(r"\d{9}-\d{2}", 0.75)),
        "mod 11 twice",
    ),
    Kind(
        "BR_CNPJ",
        "cnpj, cnpj mf, cadastro nacional da pessoa jurídica",
        r"[0-9A-Z]{12}\d{2}",
        "br.cnpj",
        (Form(r"[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-\d{2}", 0.95),),
        "mod 11 twice",
    ),
    Kind(
        "BR_PIS",
        "pis, pasep, pis pasep, nis, nit pis, número de identificação social",
        r"\d{11}",
        checks.br_pis,
        (Form(r"\d{3}\.\d{5}\.\d{2}-\d", 0.9),),
        "mod 11",
    ),
    Kind(
        "BR_CNH",
        "cnh, carteira nacional de habilitação, carteira de habilitação, carteira de motorista",
        r"\d{11}",
        checks.br_cnh,
        (),
        "mod 11 twice",
    ),
    Kind(
        "BR_VOTER_ID",
        "título de eleitor, título eleitoral, título eleitor",
        r"\d{12}",
        checks.br_voter,
        (),
        "mod 11 twice",
    ),
    Kind(
        "BR_SUS",
        "cns, cartão nacional de saúde, cartão sus, cartão do sus",
        r"[1-2789]\d{14}",
        checks.br_sus,
        (Form(r"[12789]\d{2} \d{4} \d{4} \d{4}", 0.65),),
        "mod 11",
    ),
    Kind(
        "BR_RG",
        "rg, registro geral, carteira de identidade, cédula de identidade, identidade rg",
        r"(?:[A-Z]{2})?\d{6,9}[0-9X]",
        None,
        (Form(r"\d{2}\.\d{3}\.\d{3}-[0-9X]", 0.55),),
    ),
    Kind("BR_PASSPORT", "passaporte, passaporte brasileiro, brazilian passport", r"[A-Z]{2}\d{6}"),
)

MEXICO: Final = (
    Kind(
        "MX_CURP",
        "curp, clave única de registro de población",
        r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d",
        "mx.curp",
        (Form(r"[A-Z]{4}\d{6}[HMX][A-Z]{5}[0-9A-Z]\d", 0.95),),
        "birth date, state and check digit",
    ),
    Kind(
        "MX_RFC",
        "rfc, registro federal de contribuyentes",
        r"[A-Z]{3,4}\d{6}[A-Z0-9]{3}",
        "mx.rfc",
        (
            Form(r"[A-Z]{4}\d{6}[A-Z0-9]{3}", 0.7),
            Form(r"[A-Z]{3,4}[- ]\d{6}[- ][A-Z0-9]{3}", 0.8),
        ),
        "birth date",
    ),
    Kind(
        "MX_NSS",
        "nss, imss, número de seguridad social, número de seguro social, seguro social, nss imss",
        r"\d{11}",
        checks.with_luhn,
        (),
        "Luhn",
    ),
    Kind(
        "MX_VOTER_ID",
        "clave de elector, ine, ife, credencial para votar, credencial de elector",
        r"[A-Z]{6}\d{8}[HM]\d{3}",
        None,
        (Form(r"[A-Z]{6}\d{8}[HM]\d{3}", 0.9),),
    ),
    Kind("MX_PASSPORT", "pasaporte, pasaporte mexicano, mexican passport", r"[A-Z]\d{8}"),
)

SOUTH_AMERICA: Final = (
    Kind(
        "AR_CUIT",
        "cuit, cuil, cuit cuil, clave única de identificación tributaria",
        r"(?:2[034567]|3[034])\d{9}",
        "ar.cuit",
        (Form(r"(?:2[034567]|3[034])-\d{8}-\d", 0.9),),
        "mod 11",
    ),
    Kind(
        "AR_DNI",
        "dni, documento nacional de identidad, documento, ~documento de identidad",
        r"\d{7,8}",
    ),
    Kind("AR_PASSPORT", "pasaporte, pasaporte argentino", r"[A-Z]{3}\d{6}"),
    Kind(
        "CL_RUT",
        "rut, rol único tributario, ~run, rol único nacional, r u t",
        r"\d{7,8}[0-9K]",
        "cl.rut",
        (
            Form(r"\d{1,2}\.\d{3}\.\d{3}-[0-9K]", 0.9),
            Form(r"\d{8}-[0-9K]", 0.45),
        ),
        "mod 11",
    ),
    Kind(
        "CO_NIT",
        "nit, número de identificación tributaria",
        r"\d{8,11}",
        "co.nit",
        (Form(r"\d{3}\.\d{3}\.\d{3}-\d", 0.7),),
        "mod 11",
    ),
    Kind(
        "CO_CC",
        "cédula de ciudadanía, cédula de ciudadania, cédula ciudadanía, ~c c, cédula no, "
        "tarjeta de identidad, cédula de extranjería, identificado con cédula",
        r"\d{6,10}",
    ),
    Kind("PE_RUC", "ruc, registro único de contribuyentes", r"[12]\d{10}", "pe.ruc"),
    Kind(
        "PE_DNI",
        "dni, documento nacional de identidad, cui, dni peruano",
        r"\d{8}[0-9A-K]?",
        None,
    ),
    Kind(
        "EC_CI",
        "cédula, cédula de identidad, cédula de ciudadanía, ~ci",
        r"\d{10}",
        "ec.ci",
        (Form(r"\d{9}-\d", 0.4),),
        "Luhn",
    ),
    Kind("EC_RUC", "ruc, registro único de contribuyentes", r"\d{13}", "ec.ruc"),
    Kind(
        "UY_CI",
        "cédula, cédula de identidad, ~ci, cédula uruguaya",
        r"\d{7,8}",
        checks.uy_ci,
        (Form(r"\d\.\d{3}\.\d{3}-\d", 0.75),),
        "mod 10",
    ),
    Kind("UY_RUT", "rut, registro único tributario", r"\d{12}", "uy.rut", (), "mod 11"),
    Kind(
        "VE_RIF",
        "rif, registro de información fiscal, registro único de información fiscal",
        r"[VEJPG]\d{9}",
        "ve.rif",
        (Form(r"[VEJPG]-\d{8}-\d", 0.85),),
        "mod 11",
    ),
    Kind("VE_CEDULA", "cédula, cédula de identidad, ~ci", r"[VE]\d{6,8}"),
    Kind("PY_RUC", "ruc, registro único de contribuyentes", r"\d{5,9}", "py.ruc", (), "mod 11"),
    Kind(
        "DO_CEDULA",
        "cédula, cédula de identidad y electoral, cédula dominicana",
        r"\d{11}",
        "do.cedula",
        (Form(r"\d{3}-\d{7}-\d", 0.75),),
        "Luhn",
    ),
    Kind(
        "SV_NIT",
        "nit, número de identificación tributaria",
        r"\d{14}",
        "sv.nit",
        (Form(r"\d{4}-\d{6}-\d{3}-\d", 0.85),),
    ),
    Kind("GT_NIT", "nit, número de identificación tributaria", r"\d{7,11}K?", "gt.nit"),
    Kind("CR_CPF", "cédula, cédula de identidad, cpf", r"\d{9,10}", "cr.cpf", (), "layout"),
)

KINDS: Final = (*UNITED_STATES, *CANADA, *BRAZIL, *MEXICO, *SOUTH_AMERICA)
