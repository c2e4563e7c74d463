"""What people of the company of `benchmarks.company` made: templates, playlists, runs, calls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from benchmarks.company import BUSY_DAYS, Copies, Model, Size
from benchmarks.workbench_data import TEMPLATED, Templated
from sluice.server.features.proxy.calls.body import digests_of
from sluice.server.kit.sealing import DataKey, Place
from sluice.server.vault.service import conversation_scope, thread_scope

VERSIONS_EACH: Final = 5
BUSY: Final = 20
"""Model instances that are called; the others are there."""
ENVIRONMENTS: Final = ("prod", "staging", "dev")


@dataclass(frozen=True, slots=True)
class Workplace:
    """The project in which everything is made."""

    id: int
    space_id: int
    scope: str
    key: DataKey

    @classmethod
    async def of(cls, copies: Copies) -> Workplace:
        """The project of `sluice demo`."""
        project = (await Model.of(copies.into, "projects", "uid = 'demo'")).values
        scope = conversation_scope(project["conversation_id"])
        return cls(project["id"], project["conversation_id"], scope, await copies.key(scope))

    def resealed(self, model: Model, column: str, uid: str) -> bytes | None:
        """A sealed column of a copy whose public id is another."""
        if model.values[column] is None:
            return None
        plain = self.key.open(model.values[column], self._place(model, column, model.values["uid"]))
        return self.key.seal(plain, self._place(model, column, uid))

    def _place(self, model: Model, column: str, uid: str) -> Place:
        return Place(model.table, column, uid, self.scope)


async def templates(copies: Copies, size: Size, at: Workplace) -> list[Templated]:
    """Templates with versions, deployments and requests; returns those that are recorded with."""
    template = await Model.of(copies.into, "templates", f"project_id = {at.id}")
    version = await Model.of(copies.into, "template_versions")
    deployment = await Model.of(copies.into, "deployments")
    first = {t: await copies.next_id(t) for t in ("templates", "template_versions", "deployments")}
    requests, version_id, deployment_id = [], first["template_versions"], first["deployments"]
    recorded: list[Templated] = []
    for place, made in enumerate(copies.times(size.templates)):
        row_id, uid = first["templates"] + place, copies.uid()
        name = f"folder-{place % 40}/prompt-{place}"
        await copies.add(template, id=row_id, uid=uid, name=name, created_at=made)
        count = VERSIONS_EACH if place else max(VERSIONS_EACH, size.long // 50)
        ids = range(version_id, version_id := version_id + count)
        for number, one in enumerate(ids, 1):
            of_version = copies.uid()
            await copies.add(
                version, id=one, uid=of_version, template_id=row_id, number=number,
                digest=copies.draw.randbytes(32), created_at=made,
                document_sealed=at.resealed(version, "document_sealed", of_version),
            )  # fmt: skip
        for environment, pointed in zip(ENVIRONMENTS[: 1 + place % 3], reversed(ids), strict=False):
            await copies.insert(
                "deployed_versions", template_id=row_id, environment=environment,
                version_id=pointed, deployed_at=made,
            )  # fmt: skip
        for number in range(3 if place else max(3, size.long // 10)):
            await copies.add(
                deployment, id=deployment_id, template_id=row_id, version_id=ids[-1],
                environment=ENVIRONMENTS[number % 3], previous_version_id=ids[0], at=made,
                note_sealed=None,
            )  # fmt: skip
            deployment_id += 1
        requests.append((row_id, ids[-1]))
        if place < TEMPLATED:
            recorded.append(Templated(row_id, ids[-1]))
    await _requests(copies, at, deployment.values["user_id"], requests)
    return recorded


async def _requests(
    copies: Copies, at: Workplace, user: int, wanted: Sequence[tuple[int, int]]
) -> None:
    first = await copies.next_id("deployment_requests")
    for number, (template_id, version_id) in enumerate(wanted, first):
        status = ("approved", "rejected", "pending")[number % 3]
        await copies.insert(
            "deployment_requests", id=number, uid=copies.uid(), project_id=at.id,
            template_id=template_id, environment="prod", kind="deploy", version_id=version_id,
            status=status, requested_by=user, requested_at=copies.now,
            expires_at=copies.now + timedelta(days=3),
            decided_by=user if status != "pending" else None,
            decided_at=copies.now if status != "pending" else None,
        )  # fmt: skip


async def playlists_and_runs(copies: Copies, size: Size, at: Workplace) -> None:
    """Playlists with cases, runs over them, and the results of the latest runs."""
    playlist = await Model.of(copies.into, "playlists", f"project_id = {at.id}")
    case = await Model.of(copies.into, "test_cases", f"project_id = {at.id}")
    first, case_id = await copies.next_id("playlists"), await copies.next_id("test_cases")
    cases: dict[int, range] = {}
    for row_id, made in enumerate(copies.times(size.playlists), first):
        name = f"Playlist {row_id}"
        await copies.add(playlist, id=row_id, uid=copies.uid(), name=name, created_at=made)
        count = size.cases_each if row_id < first + size.playlists - 1 else size.long
        cases[row_id] = range(case_id, case_id := case_id + count)
        for one in cases[row_id]:
            uid = copies.uid()
            await copies.add(
                case, id=one, uid=uid, playlist_id=row_id, created_at=made,
                content_sealed=at.resealed(case, "content_sealed", uid),
            )  # fmt: skip
    await _runs(copies, size, at, cases)


async def _runs(copies: Copies, size: Size, at: Workplace, cases: dict[int, range]) -> None:
    run = await Model.of(copies.into, "test_runs", f"project_id = {at.id}")
    result = await Model.of(copies.into, "test_case_results")
    first, result_id = await copies.next_id("test_runs"), await copies.next_id("test_case_results")
    last, many = first + size.runs - 1, max(cases)
    for row_id, made in enumerate(copies.times(size.runs), first):
        uid = copies.uid()
        playlist = many if row_id > last - 2 else copies.draw.choice(list(cases))
        looked_at = cases[playlist]
        await copies.add(
            run, id=row_id, uid=uid, playlist_id=playlist, name=f"Run {row_id}", created_at=made,
            cases=len(looked_at), document_sealed=at.resealed(run, "document_sealed", uid),
        )  # fmt: skip
        for case_id in looked_at if row_id > last - 500 else ():
            of_result = copies.uid()
            await copies.add(
                result, id=result_id, uid=of_result, test_run_id=row_id, test_case_id=case_id,
                recording_uid=None, created_at=made,
                output_sealed=at.resealed(result, "output_sealed", of_result),
            )  # fmt: skip
            result_id += 1


async def views(copies: Copies, size: Size, at: Workplace) -> None:
    """Saved views, most of them for everybody."""
    view = await Model.of(copies.into, "saved_views", f"project_id = {at.id}")
    first = await copies.next_id("saved_views")
    for row_id in range(first, first + size.views):
        uid = copies.uid()
        await copies.add(
            view, id=row_id, uid=uid, is_shared=copies.draw.random() < 0.8,
            target=copies.draw.choice(("sessions", "recordings")),
            document_sealed=at.resealed(view, "document_sealed", uid),
        )  # fmt: skip


async def traces(copies: Copies, at: Workplace, sessions: range) -> None:
    """A trace in one of ten sessions."""
    trace = await Model.of(copies.into, "traces", f"project_id = {at.id}")
    of_model = await Model.of(copies.into, "sessions", f"id = {trace.values['session_id']}")
    scope = conversation_scope(of_model.values["conversation_id"])
    uid = trace.values["uid"]
    plain = (await copies.key(scope)).open(
        trace.values["content_sealed"], Place("traces", "content_sealed", uid, scope)
    )
    first = await copies.next_id("traces")
    for place, session_id in enumerate(sessions[::10]):
        scope, uid = conversation_scope(session_id), copies.uid()
        key = await copies.key(scope)
        await copies.add(
            trace, id=first + place, uid=uid, session_id=session_id,
            content_sealed=key.seal(plain, Place("traces", "content_sealed", uid, scope)),
            raw_sealed=None,
        )  # fmt: skip


async def threads(
    copies: Copies, size: Size, users: range, instances: range
) -> tuple[range, range]:
    """Threads with chats, each under a data key of its own; the last one is long. Returns ids."""
    thread = await Model.of(copies.into, "threads")
    model = await Model.of(copies.into, "chats", f"thread_id = {thread.values['id']}")
    plain = await _opened_chat(copies, model)
    first = await copies.next_id("threads") + size.copies * size.threads
    long = size.long // 50
    chats = await copies.next_id("chats")
    chats += size.copies * (size.chats_each * (size.threads - 1) + long)
    chat_id = chats
    for row_id, made in enumerate(copies.times(size.threads, BUSY_DAYS), first):
        key = await copies.new_key(thread_scope(row_id))
        await copies.add(
            thread, id=row_id, user_id=copies.draw.choice(users), name_sealed=None,
            model_instance_id=copies.draw.choice(instances), created_at=made, updated_at=made,
        )  # fmt: skip
        is_last = row_id == first + size.threads - 1
        for _ in range(long if is_last else size.chats_each):
            uid = copies.uid().replace("-", "")
            sealed = {
                column: key.seal(text, Place("chats", column, uid, thread_scope(row_id)))
                for column, text in plain.items()
            }
            await copies.add(
                model, id=chat_id, uid=uid, thread_id=row_id, created_at=made, updated_at=made,
                **sealed,
            )  # fmt: skip
            chat_id += 1
    return range(first, first + size.threads), range(chats, chat_id)


async def _opened_chat(copies: Copies, model: Model) -> dict[str, str]:
    scope = thread_scope(model.values["thread_id"])
    key = await copies.key(scope)
    return {
        column: key.open(sealed, Place("chats", column, model.values["uid"], scope))
        for column, sealed in model.values.items()
        if column.endswith("_sealed") and sealed is not None
    }


async def calls(
    copies: Copies, size: Size, users: range, instances: range, sessions: range
) -> range:
    """Calls of the gateway: two of five in sessions, the others in API tokens' conversations."""
    copied, draw = await CopiedCall.of(copies), copies.draw
    own = await _conversations(copies, max(1, size.calls // 500), users)
    first, keys = await copies.next_id("calls") + size.copies * size.calls, {}
    for row_id, at in enumerate(copies.times(size.calls, BUSY_DAYS), first):
        # Four calls one after the other are of one session, as its recordings are.
        session = sessions[min((row_id - first) // 4, len(sessions) - 1)]
        conversation = session if row_id % 5 < 2 else draw.choice(own)
        if conversation not in keys:
            keys[conversation] = await copies.key(conversation_scope(conversation))
            await copied.add_texts(copies, conversation, keys[conversation])
        status = draw.choices(("complete", "blocked", "failed"), (95, 3, 2))[0]
        took = int(draw.lognormvariate(7, 0.7))
        await copied.add(
            copies, conversation, keys[conversation], id=row_id, created_at=at, status=status,
            finished_at=at + timedelta(milliseconds=took), duration_ms=took,
            first_token_ms=took // 4, user_id=draw.choice(users), api_token_id=None,
            model_instance_id=draw.choice(instances[:BUSY]),
            error_code="provider_error" if status == "failed" else None,
            input_tokens=draw.randint(100, 500), cost=draw.randint(50, 2_000),
            manifest=_manifest(draw.random()), deleted_at=None,
        )  # fmt: skip
    await copies.flush()
    return range(first, first + size.calls)


def _manifest(drawn: float) -> str:
    kinds = ("PERSON", "EMAIL_ADDRESS", "PHONE_NUMBER", "IBAN_CODE", "LOCATION", "CREDIT_CARD")
    return json.dumps({kinds[int(drawn * 6)]: {"mask": 2}, "URL": {"mask": 1}})


async def _conversations(copies: Copies, count: int, users: range) -> list[int]:
    model = await Model.of(copies.into, "conversations")
    first = await copies.next_id("conversations")
    ids = list(range(first, first + count))
    for number in ids:
        await copies.add(
            model, id=number, user_id=copies.draw.choice(users), named_by=None, space_id=None,
            api_token_id=None, deleted_at=None,
        )  # fmt: skip
        await copies.new_key(conversation_scope(number))
    await copies.flush()
    return ids


@dataclass(frozen=True, slots=True)
class CopiedCall:
    """A call of `sluice demo` with its texts, opened."""

    model: Model
    sealed: dict[str, str]
    texts: dict[bytes, str]

    @classmethod
    async def of(cls, copies: Copies) -> CopiedCall:
        """The last one."""
        model = await Model.of(copies.into, "calls", "status = 'complete'")
        conversation = model.values["conversation_id"]
        scope = conversation_scope(conversation)
        key = await copies.key(scope)
        sealed = {
            column: key.open(value, Place("calls", column, model.values["uid"], scope))
            for column, value in model.values.items()
            if column.endswith("_sealed") and value is not None
        }
        _, skeleton = json.loads(sealed["request_sealed"])
        texts = {}
        for digest in digests_of(skeleton):
            literal = f"x'{digest.hex()}'" if copies.into.is_sqlite else f"'\\x{digest.hex()}'"
            where = f"conversation_id = {conversation} AND digest = {literal}"
            (row,) = await copies.into.one(f"SELECT sealed FROM call_texts WHERE {where}")
            texts[digest] = key.open(row, Place("call_texts", "sealed", digest.hex(), scope))
        return cls(model, sealed, texts)

    async def add_texts(self, copies: Copies, conversation: int, key: DataKey) -> None:
        """The longer texts, once for a conversation."""
        for digest, text in self.texts.items():
            place = Place("call_texts", "sealed", digest.hex(), conversation_scope(conversation))
            await copies.insert(
                "call_texts", conversation_id=conversation, digest=digest,
                sealed=key.seal(text, place),
            )  # fmt: skip

    async def add(self, copies: Copies, conversation: int, key: DataKey, **more: Any) -> None:  # noqa: ANN401 (columns)
        """Another such call."""
        uid, scope = copies.uid().replace("-", ""), conversation_scope(conversation)
        sealed = {
            column: key.seal(text, Place("calls", column, uid, scope))
            for column, text in self.sealed.items()
        }
        changed = {"uid": uid, "conversation_id": conversation, **sealed, **more}
        await copies.add(self.model, **changed)
