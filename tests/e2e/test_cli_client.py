"""The commands that call a server: ask, policies, model instances, users, audit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.cli_process import Running, call, call_on_terminal, serving

MAIL = "nobody@example.org"
ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
POLICIES = """
policyGroups:
  - name: Strict
    default: {action: redact, threshold: 0.4}
    rules:
      CREDIT_CARD: {action: block}
      EMAIL_ADDRESS: {action: replace, userMayRelease: true}
    customTerms:
      - {name: ticket, entityType: TICKET, pattern: "TCK-[0-9]{6}"}
    allowList: [info@example.com, "123"]
modelInstances:
  - name: Careful
    policyGroup: Strict
    instructions: |
      Be kind.
        Be brief: "yes" or 'no'.
    allowedUsers: [Administrator@localhost]
    allowedTeams: [Careful people]
    connection: {providerKey: echo, model: echo, options: {prefix: "I saw: ", piece: 3}}
  - name: Vendor
    policyGroup: Strict
    connection: {providerKey: openai, model: m-1, credentialsFromEnv: SYNTHETIC_KEY}
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("sluice")) as running:
        yield running


@pytest.fixture(scope="module")
def imported(server: Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The document above, applied."""
    file = tmp_path_factory.mktemp("documents") / "all.yaml"
    file.write_text(POLICIES)
    assert call("team", "create", "Careful people", settings=server.client).returncode == 0
    assert call("policy", "import", str(file), settings=server.client).returncode == 0
    settings = {**server.client, "SYNTHETIC_KEY": "synthetic-key"}
    assert call("instance", "import", str(file), settings=settings).returncode == 0
    return file


@pytest.mark.parametrize("way", ["--stream", "--no-stream"])
def test_asking_shows_every_step_into_a_pipe(server: Running, way: str) -> None:
    done = call("ask", way, f"Mail {MAIL} and {MAIL}.", settings=server.client)
    assert done.returncode == 0
    assert done.stdout == (
        f"Found:\nMail {MAIL} and {MAIL}.\n"
        "EMAIL_ADDRESS\t1.00\t5\t23\tmask\nEMAIL_ADDRESS\t1.00\t28\t46\tmask\n"
        "The model saw:\nMail EMAIL_ADDRESS_0 and EMAIL_ADDRESS_0.\n"
        "It answered:\nThe model saw: Mail EMAIL_ADDRESS_0 and EMAIL_ADDRESS_0.\n"
        f"You get:\nThe model saw: Mail {MAIL} and {MAIL}.\n"
    )
    assert re.search(r"go on with --thread \d+", done.stderr)


def test_a_thread_goes_on_with_its_placeholders(server: Running) -> None:
    first = json.loads(call("ask", "--json", f"A {MAIL}", settings=server.client).stdout)
    thread = str(first["threadId"])
    more = call("ask", "--thread", thread, f"B b@example.org {MAIL}", settings=server.client)
    assert "B EMAIL_ADDRESS_1 EMAIL_ADDRESS_0" in more.stdout


def test_a_prompt_is_read_from_standard_input(server: Running) -> None:
    done = call("ask", "--json", "-", settings=server.client, typed=f"Mail {MAIL}")
    answer = json.loads(done.stdout)
    assert answer["findings"][0]["type"] == "EMAIL_ADDRESS"
    assert answer["reidentifiedLLMResponseText"] == f"The model saw: Mail {MAIL}"


def test_a_terminal_shows_highlights_and_nothing_in_a_text_can_steer_it(server: Running) -> None:
    prompt = f"[bold]{MAIL}[/bold] \x1b]0;title\x07 \x1b[2J \x9b1m"
    code, written = call_on_terminal("ask", prompt, settings=server.client)
    assert code == 0
    assert "\x1b]" not in written
    assert "\x1b[2J" not in written
    assert "\x9b" not in written
    shown = ANSI.sub("", written)
    assert f"[bold]{MAIL}[/bold] ␛]0;title␇ ␛[2J \ufffd1m" in shown
    # The answer is shown as it comes, and in the end once more below what the model answered.
    titles = re.findall(r"^\W*(Found|The model saw|It answered|You get)\s*$", shown, re.MULTILINE)
    assert list(dict.fromkeys(titles)) == ["Found", "The model saw", "You get", "It answered"]
    assert titles[-2:] == ["It answered", "You get"]


def test_what_a_policy_blocks_ends_with_four_and_names_entity_types_only(
    server: Running, imported: Path
) -> None:
    card = "4111 1111 1111 1111"
    done = call("ask", "--instance", "Careful", f"Card {card}", settings=server.client)
    assert done.returncode == 4
    assert "CREDIT_CARD (1)" in done.stderr
    assert card not in done.stderr
    assert "CREDIT_CARD\t" in done.stdout
    assert "The model saw" not in done.stdout


def test_what_is_exported_and_imported_again_changes_nothing(
    server: Running, imported: Path, tmp_path: Path
) -> None:
    for kind, count in (("policy", 2), ("instance", 3)):
        file = tmp_path / f"{kind}.yaml"
        assert call(kind, "export", "-o", str(file), settings=server.client).returncode == 0
        assert file.stat().st_mode & 0o777 == 0o600
        again = call(kind, "import", str(file), settings=server.client)
        assert again.stdout == f"0 created, 0 changed, {count} unchanged.\n"
        assert call(kind, "export", settings=server.client).stdout == file.read_text()


def test_what_was_imported_is_in_force(server: Running, imported: Path) -> None:
    done = call("ask", "--instance", "Careful", f"{MAIL} TCK-123456", settings=server.client)
    answered = done.stdout.split("It answered:\n")[1]
    assert MAIL not in answered.split("You get:\n")[0]
    assert f"I saw: {MAIL} TICKET_0" in answered


def test_credentials_never_come_out_and_stay_until_others_are_given(
    server: Running, imported: Path
) -> None:
    exported = call("instance", "export", "Vendor", settings=server.client).stdout
    assert "synthetic-key" not in exported
    assert "credentialsFromEnv: NAME_OF_A_VARIABLE" in exported
    shown = call("instance", "show", "Vendor", "--json", settings=server.client).stdout
    assert json.loads(shown)["connection"]["hasCredentials"] is True
    changed = exported.replace("m-1", "m-2")
    done = call("instance", "import", "-", settings=server.client, typed=changed)
    assert "+  model: m-2" in done.stdout
    back = call("instance", "import", "-", settings=server.client, typed=exported)
    assert "0 created, 1 changed" in back.stdout
    listed = call("instance", "list", settings=server.client).stdout
    assert re.search(r"^\d+\tVendor\tStrict\topenai\tm-1\tyes\teverybody$", listed, re.MULTILINE)


def test_limits_are_written_and_taken_and_stay_where_a_file_does_not_name_them(
    server: Running, imported: Path
) -> None:
    without = call("instance", "export", "Careful", settings=server.client).stdout
    assert "limits" not in without
    limited = without.replace(
        "    connection:",
        "    limits: {tokensPerMinute: 900, monthlyBudgetMicrodollars: 5000000}\n    connection:",
    )
    done = call("instance", "import", "-", settings=server.client, typed=limited)
    assert "+limits:\n  +  tokensPerMinute: 900\n" in done.stdout
    kept = call("instance", "import", "-", settings=server.client, typed=without)
    assert "0 created, 0 changed, 1 unchanged." in kept.stdout
    exported = call("instance", "export", "Careful", settings=server.client).stdout
    again = call("instance", "import", "-", settings=server.client, typed=exported)
    assert "0 created, 0 changed, 1 unchanged." in again.stdout
    shown = call("instance", "limits", "Careful", "--json", settings=server.client).stdout
    limits = {key: value for key, value in json.loads(shown)["limits"].items() if value}
    assert limits == {"tokensPerMinute": 900, "monthlyBudgetMicrodollars": 5_000_000}
    unset = re.sub(r"limits:\n( {6}.*\n)+", "limits: {}\n", exported)
    done = call("instance", "import", "-", settings=server.client, typed=unset)
    assert "-limits:" in done.stdout
    assert call("instance", "export", "Careful", settings=server.client).stdout == without


def test_a_new_instance_has_the_limits_of_its_file(server: Running, imported: Path) -> None:
    document = (
        "modelInstances:\n"
        "  - {name: Limited, policyGroup: Strict, limits: {requestsPerMinute: 0},\n"
        "     connection: {providerKey: echo, model: echo}}\n"
        "  - {name: Wrong, policyGroup: Strict, limits: {requestsPerMinute: -1}}\n"
    )
    done = call("instance", "import", "-", settings=server.client, typed=document)
    assert "standard input:4: modelInstances[1].limits.requestsPerMinute" in done.stderr
    right = document[: document.index("  - {name: Wrong")]
    done = call("instance", "import", "-", settings=server.client, typed=right)
    assert "1 created" in done.stdout
    refused = call("ask", "--instance", "Limited", "Hello.", settings=server.client)
    assert refused.returncode == 1
    assert "may use 0 requests a minute" in refused.stderr


def test_a_dry_run_shows_the_difference_and_changes_nothing(
    server: Running, imported: Path
) -> None:
    before = call("policy", "export", settings=server.client).stdout
    wanted = before.replace("threshold: 0.4", "threshold: 0.9").replace("name: Strict", "name: New")
    done = call("policy", "import", "--dry-run", "-", settings=server.client, typed=wanted)
    assert "create policy group New" in done.stdout
    assert "1 would be created, 0 would be changed, 1 unchanged." in done.stdout
    assert call("policy", "export", settings=server.client).stdout == before


def test_a_change_is_a_new_version_with_its_note(server: Running, imported: Path) -> None:
    shown = call("policy", "show", "Strict", settings=server.client).stdout
    wanted = shown.replace("threshold: 0.4", "threshold: 0.3")
    done = call("policy", "import", "-", "--note", "ticket 1", settings=server.client, typed=wanted)
    assert "-default: {action: redact, threshold: 0.4}" in done.stdout
    assert "+default: {action: redact, threshold: 0.3}" in done.stdout
    listed = json.loads(call("policy", "list", "--json", settings=server.client).stdout)
    assert {g["name"]: g["version"] for g in listed} == {"Default": 1, "Strict": 2}
    call("policy", "import", "-", settings=server.client, typed=shown)


def test_every_problem_of_a_document_is_told_before_anything_changes(
    server: Running, imported: Path
) -> None:
    document = (
        "modelInstances:\n"
        "  - name: Fine\n"
        "    policyGroup: Strict\n"
        "    connection: {providerKey: echo, model: echo}\n"
        "  - name: Bad\n"
        "    policyGroup: None such\n"
        "    allowedUsers: [stranger@example.org]\n"
        "    allowedTeams: [Strangers]\n"
        "    connection:\n"
        "      providerKey: openai\n"
        "      model: m\n"
        "      baseUrl: nowhere\n"
        "      credentialsFromEnv: NOT_SET_ANYWHERE\n"
        "  - name: Worse\n"
        "    policyGroup: Strict\n"
        "    connection: {providerKey: openai, model: m, options: {nonsense: 1}}\n"
        "  - {name: Odd, policyGroup: Strict, connection: {providerKey: nobody, model: m}}\n"
    )
    done = call("instance", "import", "-", settings=server.client, typed=document)
    assert done.returncode == 1
    places = re.findall(
        r"^  - standard input:(\d+): modelInstances(\S+): ", done.stderr, re.MULTILINE
    )
    assert places == [
        ("6", "[1].policyGroup"),
        ("7", "[1].allowedUsers[0]"),
        ("8", "[1].allowedTeams[0]"),
        ("13", "[1].connection.credentialsFromEnv"),
        ("16", "[2].connection.credentialsFromEnv"),
        ("16", "[2].connection.options.nonsense"),
        ("17", "[3].connection.providerKey"),
    ]
    assert "Fine" not in call("instance", "list", settings=server.client).stdout


def test_a_rule_for_what_nothing_finds_is_warned_about(server: Running) -> None:
    document = "policyGroups: [{name: New, rules: {EMAIL_ADRESS: {action: block}}}]"
    done = call("policy", "import", "--dry-run", "-", settings=server.client, typed=document)
    assert done.returncode == 0
    assert "nothing finds EMAIL_ADRESS" in done.stderr


def test_an_instance_is_tried_and_nothing_of_it_stays(server: Running) -> None:
    done = call("instance", "test", "Echo", settings=server.client)
    told = r"Echo answers: connection echo, model echo, \d+ characters in "
    assert re.match(told, done.stdout), done.stderr
    events = call("audit", "--event", "model_instance.tested", settings=server.client).stdout
    assert len(events.splitlines()) == 1
    threads = call("audit", "--event", "thread.deleted", settings=server.client).stdout
    assert threads.splitlines() == []


def test_users_and_audit_events_are_listed(server: Running) -> None:
    users = call("user", "list", settings=server.client).stdout
    assert users.splitlines() == [
        "1\tadministrator@localhost\tAdministrator\tadministrator\tactive",
        "2\t\tProject Default\tmember\tactive",
    ]
    assert json.loads(call("user", "list", "--json", settings=server.client).stdout)[0]["id"] == 1
    events = json.loads(call("audit", "--json", "--limit", "2", settings=server.client).stdout)
    assert len(events) == 2
    older = call("audit", "--before", str(events[1]["id"]), "--limit", "1", settings=server.client)
    assert int(older.stdout.split("\t")[0]) == events[1]["id"] - 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("policy", "show", "None"), "no policy group named None; there are: Default"),
        (("instance", "show", "None"), "no model instance named None"),
        (("instance", "test", "None"), "no model instance named None"),
        (("policy", "export", "A", "Default", "B"), "no policy group named A, B"),
        (("ask", "--thread", "999999", "hello"), "no such thread"),
    ],
)
def test_a_name_that_is_not_there_is_said(
    server: Running, command: tuple[str, ...], said: str
) -> None:
    done = call(*command, settings=server.client)
    assert done.returncode == 1
    assert said in done.stderr


def test_the_openapi_document_needs_no_server(tmp_path: Path) -> None:
    done = call("openapi", settings={"SLUICE_DATA_DIR": str(tmp_path / "none")})
    assert json.loads(done.stdout)["paths"]["/api/v1/prompts/submit"]
    assert not (tmp_path / "none").exists()


def test_people_and_teams_are_changed(server: Running) -> None:
    assert call("team", "create", "Testers", settings=server.client).returncode == 0
    added = call("team", "add", "Testers", "administrator@localhost", settings=server.client)
    assert added.stdout == "Team Testers has 1 people.\n"
    assert (
        "administrator@localhost" in call("team", "show", "Testers", settings=server.client).stdout
    )
    renamed = call("team", "rename", "Testers", "Checkers", settings=server.client)
    assert renamed.stdout == "The team is called Checkers now.\n"
    assert call("team", "remove", "Checkers", "1", settings=server.client).returncode == 0
    assert call("team", "delete", "Checkers", settings=server.client).returncode == 0
    gone = call("team", "show", "Checkers", settings=server.client)
    assert (gone.returncode, "no team of this name" in gone.stderr) == (1, True)
    last = call("user", "disable", "administrator@localhost", settings=server.client)
    assert "last administrator" in last.stderr
    role = call("user", "role", "1", "administrator", settings=server.client)
    assert role.stdout == "User 1 (administrator@localhost) is administrator now.\n"


def test_limits_of_an_instance_are_set_one_by_one_and_shown(
    server: Running, imported: Path
) -> None:
    ask = ("instance", "limits", "Careful")
    done = call(*ask, "--requests-per-minute", "9", "--json", settings=server.client)
    assert done.returncode == 0, done.stderr
    call(*ask, "--monthly-budget", "12.5", settings=server.client)
    limits = json.loads(call(*ask, "--json", settings=server.client).stdout)["limits"]
    assert (limits["requestsPerMinute"], limits["monthlyBudgetMicrodollars"]) == (9, 12_500_000)
    assert "$12.50" in call(*ask, settings=server.client).stdout
    done = call(*ask, "--none", "--json", settings=server.client)
    assert set(json.loads(done.stdout)["limits"].values()) == {None}
