"""Tokens and keys that services issue, known by the form that their issuer gave them.

A row of `_FORMS` is all that a further issuer needs.
"""

from __future__ import annotations

import re
from binascii import crc32
from typing import Final, NamedTuple

from sluice.engine.detectors.secrets_text import bits_per_point, is_placeholder
from sluice.engine.patterns import Check, Checked, Pattern, Precedence

_BASE62: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LEAST_BITS: Final = 2.5
"""Bodies of less entropy are examples: `ghp_aaaaaaaa…`."""


def _body(match: re.Match[str]) -> Checked | None:
    """A token whose body is not an example's."""
    body = match["body"]
    if is_placeholder(body) or bits_per_point(body) < _LEAST_BITS:
        return None
    return Checked(*match.span(), 0.95)


def _with_crc(match: re.Match[str]) -> Checked | None:
    """GitHub's and npm's form: the last six characters are the CRC-32 of the rest, in base 62.

    A token whose checksum does not fit is still more likely a mistyped one than anything else.
    """
    found = _body(match)
    if found is None:
        return None
    body = match["body"]
    return found._replace(score=0.99 if _crc62(body[:-6]) == body[-6:] else 0.8)


def _crc62(text: str) -> str:
    number, digits = crc32(text.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits


class Form(NamedTuple):
    """How an issuer writes its tokens: a fixed beginning and a body, both as expressions.

    `prefix` is matched by Hyperscan as it stands; `longest` is the most code points of prefix
    and body.
    """

    issuer: str
    prefix: str
    body: str
    longest: int
    check: Check = _body
    reach: int = 24


_FORMS: Final = (
    # Issued ones are base32; examples and tests often are not, and nothing else looks so.
    Form("aws", r"(?:AKIA|ASIA|ABIA|ACCA)", r"[A-Z0-9]{16}", 20),
    Form("google", r"AIza", r"[A-Za-z0-9_-]{35}", 39),
    Form("google", r"GOCSPX-", r"[A-Za-z0-9_-]{28}", 35),
    Form("google", r"ya29\.", r"[A-Za-z0-9_-]{20,400}", 405),
    Form("github", r"gh[pousr]_", r"[A-Za-z0-9]{36}", 40, _with_crc),
    Form("github", r"ghs_", r"[A-Za-z0-9]{37,255}", 260),
    Form("github", r"github_pat_", r"[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", 93),
    Form(
        "gitlab",
        r"gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent|imt)-",
        r"[A-Za-z0-9_-]{20,300}(?:\.[A-Za-z0-9_-]{2,40}){0,3}",
        440,
    ),
    Form("slack", r"xox[abeoprs]-", r"[A-Za-z0-9-]{10,250}", 256),
    Form("slack", r"xapp-\d-", r"[A-Za-z0-9-]{20,250}", 260),
    Form("stripe", r"(?:sk|rk|pk)_(?:live|test)_", r"[A-Za-z0-9]{10,247}", 256),
    Form("stripe", r"whsec_", r"[A-Za-z0-9+/]{24,64}", 72),
    Form("anthropic", r"sk-ant-(?:api|admin|oat|sid)\d{2}-", r"[A-Za-z0-9_-]{20,200}", 220),
    Form("openai", r"sk-(?:proj|svcacct|admin|None)-", r"[A-Za-z0-9_-]{20,250}", 264),
    Form("openai", r"sk-", r"[A-Za-z0-9]{32,64}", 67),
    Form("openrouter", r"sk-or-v1-", r"[0-9a-f]{64}", 73),
    Form("huggingface", r"(?:hf|api_org)_", r"[A-Za-z0-9]{30,40}", 48),
    Form("npm", r"npm_", r"[A-Za-z0-9]{36}", 40, _with_crc),
    Form("pypi", r"pypi-", r"[A-Za-z0-9_-]{50,300}", 305),
    Form("sendgrid", r"SG\.", r"[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{16,64}", 100),
    Form("twilio", r"SK", r"[0-9a-f]{32}", 34),
    Form("mailgun", r"key-", r"[0-9a-f]{32}", 36),
    Form("digitalocean", r"do[opr]_v1_", r"[0-9a-f]{64}", 71),
    Form("databricks", r"dapi", r"[0-9a-f]{32}(?:-\d)?", 38),
    Form("shopify", r"shp(?:at|ca|pa|ss)_", r"[0-9a-fA-F]{32}", 38),
    Form("square", r"sq0(?:atp|csp)-", r"[A-Za-z0-9_-]{22,43}", 50),
    Form("hashicorp", r"hv[sbr]\.", r"[A-Za-z0-9_-]{24,300}", 304),
    Form("linear", r"lin_api_", r"[A-Za-z0-9]{40}", 48),
    Form("notion", r"ntn_", r"[A-Za-z0-9]{40,50}", 54),
    Form("docker", r"dckr_pat_", r"[A-Za-z0-9_-]{27}", 36),
    Form("postman", r"PMAK-", r"[0-9a-f]{24}-[0-9a-f]{34}", 64),
    Form("new_relic", r"NRAK-", r"[A-Z0-9]{27}", 32),
    Form("grafana", r"glsa_", r"[A-Za-z0-9]{32}_[0-9a-fA-F]{8}", 46),
    Form("groq", r"gsk_", r"[A-Za-z0-9]{52}", 56),
    Form("xai", r"xai-", r"[A-Za-z0-9]{80}", 84),
    Form("replicate", r"r8_", r"[A-Za-z0-9]{37}", 40),
    Form("perplexity", r"pplx-", r"[A-Za-z0-9]{48,56}", 61),
    Form("sentry", r"sntry[su]_", r"[A-Za-z0-9+/=_-]{40,300}", 307),
    Form("supabase", r"sb[ps]_", r"[0-9a-f]{40}", 44),
    Form("rubygems", r"rubygems_", r"[0-9a-f]{48}", 57),
    Form("atlassian", r"ATATT3", r"[A-Za-z0-9_=-]{60,250}", 256),
    Form("figma", r"figd_", r"[A-Za-z0-9_-]{40,50}", 55),
    Form("doppler", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", r"[A-Za-z0-9]{40,44}", 54),
    Form("age", r"AGE-SECRET-KEY-1", r"[02-9AC-HJ-NP-Z]{58}", 74),
    Form(
        "slack",
        r"hooks\.slack\.com/(?:services|workflows|triggers)/",
        r"[A-Za-z0-9]{6,14}/[A-Za-z0-9]{6,24}/[A-Za-z0-9/]{16,64}",
        140,
        reach=44,
    ),
    Form(
        "discord",
        r"discord(?:app)?\.com/api/webhooks/",
        r"\d{17,20}/[A-Za-z0-9_-]{60,72}",
        130,
        reach=40,
    ),
    Form("azure", r"AccountKey=", r"[A-Za-z0-9+/]{86}==", 99),
    Form("azure", r"SharedAccessKey=", r"[A-Za-z0-9+/]{43}=", 60),
    Form("azure", r"[?&;]sig=", r"(?:[A-Za-z0-9+/]|%[0-9A-Fa-f]{2}){40,64}(?:=|%3[Dd])", 210),
    Form("telegram", r"\d{8,10}:AA", r"[A-Za-z0-9_-]{33}", 46),
    Form("mailchimp", r"", r"[0-9a-f]{32}-us\d{1,2}", 38, reach=36),
)
# Where the fixed beginning is a name rather than a part of the secret.
_NAMED: Final = frozenset(("AccountKey=", "SharedAccessKey=", "[?&;]sig="))


def _pattern(form: Form) -> Pattern:
    start = "" if form.prefix.startswith("[") else "(?<![A-Za-z0-9])"
    end = "(?![A-Za-z0-9])"
    check = form.check
    if form.prefix in _NAMED:
        check = _body_only
    return Pattern(
        name=f"api_key.{form.issuer}",
        entity_type="API_KEY",
        regex=rf"{start}{form.prefix}(?P<body>{form.body}){end}",
        anchor=form.prefix or r"[0-9a-f]{32}-us",
        reach=form.reach,
        longest=form.longest + 2,
        score=0.95,
        check=check,
        precedence=Precedence.SECRET,
    )


def _body_only(match: re.Match[str]) -> Checked | None:
    """The secret without the name in front of it."""
    found = _body(match)
    return found._replace(start=match.start("body")) if found else None


PATTERNS: Final = tuple(_pattern(form) for form in _FORMS)
