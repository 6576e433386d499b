# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The findings as a table for the screen, as JSON, and as one HTML file that needs nothing else. Pure but for the clock given."""

from __future__ import annotations

import html
import json
import textwrap
import typing as t

from .verdicts import Verdict

Data = t.Mapping[str, t.Any]
WIDTH: t.Final = 100
_WORDS: t.Final = {
    "found": "found",
    "missing": "MISSING",
    "not_understood": "NOT UNDERSTOOD",
    "not_visible": "not visible in this state",
    "not_offered": "not offered on a backup",
    "not_looked_at": "NOT LOOKED AT",
}
_ROLES: t.Final = {
    "primary": "primary of a pair",
    "backup": "backup of a pair",
    "none": "stands alone",
    "unknown": "failover role unknown",
}
_LANGUAGES: t.Final = {"en": "English", "de": "German"}
_DRIVERS: t.Final = {"html": "read as HTML", "browser": "worked through Chromium"}


def words(state: str) -> str:
    """A state for people."""
    return _WORDS[state]


def as_json(survey: Data, verdicts: t.Sequence[Verdict]) -> str:
    """One object: ``survey`` and ``verdicts``."""
    data = {"survey": survey, "verdicts": [verdict_data(one) for one in verdicts]}
    return json.dumps(data, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def verdict_data(verdict: Verdict) -> dict[str, t.Any]:
    """A verdict as plain data."""
    return {
        "playbook": verdict.playbook,
        "swing_method": verdict.swing_method,
        "outcome": verdict.outcome,
        "text": verdict.text,
        "because": list(verdict.because),
        "guided": list(verdict.guided),
        "conditions": list(verdict.conditions),
        "unseen": list(verdict.unseen),
        "by_hand": list(verdict.by_hand),
    }


# Screen


def survey_text(survey: Data) -> str:
    """The table of one appliance, no line wider than 100 columns."""
    lines = [*_head(survey), ""]
    for page in survey["pages"]:
        lines += _page_lines(page)
    lines += ["", "APIs"]
    for api in survey["apis"]:
        lines += _wrap(f"{api['name']:<30} {_available(api['available']):<8} {api['detail']}", "  ", 41)
    for permission in survey["permissions"]:
        granted = {True: "granted", False: "not granted", None: "unknown"}[permission["granted"]]
        lines += _wrap(f"{permission['caption']:<48} {granted:<12} ({permission['name']})", "  ", 4)
    return "\n".join(lines)


def verdicts_text(verdicts: t.Sequence[Verdict]) -> str:
    """The verdict on each playbook."""
    lines = ["Which playbooks can run"]
    width = max(len(verdict.name) for verdict in verdicts)
    for verdict in verdicts:
        lines += _wrap(f"{verdict.name:<{width}}  {verdict.text}", "  ", width + 4)
    for title, texts in (
        ("Not to be seen before the appliances are in the state for it:", [x for v in verdicts for x in v.unseen]),
        ("By hand instead:", [x for v in verdicts for x in v.by_hand]),
    ):
        once = list(dict.fromkeys(texts))
        if once:
            lines += ["", title, *(line for text in once for line in _wrap(text, "  - ", 4))]
    guided = list(dict.fromkeys(step for verdict in verdicts for step in verdict.guided))
    if guided:
        lines += [
            "",
            *_wrap(f"To have a person do these steps, set sra_guided to some of [{', '.join(guided)}].", "", 0),
        ]
    return "\n".join(lines)


def _wrap(text: str, first: str, hang: int) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=" " * hang, drop_whitespace=True, break_long_words=False
    )


def _head(survey: Data) -> list[str]:
    versions = survey["versions"]
    lines = [
        f"Compatibility of {survey['label']} ({survey['hostname'] or 'name unknown'}), {_ROLES[survey['stands']]}, "
        f"surveyed {survey['surveyed']}",
        f"  product {versions['product'] or 'unknown'} build {versions['build'] or 'unknown'}, "
        f"Base {versions['base'] or 'unknown'}, id {survey['appliance_id'] or 'unknown'}",
    ]
    for one in survey["interfaces"]:
        said = f"signed in, {_language(one['language'])}" if one["signed_in"] else f"NOT SIGNED IN: {one['detail']}"
        lines += _wrap(f"/{one['interface']}: {said}", "  ", 4)
    return lines


