"""Tokens of model vendors, payment, messaging, office, map and other services.

The forms are those that the issuers document or that their own scanners look for; each row is
issuer, fixed beginning, body. `docs/secrets.md` lists them.
"""

from __future__ import annotations

import binascii
import re
from base64 import urlsafe_b64decode
from typing import Final

from sluice.engine.detectors.secrets.forms import (
    ALNUM,
    BASE64,
    HEX,
    URLSAFE,
    UUID,
    Form,
    is_example,
)
from sluice.engine.detectors.secrets.values import is_random
from sluice.engine.patterns import Checked

_ACCESS: Final = "ACCESS_TOKEN"


def _discord_bot(match: re.Match[str]) -> Checked | None:
    """Its first part is the bot's number (a snowflake) in base 64."""
    number = match["body"].partition(".")[0]
    try:
        decoded = urlsafe_b64decode(number + "=" * (-len(number) % 4))
    except binascii.Error:
        return None
    if not decoded.isdigit() or is_example(match["body"]):
        return None
    return Checked(*match.span(), 0.97, reason="snowflake")


def _random_only(match: re.Match[str]) -> Checked | None:
    """Where the fixed beginning is so short that only a random body tells."""
    if is_example(match["body"]) or not is_random(match["body"]):
        return None
    return Checked(*match.span(), 0.75, reason="random body")


MODELS: Final = (
    Form("anthropic", r"sk-ant-(?:api|admin|oat|ort|sid)\d{2}-", rf"{URLSAFE}{{20,200}}"),
    Form("openai", r"sk-(?:proj|svcacct|admin|None)-", rf"{URLSAFE}{{20,250}}"),
    Form("openai", r"sk-", rf"{ALNUM}{{32,64}}"),
    Form("openai", r"sess-", rf"{ALNUM}{{40}}"),
    Form("openrouter", r"sk-or-v1-", rf"{HEX}{{64}}"),
    Form("huggingface", r"(?:hf|api_org)_", rf"{ALNUM}{{30,40}}"),
    Form("groq", r"gsk_", rf"{ALNUM}{{52}}"),
    Form("xai", r"xai-", rf"{ALNUM}{{80}}"),
    Form("replicate", r"r8_", rf"{ALNUM}{{37}}"),
    Form("perplexity", r"pplx-", rf"{ALNUM}{{48,56}}"),
    Form("fireworks", r"fw_", rf"{ALNUM}{{22,28}}"),
    Form("together", r"tgp_v1_", rf"{URLSAFE}{{43}}"),
    Form("cerebras", r"csk-", r"[a-z0-9]{48}"),
    Form("nvidia", r"nvapi-", rf"{URLSAFE}{{60,70}}"),
    Form("jina", r"jina_", rf"{ALNUM}{{56,64}}"),
    Form("voyage", r"(?:pa|al)-", rf"{URLSAFE}{{43}}", check=_random_only),
    Form("pinecone", r"pcsk_", rf"{ALNUM}{{4,8}}_{ALNUM}{{50,70}}"),
    Form("elevenlabs", r"sk_", rf"{HEX}{{48}}"),
    Form("wandb", r"wandb_v\d_", rf"{URLSAFE}{{40,90}}"),
    Form("modal", r"a[sk]-", rf"{ALNUM}{{22}}", check=_random_only),
    Form("anyscale", r"esecret_", r"[a-z0-9]{26}"),
    Form("tavily", r"tvly-", r"[A-Za-z0-9-]{20,50}"),
    Form("firecrawl", r"fc-", rf"{HEX}{{32}}"),
    Form("e2b", r"e2b_", rf"{HEX}{{40}}"),
    Form("helicone", r"sk-helicone-", r"[a-z0-9-]{20,60}"),
    Form("llamaindex", r"llx-", rf"{ALNUM}{{44,52}}"),
    Form("runpod", r"rpa_", r"[A-Z0-9]{40,50}"),
    Form("lambda_cloud", r"secret_", r"[a-z0-9_]{20,60}\.[A-Za-z0-9]{28,40}"),
    Form("dify", r"(?:app|dataset)-", rf"{ALNUM}{{24}}", check=_random_only),
    Form("cursor", r"key_", rf"{HEX}{{64}}"),
    Form("braintrust", r"sk-bt-", rf"{ALNUM}{{40,64}}"),
    Form("cartesia", r"sk_car_", rf"{URLSAFE}{{18,50}}"),
)

