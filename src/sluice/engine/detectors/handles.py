"""User names: behind a label, in home directories and log lines, and handles of social networks.

A name such as `jdoe` has no form of its own. It is found by what stands in front of it; names of
roles that exist everywhere (`root`, `admin`) belong to nobody. `@jane_doe` is a handle in text for
people; in programs `@` begins decorators, annotations, at-rules, scopes of packages, parameters.
"""

from __future__ import annotations

import re
from typing import Final

from sluice.engine.detectors.labels import labelled
from sluice.engine.detectors.secrets.values import is_placeholder
from sluice.engine.detectors.suffixes import is_public_suffix
from sluice.engine.patterns import Checked, Pattern, Precedence, byte_pattern, words

_LABELS = (
    r"user[ _\-]?names?|user[ _\-]?(?:id|login|handle|account)|user|userid|log[io]n(?:[ _\-]?"
    r"(?:name|id|user))?|screen[ _\-]?name|nick[ _\-]?(?:name)?|samaccountname|uid"
    r"|benutzer(?:name|kennung|id)?|nutzername|anmeldename|kennung|login-?name"
    r"|(?:nom d['’])?utilisateur|identifiant|pseudo(?:nyme)?|(?:nombre de )?usuario|apodo"
    r"|(?:nome )?utente|gebruikers?(?:naam)?|inlognaam|(?:nome de )?(?:usu(?:á|a)rio|utilizador)"
)
# Labels that are also ordinary words or have ordinary words behind them.
_SOFT: Final = words(
    "user login logon nick uid benutzer kennung utilisateur identifiant pseudo usuario "
    "apodo utente gebruiker usuário usuario utilizador userid"
)
_ROLES: Final = words(
    "root admin administrator user users username guest nobody daemon www-data postgres mysql "
    "oracle "
    "system service anonymous default test tester example demo public sa ubuntu debian ec2-user "
    "centos vagrant runner node app git jenkins nginx apache hadoop spark ftp mail backup operator "
    "support info sales api bot client server host me self you owner none null nil true false "
    "shared all current anyone everyone runneradmin linuxbrew circleci travis appveyor codespace "
    "vscode student pi sysdba sysadmin superuser deploy deployer jovyan"
)
# What follows such a label in prose and in programs without being a name.
_WORDS: Final = words(
    "a an the is was are be been has have had will would can could may might must should shall not "
    "no and or but if then else for from to of in on at by with as it its this that these those "
    "string str text int integer number bool boolean object uuid varchar char type any optional "
    "required password email name id input output page form button screen field fields value "
    "values key data request response model models session token profile group role roles "
    "account accounts settings interface experience agent guide manual story stories research "
    "defined input-output friendly wants who which when where what how your my their our his her "
    "new old first last only must-have already successful failed failure success error errors "
    "credentials details information der die das den ist und oder nicht ein eine le la les un une "
    "est et ou el los las una es y o il lo gli i uno e de het een en of não o os um uma self. "
    "function async await return lambda def class const let var void undefined nullable unique "
    "primary foreign index references auth login logout signup register here please enter"
)
_NAME = r"[A-Za-z0-9_](?:[\w.@\\+-]{0,38}[A-Za-z0-9_])?"
_CODE_BEHIND = re.compile(r"\s?[(\[]|\.\w|::|\s*=>|->", re.ASCII)
_QUOTES: Final = frozenset("\"'`")


def _is_nobody(name: str) -> bool:
    """Whether it is a role, a stand-in, a word of programs, or a piece of one."""
    lower = name.lower()
    return lower in _ROLES or lower in _WORDS or len(name) < 3 or is_placeholder(name)


# Parts of names in programs: `user_id`, `session.user`, `has_name`.
_PARTS: Final = words(
    "id ids user users name names username login dir dirs path paths get set has is my session "
    "email mail token type types key keys data request response self this cls obj object model "
    "form field value values list dict count create update delete find load save add remove new "
    "e i g config settings options info class func function test tests args kwargs params body "
    "password host domain url uri file files no default current input output"
)


