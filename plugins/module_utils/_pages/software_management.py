# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/login > Management > Software Management: downloading a backup where the API cannot."""

from __future__ import annotations

import datetime
import os
import pathlib
import re
import tempfile
import typing as t

from .._errors import InputError, RefusedByAppliance, StateError
from .._records import BackupFile
from .._transport.files import sha256_from_here
from .._wait import Deadline
from .._web.controls import Button, Control, Form
from .._web.finder import Action, Finder
from .._web.messages import outcome
from .._web.session import WebSession
from .._web.view import PageView, parse
from ._press import Press
from .basics import read_product

PAGE: t.Final = "software_management"
_HTML = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?\s*(?:<!doctype\s+html|<html|<\?xml[^>]*>\s*<(?:!doctype\s+)?html)", re.IGNORECASE
)
_CHUNK: t.Final = 1024 * 1024


def read(web: WebSession) -> dict[str, t.Any]:
    """``backup`` tells whether a backup can be downloaded here, ``password`` whether with a password; version, build, facts."""
    view = web.open(PAGE)
    finder = web.finder(view, PAGE)
    buttons = finder.actions("download_backup")
    version, build = read_product(finder)
    return {
        "backup": len(buttons) == 1,
        "password": len(buttons) == 1 and bool(_passwords(finder, buttons[0])),
        "product_version": version,
        "product_build": build,
        "facts": {fact.label: fact.value for fact in reversed(view.facts)},
    }


def _passwords(finder: Finder, action: t.Any) -> list[Control]:
    if not isinstance(action, Button) or action.form is None:
        return []
    fields = [c for c in finder.form_of(action).shown if c.type == "password" and not c.disabled]
    # Where all sections of the page are one form, those under the button's own heading are meant.
    return [field for field in fields if field.section == action.section] or fields


def _values(finder: Finder, action: t.Any, password: str | None) -> dict[Control, str]:
    """The password goes into the field for it and its repetition, and into no other."""
    if password is None:
        return {}
    form = finder.form_of(action) if isinstance(action, Button) else None
    fields = _passwords(finder, action)
    repeated = finder.vocabulary.best("backup_password_confirm", fields, lambda c: c.labels) if len(fields) > 1 else []
    first = [field for field in fields if field not in repeated]
    if form is None or len(first) != 1 or len(repeated) > 1:
        raise finder.fail(
            "the field for the password of the backup was not found",
            key="backup_password",
            candidates=[c.caption for c in fields],
        )
    return dict.fromkeys([first[0], *repeated], password)


def find_download(web: WebSession) -> tuple[PageView, Finder, Action]:
    """The page, and what downloads a backup when it is pressed."""
    view = web.open(PAGE)
    finder = web.finder(view, PAGE)
    return view, finder, finder.action("download_backup")


def download_backup(
    web: WebSession, dest: pathlib.Path, password: str | None = None, deadline: Deadline | None = None
) -> BackupFile:
    """Download a backup into the file ``dest`` (0600, replaced only when complete).

    Raises RefusedByAppliance where the answer is a page and no backup, InputError where ``dest`` cannot be written.
    """
    web.redactor.add(password)
    view, finder, action = find_download(web)
    return _save(web, view, action, _values(finder, action, password), dest, deadline)


def find_vault_key(web: WebSession) -> tuple[PageView, Finder, Action]:
    """The page, and what downloads the Vault encryption key. Raises StateError where the appliance does not offer it."""
    view = web.open(PAGE)
    finder = web.finder(view, PAGE)
    found: list[Action] = [
        button
        for button in view.buttons
        if button.visible
        and not button.disabled
        and button.form is not None
        and finder.vocabulary.score("vault_key", button.section[-1:]) is not None
    ]
    found = found or finder.actions("download_vault_key")
    if not found:
        raise StateError(
            "The appliance does not offer its Vault encryption key for download",
            appliance=web.label,
            page="/login > Management > Software Management",
            state="no key was saved",
            advice="Set include_vault_key to false, or give an account that may download the key. Without the key the "
            "credentials in a backup cannot be restored on another appliance.",
        )
    if len(found) > 1:
        raise finder.fail(
            f"{len(found)} buttons may download the Vault encryption key",
            key="download_vault_key",
            candidates=[action.caption for action in found],
        )
    return view, finder, found[0]


