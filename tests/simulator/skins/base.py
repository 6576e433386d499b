# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every skin does: turn a screen into HTML, and a request back into the screen or form that it means.

A skin chooses paths and names; this class remembers which it gave out, so that requests can be read back.
"""

from __future__ import annotations

import abc
import dataclasses
import html
import typing as t
import urllib.parse

from ..captions import in_words
from ..screens import SCREENS, Field, Form, Label, Screen, Submit, Target, Upload, Visit


class BadSubmission(Exception):
    """The request names something that the skin never offered, or leaves out what a browser would have sent."""


@dataclasses.dataclass(frozen=True)
class WebRequest:
    """The parts of an HTTP request that a skin looks at; `form` and `files` are the parsed body of a POST."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    form: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, Upload], ...] = ()


@dataclasses.dataclass(frozen=True)
class _Control:
    form: str
    role: str  # "field", "button" or "selection"
    key: str


class Skin(abc.ABC):
    """One look of the appliance's web interfaces. See README.md in the folder above on how to write one."""

    language: t.ClassVar[str] = "en"
    cookie_name: str = "session"
    token_name: str = "token"
    item_name: str = "id"
    #: What a screen is sent as.
    media: str = "text/html; charset=utf-8"
    #: Whether /appliance and /login redirect to the sign-in screen's own address or show the form at once.
    redirects_to_sign_in: bool = True

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._screens = {
            (interface, self.path(interface, key)): key for interface, keys in SCREENS.items() for key in keys
        }
        self._controls: dict[tuple[str, str], _Control] = {}
        self._forms: dict[tuple[str, str], Form] = {}

    def shell(self, interface: str, request: WebRequest) -> tuple[str, bytes] | None:
        """Media type and content of what this address gives whoever asks, without a session; None for a screen."""
        return None

    @abc.abstractmethod
    def path(self, interface: str, screen: str) -> str:
        """The path of a screen; starts with /appliance or /login, differs for each screen, always the same."""

    @abc.abstractmethod
    def name(self, form: str, role: str, key: str) -> str:
        """The name of a control: role is field, button or selection. Differs for each control of an interface."""

    @abc.abstractmethod
    def document(self, screen: Screen, token: str) -> str:
        """The whole HTML document of a screen; `token` is the anti-forgery value for its forms."""

    def render(self, screen: Screen, token: str) -> bytes:
        return self.document(screen, token).encode("utf-8")

    def text(self, label: Label) -> str:
        return in_words(label, self.language)

    def esc(self, label: Label) -> str:
        return html.escape(self.text(label), quote=True)

    def url(self, interface: str, target: Target) -> str:
        path = self.path(interface, target.screen)
        return path + (f"?{urllib.parse.urlencode({self.item_name: target.item})}" if target.item else "")

    def control_name(self, interface: str, form: Form, role: str, key: str) -> str:
        """The name to put into the markup; remembered, so that the submitted form can be read."""
        name = self.name(form.key, role, key)
        self._controls[(interface, name)] = _Control(form.key, role, key)
        self._forms[(interface, form.key)] = form
        return name

    def read(self, interface: str, request: WebRequest) -> Visit | Submit | None:
        """What the request asks for; None for a path that no screen has. Raises BadSubmission."""
        screen = self._screens.get((interface, request.path))
        if screen is None:
            return None
        items = [value for name, value in request.query if name == self.item_name]
        target = Target(screen, items[0] if items else "")
        if request.method == "POST":
            return self._read_form(interface, target, request.form, request.files)
        pairs = tuple(pair for pair in request.query if pair[0] != self.item_name)
        if not pairs:
            return Visit(target)
        submit = self._read_form(interface, target, pairs, ())
        if not self._forms[(interface, submit.form)].safe:
            raise BadSubmission("this form cannot be sent by a link")
        return submit

    def _read_form(
        self,
        interface: str,
        target: Target,
        pairs: tuple[tuple[str, str], ...],
        files: tuple[tuple[str, Upload], ...],
    ) -> Submit:
        token, button, forms = "", "", set()
        values: dict[str, str] = {}
        selected: list[str] = []
        uploads: dict[str, Upload] = {}
        for name, value in pairs:
            if name == self.token_name:
                token = value
                continue
            control = self._controls.get((interface, name))
            if control is None:
                raise BadSubmission(f"no control is called {name}")
            forms.add(control.form)
            if control.role == "button":
                button = control.key
            elif control.role == "selection":
                selected.append(value)
            elif control.key in values:
                raise BadSubmission(f"{name} was sent twice")
            else:
                values[control.key] = value
        for name, upload in files:
            control = self._controls.get((interface, name))
            if control is None:
                raise BadSubmission(f"no control is called {name}")
            forms.add(control.form)
            uploads[control.key] = upload
        if len(forms) != 1:
            raise BadSubmission("the controls of one form are expected")
        form = self._forms[(interface, forms.pop())]
        if form.action.screen != target.screen:
            raise BadSubmission("the form was sent to another screen")
        _check_complete(form, values)
        return Submit(target, form.key, button, values, tuple(selected), uploads, token)


def _check_complete(form: Form, values: dict[str, str]) -> None:
    """A browser always sends text fields and dropdowns, even empty, and only options that the dropdown has."""
    for field in form.fields:
        if field.kind in ("text", "number", "password", "select") and field.key not in values:
            raise BadSubmission(f"{field.key} is missing")
        if field.kind in ("select", "radio") and field.key in values and not _is_option(field, values[field.key]):
            raise BadSubmission(f"{field.key} has no option {values[field.key]!r}")


def _is_option(field: Field, value: str) -> bool:
    return any(option.value == value for option in field.options)
