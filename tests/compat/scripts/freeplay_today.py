"""Every call of `freeplay` 0.6.1; prints one JSON object. Runs with that package."""

import json
import os
import sys
from uuid import uuid4

from freeplay.model import TestRunInfo
from freeplay.resources.recordings import RecordUpdatePayload, ResponseInfo, UsageTokens
from freeplay.resources.test_cases import DatasetTestCase
from freeplay.resources.test_suites import TestSuites
from freeplay.resources.traces import TraceUpdatePayload
from freeplay.support import HistoryTemplateMessage, TemplateChatMessage, ToolSchema

from freeplay import CallInfo, Freeplay, RecordPayload

MAIL = "jane.roe@example.com"
SAID = f"Write to {MAIL} please"
TO = {"to": MAIL}
PROJECT = os.environ["PROJECT"]
client = Freeplay(freeplay_api_key=os.environ["TOKEN"], api_base=os.environ["URL"])
told = {}


def refusal(action):
    try:
        action()
    except Exception as error:
        return [type(error).__name__, str(error)]
    return None


def templates():
    messages = [
        TemplateChatMessage("system", "Answer {{name}} in {{language}}."),
        HistoryTemplateMessage("history"),
        TemplateChatMessage("user", "{{question}}"),
    ]
    tools = [ToolSchema("send_mail", "Sends a letter", {"type": "object", "properties": {}})]
    made = [
        client.prompts.create_version(
            PROJECT, "letters/answer", messages, model="gpt-x", provider="openai",
            version_name="First", version_description="By a test", tool_schema=tools,
            llm_parameters={"temperature": 0.2}, environments=["prod"],
        )
        for _ in range(2)
    ]  # fmt: skip
    version, again = made
    told["same version"] = version.prompt_template_version_id == again.prompt_template_version_id
    ids = (version.prompt_template_id, version.prompt_template_version_id)
    client.prompts.update_version_environments(PROJECT, *ids, ["staging"])
    told["refused environment"] = refusal(
        lambda: client.prompts.update_version_environments(PROJECT, *ids, ["no such/name"])
    )
    told["no template"] = refusal(lambda: client.prompts.get(PROJECT, "nothing", "prod"))
    told["all"] = [
        t.prompt_template_name for t in client.prompts.get_all(PROJECT, "staging").prompt_templates
    ]
    everywhere = client.prompts.get_all_for_environment("latest").prompt_templates
    told["everywhere"] = [t.prompt_template_name for t in everywhere]
    client.prompts.get_all_for_environment("staging")
    by_id = client.prompts.get_by_version_id(PROJECT, *ids)
    told["by id"] = [by_id.prompt_info.model, by_id.prompt_info.provider]
    return ids


