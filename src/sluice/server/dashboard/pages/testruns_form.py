"""The form that starts a test run, as the API's body (pure)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from sluice.engine.errors import Problem
from sluice.server.errors import Unprocessable

RECORDED: Final = "recorded"
VERSION: Final = "version:"
TEMPLATE: Final = "template:"
KINDS: Final = (
    "exact", "contains", "regex", "json_schema", "json_equal", "numeric", "similarity", "judge",
)  # fmt: skip
"""The kinds of evaluators that the form has fields for, in their order."""
_FLAGS: Final = {
    "exact": ("ignoreCase", "collapseWhitespace"),
    "contains": ("ignoreCase",),
    "regex": ("ignoreCase",),
    "json_equal": ("ignoreOrder", "ignoreExtra"),
}
_TEXTS: Final = {
    "contains": ("mode",),
    "regex": ("pattern", "mode"),
    "numeric": ("find",),
    "similarity": ("method",),
    "judge": ("modelInstance", "criteria"),
}
_NUMBERS: Final = {
    "numeric": ("absolute", "relative"),
    "similarity": ("threshold",),
    "judge": ("threshold",),
    "json_equal": ("tolerance",),
}
_PARAMETERS: Final = ("temperature", "max_tokens")


def start_body(fields: Mapping[str, str]) -> dict[str, Any]:
    """The body of `POST …/test-runs`; raises `Unprocessable` for what is no number and no JSON."""
    problems: list[Problem] = []
    body: dict[str, Any] = {
        "playlist": fields.get("playlist", ""),
        "name": fields.get("name", ""),
        "description": fields.get("description", ""),
        "modelInstance": _id(fields.get("modelInstance", "")),
        "model": fields.get("model", "").strip() or None,
        "parameters": _parameters(fields, problems),
        "evaluators": _evaluators(fields, problems),
        "concurrency": _number(fields, "concurrency", problems) or 4,
        **_what(fields),
    }
    if problems:
        raise Unprocessable("Please look at what is marked.", errors=problems)
    return body


def places(fields: Mapping[str, str]) -> dict[str, str]:
    """Where in the form a problem of the body belongs, by the beginning of its path."""
    told = {f"evaluators[{at}]": kind for at, kind in enumerate(_chosen(fields))}
    return {**told, "evaluators": "evaluators", "template": "what", "templateVersion": "what"}


def _what(fields: Mapping[str, str]) -> dict[str, Any]:
    what = fields.get("what", "")
    if what == RECORDED:
        return {"asRecorded": True}
    if what.startswith(VERSION):
        return {"templateVersion": what.removeprefix(VERSION)}
    name = what.removeprefix(TEMPLATE)
    return {"template": name or None, "environment": fields.get("environment") or "latest"}


def _chosen(fields: Mapping[str, str]) -> list[str]:
    return [kind for kind in KINDS if fields.get(kind) == "true"]


def _evaluators(fields: Mapping[str, str], problems: list[Problem]) -> list[Any]:
    documents: list[Any] = [_evaluator(kind, fields, problems) for kind in _chosen(fields)]
    if said := fields.get("evaluators", "").strip():
        more = _json(said, "evaluators", problems)
        documents += more if isinstance(more, list) else [more]
    return documents


def _evaluator(kind: str, fields: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    document: dict[str, Any] = {"kind": kind}
    for name in _FLAGS.get(kind, ()):
        if fields.get(f"{kind}.{name}") == "true":
            document[name] = True
    for name in _TEXTS.get(kind, ()):
        if said := fields.get(f"{kind}.{name}", "").strip():
            document[name] = said
    for name in _NUMBERS.get(kind, ()):
        value = _number(fields, f"{kind}.{name}", problems)
        if value is not None:
            document[name] = value
    if "modelInstance" in document:
        document["modelInstance"] = _id(document["modelInstance"])
    if kind == "contains":
        lines = fields.get("contains.values", "").split("\n")
        document["values"] = [line.strip() for line in lines if line.strip()]
    if kind == "json_schema":
        said = fields.get("json_schema.jsonSchema", "").strip()
        document |= {"jsonSchema": _json(said, kind, problems)} if said else {"source": "version"}
    return document


def _id(chosen: str) -> int | str:
    """A model instance's id, as the list of them gives it."""
    return int(chosen) if chosen.isascii() and chosen.isdigit() else chosen


def _parameters(fields: Mapping[str, str], problems: list[Problem]) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    if said := fields.get("parameters", "").strip():
        more = _json(said, "parameters", problems)
        if isinstance(more, dict):
            parameters |= more
        elif not problems:
            problems.append(Problem("parameters", "this is no JSON object"))
    for name in _PARAMETERS:
        value = _number(fields, name, problems)
        if value is not None:
            parameters[name] = value
    return parameters


def _number(fields: Mapping[str, str], name: str, problems: list[Problem]) -> float | int | None:
    said = fields.get(name, "").strip()
    if not said:
        return None
    try:
        value = float(said)
    except ValueError:
        problems.append(Problem(name.partition(".")[0], f"{name} must be a number"))
        return None
    return int(value) if value.is_integer() else value


def _json(text: str, path: str, problems: list[Problem]) -> Any:  # noqa: ANN401 (any JSON)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        problems.append(Problem(path, "this is no JSON"))
    return None
