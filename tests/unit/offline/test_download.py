# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Downloads from the simulated update server: streamed, resumed, each package once."""

from __future__ import annotations

import ipaddress
import json
import pathlib
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError, RefusedByAppliance
from ansible_collections.bseries.sra.plugins.module_utils._module import Connection, ConnectionOptions, execute
from ansible_collections.bseries.sra.plugins.module_utils._offline import hosts, manifest
from ansible_collections.bseries.sra.plugins.module_utils._offline.hosts import parse_allowed
from ansible_collections.bseries.sra.plugins.module_utils._offline.packages import PackageSet, kind_of_file
from ansible_collections.bseries.sra.plugins.module_utils._pages import download_key
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_update_download
from ansible_collections.bseries.sra.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.bseries.sra.plugins.module_utils._transport.failures import LedAway
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from simulator.process import SimulatorProcess

BASE, PRODUCT = "base-3.3.2", "product-12.2.0-53417"


def start(page: str = "plain", **server: t.Any) -> SimulatorProcess:
    return SimulatorProcess({"pairs": [{"name": "one", "single": True}], "update_server": {"page": page, **server}})


def key_of(sim: SimulatorProcess) -> str:
    host = sim.inventory()["all"]["children"]["device_a"]["hosts"]["one-a"]
    known = ConnectionOptions.__dataclass_fields__
    params = {name[4:]: value for name, value in host.items() if name.startswith("sra_") and name[4:] in known}
    with Connection(ConnectionOptions.from_params(params)) as connection:
        return download_key.read(connection.appliance_web)


def fetch(
    sim: SimulatorProcess, dest: pathlib.Path, key: str, *, check_mode: bool = False, **changes: t.Any
) -> dict[str, t.Any]:
    server = sim.ready["update_server"]
    params = {
        "key": key,
        "dest": str(dest),
        "url": f"https://{server['hostname']}:{server['port']}",
        "address": server["address"],
        "ca_path": sim.ready["ca_path"],
        "validate_certs": True,
        "timeout": 10.0,
        "wait_timeout": 60,
        "vocabulary": None,
        "allowed_hosts": [],
        **changes,
    }
    return execute(appliance_update_download.run, params, check_mode=check_mode, diff=False)


def taken(sim: SimulatorProcess) -> list[str]:
    return t.cast(list[str], sim.state()["devices"]["one-a"]["taken"])


def ranges(sim: SimulatorProcess) -> list[int]:
    return [entry["status"] for entry in sim.log(device="update_server") if BASE in entry["path"]]


@pytest.mark.parametrize("page", ["plain", "portal", "table"])
def test_a_key_in_packages_and_a_manifest_out(tmp_path: pathlib.Path, page: str) -> None:
    with start(page) as sim:
        key = key_of(sim)
        predicted = fetch(sim, tmp_path / "p", key, check_mode=True)
        assert predicted["changed"]
        assert not (tmp_path / "p").exists()
        assert taken(sim) == []
        first = fetch(sim, tmp_path / "p", key)
        assert not first.get("failed"), first
        assert [one["name"] for one in predicted["would_download"]] == [one["name"] for one in first["downloaded"]]
        assert {(one["kind"], one["version"]) for one in first["downloaded"]} == {
            ("base", "3.3.2"),
            ("product", "12.2.0"),
        }
        assert taken(sim) == [BASE, PRODUCT]
        assert any("second download" in text for text in first["warnings"])
        again = fetch(sim, tmp_path / "p", key)
        assert (again["changed"], again["downloaded"], len(again["packages"])) == (False, [], 2)
    PackageSet.open(str(tmp_path / "p")).verify()
    content = (tmp_path / "p" / "manifest.json").read_text()
    assert key not in content
    assert key not in json.dumps([predicted, first, again])
    assert all(path.stat().st_mode & 0o077 == 0 for path in (tmp_path / "p").iterdir())


def test_packages_of_another_host_come_only_where_that_host_is_allowed(tmp_path: pathlib.Path) -> None:
    with start(moved=True) as sim:
        key = key_of(sim)
        other = f"{int(ipaddress.ip_address(sim.ready['update_server']['address'])):#x}"
        refused = fetch(sim, tmp_path / "p", key, allowed_hosts=["*.example.com"])
        assert refused["failed"]
        assert other in refused["msg"]
        assert "sra_update_server_hosts" in refused["msg"]
        assert key not in json.dumps(refused)
        assert taken(sim) == []
        assert ranges(sim) == [302]
        first = fetch(sim, tmp_path / "p", key, allowed_hosts=["*.example.com", other])
        assert not first.get("failed"), first
        assert taken(sim) == [BASE, PRODUCT]
    PackageSet.open(str(tmp_path / "p")).verify()