def _is_code(name: str) -> bool:
    """Whether a part of a compound name is a word of programs."""
    parts = re.split(r"[._@-]|(?<=[a-z])(?=[A-Z])", name)
    return len(parts) > 1 and not _PARTS.isdisjoint(part.lower() for part in parts)


def _is_telling(name: str) -> bool:
    """Whether it is formed as user names are and words are not: `jdoe42`, `j.doe`, `jane_d`."""
    return any(char.isdigit() or char in "._@" for char in name) and not name.isdigit()


_SENTENCE_INSIDE = re.compile(r"[a-z]\.[A-Z-]")
_SAID_OF_LOGINS: Final = words(
    "unknown found missing required invalid wrong taken available empty correct incorrect unique "
    "experience experiences feedback research accounts interface manual guide settings stories"
)


def _is_speaker(match: re.Match[str]) -> bool:
    """Whether a line of a conversation begins so: `User: hmm, that is odd`."""
    text, start, end = match.string, *match.span("value")
    line = text[max(0, match.start() - 3) : match.start()]
    if match["label"].lower() not in _SOFT or (line and line[-1] != "\n"):
        return False
    return ":" in text[match.end("label") : start] and bool(_GOES_ON.match(text, end))


_GOES_ON = re.compile(r"[,.!?]? [^\W\d_]+[,.!?]? [^\W\d_]+|[!?]")


def _labelled(match: re.Match[str]) -> Checked | None:
    """A name behind a label; behind an ordinary word only with a sign between the two."""
    start, end = match.span("value")
    text, name = match.string, match["value"]
    between = text[match.end("label") : start]
    if _is_nobody(name) or _is_code(name) or _CODE_BEHIND.match(text, end, end + 4):
        return None
    if not between.strip("_-") or text[max(0, match.start() - 3) : match.start()] == "://":
        return None
    if _SENTENCE_INSIDE.search(name) or name.lower() in _SAID_OF_LOGINS:
        return None
    if _is_speaker(match):
        return None
    quoted = text[start - 1] in _QUOTES and text[end : end + 1] in _QUOTES
    signed = any(sign in between for sign in ":=#")
    if name.isdigit():
        return Checked(start, end, 0.4, reason="label")
    telling, soft = quoted or _is_telling(name), match["label"].lower() in _SOFT
    if soft and ("\n" in between or "= " in between) and not quoted:
        return None  # a program's line
    if not signed and not telling:
        said = not soft and any(map(str.isalpha, between))
        return Checked(start, end, 0.55, reason="label") if said else None
    if soft and not telling and name.istitle():
        return Checked(start, end, 0.35, reason="label")
    if soft and not telling:
        return Checked(start, end, 0.5 if _ends(text, end) else 0.35, reason="label")
    return Checked(start, end, 0.75 if telling else 0.65, reason="label")


def _ends(text: str, end: int) -> bool:
    """Whether the value stands alone: a line, a field or a parameter ends behind it."""
    return text[end : end + 1] in ("", "\n", "\r", ",", ";", "&", '"', "'", "}", ")", "|", "\t")


def _logged(match: re.Match[str]) -> Checked | None:
    """The name in `logged in as jdoe`, `Accepted password for jdoe from`, and of a home folder."""
    name, text = match["value"], match.string
    if _is_nobody(name) or name.isdigit() or name.lower() in _SAID_OF_LOGINS:
        return None
    vague = match[0].lower().endswith("user " + name.lower())
    if vague and not (_is_telling(name) or _LOG_GOES_ON.match(text, match.end(), match.end() + 8)):
        return None
    return Checked(*match.span("value"), 0.65, reason="words in front")


_LOG_GOES_ON = re.compile(r"\s?(?:from|by|on|via|\(|\Z|[\r\n:,;\]\"'])", re.ASCII)


