# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator that all tests of this folder share, set back before each, and a person with a browser."""

from __future__ import annotations

import typing as t
import urllib.parse

import lxml.html
import pytest
import requests

from simulator.process import SimulatorProcess

SCENARIO: dict[str, t.Any] = {
    "time_scale": 1000,
    "pairs": [{"both": {"web": {"idle_expiry": 2, "lockout": 2}, "api": {"lockout": 2, "max_tokens": 3}}}],
}


class Browser:
    """Reads captions and presses what they are on, in the English skin of 2019."""

    def __init__(self, sim: SimulatorProcess, device: dict[str, t.Any], interface: str) -> None:
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.verify = sim.ready["ca_path"]
        self.device = device
        self.interface = interface
        self.base = f"https://{device['address']}:{device['port']}"
        self.response: requests.Response
        self.document: lxml.html.HtmlElement

    def _shown(self, response: requests.Response) -> str:
        self.response = response
        self.document = lxml.html.fromstring(response.content, base_url=response.url)
        self.document.make_links_absolute(response.url)
        return self.text

    @property
    def text(self) -> str:
        return " ".join(self.document.text_content().split())

    def open(self, path: str) -> str:
        return self._shown(self.session.get(urllib.parse.urljoin(self.base, path), timeout=10))

    def sign_in(self, password: str | None = None) -> str:
        self.open(f"/{self.interface}")
        known = self.device[f"{self.interface}_password"]
        return self.press("Login", username=self.device[f"{self.interface}_username"], password=password or known)

    def links(self) -> list[str]:
        return [" ".join(link.text_content().split()).lower() for link in self.document.iter("a")]

    def follow(self, *captions: str) -> str:
        for caption in captions:
            link = self.document.xpath("//a")[self.links().index(caption.lower())]
            self.open(link.get("href"))
        return self.text

    def buttons(self) -> list[str]:
        return [button.get("value") for button in self.document.xpath('//input[@type="submit"]')]

    def form(self, button: str, **values: str | None) -> tuple[str, dict[str, str]]:
        """The action of the form with this button, and what would be sent; None unticks a checkbox."""
        control = self.document.xpath(f'//input[@type="submit" and @value="{button}"]')[0]
        form = next(parent for parent in control.iterancestors() if parent.tag == "form")
        data = dict(form.form_values())
        data[control.get("name")] = button
        for key, value in values.items():
            name = next(name for name in form.inputs.keys() if name.endswith(f"[{key}]"))  # noqa: SIM118
            if value is None:
                data.pop(name, None)
            else:
                data[name] = value
        return form.get("action"), data

    def press(self, button: str, **values: str | None) -> str:
        action, data = self.form(button, **values)
        return self._shown(self.session.post(action, data=data, timeout=10))

    def upload(self, button: str, content: bytes, **values: str) -> str:
        action, data = self.form(button, **values)
        control = self.document.xpath(f'//input[@type="submit" and @value="{button}"]')[0]
        form = next(parent for parent in control.iterancestors() if parent.tag == "form")
        name = form.xpath('.//input[@type="file"]')[0].get("name")
        data.pop(name, None)
        response = self.session.post(action, data=data, files={name: ("file.bin", content)}, timeout=10)
        return self._shown(response)


class Api:
    """Calls the APIs of one device as the vendor asks: a connection a call."""

    def __init__(self, sim: SimulatorProcess, device: dict[str, t.Any]) -> None:
        self.device = device
        self._ca_path = sim.ready["ca_path"]
        self._base = f"https://{device['address']}:{device['port']}"
        self.token = ""

    def call(self, method: str, path: str, **options: t.Any) -> requests.Response:
        headers = {"Connection": "close", "Accept": "application/json", **options.pop("headers", {})}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        with requests.Session() as session:
            session.trust_env = False
            url = self._base + path
            return session.request(method, url, headers=headers, verify=self._ca_path, timeout=10, **options)

    def get_token(self, secret: str | None = None) -> requests.Response:
        self.token = ""
        account = (self.device["client_id"], secret or self.device["client_secret"])
        response = self.call("POST", "/oauth2/token", data={"grant_type": "client_credentials"}, auth=account)
        self.token = response.json().get("access_token", "")
        return response


class Pair(t.NamedTuple):
    sim: SimulatorProcess
    facts: dict[str, t.Any]

    @property
    def a(self) -> dict[str, t.Any]:
        return self.facts["devices"]["a"]

    @property
    def b(self) -> dict[str, t.Any]:
        return self.facts["devices"]["b"]

    def browser(self, side: str, interface: str) -> Browser:
        return Browser(self.sim, self.facts["devices"][side], interface)

    def signed_in(self, side: str, interface: str) -> Browser:
        browser = self.browser(side, interface)
        browser.sign_in()
        return browser

    def api(self, side: str) -> Api:
        api = Api(self.sim, self.facts["devices"][side])
        assert api.get_token().status_code == 200
        return api

    def violations(self) -> list[str]:
        return [violation["name"] for violation in self.sim.violations()]

    def device(self, side: str) -> dict[str, t.Any]:
        return self.sim.state()["devices"][self.facts["devices"][side]["name"]]

    def unpaired(self) -> Pair:
        """The same pair after its relationship was broken by a person."""
        browser = self.signed_in("a", "login")
        browser.follow("management", "failover")
        browser.press("Break Failover Relationship")
        browser.press("Break Failover Relationship")
        browser.follow("logout")
        return self


@pytest.fixture(scope="session")
def simulator() -> t.Iterator[SimulatorProcess]:
    with SimulatorProcess(SCENARIO) as sim:
        yield sim


@pytest.fixture
def pair(simulator: SimulatorProcess) -> Pair:
    simulator.reset()
    return Pair(simulator, simulator.ready["pairs"][0])
