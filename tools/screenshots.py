"""Takes the pictures of the dashboard that stand in the documentation.

It starts a server of its own in a temporary folder, fills it with `sluice demo` and invented
traffic of a week (calls are moved into the past in its database), and looks at six screens with
Chromium. Run it after a page has changed:

    python tools/screenshots.py [--into docs/images] [--theme light|dark] [--size desktop|phone]
"""

from __future__ import annotations

import argparse
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.sync_api import Page, sync_playwright

TOKEN: Final = "token-of-the-pictures-of-pages"  # noqa: S105 (of a server that lives for a minute)
PORT: Final = 8392
URL: Final = f"http://127.0.0.1:{PORT}"
CALLS: Final = 420
SIZES: Final = {"desktop": (1360, 850), "phone": (390, 844)}
PROMPT: Final = (
    "Hi, this is Margaret Whitfield (margaret.whitfield@example.com, +49 30 901820).\n"
    "My card 4111 1111 1111 1111 was charged twice on 12 March 2026, please refund it\n"
    "to DE89 3704 0044 0532 0130 00. I live at 14 Rosenthaler Straße, Berlin."
)
SAID: Final = (
    "Please call Anna Kowalska back at +1 415 555 0132 about order B-10023.",
    "Write to marta.diaz@example.org that the frame has arrived.",
    "Refund 59.90 to DE89 3704 0044 0532 0130 00, the customer is John Doe.",
    "Richard Miles moved to 12 Main Street, Springfield; change the address.",
    "Which tyres fit a 28 inch wheel?",
    "Sum up the ticket of Sven Olsson, born on 1961-06-05.",
    "Why does 203.0.113.17 get a 403 from our shop?",
)
CARD: Final = "My card is 5555 5555 5555 4444, charge it again."
FORGET: Final = (
    "DELETE FROM statistics_progress; DELETE FROM statistics_sums; "
    "DELETE FROM statistics_counts; DELETE FROM statistics_users"
)
"""They are counted anew."""
Json = dict[str, Any]


@contextmanager
def serving(folder: Path) -> Iterator[None]:
    """The server, until the block ends."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SLUICE_", "OPENAI_"))}
    settings = {"SLUICE_DATA_DIR": str(folder), "SLUICE_BOOTSTRAP_TOKEN": TOKEN}
    command = [sys.executable, "-m", "sluice.cli", "serve", "--port", str(PORT)]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=kept | settings, stdout=quiet, stderr=quiet) as process:
        try:
            _until_ready(process)
            yield
        finally:
            process.terminate()


def _until_ready(process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            if httpx.get(f"{URL}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def fill() -> Json:
    """The demonstration, and calls of two more instances; what was made, as the demo tells it."""
    told = [sys.executable, "-m", "sluice.cli", "demo", "--json", "--url", URL, "--token", TOKEN]
    made = httpx.Response(200, content=subprocess.check_output(told)).json()
    with httpx.Client(base_url=URL, headers={"Authorization": f"Bearer {TOKEN}"}) as client:
        care = _group(client, "Customer care", CREDIT_CARD="block", EMAIL_ADDRESS="replace")
        code = _group(client, "Engineering", API_KEY="block", IP_ADDRESS="allow", PERSON="redact")
        for name, group in (("Support", care), ("Coding assistant", code)):
            connection = {"providerKey": "echo", "model": "echo", "credentials": {}}
            order = {"name": name, "policyGroupId": group, "connection": connection}
            client.post("/api/admin/v1/model-instances", json=order).raise_for_status()
        drawn = random.Random(7)  # noqa: S311 (the same pictures each time)
        for _ in range(CALLS):
            text = CARD if drawn.random() < 0.04 else drawn.choice(SAID)
            model = drawn.choice(("Support", "Support", "Coding assistant"))
            body = {"model": model, "messages": [{"role": "user", "content": text}]}
            client.post("/v1/chat/completions", json=body)
    return made  # type: ignore[no-any-return]


def _group(client: httpx.Client, name: str, **actions: str) -> int:
    rules = {kind: {"action": action} for kind, action in actions.items()}
    order = {"name": name, "policy": {"rules": rules}}
    return int(client.post("/api/admin/v1/policy-groups", json=order).json()["data"]["id"])


def move_into_the_past(database: Path) -> None:
    """Spread calls over a week of working days, with times and costs as of a real model."""
    drawn = random.Random(7)  # noqa: S311 (the same pictures each time)
    now = datetime.now(UTC)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.executescript(FORGET)
        for (number,) in connection.execute("SELECT id FROM calls").fetchall():
            began = _working_time(drawn, now)
            first = int(drawn.lognormvariate(6.0, 0.4))
            whole = first + int(drawn.lognormvariate(6.8, 0.5))
            ended = began + timedelta(milliseconds=whole)
            connection.execute(
                "UPDATE calls SET created_at = ?, finished_at = ?, first_token_ms = ?, "
                "duration_ms = ?, cost = ? WHERE id = ?",
                (_written(began), _written(ended), first, whole, drawn.randint(200, 9000), number),
            )


def _working_time(drawn: random.Random, now: datetime) -> datetime:
    while True:
        moment = now - timedelta(hours=drawn.random() * 24 * 6.9)
        weight = 1.0 if 7 <= moment.hour <= 17 else 0.12
        if drawn.random() < weight * (0.35 if moment.weekday() >= 5 else 1.0):
            return moment


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def take(page: Page, made: Json, into: Path, suffix: str) -> None:
    """Six pictures."""
    project = "/dashboard/projects/demo"
    runs = "&".join(f"run={run}" for run in made["testRuns"])
    addresses = {
        "overview": "/dashboard/overview",
        "policies": "/dashboard/policies/2",
        "session": f"{project}/sessions/{made['sessions'][0]}",
        "runs": f"{project}/runs/compare?{runs}",
        "call": _address_of_a_call(page),
    }
    for name, address in addresses.items():
        page.goto(URL + address)
        page.wait_for_timeout(900)
        page.screenshot(path=into / f"{name}{suffix}.png")
    page.set_viewport_size({"width": SIZES["desktop"][0], "height": 1500})
    page.goto(f"{URL}/dashboard/playground")
    page.locator("textarea").first.fill(PROMPT)
    page.wait_for_timeout(900)
    page.get_by_role("button", name="Send").click()
    page.wait_for_timeout(1500)
    page.screenshot(path=into / f"playground{suffix}.png", full_page=False)


def _address_of_a_call(page: Page) -> str:
    """The newest answered one that names an account."""
    page.goto(f"{URL}/dashboard/calls?status=complete")
    row = page.locator("tbody tr").filter(has_text="IBAN_CODE").first
    return str(row.locator("a").first.get_attribute("href"))


def main() -> None:
    """Take them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--into", type=Path, default=Path("docs/images"))
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--size", choices=tuple(SIZES), default="desktop")
    asked = parser.parse_args()
    asked.into.mkdir(parents=True, exist_ok=True)
    width, height = SIZES[asked.size]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(folder):
            made = fill()
        move_into_the_past(folder / "sluice.db")
        with serving(folder), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
            page = browser.new_page(
                viewport={"width": width, "height": height}, color_scheme=asked.theme
            )
            page.goto(f"{URL}/dashboard/sign-in")
            page.get_by_label("API token").fill(TOKEN)
            page.get_by_role("button", name="Sign in", exact=True).click()
            page.wait_for_timeout(3000)  # until the week is counted
            take(page, made, asked.into, "" if asked.theme == "light" else "-dark")
            browser.close()


if __name__ == "__main__":
    main()