# After `@`: words of programs, documentation comments, style sheets, and calls to a whole channel.
_NOT_HANDLES: Final = words(
    "param params return returns throws throw see since author version deprecated override "
    "link inheritdoc code type typedef property prop example private public protected static "
    "internal ignore todo file brief note warning test tests before beforeeach after aftereach "
    "todo class interface implementation end protocol synthesize dynamic selector optional "
    "required "
    "import media charset font-face keyframes supports namespace page layer container use forward "
    "mixin include extend if else for each while apply tailwind screen variants function "
    "component injectable input output ngmodule directive pipe inject autowired bean service "
    "repository controller restcontroller entity table column id test suppresswarnings nullable "
    "nonnull override data getter setter builder state binding published observedobject "
    "environmentobject main available objc escaping autoclosure discardableresult "
    "staticmethod classmethod property abstractmethod dataclass contextmanager lru_cache cache "
    "wraps pytest fixture mock patch app click celery task route login_required jit "
    "contextlib coroutine overload final typing functools abc asyncio unittest types "
    "runtime_checkable total_ordering "
    "singledispatch cached_property validator field_validator model_validator decorator "
    "here channel everyone all team group online echo everybody "
    "app latest next beta alpha types babel angular vue vitejs nestjs mui storybook "
    "ifstar makeatletter context config slot model yield var case switch section extends endif "
    "endsection foreach endforeach csrf method auth guest endauth error php dump const enum let "
    "api apiparam apisuccess attention bug category constructor copyright date default details "
    "event fires func global ingroup license listens memberof method module name overview "
    "requires summary template this tutorial variation yields doc moduledoc spec behaviour impl "
    "callback opaque remark remarks seealso invariant pre post precondition postcondition"
)
_CODE_SIGNS = re.compile(
    r"[{}=;<>\\$|`\[\]]|//|::|->|\w\(|\)\s*:|^\s*[*#]|^\s*(?:def|class|from|import) "
)
_DECORATOR = re.compile(r"\b(?:decorat|annotat|directive|macro|javadoc|docblock)", re.IGNORECASE)
_SENTENCE_AFTER = re.compile(r"[\s,.!?:;)'’\"…]|\Z", re.ASCII)
_LINE_FROM: Final = 120


def _handle(match: re.Match[str]) -> Checked | None:
    """`@name` on a line for people; a line that looks like a program's has none."""
    text, (start, end) = match.string, match.span()
    name = match["name"]
    parts = name.lower().split(".")
    if not _NOT_HANDLES.isdisjoint(parts) or len(name) < 3 or name.isdigit():
        return None
    if not _SENTENCE_AFTER.match(text, end) or _is_domain(name):
        return None
    before, behind = _line_around(text, start, end)
    if _is_program(before) or _is_program(behind):
        return None
    if name[0] == "_" or before.lower().endswith((" the ", " a ", " an ")):
        return Checked(start, end, 0.4, reason="a word of programs, perhaps")
    if not before.strip() and (not behind.strip(" .!?,;:") or _is_annotated(behind)):
        return Checked(start, end, 0.4, reason="alone on its line")
    words_beside = any(map(str.isalpha, before + behind))
    return Checked(start, end, 0.6 if words_beside else 0.5, reason="text")


def _is_program(line: str) -> bool:
    """Whether a part of a line looks like a program, or speaks of decorators and annotations."""
    return bool(_CODE_SIGNS.search(line) or _DECORATOR.search(line))


def _is_domain(name: str) -> bool:
    return "." in name and is_public_suffix(name.rpartition(".")[2].lower())


