"""Value added tax numbers: two letters of the country, then what its authority gave."""

from __future__ import annotations

from typing import Final

from sluice.engine.detectors.labelled.kind import Form, Kind

_LABELS: Final = (
    "vat, vat id, vat reg, vat registration, vat identification, vatin, ust id, ust idnr, ustid, "
    "umsatzsteuer id, umsatzsteuer identifikationsnummer, uid, mwst, tva, n tva, "
    "tva intracommunautaire, iva, nif iva, partita iva, p iva, número de iva, btw, btw id, "
    "btw nummer, momsnummer, moms, moms nr, momsreg, nip ue, dič, ddv, áfa, adószám, pvm, pvn, "
    "kmkr, alv, cvr, cui, cif, eik, ддс, αφμ, vies, tax id, tax number, tax"
)
# Country, expression of what follows its letters, module of python-stdnum, score alone. The forms
# are those of the European Commission's VIES; a single check digit is sure enough together with
# the country's letters.
_ROWS: Final = (
    ("AT", r"U\d{8}", "at.uid", 0.9),
    ("BE", r"[01]\d{9}", "be.vat", 0.85),
    ("BG", r"\d{9,10}", "bg.vat", 0.6),
    ("CY", r"\d{8}[A-Z]", "cy.vat", 0.8),
    ("CZ", r"\d{8,10}", "cz.dic", 0.6),
    ("DE", r"\d{9}", "de.vat", 0.8),
    ("DK", r"\d{8}", "dk.cvr", 0.7),
    ("EE", r"\d{9}", "ee.kmkr", 0.7),
    ("EL", r"\d{9}", "gr.vat", 0.8),
    ("ES", r"[A-Z0-9]\d{7}[A-Z0-9]", "es.nif", 0.85),
    ("FI", r"\d{8}", "fi.alv", 0.7),
    ("FR", r"[A-Z0-9]{2}\d{9}", "fr.tva", 0.85),
    ("HR", r"\d{11}", "hr.oib", 0.8),
    ("HU", r"\d{8}", "hu.anum", 0.7),
    ("IE", r"\d[A-Z0-9]\d{5}[A-Z]{1,2}", "ie.vat", 0.8),
    ("LT", r"\d{9}(?:\d{3})?", "lt.pvm", 0.6),
    ("LU", r"\d{8}", "lu.tva", 0.8),
    ("LV", r"\d{11}", "lv.pvn", 0.6),
    ("MT", r"\d{8}", "mt.vat", 0.7),
    ("NL", r"\d{9}B\d{2}", "nl.btw", 0.95),
    ("PL", r"\d{10}", "pl.nip", 0.7),
    ("PT", r"\d{9}", "pt.nif", 0.7),
    ("RO", r"\d{2,10}", "ro.cf", 0.0),
    ("SE", r"\d{10}01", "se.vat", 0.85),
    ("SI", r"\d{8}", "si.ddv", 0.7),
    ("SK", r"\d{10}", "sk.dph", 0.7),
    ("GB", r"\d{9}(?:\d{3})?", "gb.vat", 0.8),
)
_NAMES: Final = {"EL": "GR_VAT", "GB": "UK_VAT", "IT": "IT_VAT_CODE"}


def _kind(country: str, rest: str, module: str, alone: float) -> Kind:
    spaced = Form(f"{country} ?{rest}", alone)
    return Kind(
        _NAMES.get(country, f"{country}_VAT"),
        _LABELS,
        f"{country}{rest}",
        module,
        (spaced,) if alone else (),
        "country code and check digit",
    )


KINDS: Final = tuple(_kind(*row) for row in _ROWS)
