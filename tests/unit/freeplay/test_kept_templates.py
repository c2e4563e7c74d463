"""Templates: read from the server, kept for when it is down, or bundled as files."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.peers import Peer
from tests.peers.freeplay_wire import KEY, FreeplayServer, cut, failing, garbage
from tests.unit.freeplay.conftest import VENDOR_KEY

from freeplay import ClientOptions, Freeplay
from freeplay.errors import (
    ArgumentError,
    FreeplayError,
    InvalidResponseError,
    RequestError,
    TemplateFormatError,
    TemplateNotFoundError,
)
from freeplay.flavors import OpenAIChat
from freeplay.resolvers import FilesystemTemplateResolver

DOWN = {"down": failing(503), "failing": failing(500), "cut": cut(), "garbage": garbage()}


def client(peer: Peer, **options: object) -> Freeplay:
    flavor = OpenAIChat(VENDOR_KEY, f"{peer.url}/v1")
    given: dict[str, Any] = options
    settings = replace(ClientOptions(retries=0), **given)
    return Freeplay(flavor, KEY, f"{peer.url}/api", client_options=settings)


@pytest.mark.parametrize("fault", DOWN)
@pytest.mark.parametrize("part", ["sessions", "templates"])
def test_a_server_that_goes_down_stops_no_calls(
    peer: Peer, server: FreeplayServer, fault: str, part: str
) -> None:
    with client(peer) as freeplay:
        first = freeplay.get_completion("p", "chat", {"name": "Ada"})
        server.faults = {part: [DOWN[fault]] * 5}
        assert freeplay.get_completion("p", "chat", {"name": "Ada"}) == first
    assert len(server.recordings) == 2
    ids = [one["session_id"] for one in server.recordings]
    assert len(set(ids)) == 2


def test_a_file_of_templates_survives_the_program(
    peer: Peer, server: FreeplayServer, tmp_path: Path
) -> None:
    file = tmp_path / "folder" / "templates.json"
    with client(peer, template_cache_file=file) as freeplay:
        freeplay.create_session("p")
    assert file.stat().st_mode & 0o777 == 0o600
    assert KEY not in file.read_text()
    server.faults = {"/projects/": [failing(503)] * 9}
    with client(peer, template_cache_file=file) as later:
        assert later.get_completion("p", "chat", {"name": "Ada"}).is_complete
        with pytest.raises(RequestError):
            later.create_session("another")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1, "answers": {"x": 1}}', "\0"])
def test_a_file_that_is_none_of_ours_is_replaced(peer: Peer, tmp_path: Path, text: str) -> None:
    file = tmp_path / "templates.json"
    file.write_text(text)
    with client(peer, template_cache_file=file) as freeplay:
        freeplay.create_session("p")
    assert json.loads(file.read_text())["version"] == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_never_covered_up_by_what_is_kept(
    peer: Peer, server: FreeplayServer, status: int
) -> None:
    with client(peer) as freeplay:
        freeplay.create_session("p")
        server.faults = {"templates": [failing(status)]}
        with pytest.raises(RequestError) as caught:
            freeplay.create_session("p")
    assert caught.value.status == status


def test_a_deployed_version_is_used_at_once_and_an_unchanged_one_not_sent_again(
    peer: Peer, server: FreeplayServer
) -> None:
    server.etag = '"one"'
    with client(peer) as freeplay:
        for _ in range(2):
            assert len(freeplay.create_session("p").prompts.templates) == 2
        server.etag, server.templates = '"two"', server.templates[:1]
        assert len(freeplay.create_session("p").prompts.templates) == 1
    asked = [r.headers.get("if-none-match") for r in server.asked if "templates" in r.path]
    assert asked == [None, '"one"', '"one"']


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": 1},
        {"content": None},
        {"params": []},
        {"dialect": "jinja"},
        {"project_version_id": 7},
    ],
    ids=str,
)
def test_a_wrongly_typed_template_is_named_by_its_place(
    peer: Peer, server: FreeplayServer, wrong: dict[str, Any]
) -> None:
    server.templates[1] |= wrong
    with client(peer) as freeplay, pytest.raises(InvalidResponseError, match=r"templates\[1\]"):
        freeplay.create_session("p")


def test_a_server_that_speaks_mustache_says_so(peer: Peer, server: FreeplayServer) -> None:
    server.templates[1]["content"] = json.dumps([{"role": "user", "content": "{{name}} {x}"}])
    server.templates[1]["dialect"] = "mustache"
    with client(peer) as freeplay:
        answer = freeplay.get_completion("p", "chat", {"name": "{{name}}"})
    assert answer.content == "You said: {{name}} {x}"
    headers = [r.headers for r in server.asked if "templates" in r.path]
    assert headers[0]["freeplay-template-dialect"] == "mustache"


def test_ids_and_tags_are_quoted_in_paths(peer: Peer, server: FreeplayServer) -> None:
    with client(peer) as freeplay:
        freeplay.create_session("p/../q", "a b?c")
    assert server.paths()[0] == "/api/projects/p%2F..%2Fq/sessions/tag/a%20b%3Fc"


def test_a_missing_template_is_told_with_those_that_there_are(peer: Peer) -> None:
    with client(peer) as freeplay, pytest.raises(TemplateNotFoundError, match="chat"):
        freeplay.get_completion("p", "chatt", {})


BUNDLED = {
    "format_version": 3,
    "prompt_template_id": "t-1",
    "prompt_template_version_id": "v-7",
    "prompt_template_name": "greeting",
    "project_id": "p",
    "content": [
        {"role": "system", "content": "Be kind.", "media_slots": []},
        {"kind": "history"},
        {"role": "user", "content": "Hello {{name}}!"},
    ],
    "metadata": {"provider": "openai", "flavor": "openai_chat", "model": "gpt-x",
                 "params": {"temperature": 0.3}, "provider_info": None},
}  # fmt: skip
OLDER = {
    "prompt_template_id": "t-2",
    "prompt_template_version_id": "v-2",
    "name": "older",
    "content": json.dumps([{"role": "Human", "content": "Hello {{name}}!"}]),
    "metadata": {"flavor_name": "openai_chat", "params": {"model": "gpt-y"}},
}


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "freeplay" / "prompts" / "p" / "prod"
    folder.mkdir(parents=True)
    for written in (BUNDLED, OLDER):
        name = written.get("prompt_template_name") or written["name"]
        (folder / f"{name}.json").write_text(json.dumps(written))
    return tmp_path


def test_bundled_prompts_are_used_and_the_server_is_not_asked_for_them(
    peer: Peer, server: FreeplayServer, bundle: Path
) -> None:
    with client(peer, template_resolver=FilesystemTemplateResolver(bundle)) as freeplay:
        for name in ("greeting", "older"):
            answer = freeplay.get_completion("p", name, {"name": "Ada"}, tag="prod")
            assert answer.content == "You said: Hello Ada!"
    assert not [path for path in server.paths() if "templates" in path]
    assert [one["model"] for one in server.recordings] == ["gpt-x", "gpt-y"]
    assert [one["project_version_id"] for one in server.recordings] == ["v-7", "v-2"]


def test_bundled_prompts_need_no_server(peer: Peer, server: FreeplayServer, bundle: Path) -> None:
    server.faults = {"/projects/": [failing(503)] * 9}
    with client(peer, template_resolver=FilesystemTemplateResolver(bundle)) as freeplay:
        assert freeplay.get_completion("p", "greeting", {}, tag="prod").is_complete


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", json.dumps(BUNDLED | {"content": [{"role": "user"}]}),
                json.dumps(BUNDLED | {"content": [{"role": "user", "content": "x",
                           "media_slots": [{"type": "image", "placeholder_name": "i"}]}]})],
    ids=["empty", "list", "nothing", "no content", "media"],
)  # fmt: skip
def test_a_malformed_file_is_named(bundle: Path, content: str) -> None:
    (bundle / "freeplay/prompts/p/prod/broken.json").write_text(content)
    with pytest.raises(TemplateFormatError, match=r"broken\.json"):
        FilesystemTemplateResolver(bundle).get_prompts("p", "prod")


def test_a_resolver_stays_in_its_folder(bundle: Path, tmp_path: Path) -> None:
    resolver = FilesystemTemplateResolver(bundle)
    for project in ("..", "", "a/b", "a\\b", "."):
        with pytest.raises(ArgumentError):
            resolver.get_prompts(project, "prod")
    with pytest.raises(TemplateNotFoundError):
        resolver.get_prompts("p", "staging")
    with pytest.raises(FreeplayError):
        FilesystemTemplateResolver(tmp_path / "nowhere")