def formatted(environment):
    return client.prompts.get_formatted(
        PROJECT, "letters/answer", environment,
        {"name": "Ada", "language": "English", "question": SAID},
        history=[{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hello!"}],
    )  # fmt: skip


def recorded(prompt):
    session = client.sessions.create(custom_metadata={"customer": MAIL, "tier": 2})
    answer = {"role": "assistant", "content": "I wrote to jane.roe@example.com."}
    trace = session.create_trace(SAID, agent_name="writer", custom_metadata={"step": "one"})
    payload = RecordPayload(
        project_id=PROJECT,
        all_messages=prompt.all_messages(answer),
        session_info=session.session_info,
        inputs={"question": SAID},
        prompt_version_info=prompt.prompt_info,
        call_info=CallInfo.from_prompt_info(prompt.prompt_info, 1.0, 2.5, UsageTokens(11, 7)),
        tool_schema=prompt.tool_schema,
        response_info=ResponseInfo(is_complete=True),
        eval_results={"kind": True, "length": 0.5},
        parent_id=trace.trace_id,
        completion_id=uuid4(),
    )
    done = client.recordings.create(payload)
    told["completion"] = done.completion_id == str(payload.completion_id)
    update = RecordUpdatePayload(PROJECT, done.completion_id, [answer], {"late": False})
    told["updated"] = client.recordings.update(update).completion_id == done.completion_id
    trace.record_output(PROJECT, "Wrote to jane.roe@example.com", {"good": True})
    client.traces.update(
        TraceUpdatePayload(
            PROJECT, session.session_id, trace.trace_id, output=TO,
            metadata={"step": "two"}, feedback={"rating": 5}, eval_results={"good": 0.75},
        )
    )  # fmt: skip
    client.customer_feedback.update(PROJECT, done.completion_id, {"freeplay_feedback": "positive"})
    client.customer_feedback.update_trace(
        PROJECT, trace.trace_id, {"note": "for jane.roe@example.com"}
    )
    client.metadata.update_session(PROJECT, session.session_id, {"tier": 3, "ticket": "T-1"})
    client.metadata.update_trace(PROJECT, session.session_id, trace.trace_id, {"step": "three"})
    return session.session_id, done.completion_id


def vendors(prompt):
    """Messages in the shapes of other vendors."""
    arguments = {"name": "mail", "arguments": json.dumps(TO)}
    called = {"id": "c", "type": "function", "function": arguments}
    used = {"type": "tool_use", "id": "t", "name": "mail", "input": TO}
    in_bedrock = {"toolUse": {"toolUseId": "t", "name": "mail", "input": TO}}
    shapes = {
        "anthropic": [
            {"role": "user", "content": [{"type": "text", "text": SAID}]},
            {"role": "assistant", "content": [used]},
        ],
        "gemini": [
            {"role": "user", "parts": [{"text": SAID}]},
            {"role": "model", "parts": [{"functionCall": {"name": "mail", "args": TO}}]},
        ],
        "bedrock": [
            {"role": "user", "content": [{"text": SAID}]},
            {"role": "assistant", "content": [in_bedrock]},
        ],
        "openai": [
            {"role": "user", "content": SAID},
            {"role": "assistant", "content": None, "tool_calls": [called]},
            {"role": "tool", "tool_call_id": "c", "content": f"sent to {MAIL}"},
        ],
    }
    ids = []
    for provider, messages in shapes.items():
        call = CallInfo(provider=provider, model="m", start_time=1.0, end_time=2.0)
        ids.append(
            client.recordings.create(RecordPayload(PROJECT, messages, call_info=call)).completion_id
        )
    return ids


def test_runs(prompt):
    dataset = os.environ["DATASET"]
    cases = [
        DatasetTestCase({"question": f"{SAID} ({n})"}, output=f"answer {n}", metadata={"n": str(n)},
                        history=[{"role": "user", "content": "Hi"}])
        for n in range(2)
    ]  # fmt: skip
    client.test_cases.create_many(PROJECT, dataset, cases)
    kept = client.test_cases.get(PROJECT, dataset).test_cases
    told["cases"] = [[case.inputs, case.output] for case in kept]
    run = client.test_runs.create(
        PROJECT, os.environ["PLAYLIST"], include_outputs=True, name="A run"
    )
    told["run"] = [[case.variables, case.output] for case in run.test_cases]
    for case in run.test_cases:
        client.recordings.create(
            RecordPayload(
                PROJECT, [{"role": "assistant", "content": "done"}], inputs=case.variables,
                test_run_info=TestRunInfo(run.test_run_id, case.id), eval_results={"good": True},
            )
        )  # fmt: skip
    result = client.test_runs.get(PROJECT, run.test_run_id)
    told["result"] = [result.name, result.summary_statistics.auto_evaluation]
    told["no playlist"] = refusal(lambda: client.test_runs.create(PROJECT, "nothing"))


def test_suites():
    suites = TestSuites(client.call_support, client.recordings)
    suite = os.environ["SUITE"]
    run = suites.run(PROJECT, suite, environment="latest", page_size=1)
    cases = list(run.test_cases)
    told["suite"] = [run.target_type, run.total_test_cases, len(cases)]
    for case in cases:
        messages = run.format_prompt(case).all_messages({"role": "assistant", "content": "x"})
        run.record(case, messages, eval_results={"good": False})
    told["suite results"] = run.get_results().status
    told["executed"] = suites.execute(
        PROJECT, suite, environment="latest", name="By the server"
    ).status


def main():
    templates()
    prompt = formatted("prod")
    told["prompt"] = [[message["role"], message["content"]] for message in prompt.llm_prompt]
    told["session"], told["recorded"] = recorded(prompt)
    told["vendors"] = vendors(prompt)
    test_runs(prompt)
    test_suites()
    gone = client.sessions.create()
    client.recordings.create(
        RecordPayload(PROJECT, [{"role": "user", "content": SAID}], session_info=gone.session_info)
    )
    client.sessions.delete(PROJECT, gone.session_id)
    told["gone"] = gone.session_id
    wrong = Freeplay(freeplay_api_key="wrong", api_base=os.environ["URL"])
    told["wrong key"] = refusal(lambda: wrong.prompts.get_all(PROJECT, "latest"))
    told["wrong project"] = refusal(lambda: client.prompts.get_all("nothing", "latest"))
    json.dump(told, sys.stdout)


main()
