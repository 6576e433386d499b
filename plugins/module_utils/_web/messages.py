# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a page says of success and failure: by its words first, by roles, classes and colours as hints."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from . import dom

_ERROR_WORDS = re.compile(
    r"\b(errors?|failed|failure|fails|could not|couldn.t|cannot|can.t|can not|unable|invalid|not allowed"
    r"|no .{1,40} could be|(?:was|were) not|not found|timed out|no response|not respond\w*"
    r"|konnten? kein\w*|wurden? (?:nicht|kein\w*)|nicht gefunden|zeitüberschreitung|antwortet nicht|keine verbindung"
    r"|not permitted|refused|denied|rejected"
    r"|is required|are required|must (?:be|have|match|not|use|first)|do(?:es)? not match|mismatch|incorrect"
    r"|unreachable|not reachable|not identical|differs?|(?:is|was|are|were) wrong|not readable|unreadable|nicht lesbar"
    r"|fehler|fehlgeschlagen|gescheitert|konnten? nicht|kann nicht|können nicht|ungültig\w*|nicht möglich"
    r"|verweigert|abgelehnt|nicht erlaubt"
    r"|nicht erreichbar|stimm(?:t|en) nicht|nicht überein\w*|erforderlich|nicht identisch|nicht zulässig"
    r"|falsch\w*|darf nicht|unterscheide[nt]|müssen)\b",
    re.IGNORECASE,
)
_SUCCESS_WORDS = re.compile(
    r"\b(success(?:fully|ful)?|saved|completed?|has been|have been|was (?:changed|updated|started|saved|imported|uploaded|assigned|restored)|done"
    r"|started|established|removed|updated"
    r"|erfolgreich\w*|gespeichert|abgeschlossen|wurden?|gestartet|hergestellt|getrennt|aktualisiert|übernommen)\b",
    re.IGNORECASE,
)
_NOTE = re.compile(r"^\s*(note|hint|tip|hinweis|tipp|beachten)\b", re.IGNORECASE)
_CONDITIONAL = re.compile(r"^\s*(?:warning: )?(if|should|when|whenever|falls|wenn|sollten?|sobald)\b", re.IGNORECASE)
# From here on a sentence speaks of what may happen, not of what did.
_CONDITION = re.compile(r"\b(?:if|in case|whether|unless|falls|wenn|sofern|im falle)\b.*", re.IGNORECASE)
# Announcements and general rules: "will be unreachable", "errors may occur", "not reachable during the installation".
_FORESEEN = re.compile(
    r"\b(?:may|might|can|could|will|kann|können|könnten?|werden)\b(?! not| nicht).{0,80}\b(?:errors?|fails?|failures?"
    r"|fehler|fehlschlagen|unreachable|unavailable|not reachable|nicht erreichbar)\b"
    r"|\b(?:errors?|failures?|fehler)\b.{0,40}\b(?:may|might|can|will|kann|können|werden)\b(?! not| nicht)"
    r"|\b(?:during|while|until|während|solange|bis)\b.{0,80}\b(?:unreachable|not reachable|nicht erreichbar)\b"
    r"|\b(?:unreachable|not reachable|nicht erreichbar)\b.{0,80}\b(?:during|while|until|während|solange|bis)\b",
    re.IGNORECASE,
)
_PAST_FAILURE = re.compile(
    r"\b(failed|occurred|could not|no .{1,40} could be|couldn.t|unable|konnten? (?:nicht|kein\w*)|fehlgeschlagen|gescheitert|aufgetreten)\b",
    re.IGNORECASE,
)
# "A failed update must not be restarted" is a rule.
_ANY_FAILED = re.compile(
    r"\b(?:an?|any|every|each|eine?|einer|eines|jede[rs]?) (?:failed|fehlgeschlagene\w*)\b", re.IGNORECASE
)
_NO_ERRORS = re.compile(r"\b(no errors?|without (?:any )?errors?|keine fehler|ohne fehler)\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[^\W\d_a-zäöüß]|[\"\u201e\u201c(])")
_ERROR_HINT = re.compile(
    r"(^|[\s_-])(error|errors|danger|fail|failed|failure|fehler|invalid|alert-error|critical|bad)($|[\s_-])",
    re.IGNORECASE,
)
_SUCCESS_HINT = re.compile(r"(^|[\s_-])(success|ok|done|confirmation|erfolg)($|[\s_-])", re.IGNORECASE)
_MESSAGE_HINT = re.compile(
    r"(^|[\s_-])(alert|message|messages|msg|notice|notification|flash|toast|banner|callout|warning|warn"
    r"|status-message|info|feedback|meldung|hinweis)($|[\s_-])",
    re.IGNORECASE,
)
_RED = re.compile(r"color\s*:\s*(red|#f00|#ff0000|#c00|#cc0000|darkred|crimson)", re.IGNORECASE)
_FAILURE = re.compile(
    r"\b(no .{1,40} could be|timed out|no response|konnten? kein\w*|zeitüberschreitung|antwortet nicht|error|failed"
    r"|could not|couldn.t|unable|denied|refused|rejected|unreachable|not reachable|invalid|incorrect|not allowed"
    r"|not permitted"
    r"|do(?:es)? not match|mismatch|fehler|fehlgeschlagen|gescheitert|konnten? nicht|verweigert|abgelehnt|nicht erreichbar|ungültig\w*"
    r"|stimm(?:t|en) nicht|nicht zulässig|nicht erlaubt|(?:is|was|are|were) (?:wrong|not readable|unreadable)"
    r"|(?:ist|war|sind|waren) (?:falsch|nicht lesbar))\b",
    re.IGNORECASE,
)
_ERROR_HEADING = re.compile(r"\b(errors?|failed|failure|fehler|fehlgeschlagen|fehlermeldung)\b", re.IGNORECASE)
# Words; longer headings name a subject, such as a log of errors.
_LONGEST_ERROR_HEADING = 3
_LONGEST_MESSAGE = 600
_LONGEST_STATEMENT = 240

Kind = t.Literal["error", "success", "other"]


@dataclasses.dataclass(frozen=True)
class Message:
    """Words of the page in a place for messages."""

    text: str
    kind: Kind
    hinted: bool


def sentences(text: str) -> list[str]:
    """The sentences of a line; dots in versions and addresses end none."""
    return _SENTENCE_END.split(text)


def _asserted(sentence: str) -> str:
    """What a sentence says outright: nothing of what it says may happen, or would under a condition."""
    if _CONDITIONAL.match(sentence) or _NO_ERRORS.search(sentence):
        return ""
    said = _ANY_FAILED.sub("", _CONDITION.sub("", sentence))
    return "" if _FORESEEN.search(said) and not _PAST_FAILURE.search(said) else said


def kind_of(text: str) -> Kind:
    """What the words alone say."""
    if _NOTE.match(text):
        return "other"
    if any(_ERROR_WORDS.search(_asserted(sentence)) for sentence in sentences(text)):
        return "error"
    told = [sentence for sentence in sentences(text) if not _CONDITIONAL.match(sentence)]
    return "success" if any(_SUCCESS_WORDS.search(sentence) for sentence in told) else "other"


def states_failure(text: str) -> bool:
    """True for a plain statement that something failed, unlike a rule, a warning or a condition."""
    return not _NOTE.match(text) and any(_FAILURE.search(_asserted(sentence)) for sentence in sentences(text))


def _hint(element: t.Any) -> Kind | None:
    marks = " ".join((element.get("class") or "", element.get("id") or ""))
    if (
        _ERROR_HINT.search(marks)
        or _RED.search(element.get("style") or "")
        or (
            element.tag == "font"
            and (element.get("color") or "").lower() in ("red", "#ff0000", "#f00", "#cc0000", "#c00")
        )
    ):
        return "error"
    if _SUCCESS_HINT.search(marks):
        return "success"
    if (
        _MESSAGE_HINT.search(marks)
        or element.get("role") in ("alert", "status", "log")
        or element.get("aria-live") in ("polite", "assertive")
    ):
        return "other"
    return None


def read_messages(root: t.Any) -> tuple[Message, ...]:
    """The places of a page that are marked as messages; a mark that contradicts the words loses to them."""
    found: dict[str, Message] = {}
    for element in root.iter():
        if not dom.is_element(element) or element.tag in ("body", "html", "form", "input", "nav", "table", "tr"):
            continue
        hint = _hint(element)
        if hint is None or not dom.visible(element) or dom.has_control(element):
            continue
        text = dom.text_of(element)
        if text and len(text) <= _LONGEST_MESSAGE:
            words = kind_of(text)
            kind: Kind = words if words != "other" else hint
            if hint == "error" and words == "success" and len(text.split()) > 1:
                kind = "success" if _SUCCESS_WORDS.search(text) and not _ERROR_WORDS.search(text) else "error"
            found.setdefault(text, Message(text, kind, True))
    return tuple(found.values())


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What a page says after an action that the page before did not say.

    ``doubts`` are lines with words of failure that stand in no place for messages: a note beside a form may say the same.
    """

    errors: tuple[str, ...]
    successes: tuple[str, ...]
    doubts: tuple[str, ...]
    news: tuple[str, ...]

    @property
    def text(self) -> str:
        """The appliance's own words, the most telling first."""
        return " ".join(self.errors or self.successes)


def _plain_kind(line: str) -> t.Literal["error", "success", "other", "doubt"]:
    """What a line outside any place for messages says; only plain statements of failure count as errors."""
    kind = kind_of(line)
    if kind == "error" and (not states_failure(line) or len(line) > _LONGEST_STATEMENT):
        return "doubt"
    return kind


def _is_error_heading(heading: str) -> bool:
    return len(heading.split()) <= _LONGEST_ERROR_HEADING and bool(_ERROR_HEADING.search(heading))


def outcome(lines_before: t.AbstractSet[str], page: t.Any) -> Outcome:
    """Compare a page with the lines of the page before it; what was said already is no answer."""
    pages = [page] if page.preceding is None else [page.preceding, page]
    marked = [m for one in pages for m in one.messages if m.text not in lines_before]
    news = [line for one in pages for line in one.lines if line not in lines_before]
    headings = set(page.headings)
    found: dict[str, str] = {message.text: message.kind for message in marked}
    # A page under the heading "Error" reports one, whatever its sentences sound like.
    is_error_page = any(heading in news and _is_error_heading(heading) for heading in headings)
    told = {kind for kind in found.values() if kind != "other"}
    for line in news:
        if (
            not len(line.split()) > 2
            or len(line) > _LONGEST_MESSAGE
            # Old pages set their answers in bold, as they do headings.
            or (line in headings and not line.endswith((".", "!")))
            or any(line in text for text in found)
        ):
            continue
        kind = "error" if is_error_page else _plain_kind(line)
        # Where a message was given in its place, lines elsewhere are no second one.
        found[line] = "doubt" if kind == "error" and told else kind
    by_kind = {kind: tuple(text for text, k in found.items() if k == kind) for kind in ("error", "success", "doubt")}
    return Outcome(by_kind["error"], by_kind["success"], by_kind["doubt"], tuple(news))


_OTHER_DANGER = re.compile(
    r"factory|werkseinstellung|originalstandard|shut.?down|herunterfahren|reboot|neu ?start|erase|delete all"
    r"|alle daten löschen",
    re.IGNORECASE,
)


def other_danger(question: str, purpose: str) -> bool:
    """True where a question is about something grave that was not asked for: a reset, a restart, a loss of data."""
    return bool(_OTHER_DANGER.search(question)) and not _OTHER_DANGER.search(purpose)
