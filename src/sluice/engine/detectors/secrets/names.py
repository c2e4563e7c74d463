"""What the name in front of a value says about it: `db_password`, `clientSecret`, `max_tokens`."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final

from sluice.engine.patterns import words


class Kind(Enum):
    """What a name promises about its value."""

    PASSWORD = auto()
    PIN = auto()
    """Digits alone."""
    HASH = auto()
    """The hash of a password."""
    SECRET = auto()
    KEY = auto()
    PRIVATE = auto()
    """A private key."""
    TOKEN = auto()
    WEAK = auto()
    """`key`, `auth`, `session`: secret only if the value is random."""

    @property
    def entity_type(self) -> str:
        """The entity type of a value under such a name."""
        return _ENTITY_TYPES.get(self, "API_KEY")


_ENTITY_TYPES: Final = {
    Kind.PASSWORD: "PASSWORD",
    Kind.PIN: "PASSWORD",
    Kind.HASH: "PASSWORD_HASH",
    Kind.TOKEN: "ACCESS_TOKEN",
    Kind.PRIVATE: "PRIVATE_KEY",
}

STEMS: Final = (
    r"pass|passwort|pwd|pswd|psw|kennwort|contrase[^\s=:\"']{1,2}a|clave|mot[ _-]?de[ _-]?passe"
    r"|mdp|senha"
    r"|wachtwoord|parola|secret|token|key|cred|auth|salt|psk|pin|pw|dsn|seed|mnemonic|otp|sas|sig"
    r"|session|sid|cookie|jwt|bearer|license|licence|community|webhook|crypt|hmac"
)
"""Regular expression of the parts of names that may mean a secret; ASCII case is ignored."""
STEMS_BYTES: Final = STEMS.replace("{1,2}a", "{1,8}a")
"""The same over UTF-8 bytes, for anchors."""
LONGEST_STEM: Final = 14

_SPLIT: Final = re.compile(r"[^\W\d_]+")
_CAMEL: Final = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_PASSWORDS: Final = words(
    "password passwords passwd passwds passphrase passphrases passcode passwort passwörter "
    "kennwort contraseña contrasena "
    "clave claves motdepasse mdp senha senhas wachtwoord parola pass pwd pwds pw pswd psw passw "
    "pwrd passwrd psk "
    "passkey passwordhere userpass userpassword bindpw rootpw bindpasswd storepass keypass "
    "requirepass "
    "masterauth authtok sshpass wpapsk"
)
_PASSWORD_ENDS: Final = (
    "password",
    "passwd",
    "passphrase",
    "passwort",
    "kennwort",
    "pass",
    "pwd",
    "pswd",
    "passw",
    "passwords",
)
_NOT_PASSWORDS: Final = words(
    "compass bypass surpass trespass overpass underpass encompass multipass singlepass onepass "
    "renderpass forcepass firstpass secondpass"
)
_PASS_HEADS: Final = words(
    "render first second third single multi depth one two per lowpass low high band test tests "
    "all did does compiler optimization analysis"
)
_KEY_HEADS: Final = words(
    "api app access secret private auth account encryption encrypt decrypt decryption signing sign "
    "storage application master client bearer service server subscription consumer deploy license "
    "licence hmac aes des rsa ecdsa crypt cipher crypto jwt session cookie webhook ssh wireguard "
    "preshared "
    "shared function host admin instrumentation security secure user integration developer dev "
    "prod "
    "project org organization team write read management live test stripe openai google aws azure "
    "algolia sendgrid mailgun twilio firebase maps datadog dd newrelic stream pusher fernet root "
    "recovery backup registration activation machine agent authentication authorization logged in "
    "nonce ansible rest cloud provider payment gateway recaptcha captcha hcaptcha turnstile vapid "
    "wep "
    "merchant partner vendor device enrollment wallet signer validator node serial product cdkey "
    "etherscan infura alchemy weather map tmdb omdb news mapbox giphy yelp bing translate vision "
    "speech gemini anthropic claude cohere mistral groq pinecone supabase service_role anon edge"
)
_NOT_KEYS: Final = words(
    "public primary foreign cache partition sort hot short row column index group map hash lookup "
    "natural composite unique candidate dict dictionary json object sort order parent child i18n "
    "translation message locale storage_class event label property field config setting pub site "
    "react route "
    "query item first last next previous any press down up enter escape space tab function_name"
)
_KEY_ENDS: Final = (
    "apikey",
    "secretkey",
    "accesskey",
    "authkey",
    "privatekey",
    "appkey",
    "masterkey",
    "encryptionkey",
    "signingkey",
    "sharedkey",
    "presharedkey",
    "cryptokey",
    "licensekey",
    "consumerkey",
    "accountkey",
    "securitykey",
    "sessionkey",
)
_PLAIN_TOKENS: Final = words(
    "csrf xsrf next page continuation pagination cursor sync eos bos pad unk sep cls mask start "
    "end stop special max min num n prompt completion input output total cached count first last "
    "current prev previous lookahead lexer parser syntax word begin"
)
_HEADS_OF_OTHER_THINGS: Final = words(
    "max min num is has no use show hide reset forgot forget change update verify check validate "
    "encode generate require requires required allow disable enable without need needs missing "
    "invalid wrong bad incorrect expired how when where if unless can should will did does was "
    "generated compare toggle with ask prompt"
)
_TAILS_OF_OTHER_THINGS: Final = words(
    "file files path paths dir folder url urls uri endpoint name names id ids type types length "
    "len "
    "size count limit policy policies field fields label hint reset expiry expires expired expire "
    "expiration ttl timeout lifetime duration min max minimum maximum regex regexp pattern column "
    "required enabled disabled prompt error errors message msg title placeholder strength changed "
    "updated created at date time age days history attempts attempt retries algorithm alg algo "
    "encoder encoding format provider manager service class handler validator form page screen "
    "view "
    "button input visible hidden show mode method arn ref reference version index prefix suffix "
    "header param parameter variable env cmd command script helper source location bucket ring "
    "frame press down up event listener set policyname rotation status state valid invalid exists "
    "mismatch match confirmation changing template description usage usages budget limits per used "
    "remaining issuer audience scope scopes scheme schema rule rules check generator factory "
    "resolver store storage cache map list table filter interceptor middleware config settings "
    "options request response model entity dto repository controller module package import "
    "alias owner uid gid bits sizes order spec specs selector fingerprint thumbprint algorithms "
    "kind "
    "word words char chars character characters level counter number of for from by exp iat nbf "
    "mgr mgrs domain samesite httponly secure lifetimes authorizer authenticator backend "
    "backends required"
)
_VAGUE: Final = words(
    "auth signature sig dsn seed session sid sessionid sessid phpsessid jsessionid cookie "
    "license licence community webhook creds cred hmac authentication encrypt"
)
_HASHES: Final = words(
    "hash hashes hashed digest md5 sha sha1 sha256 sha512 bcrypt encrypted crypt enc"
)


def split(name: str) -> tuple[str, ...]:
    """The lower-case words of an identifier: `dbPassword_2` → `db`, `password`.

    Without a memo, as `kind_of`: it would keep names and values of people's texts.
    """
    parts = _SPLIT.findall(_CAMEL.sub(" ", name))
    return tuple(part.lower() for part in parts)


def kind_of(name: str) -> Kind | None:
    """What an identifier promises; None where it names something else.

    The last word that may mean a secret decides, unless a word behind it says that the value is
    only about one (`password_file`, `tokenType`).
    """
    parts = split(name)
    for at in range(len(parts) - 1, -1, -1):
        kind = _kind(parts, at)
        if kind is not None:
            return _modified(kind, parts, at)
    return None


def _modified(kind: Kind, parts: tuple[str, ...], at: int) -> Kind | None:
    """A kind after the words in front of and behind the one that decided."""
    tail = parts[at + 1 :]
    if kind is Kind.PASSWORD and (_HASHES & set(tail) or _HASHES & set(parts[:at])):
        return Kind.HASH
    if tail and not _TAILS_OF_OTHER_THINGS.isdisjoint((tail[0], tail[-1])):
        return None
    if at and kind is not Kind.WEAK and _HEADS_OF_OTHER_THINGS & set(parts[:at]):
        return Kind.WEAK if kind is not Kind.PASSWORD else None
    return kind


def _kind(parts: tuple[str, ...], at: int) -> Kind | None:
    word, before = parts[at], parts[at - 1] if at else ""
    if word in _PASSWORDS or (word.endswith(_PASSWORD_ENDS) and word not in _NOT_PASSWORDS):
        return None if word == "pass" and before in _PASS_HEADS else Kind.PASSWORD
    if word in ("word", "phrase", "code", "wd") and before == "pass":
        return Kind.PASSWORD
    if word in ("passe", "passes") and at >= 2 and parts[at - 2] == "mot":
        return Kind.PASSWORD
    if word in ("pin", "pincode", "cvv2pin"):
        return Kind.PIN
    return _machine_kind(word, before, parts)


def _machine_kind(word: str, before: str, parts: tuple[str, ...]) -> Kind | None:
    if word.endswith(("secret", "secrets", "salt")) or word in (
        "credential",
        "credentials",
        "salt",
        "community",
        "mnemonic",
        "otp",
        "totp",
    ):
        return Kind.SECRET
    if word.endswith(("token", "tokens")):
        if before in _PLAIN_TOKENS:
            return None
        return Kind.SECRET if "api" in parts else Kind.TOKEN
    if word.endswith(_KEY_ENDS):
        return Kind.PRIVATE if word.endswith("privatekey") else Kind.KEY
    if word in ("key", "keys"):
        return _key_kind(before, parts)
    if word in ("jwt", "bearer", "authorization", "sas"):
        return Kind.TOKEN
    weak = word in _VAGUE
    return Kind.WEAK if weak or word.endswith("sessid") else None


def _key_kind(before: str, parts: tuple[str, ...]) -> Kind | None:
    if "public" in parts or before in _NOT_KEYS:
        return None
    if before in _KEY_HEADS:
        return Kind.PRIVATE if before == "private" else Kind.KEY
    return Kind.WEAK
