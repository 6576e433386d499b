# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The vendor's update server as a person on a connected host uses it (MAN-2): the key in, links to packages out."""

from __future__ import annotations

import dataclasses
import re
import typing as t
import urllib.parse

from .._errors import PageError, RefusedByAppliance
from .._records import Kind
from .._transport.transport import Response
from .._version import find_version
from .._web import dom, filling
from .._web.controls import Button, Control, Form
from .._web.finder import TEXT_LIKE, Action, Finder
from .._web.messages import outcome
from .._web.navigation import Link
from .._web.session import nearest
from .._web.view import PageView, parse
from .._web.vocabulary import Vocabulary
from .hosts import Hosts
from .packages import kind_of_file

_FILE = re.compile(r"\.(pkg|bin|nss|nsb|nsu|zip|gz|tgz|img|iso|upd|package|run|dat|rpm|deb)$", re.IGNORECASE)
_NONE = re.compile(r"\bno (?:new )?updates?\b|keine (?:neuen )?(?:updates|aktualisierung)|up.to.date", re.IGNORECASE)
_LONGEST_NAME: t.Final = 120
_OK: t.Final = 200


@dataclasses.dataclass(frozen=True)
class Offer:
    """A package that the server lists. ``fields`` None is a link, else a form that is sent; both may hold the key."""

    name: str
    kind: Kind
    version: str | None
    url: str = dataclasses.field(repr=False)
    fields: tuple[tuple[str, str], ...] | None = dataclasses.field(default=None, repr=False)