MONEY: Final = (
    Form("stripe", r"(?:sk|rk|pk)_(?:live|test)_", rf"{ALNUM}{{10,247}}"),
    Form("stripe", r"sk_org_(?:live|test)_", rf"{ALNUM}{{10,120}}"),
    Form("stripe", r"whsec_", r"[A-Za-z0-9+/]{24,64}={0,2}"),
    Form("square", r"sq0(?:atp|csp|idb)-", rf"{URLSAFE}{{22,43}}"),
    Form("square", r"EAAA", rf"{URLSAFE}{{60}}", _ACCESS),
    Form("paypal", r"access_token\$(?:production|sandbox)\$", rf"[0-9a-z]{{16}}\${HEX}{{32}}"),
    Form("paypal", r"A21AA", rf"{URLSAFE}{{80,140}}", _ACCESS),
    Form("plaid", r"access-(?:sandbox|development|production)-", UUID, _ACCESS),
    Form("razorpay", r"rzp_(?:live|test)_", rf"{ALNUM}{{14}}"),
    Form("flutterwave", r"FLW(?:SECK|PUBK)(?:_TEST)?-", r"[0-9a-zA-Z]{32,60}-X"),
    Form("mollie", r"(?:live|test)_", rf"{ALNUM}{{30}}", check=_random_only),
    Form("gocardless", r"(?:live|sandbox)_", r"[A-Za-z0-9_=-]{40}", check=_random_only),
    Form("adyen", r"AQE[a-z]hm", rf"{BASE64}{{60,400}}={{0,2}}"),
    Form("checkout", r"[sp]k_sbox_", r"[a-z0-9]{26,28}[#*$=]?"),
    Form("paddle", r"pdl_(?:live|sdbx)_apikey_", rf"[a-z0-9]{{26}}_{ALNUM}{{22}}_{ALNUM}{{3}}"),
    Form("paddle", r"pdl_ntfset_", rf"[a-z0-9]{{26}}_{URLSAFE}{{24,40}}"),
    Form("duffel", r"duffel_(?:test|live)_", r"[A-Za-z0-9_=-]{43}"),
    Form("easypost", r"EZ[AT]K", rf"{ALNUM}{{54}}"),
    Form("shippo", r"shippo_(?:live|test)_", rf"{HEX}{{40}}"),
    Form("lob", r"(?:live|test)_(?:pub_)?", rf"{HEX}{{31,35}}"),
    Form("shopify", r"shp(?:at|ca|pa|ss|ua|tka)_", r"[0-9a-fA-F]{32}"),
    Form("zoho", r"1000\.", rf"{HEX}{{32}}\.{HEX}{{32}}", _ACCESS),
    Form("woocommerce", r"c[ks]_", rf"{HEX}{{40}}"),
)