@pytest.mark.parametrize("name", ["", "*", "https://files.example.com", "files.example.com/x", "files example.com"])
def test_what_is_no_host_name_is_refused(name: str) -> None:
    with pytest.raises(InputError, match="no host name"):
        parse_allowed([name])


class Leading:
    """Stands in for a transport whose answers lead elsewhere."""

    def __init__(self, endpoint: Endpoint, _redactor: t.Any) -> None:
        self.endpoint = endpoint

    def __enter__(self) -> Leading:
        return self

    def __exit__(self, *_exc: object) -> None:
        pass

    def is_same_origin(self, url: str) -> bool:
        return url.startswith("/")

    def request(self, method: str, url: str, **options: t.Any) -> str:
        SENT.append((self.endpoint.host, method, url, options.get("data")))
        if self.endpoint.host != "update.example.com":
            return "the answer"
        sent, kept = url != "https://files.example.com/form", url == "/kept"
        raise LedAway("led away", url="https://files.example.com/x", keeps_body=kept, stage="receive", sent=sent)


SENT: list[tuple[str, str, str, t.Any]] = []


@pytest.mark.parametrize(
    ("url", "goes_on"), [("/moved", True), ("/kept", False), ("https://files.example.com/form", False)]
)
def test_a_form_with_the_key_is_sent_to_no_other_host(monkeypatch: pytest.MonkeyPatch, url: str, goes_on: bool) -> None:
    SENT.clear()
    monkeypatch.setattr(hosts, "Transport", Leading)
    with hosts.Hosts(Endpoint("update.example.com"), Redactor(), ["files.example.com"]) as found:
        if goes_on:
            assert found.request("POST", url, data=[("key", "secret")]) == "the answer"
        else:
            with pytest.raises(LedAway):
                found.request("POST", url, data=[("key", "secret")])
    elsewhere = [entry for entry in SENT if entry[0] == "files.example.com"]
    assert elsewhere == ([("files.example.com", "GET", "https://files.example.com/x", None)] if goes_on else [])


@pytest.mark.parametrize("listed_until", ["begin", "end"])
@pytest.mark.parametrize("part_requests", [True, False])
def test_a_download_that_broke_off_is_gone_on_with(
    tmp_path: pathlib.Path, listed_until: str, part_requests: bool
) -> None:
    with start(ranges=part_requests, listed_until=listed_until) as sim:
        key = key_of(sim)
        sim.fault("package_cut", "one-a", count=1, bytes=200_000)
        broken = fetch(sim, tmp_path, key)
        assert broken["failed"]
        assert broken["error"]["kind"] == "transport"
        assert taken(sim) == ([BASE] if listed_until == "begin" else [])
        assert not (tmp_path / f"{BASE}.pkg").exists()
        assert not any(key in path.read_text(errors="replace") for path in tmp_path.iterdir())
        done = fetch(sim, tmp_path, key)
        assert not done.get("failed"), done
        resumed = {one["kind"]: one["resumed"] for one in done["downloaded"]}
        assert resumed == {"base": 200_000 if part_requests else 0, "product": 0}
        assert ranges(sim) == [200, 206 if part_requests else 200]
    PackageSet.open(str(tmp_path)).verify()
    assert (tmp_path / f"{BASE}.pkg").read_bytes()[:30] == b"SIMULATED-UPDATE base-3.3.2\nba"
    assert (tmp_path / f"{BASE}.pkg").stat().st_size == 500_000
    assert not list(tmp_path.glob(".*"))


def test_a_wrong_key_is_refused_in_the_servers_words(tmp_path: pathlib.Path) -> None:
    with start() as sim:
        result = fetch(sim, tmp_path, "one-a.0000111122223333")
    assert result["error"]["kind"] == "refused"
    assert "not valid" in result["error"]["seen"]


