"""Every Python block of the package's README runs as it stands, but for addresses and keys."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.peers import Peer
from tests.peers.freeplay_wire import KEY, FreeplayServer, chat_template
from tests.unit.freeplay.conftest import VENDOR_KEY

README = Path(__file__).parents[3] / "clients" / "freeplay" / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.MULTILINE | re.DOTALL)
BUNDLED = {
    "format_version": 2,
    "prompt_template_id": "t",
    "prompt_template_version_id": "v",
    "prompt_template_name": "greeting",
    "content": [{"role": "user", "content": "Hello {{name}}!"}],
    "metadata": {"flavor": "openai_chat", "model": "gpt-x", "params": {}},
}


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_a_block_of_the_page_runs(
    number: int,
    peer: Peer,
    server: FreeplayServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server.templates = [
        chat_template("greeting", ("user", "Hello {name}!"), params={"model": "gpt-x"})
    ]
    server.playlists = {"my-playlist": [{"name": "Ada"}]}
    folder = tmp_path / "bundle" / "freeplay" / "prompts" / "my-project" / "prod"
    folder.mkdir(parents=True)
    (folder / "greeting.json").write_text(json.dumps(BUNDLED))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{peer.url}/v1")
    replaced = {
        "https://sluice.example.com": peer.url,
        "my-freeplay-key": KEY,
        "my-sluice-key": KEY,
        "my-openai-key": VENDOR_KEY,
    }
    text = BLOCKS[number]
    for name, value in replaced.items():
        text = text.replace(name, value)
    exec(compile(text, README.name, "exec"), {"__name__": "__main__"})
    assert server.problems == []
    assert server.recordings or "greetings" in text


def test_the_page_shows_every_call() -> None:
    shown = "".join(BLOCKS)
    calls = [
        "get_completion(", "get_completion_stream(", "start_chat(", "start_chat_stream(",
        "continue_chat(", "continue_chat_stream(", "create_session(", "create_test_run(",
        "flush(", "close()", "AsyncFreeplay(",
    ]  # fmt: skip
    assert [call for call in calls if call not in shown] == []
