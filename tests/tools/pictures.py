#!/usr/bin/env python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Takes the pictures of the documentation: what the playbooks show of a simulated pair, at a terminal and in a browser.

Nothing in them is made up: the compatibility check, the plan and both windows of an upgrade are run for them.
Terminals become SVG, pages PNG, all in ``docs/pictures``. Needs Chromium.
"""

from __future__ import annotations

import contextlib
import html
import os
import pathlib
import re
import shutil
import sys
import typing as t

from playwright.sync_api import Browser, sync_playwright

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from demo.demo import CONFIRMED, environment, write_inventory  # noqa: E402 (the tests' folder is put on the path first)
from unit.live.terminal import Terminal, run_at_a_terminal  # noqa: E402 (as above)

from simulator.process import SimulatorProcess  # noqa: E402 (as above)

PICTURES = ROOT / "docs" / "pictures"
FOLDER = ROOT / ".build" / "pictures"
SHOWN_FOLDER = "/srv/sra"
"""What stands in the pictures for the folder of this machine."""
PAIR = "berlin"
COLUMNS = 120
TIME_SCALE = 120.0
LARGEST = 200_000
"""Bytes of a picture."""

LETTER, LINE, MARGIN = 8.0, 18, 14
"""Of a terminal's picture, in its own units: width of a letter, height of a line, and the frame."""
INKS: t.Final = (
    (r"FAIL|NO RETURN|AWAY|WARN", "#ff9d9d"),
    (r"changed:", "#f0d27a"),
    (r"^TASK|^PLAY|^\$", "#ffffff"),
    (r"^\[\w+\] +\d+  \d  |^\[\w+\] (?:NOW|Next)|gate:|at most .* more$", "#8fd0ff"),
    (r"^\[\w+\] (?:ok|pass) ", "#a5dcb0"),
)
"""Colours of lines, by what they hold; the first that fits counts."""
INK, GROUND = "#d6dbe0", "#14181c"


def run(playbook: str, inventory: pathlib.Path, *extra: str) -> Terminal:
    """Run a playbook as a user would, at a terminal, and return what was on it. Raises RuntimeError where it fails."""
    command = ["ansible-playbook", "-i", str(inventory), f"bseries.sra.{playbook}", *extra]
    print(f"{playbook} {' '.join(extra)}".strip(), flush=True)
    surroundings = {**environment(), "TERM": "xterm", "ANSIBLE_NOCOLOR": "1", "SRA_PROGRESS": "line"}
    status, sent = run_at_a_terminal(command, COLUMNS, cwd=ROOT, env=surroundings)
    terminal = Terminal(COLUMNS)
    terminal.feed(sent)
    if status:
        raise RuntimeError("\n".join(terminal.lines))
    return terminal


def shown(text: str) -> str:
    """Without the folders of this machine."""
    return text.replace(str(FOLDER), SHOWN_FOLDER)


def terminal_picture(name: str, lines: t.Sequence[str]) -> None:
    """Lines of a terminal as an SVG that looks the same whatever fonts there are."""
    lines = [shown(line).rstrip() for line in lines]
    width = round(max(map(len, lines)) * LETTER + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img">',
        f"<title>{html.escape(name)}</title>",
        f'<rect width="{width}" height="{height}" rx="8" fill="{GROUND}"/>',
        '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, DejaVu Sans Mono, monospace" font-size="13">',
    ]
    for number, line in enumerate(lines):
        if line:
            ink = next((ink for pattern, ink in INKS if re.search(pattern, line)), INK)
            begin = len(line) - len(line.lstrip())
            x, y = MARGIN + begin * LETTER, MARGIN + number * LINE + 13
            length = (len(line) - begin) * LETTER
            parts.append(
                f'<text x="{x:g}" y="{y:g}" fill="{ink}" textLength="{length:g}" lengthAdjust="spacingAndGlyphs">'
                # Plain spaces in a row would become one.
                + html.escape(line.lstrip(), quote=False).replace(" ", "\u00a0")
                + "</text>"
            )
    save(f"{name}.svg", "\n".join([*parts, "</g>", "</svg>", ""]).encode())


