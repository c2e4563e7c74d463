"""Presidio beside us: its analyzer in a virtual environment of its own, and what it takes there.

`presidio()` makes the environment once, under `.compat/presidio`, from the pinned and hashed
requirements/compat-presidio.txt. Measured are its patterns alone: all recognizers that it has by
default, with spaCy's English tokenizer and no model. Its model is not on PyPI; where somebody has
put `en_core_web_sm` into that environment, it is measured as well.

This file is also the program that runs in there (so it imports nothing of ours): it reads
`{"model": false, "texts": […]}` from standard input and writes the milliseconds of each text.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import venv
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parents[1]
FOLDER: Final = ROOT / ".compat" / "presidio"
MODEL: Final = "en_core_web_sm"
PATIENCE: Final = 900
"""Seconds after which a program that does not end is ended."""


class NoPeer(Exception):
    """The environment cannot be made; the message says why."""


def presidio() -> Path:
    """The Python of an environment with exactly Presidio's analyzer. Raises `NoPeer`."""
    return environment("presidio")


def environment(name: str) -> Path:
    """The Python of an environment with what requirements/compat-NAME.txt pins; made once, kept.

    Raises:
        NoPeer: its packages cannot be installed.
    """
    folder = ROOT / ".compat" / name
    requirements = ROOT / "requirements" / f"compat-{name}.txt"
    python, done = folder / "bin" / "python", folder / "installed"
    if done.exists() and done.read_text() == requirements.read_text():
        return python
    venv.create(folder, with_pip=True, clear=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r"]
    installed = subprocess.run(
        [*command, str(requirements)], capture_output=True, text=True, check=False
    )
    if installed.returncode != 0:
        raise NoPeer(f"pip ended with {installed.returncode}")
    done.write_text(requirements.read_text())
    return python


def has_model(python: Path) -> bool:
    """Whether spaCy's small English model is in that environment."""
    asked = f"import importlib.util, sys; sys.exit(importlib.util.find_spec('{MODEL}') is None)"
    return subprocess.run([str(python), "-c", asked], check=False).returncode == 0


def timed(python: Path, texts: Sequence[str], *, model: bool) -> dict[str, Any]:
    """`{"ready": milliseconds, "each": [milliseconds of each text], "version": …}`."""
    done = subprocess.run(
        [str(python), "-W", "ignore", __file__],
        input=json.dumps({"model": model, "texts": texts}),
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
        cwd=FOLDER,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _measure(asked: dict[str, Any]) -> dict[str, Any]:
    """Runs in the other environment."""
    begin = time.perf_counter()
    analyzer = _analyzer(model=asked["model"])
    analyzer.analyze("Call 212-555-0100 or write to someone@example.org", language="en")
    ready = (time.perf_counter() - begin) * 1000
    each = []
    for text in asked["texts"]:
        start = time.perf_counter()
        analyzer.analyze(text, language="en")
        each.append((time.perf_counter() - start) * 1000)
    return {"ready": ready, "each": each, "version": version("presidio-analyzer")}


def _analyzer(*, model: bool) -> Any:  # noqa: ANN401 (of a package that is not installed here)
    # By name: type checkers look at our environment, which has neither.
    spacy, presidio_analyzer = import_module("spacy"), import_module("presidio_analyzer")
    nlp_engine = import_module("presidio_analyzer.nlp_engine")
    engine = nlp_engine.SpacyNlpEngine(models=[{"lang_code": "en", "model_name": MODEL}])
    engine.nlp = {"en": spacy.load(MODEL) if model else spacy.blank("en")}
    registry = presidio_analyzer.RecognizerRegistry()
    registry.load_predefined_recognizers(languages=["en"])
    if not model:
        registry.remove_recognizer("SpacyRecognizer")
    return presidio_analyzer.AnalyzerEngine(nlp_engine=engine, registry=registry)


if __name__ == "__main__":
    json.dump(_measure(json.load(sys.stdin)), sys.stdout)