def download_vault_key(
    web: WebSession, dest: pathlib.Path, password: str | None = None, deadline: Deadline | None = None
) -> BackupFile:
    """Download the Vault encryption key into a file of its own (0600). Errors as ``download_backup``, and StateError."""
    web.redactor.add(password)
    view, finder, action = find_vault_key(web)
    fields = _passwords(finder, action)
    if fields and password is None:
        raise InputError(
            "The Vault encryption key is given out with a password only",
            advice="Give password; it protects the backup and the key, and is needed to restore them.",
        )
    return _save(web, view, action, dict.fromkeys(fields, password or ""), dest, deadline)


def _save(
    web: WebSession,
    view: PageView,
    action: Action,
    values: t.Mapping[Control, str],
    dest: pathlib.Path,
    deadline: Deadline | None,
) -> BackupFile:
    try:
        handle, name = tempfile.mkstemp(prefix=f".{dest.name}.", dir=dest.parent)
    except OSError as error:
        raise InputError(
            f"{dest.parent} cannot be written: {error.strerror}", advice="Give a folder that exists and can be written."
        ) from error
    partial = pathlib.Path(name)
    try:
        with os.fdopen(handle, "w+b") as file:
            response = web.download(
                view, action, values, file, purpose="download a backup", deadline=deadline, page=PAGE
            )
            file.flush()
            os.fsync(file.fileno())
            _verify(web, response, file, view.all_lines())
            file.seek(0)
            sha256 = sha256_from_here(file)
            size = file.tell()
        partial.replace(dest)
    finally:
        partial.unlink(missing_ok=True)
    return BackupFile(str(dest), size, sha256, "page", datetime.datetime.now(datetime.UTC))


def restore(web: WebSession, filename: str, file: t.BinaryIO, password: str | None) -> str:
    """Upload a backup to restore it; returns the appliance's words. Raises RefusedByAppliance with its words."""
    web.redactor.add(password)
    view = web.open(PAGE)
    finder = web.finder(view, PAGE)
    forms = [
        (form, button)
        for form in view.forms
        if form.index >= 0 and any(control.type == "file" for control in form.shown)
        for button in finder.actions("upload_backup", form=form)
        if isinstance(button, Button)
    ]
    if len(forms) != 1:
        raise finder.fail(
            f"{len(forms)} forms restore a backup",
            key="upload_backup",
            candidates=[button.caption for button in view.buttons],
        )
    form, button = forms[0]
    values = _restore_values(finder, form, (filename, file, "application/octet-stream"), password)
    press = Press(web, PAGE, "upload_backup", "restore a backup")
    result = press.run(view, button, values)
    if result.said.doubts and not result.said.successes and web.finder(result.view, PAGE).actions("upload_backup"):
        # The form came back with new words of failure outside any place for messages.
        raise press.refused(" ".join(result.said.doubts))
    return result.message


def _restore_values(
    finder: Finder, form: Form, content: tuple[str, t.BinaryIO, str], password: str | None
) -> dict[Control, t.Any]:
    """The file, and its password; fields for the Vault key, which may stand beside them, stay empty."""
    files = [control for control in form.shown if control.type == "file" and not control.disabled]
    backups = files if len(files) == 1 else [control for control in files if not _of_vault(control)]
    fields = [control for control in form.shown if control.type == "password" and not control.disabled]
    own = [control for control in fields if not _of_vault(control)]
    own = own if len(own) == 1 else finder.vocabulary.best("restore_password", own, lambda control: control.labels)
    if len(backups) != 1 or (password and len(own) != 1):
        raise finder.fail(
            "the fields for the backup and its password were not found",
            key="restore_password",
            candidates=[control.caption for control in form.shown],
        )
    return {backups[0]: content, **({own[0]: password} if password else {})}


def _of_vault(control: Control) -> bool:
    return any("vault" in label.casefold() for label in (*control.labels, control.heading))


def _verify(web: WebSession, response: t.Any, file: t.BinaryIO, known: frozenset[str]) -> None:
    file.seek(0)
    head = file.read(_CHUNK)
    content_type = (response.headers.get("Content-Type") or "").lower()
    if response.status == 200 and head and "text/html" not in content_type and not _HTML.match(head):
        return
    page = head if head else response.body
    words = ""
    if page:
        answer = parse(page[:_CHUNK], response.url, content_type)
        said = outcome(known, answer)
        words = said.text or " ".join(said.news[:3])
    raise RefusedByAppliance(
        "the appliance answered with a page instead of a backup"
        if page
        else "the appliance answered with an empty backup",
        expected="the bytes of a backup",
        seen=web.redactor.beginning(f"status {response.status}, {content_type or 'no content type'}: {words}", 400),
        appliance=web.label,
        page="/login > Management > Software Management",
        state="no backup was saved",
    )
