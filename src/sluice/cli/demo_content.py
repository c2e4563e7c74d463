"""What `sluice demo` fills a server with. Everybody in it is made up, every address is reserved."""

from __future__ import annotations

from typing import Any, Final

Json = dict[str, Any]

REPLY: Final = "support/reply"
SUMMARY: Final = "support/summary"
PLAYLIST: Final = "Support questions"

_ROLE: Final = "You answer customers of a shop for bicycles. Be kind and exact."


def _reply(name: str, note: str, *messages: tuple[str, str], **more: Any) -> Json:  # noqa: ANN401
    told = [{"role": role, "content": content} for role, content in messages]
    return {"messages": told, "model": "echo", "versionName": name, "note": note, **more}


VERSIONS: Final[tuple[tuple[str, Json, list[str]], ...]] = (
    (
        REPLY,
        _reply("Plain", "The question as it is.", ("system", _ROLE), ("user", "{{question}}")),
        ["prod"],
    ),
    (
        REPLY,
        _reply(
            "With the order",
            "The order's number goes with the question.",
            ("system", _ROLE),
            ("user", "{{question}}\n{{#order}}It is about the order {{order}}.{{/order}}"),
        ),
        ["staging"],
    ),
    (
        REPLY,
        _reply(
            "Two sentences",
            "Shorter answers; the customer by name.",
            ("system", f"{_ROLE} Answer in two sentences."),
            (
                "user",
                "{{name}} asks: {{question}}\n{{#order}}It is about the order {{order}}.{{/order}}"
                "\nAnswer in two sentences.",
            ),
            parameters={"temperature": 0.2},
        ),
        ["staging"],
    ),
    (
        SUMMARY,
        {
            "text": "Sum up for a colleague, in one sentence:\n\n{{conversation}}",
            "model": "echo",
            "versionName": "First",
        },
        ["prod"],
    ),
)
"""Templates' names, their versions, and where each is deployed at once."""

CASES: Final[tuple[Json, ...]] = tuple(
    {
        "inputs": {"name": name, "question": question, **({"order": order} if order else {})},
        "output": wanted,
        "metadata": {"topic": topic},
    }
    for name, question, order, wanted, topic in (
        (
            "Jane Roe",
            "My bell arrived broken. Can you send another one to 12 Main Street, Springfield?",
            "B-10023",
            "Sorry for the broken bell; a new one goes to your address today.",
            "damage",
        ),
        (
            "Richard Miles",
            "Which tyres fit a 28 inch wheel?",
            None,
            "Any tyre of the size 40-622 fits.",
            "advice",
        ),
        (
            "Marta Diaz",
            "Please write to marta.diaz@example.org when the frame is there.",
            "B-10031",
            "We will write to you as soon as the frame is here.",
            "delivery",
        ),
        (
            "John Doe",
            "You took the money twice from DE89 3704 0044 0532 0130 00.",
            "B-10007",
            "You will have the second amount back within three days.",
            "payment",
        ),
        (
            "Anna Kowalska",
            "Can I call somebody? My number is +1 415 555 0132.",
            None,
            "We will call you this afternoon.",
            "advice",
        ),
        (
            "Sven Olsson",
            "I was born on 1961-06-05; do I get the discount for seniors?",
            None,
            "Yes, ten percent on everything.",
            "advice",
        ),
    )
)

EVALUATORS: Final[tuple[Json, ...]] = (
    {"kind": "contains", "name": "two-sentences", "values": ["two sentences"]},
    {"kind": "contains", "name": "names-the-customer", "values": ["PERSON_"]},
    {"kind": "similarity", "name": "close-to-expected", "threshold": 0.3},
)
RUNS: Final = (("Before: plain", 1), ("After: two sentences", 3))
"""Names of test runs, and the version that each runs."""

THREADS: Final = (
    ("Hello, I am Jane Roe, jane.roe@example.com.", "Which address of mine do you have?"),
    ("My card is 5555 5555 5555 4444. Is it charged?", "And to which card goes the money back?"),
    ("Call Richard Miles at +1 415 555 0198 about B-10023.",),
)
"""What is said in threads, turn by turn."""

SESSIONS: Final = (
    ("web", "gold", "positive", True),
    ("web", "basic", "negative", False),
    ("app", "gold", "positive", True),
    ("mail", "basic", "positive", True),
)
"""Channel and plan of a session's customer, what was said of the answer, and whether it helped."""
