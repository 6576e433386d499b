# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a page says of a download or install under way, in words, bars and per cent."""

from __future__ import annotations

import re
import typing as t

from .._records import Progress
from .._transport.redact import Redactor
from .._web import dom
from .._web.messages import kind_of, sentences
from .._web.view import PageView

_PERCENT = re.compile(r"(?<![\d.,])(\d{1,3}(?:[.,]\d+)?)\s*(?:%|percent|prozent)", re.IGNORECASE)
_FAILED = re.compile(
    r"\b(install(?:ation|ing)?|update|upgrade|download|package|aktualisierung|paket|herunterladen"
    r"|installieren)\b.{0,80}\b(failed|failure|aborted|could not|error|fehlgeschlagen|gescheitert"
    r"|abgebrochen|fehler|konnte nicht|(?:cannot|can not) (?:be )?(?:install|download|appl|complet|finish|verif|unpack|continu)\w*"
    r"|kann nicht (?:installiert|heruntergeladen|angewendet|abgeschlossen|entpackt|fortgesetzt))"
    r"|(failed to|could not|unable to) (?:install|download|update)"
    r"|konnte nicht (?:installiert|heruntergeladen|aktualisiert)",
    re.IGNORECASE,
)
_FINISHED = re.compile(
    r"\b(install(?:ation|ed)?|update|upgrade|aktualisierung|installation|paket)\b.{0,60}\b(complete[d]?"
    r"|finished|succeeded|successful(?:ly)?|abgeschlossen|beendet|erfolgreich)|successfully installed"
    r"|erfolgreich (?:installiert|aktualisiert)|wurde installiert",
    re.IGNORECASE,
)
_INSTALLING = re.compile(
    r"\binstalling\b|being installed|installation (?:has (?:started|begun)|started)"
    r"|\b(?:install(?:ation)?|update|upgrade)\b (?:is |currently )*(?:in progress|under ?way|running)\b"
    r"|updating|upgrading|applying|wird (?:jetzt )?installiert|werden installiert|installation läuft"
    r"|installation wurde gestartet|wird aktualisiert|aktualisierung läuft|\bunpacking\b|wird entpackt",
    re.IGNORECASE,
)
_DOWNLOADING = re.compile(
    r"\bdownloading\b|being downloaded|download (?:in progress|is running|has started|started)"
    r"|wird (?:jetzt )?heruntergeladen|werden heruntergeladen|download läuft|herunterladen läuft"
    r"|lädt .* herunter",
    re.IGNORECASE,
)
_DOWNLOADED = re.compile(
    r"download(?:ing)? (?:is |was )?(?:complete|finished|done)|download abgeschlossen|heruntergeladen[.:]",
    re.IGNORECASE,
)
# A clause with such a word speaks of updates in general, as help texts do, not of one that is under way.
_GENERAL = re.compile(
    r"\b(may|might|can|could|will|would|should|takes?|before|when|whenever|if|requires?|always|never|kann|können|könnte"
    r"|dauert|vor|bevor|beim|wenn|falls|immer|nie|sollten?)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,;]\s|\s[–-]\s|\.{3}|…")
_FULL: t.Final = 100.0


def _percent(view: PageView, lines: t.Sequence[str]) -> float | None:
    for element in view.root.iter():
        if not dom.is_element(element):
            continue
        value, top = element.get("aria-valuenow"), element.get("aria-valuemax") or "100"
        if element.tag in ("progress", "meter"):
            value, top = element.get("value"), element.get("max") or "1"
        elif element.get("role") != "progressbar" and value is None:
            continue
        try:
            percent = round(float(value or "") / float(top) * _FULL, 1)
        except (ValueError, ZeroDivisionError, OverflowError):
            continue
        if 0 <= percent <= _FULL:
            return percent
    for line in lines:
        found = _PERCENT.search(line)
        if found and float(found.group(1).replace(",", ".")) <= _FULL:
            return float(found.group(1).replace(",", "."))
    return None


def _of_now(lines: t.Sequence[str]) -> str:
    """The clauses that are no general remarks."""
    clauses = [part for line in lines for said in sentences(line) for part in _CLAUSE_END.split(said)]
    return "\n".join(part for part in clauses if not _GENERAL.search(part))


def _state(
    lines: t.Sequence[str], percent: float | None
) -> t.Literal["downloading", "installing", "finished", "failed", "unknown"]:
    if any(_FAILED.search(said) and kind_of(said) == "error" for line in lines for said in sentences(line)):
        return "failed"
    text, now = "\n".join(lines), _of_now(lines)
    finished = bool(_FINISHED.search(text)) and (percent is None or percent >= _FULL)
    installing, downloading = bool(_INSTALLING.search(now)), bool(_DOWNLOADING.search(now))
    if finished and not installing:
        return "finished"
    if installing and (not downloading or _DOWNLOADED.search(text)):
        return "installing"
    if downloading:
        return "downloading"
    return "installing" if installing else "unknown"


def _telling(lines: t.Sequence[str]) -> list[str]:
    patterns = (_FAILED, _FINISHED, _INSTALLING, _DOWNLOADING, _PERCENT)
    return [line for line in lines if any(pattern.search(line) for pattern in patterns) and len(line) < 400]


def read(view: PageView, lines: t.Sequence[str], redactor: Redactor) -> Progress:
    """The progress that these lines of the page tell; ``unknown`` keeps their text."""
    percent = _percent(view, lines)
    telling = _telling(lines) or [line for line in lines if len(line.split()) > 1][:5]
    return Progress(_state(lines, percent), redactor.beginning(" ".join(dict.fromkeys(telling)), 500), percent)


def under_way(view: PageView, redactor: Redactor) -> Progress | None:
    """Progress that a page shows besides other things; None where nothing is being downloaded or installed, or failed."""
    seen = read(view, view.lines, redactor)
    marked = [message.text for message in view.messages]
    if seen.state in ("downloading", "installing"):
        return seen
    if seen.state in ("failed", "finished") and any(_FAILED.search(text) or _FINISHED.search(text) for text in marked):
        return seen
    return None
