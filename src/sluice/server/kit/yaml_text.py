"""Writing YAML that reads well and diffs well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import yaml
from pydantic import BaseModel


def set_values(model: BaseModel) -> dict[str, Any]:
    """What differs from the defaults, in the wire's spelling."""
    return model.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class Flow(dict[str, Any]):
    """A mapping on one line."""


class _Dumper(yaml.SafeDumper):
    """Lists are indented, longer texts stand as they are."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists under their key, which reads better and diffs better."""
        super().increase_indent(flow, False)


def _text_node(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    # YAML's other line ends would come back as spaces, unless they are escaped.
    plain = all(c.isprintable() or c in "\n " for c in text)
    style = '"' if not plain else "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _flow_node(dumper: _Dumper, shown: Flow) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", shown, flow_style=True)


_Dumper.add_representer(str, _text_node)
_Dumper.add_representer(Flow, _flow_node)


def as_yaml(shown: dict[str, Any]) -> str:
    """YAML that diffs well: keys in their order, texts of several lines as they are."""
    text: str = yaml.dump(
        shown, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000,
        default_flow_style=False,
    )  # fmt: skip
    return text


HEADER: Final = "# Sluice. Apply with: sluice {command} import FILE   (first with --dry-run)\n"


def document_of(command: str, key: str, texts: Sequence[str]) -> str:
    """A document of several things, as `sluice … import` reads it."""
    items = ("  - " + indented(text, "    ").removeprefix("    ") for text in texts)
    body = f"{key}:\n" + "\n".join(items) if texts else f"{key}: []\n"
    return HEADER.format(command=command) + body


def indented(text: str, by: str) -> str:
    """Every line that is not empty, further to the right."""
    return "".join(by + line if line.strip() else line for line in text.splitlines(keepends=True))
