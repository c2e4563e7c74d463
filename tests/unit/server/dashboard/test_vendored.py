"""What the pages load is what was vendored, and their style sheet is built from their templates."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import sluice.server.dashboard

DASHBOARD = Path(sluice.server.dashboard.__file__).parent
VENDOR = DASHBOARD / "static" / "vendor"
_CLASS = re.compile(r'class="([^"{}]*)"')
_TAILWIND = re.compile(
    r"(?:[a-z0-9-]+:)*!?-?(?:bg|text|border|grid-cols|w|h|mt|mb|px|py|gap|max-w)-\S+"
)


def test_the_vendored_files_are_unchanged() -> None:
    noted = [line.split() for line in (VENDOR / "SHA256SUMS").read_text("utf-8").splitlines()]
    assert {name for _, name in noted} == {
        path.name for path in VENDOR.iterdir() if path.suffix in {".js", ".css"}
    }
    for digest, name in noted:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_the_style_sheet_has_every_utility_that_templates_use() -> None:
    """`make styles` was run after the last change of a template."""
    sheet = (DASHBOARD / "static" / "dashboard.css").read_text("utf-8")
    known = set(re.findall(r"\.((?:[\w-]|\\.)+)", sheet))
    known = {re.sub(r"\\(.)", r"\1", name) for name in known}
    used: dict[str, str] = {}
    for template in (DASHBOARD / "templates").rglob("*.html"):
        for classes in _CLASS.findall(template.read_text("utf-8")):
            used |= {one: template.name for one in classes.split() if _TAILWIND.fullmatch(one)}
    missing = {one: where for one, where in used.items() if one not in known}
    assert len(used) > 20
    assert not missing
