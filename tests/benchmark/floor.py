# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The floor: an asynchronous upgrade as one plain script that knows the simulator's addresses and field names by heart.

It checks nothing, trusts every answer and stops at the first surprise: nobody can be quicker with the same requests.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import sys
import time
import typing as t

import lxml.html
import requests

Json = dict[str, t.Any]
POLL = 0.25
"""Seconds between two looks at what takes time."""


@dataclasses.dataclass(frozen=True)
class UploadForm:
    """Where a file is sent, with what beside it, and as whom."""

    url: str
    fields: list[tuple[str, str]]
    file_field: str
    cookie: str


class Browser:
    """One web interface of one device with one session."""

    def __init__(self, device: Json, interface: str, ca_path: str) -> None:
        self._device, self._interface = device, interface
        self._base = f"https://{device['address']}:{device['port']}"
        self._session = session(ca_path)

    def sign_in(self) -> None:
        name, secret = self._device[f"{self._interface}_username"], self._device[f"{self._interface}_password"]
        page = self.get(f"/{self._interface}")
        self.press(page, "sign_in[submit][sign_in]", **{"sign_in[username]": name, "sign_in[password]": secret})

    def get(self, path: str) -> t.Any:
        return self._page(self._session.get(path if path.startswith("https") else self._base + path, timeout=30))

    def press(self, page: t.Any, button: str, **fields: str | None) -> t.Any:
        action, pairs = self.filled(page, button, **fields)
        return self._page(self._session.post(action, data=pairs, timeout=30))

    def filled(self, page: t.Any, button: str, **fields: str | None) -> tuple[str, list[tuple[str, str]]]:
        """Where the form with this button goes, and what it sends; a field that is None is left out (a box not ticked)."""
        form = next(form for form in page.forms if any(each.name == button for each in form.inputs))
        pairs = [(name, value) for name, value in form.form_values() if name not in fields]
        pairs += [(name, value) for name, value in fields.items() if value is not None]
        return form.action, [*pairs, (button, "x")]

    def post(self, action: str, pairs: list[tuple[str, str]]) -> None:
        """A form that was filled before; its answer is not looked at."""
        self._session.post(action, data=pairs, timeout=30, allow_redirects=False)

    def upload_form(self) -> UploadForm:
        """The form for a package file."""
        page = self.get("/appliance/updates.ns")
        action, fields = self.filled(page, "manual[submit][upload]", **{"manual[file]": None})
        cookie = "; ".join(f"{name}={value}" for name, value in self._session.cookies.items())
        return UploadForm(action, fields, "manual[file]", cookie)

    def sign_out(self) -> None:
        self.get(f"/{self._interface}/sign_out.ns")

    def _page(self, response: requests.Response) -> t.Any:
        response.raise_for_status()
        page: t.Any = lxml.html.fromstring(response.content)
        page.make_links_absolute(response.url)
        return page