def _line_around(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands on the same line in front and behind, at most 120 code points each."""
    before = text[max(0, start - _LINE_FROM) : start].rpartition("\n")[2]
    return before, text[end : end + _LINE_FROM].partition("\n")[0]


_KEYWORDS: Final = words(
    "public private protected static final abstract class interface void def fun func function "
    "async export const let var val int string override open data sealed struct enum import"
)


def _is_annotated(behind: str) -> bool:
    """Whether a declaration follows, as after an annotation of Java, Kotlin or Swift."""
    following = behind.split(maxsplit=1)
    return bool(following) and following[0].lower() in _KEYWORDS


_NETWORKS = (
    r"twitter|x\.com|instagram|insta|ig|telegram|tg|tiktok|snapchat|discord|skype|facebook|fb"
    r"|linkedin|github|gitlab|mastodon|bluesky|bsky|reddit|twitch|youtube|venmo|cash ?app"
    r"|paypal|wechat|weixin|line id|kik|vk|xing|pinterest|onlyfans|psn|gamertag"
)


def _on_network(match: re.Match[str]) -> Checked | None:
    """What stands behind a network's name and a colon, or behind its name and `@`."""
    start, end = match.span("value")
    name = match["value"]
    between = match.string[match.end("label") : start]
    plain = name.lstrip("@$")
    if _is_nobody(plain) or (name[0] not in "@$" and ":" not in between and not _is_telling(plain)):
        return None
    if name[0] not in "@$" and ":" not in between:
        return None
    sure = name[0] in "@$" or _is_telling(plain)
    word = "\n" in between or plain.istitle()
    return Checked(start, end, 0.75 if sure else 0.4 if word else 0.5, reason="network's name")


_LOG_WORDS = (
    r"(?:logged|logging|log|signed|sign)[ -]?in as:? |(?:accepted|failed) (?:password|publickey"
    r"|none) "
    r"for (?:invalid user )?|(?:invalid|unknown|illegal) user:? |(?:session (?:opened"
    r"|closed) )?for user "
    r"|authentication failure for |ssh -l |su - |sudo -u |whoami\r?\n|connected as |angemeldet als "
    r"|connect(?:é|e)e? en tant que "
)

PATTERNS: Final[tuple[Pattern, ...]] = (
    labelled(
        "handles.labelled",
        "USERNAME",
        _LABELS,
        rf"{_NAME}(?![A-Za-z0-9])",
        _labelled,
        longest=44,
        first="[A-Za-z0-9_]",
        precedence=Precedence.SHAPE,
    ),
    Pattern(
        name="handles.logged",
        entity_type="USERNAME",
        regex=rf"(?<![A-Za-z])(?:{_LOG_WORDS})[\"'`]?(?P<value>{_NAME})(?![\w@])",
        anchor=rf"(?:{byte_pattern(_LOG_WORDS)})[\"'`]?[A-Za-z0-9_]",
        reach=48,
        longest=48 + 42,
        score=0.65,
        check=_logged,
        ignore_case=True,
    ),
    Pattern(
        name="handles.home",
        entity_type="USERNAME",
        regex=r"(?<![\w.])(?:[A-Z]:)?(?P<sep>/|\\{1,2})(?:home|users"
        r"|documents and settings)(?P=sep)"
        r"(?P<value>[A-Za-z0-9_][A-Za-z0-9_.-]{1,38}[A-Za-z0-9_])(?=[/\\\s\"':;,)]|\Z)",
        anchor=r"[/\\](?:home|users|documents and settings)[/\\]{1,2}[A-Za-z0-9_]",
        reach=32,
        longest=4 + 24 + 2 + 42,
        score=0.65,
        check=_logged,
        precedence=Precedence.CONTACT,
        ignore_case=True,
    ),
    Pattern(
        name="handles.mention",
        entity_type="USERNAME",
        regex=r"(?<![\w@./\\&=+*#$%`'-])@(?P<name>[A-Za-z_]\w{1,29}(?:\.\w{2,20})?)(?![\w@/(-])",
        anchor=r"@[A-Za-z_]\w",
        reach=3,
        longest=1 + 30 + 21 + 1,
        score=0.6,
        check=_handle,
    ),
    labelled(
        "handles.network",
        "USERNAME",
        rf"(?:{_NETWORKS})(?:[ _\-](?:handle|user(?:name)?|id|account|name|profile))?",
        r"[@$]?[A-Za-z_][\w.-]{1,29}[A-Za-z0-9_](?:#\d{4})?(?![\w/@]|\.\w|:/)",
        _on_network,
        longest=40,
        first="[@$A-Za-z_]",
        precedence=Precedence.SHAPE,
    ),
)
