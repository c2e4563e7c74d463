"""Kinds of Asia, Oceania, the Middle East and Africa."""

from __future__ import annotations

from typing import Final

from sluice.engine.detectors.labelled.kind import Form, Kind
from sluice.engine.detectors.national import checks

_LICENCE: Final = "driver s licence, drivers licence, driver licence, driver s license, "

OCEANIA: Final = (
    Kind(
        "AU_TFN",
        "tfn, tax file, tax file no, t f n, australian tax file",
        r"\d{8,9}",
        "au.tfn",
        (Form(r"\d{3} \d{3} \d{3}", 0.3), Form(r"\d{3}-\d{3}-\d{3}", 0.3)),
        "mod 11",
    ),
    Kind(
        "AU_ABN",
        "abn, australian business, a b n",
        r"\d{11}",
        "au.abn",
        (Form(r"[1-9]\d \d{3} \d{3} \d{3}", 0.7), Form(r"[1-9]\d-\d{3}-\d{3}-\d{3}", 0.6)),
        "mod 89",
    ),
    Kind(
        "AU_ACN",
        "acn, australian company, a c n, arbn",
        r"\d{9}",
        "au.acn",
        (Form(r"\d{3} \d{3} \d{3}", 0.3),),
        "mod 10",
    ),
    Kind(
        "AU_MEDICARE",
        "medicare, medicare card, medicare no, medicare number",
        r"[2-6]\d{9,10}",
        checks.au_medicare,
        (Form(r"[2-6]\d{3}[ -]\d{5}[ -]\d(?:[/ -]\d)?", 0.6),),
        "mod 10",
    ),
    Kind(
        "AU_IHI",
        "ihi, individual healthcare identifier, healthcare identifier",
        r"800[36]\d{12}",
        checks.au_ihi,
        (Form(r"800[36] ?\d{4} ?\d{4} ?\d{4}", 0.7),),
        "Luhn",
    ),
    Kind("AU_CRN", "crn, centrelink, customer reference number", r"\d{9}[A-Z]"),
    Kind("AU_PASSPORT", "australian passport, aus passport", r"[A-Z]{1,2}\d{7}"),
    Kind(
        "AU_DRIVER_LICENCE",
        f"{_LICENCE}australian driver s licence, driving licence, licence number, licence no",
        r"\d{6,10}|[A-Z]\d{5,6}",
    ),
    Kind("NZ_IRD", "ird, inland revenue, ird no, ird number", r"\d{8,9}", "nz.ird", (), "mod 11"),
    Kind(
        "NZ_NHI",
        "nhi, national health index",
        r"[A-HJ-NP-Z]{3}\d{4}|[A-HJ-NP-Z]{3}\d{2}[A-HJ-NP-Z]{2}",
        checks.nz_nhi,
        (),
        "mod 11 or 24",
    ),
    Kind("NZ_PASSPORT", "new zealand passport, nz passport", r"[A-Z]{1,2}\d{6}"),
    Kind("NZ_DRIVER_LICENCE", f"{_LICENCE}nz driver licence, driving licence", r"[A-Z]{2}\d{6}"),
)

