"""The form in which a policy is edited: a row for each entity type, each term, and so on (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sluice.engine import Action
from sluice.engine.pipeline import ENTITY_TYPES
from sluice.server.dashboard.entity_families import Family, family
from sluice.server.features.policies.schemas import (
    CustomTermDocument,
    PolicyDocument,
    RuleDocument,
)

MOST_TERMS: Final = 60
"""Custom terms that are edited as rows; more are edited on a page of their own."""
EMPTY_ROWS: Final = 2
_NATIONAL: Final = re.compile(r"[A-Z]{2}_[A-Z]")
_TERM_FIELD: Final = re.compile(r"terms\.([0-9]{1,4})\.name")
_NEW_FIELD: Final = re.compile(r"new\.([0-9]{1,4})\.type")
_TERM_PATH: Final = re.compile(r"policy\.customTerms\[([0-9]+)\](.*)")
ACTIONS: Final = tuple(action.value for action in Action)
TITLES: Final[dict[Family, str]] = {
    Family.PERSON: "People and organisations",
    Family.PLACE: "Places",
    Family.TIME: "Dates and ages",
    Family.CONTACT: "Contact",
    Family.MONEY: "Money",
    Family.IDENTITY: "Identity documents and national numbers",
    Family.HEALTH: "Health",
    Family.WORK: "Work and customers",
    Family.TECHNOLOGY: "Devices and networks",
    Family.SECRET: "Secrets",
    Family.OTHER: "Your own types",
}


@dataclass(frozen=True, slots=True)
class RuleRow:
    """The rule of one entity type, as it is typed."""

    entity_type: str
    action: str = ""
    """"": no rule; the default one applies."""
    threshold: str = "0.5"
    release: bool = False

    @property
    def field(self) -> str:
        """How the row's fields begin."""
        return f"rules.{self.entity_type}"

    def document(self) -> dict[str, Any]:
        """For the API."""
        threshold: object = self.threshold.strip() or "0.5"
        return {"action": self.action, "threshold": threshold, "userMayRelease": self.release}


@dataclass(frozen=True, slots=True)
class TermRow:
    """One custom term, as it is typed."""

    index: int
    name: str = ""
    entity_type: str = "CUSTOM_TERM"
    kind: str = "text"
    """`text` or `pattern`."""
    value: str = field(default="", repr=False)
    case_sensitive: bool = False
    whole_words: bool = True
    inflected: bool = False

    @property
    def field(self) -> str:
        """How the row's fields begin."""
        return f"terms.{self.index}"

    @property
    def is_one_line(self) -> bool:
        """Whether fields can hold it: browsers leave line breaks out of theirs."""
        return not any(sign in self.name + self.value for sign in "\r\n")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed: such a row is no term."""
        return not self.name.strip() and not self.value.strip()

    def document(self) -> dict[str, Any]:
        """For the API."""
        return {
            "name": self.name,
            "entityType": self.entity_type.strip() or "CUSTOM_TERM",
            "pattern" if self.kind == "pattern" else "text": self.value,
            "caseSensitive": self.case_sensitive,
            "wholeWords": self.whole_words,
            "inflected": self.inflected,
        }


@dataclass(frozen=True, slots=True)
class PolicyForm:
    """Everything that is typed."""

    name: str
    version: int
    """On which the editing began."""
    default: RuleRow
    rules: Mapping[str, RuleRow]
    terms: tuple[TermRow, ...] = field(repr=False)
    kept_terms: tuple[CustomTermDocument, ...] = field(repr=False)
    """Too many for rows, or not all of one line; they stay as they are."""
    allowed: str = field(repr=False)
    """A text on each line."""
    kept_allowed: tuple[str, ...] = field(repr=False)
    """Those that have several lines; they stay as they are."""
    detection: str = "standard"
    note: str = ""
    added: tuple[RuleRow, ...] = ()

    @classmethod
    def of(cls, name: str, version: int, policy: PolicyDocument) -> PolicyForm:
        """As a saved policy is shown."""
        terms = tuple(term_row(i, term) for i, term in enumerate(policy.custom_terms))
        editable = len(terms) <= MOST_TERMS and all(row.is_one_line for row in terms)
        lines = [term for term in policy.allow_list if "\n" not in term]
        return cls(
            name=name,
            version=version,
            default=_row("", policy.default),
            rules={kind: _row(kind, rule) for kind, rule in policy.rules.items()},
            terms=terms if editable else (),
            kept_terms=() if editable else tuple(policy.custom_terms),
            allowed="\n".join(lines),
            kept_allowed=tuple(term for term in policy.allow_list if "\n" in term),
            detection=policy.detection.value,
        )

    def typed(self, fields: Mapping[str, str]) -> PolicyForm:
        """The same with what somebody sent; who may not change it sends nothing of it."""
        if "default.action" not in fields:
            return self
        version = fields.get("version", "")
        kinds = [
            name[6:-7] for name in fields if name.startswith("rules.") and name[-7:] == ".action"
        ]
        added = [_typed_rule(fields, f"new.{i}", fields[f"new.{i}.type"].strip().upper())
                 for i in _indexes(fields, _NEW_FIELD)]  # fmt: skip
        return replace(
            self,
            name=fields.get("name", self.name),
            version=int(version) if version.isdecimal() and len(version) < 10 else self.version,
            default=_typed_rule(fields, "default", ""),
            rules={kind: _typed_rule(fields, f"rules.{kind}", kind) for kind in kinds},
            terms=tuple(typed_term(fields, i) for i in term_indexes(fields)),
            allowed=fields.get("allowList", ""),
            detection=fields.get("detection", self.detection),
            note=fields.get("note", ""),
            added=tuple(row for row in added if row.entity_type),
        )

    def document(self) -> dict[str, Any]:
        """The policy for the API; every value is checked there."""
        rows = [*self.rules.values(), *self.added]
        allowed = [line.strip() for line in self.allowed.splitlines() if line.strip()]
        kept = [term.model_dump(by_alias=True, exclude_none=True) for term in self.kept_terms]
        return {
            "detection": self.detection,
            "default": self.default.document(),
            "rules": {row.entity_type: row.document() for row in rows if row.action},
            "customTerms": [*kept, *(row.document() for row in self._terms())],
            "allowList": [*allowed, *self.kept_allowed],
        }

    def problems(self, problems: Mapping[str, str]) -> dict[str, str]:
        """Problems of the API by the form's fields."""
        rows, kept = self._terms(), len(self.kept_terms)
        found: dict[str, str] = {}
        for path, message in problems.items():
            term = _TERM_PATH.fullmatch(path)
            if term is not None and kept <= int(term[1]) < kept + len(rows):
                found[rows[int(term[1]) - kept].field] = message
            else:
                found[path.removeprefix("policy.").removesuffix(".[key]")] = message
        return found

    def families(self) -> Iterator[tuple[str, list[RuleRow]]]:
        """The rows of the form: types with a rule, and those that are no country's own."""
        kinds = {*self.rules, *(kind for kind in ENTITY_TYPES if not _NATIONAL.match(kind))}
        rows = {kind: self.rules.get(kind, RuleRow(kind)) for kind in kinds}
        for title, names in by_family(kinds):
            yield title, [rows[name] for name in names]

    def term_rows(self) -> list[TermRow]:
        """The terms, and some rows for more."""
        following = max((row.index for row in self.terms), default=-1) + 1
        return [*self.terms, *(TermRow(following + i) for i in range(EMPTY_ROWS))]

    def new_rows(self) -> list[tuple[int, RuleRow]]:
        """Rules for entity types that have no row yet."""
        rows = [*self.added, *(RuleRow("") for _ in range(EMPTY_ROWS))]
        return list(enumerate(rows))

    def _terms(self) -> list[TermRow]:
        return [row for row in self.terms if not row.is_empty]


