"""Test cases as forms: added, changed, deleted, and imported from files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from sluice.engine.errors import Problem
from sluice.server.dashboard.forms import every, fields_of, form_of, problems_by_field, validated
from sluice.server.dashboard.guarding import GuardedRouter
from sluice.server.dashboard.in_project import ChosenPlaylist, EditedPage, ViewedPage
from sluice.server.dashboard.pages.playlists_shown import as_text
from sluice.server.dashboard.rendering import page, see_other
from sluice.server.dashboard.signing_in import Visitor
from sluice.server.errors import NotFound, SluiceError, Unprocessable
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.projects.roles import ProjectRole
from sluice.server.features.testruns.cases import CaseKind, CasePath, KnownCase
from sluice.server.features.testruns.cases_endpoints import CaseUid
from sluice.server.features.testruns.importing import FileFormat
from sluice.server.features.testruns.imports import Imported, ImportOrder
from sluice.server.features.testruns.playlists import NO_CASE, KnownPlaylist
from sluice.server.features.testruns.saving import NewCase
from sluice.server.features.testruns.schemas import ImportOut, TestCaseIn
from sluice.server.services import Services, ServicesDep

router = GuardedRouter(prefix="/projects/{project_id}/playlists/{playlist}")
BLANK: Final = 2
"""Rows without a name that the form offers for further variables."""
_AS_JSON: Final[tuple[str, ...]] = ("history", "metadata", "outputMessage", "mediaInputs")
_KINDS: Final = {kind.value: kind for kind in CaseKind}


@dataclass(frozen=True, slots=True)
class CaseForm:
    """What stands in the form of a case."""

    names: list[str] = field(repr=False)
    values: list[str] = field(repr=False)
    forms: list[str]
    """`text` or `json`, by variable."""
    rest: dict[str, str] = field(repr=False)
    """`output`, and the others as JSON."""

    @property
    def rows(self) -> list[tuple[str, str, str]]:
        """Name, value and form of each variable, and some that are empty."""
        told = list(zip(self.names, self.values, self.forms, strict=True))
        return told + [("", "", "text")] * BLANK

    def content(self) -> dict[str, Any]:
        """The body of the API; raises `Unprocessable` for what is no JSON."""
        problems: list[Problem] = []
        inputs: dict[str, Any] = {}
        for name, value, form in zip(self.names, self.values, self.forms, strict=True):
            if name in inputs:
                problems.append(Problem("inputs", "give each variable a name of its own"))
            inputs[name] = value if form == "text" else _parsed(value, "inputs", problems)
        content: dict[str, Any] = {"inputs": inputs, "output": self.rest.get("output") or None}
        for name in _AS_JSON:
            if said := self.rest.get(name, "").strip():
                content[name] = _parsed(said, name, problems)
        if problems:
            raise Unprocessable("Please look at what is marked.", errors=problems)
        return content

    @classmethod
    def of(cls, case: KnownCase) -> CaseForm:
        """A case that is there."""
        told = [(name, *as_text(value)) for name, value in case.inputs.items()]
        document = case.content.model_dump(mode="json", by_alias=True, exclude_none=True)
        rest = {name: _written(document[name]) for name in _AS_JSON if name in document}
        rest["output"] = case.output or ""
        return cls([t[0] for t in told], [t[1] for t in told], [t[2] for t in told], rest)

    @classmethod
    async def sent(cls, request: Request) -> CaseForm:
        """What was typed; variables without a name are left out."""
        fields = await fields_of(request)
        columns = [await every(request, name) for name in ("name", "value", "form")]
        told = [row for row in zip(*columns, strict=False) if row[0].strip()]
        rest = {name: fields.get(name, "") for name in ("output", *_AS_JSON)}
        return cls([t[0].strip() for t in told], [t[1] for t in told], [t[2] for t in told], rest)


@router.get("/cases/new")
async def new(
    request: Request, project: EditedPage, services: ServicesDep, found: ChosenPlaylist
) -> Response:
    """The form for a case, with the variables of one that is there."""
    some = await services.workbench.playlists.case_page(project, found, limit=1)
    names = list(some[0].inputs) if some else []
    form = CaseForm(names, [""] * len(names), ["text"] * len(names), {})
    return await _form(request, project, services, found, form)


@router.post("/cases/new")
async def add(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    found: ChosenPlaylist,
) -> Response:
    """Add a case."""
    form, fields = await CaseForm.sent(request), await fields_of(request)
    try:
        case = NewCase(validated(TestCaseIn, form.content()), CasePath())
        kind = _KINDS.get(fields.get("kind", ""))
        cases = services.workbench.test_cases
        (saved,) = await cases.add(project, caller, found, [case], kind)
    except SluiceError as error:
        return await _form(request, project, services, found, form, error=error)
    here = f"/projects/{project.uid}/playlists/{found.uid}"
    again = f"{here}/cases/new" if fields.get("then") == "another" else here
    return see_other(request, again, _said("The test case is added.", saved.findings))


@router.get("/cases/{case_id}")
async def show(
    request: Request,
    project: ViewedPage,
    services: ServicesDep,
    found: ChosenPlaylist,
    case_id: CaseUid,
) -> Response:
    """One case, to be read and changed."""
    case = await services.workbench.playlists.case(project, found, case_id)
    return await _form(request, project, services, found, CaseForm.of(case), case=case)


@router.post("/cases/{case_id}")
async def change(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    found: ChosenPlaylist,
    case_id: CaseUid,
) -> Response:
    """Put another content in the place of a case's."""
    case = await services.workbench.playlists.case(project, found, case_id)
    form = await CaseForm.sent(request)
    try:
        body = validated(TestCaseIn, form.content())
        saved = await services.workbench.test_cases.change(project, caller, found, case.uid, body)
    except SluiceError as error:
        return await _form(request, project, services, found, form, case=case, error=error)
    said = _said("The test case is saved.", saved.findings)
    return see_other(request, f"/projects/{project.uid}/playlists/{found.uid}", said)


