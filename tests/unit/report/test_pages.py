# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages of plan and report: whatever stands in them stays text, nothing is fetched, and everybody can read them."""

from __future__ import annotations

import itertools
import pathlib
import re
import shutil
import subprocess
import typing as t

import lxml.html
import pytest
from unit.plan.helpers import plan as make_plan
from unit.plan.states import Pair
from unit.report.records import appliance, facts, run, step, window_1

from ansible_collections.bseries.sra.plugins.module_utils._report.piece import appliances, make_piece
from ansible_collections.bseries.sra.plugins.module_utils._report.record import join
from ansible_collections.bseries.sra.plugins.plugin_utils import _html
from ansible_collections.bseries.sra.plugins.plugin_utils._html import plan_page, report_page

EVIL = "\"'><script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">{{7*7}}</title></style>\x1b[31m\u202e]]><!--"
SHOWN = EVIL.replace("\x1b", "\ufffd").replace("\u202e", "\ufffd")
# What the program reads, not what it shows.
STRUCTURE = {
    "began",
    "ended",
    "started",
    "updated",
    "outcome",
    "on",
    "purpose",
    "procedure",
    "production",
    "waiting_for",
}
NOW = "2026-03-07T23:59:00.000Z"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def record() -> dict[str, t.Any]:
    """Everything that a record can hold: two runs, outages, differences, a failure, warnings, certificates."""
    given = window_1(warnings=["Keep an eye on it."])
    given["state"]["a"]["certificates"] = {"served": "other"}
    given["run"]["before"]["a"]["certificates"] = {"served": "one"}
    given["run"].update(
        certificates={"pra1": {"path": "/srv/x.p12", "sha256": "1" * 64, "not_after": "2027-01-01"}},
        logged_out=["Ann"],
        overruns=[{"title": "Do it", "seconds": 90.0}],
        clients={"outcome": {"cause": "all back"}, "missing": [], "passive": []},
    )
    first = make_piece(given, NOW)
    first["production"] = {
        "asked": 100,
        "interval": 1.0,
        "began": NOW,
        "ended": NOW,
        "seen": True,
        "reason": None,
        "away_seconds": 9.0,
        "outages_left_out": 1,
        "outages": [
            {
                "began": "2026-03-07T22:42:10.000Z",
                "ended": "2026-03-07T22:42:19.000Z",
                "seconds": 9.0,
                "reasons": ["connection refused"],
                "over": True,
            }
        ],
    }
    failure = {
        "step": "update_a",
        "cause": "It burns.\nCall the brigade.",
        "way_back": "None.",
        "advice": "Run, then call.",
    }
    current = step("update_a", 95, 0)
    later = facts(
        "failed",
        run=run("two", before=given["run"]["before"]),
        state=given["state"],
        plan=given["plan"],
        failure=failure,
        current=current,
    )
    second = {**make_piece(later, NOW), "production": None}
    devices = appliances(given["lane"], given["run"], {letter: appliance(letter) for letter in "ab"}, given["plan"])
    joined = join(None, first, pair="berlin", target="12.2.0", appliances=devices, now=NOW)
    return join(joined, second, pair="berlin", target="12.2.0", appliances=devices, now=NOW)


def poisoned(value: t.Any, name: str = "") -> t.Any:
    if isinstance(value, dict):
        return {key: poisoned(part, key) for key, part in value.items()}
    if isinstance(value, list):
        return [poisoned(part, name) for part in value]
    return EVIL if isinstance(value, str) and name not in STRUCTURE else value


def parsed(page: str) -> t.Any:
    return lxml.html.document_fromstring(page)


@pytest.fixture
def report() -> str:
    return report_page(record())


@pytest.fixture
def plan() -> str:
    return plan_page(make_plan("asynchronous", Pair()).to_dict(), "berlin", NOW, ["Look out."])


def stopped_plan() -> str:
    pair = Pair()
    pair.a.role = pair.b.role = "primary"
    return plan_page(make_plan("asynchronous", pair).to_dict(), "berlin", NOW)


def hostile_pages() -> list[str]:
    made = poisoned(make_plan("asynchronous", Pair()).to_dict())
    for one in made["steps"]:
        one.update(production="away", gate=None, device="a")
    return [report_page(poisoned(record())), plan_page(made, EVIL, NOW, [EVIL])]