MESSAGES: Final = (
    Form("slack", r"xox[abeoprs]-", r"[A-Za-z0-9-]{10,250}"),
    Form("slack", r"xox[cd]-", r"[A-Za-z0-9%/+=-]{40,400}", _ACCESS),
    Form("slack", r"xoxe\.xox[bp]-", r"[A-Za-z0-9-]{40,300}", _ACCESS),
    Form("slack", r"xapp-\d-", r"[A-Za-z0-9-]{20,250}"),
    Form(
        "slack",
        r"(?:https://)?hooks\.slack\.com/(?:services|workflows|triggers)/",
        r"[A-Za-z0-9]{6,14}/[A-Za-z0-9]{6,24}/[A-Za-z0-9/]{16,64}",
    ),
    Form(
        "discord",
        r"(?:https://)?discord(?:app)?\.com/api/webhooks/",
        rf"\d{{17,20}}/{URLSAFE}{{60,72}}",
    ),
    Form(
        "discord",
        r"",
        rf"[MNO]{URLSAFE}{{23,27}}\.{URLSAFE}{{6}}\.{URLSAFE}{{27,40}}",
        check=_discord_bot,
        anchor=r"[MNO][A-Za-z0-9_\-]{16}[A-Za-z0-9_\-]{7,11}\.[A-Za-z0-9_\-]{6}\.",
    ),
    Form("discord", r"mfa\.", rf"{URLSAFE}{{84}}"),
    Form(
        "teams",
        r"webhook\.office\.com/webhookb2/",
        rf"{UUID}@{UUID}/IncomingWebhook/[0-9a-zA-Z]{{32}}/{UUID}(?:/{URLSAFE}{{20,60}})?",
    ),
    Form("zapier", r"hooks\.zapier\.com/hooks/catch/", r"\d{4,12}/[A-Za-z0-9]{5,12}"),
    Form(
        "ifttt",
        r"maker\.ifttt\.com/trigger/[A-Za-z0-9_-]{1,60}/with/key/",
        rf"{URLSAFE}{{20,60}}",
        anchor=r"maker\.ifttt\.com/trigger/",
    ),
    Form("make", r"hook\.(?:eu|us)\d\.make\.com/", r"[a-z0-9]{32}"),
    Form("telegram", r"\d{8,10}:AA", rf"{URLSAFE}{{33}}"),
    Form("facebook", r"EAA", rf"{ALNUM}{{80,400}}", _ACCESS),
    Form(
        "facebook", r"", rf"\d{{13,17}}\|{URLSAFE}{{27}}", anchor=r"\d{13,17}\|[A-Za-z0-9_\-]{27}"
    ),
    Form("instagram", r"IG(?:QV|AA)", rf"{URLSAFE}{{80,400}}", _ACCESS),
    Form("twitter", r"A{20,22}", r"[A-Za-z0-9%]{30,120}"),
    Form(
        "twitter",
        r"",
        rf"\d{{8,19}}-{ALNUM}{{40}}",
        _ACCESS,
        check=_random_only,
        anchor=r"\d{8,19}-[A-Za-z\d]{40}",
    ),
    Form("linkedin", r"WPL_AP1\.", r"[A-Za-z0-9]{14,20}\.[A-Za-z0-9+/=]{6,12}"),
    Form("twitch", r"oauth:", r"[a-z0-9]{30}"),
    Form("pushbullet", r"o\.", rf"{ALNUM}{{32}}", check=_random_only),
    Form("onesignal", r"os_v2_(?:app|org)_", r"[a-z2-7]{80,120}"),
    Form("sendgrid", r"SG\.", rf"{URLSAFE}{{16,32}}\.{URLSAFE}{{16,64}}"),
    Form("twilio", r"SK", rf"{HEX}{{32}}"),
    Form("mailgun", r"(?:pub)?key-", rf"{HEX}{{32}}"),
    Form("mailgun", r"", rf"{HEX}{{32}}-{HEX}{{8}}-{HEX}{{8}}", anchor=r"[\da-f]{32}-[\da-f]{8}-"),
    Form("mailchimp", r"", rf"{HEX}{{32}}-us\d{{1,2}}", anchor=r"[0-9a-f]{32}-us"),
    Form("mandrill", r"md-", rf"{URLSAFE}{{22}}", check=_random_only),
    Form("brevo", r"x(?:keysib|smtpsib)-", rf"{HEX}{{64}}-{ALNUM}{{16}}"),
    Form("resend", r"re_", rf"{ALNUM}{{8}}_{ALNUM}{{24}}"),
    Form("mailersend", r"mlsn\.", rf"{HEX}{{64}}"),
    Form("klaviyo", r"pk_", rf"{HEX}{{34}}"),
    Form("courier", r"pk_(?:prod|test)_", r"[A-Z0-9]{28}"),
    Form("telnyx", r"KEY", rf"[0-9A-F]{{32}}_{ALNUM}{{22}}"),
    Form("intercom", r"dG9rO", rf"{BASE64}{{50,80}}={{0,2}}"),
    Form("beamer", r"b_", r"[A-Za-z0-9=_-]{44}", check=_random_only),
    Form(
        "ably",
        r"",
        rf"{URLSAFE}{{6}}\.{URLSAFE}{{6}}:{URLSAFE}{{43}}",
        check=_random_only,
        anchor=r"[A-Za-z0-9_\-]{6}\.[A-Za-z0-9_\-]{6}:[A-Za-z0-9_\-]{43}",
    ),
)

