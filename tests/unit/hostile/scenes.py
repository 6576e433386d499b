# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every page and action with the one control that it needs between [[ and ]], and the ways to spoil that control."""

from __future__ import annotations

import dataclasses
import functools
import io
import pathlib
import re
import typing as t

from ansible_collections.bseries.sra.plugins.module_utils._errors import StateError
from ansible_collections.bseries.sra.plugins.module_utils._pages import (
    basics,
    certificate_store,
    certificates,
    download_key,
    failover,
    ip_configuration,
    jump_clients,
    manual_update,
    security,
    software_management,
    updates,
)
from ansible_collections.bseries.sra.plugins.module_utils._records import Package
from ansible_collections.bseries.sra.plugins.module_utils._web.session import WebSession
from ansible_collections.bseries.sra.tests.unit.web.fakes import FakeTransport, page, site

BASE = Package("Base Software 7.0.1", "base", "7.0.1", True)
NONSENSE = "Frobnicate"


@dataclasses.dataclass(frozen=True)
class Scene:
    """``content`` is shown at ``at``; ``caption`` is what names the control there.

    ``moved`` is the form that the control is put into instead; ``spoils`` which ways to spoil make sense; ``before`` the
    paths that are rightly posted to before the page is shown.
    """

    interface: str
    at: str
    content: str
    act: t.Callable[[WebSession], object]
    caption: str
    page: str
    spoils: tuple[str, ...] = ("missing", "doubled", "renamed", "moved", "disabled", "required")
    moved: str = "<form method=post action=/elsewhere>{}</form>"
    before: tuple[str, ...] = ()
    routes: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    def site(self, spoil: str | None) -> FakeTransport:
        """The pages, with the control spoiled, or whole where ``spoil`` is None."""
        whole = self.content.replace("[[", "").replace("]]", "")
        content = whole if spoil is None else SPOILS[spoil](self)
        assert spoil is None or content != whole
        shown = content if self.at.startswith("GET /") and self.at[4:] in ("/appliance", "/login") else page(content)
        routes = {name: text if "<html" in text else page(text) for name, text in self.routes.items()}
        return site({**routes, self.at: shown}, interface=self.interface)

    def replaced(self, change: t.Callable[[str], str]) -> str:
        return re.sub(r"\[\[(.*?)\]\]", lambda found: change(found.group(1)), self.content, flags=re.DOTALL)

    @property
    def control(self) -> str:
        found = re.search(r"\[\[(.*?)\]\]", self.content, re.DOTALL)
        assert found is not None
        return found.group(1)


def _disabled(control: str) -> str:
    return re.sub(r"<(input|button|select)", r"<\1 disabled", control)


def _twice(control: str) -> str:
    return control + re.sub(r"name=(\w+)", r"name=\1x", control)


SPOILS: dict[str, t.Callable[[Scene], str]] = {
    "missing": lambda scene: scene.replaced(lambda _control: ""),
    "doubled": lambda scene: scene.replaced(_twice),
    "renamed": lambda scene: scene.replaced(lambda control: control.replace(scene.caption, NONSENSE)),
    "moved": lambda scene: scene.replaced(lambda _control: "") + scene.moved.format(scene.control),
    "disabled": lambda scene: scene.replaced(_disabled),
    "required": lambda scene: scene.replaced(
        lambda control: "<label>Ticket number <input name=zz required></label> " + control
    ),
}

_NEEDS_MORE = "<form method=post action=/elsewhere><label>Ticket number <input name=zz required></label>{}</form>"
_FIELDS = ("missing", "doubled", "moved", "required")
_READ = ("missing", "renamed")


def _sign_in(web: WebSession) -> object:
    return web.sign_in()


def _install(accept: bool = True) -> t.Callable[[WebSession], object]:
    return lambda web: updates.install(web, BASE, accept_license=accept)


