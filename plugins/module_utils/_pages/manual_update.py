# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/appliance > Updates > Manual Installation: uploading a package file (MAN-3)."""

from __future__ import annotations

import pathlib
import typing as t

from .._errors import InputError, StateError
from .._records import Package, Progress
from .._web.controls import Button, Control
from .._web.finder import Finder
from .._web.navigation import Link
from .._web.session import WebSession
from .._web.view import PageView
from . import _progress
from ._press import Press
from .updates import PAGE


def find_upload(web: WebSession) -> tuple[PageView, Control, Button]:
    """The page with the form, its one file field and the button that sends it. Raises PageError."""
    view = web.open(PAGE)
    finder = web.finder(view, PAGE)
    if not _file_fields(finder):
        links = [one for one in finder.actions("manual_installation") if isinstance(one, Link)]
        if len(links) == 1:
            view = web.follow(links[0])
            finder = web.finder(view, PAGE)
    field, button = _form_parts(finder)
    return view, field, button


def _file_fields(finder: Finder) -> list[Control]:
    return [one for one in finder.view.controls if one.type == "file" and not one.disabled and one.form >= 0]


def _form_parts(finder: Finder) -> tuple[Control, Button]:
    fields = _file_fields(finder)
    found = []
    for field in fields:
        form = finder.form_of(field)
        buttons = [one for one in finder.actions("update_software", form=form) if isinstance(one, Button)]
        found += [(field, button) for button in buttons]
    if not found and len(fields) == 1:
        found = [(fields[0], finder.button_in(finder.form_of(fields[0]), "update_software"))]
    if len(found) != 1:
        raise finder.fail(
            f"the form that uploads a package was found {len(found)} times",
            key="update_software",
            candidates=[button.caption for button in finder.view.buttons],
        )
    if not finder.form_of(found[0][0]).multipart:
        raise finder.fail("the form beside the file field does not send files", key="update_software")
    return found[0]


def upload(web: WebSession, package: Package, path: pathlib.Path, accept_license: bool) -> Progress:
    """Send one package file, streamed from disk, answer the page's questions and say what the appliance says then.

    Raises InputError where the file cannot be read, StateError where a licence is asked for and ``accept_license`` is
    False, RefusedByAppliance with the appliance's words. TransportError passes through: the install may have begun.
    """
    if web.check_mode:
        raise StateError(f"check mode: would upload {package.name}", appliance=web.label, state="nothing was sent")
    view, field, button = find_upload(web)
    press = Press(web, PAGE, "update_software", f"install {package.name}", accept_license=accept_license)
    web.progress_url = None
    with _opened(path) as file:
        result = press.run(view, button, {field: (path.name, file, "application/octet-stream")})
    web.progress_url = result.view.url
    return _progress.read(result.view, result.said.news, web.redactor)


def _opened(path: pathlib.Path) -> t.BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"The package {path} cannot be read: {error.strerror or error}") from error
