"""How `sluice test-run` shows runs, results and comparisons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from sluice.cli.terminal import console, is_terminal, note, printable, say, table
from sluice.cli.usage import cost

COLUMNS: Final = ("id", "status", "done", "what")
LONGEST: Final = 60
"""Characters of an output in a table."""
_STYLES: Final = {"removed": "red strike", "added": "green", "same": ""}
_SIGNS: Final = {"removed": ("[-", "-]"), "added": ("{+", "+}"), "same": ("", "")}
"""As `wdiff` writes them, where there are no colours."""


def row(run: dict[str, Any]) -> tuple[object, ...]:
    """A run in a list."""
    done = run["summary"]["complete"] + run["summary"]["failed"]
    return (run["id"], run["status"], f"{done}/{run['cases']}", _what(run))


def _what(run: dict[str, Any]) -> str:
    """Its name, else what is run on what."""
    if run["name"] or run["madeBy"] == "sdk":
        return str(run["name"] or "(by an SDK)")
    template = f"{run['template']} ({run['environment'] or 'version'})"
    return f"{template if run['template'] else 'as recorded'} on {run['modelInstance']}"


def show_run(run: dict[str, Any]) -> None:
    """A run and what its results come to."""
    summary = run["summary"]
    failed = f", {summary['failed']} failed" if summary["failed"] else ""
    say(f"{run['id']}  {run['status']}: {summary['complete']} of {run['cases']} answered{failed}")
    for code, count in summary["errors"].items():
        note(f"{count} failed: {code}")
    columns = ("evaluator", "passed", "judged", "rate", "mean", "errors")
    rows = [
        (
            name,
            one["passed"],
            one["judged"],
            _percent(one["passRate"]),
            _number(one["mean"]),
            one["errors"],
        )
        for name, one in summary["evaluators"].items()
    ]
    if rows:
        table(columns, rows)
    spent = cost(summary["costMicrodollars"], summary["unpriced"])
    tokens = f"{summary['inputTokens']} + {summary['outputTokens']} tokens"
    say(f"{tokens}, {spent}, median {_ms(summary['medianMs'])}, 95 % {_ms(summary['p95Ms'])}")


def result_columns(run: dict[str, Any]) -> tuple[str, ...]:
    """What stands over results."""
    return ("case", "status", *run["summary"]["evaluators"], "ms", "output")


def result_row(run: dict[str, Any], result: dict[str, Any]) -> tuple[object, ...]:
    """What came of one case."""
    verdicts = (_verdict(result["scores"].get(name)) for name in run["summary"]["evaluators"])
    output = result["output"] if result["output"] is not None else ""
    return (
        result["testCaseId"],
        result["errorCode"] or result["status"],
        *verdicts,
        result["durationMs"],
        output if len(output) <= LONGEST else output[: LONGEST - 1] + "…",
    )


def show_comparison(found: dict[str, Any]) -> None:
    """Runs, and for each one behind the first the differences."""
    for number, run in enumerate(found["runs"], 1):
        say(f"{number}  {run['id']}  {_what(run)}")
    say(f"{found['sharedCases']} cases were answered in all of them.")
    for number, against in enumerate(found["against"], 2):
        summaries = (found["summaries"][0], found["summaries"][number - 1])
        columns = ("", "1", str(number), "difference", "95 %", "win/loss/tie", "p")
        rows = [
            _compared_row(name, summaries, paired) for name, paired in against["evaluators"].items()
        ]
        table(columns, [*rows, *_spent_rows(summaries, against)])


def show_cases(found: dict[str, Any]) -> None:
    """Outputs that differ, word by word from the first run's."""
    for case in found["cases"]:
        say(f"\ncase {case['testCaseId']}", "bold")
        for number, segments in enumerate(case["differences"], 2):
            verdict = _verdicts(case["results"][0]), _verdicts(case["results"][number - 1])
            say(f"1 → {number}  {verdict[0]} → {verdict[1]}")
            if segments is None:
                say("(one of them is missing, or too long to be compared by words)")
            else:
                _write_segments(segments)


def _write_segments(segments: Sequence[dict[str, str]]) -> None:
    if not is_terminal():
        say(
            "".join(
                _SIGNS[one["kind"]][0] + one["text"] + _SIGNS[one["kind"]][1] for one in segments
            )
        )
        return
    from rich.text import Text

    shown = Text()
    for one in segments:
        shown.append(printable(one["text"]), _STYLES[one["kind"]])
    console().print(shown, soft_wrap=True)


def _compared_row(
    name: str, summaries: Iterable[dict[str, Any]], paired: dict[str, Any]
) -> tuple[object, ...]:
    rates = (_percent((s["evaluators"].get(name) or {}).get("passRate")) for s in summaries)
    return (name, *rates, *_difference(paired, 1, 3))


def _spent_rows(
    summaries: Sequence[dict[str, Any]], against: dict[str, Any]
) -> list[tuple[object, ...]]:
    costs = (cost(one["costMicrodollars"], one["unpriced"]) for one in summaries)
    medians = (_ms(one["medianMs"]) for one in summaries)
    slowest = (_ms(one["p95Ms"]) for one in summaries)
    return [
        ("cost", *costs, *_difference(against["costMicrodollars"], 1_000_000, 6)[:2], "", ""),
        ("median", *medians, *_difference(against["durationMs"], 1, 0)[:2], "", ""),
        ("95 % of cases", *slowest, "", "", "", ""),
    ]


def _difference(paired: dict[str, Any], unit: int, places: int) -> tuple[str, str, str, str]:
    """The mean difference of a case, its interval, who wins, and by how much chance."""
    interval = paired["interval"]
    low_high = (
        f"{interval['low'] / unit:+.{places}f} … {interval['high'] / unit:+.{places}f}"
        if interval is not None
        else ""
    )
    difference = paired["difference"]
    return (
        "" if difference is None else f"{difference / unit:+.{places}f}",
        low_high,
        f"{paired['wins']}/{paired['losses']}/{paired['ties']}",
        "" if paired["pValue"] is None else f"{paired['pValue']:.3f}",
    )


def _verdicts(result: dict[str, Any] | None) -> str:
    if result is None:
        return "none"
    said = [f"{name} {_verdict(one)}" for name, one in result["scores"].items()]
    return ", ".join(said) or str(result["errorCode"] or result["status"])


def _verdict(score: dict[str, Any] | None) -> str:
    """`✓`, `✗` or `–`, with the score where there are degrees."""
    if score is None or score["passed"] is None:
        return "–"
    if score["error"]:
        return f"✗ {score['error']}"
    sign = "✓" if score["passed"] else "✗"
    return sign if score["score"] in (None, 0, 1) else f"{sign} {score['score']:.2f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _ms(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.0f} ms"