def _enable(web: WebSession) -> object:
    return ip_configuration.prepare_enabled(web, "10.0.0.9", True).commit()


def _disable(web: WebSession) -> object:
    return ip_configuration.prepare_enabled(web, "10.0.0.5", False).commit()


def _establish(web: WebSession) -> object:
    return failover.establish(web, "b.example.com", 443, "a.example.com", 443)


def _backup(web: WebSession) -> object:
    return software_management.download_backup(web, pathlib.Path("never-written.nsb"))


_SIGN_IN_FORM = (
    """<html><body><h1>Welcome</h1><form method=post action=/go><p>USER</p><p>PASSWORD</p>BUTTON</form></body></html>"""
)
_USER = "<label>Username <input name=u></label>"
_PASSWORD = "<label>Password <input type=password name=p></label>"
_ENTER = "<button name=do>Sign In</button>"


def _signing(interface: str, part: str, caption: str, spoils: tuple[str, ...]) -> Scene:
    parts = {"USER": _USER, "PASSWORD": _PASSWORD, "BUTTON": _ENTER}
    parts[part] = f"[[{parts[part]}]]"
    content = _SIGN_IN_FORM
    for name, text in parts.items():
        content = content.replace(name, text)
    return Scene(interface, f"GET /{interface}", content, _sign_in, caption, f"/{interface}", spoils)


_CHECK = "<form method=post action=/chk>[[<button>Check for Updates</button>]]</form>"
_PLAIN_CHECK = _CHECK.replace("[[", "").replace("]]", "")
_ENTRY = (
    "<h2>Updates</h2>{check}<h3>Available Updates</h3><div><h4>{name}</h4><form method=post action=/inst>"
    "<input type=hidden name=p value=b>{button}</form></div><h3>Manual Installation</h3>"
    "<form method=post action=/man enctype=multipart/form-data><input type=file name=f required>"
    "<button>Update Software</button></form>"
)
_INSTALL = "<button>Install This Update</button>"
_UPDATES = _ENTRY.format(check=_PLAIN_CHECK, name=BASE.name, button=_INSTALL)
_LICENCE = (
    "<h1>End User License Agreement</h1><p>You must not copy.</p><form method=post action=/lic>"
    "<input type=hidden name=q value=7>{box}{button}<button name=no>Cancel</button></form>"
)
_BOX = "<label><input type=checkbox name=ok value=1> I have read and accept the license agreement</label>"
_QUESTION = (
    "<p>Are you sure you want to break the failover relationship?</p><form method=post action=/brk2>"
    "[[<input type=submit name=y value=Yes>]]<input type=submit name=n value=No></form>"
)
_RELATED = (
    "<h2>Failover :: Status</h2><table><tr><td>This host's status:</td><td>Primary</td></tr><tr><td>Peer host:</td>"
    "<td>b.example.com</td></tr></table><form method=post action=/sync>{sync}</form><form method=post action=/brk>"
    "{broken}</form>"
)
_SYNC = "<button>Sync Now</button>"
_BREAK = "<button>Break Failover Relationship</button>"
_SIDES = (
    "<h2>Failover :: Configuration</h2><p>Failover is currently not configured.</p><form method=post action=/fo/set>"
    "<fieldset><legend>New Backup Site Connection Details</legend>{h1} {p1}</fieldset>"
    "<fieldset><legend>Reverse Connection Details To This Primary Site</legend>{h2} {p2}</fieldset>{button}</form>"
)
_SIDE_PARTS = {
    "h1": "<p><label>Host Name or IP Address: <input name=h1></label></p>",
    "p1": "<p><label>TLS Port: <input name=p1 value=443></label></p>",
    "h2": "<p><label>Host Name or IP Address: <input name=h2></label></p>",
    "p2": "<p><label>TLS Port: <input name=p2 value=443></label></p>",
    "button": "<button>Establish Relationship</button>",
}