class Api:
    """The API of one device, each call on a connection of its own."""

    def __init__(self, device: Json, ca_path: str) -> None:
        self._device, self._ca_path = device, ca_path
        self._base = f"https://{device['address']}:{device['port']}"
        self.token: str | None = None

    def get(self, path: str) -> requests.Response:
        with session(self._ca_path) as one:
            if self.token is None:
                account = (self._device["client_id"], self._device["client_secret"])
                answer = one.post(
                    f"{self._base}/oauth2/token",
                    data={"grant_type": "client_credentials"},
                    auth=account,
                    headers={"Connection": "close"},
                    timeout=30,
                )
                answer.raise_for_status()
                self.token = answer.json()["access_token"]
        with session(self._ca_path) as one:
            accept = "*/*" if path == "/api/backup" else "application/json"
            headers = {"Authorization": f"Bearer {self.token}", "Connection": "close", "Accept": accept}
            answer = one.get(self._base + path, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer

    def forget(self) -> None:
        self.token = None

    def was_restarted(self) -> bool:
        """It is up and no longer knows the token from before."""
        headers = {"Authorization": f"Bearer {self.token}", "Connection": "close", "Accept": "application/json"}
        with session(self._ca_path) as one:
            try:
                return one.get(f"{self._base}/api/command/v2/health", headers=headers, timeout=5).status_code == 401
            except requests.RequestException:
                return False


class Device:
    """Both interfaces and the API of one device."""

    def __init__(self, ready: Json, letter: str, folder: pathlib.Path) -> None:
        self.facts: Json = ready["pairs"][0]["devices"][letter]
        self.name = self.facts["name"]
        self._ca_path, self._folder = ready["ca_path"], folder
        self.api = Api(self.facts, self._ca_path)
        self.appliance = self._browser("appliance")
        self.login = self._browser("login")

    def _browser(self, interface: str) -> Browser:
        browser = Browser(self.facts, interface, self._ca_path)
        browser.sign_in()
        return browser

    def look(self) -> None:
        for path in ("info", "health", "appliance", "appliance/client-count", "user"):
            self.api.get(f"/api/command/v2/{path}")
        for path in ("status/basics", "networking/ip_configuration", "security/certificates"):
            self.appliance.get(f"/appliance/{path}.ns")
        self.offered()
        self.login.get("/login/management/failover.ns")

    def offered(self) -> t.Any:
        return self.appliance.press(self.appliance.get("/appliance/updates.ns"), "check[submit][check]")

    def back_up(self) -> None:
        (self._folder / f"{self.name}.backup").write_bytes(self.api.get("/api/backup").content)

    def update(self) -> None:
        """Install what is offered, one after the other, in the order in which it can be installed."""
        for count in (1, 2):
            if count == 2:
                self.back_up()
            self.install(self.offered())
            until("restarted", self.api.was_restarted)
            self.api.forget()
            self.appliance = self._browser("appliance")
        self.login = self._browser("login")

    def install(self, page: t.Any) -> None:
        """Begin the first install that the page offers a button for."""
        page = self.appliance.press(page, "install[submit][install]")
        page = self.appliance.press(page, "install_confirm[submit][confirm]")
        if offers(page, "licence[submit][accept]"):
            self.appliance.press(page, "licence[submit][accept]", **{"licence[accept]": "1"})

    def verify(self) -> None:
        assert self.api.get("/api/command/v2/health").json()["version"] == "12.2.0"
        self.look()

    def address(self, address: str, enabled: bool) -> tuple[str, list[tuple[str, str]]]:
        """The edit of the shared IP, ready to be sent."""
        page = self.appliance.get(f"/appliance/networking/address.ns?id={address}")
        return self.appliance.filled(page, "address[submit][save]", **{"address[enabled]": "1" if enabled else None})

    def synchronise(self) -> None:
        if self._may_synchronise():
            self.login.press(self.login.get("/login/management/failover.ns"), "sync[submit][sync]")
        until("synchronised", self._may_synchronise)

    def _may_synchronise(self) -> bool:
        """No synchronisation runs: then the page offers one."""
        return offers(self.login.get("/login/management/failover.ns"), "sync[submit][sync]")

    def separate(self) -> None:
        page = self.login.press(self.login.get("/login/management/failover.ns"), "break[submit][break]")
        self.login.press(page, "break_confirm[submit][confirm]")

    def establish(self, peer: Device) -> None:
        fields = {}
        for side, device in (("peer", peer), ("reverse", self)):
            fields[f"establish[{side}_host]"] = device.facts["address"]
            fields[f"establish[{side}_port]"] = str(device.facts["port"])
        page = self.login.get("/login/management/failover.ns")
        self.login.press(page, "establish[submit][establish]", **fields)


def session(ca_path: str) -> requests.Session:
    made = requests.Session()
    made.trust_env = False
    made.verify = ca_path
    return made


def offers(page: t.Any, button: str) -> bool:
    return any(each.name == button for form in page.forms for each in form.inputs)


def until(what: str, done: t.Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(POLL)


def swing(a: Device, b: Device, address: str) -> float:
    """Two prepared posts back to back; the seconds between the beginning of the first and the end of the second."""
    leaving, arriving = a.address(address, enabled=False), b.address(address, enabled=True)
    began = time.monotonic()
    a.appliance.post(*leaving)
    b.appliance.post(*arriving)
    return time.monotonic() - began


def upgrade(ready: Json, folder: pathlib.Path) -> None:
    a, b = Device(ready, "a", folder), Device(ready, "b", folder)
    a.look()
    b.look()
    a.back_up()
    a.synchronise()
    a.separate()
    b.back_up()
    b.update()
    b.verify()
    swing(a, b, ready["pairs"][0]["shared_ip"])
    a.update()
    a.verify()
    b.establish(a)
    b.synchronise()
    a.look()
    b.look()
    for device in (a, b):
        device.appliance.sign_out()
        device.login.sign_out()


if __name__ == "__main__":
    upgrade(json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")), pathlib.Path(sys.argv[2]))