def by_family(kinds: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Entity types under the titles of their families."""
    listed: dict[Family, list[str]] = {}
    for kind in sorted(kinds):
        listed.setdefault(family(kind), []).append(kind)
    return [(title, listed[one]) for one, title in TITLES.items() if one in listed]


def is_national(kind: str) -> bool:
    """Whether an entity type is one country's own."""
    return _NATIONAL.match(kind) is not None


def addable(form: PolicyForm) -> Sequence[str]:
    """Entity types that a rule can be added for."""
    return sorted(kind for kind in ENTITY_TYPES if is_national(kind) and kind not in form.rules)


def _row(kind: str, rule: RuleDocument) -> RuleRow:
    return RuleRow(kind, rule.action.value, f"{rule.threshold:g}", rule.user_may_release)


def term_row(index: int, term: CustomTermDocument) -> TermRow:
    """A term as a row."""
    return TermRow(
        index=index,
        name=term.name,
        entity_type=term.entity_type,
        kind="text" if term.pattern is None else "pattern",
        value=(term.text if term.pattern is None else term.pattern) or "",
        case_sensitive=term.case_sensitive,
        whole_words=term.whole_words,
        inflected=term.inflected,
    )


def _typed_rule(fields: Mapping[str, str], base: str, kind: str) -> RuleRow:
    return RuleRow(
        entity_type=kind,
        action=fields.get(f"{base}.action", ""),
        threshold=fields.get(f"{base}.threshold", ""),
        release=f"{base}.userMayRelease" in fields,
    )


def typed_term(fields: Mapping[str, str], index: int) -> TermRow:
    """A row as it was typed."""
    base = f"terms.{index}"
    return TermRow(
        index=index,
        name=fields.get(f"{base}.name", ""),
        entity_type=fields.get(f"{base}.entityType", ""),
        kind=fields.get(f"{base}.kind", "text"),
        value=fields.get(f"{base}.value", ""),
        case_sensitive=f"{base}.caseSensitive" in fields,
        whole_words=f"{base}.wholeWords" in fields,
        inflected=f"{base}.inflected" in fields,
    )


def term_indexes(fields: Mapping[str, str]) -> list[int]:
    """Which rows of terms were sent."""
    return _indexes(fields, _TERM_FIELD)


def _indexes(fields: Mapping[str, str], pattern: re.Pattern[str]) -> list[int]:
    found = (pattern.fullmatch(name) for name in fields)
    return sorted(int(match[1]) for match in found if match is not None)
