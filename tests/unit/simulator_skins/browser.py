# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As much of a browser as it takes to submit forms: which controls are sent, and how."""

from __future__ import annotations

import typing as t
import urllib.parse
from pathlib import PurePosixPath

import lxml.html

from simulator.skins.base import WebRequest

ORIGIN = "https://appliance.example.com"
Element = t.Any


class Document:
    """A parsed page at an address."""

    def __init__(self, content: bytes, path: str) -> None:
        """`path` is that of the page, with its query."""
        parser = lxml.html.HTMLParser(encoding="utf-8")
        self.root: Element = lxml.html.document_fromstring(content, parser=parser)
        base: t.Any = self.root.xpath("//base/@href")
        self.base = urllib.parse.urljoin(ORIGIN + path, base[0] if base else "")

    def request(self, url: str) -> WebRequest:
        """The GET request of a link."""
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(self.base, url))
        assert f"{parts.scheme}://{parts.netloc}" == ORIGIN
        return WebRequest("GET", urllib.parse.unquote(parts.path), _pairs(parts.query))

    def links(self) -> list[Element]:
        ours = (urllib.parse.urljoin(self.base, each.get("href")) for each in self.root.xpath("//a[@href]"))
        return [each for each, url in zip(self.root.xpath("//a[@href]"), ours, strict=True) if url.startswith(ORIGIN)]

    def forms(self) -> list[Form]:
        return [Form(self, element) for element in self.root.xpath("//form")]


def _pairs(query: str) -> tuple[tuple[str, str], ...]:
    return tuple(urllib.parse.parse_qsl(query, keep_blank_values=True))


class Form:
    def __init__(self, document: Document, element: Element) -> None:
        self.document = document
        self.element = element

    @property
    def path(self) -> str:
        return urllib.parse.urlsplit(urllib.parse.urljoin(self.document.base, self.element.get("action"))).path

    @property
    def controls(self) -> list[Element]:
        inside = self.element.xpath(".//input | .//select | .//button | .//textarea")
        own = self.element.get("id")
        outside = self.document.root.xpath("//*[@form=$own]", own=own) if own else []
        return [*inside, *outside]

    def named(self, name: str) -> list[Element]:
        return [each for each in self.controls if each.get("name") == name and each.get("type") != "hidden"]

    @property
    def buttons(self) -> list[Element]:
        return [each for each in self.controls if _is_button(each)]

    def request(self, button: Element, ticked: t.Collection[str] = (), files: tuple[t.Any, ...] = ()) -> WebRequest:
        """What is sent by this button; `ticked` are the names of checkboxes that are on, besides those that are on already."""
        sent: list[tuple[str, str]] = []
        for control in self.controls:
            sent += self._sent(control, button, ticked)
        parts = urllib.parse.urlsplit(urllib.parse.urljoin(self.document.base, self.element.get("action")))
        path = urllib.parse.unquote(parts.path)
        assert PurePosixPath(path).is_absolute()
        if self.element.get("method", "get").lower() == "get":
            return WebRequest("GET", path, tuple(sent))
        return WebRequest("POST", path, _pairs(parts.query), tuple(sent), files)

    def _sent(self, control: Element, button: Element, ticked: t.Collection[str]) -> list[tuple[str, str]]:
        name, kind = control.get("name"), control.get("type", "")
        if not name or control.get("disabled") is not None or kind == "file":
            return []
        if _is_button(control):
            if control is not button:
                return []
            return [(f"{name}.x", "3"), (f"{name}.y", "4")] if kind == "image" else [(name, control.get("value", ""))]
        if kind in ("checkbox", "radio"):
            on = control.get("checked") is not None or (kind == "checkbox" and name in ticked)
            return [(name, control.get("value", "on"))] if on else []
        if control.tag == "select":
            options = control.xpath(".//option")
            chosen = [each for each in options if each.get("selected") is not None] or options[:1]
            return [(name, each.get("value", "")) for each in chosen]
        return [(name, control.get("value", ""))]


def _is_button(control: Element) -> bool:
    if control.tag == "button":
        return control.get("type", "submit") == "submit"
    return control.tag == "input" and control.get("type") in ("submit", "image")
