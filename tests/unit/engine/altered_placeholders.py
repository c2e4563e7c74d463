"""How models alter placeholders: data for `test_altered_placeholders`.

A way has a frame, in which `@` stands for the placeholder, and a spelling of it. `RESTORED` says
that the original comes to stand in the frame. `MEANT` ways still name one original to a human
reader, and stay as they are by design: the tolerance ends before it could be wrong. `NOBODY` ways
name no original of the conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import Enum, auto
from typing import NamedTuple


class Outcome(Enum):
    """What `hydrate` does with an altered placeholder."""

    RESTORED = auto()
    MEANT = auto()
    NOBODY = auto()


class Case(NamedTuple):
    """One altered placeholder in its text."""

    way: str
    placeholder: str
    text: str
    frame: str
    outcome: Outcome


Spelling = Callable[[str, str], str]

PLACEHOLDERS = ("PERSON_0", "PERSON_1", "EMAIL_ADDRESS_0", "US_SSN_0", "LOCATION_11")
"""The conversation also holds PERSON_2 to PERSON_11 and LOCATION_0 to LOCATION_10."""

MARKS = (
    "@", "<@>", "[@]", "{@}", "(@)", "«@»", '"@"', "'@'", "“@”", "‘@’", "„@“", "‹@›", "「@」",
    "<<@>>", "[[@]]", "{{@}}", "<@", "@>", "[@", "@]", "<[@]>", "|@|", "/@/", "~@~", "^@^", "=@=",
)  # fmt: skip

MARKDOWN = (
    "*@*", "**@**", "***@***", "_@_", "__@__", "___@___", "`@`", "``@``", "~~@~~", "**`@`**",
    "# @", "- @", "1. @", "> @", "| @ |", "[@](https://example.org)", "[who](@)", "![@](a.png)",
    "\\_@\\_", "\\*@\\*", "\\[@\\]", "\\<@\\>",
)  # fmt: skip

ESCAPED = (
    "&lt;@&gt;", "&amp;lt;@&amp;gt;", "&#60;@&#62;", "&#x3C;@&#x3E;", "&quot;@&quot;",
    "&#39;@&#39;", "&laquo;@&raquo;", "&nbsp;@&nbsp;", "\\u003c@\\u003e", '\\"@\\"', '\\\\"@\\\\"',
    "\\n@\\n", "\\t@\\r\\n", "\\\\n@", "\\u00e9@", "\\\\\\\\@",
)  # fmt: skip

SENTENCES = (
    "Dear @,", "Yes, @.", "@!", "@?", "@; @", "@'s", "@’s", "@'", "@’", "Mr. @", "@ Smith",
    "Ms @-Smith", "@ Jr.", "@, PhD", "the @ case", "@ and @", "@/@", "@–@", "@…",
    "to:@", "x=@", "$@", "#@", "@%", "mailto:@", "@さん", "您好@先生", "é@é", "🙂@🙂", "\u200b@",
    "@\u0301", "שלום @ שלום", "\n@\n", "\r\n@\r\n", "\0@\0", "\t@\t", "\u00a0@\u00a0",
    '<a href="mailto:@">', "<b>@</b>", '"to": "@"', "['@']", "(see @)",
)  # fmt: skip

SPELLINGS: tuple[tuple[str, Spelling], ...] = (
    ("lower case", lambda kind, n: f"{kind}_{n}".lower()),
    ("title case", lambda kind, n: f"{kind}_{n}".title()),
    ("first letter only", lambda kind, n: f"{kind}_{n}".capitalize()),
    ("mixed case", lambda kind, n: f"{kind[0].lower()}{kind[1:]}_{n}"),
    ("spaces", lambda kind, n: f"{kind}_{n}".replace("_", " ")),
    ("spaces, title case", lambda kind, n: f"{kind}_{n}".replace("_", " ").title()),
    ("spaces, lower case", lambda kind, n: f"{kind}_{n}".replace("_", " ").lower()),
    ("a space before the number", lambda kind, n: f"{kind} {n}"),
    ("hyphens", lambda kind, n: f"{kind}_{n}".replace("_", "-")),
    ("hyphens, lower case", lambda kind, n: f"{kind}_{n}".replace("_", "-").lower()),
    ("a hyphen before the number", lambda kind, n: f"{kind}-{n}"),
    ("words with spaces, hyphen", lambda kind, n: f"{kind.replace('_', ' ')}-{n}"),
    ("Markdown escape", lambda kind, n: f"{kind}_{n}".replace("_", "\\_")),
    ("escaped twice", lambda kind, n: f"{kind}_{n}".replace("_", "\\\\_")),
    ("escaped three times", lambda kind, n: f"{kind}_{n}".replace("_", "\\\\\\\\_")),
    ("Markdown escape, lower case", lambda kind, n: f"{kind}_{n}".replace("_", "\\_").lower()),
)

SPELLING_FRAMES = ("@", "<@>", "**@**", "@'s", "&lt;@&gt;")

_WORDS = {0: "zero", 1: "one", 11: "eleven"}

MEANT: tuple[tuple[str, Spelling], ...] = (
    ("zero-padded", lambda kind, n: f"{kind}_0{n}"),
    ("zero-padded twice", lambda kind, n: f"{kind}_00{n}"),
    ("full-width digits", lambda kind, n: f"{kind}_{''.join(chr(0xFF10 + int(d)) for d in n)}"),
    ("Arabic digits", lambda kind, n: f"{kind}_{''.join(chr(0x660 + int(d)) for d in n)}"),
    ("superscript", lambda kind, n: f"{kind}_\u2070{n[1:]}"),
    ("full-width underscore", lambda kind, n: f"{kind}\uff3f{n}"),
    ("underscore doubled", lambda kind, n: f"{kind}__{n}"),
    ("two spaces", lambda kind, n: f"{kind}  {n}"),
    ("a no-break space", lambda kind, n: f"{kind}\u00a0{n}"),
    ("split by a newline", lambda kind, n: f"{kind}_\n{n}"),
    ("split before the underscore", lambda kind, n: f"{kind}\n_{n}"),
    ("a tab", lambda kind, n: f"{kind}\t{n}"),
    ("no separator", lambda kind, n: f"{kind}{n}"),
    ("a dot", lambda kind, n: f"{kind}.{n}"),
    ("a colon", lambda kind, n: f"{kind}:{n}"),
    ("a number sign", lambda kind, n: f"{kind} #{n}"),
    ("number in brackets", lambda kind, n: f"{kind}[{n}]"),
    ("number in parentheses", lambda kind, n: f"{kind}({n})"),
    ("number in bold", lambda kind, n: f"{kind}_**{n}**"),
    ("number in words", lambda kind, n: f"{kind} number {_WORDS[int(n)]}"),
    ("number first", lambda kind, n: f"{n}_{kind}"),
    ("an en dash", lambda kind, n: f"{kind}–{n}"),
    ("a no-break hyphen", lambda kind, n: f"{kind}\u2011{n}"),
    ("a soft hyphen inside", lambda kind, n: f"{kind[:2]}\u00ad{kind[2:]}_{n}"),
    ("a zero-width space inside", lambda kind, n: f"{kind[:2]}\u200b{kind[2:]}_{n}"),
    ("percent-encoded", lambda kind, n: f"{kind}%5F{n}"),
    ("HTML entity", lambda kind, n: f"{kind}&#95;{n}"),
    ("JSON entity", lambda kind, n: f"{kind}\\u005f{n}"),
    ("escaped five times", lambda kind, n: f"{kind}\\\\\\\\\\_{n}"),
    ("spaced letters", lambda kind, n: " ".join(f"{kind}_{n}")),
    ("plural", lambda kind, n: f"{kind}_{n}s"),
    ("surname glued", lambda kind, n: f"{kind}_{n}Smith"),
    ("surname with an underscore", lambda kind, n: f"{kind}_{n}_Smith"),
    ("title glued", lambda kind, n: f"Mr{kind}_{n}"),
    ("title with an underscore", lambda kind, n: f"MR_{kind}_{n}"),
    ("percent sign glued", lambda kind, n: f"%20{kind}_{n}"),
    ("misspelt", lambda kind, n: f"{kind[:-2]}{kind[-1]}_{n}"),
    ("translated into Spanish", lambda kind, n: f"{kind}A_{n}"),
    ("translated into German", lambda kind, n: f"{kind}EN_{n}"),
    ("Kelvin and long s", lambda kind, n: f"{kind.replace('S', 'ſ').replace('A', 'Ａ')}_{n}"),
)

NOBODY = (
    "<PERSON>", "PERSON", "[EMAIL_ADDRESS]", "PERSON_", "PERSON_N", "PERSON_X", "PERSON_#",
    "PERSON_12", "PERSON_99", "PERSON_100", "PERSON_110", "PERSON_1000000", "PERSON_12345678",
    "PERSON_123456789012345678901234567890", "PERSON_-1", "PERSON_0_1", "PERSON_1_0",
    "PERSON_0x1", "PERSON_1e1", "PERSON_1A", "person 12", "Person-99", "EMAIL_ADDRESS_1",
    "Email Address 7", "EMAIL_0", "MAIL_ADDRESS_0", "ADDRESS_0", "SSN_0", "US_0", "US_PERSON_0",
    "US\\_PERSON_0", "NON_PERSON_1", "A_PERSON_1", "x_person_1", "LOCATION_12", "LOCATION_011",
    "PERSONS_0", "PERSONAL_0", "PER_0", "FAX_NUMBER_0", "_0", "_1_", "<_1>", "0", "PERSON_{0}",
    "PERSON_٠", "PERSON_１", "人_0", "ЛИЦО_0", "PERSONNE_0", "PERSONA_0", "ORT_0", "{PERSON}_{0}",
    "PERSON_<0>", "PERSON_ 0", "PERSON _0", "PERSON _ 0", "PERSON - 0", "PERSON_0PERSON_1",
    "PERSON_0_PERSON_1", "____PERSON_0____",
)  # fmt: skip


def cases() -> Iterator[Case]:
    """Every case."""
    for placeholder in PLACEHOLDERS:
        kind, _, number = placeholder.rpartition("_")
        for group, frames in (
            ("marks", MARKS),
            ("Markdown", MARKDOWN),
            ("escaped marks", ESCAPED),
            ("in a sentence", SENTENCES),
        ):
            for frame in frames:
                yield _case(group, placeholder, frame, placeholder, Outcome.RESTORED)
        for way, spelling in SPELLINGS:
            for frame in SPELLING_FRAMES:
                altered = spelling(kind, number)
                yield _case(way, placeholder, frame, altered, Outcome.RESTORED)
        for way, spelling in MEANT:
            altered = spelling(kind, number)
            yield _case(way, placeholder, "to @ now", altered, Outcome.MEANT)
    for text in NOBODY:
        yield _case("nobody's", "", "to @ now", text, Outcome.NOBODY)


def _case(way: str, placeholder: str, frame: str, altered: str, outcome: Outcome) -> Case:
    return Case(way, placeholder, frame.replace("@", altered), frame, outcome)