def _language(language: str | None) -> str:
    return _LANGUAGES.get(language or "", "language unknown")


def _available(available: bool | None) -> str:
    return {True: "yes", False: "NO", None: "unknown"}[available]


def _page_lines(page: Data) -> list[str]:
    where = " > ".join(page["way"]) if page["way"] else page["name"]
    said = f"{words(page['state'])}" + (f" at {page['path']}" if page["path"] else "")
    if page["driver"] == "browser":
        said += f", {_DRIVERS[page['driver']]}"
    lines = _wrap(f"/{page['interface']} > {where}: {said}", "", 4)
    if page["detail"]:
        lines += _wrap(page["detail"], "    ", 4)
    if page["by_hand"]:
        lines += _wrap(f"by hand: {page['by_hand']}", "    -> ", 7)
    waiting: dict[str, list[str]] = {}
    for control in page["controls"]:
        if control["state"] == "not_visible":
            waiting.setdefault(control["detail"], []).append(control["name"])
        else:
            lines += _control_lines(control)
    for detail, names in waiting.items():
        lines += _wrap(f"{words('not_visible')} ({detail}): {', '.join(names)}", "    ", 6)
    return lines


def _control_lines(control: Data) -> list[str]:
    said = [words(control["state"])]
    if control["caption"]:
        said.append(f"as {control['caption']!r}" + (f" ({control['how']})" if control["how"] else ""))
    if control["value"]:
        said.append(f"= {control['value']}")
    if control["detail"]:
        said.append(f"- {control['detail']}")
    if control["candidates"]:
        said.append(f"- nearest: {'; '.join(control['candidates'])}")
    lines = _wrap(f"{control['name']:<42} {' '.join(said)}", "    ", 47)
    if control["by_hand"]:
        lines += _wrap(f"by hand: {control['by_hand']}", "      -> ", 9)
    return lines


# HTML

# A module writes this page, where the templates of plan and report are not at hand; it looks like them.
_STYLE: t.Final = """
:root{color-scheme:light dark;--ink:#1c2126;--paper:#fbfbfa;--card:#fff;--line:#d5d9de;--good:#11693a;--bad:#a8172c;--soft:#565f69}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ec;--paper:#14171a;--card:#1b1f24;--line:#363d45;--good:#7fd6a0;--bad:#ff99a5;--soft:#a5aeb8}}
*{box-sizing:border-box}
body{font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;margin:2rem auto;max-width:66rem;padding:0 1rem;
color:var(--ink);background:var(--paper)}
h1{font-size:1.7rem;line-height:1.25;overflow-wrap:anywhere}p{margin:.3rem 0;overflow-wrap:anywhere}
.scroll{overflow-x:auto;margin:1.5rem 0;border:1px solid var(--line);border-radius:.5rem;background:var(--card)}
table{border-collapse:collapse;width:100%;font-size:.9375rem}
th,td{border-top:1px solid var(--line);padding:.45rem .8rem;text-align:left;vertical-align:top;overflow-wrap:break-word}
td:not(:first-child){min-width:7rem;overflow-wrap:anywhere}td:first-child{min-width:11rem}
thead th{font-size:.8125rem;color:var(--soft);white-space:nowrap}
caption{text-align:left;font-weight:600;padding:.6rem .8rem;overflow-wrap:anywhere}
.good{color:var(--good)}.bad{color:var(--bad);font-weight:600}.soft{color:var(--soft)}
@media screen and (max-width:40rem){table,caption,tbody,tr,td{display:block}thead{position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
tr{padding:.5rem .8rem;border-top:1px solid var(--line)}td,td:first-child,td:not(:first-child){border:0;padding:.05rem 0;min-width:0}
td:first-child{font-weight:600}td:empty{display:none}
td:not(:first-child)::before{content:attr(data-label) ": ";color:var(--soft);font-weight:400}}
@media print{@page{margin:1.4cm}body{margin:0;padding:0;max-width:none;font-size:9pt}tr{break-inside:avoid}.scroll{overflow:visible;border-radius:0}
td,td:first-child,td:not(:first-child){min-width:0}:root{--ink:#000;--paper:#fff;--card:#fff;--line:#999;--good:#000;--bad:#000;--soft:#333}}
"""
_CLASSES: t.Final = {
    "found": "good",
    "missing": "bad",
    "not_understood": "bad",
    "not_looked_at": "bad",
    "not_visible": "soft",
    "not_offered": "soft",
    "can_run": "good",
    "guided": "soft",
    "cannot_run": "bad",
}


