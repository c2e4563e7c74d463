"""Amounts of money in what courts write: with the date and the town they tell whose case it was.

In other text an amount is nobody's: prices, turnovers and budgets stay below 0.5. Only words of a
lawsuit near it raise it.
"""

from __future__ import annotations

from typing import Final

from sluice.engine.detectors.periods import COURTS
from sluice.engine.patterns import Pattern, byte_pattern, context

_CODE: Final = (
    r"(?-i:EUR|USD|GBP|CHF|TR[LY]|BG[NL]|PLN|RU[BR]|UAH|HUF|CZK|RO[NL]|SEK|NOK|DKK|HRK|RSD|ALL|AMD"
    r"|AZN|GEL|MDL|LVL|LTL|EEK|SKK|SIT|MKD|BAM|ISK|CAD|AUD|NZD|INR|JPY|CNY|FRF|DEM|ITL|ATS|BEF|NLG"
    r"|ESP|PTE|FIM|IEP|GRD|CYP|MTL|KZT|BRL|MXN|ZAR)"
)
"""ISO 4217, those of the last forty years in Europe included."""
_SIGN: Final = r"(?:[$\u20ac\u00a3\u20b9]|(?:US|CA|AU)\$|(?-i:Rs)\.?)"
_NAME: Final = (
    r"(?:euros?|dollars?|pounds(?: sterling)?|(?:(?:swiss|french|belgian) )?francs?"
    r"|(?:(?:german|deutsche) )?marks?|(?:italian )?lire|(?:turkish )?liras?"
    r"|(?:bulgarian )?lev[sa]?|(?:russian )?ro?ubles?|(?:polish )?z[l\u0142]otys?"
    r"|(?:hungarian )?forints?"
    r"|(?:(?:czech|slovak) )?korunas?|(?:(?:romanian|moldovan) )?lei|(?:ukrainian )?hryvnias?"
    r"|(?:serbian )?dinars?|(?:(?:swedish|danish|norwegian) )?kron(?:or|er|a)|drachmas?|pesetas"
    r"|escudos|guilders|schillings|rupees|pesos|tenge|lari|drams|manats?|denars|kunas|litai|lats)"
)
_NUMBER: Final = (
    r"\d{1,3}(?:[., '\u2019\u00a0]\d{2,3}){0,5}(?:[.,]\d{1,2})?(?:[.,]-{1,2})?"
    r"(?: (?:million|billion|thousand|mio\.?|millionen|millions?|millones))?"
)
"""At most 51 code points."""
_LAWSUITS: Final = context(
    f"{COURTS} damage damages compensation pecuniary plaintiff plaintiffs defendant defendants "
    "claimant respondent awarded fined bail indemnity salary wage wages earns pension alimony "
    "schmerzensgeld schadensersatz kläger "
    "klägerin beklagte beklagten dommages préjudice condamne condamné verser indemnización "
    "demandante "
    "demandado condena risarcimento ricorrente schadevergoeding",
    boost=0.3,
)
_SPACE: Final = r"[ \u00a0]?"
_SPACE_BYTES: Final = byte_pattern("(?:[ ]|\u00a0)?")
_CODE_BYTES: Final = _CODE.replace("?-i:", "?:")
_SIGN_BYTES: Final = byte_pattern(_SIGN.replace("?-i:", "?:"))
_NAME_BYTES: Final = byte_pattern(_NAME)
_EURO_BYTES: Final = byte_pattern(r"(?:\u20ac|\u00a3)")
_LARGE: Final = r"(?: (?:million|billion|thousand|mio\.?|millionen|millions?|millones))?"

PATTERNS: Final = (
    Pattern(
        name="money.code_first",
        entity_type="MONEY",
        regex=rf"(?<![\w$])(?:{_CODE}|{_SIGN}){_SPACE}{_NUMBER}(?![\w%])",
        anchor=rf"(?:{_CODE_BYTES}|{_SIGN_BYTES}){_SPACE_BYTES}\d",
        reach=3 + 1 + 1,
        longest=64,
        score=0.3,
        context=_LAWSUITS,
        ignore_case=True,
    ),
    Pattern(
        name="money.code_behind",
        entity_type="MONEY",
        regex=rf"(?<![\w.,$\u20ac\u00a3]){_NUMBER}"
        rf"(?: {_NAME}(?: \({_CODE}\))?|{_SPACE}(?:{_CODE}|\u20ac|\u00a3))(?![A-Za-z0-9])",
        anchor=rf"(?:\d|-){_LARGE}{_SPACE_BYTES}(?:{_NAME_BYTES}|{_CODE_BYTES}|{_EURO_BYTES})",
        reach=64,
        longest=96,
        score=0.3,
        context=_LAWSUITS,
        ignore_case=True,
    ),
)
