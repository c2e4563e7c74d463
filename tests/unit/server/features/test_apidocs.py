"""The vendored files of the API reference are the ones whose hashes were noted."""

from __future__ import annotations

import hashlib

from sluice.server.features.apidocs.endpoints import STATIC


def test_the_vendored_files_are_unchanged() -> None:
    noted = [line.split() for line in (STATIC / "SHA256SUMS").read_text().splitlines()]
    assert [name for _, name in noted] == ["swagger-ui-bundle.js", "swagger-ui.css"]
    for digest, name in noted:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest
