# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/appliance > Updates: what is offered, why something cannot be installed yet, installing, and following an install."""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._errors import PageError, StateError
from .._records import Kind, Package, Progress, Updates
from .._transport.redact import Redactor
from .._version import find_version, same_version
from .._wait import Deadline, Look, wait_for
from .._web import dom
from .._web.controls import Button, Control
from .._web.finder import Action, Finder
from .._web.messages import sentences
from .._web.session import WebSession
from .._web.view import PageView
from .._web.words import words
from . import _progress
from ._entries import Entry, entries
from ._press import Press

PAGE: t.Final = "updates"
_NO_NAMES: t.Final = (
    "html", "body", "head", "title", "option", "select", "script", "style", "button", "input",
)  # fmt: skip
# How long the appliance may ask the update server (seconds).
CHECK_SECONDS: t.Final = 120.0
# Labels such as "Installed version" are short; a sentence with such a word is not a label.
_SHORT_LABEL: t.Final = 5
# Characters; a longer line is no message.
_LONGEST_LINE: t.Final = 300
# Names of packages on one page; a page with more is no list of updates.
_MOST_NAMES: t.Final = 300
# Characters; larger boxes hold several entries.
_LONGEST_ENTRY: t.Final = 1500

_BASE = re.compile(
    r"\b(base|basis)[ -]?(software|update|version|system|release|os)?\b|\bbasissoftware\b", re.IGNORECASE
)
_PRODUCT = re.compile(
    r"bomgar|beyondtrust|privileged remote access|remote support|\bpra\b|\brs\b|product|produkt"
    r"|site (?:software|package)|website",
    re.IGNORECASE,
)
_NAME = re.compile(r"^[^\W\d_][^:?!]{0,90}?[\s_-]v?\d+(?:\.\d+)+(?:[\s,(\[–-].{0,40})?$")
# What lists set before their entries, and headings before their text.
_BULLETS: t.Final = "-–—•·*▪▸►»> "
_NAME_FIRST = re.compile(r"^([^\W\d_][\w .()-]{0,60}?[\s_-]v?\d+(?:\.\d+)+)\s+(\S.*)$")
_BLOCKED = re.compile(
    r"does not satisfy|requirement|requires?\b|depends on|not (?:yet )?(?:be )?install|prerequisite|erfordert"
    r"|voraussetzung|anforderung|benötigt|erfüllt|nicht installiert werden|setzt .* voraus",
    re.IGNORECASE,
)
_INSTALLED = re.compile(
    r"\b(current|currently|installed|running|history|recent|previous|aktuell|aktuelle|derzeit|installiert"
    r"|installierte|verlauf|bisherige|zuletzt)\b",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\bno (?:new )?(?:software )?(?:updates?|packages?)\b|up.to.date|keine (?:neuen "
    r"|weiteren )?(?:aktualisierung|updates|pakete|software)|auf dem neuesten stand",
    re.IGNORECASE,
)
_SOME = re.compile(
    r"updates? (?:are |is )?available|available to be installed|aktualisierungen verfügbar"
    r"|stehen .*aktualisierungen|verfügbare aktualisierungen",
    re.IGNORECASE,
)
_CHECKING = re.compile(
    r"checking for|contacting the update|suche nach aktualisierungen|wird geprüft|prüfung läuft|wird gesucht",
    re.IGNORECASE,
)


# Explanations and wishes: "if no updates are listed", "keep your appliance up to date".
_NO_STATEMENT = re.compile(
    r"\b(if|when|whenever|unless|until|should|keeps?|keeping|ensure|make sure|stays?|to be|falls|wenn|sollten?|damit|um"
    r"|halten|hält|bleibt?|bleiben)\b",
    re.IGNORECASE,
)


def _says_none(view: PageView) -> bool:
    """True where the page states that nothing is offered."""
    told = [said for line in view.lines for said in sentences(line)]
    return any(_NONE.search(said) and not _NO_STATEMENT.search(said) for said in told)


def kind_of(name: str) -> Kind:
    """Base software, the product, or something else, by the package's name."""
    if _BASE.search(name):
        return "base"
    return "product" if _PRODUCT.search(name) else "other"


def says_blocked(words: str | None) -> bool:
    """Whether the appliance's words mean that something else has to be installed first."""
    return bool(words) and bool(_BLOCKED.search(str(words)))


def _is_name(line: str) -> bool:
    return bool(_NAME.match(line)) and not _BLOCKED.search(line) and len(line.split()) <= 12


def _name_in(element: t.Any, line: str) -> str | None:
    """The name that a line is, or that it begins with where inline parts of one box run into one line."""
    line = line.lstrip(_BULLETS)
    if _is_name(line):
        return line
    found = _NAME_FIRST.match(line)
    parts = [child for child in element if dom.is_element(child) and dom.text_of(child)]
    if found and len(parts) > 1 and not (element.text or "").strip() and _BLOCKED.search(found.group(2)):
        return found.group(1) if _is_name(found.group(1)) else None
    return None


def _install_actions(finder: Finder) -> list[Action]:
    return finder.actions("install_this_update", also_disabled=True)


def _name_elements(view: PageView) -> list[tuple[t.Any, str]]:
    """The innermost elements that show a package's name, also where name and version stand in two cells."""
    found: list[tuple[t.Any, str]] = []
    taken: set[t.Any] = set()
    for table in view.tables:
        for row in table.rows:
            for index, text in enumerate(row.cells[:-1]):
                version = row.cells[index + 1]
                if (
                    text
                    and not find_version(text)
                    and re.fullmatch(r"v?\d+(\.\d+)+(\s*\(.*\))?", version)
                    and any(c.isalpha() for c in text)
                    and len(text.split()) <= 8
                    and not text.endswith(":")
                ):
                    found.append((row.elements[index], f"{text} {version}"))
                    taken.add(row.element)
    for element in view.root.iter():
        if not dom.is_element(element) or element.tag in _NO_NAMES:
            continue
        if any(dom.contains(row, element) for row in taken) or not dom.visible(element):
            continue
        own = dom.text_of(element)
        lines = dom.lines(element)
        name = _name_in(element, lines[0]) if own and len(own) <= _LONGEST_ENTRY else None
        if name is None:
            continue
        inner = [
            child
            for child in element.iter()
            if child is not element
            and dom.is_element(child)
            and dom.lines(child)[:1]
            and _is_name(dom.lines(child)[0].lstrip(_BULLETS))
        ]
        if not inner:
            found.append((element, name))
    order = view.order
    return sorted(found, key=lambda item: order.get(item[0], 0))


def _is_installed_now(finder: Finder, element: t.Any, name: str) -> bool:
    """True for a name that says what runs now, or did before, rather than what is offered."""
    around = (*finder.view.sections.path(element)[-1:],)
    offers = [text for text in around if finder.vocabulary.matches("available_updates", text) or _SOME.search(text)]
    if any(_INSTALLED.search(text) for text in around if text not in offers):
        return True
    if _INSTALLED.search(name):
        return True
    for fact in finder.view.facts:
        if (
            (fact.element is element or dom.contains(fact.element, element))
            and _INSTALLED.search(fact.label)
            and len(fact.label.split()) <= _SHORT_LABEL
            and find_version(fact.value)
        ):
            return True
    return False


def _borders(finder: Finder, view: PageView) -> list[t.Any]:
    """What no entry reaches over: file fields, the check, menus, the headings of the page."""
    found: list[t.Any] = [control.element for control in view.controls if control.type == "file"]
    found += [action.element for action in finder.actions("check_for_updates", also_disabled=True)]
    found += [link.element for link in view.links if link.aside]
    for key in ("available_updates", "manual_installation", "appliance_download_key", "updates"):
        found += [heading.element for heading in view.sections.headings if finder.vocabulary.matches(key, heading.text)]
    found += list(view.root.iter("nav"))
    return [element for element in found if element is not None]


def _marks(finder: Finder, view: PageView) -> list[tuple[Entry, str]]:
    shown = _name_elements(view)
    if len(shown) > _MOST_NAMES:
        raise finder.fail(
            f"the page names {len(shown)} packages, more than any list of updates", key="available_updates"
        )
    names = [
        (element, name)
        for element, name in shown
        # What looks like a button but cannot be pressed may run into the reason beside it.
        if finder.vocabulary.score("install_this_update", [name]) is None
        and not _is_installed_now(finder, element, name)
    ]
    borders = [
        b
        for b in _borders(finder, view)
        if not any(b is element or dom.contains(b, element) for element, _name in names)
    ]
    made = entries([element for element, _name in names], borders)
    return list(zip(made, [name for _element, name in names]))


def _reason(entry: Entry, name: str, view: PageView) -> str | None:
    """The appliance's words why it cannot be installed yet: in the entry, else a line of the page that names its version."""
    own = [line for line in entry.lines if _BLOCKED.search(line) and line != name]
    if own:
        return " ".join(own)
    version = find_version(name)
    for line in view.lines:
        blocked = re.search(r"satisfy\s+(?:[\w-]+[\s-])*?v?(\d+(?:\.\d+)+)", line)
        if blocked and same_version(blocked.group(1), version):
            return line
    return None


def _details(entry: Entry, view: PageView) -> dict[str, str]:
    found: dict[str, str] = {}
    for fact in view.facts:
        if (
            entry.holds(fact.element)
            and not _BLOCKED.search(fact.label)
            and not _is_name(fact.label)
            and not find_version(fact.label)
            and len(fact.value) < 200
        ):
            found.setdefault(fact.label, fact.value)
    return found


def _package(finder: Finder, entry: Entry, name: str, buttons: t.Sequence[Action]) -> Package | None:
    own = [button for button in buttons if entry.holds(button.element)]
    usable = [
        button for button in own if not button.disabled and (not isinstance(button, Button) or button.form is not None)
    ]
    choices = _choices(finder.view, entry)
    choosable = [choice for choice in choices if not choice.disabled]
    reason = _reason(entry, name, finder.view)
    section = finder.view.sections.path(entry.mark)
    listed = bool(own or choices or reason) or finder.vocabulary.score("available_updates", section) is not None
    if not listed:
        return None
    installable = bool(usable) or (bool(choosable) and not own)
    if not installable and reason is None:
        rest = [line for line in entry.lines if line != name and line not in name]
        reason = " ".join(line for line in rest if len(line.split()) > 3) or "the page offers no button to install it"
    return Package(
        name=name,
        kind=kind_of(name),
        version=find_version(name),
        installable=installable and not (reason and not usable),
        reason=None if usable else reason,
        details=_details(entry, finder.view),
    )


def _choices(view: PageView, entry: Entry) -> list[Control]:
    return [c for c in view.controls if c.type in ("radio",) and c.visible and entry.holds(c.element)]


def _packages(finder: Finder) -> list[tuple[Package, Entry]]:
    buttons = _install_actions(finder)
    found = []
    for entry, name in _marks(finder, finder.view):
        package = _package(finder, entry, name, buttons)
        if package is not None:
            found.append((package, entry))
    return found


def _claimed(finder: Finder, found: t.Sequence[tuple[Package, Entry]]) -> None:
    """Every button to install must belong to an entry that was understood; else something on the page was misread."""
    for button in _install_actions(finder):
        holders = [package for package, entry in found if entry.holds(button.element)]
        if (
            button.disabled
            or len(holders) == 1
            or (isinstance(button, Button) and _one_form_for_all(finder, found, button))
        ):
            continue
        what = "several packages" if holders else "no package that was recognised"
        raise finder.fail(
            f"the button {button.caption!r} belongs to {what}",
            key="install_this_update",
            candidates=list(finder.view.lines),
        )


def _one_form_for_all(finder: Finder, found: t.Sequence[tuple[Package, Entry]], button: Button) -> bool:
    choices = [choice for _package, entry in found for choice in _choices(finder.view, entry)]
    return bool(choices) and all(choice.form == button.form for choice in choices)


def _message(view: PageView) -> str | None:
    texts = [message.text for message in view.messages]
    texts += [line for line in view.lines if (_NONE.search(line) or _SOME.search(line)) and line not in view.headings]
    unique = [text for text in dict.fromkeys(texts) if not any(text != other and text in other for other in texts)]
    return " ".join(unique) or None


def _read_view(web: WebSession, view: PageView) -> tuple[Updates, list[tuple[Package, Entry]]]:
    finder = web.finder(view, PAGE)
    found = _packages(finder)
    _claimed(finder, found)
    listed = bool(found) or _says_none(view)
    record = Updates(
        available=tuple(package for package, _entry in found),
        listed=listed,
        message=_message(view),
        progress=_progress.under_way(view, web.redactor) if not found else None,
    )
    return record, found


def _checked(web: WebSession, view: PageView, check: bool) -> PageView:
    """The page after a check for updates, where one is wanted and offered."""
    finder = web.finder(view, PAGE)
    buttons = finder.actions("check_for_updates")
    if not check or (not buttons and (_packages(finder) or _progress.under_way(view, web.redactor))):
        return view
    if web.check_mode and _packages(finder):
        return view
    result = Press(web, PAGE, "check_for_updates", "check for updates", kind="check").run(
        view, finder.action("check_for_updates")
    )
    settled = _settled(web, result.view, view.all_lines())
    web.now_shows(PAGE, settled)
    return settled


def _settled(web: WebSession, view: PageView, said_before: frozenset[str]) -> PageView:
    """Wait while the page says, as it did not before, that it is still asking the update server."""
    last = [view]

    def is_checking() -> bool:
        return any(_CHECKING.search(line) for line in last[0].lines if line not in said_before)

    def look() -> Look[PageView]:
        if is_checking():
            last[0] = web.reload(last[0])
        return Look(not is_checking(), "the appliance is checking for updates", last[0])

    wait_for("the list of updates", look, Deadline(CHECK_SECONDS), appliance=web.label, page="/appliance > Updates")
    if (
        not _packages(web.finder(last[0], PAGE))
        and not _says_none(last[0])
        and _progress.under_way(last[0], web.redactor) is None
    ):
        last[0] = web.open(PAGE)
    return last[0]


def read(web: WebSession, check: bool = False) -> Updates:
    """What is offered. ``check`` presses Check for Updates, unless in check mode the list is shown already.

    Raises RefusedByAppliance with the appliance's words where the check fails, PageError where the list is not understood.
    """
    opened = web.open(PAGE)
    failed = _failed(opened, web.redactor)
    view = _checked(web, opened, check)
    record, found = _read_view(web, view)
    if failed and record.progress is None:
        of_base = [seen for kind, seen in failed if kind == "base"]
        # Where nothing is listed any more, what failed was taken from the list, and is not installed.
        told = of_base if of_base or found else [seen for _kind, seen in failed]
        record = dataclasses.replace(record, progress=told[0] if told else None)
    if check and not record.listed and record.progress is None:
        finder = web.finder(view, PAGE)
        raise finder.fail(
            "after the check for updates no list was found", key="available_updates", candidates=list(view.lines)
        )
    return record


def _failed(view: PageView, redactor: Redactor) -> list[tuple[str, Progress]]:
    """What the page says of updates that failed, with their kinds, before the list takes the place of these words (PREP-6)."""
    told = [
        (kind_of(line), _progress.read(view, [line], redactor))
        for line in view.lines
        if len(line) < _LONGEST_LINE and (kind_of(line) == "base" or find_version(line))
    ]
    return [(kind, seen) for kind, seen in told if seen.state == "failed"]


def find_check(web: WebSession) -> tuple[PageView, Action]:
    """The page, and what checks for updates when it is pressed."""
    view = web.open(PAGE)
    return view, web.finder(view, PAGE).action("check_for_updates")


def find_installs(web: WebSession) -> tuple[PageView, tuple[tuple[Package, Action], ...]]:
    """The page, and what ``install`` would press for each package that the page lists as installable now, without any check for updates."""
    view = web.open(PAGE)
    finder = web.finder(view, PAGE)
    _record, found = _read_view(web, view)
    actions = ((package, _install_action(finder, entry)[0]) for package, entry in found if package.installable)
    return view, tuple(actions)


def _same(one: Package, other: Package) -> bool:
    return words(one.name) == words(other.name) and (
        one.version == other.version or same_version(one.version, other.version)
    )


def install(web: WebSession, package: Package, accept_license: bool) -> Progress:
    """Press Install This Update of exactly this package, answer its questions, and say what the appliance says then.

    Raises StateError where the appliance asks for a licence and ``accept_license`` is False, or the package cannot be
    installed now; RefusedByAppliance with the appliance's words. TransportError passes through: the install may have begun.
    """
    if web.check_mode:
        raise StateError(f"check mode: would install {package.name}", appliance=web.label, state="nothing was sent")
    view, entry = _find_entry(web, package)
    finder = web.finder(view, PAGE)
    action, values = _install_action(finder, entry)
    if isinstance(action, Button):
        values.update(_licence_tick(web, finder, action, package, accept_license))
    press = Press(web, PAGE, "install_this_update", f"install {package.name}", accept_license=accept_license)
    web.progress_url, web.said_before = None, view.all_lines()
    result = press.run(view, action, values)
    web.progress_url = result.view.url
    return _progress.read(result.view, result.said.news, web.redactor)


def _find_entry(web: WebSession, package: Package) -> tuple[PageView, Entry]:
    for check in (False, True):
        view = _checked(web, web.stay_on(PAGE), check)
        _record, found = _read_view(web, view)
        same = [(seen, entry) for seen, entry in found if _same(seen, package)]
        if len(same) == 1:
            seen, entry = same[0]
            if seen.installable:
                return view, entry
            raise StateError(
                f"{package.name} cannot be installed now",
                seen=seen.reason,
                appliance=web.label,
                page="/appliance > Updates",
                state="nothing was installed",
            )
        if len(same) > 1:
            raise web.finder(view, PAGE).fail(
                f"{package.name} is listed {len(same)} times",
                key="install_this_update",
                candidates=[p.name for p, _e in found],
            )
    raise web.finder(view, PAGE).fail(
        f"{package.name} is not listed", key="available_updates", candidates=[seen.name for seen, _entry in found]
    )


def _install_action(finder: Finder, entry: Entry) -> tuple[Action, dict[Control, t.Any]]:
    usable = [action for action in finder.actions("install_this_update") if entry.holds(action.element)]
    if len(usable) == 1:
        return usable[0], {}
    choices = [choice for choice in _choices(finder.view, entry) if not choice.disabled]
    if not usable and len(choices) == 1:
        form = finder.form_of(choices[0])
        return finder.button_in(form, "install_this_update"), {choices[0]: True}
    raise finder.fail(
        f"{len(usable)} buttons belong to the package",
        key="install_this_update",
        candidates=[action.caption for action in usable],
    )


def _licence_tick(
    web: WebSession, finder: Finder, button: Button, package: Package, accept: bool
) -> dict[Control, t.Any]:
    """A box beside the button that accepts the licence."""
    form = finder.form_of(button)
    boxes = [c for c in form.shown if c.type == "checkbox" and not c.checked]
    found = web.vocabulary.best("accept_license", boxes, lambda c: c.labels, loose=True)
    if not found:
        return {}
    if not accept:
        raise StateError(
            f"installing {package.name} needs the acceptance of its licence agreement",
            appliance=web.label, page="/appliance > Updates", state="nothing was installed",
            advice="Read the agreement and set accept_license to true.",
        )  # fmt: skip
    return {found[0]: True} if len(found) == 1 else {}


def progress(web: WebSession) -> Progress | None:
    """Read the page that the install led to again; None where it no longer speaks of an install. TransportError passes through."""
    if web.progress_url is None:
        return None
    try:
        view = web.get(web.progress_url, tolerate=(404, 405))
    except PageError:
        view = web.open(PAGE)
    if view.status >= 400:
        view = web.open(PAGE)
    # Help texts that the page shows anyway tell nothing of this install.
    seen = _progress.read(view, [line for line in view.lines if line not in web.said_before], web.redactor)
    if (
        seen.state == "unknown"
        and web.vocabulary
        and web.finder(view, PAGE).actions("check_for_updates", also_disabled=True)
    ):
        return None
    return seen
