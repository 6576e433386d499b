# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A person with a browser goes through running appliances, one in each skin: sign in, see every page, install, sign out."""

from __future__ import annotations

import typing as t
import urllib.parse

import pytest
import requests

from simulator.process import SimulatorProcess
from simulator.screens import Target, caption
from simulator.skins import make_skin
from simulator.skins.base import Skin

from .browser import Document, Form
from .test_skins import plain

SEED = 11
SKINS = (
    *("german2019", "modern_english", "modern_german", "other_hands", "other_hands_german"),
    *("randomised", "randomised_english", "randomised_german"),
)


@pytest.fixture(scope="module")
def simulator() -> t.Iterator[SimulatorProcess]:
    pairs = [{"name": name.replace("_", "-"), "single": True, "a": {"skin": name}} for name in SKINS]
    with SimulatorProcess({"seed": SEED, "time_scale": 1, "pairs": pairs}) as running:
        yield running


class Person:
    """Knows the captions of a skin, and looks for them; everything else is read from the pages."""

    def __init__(self, simulator: SimulatorProcess, name: str, interface: str) -> None:
        pairs: list[dict[str, t.Any]] = simulator.ready["pairs"]
        (pair,) = (each for each in pairs if each["name"] == name.replace("_", "-"))
        self.device = pair["devices"]["a"]
        self.shared_ip = pair["shared_ip"]
        self.interface = interface
        self.skin: Skin = make_skin(name, SEED)
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = simulator.ready["ca_path"]
        self.origin = f"https://{self.device['address']}:{self.device['port']}"
        self.status = 0
        self.url = ""
        self.document: Document

    def open(self, path: str) -> None:
        self._shown(self.session.get(urllib.parse.urljoin(self.origin, path), timeout=10))

    def _shown(self, response: requests.Response) -> None:
        self.status, self.url = response.status_code, response.url
        self.document = Document(response.content, response.url.removeprefix(self.origin))

    @property
    def text(self) -> str:
        return plain(self.document.root.text_content())

    def words(self, key: str, **params: str) -> str:
        return plain(self.skin.text(caption(key, **params)))

    def press(self, key: str, ticked: bool = False) -> None:
        wanted = self.words(key)
        for link in self.document.links():
            if plain(link.text_content()) == wanted and link.get("role") == "button":
                return self.follow(link)
        for form in self.document.forms():
            for button in form.buttons:
                if wanted in (plain(button.get(name, "")) for name in ("alt", "value")) or (
                    plain(button.text_content()) == wanted
                ):
                    return self.send(form, button, ticked)
        raise AssertionError(f"no button {wanted!r} on {self.url}: {self.text}")

    def follow(self, link: t.Any) -> None:
        request = self.document.request(link.get("href"))
        query = urllib.parse.urlencode(request.query)
        self.open(urllib.parse.quote(request.path) + (f"?{query}" if query else ""))

    def send(self, form: Form, button: t.Any, ticked: bool) -> None:
        boxes = {each.get("name") for each in form.controls if each.get("type") == "checkbox"} if ticked else set()
        request = form.request(button, boxes)
        url = self.origin + urllib.parse.quote(request.path)
        if request.method == "GET":
            self._shown(self.session.get(url, params=list(request.query), timeout=10))
        else:
            query, form_data = list(request.query), list(request.form)
            self._shown(self.session.post(url, params=query, data=form_data, timeout=10))

    def sign_in(self) -> None:
        self.open(f"/{self.interface}")
        (form,) = (each for each in self.document.forms() if each.element.xpath(".//input[@type='password']"))
        (name,) = (each for each in form.controls if each.get("type") == "text")
        (password,) = (each for each in form.controls if each.get("type") == "password")
        name.set("value", self.device[f"{self.interface}_username"])
        password.set("value", self.device[f"{self.interface}_password"])
        self.send(form, form.buttons[0], ticked=False)

    def sign_out(self) -> None:
        self.open(self.leave)

    @property
    def leave(self) -> str:
        return self.skin.url(self.interface, Target("sign_out"))


@pytest.mark.parametrize("name", SKINS)
@pytest.mark.parametrize("interface", ["appliance", "login"])
def test_every_page_that_a_link_leads_to_is_there(simulator: SimulatorProcess, name: str, interface: str) -> None:
    person = Person(simulator, name, interface)
    person.sign_in()
    assert person.status == 200
    assert person.words("menu.status") in person.text
    waiting, visited = [person.url.removeprefix(person.origin)], set[str]()
    while waiting:
        url = waiting.pop()
        if url in visited or url == person.leave:
            continue
        visited.add(url)
        person.open(url)
        assert person.status == 200, url
        for link in person.document.links():
            target = urllib.parse.urlsplit(urllib.parse.urljoin(person.document.base, link.get("href")))
            waiting.append(target.path + (f"?{target.query}" if target.query else ""))
    assert len(visited) >= 10
    person.sign_out()
    assert person.document.root.xpath("//input[@type='password']")


@pytest.mark.parametrize("name", SKINS)
def test_an_update_is_installed(simulator: SimulatorProcess, name: str) -> None:
    person = Person(simulator, name, "appliance")
    person.sign_in()
    updates = [each for each in person.document.links() if plain(each.text_content()) == person.words("menu.updates")]
    person.follow(updates[0])
    person.press("updates.check")
    assert person.words("updates.available") in person.text
    assert person.words("updates.unsatisfied", have="3.2.4", want="12.2.0") in person.text
    person.press("updates.install")
    assert (
        person.words("updates.confirm", package=person.skin.text(caption("updates.base", version="3.3.2")))
        in person.text
    )
    person.press("updates.install")
    assert person.words("updates.wait") in person.text
    assert "%" in person.text or person.document.root.xpath("//progress")
    person.sign_out()


@pytest.mark.parametrize("name", SKINS)
def test_an_address_is_switched_off_and_on(simulator: SimulatorProcess, name: str) -> None:
    person = Person(simulator, name, "appliance")
    person.sign_in()
    for ticked in (False, True):
        person.open(person.skin.url("appliance", Target("networking.ip_configuration")))
        (link,) = (each for each in person.document.links() if plain(each.text_content()) == person.shared_ip)
        person.follow(link)
        (form,) = (
            each for each in person.document.forms() if any(box.get("type") == "checkbox" for box in each.controls)
        )
        for control in form.controls:
            control.attrib.pop("checked", None)
        person.press("save_changes", ticked=ticked)
        assert person.words("saved") in person.text
        assert _enabled(simulator, person) == ticked
    person.sign_out()


def _enabled(simulator: SimulatorProcess, person: Person) -> bool:
    enabled: bool = simulator.state()["devices"][person.device["name"]]["shared_ip_enabled"]
    return enabled