def as_html(survey: Data, verdicts: t.Sequence[Verdict]) -> str:
    """One page: verdicts, pages with their controls, APIs. Everything that came from an appliance is escaped."""
    title = f"Compatibility of {survey['label']}"
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{_esc(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{_esc(title)}</h1>",
        *(f"<p>{_esc(line.strip())}</p>" for line in _head(survey)),
        _table(
            "Which playbooks can run", ("Playbook", "Verdict", "Not visible yet", "By hand"), _verdict_rows(verdicts)
        ),
        *(_page_table(page) for page in survey["pages"]),
        _table("APIs", ("API", "Available", "Detail"), _api_rows(survey)),
        _table("Permissions of the API account", ("Permission", "Granted", "Name"), _permission_rows(survey)),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _esc(text: t.Any) -> str:
    return html.escape("" if text is None else str(text), quote=True)


_Row = t.Sequence[tuple[str, str]]
"""The text of each cell, and its kind."""


def _table(caption: str, columns: t.Sequence[str], rows: t.Iterable[_Row]) -> str:
    """A table without the columns that say nothing."""
    rows = list(rows)
    kept = [number for number in range(len(columns)) if any(row[number][0] for row in rows)] or [0]
    heads = "".join(f'<th scope="col">{_esc(columns[number])}</th>' for number in kept)
    lines = "".join(
        "<tr>"
        + "".join(
            f'<td class="{_esc(row[number][1])}" data-label="{_esc(columns[number])}">{_esc(row[number][0])}</td>'
            for number in kept
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{_esc(caption)}"><table><caption>{_esc(caption)}</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _verdict_rows(verdicts: t.Sequence[Verdict]) -> t.Iterator[_Row]:
    for one in verdicts:
        yield (
            (one.name, ""),
            (one.text, _CLASSES[one.outcome]),
            ("; ".join(one.unseen), "soft"),
            ("; ".join(one.by_hand), ""),
        )


def _page_table(page: Data) -> str:
    where = " > ".join((f"/{page['interface']}", *(page["way"] or (page["name"],))))
    about = [
        words(page["state"]),
        page["path"],
        _language(page["language"]),
        _DRIVERS.get(page["driver"] or ""),
        page["detail"],
    ]
    by_hand = [f"by hand: {page['by_hand']}"] if page["by_hand"] else []
    caption = f"{where} ({'; '.join(str(part) for part in [*about, *by_hand] if part)})"
    return _table(caption, ("Control", "State", "Caption", "How", "Value", "Detail", "By hand"), _control_rows(page))


def _control_rows(page: Data) -> t.Iterator[_Row]:
    for one in page["controls"]:
        near = f" Nearest: {'; '.join(one['candidates'])}" if one["candidates"] else ""
        yield (
            (one["name"], ""),
            (words(one["state"]), _CLASSES[one["state"]]),
            (one["caption"] or "", ""),
            (one["how"] or "", "soft"),
            (one["value"] or "", ""),
            (one["detail"] + near, ""),
            (one["by_hand"], ""),
        )


def _api_rows(survey: Data) -> t.Iterator[_Row]:
    for api in survey["apis"]:
        kind = {True: "good", False: "bad", None: "soft"}[api["available"]]
        yield ((api["name"], ""), (_available(api["available"]), kind), (api["detail"], ""))


def _permission_rows(survey: Data) -> t.Iterator[_Row]:
    for one in survey["permissions"]:
        granted = {True: "yes", False: "no", None: "unknown"}[one["granted"]]
        yield ((one["caption"], ""), (granted, "good" if one["granted"] else "soft"), (one["name"], ""))
