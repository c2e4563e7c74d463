"""The linter refuses payload in diagnostics, lets sizes and types pass, and wants reasons."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import no_payload

ROOT = Path(__file__).parents[3]

REFUSED = {
    "a name in a log call": "log.info('x', value=text)",
    "a keyword that says text": "log.info('x', text=thing)",
    "an f-string in a log call": "self._log.warning(f'got {count}')",
    "an attribute": "logger.error('x', value=request.body)",
    "a key": "log.info('x', value=event['prompt'])",
    "a key of get": "log.info('x', value=event.get('password'))",
    "a bound value": "log.bind(value=api_key).info('x')",
    "a context variable": "structlog.contextvars.bind_contextvars(who=session_id)",
    "the standard library's logging": "logging.getLogger('x').info('%s', prompt)",
    "a raised f-string": "raise ValueError(f'bad {text!r}')",
    "a raised name": "raise ValueError(raw_input)",
    "a raised keyword": "raise Malformed('no', detail=content)",
    "an error that is returned": "return ValueError(f'bad {chunk}')",
    "an f-string for a function that makes an error": "raise refuse(f'bad {text}')",
    "a problem": "problems.append(f'{original} is wrong')",
    "a Problem": "Problem('path', f'{token} is wrong')",
    "a slice": "raise ValueError(f'{text[:10]}')",
    "a method of text": "raise ValueError(text.strip())",
    "a join": "raise ValueError(', '.join(prompts))",
    "a comprehension": "raise ValueError(', '.join(f.text for f in findings))",
    "a response's JSON": "raise ValueError(response.json())",
    "a model's dump": "log.info('x', value=model.model_dump())",
    "an opened secret": "raise ValueError(key.get_secret_value())",
    "all locals": "log.info('x', value=locals())",
    "a request's address": "log.info('x', where=str(request.url))",
    "a metric's label": "counter.labels(prompt).inc()",
    "a span's attribute": "span.set_attribute('x', text)",
    "a warning": "warnings.warn(f'odd {text}')",
    "a print": "print(text)",
    "standard error": "sys.stderr.write(text)",
    "an assertion's message": "assert ok, f'bad {text}'",
    "a traceback in a log": "log.error('x', exc_info=True)",
    "a logged exception": "log.exception('x')",
    "a formatted traceback": "x = traceback.format_exc()",
    "a conditional": "raise ValueError(text if ok else 'x')",
    "a fallback": "raise ValueError(None or text)",
    "camel case": "raise ValueError(rawInput)",
}

REFUSED_BLOCKS = {
    "a foreign exception in an f-string": """
        try:
            run()
        except OSError as err:
            note = f"failed: {err}"
        """,
    "a foreign exception as text": """
        try:
            run()
        except (NotFound, httpx.HTTPError) as err:
            return str(err)
        """,
    "a foreign exception's arguments": """
        try:
            run()
        except OSError as err:
            raise ValueError(err.args) from err
        """,
    "a foreign exception as a value": """
        try:
            run()
        except Exception as err:
            log.error("x", error=err)
        """,
    "a foreign exception as a parameter": """
        def refuse(error: jwt.InvalidTokenError) -> Exception:
            return NotFound(str(error))
        """,
    "text through a local variable": """
        def f(text: str) -> None:
            shown = text[:20]
            raise ValueError(f"bad: {shown}")
        """,
    "a message written here with text in it": """
        def f(prompt: str) -> None:
            text = f"bad: {prompt}"
            raise ValueError(text)
        """,
    "a value annotated as raw text": """
        def f(value: RawText) -> None:
            raise ValueError(value)
        """,
    "an optional value annotated as cleansed text": """
        def f(value: "CleansedText | None") -> None:
            raise ValueError(value)
        """,
    "a value made raw text": """
        def f(given: str) -> None:
            value = RawText(given)
            raise ValueError(value)
        """,
    "a representation": """
        class C:
            def __repr__(self) -> str:
                return f"C({self.text})"
        """,
    "a dataclass's own representation": """
        @dataclass(frozen=True)
        class C:
            said: RawText
        """,
    "an error class of our own": """
        from sluice.server.errors import NotFound
        def f(text: str) -> NotFound:
            return NotFound(text)
        """,
}

ALLOWED = {
    "sizes": "log.info('x', chars=len(text), kind=type(body).__name__)",
    "ids and counts": "log.info('x', prompt_id=3, token_count=4, body_limit=5, content_type='a')",
    "a count named like text": "log.info('x', chunks=len(parts))",
    "a comparison": "raise ValueError(f'{text is None}')",
    "a negation": "raise ValueError(f'{not text}')",
    "an attribute of a payload object": "log.info('x', who=message.role, at=prompt.id)",
    "a condition": "raise ValueError('a' if text else 'b')",
    "a constant": "raise ValueError('the text is too long')",
    "an exception's type": "log.info('x', kind=type(error).__name__)",
    "text outside of diagnostics": "store(text); reply = f'{text}'",
    "a cause": "raise ValueError('no') from error",
    "constants in capitals": "raise ValueError(f'at most {MAX_TEXT}')",
    "a maker of errors that gets an object": "raise made(text)",
    "a log call that is none": "math.log(text)",
    "no traceback": "log.error('x', exc_info=False)",
}

ALLOWED_BLOCKS = {
    "our own exception": """
        from sluice.engine.errors import PolicyBlocked
        try:
            run()
        except PolicyBlocked as error:
            raise ValueError(str(error)) from None
        """,
    "an exception of this file": """
        class Mine(Exception):
            pass
        try:
            run()
        except Mine as error:
            raise ValueError(str(error)) from None
        """,
    "a foreign exception's status": """
        try:
            run()
        except httpx.HTTPError as err:
            log.info("x", status=err.status_code, kind=type(err).__name__)
            raise refused(err) from err
        """,
    "an exception narrowed by leaving": """
        from sluice.engine.errors import PolicyBlocked
        def f(error: Exception) -> None:
            if not isinstance(error, PolicyBlocked):
                return
            raise ValueError(str(error))
        """,
    "an exception narrowed inside": """
        from sluice.engine.errors import PolicyBlocked
        def f(error: Exception) -> None:
            if isinstance(error, PolicyBlocked):
                raise ValueError(str(error))
        """,
    "a message written here": """
        def f(count: int) -> None:
            text = f"{count} findings are wrong"
            raise ValueError(text)
        """,
    "a described exception": """
        def f(error: Exception) -> None:
            log.error("x", **describe_exception(error))
        """,
    "a dataclass that hides it": """
        @dataclass
        class C:
            said: RawText = field(repr=False)
        """,
    "a dataclass without a representation": """
        @dataclass(repr=False)
        class C:
            said: RawText
        """,
}


def found_in(source: str, **where: bool) -> list[str]:
    return [message for _, message in no_payload.lint(textwrap.dedent(source), **where)]


@pytest.mark.parametrize("source", REFUSED.values(), ids=REFUSED.keys())
def test_payload_in_one_statement_is_refused(source: str) -> None:
    assert found_in(source if not source.startswith("return") else f"def f():\n    {source}")


@pytest.mark.parametrize("source", REFUSED_BLOCKS.values(), ids=REFUSED_BLOCKS.keys())
def test_payload_that_flows_is_refused(source: str) -> None:
    assert found_in(source)


@pytest.mark.parametrize(
    "source", [*ALLOWED.values(), *ALLOWED_BLOCKS.values()], ids=[*ALLOWED, *ALLOWED_BLOCKS]
)
def test_what_is_no_payload_passes(source: str) -> None:
    assert found_in(source) == []


def test_a_narrowed_exception_is_foreign_again_after_its_branch() -> None:
    source = """
        from sluice.engine.errors import PolicyBlocked
        def f(error: Exception) -> None:
            if isinstance(error, PolicyBlocked):
                pass
            raise ValueError(str(error))
        """
    assert len(found_in(source)) == 1


def test_the_command_line_may_print_and_show_exceptions_but_not_raise_text() -> None:
    source = """
        try:
            print(text)
        except OSError as error:
            print(f"cannot read: {error}")
        """
    assert found_in(source, server=False, command_line=True) == []
    assert found_in("raise ValueError(text)", server=False, command_line=True)


def test_tracebacks_are_refused_in_the_server_only() -> None:
    assert found_in("log.exception('x')", server=False) == []


@pytest.mark.parametrize(
    "source",
    [
        "raise ValueError(text)  # no-payload: the caller wrote this constant",
        "raise ValueError(\n    text,  # no-payload: the caller wrote this constant\n)",
        "def f(e: OSError):\n    m = str(e)  # no-payload: only the file's name\n    raise V(m)",
    ],
)
def test_an_escape_with_a_reason_is_heard_on_any_line_of_the_statement(source: str) -> None:
    assert found_in(source) == []


def test_an_escape_on_the_assignment_covers_its_use() -> None:
    source = """
        def f(prompt: str) -> None:
            shown = prompt[:3]  # no-payload: a fixed marker only
            raise ValueError(shown)
        """
    assert found_in(source) == []


@pytest.mark.parametrize("comment", ["# no-payload", "# no-payload:", "# no-payload: just because"])
def test_an_escape_wants_a_reason_of_three_words(comment: str) -> None:
    assert found_in(f"raise ValueError(text)  {comment}") == [
        "an escape: it has no reason; say why in 3 words or more"
    ]


def test_an_escape_that_escapes_nothing_is_refused() -> None:
    assert found_in("x = 1  # no-payload: there is none here") == [
        "an escape: nothing on this line needs it; remove it"
    ]


def test_an_escape_inside_a_string_is_none() -> None:
    assert len(found_in("raise ValueError(text + '# no-payload: three good words')")) == 1


def test_the_program_prints_places_and_exits_with_1(tmp_path: Path) -> None:
    bad = tmp_path / "server" / "bad.py"
    bad.parent.mkdir()
    bad.write_text("x = 1\nraise ValueError(text)\n")
    done = run(str(tmp_path))
    assert done.returncode == 1
    assert done.stdout == (
        f"{bad}:2: an error: it carries `text`; "
        "give a position, a type, a count or a status instead\n"
    )


def test_the_program_exits_with_0_on_clean_files_and_1_on_none(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("x = 1\n")
    assert run(str(tmp_path)).returncode == 0
    nothing = run(str(tmp_path / "nowhere"))
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert nothing.stderr == "no payload: 0 files, 0 violation(s)\n"


def run(path: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "no_payload.py"), path]
    return subprocess.run(command, capture_output=True, text=True, check=False)