@router.post("/cases/{case_id}/delete")
async def delete(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    found: ChosenPlaylist,
    case_id: CaseUid,
) -> Response:
    """Delete a case and what came of it."""
    if not await services.workbench.test_cases.delete(project, caller, found, [case_id]):
        raise NotFound(NO_CASE, code="no_test_case")
    here = f"/projects/{project.uid}/playlists/{found.uid}"
    return see_other(request, here, "The test case is deleted, with what came of it in test runs.")


@router.get("/import")
async def choose_file(request: Request, project: EditedPage, found: ChosenPlaylist) -> Response:
    """The form for a file."""
    return _imported(request, project, found)


@router.post("/import")
async def import_file(
    request: Request,
    project: EditedPage,
    caller: Visitor,
    services: ServicesDep,
    found: ChosenPlaylist,
) -> Response:
    """Look through a file, or save its cases; every problem is told with its line."""
    fields = await fields_of(request)
    try:
        order = await _order(request, fields)
        done = Imported(0, 0)
        async for step in services.workbench.imports.run(project, caller, found, order):
            done = step
    except SluiceError as error:
        return _imported(request, project, found, fields=fields, error=error)
    return _imported(request, project, found, fields=fields, result=ImportOut.of(done))


async def _order(request: Request, fields: Mapping[str, str]) -> ImportOrder:
    form = await form_of(request)
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        await form.close()
        problem = Problem("file", "choose a CSV or JSON lines file")
        raise Unprocessable("Please look at what is marked.", errors=[problem])
    ending = "jsonl" if file.filename.lower().endswith((".jsonl", ".ndjson", ".json")) else "csv"
    named = fields.get("format", "")
    data = await file.read()
    await form.close()
    return ImportOrder(
        data,
        FileFormat(named if named in list(FileFormat) else ending),
        _KINDS.get(fields.get("kind", "")),
        skip_invalid=fields.get("skipInvalid") == "true",
        dry_run=fields.get("do") != "import",
    )


def _imported(
    request: Request,
    project: KnownProject,
    playlist: KnownPlaylist,
    *,
    fields: Mapping[str, str] | None = None,
    error: SluiceError | None = None,
    result: ImportOut | None = None,
) -> Response:
    lines = [p for p in error.errors if p.path.startswith("line ")] if error else []
    problems = problems_by_field(error) if error is not None and not lines else {}
    return page(
        request,
        "playlists/import.html",
        status=error.status if error else 200,
        title="Import test cases",
        playlist=playlist,
        fields=fields or {},
        refused=error.message if error is not None and lines else "",
        lines=[(p.path, p.message) for p in lines]
        or [(f"line {p.line}", p.message) for p in (result.problems if result else [])],
        problems=problems,
        result=result,
        was_saved=(fields or {}).get("do") == "import",
    )


async def _form(
    request: Request,
    project: KnownProject,
    services: Services,
    playlist: KnownPlaylist,
    form: CaseForm,
    *,
    case: KnownCase | None = None,
    error: SluiceError | None = None,
) -> Response:
    kind = await services.workbench.test_cases.kind(playlist, None)
    return page(
        request,
        "playlists/case.html",
        status=error.status if error else 200,
        title="Test case" if case else "New test case",
        playlist=playlist,
        case=case,
        form=form,
        kind=kind.value,
        is_first=playlist.cases == 0,
        may_edit=project.role.may(ProjectRole.EDITOR),
        problems=_at_fields(error),
    )


def _at_fields(error: SluiceError | None) -> dict[str, str]:
    """The problems of a case by the field of the form; what has none stands on top."""
    if error is None:
        return {}
    told: dict[str, str] = {}
    for path, message in problems_by_field(error).items():
        name = path.partition(".")[0].partition("[")[0]
        known = name in ("inputs", "output", *_AS_JSON)
        told.setdefault(name if known else "", message if known else f"{path} {message}".strip())
    return told


def _said(what: str, findings: Mapping[str, int]) -> str:
    if not findings:
        return what
    found = ", ".join(f"{kind} ({count})" for kind, count in sorted(findings.items()))
    return f"{what} Placeholders stand for what was found: {found}."


def _parsed(text: str, path: str, problems: list[Problem]) -> Any:  # noqa: ANN401 (any JSON)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        problems.append(Problem(path, "this is no JSON"))
    return None


def _written(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