def test_hostile_text_stays_text() -> None:
    for page in hostile_pages():
        tree = parsed(page)
        assert not tree.xpath("//script | //img | //iframe | //object | //link | //base")
        assert not tree.xpath("//@*[starts-with(name(), 'on')] | //@href | //@src | //@style")
        assert len(tree.xpath("//title[not(ancestor::*[local-name()='svg'])]")) == 1
        shown = tree.text_content()
        assert shown.count("<script>document.title='owned'</script>") > 20
        assert "{{7*7}}" in shown
        assert SHOWN in shown
        assert not re.search(r"[\x00-\x08\x0b-\x1f\u202a-\u202e]", page)


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_hostile_text_does_nothing_in_a_browser(tmp_path: pathlib.Path) -> None:
    for number, page in enumerate(hostile_pages()):
        file = tmp_path / f"{number}.html"
        file.write_text(page, encoding="utf-8")
        command = [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            f"--user-data-dir={tmp_path}/profile",
            "--dump-dom",
        ]
        done = subprocess.run([*command, file.as_uri()], capture_output=True, text=True, timeout=100, check=True)
        tree = parsed(done.stdout)
        assert tree.findtext(".//title") != "owned"
        assert not tree.xpath("//script | //img")
        assert tree.xpath("//footer"), "the page was cut short"


def test_pages_fetch_nothing_and_run_nothing(report: str, plan: str) -> None:
    for page in (report, plan, stopped_plan()):
        tree = parsed(page)
        assert not tree.xpath("//script | //link | //img | //@src | //@href")
        assert "url(" not in page
        assert "@import" not in page
        (policy,) = tree.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
        assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_pages_are_accessible(report: str, plan: str) -> None:
    for page in (report, plan, stopped_plan()):
        tree = parsed(page)
        assert tree.get("lang") == "en"
        assert tree.findtext(".//title").strip()
        assert len(tree.xpath("//h1")) == 1
        assert len(tree.xpath("//main")) == len(tree.xpath("//header")) == 1
        levels = [int(heading.tag[1]) for heading in tree.xpath("//h1 | //h2 | //h3 | //h4")]
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), "a level is left out"
        assert all(cell.get("scope") in ("col", "row") for cell in tree.xpath("//th"))
        for table in tree.xpath("//table"):
            columns = len(table.xpath("./thead/tr/th"))
            assert columns
            for row in table.xpath("./tbody/tr"):
                assert sum(int(cell.get("colspan", 1)) for cell in row) == columns
            # What scrolls sideways can be reached by keyboard and has a name.
            assert table.xpath("ancestor::div[@role='region'][@tabindex='0'][@aria-label]")
        names = tree.xpath("//@id")
        assert len(names) == len(set(names))
        for value in tree.xpath("//@aria-labelledby"):
            assert value in names
        assert all(picture.xpath("./*[local-name()='title']") for picture in tree.xpath("//*[local-name()='svg']"))


def test_the_report_says_everything(report: str) -> None:
    text = " ".join(" ".join(parsed(report).itertext()).split())
    for said in (
        *("Upgrade of berlin to 12.2.0", "Stopped by a failure", "It burns.", "Call the brigade.", "Way back: None."),
        *("9.0 s", "2 outages", "connection refused", "asked 100 times"),
        *(
            "12.1.0",
            "Bomgar-12.2.0",
            "/srv/backups/pra1.nsb",
            "0" * 64,
            "/srv/x.p12",
            "Mend NTP.",
            "Keep an eye on it.",
        ),
        *("Reinstall the integration clients.", "certificates.served", "Logged out: Ann", "Overrun: Do it", "all back"),
        *("Run, then call.", "Do verify_pair", "Window 1", "Product version", "2.0 MB"),
    ):
        assert said in text, said


def test_the_plan_says_everything(plan: str) -> None:
    text = " ".join(" ".join(parsed(plan).itertext()).split())
    for said in (
        *("Plan for berlin: asynchronous upgrade to 12.2.0", "Base Software 3.3.2: Base 3.2.4 \u2192 3.3.2"),
        *(
            "Bomgar-12.2.0: product 12.1.0 \u2192 12.2.0",
            "point of no return",
            "Gate (confirmation)",
            "ASYNC-5",
            "Look out.",
        ),
        *("synchronous 1 h 10 min", "this plan", "About 3 h 54 min of work", "switching"),
    ):
        assert said in text, said
    assert "Nothing may be changed" in stopped_plan()


STYLE = (pathlib.Path(_html.__file__).parent / "_pages" / "style.css.j2").read_text(encoding="utf-8")


def schemes() -> dict[str, dict[str, str]]:
    """The colours of each scheme by name."""
    light, dark, print_ = (
        dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{3,6})", part)) for part in re.findall(r":root \{(.*?)\}", STYLE, re.S)
    )
    return {"light": light, "dark": {**light, **dark}, "print": {**light, **print_}}


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_stands_out_from_its_ground(scheme: str) -> None:
    colours = schemes()[scheme]
    pairs = [(ink, ground) for ink in ("ink", "soft", "good", "bad", "warn", "info") for ground in ("paper", "card")]
    pairs += [(name, f"{name}-back") for name in ("good", "bad", "warn", "info")]
    pairs += [("ink", f"{name}-back") for name in ("good", "bad", "warn", "info")]
    bars = ("on-a", "on-b", "backup", "sync", "separate", "update", "verify", "swing", "other")
    pairs += [("bar-ink", ground) for ground in bars]
    for ink, ground in pairs:
        high, low = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 4.5, f"{ink} on {ground}"
