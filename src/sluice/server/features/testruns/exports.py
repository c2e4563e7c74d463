"""Playlists as files, streamed: a long one is never in memory as a whole."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from sluice.server.errors import Conflict
from sluice.server.features.projects.known import KnownProject
from sluice.server.features.testruns.columns import ColumnsOf
from sluice.server.features.testruns.exporting import csv_header, csv_rows, json_lines
from sluice.server.features.testruns.importing import FileFormat
from sluice.server.features.testruns.playlists import KnownPlaylist, Playlists


async def exported(
    playlists: Playlists, project: KnownProject, playlist: KnownPlaylist, file_format: FileFormat
) -> AsyncGenerator[str, None]:
    """The file in portions. What is added meanwhile is in it or not, but nothing is cut.

    CSV is read twice, since its header comes first; where somebody changes a case in between so
    that the columns cannot say it, `Conflict` is raised in the middle.
    """
    if file_format is FileFormat.JSONL:
        async for portion in playlists.portions(project, playlist):
            kind = portion[0].kind
            yield json_lines([case.content for case in portion], kind)
        return
    first, last_id = ColumnsOf(), 0
    async for portion in playlists.portions(project, playlist):
        last_id = portion[-1].id
        for case in portion:
            first.add(case.content.document())
    columns, again = first.columns(), ColumnsOf()
    yield csv_header(columns)
    async for portion in playlists.portions(project, playlist):
        contents = [case.content for case in portion if case.id <= last_id]
        for content in contents:
            again.add(content.document())
        yield csv_rows(contents, columns)
    if again.columns() != columns:
        raise Conflict("The playlist was changed while it was exported; export it again.")
