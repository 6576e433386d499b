# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/appliance > Security > Certificates: exporting, importing and assigning a certificate."""

from __future__ import annotations

import dataclasses
import io
import re
import typing as t

from .._errors import PageError, RefusedByAppliance, StateError
from .._records import Certificate
from .._wait import Deadline
from .._web.controls import Button, Control, Form, Option
from .._web.finder import Action, Finder
from .._web.messages import outcome
from .._web.navigation import Link
from .._web.session import WebSession
from .._web.view import PageView, parse
from .._web.words import SAME_WORDS
from . import certificates
from ._press import Press
from .certificates import PAGE, Listed
from .ip_configuration import addresses_in

_WHERE: t.Final = "/appliance > Security > Certificates"
# Certificates, keys and chains are some kilobytes; whatever is larger is something else. Bytes.
_LARGEST: t.Final = 4 * 1024 * 1024
_HTML = re.compile(rb"^\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|body|\?xml)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Parts:
    """What to export. The passphrase protects the private key."""

    private_key: bool
    chain: bool
    passphrase: str | None = dataclasses.field(repr=False)


class _Small(io.BytesIO):
    def write(self, data: t.Any) -> int:
        if self.tell() + len(data) > _LARGEST:
            raise OSError("larger than any certificate")
        return super().write(data)


def _choose(web: WebSession, view: PageView, wanted: Certificate) -> Listed:
    finder = web.finder(view, PAGE)
    same = [one for one in certificates.listed(finder) if one.record == wanted]
    if len(same) != 1:
        raise finder.fail(f"the certificate issued to {wanted.issued_to} is listed {len(same)} times", key="issued_to")
    return same[0]


def export(web: WebSession, wanted: Certificate, parts: Parts, deadline: Deadline | None = None) -> bytes:
    """Export a listed certificate and return the file's content. It stays on the appliance, which is not changed.

    Raises RefusedByAppliance with the appliance's words, PageError where the pages are not understood.
    """
    web.redactor.add(parts.passphrase)
    view = web.open(PAGE)
    options = _to_options(web, view, _choose(web, view, wanted))
    finder = web.finder(options, PAGE)
    form, values = _options(finder, parts)
    content = _Small()
    response = web.download(
        options,
        finder.button_in(form, "export"),
        values,
        content,
        purpose=f"export the certificate issued to {wanted.issued_to}",
        deadline=deadline,
        page=PAGE,
    )
    _refuse_page(web, options, response, content.getvalue())
    return content.getvalue()


def find_export(web: WebSession, wanted: Certificate) -> tuple[PageView, Action, dict[Control, t.Any]]:
    """The page, what begins the export of a listed certificate when it is pressed, and what to tick before."""
    view = web.open(PAGE)
    return view, *_row_action(web.finder(view, PAGE), _choose(web, view, wanted), "export")


def _to_options(web: WebSession, view: PageView, one: Listed) -> PageView:
    """The page with the options: by the action beside the ticked certificate, or by the entry's own control."""
    finder = web.finder(view, PAGE)
    action, values = _row_action(finder, one, "export")
    after = web.press(view, action, values, purpose="choose a certificate to export", kind="check", page=PAGE)
    if _passphrases(after) or _boxes(web.finder(after, PAGE), "export_private_key"):
        return after
    said = outcome(view.all_lines(), after)
    if said.errors:
        raise _refused(web, "export a certificate", said.text)
    raise web.finder(after, PAGE).fail(
        "the page with the options of the export was not found",
        key="export_private_key",
        candidates=[label for control in after.controls for label in control.labels],
    )


def _row_action(finder: Finder, one: Listed, key: str) -> tuple[Action, dict[Control, t.Any]]:
    """What does ``key`` for this certificate: a choice of the dropdown with Go, a button for what is ticked, its own link."""
    own = [action for part in one.entry.parts for action in finder.actions(key, within=part)]
    if len(own) == 1 and (isinstance(own[0], Link) or not _ticks(finder, one)):
        return own[0], {}
    ticks = _ticks(finder, one)
    if len(ticks) == 1:
        form = finder.form_of(ticks[0])
        values: dict[Control, t.Any] = {ticks[0]: True}
        values.update({other: False for other in form.shown if _is_other_tick(other, ticks[0])})
        choices = [(control, option) for control in form.shown for option in _choices(finder, control, key)]
        if len(choices) == 1:
            return finder.button_in(form, "go"), {**values, choices[0][0]: choices[0][1].value}
        chosen = _radios(finder, form, key)
        if len(chosen) == 1 and chosen[0].name != ticks[0].name:
            return finder.button_in(form, "go"), {**values, chosen[0]: True}
        buttons = [action for action in finder.actions(key, form=form) if isinstance(action, Button)]
        if len(buttons) == 1:
            return buttons[0], values
    raise finder.fail(
        f"no way to {key.replace('_', ' ')} the certificate issued to {one.record.issued_to} was found",
        key=key,
        candidates=[
            *(option.text for control in finder.view.controls for option in control.options),
            *(button.caption for button in finder.view.buttons),
        ],
    )


def _ticks(finder: Finder, one: Listed) -> list[Control]:
    return [
        control
        for control in finder.view.controls
        if control.type in ("checkbox", "radio")
        and control.visible
        and not control.disabled
        and control.form >= 0
        and one.entry.holds(control.element)
    ]


def _is_other_tick(control: Control, tick: Control) -> bool:
    return control is not tick and control.type == "checkbox" and control.name == tick.name and control.checked


def _choices(finder: Finder, control: Control, key: str) -> list[Option]:
    if control.type != "select" or control.disabled:
        return []
    usable = [option for option in control.options if not option.disabled]
    return finder.vocabulary.best(key, usable, lambda option: (option.text,), floor=SAME_WORDS)


def _radios(finder: Finder, form: Form, key: str) -> list[Control]:
    """The entry of a list of actions that is set as radio buttons."""
    usable = [control for control in form.shown if control.type == "radio" and not control.disabled]
    return finder.vocabulary.best(key, usable, lambda control: control.labels[:1], floor=SAME_WORDS)


def _passphrases(view: PageView, form: Form | None = None) -> list[Control]:
    controls = form.shown if form is not None else view.controls
    return [c for c in controls if c.type == "password" and c.visible and not c.disabled]


def _boxes(finder: Finder, key: str, taken: t.Collection[Control] = ()) -> list[Control]:
    free = [c for c in finder.view.controls if c.type == "checkbox" and c.visible and not c.disabled and c not in taken]
    # What stands before a box may belong to the one before it.
    first = finder.vocabulary.best(key, free, lambda control: control.labels[:1])
    return first or finder.vocabulary.best(key, free, lambda control: control.labels)


def _options(finder: Finder, parts: Parts) -> tuple[Form, dict[Control, t.Any]]:
    values: dict[Control, t.Any] = {}
    # The longest caption first: "Certificate" is a part of "Certificate Chain".
    for key, wanted in (
        ("export_chain", parts.chain),
        ("export_private_key", parts.private_key),
        ("export_certificate", True),
    ):
        found = _boxes(finder, key, values)
        if len(found) == 1:
            values[found[0]] = wanted
        elif found or (key == "export_private_key" and wanted):
            raise finder.fail(
                "the options of the export were not found",
                key=key,
                candidates=[label for control in finder.view.controls for label in control.labels],
            )
    form = finder.form_of(next(iter(values))) if values else _only_form(finder)
    if parts.private_key:
        fields = _passphrases(finder.view, form)
        if not 1 <= len(fields) <= 2 or parts.passphrase is None:
            raise finder.fail("the field for the passphrase was not found", key="passphrase")
        values.update(dict.fromkeys(fields, parts.passphrase))
    return form, values


def _only_form(finder: Finder) -> Form:
    fields = _passphrases(finder.view)
    if len(fields) != 1:
        raise finder.fail("the options of the export were not found", key="export_certificate")
    return finder.form_of(fields[0])


def _refuse_page(web: WebSession, before: PageView, response: t.Any, content: bytes) -> None:
    kind = (response.headers.get("Content-Type") or "").lower()
    if response.status == 200 and content and "html" not in kind and not _HTML.match(content):
        return
    said = outcome(before.all_lines(), parse(content or response.body or b"<html></html>", response.url, kind))
    words = said.text or " ".join(said.news[:3]) or f"status {response.status}, {kind or 'no content type'}"
    raise _refused(web, "export a certificate", words)


def _refused(web: WebSession, what: str, words: str) -> RefusedByAppliance:
    return RefusedByAppliance(
        f"the appliance refused to {what}",
        seen=web.redactor.beginning(words, 400),
        appliance=web.label,
        page=_WHERE,
        state="the appliance reports that it was not done",
    )


def upload(web: WebSession, filename: str, file: t.BinaryIO, passphrase: str | None) -> str:
    """Import a certificate with its key; returns the appliance's words. Raises RefusedByAppliance, PageError."""
    web.redactor.add(passphrase)
    view = web.open(PAGE)
    finder = web.finder(view, PAGE)
    before = _records(web, view)
    if not _file_forms(view):
        action = finder.action("import")
        view = web.press(view, action, None, purpose="open the import of certificates", kind="check", page=PAGE)
        finder = web.finder(view, PAGE)
    forms = _file_forms(view)
    if len(forms) != 1:
        raise finder.fail(f"{len(forms)} forms take a file", key="import")
    fields = [control for control in forms[0].shown if control.type == "file"]
    passwords = _passphrases(view, forms[0])
    if len(fields) != 1 or len(passwords) > 1 or (passphrase and not passwords):
        raise finder.fail("the fields for the file and its passphrase were not found", key="passphrase")
    values: dict[Control, t.Any] = {fields[0]: (filename, file, "application/octet-stream")}
    if passphrase and passwords:
        values[passwords[0]] = passphrase
    press = Press(
        web, PAGE, "upload", "import a certificate", done=lambda after: len(_records(web, after)) > len(before)
    )
    return press.run(view, finder.button_in(forms[0], "upload"), values).message


def _records(web: WebSession, view: PageView) -> list[Certificate]:
    """What a page lists; nothing where it is another page."""
    try:
        return [one.record for one in certificates.listed(web.finder(view, PAGE))]
    except PageError:
        return []


def _file_forms(view: PageView) -> list[Form]:
    return [
        form
        for form in view.forms
        if form.index >= 0 and form.method == "POST" and any(control.type == "file" for control in form.shown)
    ]


@dataclasses.dataclass(frozen=True)
class Assignment:
    """The opened form that assigns addresses to a certificate; ``offered`` maps each address to whether it is ticked."""

    web: WebSession = dataclasses.field(repr=False)
    view: PageView = dataclasses.field(repr=False)
    form: Form = dataclasses.field(repr=False)
    boxes: t.Mapping[str, Control] = dataclasses.field(repr=False)

    @property
    def offered(self) -> dict[str, bool]:
        return {address: box.checked for address, box in self.boxes.items()}

    def save(self, addresses: t.Sequence[str]) -> str:
        """Tick these addresses, leave the others as they are, and save. Returns the appliance's words."""
        missing = [address for address in addresses if address not in self.boxes]
        if missing:
            raise StateError(
                f"the certificate cannot be assigned to {', '.join(missing)}",
                appliance=self.web.label, page=_WHERE, expected=f"one of {', '.join(self.boxes)}",
                state="nothing was assigned", advice="Give addresses of /appliance > Networking > IP Configuration.",
            )  # fmt: skip
        finder = self.web.finder(self.view, PAGE)
        button = finder.button_in(self.form, "save_configuration")

        def done(after: PageView) -> bool:
            return any(set(addresses) <= set(one.addresses) for one in _records(self.web, after))

        purpose = f"assign a certificate to {', '.join(addresses)}"
        press = Press(self.web, PAGE, "save_configuration", purpose, done=done)
        return press.run(self.view, button, {self.boxes[address]: True for address in addresses}).message


def open_assignment(web: WebSession, wanted: Certificate) -> Assignment | None:
    """Open the form that assigns addresses to a listed certificate, sending nothing that changes anything.

    None where the page has no such thing: newer releases choose the certificate by the name that is asked for.
    """
    view = web.open(PAGE)
    one = _choose(web, view, wanted)
    for shown in _towards_assignment(web, view, one):
        found = _assignment(web, shown)
        if found is not None:
            return found
    return None


def _towards_assignment(web: WebSession, view: PageView, one: Listed) -> t.Iterator[PageView]:
    """The entry's own link, the certificate's page and the link there, the dropdown."""
    finder = web.finder(view, PAGE)
    own = [a for part in one.entry.parts for a in finder.actions("assign_ip", within=part) if isinstance(a, Link)]
    if len({link.url for link in own}) == 1:
        yield web.follow(own[0])
        return
    inside = [link for link in view.links if one.entry.holds(link.element) and not link.disabled and not link.aside]
    texts = {text for text in (one.record.friendly_name, one.record.issued_to) if text}
    named = [link for link in inside if texts & set(link.captions)] or finder.vocabulary.best(
        "edit", inside, lambda link: link.captions
    )
    has_page = len({link.url for link in named}) == 1
    if has_page:
        page = web.follow(named[0])
        yield page
        inner = [a for a in web.finder(page, PAGE).actions("assign_ip") if isinstance(a, Link)]
        if len({link.url for link in inner}) == 1:
            yield web.follow(inner[0])
            return
    if not web.check_mode and any(_choices(finder, control, "assign_ip") for control in view.controls):
        if has_page:
            # Back to the list: a browser can press only what it shows now.
            view = web.open(PAGE)
            finder, one = web.finder(view, PAGE), _choose(web, view, one.record)
        action, values = _row_action(finder, one, "assign_ip")
        yield web.press(view, action, values, purpose="choose a certificate to assign", kind="check", page=PAGE)


def _assignment(web: WebSession, view: PageView) -> Assignment | None:
    """A form of tick boxes that are named by addresses; those of a list of certificates choose certificates."""
    try:
        rows = [one.entry for one in certificates.listed(web.finder(view, PAGE))]
    except PageError:
        rows = []
    saving = web.finder(view, PAGE).actions("save_configuration")
    # What reaches down to the button is no row of a list: it is the certificate that the page is about.
    rows = [row for row in rows if not any(row.holds(action.element) for action in saving)]
    for form in view.forms:
        if form.index < 0 or form.method != "POST":
            continue
        named = [
            (control, {ip for label in control.labels[:2] for ip in addresses_in(label.rstrip(" :*"))})
            for control in form.shown
            if control.type == "checkbox"
            and not control.disabled
            and not any(row.holds(control.element) for row in rows)
        ]
        boxes = _told_apart(named)
        if boxes:
            return Assignment(web, view, form, boxes)
    return None


def _told_apart(named: t.Sequence[tuple[Control, set[str]]]) -> dict[str, Control]:
    """Each address with its box. Text between two boxes may name either: an address that only one can have is that one's."""
    left = [(control, set(addresses)) for control, addresses in named if addresses]
    found: dict[str, Control] = {}
    while True:
        certain = [(control, next(iter(addresses))) for control, addresses in left if len(addresses) == 1]
        taken = [address for _control, address in certain]
        found.update({address: control for control, address in certain if taken.count(address) == 1})
        rest = [(control, addresses - set(taken)) for control, addresses in left if len(addresses) > 1]
        if not certain:
            return found
        left = [(control, addresses) for control, addresses in rest if addresses]
