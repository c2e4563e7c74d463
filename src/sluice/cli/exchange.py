"""One prompt over the Liminal wire, shown step by step."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from sluice.cli.api import Api, refusal
from sluice.cli.errors import CommandError
from sluice.cli.terminal import (
    Place,
    console,
    highlighted,
    is_terminal,
    note,
    printable,
    say,
    table,
    write_json,
)

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

PROMPTS: Final = "/api/v1/prompts"
PLACEHOLDER: Final = re.compile(
    r"(?<!\w)([A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)*)_(?:0|[1-9][0-9]*)(?!\w)", re.ASCII
)
_AROUND_TAIL: Final = 4
"""Lines of the terminal that the answer leaves free while it comes."""

Body = dict[str, Any]
Known = Mapping[str, str]
"""What stands for an original in this thread (a placeholder or a stand-in), and its type."""


def ask_as_json(api: Api, order: Body, thread_id: int | None) -> None:
    """Analyze and submit; print the findings and the whole answer."""
    found = api.post(f"{PROMPTS}/analyze", order)
    answer = api.post(f"{PROMPTS}/submit", order | {"threadId": thread_id})
    write_json({"findings": found["findings"], **answer})


def ask_shown(api: Api, order: Body, thread_id: int | None, *, stream: bool) -> None:
    """Analyze, cleanse and submit, and show each step as soon as it is known."""
    findings = api.post(f"{PROMPTS}/analyze", order)["findings"]
    _show_findings(order["text"], findings)
    # A prompt that the policy blocks ends here: the server refuses to cleanse it.
    cleansed = api.post(f"{PROMPTS}/cleanse", order | {"threadId": thread_id})
    places = [(i["start"], i["end"], entity_type_of(i["entityType"])) for i in cleansed["items"]]
    _show("The model saw", cleansed["text"], places)
    known = {cleansed["text"][start:end]: kind for start, end, kind in places}
    exchange = _streamed if stream else _whole
    exchange(api, order | {"threadId": cleansed["threadId"]}, known)


def _whole(api: Api, order: Body, known: Known) -> None:
    answer = api.post(f"{PROMPTS}/submit", order)
    raw, hydrated = answer["rawLLMResponseText"], answer["reidentifiedLLMResponseText"]
    _show_answer(raw, hydrated, answer["reidentifiedLLMResponseItems"], known)
    _say_where(answer["threadId"], answer["llmModel"])


def _streamed(api: Api, order: Body, known: Known) -> None:
    last = _live(api.lines(f"{PROMPTS}/submit", order | {"isStreaming": True}))
    thread_id = order["threadId"]
    thread = api.get(f"/api/v1/threads/{thread_id}")
    chat = next(chat for chat in thread["chats"] if chat["id"] == last["chatId"])
    raw = chat["rawOutput"]
    # The stream does not say where it restored something; hydrating once more does.
    hydrated = api.post(f"{PROMPTS}/hydrate", order | {"text": raw})
    _show_answer(raw, hydrated["text"], hydrated["items"], known)
    if last["finishReason"] != "stop":
        note(f"The model stopped for this reason: {last['finishReason']}.")
    _say_where(thread_id, thread["modelInstance"]["name"])


def _live(lines: Iterator[Body]) -> Body:
    """Show the answer while it comes, on a terminal; the last line of the stream."""
    if not is_terminal():
        return _read(lines, lambda text: None)
    from rich.live import Live

    with Live(_Tail(""), console=console(), transient=True) as live:
        return _read(lines, lambda text: live.update(_Tail(text)))


def _read(lines: Iterator[Body], show: Callable[[str], None]) -> Body:
    text = ""
    for line in lines:
        if line["finishReason"] == "error":
            raise refusal(line, 502)
        text += line["content"]
        show(text)
        if line["finishReason"] is not None:
            return line
    raise CommandError("The answer ended before it was whole; what came of it is in the thread.")


class _Tail:
    """The end of a text that fits on the terminal."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The last lines, broken as the terminal breaks them."""
        from rich.text import Text

        room = max(1, console.height - _AROUND_TAIL)
        # More than fits even if every character were as wide as two.
        shown = self._text[-room * options.max_width :]
        lines = Text(printable(shown)).wrap(console, options.max_width)
        yield Text("\nYou get", style="bold")
        yield from lines[-room:]


def entity_type_of(placeholder: str) -> str:
    """`PERSON` of `PERSON_0`; a stand-in has none of its own."""
    found = PLACEHOLDER.fullmatch(placeholder)
    return found[1] if found else "stand-in"


def places_in(text: str, known: Known) -> list[Place]:
    """Where a model's answer has placeholders of any kind, or this prompt's stand-ins."""
    literal = "|".join(re.escape(one) for one in sorted(known, key=len, reverse=True) if one)
    found = re.finditer(rf"(?<!\w)(?:{literal})(?!\w)", text) if literal else ()
    places = [(m.start(), m.end(), known[m[0]]) for m in found]
    return places + [(m.start(), m.end(), m[1]) for m in PLACEHOLDER.finditer(text)]


def _show_findings(text: str, findings: list[Body]) -> None:
    _show("Found", text, [(f["start"], f["end"], f["type"]) for f in findings])
    rows = [
        (f["type"], f"{f['score']:.2f}", f["start"], f["end"], f["policyAction"]) for f in findings
    ]
    if rows:
        table(("entity type", "score", "start", "end", "action"), rows)
    else:
        note("Nothing sensitive was found.")


def _show_answer(raw: str, hydrated: str, restored: list[Body], known: Known) -> None:
    _show("It answered", raw, places_in(raw, known))
    places = [(i["start"], i["end"], entity_type_of(i["entityType"])) for i in restored]
    _show("You get", hydrated, places)


def _show(title: str, text: str, places: list[Place]) -> None:
    if not is_terminal():
        say(f"{title}:\n{text}")
        return
    out = console()
    out.print(f"\n{title}", style="bold")
    out.print(highlighted(text, places), soft_wrap=True)


def _say_where(thread_id: int, model: str) -> None:
    note(f"\nThread {thread_id}, answered by {model}; go on with --thread {thread_id}.")
