"""Numbers that hospitals, insurers and professional bodies give."""

from __future__ import annotations

from typing import Final

from sluice.engine.detectors.labelled.kind import Kind
from sluice.engine.patterns import Pattern

_FREE: Final = r"(?=(?:.*\d){3})[A-Z0-9]{4,20}"
_LONG: Final = r"(?=(?:.*\d){5})[A-Z0-9]{6,20}"

KINDS: Final = (
    Kind(
        "MEDICAL_RECORD_NUMBER",
        "mrn, mrns, medical record, medical records, med rec, medrec, hospital number, "
        "hospital no, hospital id, patient id, patient number, patient no, patient identifier, "
        "patient mrn, patientid, pt id, pt no, pid no, chart number, chart no, chart id, "
        "unit number, encounter number, encounter id, encounter no, visit id, visit number, "
        "visit no, accession, accession number, accession no, specimen id, specimen number, "
        "admission number, admission no, health record, clinical record, ehr id, emr id, fin nbr, "
        "patientennummer, patienten id, patientennr, patienten nr, patientenakte, fallnummer kh, "
        "aufnahmenummer, krankenaktennummer, aktennummer patient, "
        "numéro de dossier, dossier médical, dossier patient, numéro patient, ipp, nip patient, "
        "numéro d admission, n dossier, identifiant patient, n patient, numéro de séjour, "
        "nhc, n h c, historia clínica, hª clínica, h clínica, hc, historia, episodio, "
        "número de historia, nº historia, id paciente, número de paciente, paciente, nhcl, "
        "número de episodio, proceso, nº de proceso, "
        "cartella clinica, numero cartella, id paziente, codice paziente, nosologico, "
        "patiëntnummer, patiënt id, patiëntnr, patientnummer, dossiernummer patiënt, epd nummer, "
        "processo clínico, número do processo clínico, número do doente, prontuário, "
        "id do paciente, número do paciente, "
        "numer pacjenta, id pacjenta, numer historii choroby, カルテ番号, 患者番号, 患者id, "
        "病历号, 住院号, 门诊号, 환자번호",
        _FREE,
        family="health",
    ),
    Kind(
        "HEALTH_INSURANCE_ID",
        "member id, member number, member no, memberid, insurance id, insurance number, "
        "insurance no, insurance card, insurance card id, insurance card number, "
        "insurance member id, insurance member, health insurance, health insurance "
        "id, health insurance number, health plan, health plan id, subscriber id, subscriber "
        "number, subscriber no, subscriber, group number, group no, medicaid, medicaid id, "
        "medicaid number, beneficiary id, beneficiary number, hicn, rx bin, rxbin, rx grp, "
        "rxgrp, rx group, rx pcn, plan id, medical insurance, insured id, "
        "krankenversichertennummer, krankenkassennummer, versichertennummer, krankenkasse, "
        "krankenversicherung, versichertenkarte, "
        "numéro d assuré, numéro de mutuelle, mutuelle, numéro adhérent, n adhérent, "
        "numéro d adhérent, assurance maladie, carte vitale, "
        "nass, cipa, cip, ns, tsi, tis, tarjeta sanitaria, número de tarjeta sanitaria, "
        "número de asegurado, asegurado, cip sns, nuhsa, aseguradora, afiliado, "
        "número de afiliado, tarjeta sanitaria individual, c i p, "
        "tessera sanitaria, numero tessera sanitaria, codice assistito, "
        "verzekerdennummer, polisnummer zorg, zorgverzekering, uzovi, "
        "número de utente, número de beneficiário, carteirinha, convênio, plano de saúde, "
        "numer ubezpieczenia",
        _LONG,
        family="health",
    ),
    Kind(
        "MEDICAL_LICENSE",
        "col, nº col, ncol, nºcol, núm col, colegiado, colegiada, nº colegiado, nº de colegiado",
        r"\d{9}",
        family="health",
    ),
    Kind(
        "MEDICAL_LICENSE",
        "medical license, medical licence, physician license, provider id, provider number, "
        "prescriber id, nursing license, license to practice, gmc, gmc number, gmc no, "
        "nmc pin, medical registration, approbationsnummer, lebenslange arztnummer, lanr, "
        "arztnummer, betriebsstättennummer, bsnr, "
        "col, nº col, núm col, colegiado, colegiada, número de colegiado, nº colegiado, "
        "nº de colegiado, ncol, n col, nºcol, colegiado núm, médico colegiado, cpsm, "
        "big nummer, big registratie, agb code, agb, ordine dei medici, numero ordine, "
        "cédula profissional, crm, coren, cédula profesional, npwz, prawo wykonywania zawodu",
        r"(?=(?:.*\d){4})[A-Z0-9]{4,14}",
        family="health",
    ),
    Kind(
        "MEDICAL_DEVICE_ID",
        "device serial, device identifier, implant serial, pacemaker serial, udi, "
        "device serial number, serial number implant",
        _LONG,
        family="health",
    ),
)
"""Found by their labels alone; `national` reads them together with all others."""

PATTERNS: Final[tuple[Pattern, ...]] = ()