class UpdateServer:
    """Finds the field for the key, the button and the packages by what the pages say; sends the key nowhere else."""

    def __init__(self, transport: Hosts, path: str, vocabulary: Vocabulary) -> None:
        self._transport = transport
        self._path = path
        self._vocabulary = vocabulary

    @property
    def label(self) -> str:
        return str(self._transport.endpoint.label)

    def offers(self, key: str) -> tuple[Offer, ...]:
        """What is listed for this key. Raises RefusedByAppliance with the server's words, PageError, TransportError."""
        self._transport.redactor.add(key)
        start = self._view(self._transport.request("GET", self._path, follow_redirects=True))
        finder = self._finder(start)
        form, field = self._key_field(finder)
        button = self._submit(finder, form)
        view = self._view(self._send(finder, form, button, {field: key}))
        said = outcome(start.all_lines(), view)
        found = self._listed(self._finder(view))
        if found:
            return found
        if said.errors or view.status >= 400:
            raise RefusedByAppliance(
                "The update server does not take the download key",
                seen=self._transport.redactor.text(said.text) or self._transport.redactor.beginning(view.text, 300),
                appliance=self.label,
                advice="Read a fresh key at /appliance > Updates. A wrong clock of the appliance spoils it.",
            )
        if not _NONE.search(view.text):
            raise self._finder(view).fail(
                "after the key was sent no packages were found", key="download_package", candidates=list(view.lines)
            )
        return ()

    def _view(self, response: Response) -> PageView:
        content_type = response.headers.get("Content-Type") or ""
        if response.status >= 500 or (content_type and "html" not in content_type.lower()):
            raise PageError(
                f"{self.label} does not answer with a page",
                expected="HTML",
                seen=f"status {response.status}, {content_type or 'no content type'}",
                appliance=self.label,
                advice="Check the option url.",
            )
        return parse(response.body, response.url, content_type, response.status)

    def _finder(self, view: PageView) -> Finder:
        def fail(
            message: str, *, key: str | None = None, candidates: t.Sequence[str] = (), seen: str | None = None
        ) -> PageError:
            captions = self._vocabulary.captions(key) if key else []
            redact = self._transport.redactor.text
            return PageError(
                f"The update server's page: {redact(message)}",
                expected=f"{key}: " + ", ".join(map(repr, captions)) if captions else None,
                seen=redact(seen) if seen else None,
                appliance=self.label,
                state="no package was downloaded",
                advice="Look at the page in a browser and add its captions by the option vocabulary, or download by hand "
                "into the folder.",
                candidates=nearest(captions, candidates, self._transport.redactor),
            )

        return Finder(view, self._vocabulary, fail)

    def _key_field(self, finder: Finder) -> tuple[Form, Control]:
        found = finder.controls("update_server_key", types=TEXT_LIKE, loose=True)
        if not found:
            # A page that asks for nothing else needs no label.
            found = [one for one in finder.view.controls if one.visible and not one.disabled and one.type in TEXT_LIKE]
        if len(found) != 1:
            raise finder.fail(
                f"the field for the download key was found {len(found)} times",
                key="update_server_key",
                candidates=[label for one in finder.view.controls for label in one.labels],
            )
        return finder.form_of(found[0]), found[0]

    def _submit(self, finder: Finder, form: Form) -> Button:
        usable = [one for one in form.buttons if one.visible and not one.disabled and one.type != "reset"]
        return usable[0] if len(usable) == 1 else finder.button_in(form, "update_server_submit")

    def _send(self, finder: Finder, form: Form, button: Button, values: filling.Values) -> Response:
        try:
            filling.check(form, button, values)
        except filling.Unfit as problem:
            raise finder.fail(str(problem), key="update_server_key") from None
        send = filling.compose(form, button, values)
        pairs = [(name, value) for name, value in send.fields if isinstance(value, str)]
        if send.method == "GET":
            return self._transport.request("GET", send.url.split("?")[0], params=pairs, follow_redirects=True)
        return self._transport.request("POST", send.url, data=pairs, follow_redirects=True)

    # Packages

    def _listed(self, finder: Finder) -> tuple[Offer, ...]:
        actions: list[Action] = [one for one in finder.view.links if one.visible and not one.disabled and not one.aside]
        actions += [one for one in finder.view.buttons if one.visible and not one.disabled and one.form is not None]
        found = [offer for action in actions if (offer := self._offer(finder, action, actions)) is not None]
        unique = {(offer.url, offer.fields): offer for offer in found}
        names = [offer.name for offer in unique.values()]
        doubled = {name for name in names if names.count(name) > 1}
        if doubled:
            raise finder.fail(f"several files are called {', '.join(sorted(doubled))}", key="download_package")
        return tuple(unique.values())

    def _offer(self, finder: Finder, action: Action, actions: t.Sequence[Action]) -> Offer | None:
        """A link or button whose words, or those of the entry around it, name a package with its version."""
        file = urllib.parse.unquote(urllib.parse.urlsplit(action.url or "").path.rpartition("/")[2])
        says = finder.vocabulary.best("download_package", [action], lambda one: one.captions)
        if not says and not (isinstance(action, Link) and (_FILE.search(file) or _FILE.search(action.caption))):
            return None
        entry = _entry_text(action, actions)
        for text in (action.caption, entry, file):
            kind, version = kind_of_file(text) if text else ("other", None)
            if version is not None and len(text) <= _LONGEST_NAME:
                return self._made(finder, action, text, kind, version)
        return self._made(finder, action, entry or file or action.caption, "other", None)

    def _made(self, finder: Finder, action: Action, text: str, kind: Kind, version: str | None) -> Offer:
        name = text[:_LONGEST_NAME]
        if isinstance(action, Link):
            return Offer(name, kind, version, action.url)
        form = finder.form_of(action)
        send = filling.compose(form, action, {})
        pairs = tuple((name, value) for name, value in send.fields if isinstance(value, str))
        if send.method == "GET":
            return Offer(name, kind, version, f"{send.url.split('?')[0]}?{urllib.parse.urlencode(pairs)}")
        return Offer(name, kind, version, send.url, pairs)


def _entry_text(action: Action, actions: t.Sequence[Action]) -> str:
    """The first line with a version in the largest box around an action that holds no other action."""
    box = action.element
    others = [one.element for one in actions if one is not action]
    while box.getparent() is not None and not any(dom.contains(box.getparent(), other) for other in others):
        box = box.getparent()
        lines = [line for line in dom.lines(box) if line != action.caption and find_version(line)]
        if lines:
            return lines[0]
    return ""