def test_a_damaged_package_that_is_listed_no_more_is_named(tmp_path: pathlib.Path) -> None:
    with start() as sim:
        key = key_of(sim)
        fetch(sim, tmp_path, key)
        (tmp_path / f"{BASE}.pkg").write_bytes(b"x" * 500_000)
        result = fetch(sim, tmp_path, key)
    assert result["failed"]
    assert "SHA-256" in result["error"]["seen"]
    assert "vendor's support" in result["error"]["advice"]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ("update.pkg", ["update.pkg", "update-2.pkg", "update-3.pkg", "update-4.pkg"]),
        ("inventory.yml", ["inventory.yml", "inventory-2.yml", "inventory-3.yml", "inventory-4.yml"]),
        ("pra-12.2", ["pra-12.2", "pra-12.2-2", "pra-12.2-3", "pra-12.2-4"]),
        ("pra.tar.gz", ["pra.tar.gz", "pra-2.tar.gz", "pra-3.tar.gz", "pra-4.tar.gz"]),
    ],
)
def test_no_file_that_is_there_is_overwritten(tmp_path: pathlib.Path, given: str, names: list[str]) -> None:
    outside = tmp_path / "elsewhere"
    dest = tmp_path / "p"
    dest.mkdir()
    (dest / names[0]).write_text("not ours")
    (dest / names[1]).symlink_to(outside)
    with start(file_name=given) as sim:
        key = key_of(sim)
        first = fetch(sim, dest, key)
        assert {one["kind"]: one["file"] for one in first["downloaded"]} == {"base": names[2], "product": names[3]}
        assert fetch(sim, dest, key)["changed"] is False
    assert (dest / names[0]).read_text() == "not ours"
    assert not outside.exists()
    assert (dest / names[2]).read_bytes().startswith(b"SIMULATED-UPDATE base-3.3.2")
    assert (dest / names[3]).read_bytes().startswith(b"SIMULATED-UPDATE product-12.2.0")
    found = PackageSet.open(str(dest))
    found.verify()
    assert {entry.kind: entry.file for entry in found.entries} == {"base": names[2], "product": names[3]}
    assert not list(dest.glob(".*"))


def test_a_damaged_package_that_is_listed_again_comes_beside_the_damaged_file(tmp_path: pathlib.Path) -> None:
    with start() as sim:
        fetch(sim, tmp_path, key_of(sim))
    (tmp_path / f"{BASE}.pkg").write_bytes(b"x" * 500_000)
    (tmp_path / f"{PRODUCT}.pkg").unlink()
    with start() as sim:
        key = key_of(sim)
        result = fetch(sim, tmp_path, key)
        assert {one["file"] for one in result["downloaded"]} == {f"{BASE}-2.pkg", f"{PRODUCT}.pkg"}
        assert [text for text in result["warnings"] if "damaged" in text and f"{BASE}-2.pkg" in text]
        assert fetch(sim, tmp_path, key)["changed"] is False
    assert (tmp_path / f"{BASE}.pkg").read_bytes() == b"x" * 500_000
    PackageSet.open(str(tmp_path)).verify()


@pytest.mark.parametrize("skin", ["english2019", "german2019", "modern_english", "randomised"])
def test_the_key_is_read_and_a_wrong_clock_is_named(skin: str) -> None:
    scenario = {"seed": 11, "pairs": [{"name": "one", "single": True, "both": {"skin": skin}}]}
    with SimulatorProcess(scenario) as sim:
        assert key_of(sim).startswith("one-a.")
        sim.clock("one-a", 7200)
        with pytest.raises(RefusedByAppliance, match="no download key"):
            key_of(sim)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("base-3.3.2.pkg", ("base", "3.3.2")),
        ("Base_Software_7.0.1.nss", ("base", "7.0.1")),
        ("Bomgar-12.2.0.bin", ("product", "12.2.0")),
        ("BeyondTrust_PRA_24.3.4-1234.tar.gz", ("product", "24.3.4")),
        ("notes", ("other", None)),
    ],
)
def test_kind_and_version_by_file_name(name: str, kind: tuple[str, str | None]) -> None:
    assert kind_of_file(name) == kind


@pytest.mark.parametrize(
    "change", [{"file": "../evil"}, {"file": "a/b"}, {"size": -1}, {"sha256": "0"}, {"kind": "else"}, {"file": ""}]
)
def test_a_manifest_that_leads_elsewhere_is_refused(tmp_path: pathlib.Path, change: dict[str, t.Any]) -> None:
    entry = {"file": "a.pkg", "size": 1, "sha256": "0" * 64, "name": "a", "kind": "base", "version": "1.0"}
    (tmp_path / "manifest.json").write_text(json.dumps({"format": 1, "packages": [{**entry, **change}]}))
    with pytest.raises(InputError, match="cannot be used"):
        manifest.read(tmp_path)


def test_a_folder_with_something_unknown_is_refused(tmp_path: pathlib.Path) -> None:
    (tmp_path / "base-3.3.2.pkg").write_bytes(b"1")
    (tmp_path / "readme.txt").write_bytes(b"1")
    assert [entry.kind for entry in PackageSet.open(str(tmp_path)).entries] == ["base"]
    (tmp_path / "holiday").write_bytes(b"1")
    with pytest.raises(InputError, match="cannot be told"):
        PackageSet.open(str(tmp_path))