def _sides(marked: str) -> str:
    return _SIDES.format(**{name: f"[[{text}]]" if name == marked else text for name, text in _SIDE_PARTS.items()})


_IP_LIST = (
    "<h2>IP Configuration</h2><p><a href=/ip/1>10.0.0.5</a> - 255.255.255.0 (Enabled)</p>"
    "<p><a href=/ip/2>10.0.0.9</a> - 255.255.255.0 (Disabled)</p>"
)
_IP_FORM = (
    "<h2>Edit</h2><form method=post action=/save><input type=hidden name=k value=1><p>IP Address: {ip}</p>"
    "<p>{box}</p>{button}</form>"
)
_IP_SAVE = "<button>Save Changes</button>"


def _ip(number: int, marked: str) -> str:
    checked = " checked" if number == 1 else ""
    parts = {"box": f"<label><input type=checkbox name=e value=1{checked}> Enabled</label>", "button": _IP_SAVE}
    parts[marked] = f"[[{parts[marked]}]]"
    return _IP_FORM.format(ip="10.0.0.5" if number == 1 else "10.0.0.9", **parts)


def _ip_scene(number: int, marked: str, caption: str) -> Scene:
    act = _disable if number == 1 else _enable
    names = "/appliance > Networking > IP Configuration"
    return Scene(
        "appliance", f"GET /ip/{number}", _ip(number, marked), act, caption, names, routes={"GET /ip": _IP_LIST}
    )


_CERTIFICATES = (
    "<h2>Security :: Certificates</h2><table><tr><th>Friendly Name</th>[[<th>Issued To</th>]]<th>Issued By</th></tr>"
    "<tr><td>main</td><td>support.example.com</td><td>Example CA</td></tr></table>"
)
_LIMIT = (
    "<h1>Jump Clients</h1><form method=post action=/jset><p>{field}</p>{button}</form><form action=/find><input name=s>"
    "<button>Search</button></form>"
)
_LIMIT_FIELD = "<label>Maximum Number of Concurrent Jump Client Upgrades <input name=n value=50></label>"
_POWER = "<h1>Basics</h1><dl><dt>Appliance ID</dt><dd>0123456789abcdef</dd></dl><form method=post action=/reset>{reset}</form>"
_POWER += "<form method=post action=/off>{shutdown}</form>"
_POWER_PARTS = {
    "reset": "<button>Reset Appliance to Factory Defaults</button>",
    "shutdown": "<button>Shut Down This Appliance</button>",
}
_RESTORE = "<h2>Software :: Restore Settings</h2><form method=post action=/res enctype=multipart/form-data>{file}{password}{button}</form>"
_RESTORE_PARTS = {
    "file": "<label>Configuration backup file <input type=file name=f></label>",
    "password": "<label>Configuration backup file password <input type=password name=p></label>",
    "button": "<button>Upload Backup</button>",
}
_IMPORT = (
    "<h2>Security :: Certificate Installation</h2><form method=post action=/cimp enctype=multipart/form-data>"
    "{file}{password}{button}</form>"
)
_IMPORT_PARTS = {
    "file": "<label>File <input type=file name=f></label>",
    "password": "<label>Passphrase <input type=password name=p></label>",
    "button": "<button>Upload</button>",
}
_STORE = (
    "<h2>Security :: Certificates</h2>{imported}<table><tr><th>Name</th><th>Issued To</th><th>Issued By</th><th></th></tr><tr>"
    "<td>main</td><td>support.example.com</td><td>Example CA</td><td>{assign}</td></tr></table>"
)
_STORE_PARTS = {"imported": "<a href=/cnew>Import</a>", "assign": "<a href=/cip>Assign IP</a>"}
_ASSIGN = (
    "<h2>Assign IP</h2><form method=post action=/cset><label><input type=checkbox name=a value=5> 10.0.0.5</label>"
    "<label><input type=checkbox name=a value=9> 10.0.0.9</label>[[<button>Save Configuration</button>]]</form>"
)
_MANUAL = "<h2>Updates</h2><h3>Manual Installation</h3><form method=post action=/man enctype=multipart/form-data>{file}{button}</form>"
_MANUAL_PARTS = {
    "file": "<label>Package <input type=file name=f></label>",
    "button": "<button>Update Software</button>",
}
_KEY = "<h2>Updates</h2>[[<form method=post action=/key><button>Appliance Download Key</button></form>]]"
_MULTIPART = "<form method=post action=/elsewhere enctype=multipart/form-data>{}</form>"
# A lone file field is known by being one; a button beside it may be the form's only one.
_FILE = ("missing", "doubled", "moved", "disabled", "required")