OFFICE: Final = (
    Form("notion", r"ntn_", rf"{ALNUM}{{40,50}}"),
    Form("notion", r"secret_", rf"{ALNUM}{{43}}"),
    Form("linear", r"lin_(?:api|oauth)_", rf"{ALNUM}{{40,64}}"),
    Form("figma", r"fig[dou]_", rf"{URLSAFE}{{40,50}}"),
    Form("canva", r"cnvca", rf"{URLSAFE}{{48,54}}"),
    Form(
        "airtable", r"pat", rf"{ALNUM}{{14}}\.{HEX}{{64}}", anchor=r"pat[A-Za-z\d]{14}\.[\da-f]{8}"
    ),
    Form("asana", r"[12]/", rf"\d{{16}}(?:/\d{{16}})?:{HEX}{{32}}", anchor=r"[12]/\d{16}"),
    Form("clickup", r"pk_", r"\d{5,9}_[A-Z0-9]{32}"),
    Form("trello", r"ATTA", rf"{HEX}{{64}}[0-9A-F]{{8}}"),
    Form("hubspot", r"pat-(?:na|eu|ap)\d-", UUID),
    Form(
        "salesforce",
        r"00D",
        rf"{ALNUM}{{12,15}}![A-Za-z0-9._]{{80,200}}",
        _ACCESS,
        anchor=r"00D[A-Za-z\d]{12,15}!",
    ),
    Form("salesforce", r"3MVG9", r"[A-Za-z0-9._]{80,100}"),
    Form("dropbox", r"sl\.", rf"(?:u\.)?{URLSAFE}{{130,1500}}", _ACCESS),
    Form("contentful", r"CFPAT-", rf"{URLSAFE}{{43}}"),
    Form("sanity", r"sk", rf"{ALNUM}{{170,190}}", anchor=r"sk[A-Za-z\d]{90}"),
    Form("typeform", r"tfp_", r"[A-Za-z0-9_.=-]{40,64}"),
    Form("frameio", r"fio-u-", r"[A-Za-z0-9_=-]{64}"),
    Form("adobe", r"p8e-", rf"{URLSAFE}{{32}}"),
    Form("okta", r"SSWS ", rf"00{URLSAFE}{{40}}", anchor=r"SSWS 00", named=True),
    Form("stytch", r"secret-(?:live|test)-", r"[A-Za-z0-9_-]{35,50}=?"),
    Form(
        "authress",
        r"(?:sc|ext|scauth|authress)_",
        r"[A-Za-z0-9]{5,30}\.[A-Za-z0-9]{4,6}\.acc[_-][A-Za-z0-9-]{10,32}\.[A-Za-z0-9+/_=-]{30,120}",
    ),
    Form(
        "maxmind",
        r"",
        rf"{ALNUM}{{6}}_{ALNUM}{{29}}_mmk",
        anchor=r"[A-Za-z\d]{6}_[A-Za-z\d]{29}_mmk",
    ),
    Form(
        "rapidapi",
        r"",
        rf"{HEX}{{10}}msh{HEX}{{15}}p1{HEX}{{6}}jsn{HEX}{{12}}",
        anchor=r"[\da-f]{10}msh[\da-f]{15}p1",
    ),
    Form("mapbox", r"[pst]k\.eyJ", rf"{URLSAFE}{{20,120}}\.{URLSAFE}{{22}}"),
    Form("adafruit", r"aio_", rf"{ALNUM}{{28}}"),
    Form("ubidots", r"BBFF-", rf"{ALNUM}{{30}}"),
    Form("intra42", r"s-s4t2(?:ud|af)-", rf"{HEX}{{64}}"),
    Form("zuplo", r"zpka_", r"[A-Za-z0-9_]{30,90}"),
    Form("liveblocks", r"sk_(?:dev|prod)_", rf"{URLSAFE}{{40,80}}"),
    Form("clearbit", r"sk_", rf"{HEX}{{32}}"),
)

FORMS: Final[tuple[Form, ...]] = (*MODELS, *MONEY, *MESSAGES, *OFFICE)