INDIA: Final = (
    Kind(
        "IN_PAN",
        "pan, pan card, permanent account, permanent account number",
        r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]",
        "in_.pan",
        (Form(r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", 0.7),),
        "holder's letter",
    ),
    Kind(
        "IN_AADHAAR",
        "aadhaar, aadhar, uidai, adhaar, aadhaar card, आधार",
        r"[2-9]\d{11}",
        "in_.aadhaar",
        (Form(r"[2-9]\d{3} \d{4} \d{4}", 0.55), Form(r"[2-9]\d{3}-\d{4}-\d{4}", 0.5)),
        "Verhoeff",
    ),
    Kind(
        "IN_GSTIN",
        "gstin, gst, gst no, goods and services tax",
        r"[0-3]\d[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]",
        "in_.gstin",
        (Form(r"[0-3]\d[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]", 0.95),),
        "mod 36",
    ),
    Kind(
        "IN_VOTER",
        "epic, epic no, voter id, voter card, election card, elector photo, voter",
        r"[A-Z]{3}\d{7}",
        "in_.epic",
        (Form(r"[A-Z]{3}\d{7}", 0.35),),
        "Luhn",
    ),
    Kind("IN_PASSPORT", "indian passport", r"[A-PR-WYZ][1-9]\d{6}"),
    Kind(
        "IN_DRIVING_LICENCE",
        "driving licence, driving license, dl no, dl number, driver s license, dl",
        r"[A-Z]{2}\d{2}(?:19|20)\d{9}",
        None,
        (Form(r"[A-Z]{2}[- ]?\d{2}[ -]?(?:19|20)\d{2}[- ]?\d{7}", 0.75),),
    ),
    Kind(
        "IN_VEHICLE_REGISTRATION",
        "indian registration, rto registration",
        r"(?:A[NPRS]|BR|C[GH]|D[DLN]|G[AJ]|H[PR]|J[HK]|K[AL]|L[AD]|M[HLNPZ]|NL|O[DR]|P[BY]|RJ|SK|"
        r"T[NRS]|U[KP]|WB)\d{1,2}[A-Z]{1,3}\d{4}",
        None,
        (
            Form(
                r"(?:A[NPRS]|BR|C[GH]|D[DLN]|G[AJ]|H[PR]|J[HK]|K[AL]|L[AD]|M[HLNPZ]|NL|O[DR]|P[BY]|"
                r"RJ|SK|T[NRS]|U[KP]|WB)[- ]?\d{2}[- ]?[A-HJ-NP-Z]{1,2}[- ]?\d{4}",
                0.6,
            ),
        ),
    ),
    Kind("IN_UAN", "uan, universal account number", r"1\d{11}"),
    Kind(
        "IN_ABHA",
        "abha, abha number, ayushman bharat health account, health id",
        r"\d{14}",
        None,
        (Form(r"\d{2}-\d{4}-\d{4}-\d{4}", 0.65),),
    ),
    Kind(
        "PK_CNIC",
        "cnic, nic, nicop, شناختی کارڈ",
        r"[1-7]\d{12}",
        "pk.cnic",
        (Form(r"[1-7]\d{4}-\d{7}-\d", 0.85),),
        "layout",
    ),
    Kind("LK_NIC", "nic, national identity card, sri lankan nic", r"\d{9}[VX]|(?:19|20)\d{10}"),
    Kind("BD_NID", "nid, জাতীয় পরিচয়পত্র, national id card", r"\d{10}|\d{13}|\d{17}"),
)

EAST_ASIA: Final = (
    Kind(
        "CN_RESIDENT_ID",
        "身份证, 身份证号, 身份证号码, 居民身份证, 身份證, 公民身份号码, 证件号, 证件号码, "
        "resident id, chinese id, shenfenzheng, resident identity card, identity card",
        r"[1-9]\d{16}[0-9X]",
        "cn.ric",
        (Form(r"[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}[0-9X]", 0.95),),
        "birth date and mod 11",
    ),
    Kind(
        "CN_USCC",
        "统一社会信用代码, 信用代码, unified social credit, uscc, 税号, 纳税人识别号",
        r"[1-9AN-Y][1-9A-Z]\d{6}[0-9A-Z]{10}",
        "cn.uscc",
        (Form(r"91\d{6}[0-9A-HJ-NP-RTUWXY]{10}", 0.85),),
        "mod 31",
    ),
    Kind(
        "CN_PASSPORT",
        "护照, 护照号, 护照号码, chinese passport",
        r"[EG]\d{8}|E[A-HJ-NP-Z]\d{7}",
    ),
    Kind(
        "HK_ID",
        "hkid, hong kong id, hong kong identity card, 香港身份證, 身份證號碼, 身份證, id card, "
        "identity card, hkic",
        r"[A-Z]{1,2}\d{6}[0-9A]",
        checks.hk_id,
        (Form(r"[A-Z]{1,2}\d{6}\([0-9A]\)", 0.9),),
        "mod 11",
    ),
    Kind(
        "TW_NATIONAL_ID",
        "身分證, 身分證字號, 身份證字號, 國民身分證, taiwan id, national id, 居留證, arc, 統一證號",
        r"[A-Z][1289A-D]\d{8}",
        checks.tw_id,
        (Form(r"[A-Z][1289]\d{8}", 0.45),),
        "mod 10",
    ),
    Kind("TW_UBN", "統一編號, 統編, ubn, 营业人统一编号", r"\d{8}", "tw.ubn", (), "check digit"),
    Kind(
        "JP_MY_NUMBER",
        "マイナンバー, 個人番号, my number, mynumber, individual number, kojin bango",
        r"\d{12}",
        checks.jp_number,
        (Form(r"\d{4} \d{4} \d{4}", 0.3), Form(r"\d{4}-\d{4}-\d{4}", 0.3)),
        "mod 11",
    ),
    Kind("JP_CORPORATE_NUMBER", "法人番号, corporate number", r"\d{13}", "jp.cn", (), "mod 9"),
    Kind("JP_PASSPORT", "パスポート, 旅券番号, 旅券, japanese passport", r"[A-Z]{2}\d{7}"),
    Kind("JP_DRIVER_LICENSE", "運転免許, 運転免許証, 運転免許証番号, 免許証番号", r"\d{12}"),
    Kind(
        "JP_RESIDENCE_CARD", "在留カード, 在留カード番号, residence card", r"[A-Z]{2}\d{8}[A-Z]{2}"
    ),
    Kind("JP_HEALTH_INSURANCE", "保険者番号, 被保険者番号, 健康保険証", r"\d{6,11}"),
    Kind(
        "KR_RRN",
        "주민등록번호, 주민번호, 주민등록, rrn, resident registration, 외국인등록번호, "
        "alien registration",
        r"\d{13}",
        checks.kr_rrn,
        (Form(r"\d{2}[01]\d[0-3]\d-\d{7}", 0.75),),
        "birth date",
    ),
    Kind(
        "KR_BRN",
        "사업자등록번호, 사업자번호, business registration",
        r"\d{10}",
        "kr.brn",
        (Form(r"\d{3}-\d{2}-\d{5}", 0.45),),
        "check digit",
    ),
    Kind("KR_PASSPORT", "여권번호, 여권, korean passport", r"[MSRGD]\d{3}[A-Z]?\d{4,5}"),
    Kind(
        "KR_DRIVER_LICENSE",
        "운전면허번호, 운전면허, 면허번호",
        r"\d{12}",
        None,
        (Form(r"[12]\d-\d{2}-\d{6}-\d{2}", 0.7),),
    ),
)

SOUTH_EAST_ASIA: Final = (
    Kind(
        "SG_NRIC_FIN",
        "nric, fin, nric fin, nric no, fin no, singapore nric, singapore ic, ~ic, ic no, uinfin",
        r"[STFGM]\d{7}[A-Z]",
        checks.sg_nric,
        (Form(r"[STFGM]\d{7}[A-Z]", 0.75),),
        "check letter",
    ),
    Kind(
        "SG_UEN",
        "uen, unique entity number, unique entity, acra, company registration",
        r"\d{8,9}[A-Z]|[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]",
        "sg.uen",
        (Form(r"[TSR]\d{2}[A-Z]{2}\d{4}[A-Z]", 0.7), Form(r"(?:19|20)\d{7}[A-Z]", 0.55)),
        "check letter",
    ),
    Kind("SG_PASSPORT", "singapore passport, passport", r"[EK]\d{7}[A-Z]"),
    Kind(
        "MY_NRIC",
        "mykad, nric, ic, ic no, ic number, no kad pengenalan, kad pengenalan, no kp, no ic, "
        "malaysian ic",
        r"\d{12}",
        "my.nric",
        (Form(r"\d{2}[01]\d[0-3]\d-\d{2}-\d{4}", 0.8),),
        "birth date and place",
    ),
    Kind("MY_PASSPORT", "malaysian passport, pasport, no pasport", r"[AHK]\d{8}"),
    Kind(
        "TH_TNIN",
        "เลขประจำตัวประชาชน, บัตรประชาชน, เลขบัตรประชาชน, thai id, thai national id, "
        "เลขประจำตัวผู้เสียภาษี, national id, citizen id",
        r"[1-8]\d{12}",
        "th.pin",
        (Form(r"[1-8]-\d{4}-\d{5}-\d{2}-\d", 0.95), Form(r"[1-8] \d{4} \d{5} \d{2} \d", 0.8)),
        "mod 11",
    ),
    Kind(
        "PH_TIN",
        "tin, tax identification, bir tin, philippine tin, tin no",
        r"\d{9}(?:\d{3}|\d{5})?",
        None,
        (Form(r"\d{3}-\d{3}-\d{3}-\d{3}(?:\d{2})?", 0.6),),
    ),
    Kind(
        "PH_SSS",
        "sss, sss no, sss number, social security system",
        r"\d{10}",
        None,
        (Form(r"\d{2}-\d{7}-\d", 0.55),),
    ),
    Kind(
        "PH_PHILHEALTH",
        "philhealth, philhealth no, phic",
        r"\d{12}",
        None,
        (Form(r"\d{2}-\d{9}-\d", 0.6),),
    ),
    Kind("PH_PSN", "philsys, psn, pcn, philid, philsys number", r"\d{12}|\d{16}"),
    Kind("PH_PAGIBIG", "pag ibig, pagibig, hdmf, pag ibig mid", r"\d{12}"),
    Kind("PH_UMID", "umid, crn", r"\d{12}", None, (Form(r"\d{4}-\d{7}-\d", 0.6),)),
    Kind(
        "ID_NIK",
        "nik, no ktp, ktp, nomor induk kependudukan, no nik, e ktp",
        r"\d{16}",
        "id.nik",
        (Form(r"[1-9]\d{5}[0-7]\d[01]\d{7}", 0.4),),
        "birth date and province",
    ),
    Kind(
        "ID_NPWP",
        "npwp, nomor pokok wajib pajak, no npwp",
        r"\d{15,16}",
        "id.npwp",
        (Form(r"\d{2}\.\d{3}\.\d{3}\.\d-\d{3}\.\d{3}", 0.95),),
        "Luhn",
    ),
    Kind("VN_CCCD", "cccd, căn cước, căn cước công dân, cmnd, số cmnd, số cccd", r"\d{9}|\d{12}"),
    Kind("VN_MST", "mst, mã số thuế", r"\d{10}(?:\d{3})?", "vn.mst", (), "mod 11"),
)

MIDDLE_EAST: Final = (
    Kind(
        "IL_ID",
        'תעודת זהות, ת ז, ת״ז, ת"ז, מספר זהות, מס זהות, teudat zehut, tz, israeli id, '
        "israel id, teudat zehut number",
        r"\d{8,9}",
        "il.idnr",
        (),
        "Luhn",
    ),
    Kind("IL_COMPANY", "ח פ, ח״פ, israeli company", r"5\d{8}", "il.hp", (), "Luhn"),
    Kind("IL_PASSPORT", "דרכון, מספר דרכון, israeli passport", r"\d{7,8}"),
    Kind(
        "AE_EMIRATES_ID",
        "emirates id, eid, emirates identity, uae id, هوية, الهوية الإماراتية, رقم الهوية",
        r"784\d{12}",
        checks.with_luhn,
        (Form(r"784-(?:19|20)\d{2}-\d{7}-\d", 0.95), Form(r"784(?:19|20)\d{10}", 0.7)),
        "Luhn",
    ),
    Kind("AE_TRN", "trn, tax registration number", r"100\d{12}"),
    Kind(
        "SA_NATIONAL_ID",
        "iqama, iqama no, saudi id, saudi national id, رقم الإقامة, الهوية الوطنية, رقم الهوية",
        r"[12]\d{9}",
        checks.with_luhn,
        (),
        "Luhn",
    ),
    Kind("EG_TIN", "الرقم الضريبي, egyptian tax, tax registration", r"\d{9}"),
    Kind(
        "EG_NATIONAL_ID",
        "الرقم القومي, رقم قومي, egyptian id, egyptian national id, national id",
        r"[23]\d{13}",
        checks.eg_national,
        (),
        "birth date",
    ),
)

AFRICA: Final = (
    Kind(
        "ZA_ID",
        "south african id, rsa id, sa id, id number, id no, identity number, identity no, "
        "za id, idno, identiteitsnommer, said",
        r"\d{10}[01]\d{2}",
        "za.idnr",
        (Form(r"\d{2}[01]\d[0-3]\d{5}[01]\d{2}", 0.4), Form(r"\d{6} \d{4} [01]\d{2}", 0.75)),
        "birth date and Luhn",
    ),
    Kind("ZA_TIN", "sars, income tax reference, tax reference", r"[01239]\d{9}", "za.tin"),
    Kind("ZA_PASSPORT", "south african passport", r"[ADMT]\d{8}"),
    Kind(
        "NG_NIN",
        "nin, national identification number, national identity number, nimc, nigerian nin",
        r"\d{11}",
    ),
    Kind("NG_BVN", "bvn, bank verification number, bank verification", r"\d{11}"),
    Kind("NG_TIN", "firs, jtb, nigerian tin", r"\d{10}|\d{12}", None, (Form(r"\d{8}-\d{4}", 0.4),)),
    Kind("NG_PASSPORT", "nigerian passport", r"[ABC]\d{8}"),
    Kind(
        "KE_PIN",
        "kra pin, kra, pin no, itax, pin number",
        r"[AP]\d{9}[A-Z]",
        "ke.pin",
        (Form(r"[AP]\d{9}[A-Z]", 0.65),),
        "layout",
    ),
    Kind(
        "KE_ID",
        "kenyan id, kenya id, kitambulisho, nambari ya kitambulisho, huduma namba",
        r"\d{7,8}",
    ),
    Kind("KE_NHIF", "nhif, sha number, nssf", r"\d{5,12}"),
    Kind(
        "GH_CARD",
        "ghana card, ghanacard, nia",
        r"GHA\d{10}",
        None,
        (Form(r"GHA-\d{9}-\d", 0.95),),
    ),
    Kind("GH_TIN", "gra tin, ghana tin", r"[PCGQV]00\d{7}[0-9X]", "gh.tin", (), "mod 11"),
    Kind("MA_CIN", "cin, cnie, carte nationale, ~cine", r"[A-Z]{1,2}\d{5,6}"),
    Kind("MA_ICE", "ice, identifiant commun", r"\d{15}", "ma.ice", (), "mod 97"),
    Kind("TN_MF", "matricule fiscal, matricule fiscale", r"\d{7}[A-Z](?:[A-Z]{2}\d{3})?", "tn.mf"),
    Kind("DZ_NIF", "nif, numéro d identification fiscale", r"\d{15}|\d{20}"),
)

KINDS: Final = (*OCEANIA, *INDIA, *EAST_ASIA, *SOUTH_EAST_ASIA, *MIDDLE_EAST, *AFRICA)