def _parts(template: str, parts: t.Mapping[str, str], marked: str) -> str:
    return template.format(**{name: f"[[{text}]]" if name == marked else text for name, text in parts.items()})


def _file() -> t.BinaryIO:
    return io.BytesIO(b"content")


def _restore(web: WebSession) -> object:
    return software_management.restore(web, "a.nsb", _file(), "pass phrase")


def _import(web: WebSession) -> object:
    return certificate_store.upload(web, "a.p12", _file(), "pass phrase")


def _assign(web: WebSession) -> object:
    assignment = certificate_store.open_assignment(web, certificates.read(web)[0])
    if assignment is None:
        raise StateError("nothing assigns addresses", appliance=web.label, page=_STORE_PAGE)
    return assignment.save(["10.0.0.9"])


def _manual(web: WebSession) -> object:
    return manual_update.upload(web, BASE, pathlib.Path(__file__), accept_license=True)


_STORE_PAGE = "/appliance > Security > Certificates"
_SOFTWARE_PAGE = "/login > Management > Software Management"
_FAILOVER = "/login > Management > Failover"
_UPDATES_PAGE = "/appliance > Updates"
_JUMP = "/login > Jump > Jump Clients"

SCENES: dict[str, Scene] = {
    **{
        f"sign-in on /{interface}, {label}": _signing(interface, part, caption, spoils)
        for interface in ("appliance", "login")
        for label, part, caption, spoils in (
            # Sign-in captions are in no document: a lone field or button is used whatever it is called.
            ("user name", "USER", "Username", _FIELDS),
            # Without a password field it is a sign-in in two steps, of which only the user name is sent.
            ("password", "PASSWORD", "Password", ("doubled", "moved", "required")),
            ("button", "BUTTON", "Sign In", ("doubled", "disabled", "required")),
        )
    },
    "basics": Scene(
        "appliance",
        "GET /basics",
        "<h1>Basics</h1><dl>[[<dt>Appliance ID</dt><dd>0123456789abcdef</dd>]]<dt>Uptime</dt><dd>3 days</dd></dl>",
        basics.read,
        "Appliance ID",
        "/appliance > Status > Basics",
        _READ,
    ),
    "check for updates": Scene(
        "appliance",
        "GET /upd",
        f"<h2>Updates</h2>{_CHECK}<p>Current version: 12.1.0</p>",
        lambda web: updates.read(web, check=True),
        "Check for Updates",
        _UPDATES_PAGE,
        moved=_NEEDS_MORE,
    ),
    "install": Scene(
        "appliance",
        "GET /upd",
        _ENTRY.format(check=_PLAIN_CHECK, name=BASE.name, button=f"[[{_INSTALL}]]"),
        _install(),
        "Install This Update",
        _UPDATES_PAGE,
        routes={
            "POST /chk": _ENTRY.format(check=_PLAIN_CHECK, name=BASE.name, button="").replace(
                BASE.name, "Bomgar-12.2.0"
            )
        },
    ),
    "licence, box": Scene(
        "appliance",
        "POST /inst",
        _LICENCE.format(box=f"[[{_BOX}]]", button="<button>Continue</button>"),
        _install(),
        "I have read and accept the license agreement",
        _UPDATES_PAGE,
        ("doubled", "moved", "disabled", "required"),
        before=("/inst",),
        routes={"GET /upd": _UPDATES},
    ),
    "licence, button": Scene(
        "appliance",
        "POST /inst",
        _LICENCE.format(box=_BOX, button="[[<button name=yes>Continue</button>]]"),
        _install(),
        "Continue",
        _UPDATES_PAGE,
        # No document names this button: beside a ticked box, the only one that does not turn back is taken.
        ("missing", "doubled", "moved", "disabled", "required"),
        before=("/inst",),
        routes={"GET /upd": _UPDATES},
    ),
    "licence not to be accepted": Scene(
        "appliance",
        "POST /inst",
        _LICENCE.format(box=f"[[{_BOX}]]", button="<button>Continue</button>"),
        _install(accept=False),
        "I have read and accept the license agreement",
        _UPDATES_PAGE,
        before=("/inst",),
        routes={"GET /upd": _UPDATES},
    ),
    "confirmation": Scene(
        "login",
        "POST /brk",
        _QUESTION,
        failover.break_relationship,
        "Yes",
        _FAILOVER,
        moved=_NEEDS_MORE,
        before=("/brk",),
        routes={"GET /fo": _RELATED.format(sync=_SYNC, broken=_BREAK)},
    ),
    "enable an address, box": _ip_scene(2, "box", "Enabled"),
    "enable an address, button": _ip_scene(2, "button", "Save Changes"),
    "disable an address, box": _ip_scene(1, "box", "Enabled"),
    "disable an address, button": _ip_scene(1, "button", "Save Changes"),
    "certificates": Scene(
        "appliance",
        "GET /certs",
        _CERTIFICATES,
        certificates.read,
        "Issued To",
        "/appliance > Security > Certificates",
        ("renamed", "doubled"),
    ),
    "download a backup": Scene(
        "login",
        "GET /soft",
        "<h2>Software :: Backup Settings</h2><form method=post action=/bak>[[<button>Download Backup</button>]]</form>",
        _backup,
        "Download Backup",
        "/login > Management > Software Management",
        moved=_NEEDS_MORE,
    ),
    "sync": Scene(
        "login",
        "GET /fo",
        _RELATED.format(sync=f"[[{_SYNC}]]", broken=_BREAK),
        failover.sync_now,
        "Sync Now",
        _FAILOVER,
        moved=_NEEDS_MORE,
    ),
    "break": Scene(
        "login",
        "GET /fo",
        _RELATED.format(sync=_SYNC, broken=f"[[{_BREAK}]]"),
        failover.break_relationship,
        "Break Failover Relationship",
        _FAILOVER,
        moved=_NEEDS_MORE,
    ),
    **{
        f"establish, {name}": Scene("login", "GET /fo", _sides(name), _establish, caption, _FAILOVER)
        for name, caption in (
            ("h1", "Host Name or IP Address"),
            ("p1", "TLS Port"),
            ("h2", "Host Name or IP Address"),
            ("p2", "TLS Port"),
            ("button", "Establish Relationship"),
        )
    },
    "pre-shared key": Scene(
        "login",
        "GET /msec",
        "<h1>Security</h1><form method=post action=/s>[[<label>Inter-appliance Communication Pre-shared Key "
        "<input name=k value=abcdef></label>]]<label>Minimum length <input name=m></label><button>Save</button></form>",
        security.read,
        "Inter-appliance Communication Pre-shared Key",
        "/login > Management > Security",
        _READ,
    ),
    "limit, field": Scene(
        "login",
        "GET /jc",
        _LIMIT.format(field=f"[[{_LIMIT_FIELD}]]", button="<button>Save Changes</button>"),
        lambda web: jump_clients.set_max_concurrent_upgrades(web, 5),
        "Maximum Number of Concurrent Jump Client Upgrades",
        _JUMP,
    ),
    "limit, button": Scene(
        "login",
        "GET /jc",
        _LIMIT.format(field=_LIMIT_FIELD, button="[[<button>Save Changes</button>]]"),
        lambda web: jump_clients.set_max_concurrent_upgrades(web, 5),
        "Save Changes",
        _JUMP,
    ),
    **{
        f"power, {state}": Scene(
            "appliance",
            "GET /basics",
            _parts(_POWER, _POWER_PARTS, state),
            functools.partial(basics.power, state=state),
            caption,
            "/appliance > Status > Basics",
            moved=_NEEDS_MORE,
        )
        for state, caption in (
            ("reset", "Reset Appliance to Factory Defaults"),
            ("shutdown", "Shut Down This Appliance"),
        )
    },
    **{
        f"restore, {part}": Scene(
            "login",
            "GET /soft",
            _parts(_RESTORE, _RESTORE_PARTS, part),
            _restore,
            caption,
            _SOFTWARE_PAGE,
            spoils,
            moved=_MULTIPART,
        )
        for part, caption, spoils in (
            ("file", "Configuration backup file", _FILE),
            ("password", "Configuration backup file password", ("missing", "doubled", "moved", "disabled", "required")),
            ("button", "Upload Backup", ("missing", "doubled", "renamed", "moved", "disabled", "required")),
        )
    },
    **{
        f"certificate, {part}": Scene(
            "appliance",
            "GET /cnew",
            _parts(_IMPORT, _IMPORT_PARTS, part),
            _import,
            caption,
            _STORE_PAGE,
            spoils,
            moved=_MULTIPART,
            routes={"GET /certs": _STORE.format(**_STORE_PARTS)},
        )
        for part, caption, spoils in (
            ("file", "File", _FILE),
            ("password", "Passphrase", ("missing", "doubled", "moved", "disabled", "required")),
            ("button", "Upload", ("missing", "doubled", "renamed", "moved", "disabled", "required")),
        )
    },
    "certificate, way to the import": Scene(
        "appliance",
        "GET /certs",
        _parts(_STORE, _STORE_PARTS, "imported"),
        _import,
        "Import",
        _STORE_PAGE,
        ("missing", "renamed"),
        routes={"GET /cnew": _IMPORT.format(**_IMPORT_PARTS)},
    ),
    "certificate, way to the assignment": Scene(
        "appliance",
        "GET /certs",
        _parts(_STORE, _STORE_PARTS, "assign"),
        _assign,
        "Assign IP",
        _STORE_PAGE,
        ("missing", "renamed"),
        routes={"GET /cip": _ASSIGN.replace("[[", "").replace("]]", "")},
    ),
    "certificate, assignment": Scene(
        "appliance",
        "GET /cip",
        _ASSIGN,
        _assign,
        "Save Configuration",
        _STORE_PAGE,
        routes={"GET /certs": _STORE.format(**_STORE_PARTS)},
    ),
    **{
        f"package, {part}": Scene(
            "appliance",
            "GET /upd",
            _parts(_MANUAL, _MANUAL_PARTS, part),
            _manual,
            caption,
            _UPDATES_PAGE,
            spoils,
            moved=_MULTIPART,
        )
        for part, caption, spoils in (
            ("file", "Package", _FILE),
            ("button", "Update Software", ("missing", "doubled", "renamed", "moved", "disabled", "required")),
        )
    },
    "download key": Scene(
        "appliance",
        "GET /upd",
        _KEY,
        download_key.read,
        "Appliance Download Key",
        _UPDATES_PAGE,
        ("missing", "renamed"),
        routes={"POST /key": "<h2>Appliance Download Key</h2><p>Appliance Download Key: abcd-1234-efgh-5678</p>"},
    ),
}

CASES: t.Final = [(name, spoil) for name, scene in SCENES.items() for spoil in scene.spoils]
