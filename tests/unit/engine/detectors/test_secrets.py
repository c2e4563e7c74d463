"""Tokens, keys and passwords: tables of what is one, and of what only stands for one.

Every value here is made up; their bodies are assembled so that no scanner takes them for real.
"""

from __future__ import annotations

from binascii import crc32

import pytest
from tests.unit.engine.detectors.secrets_marking import (
    BACKENDS,
    check_found,
    check_nothing,
    found,
)

MIXED = "aZ3kL9mQ2xW7vB5nT8cR4yU6iO1pS0dF"  # 32 letters and digits
LONG = MIXED + MIXED[::-1] + MIXED[8:] + MIXED[:8]
HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
B64 = "Ab3/Cd5+Ef7Gh9Ij1Kl3Mn5Op7Qr9St1Uv3Wx5Yz7"


def _checksummed(prefix: str, body: str) -> str:
    """A token whose last six characters are the CRC-32 of the body in base 62."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    number, digits = crc32(body.encode()), ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = alphabet[digit] + digits
    return prefix + body + digits


def _type_of(marked: str) -> str:
    """What is granted to act for somebody is an access token, all else is a key."""
    name = marked.partition("[[")[0].lower()
    granted = any(word in name for word in ("bearer", "access", "token :="))
    return "ACCESS_TOKEN" if granted and "secret_access" not in name else "API_KEY"


TOKENS = (
    ("aws", "AKIA" + "Q3EGTZ7XVM2LKP5R"),
    ("aws", "ASIA" + "Q3EGTZ7XVM2LKP5R"),
    ("google", "AIza" + LONG[:35]),
    ("google", "GOCSPX-" + LONG[:28]),
    ("github", _checksummed("ghp_", MIXED[:30])),
    ("github", "gho_" + LONG[:36]),
    ("github", "ghs_" + LONG[:36]),
    ("github", "github_pat_" + LONG[:22] + "_" + LONG[:59]),
    ("gitlab", "glpat-" + LONG[:20]),
    ("slack", "xoxb-" + "123456789012-" + LONG[:24]),
    ("slack", "xapp-1-" + "A0123456789-" + HEX),
    ("slack", "hooks.slack.com/services/T0A1B2C3D/B0A1B2C3D/" + LONG[:24]),
    ("discord", "discord.com/api/webhooks/123456789012345678/" + LONG[:68]),
    ("stripe", "sk_live_" + LONG[:24]),
    ("stripe", "rk_test_" + LONG[:24]),
    ("stripe", "pk_live_" + LONG[:24]),
    ("stripe", "whsec_" + LONG[:32]),
    ("openai", "sk-" + LONG[:48]),
    ("openai", "sk-proj-" + LONG),
    ("anthropic", "sk-ant-api03-" + LONG[:93]),
    ("huggingface", "hf_" + LONG[:34]),
    ("npm", _checksummed("npm_", MIXED[:30])),
    ("pypi", "pypi-" + "AgEIcHlwaS5vcmc" + LONG),
    ("sendgrid", "SG." + LONG[:22] + "." + LONG[:43]),
    ("twilio", "SK" + HEX),
    ("digitalocean", "dop_v1_" + HEX + HEX[::-1]),
    ("databricks", "dapi" + HEX),
    ("shopify", "shpat_" + HEX),
    ("hashicorp", "hvs." + LONG[:30]),
    ("docker", "dckr_pat_" + LONG[:27]),
    ("groq", "gsk_" + LONG[:52]),
    ("telegram", "123456789:AA" + LONG[:33]),
    ("mailchimp", HEX + "-us12"),
    ("grafana", "glsa_" + LONG[:32] + "_" + HEX[:8]),
)
AROUND = ("{}", "key: {}.", '"{}"', "export T={};", "令牌{}。", "<{}>", "a\r\n{}\x00")

KEYS = (
    f"AccountKey=[[{LONG[:86]}==]]",
    f"aws_secret_access_key = [[{B64[:40]}]]",
    f'AWS_SECRET_ACCESS_KEY="[[{B64[:40]}]]"',
    f"api_key = '[[{MIXED}]]'",
    f'"apiKey": "[[{MIXED}]]"',
    f"API_TOKEN=[[{MIXED}]]",
    f"client_secret: [[{MIXED}]]",
    f"Authorization: Bearer [[{MIXED}]]",
    f"https://x.example.org/c?sv=1&sig=[[{MIXED}{MIXED[:11]}%3D]]",
    f"SECRET_KEY = b'[[{MIXED}]]'",
    f"const accessToken = `[[{MIXED}]]`;",
    f"webhook_secret: [[{MIXED}]]",
    f"my access token is [[{MIXED}]]",
    f'token := "[[{MIXED}]]"',
    f"signing-key: [[{HEX}]]",
)
NOT_KEYS = (
    "ghp_" + "x" * 36,
    "sk_live_" + "x" * 24,
    "sk-your-key-here",
    "sk-ant-api03-...",
    "AKIA0000000000000000",
    "api_key = <your-key>",
    "api_key = ${API_KEY}",
    "api_key = os.environ['API_KEY']",
    "api_key: xxxxxxxxxxxxxxxxxxxx",
    "API_KEY=changeme",
    "token = get_token()",
    "secret: None",
    "access_token = response.json()['access_token']",
    "the token is missing",
    "max_tokens=4096",
    "task-" + "a" * 40,
    "hf_hub_download",
    "npm_config_registry",
    "Authorization: Bearer <token>",
    "secret_key = settings.SECRET_KEY",
    "key = lambda item: item[0]",
)
JWTS: tuple[str, ...] = (
    "[[eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w]]",
    "Bearer [[eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln]].",
    'token: "[[eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0]]."',
    "x=[[eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiIxIn0.QUJD-_]]&y",
    "([[eyJ0eXAiOiJKV1QiLCJhbGciOiJFUzI1NiJ9.eyJzdWIiOiIxIn0.QUJD]])",
    "令牌[[eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln]]。",
    "[[eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a2V5X2tleQ.aXZfaXY.Y2lwaGVy.dGFn]]",
)
JWTS += tuple(
    around.replace("{}", "[[eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln]]")
    for around in (
        "Cookie: session={}; Path=/",
        "https://example.org/cb#id_token={}&state=1",
        "{},{}",
        "<jwt>{}</jwt>",
        "\r\n{}\r\n",
        "\U0001f600{}\U0001f600",
        "eyJ {}",
        "'{}'",
    )
)
NOT_JWTS = (
    "ey",
    "eyJ",
    "eyJ" * 40,
    "eyJhbGciOiJIUzI1NiJ9.",
    "eyJhbGciOiJIUzI1NiJ9.abc",
    "eyJbXQ.eyJzdWIiOiIxIn0.c2ln",
    "EYJHBGCIOIJIUZI1NIJ9.EYJZDWIIOIIXIN0.C2LN",
    "-eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "eyJhbGciOiJIUzI1NiJ9",
    "eyJub3QganNvbg.eyJzdWIiOiIxIn0.c2ln",
    "eyJhIjoxfQ.eyJzdWIiOiIxIn0.c2ln",
    "eyJ.eyJ.sig",
    "xeyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
    "a.b.c",
    "module.submodule.function",
    "eyJhbGciOiJIUzI1NiJ9 .eyJzdWIiOiIxIn0.c2ln",
)
_BODY = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\nBKcwggSjAgEAAoIBAQC7\n"
PRIVATE: tuple[str, ...] = (
    f"[[-----BEGIN PRIVATE KEY-----\n{_BODY}-----END PRIVATE KEY-----]]",
    f"x [[-----BEGIN RSA PRIVATE KEY-----\n{_BODY}-----END RSA PRIVATE KEY-----]] y",
    f"[[-----BEGIN EC PRIVATE KEY-----\n{_BODY}-----END EC PRIVATE KEY-----]]",
    f"[[-----BEGIN OPENSSH PRIVATE KEY-----\n{_BODY}-----END OPENSSH PRIVATE KEY-----]]",
    f"[[-----BEGIN ENCRYPTED PRIVATE KEY-----\n{_BODY}-----END ENCRYPTED PRIVATE KEY-----]]",
    f"[[-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{_BODY}-----END PGP PRIVATE KEY BLOCK-----]]",
    'K="[[-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq\\n-----END PRIVATE KEY-----]]\\n"',
    "[[-----BEGIN PRIVATE KEY-----MIIEvQIBADANBgkq-----END PRIVATE KEY-----]]",
    f"[[-----BEGIN PRIVATE KEY-----\r\n{_BODY.replace(chr(10), chr(13) + chr(10))}"
    "-----END PRIVATE KEY-----]]",
    "[[-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n"
    "-----END RSA PRIVATE KEY-----]]",
    "[[-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC]]\nand then it was cut off",
)
PRIVATE += tuple(
    around.replace("{}", f"[[-----BEGIN PRIVATE KEY-----\n{_BODY}-----END PRIVATE KEY-----]]")
    for around in ("```\n{}\n```", '"{}"', "密{}密", "{}\n{}", "key: |\n{}\n", "\x00{}\x00")
)
NOT_PRIVATE = (
    "-----BEGIN SSH PUBLIC KEY-----",
    "----- BEGIN PRIVATE KEY -----",
    "-----BEGIN private key-----",
    "----BEGIN PRIVATE KEY----",
    "-----BEGIN CERTIFICATE REQUEST-----",
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ jane@host",
    "-----BEGIN DH PARAMETERS-----",
    "a private key begins with five dashes",
    f"-----BEGIN PUBLIC KEY-----\n{_BODY}-----END PUBLIC KEY-----",
    f"-----BEGIN CERTIFICATE-----\n{_BODY}-----END CERTIFICATE-----",
    "BEGIN PRIVATE KEY",
    "-----BEGIN PRIVATE KEY-----",
    "a line of ----- dashes -----",
    "-----END PRIVATE KEY-----",
    f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n{_BODY}-----END PGP PUBLIC KEY BLOCK-----",
)
PASSWORDS = (
    "password=[[hunter2!]]",
    "password: [[Tr0ub4dor&3]]",
    '"passwd": "[[s3cr3tValue]]"',
    "My password is [[hunter2!]]",
    "my password is [[Blue42Horse]].",
    "DB_PASSWORD=[[p4ssW0rd]]",
    "export PGPASSWORD=[[abc123xyz]]",
    "userPassword = '[[longhorse]]'",
    "pwd=[[Qwerty123]];",
    "spring.datasource.password=[[s3cret99]]",
    '  password: "[[with9chars]]"\n',
    "passphrase: [[correct-horse-9]]",
    "Passwort: [[geheim123!]]",
    "{'password': '[[abc!def]]'}",
    "pass: [[x7Kp2q]]",
    "https://user:[[word1pass]]@example.org",
    'password => "[[q1w2e3r4]]"',
    "--password=[[Zx81spectrum]]",
    "password = `[[t1ckTock]]`",
    "口令 password=[[h3llo密]]",
    "Password:[[Secure*Pass7]]",
    "ldap.password=[[master]]",
    "password=[[Pa55w.rd]]",
    "username: admin, password: [[admin]]",
    "DB_PASSWORD=${DB_PASSWORD:-[[summer2019]]}",
    '"DbPassword": "[[dev_pw]]",',
    "passwords:\n  - [[f1rstOne]]",
)
NOT_PASSWORDS = (
    "password=<your-password>",
    "password=xxxx",
    "password=${DB_PASSWORD}",
    "password=changeme",
    "password=****",
    "password = os.environ['PW']",
    "password = None",
    "password: str",
    "password: Optional[str] = None",
    "password = getpass()",
    "password = user.password",
    "password=password",
    "password is required",
    "password is incorrect",
    "The password is not valid.",
    "password is too short",
    "forgot your password?",
    "password reset",
    "compass: north1",
    "password_hash = bcrypt.hash(pw)",
    "password=%s",
    "password={{ vault_password }}",
    "password = $1",
    "if password == other.password:",
    "https://example.org:8080/a@b",
    "https://user:${PASSWORD}@example.org",
    "password: ''",
    "pass: 12",
)


@pytest.mark.parametrize(("issuer", "token"), TOKENS)
def test_a_token_is_found_whole_and_its_issuer_is_named(issuer: str, token: str) -> None:
    for around in AROUND:
        text = around.format(token)
        start = text.index(token)
        for backend in BACKENDS:
            spans = [(item.start, item.end, item.detector) for item in found(text, backend)]
            names = (f"api_key.{issuer}", f"access_token.{issuer}")
            assert spans in [[(start, start + len(token), name)] for name in names]


def test_a_token_with_a_fitting_checksum_is_surer_than_one_without() -> None:
    right, wrong = _checksummed("ghp_", MIXED[:30]), "ghp_" + LONG[:36]
    assert [found(token)[0].score for token in (right, wrong)] == [0.99, 0.8]


@pytest.mark.parametrize("marked", KEYS)
def test_a_key_is_found_by_the_name_in_front_of_it(marked: str) -> None:
    check_found(marked, _type_of(marked))


@pytest.mark.parametrize("text", NOT_KEYS)
def test_a_stand_in_for_a_key_is_not_found(text: str) -> None:
    check_nothing(text)


@pytest.mark.parametrize("marked", JWTS)
def test_a_signed_token_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "JWT")


@pytest.mark.parametrize("text", NOT_JWTS)
def test_what_has_no_json_header_is_not_a_signed_token(text: str) -> None:
    check_nothing(text)


@pytest.mark.parametrize("marked", PRIVATE)
def test_a_private_key_is_found_from_its_first_to_its_last_dash(marked: str) -> None:
    check_found(marked, "PRIVATE_KEY")


@pytest.mark.parametrize("text", NOT_PRIVATE)
def test_what_is_public_is_not_a_private_key(text: str) -> None:
    check_nothing(text)


@pytest.mark.parametrize("marked", PASSWORDS)
def test_a_password_is_found_with_exactly_its_span(marked: str) -> None:
    check_found(marked, "PASSWORD")


@pytest.mark.parametrize("text", NOT_PASSWORDS)
def test_a_stand_in_for_a_password_is_not_found(text: str) -> None:
    check_nothing(text)