def page_picture(
    browser: Browser,
    name: str,
    page: pathlib.Path,
    size: tuple[int, int],
    scheme: t.Literal["light", "dark"],
    at: str = "h1",
) -> None:
    """What a browser shows of a page, from the heading ``at`` on."""
    copy = FOLDER / "shown.html"
    copy.write_text(shown(page.read_text(encoding="utf-8")), encoding="utf-8")
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
    tab = context.new_page()
    tab.goto(copy.as_uri())
    box = tab.locator(at).first.bounding_box()
    if box is None:
        raise RuntimeError(f"{page} has no {at}")
    top = max(0.0, box["y"] - 2 * MARGIN)
    clip = {"x": 0.0, "y": top, "width": float(width), "height": float(height)}
    save(f"{name}.png", tab.screenshot(full_page=True, clip=clip))  # type: ignore[arg-type]  # its type is private
    context.close()


def save(name: str, data: bytes) -> None:
    if len(data) > LARGEST:
        raise RuntimeError(f"{name} has {len(data)} bytes, more than {LARGEST}")
    (PICTURES / name).write_bytes(data)
    print(f"  {name}: {len(data) / 1000:.0f} kB", flush=True)


def between(lines: t.Sequence[str], begin: str, end: str) -> list[str]:
    """The lines from the first that holds ``begin`` to the next that holds ``end``."""
    first = next(number for number, line in enumerate(lines) if begin in line)
    last = next(number for number, line in enumerate(lines) if number > first and end in line)
    return list(lines[first : last + 1])


def at_work(terminal: Terminal, words: str) -> list[str]:
    """The last frame in which the moving line said so, as far as a small terminal shows it."""
    rows = 16
    return next(frame for frame in reversed(terminal.frames) if any(words in line for line in frame[-2:]))[-rows:]


@contextlib.contextmanager
def pair() -> t.Iterator[pathlib.Path]:
    """The inventory of a fresh pair."""
    with SimulatorProcess({"time_scale": TIME_SCALE, "pairs": [{"name": PAIR}]}) as simulator:
        yield write_inventory(simulator, FOLDER)[0]


def upgrade(browser: Browser) -> None:
    """The compatibility check, the plan and both windows."""
    with pair() as inventory:
        reports = FOLDER / "reports" / PAIR
        lines = run("compatibility", inventory).lines
        terminal_picture("compatibility", between(lines, "Which playbooks can run", "swing_back (custom)"))
        page = next((FOLDER / "reports").glob("compatibility-*.html"))
        page_picture(browser, "compatibility-page", page, (1100, 900), "light")
        lines = run("plan", inventory).lines
        terminal_picture("plan", between(lines, "Upgrade plan", "Next:"))
        page_picture(browser, "plan-page", reports / "plan.html", (1100, 960), "light")
        terminal = run("upgrade_asynchronous", inventory)
        terminal_picture("progress", at_work(terminal, "Installing Bomgar"))
        run("upgrade_asynchronous", inventory, *CONFIRMED)

        (report,) = reports.glob("*/report.html")
        page_picture(browser, "report", report, (1100, 860), "light")
        page_picture(browser, "report-timeline", report, (1100, 900), "light", "h3:has-text('Run 1')")
        page_picture(browser, "report-phone-dark", report, (390, 844), "dark")
        page_picture(browser, "report-phone-dark-steps", report, (390, 844), "dark", "h3:has-text('Run 1')")


def main() -> int:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("Needs Chromium.", file=sys.stderr)
        return 1
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True, mode=0o700)
    PICTURES.mkdir(exist_ok=True)
    # Chromium's sandbox cannot be had by root; the pages are ours.
    options = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        upgrade(browser)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
