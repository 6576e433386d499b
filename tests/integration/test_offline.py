# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Updates without a way to the update server (MAN-1 to MAN-5): packages in a folder, uploaded by hand of the collection."""

from __future__ import annotations

import hashlib
import json
import pathlib
import typing as t

import pytest

from .conftest import Lab

StartLab = t.Callable[..., Lab]
SINGLE: dict[str, t.Any] = {"pairs": [{"name": "one", "single": True}]}
PACKAGES = {
    "base-3.3.2": ("base", "3.3.2", "Base Software 3.3.2"),
    "product-12.2.0-53417": ("product", "12.2.0", "Bomgar-12.2.0"),
}
SIZE = 500_000


def package_bytes(name: str, size: int = SIZE) -> bytes:
    """A package as the simulated update server makes it."""
    head = b"SIMULATED-UPDATE " + name.encode() + b"\n"
    filling = (name.encode() + b" ") * (size // len(name) + 1)
    return head + filling[: size - len(head)]


def fill(folder: pathlib.Path, *, manifest: bool = True) -> None:
    folder.mkdir(parents=True)
    entries = []
    for file, (kind, version, name) in PACKAGES.items():
        content = package_bytes(file)
        (folder / f"{file}.pkg").write_bytes(content)
        entries.append(
            {
                "file": f"{file}.pkg",
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
                "name": name,
                "kind": kind,
                "version": version,
            }
        )
    if manifest:
        (folder / "manifest.json").write_text(json.dumps({"format": 1, "packages": entries}), encoding="utf-8")


def offline(start_lab: StartLab, folder: pathlib.Path, scenario: dict[str, t.Any] | None = None) -> Lab:
    """Appliances whose update server cannot be reached, and packages in a folder."""
    lab = start_lab(scenario, sra_update_method="manual", sra_package_dir=str(folder))
    lab.simulator.update_server(up=False)
    return lab


def uploads(lab: Lab, device: str) -> list[str]:
    return [entry["action"] for entry in lab.writes() if entry["device"] == device and "manual" in entry["action"]]


@pytest.mark.parametrize("skin", ["english2019", "german2019", "modern_english", "randomised"])
def test_single_from_a_folder(start_lab: StartLab, tmp_path: pathlib.Path, skin: str) -> None:
    fill(tmp_path / "packages")
    scenario = {"seed": 7, "pairs": [{"name": "one", "single": True, "both": {"skin": skin}}]}
    lab = offline(start_lab, tmp_path / "packages", scenario)
    checked = lab.play("upgrade_single", "--check")
    assert checked.status == 0, checked.output
    assert lab.writes() == []
    done = lab.play("upgrade_single")
    assert done.status == 0, done.output
    assert (lab.device("a")["base"], lab.device("a")["product"]) == ("3.3.2", "12.2.0")
    assert checked.recap["one-a"]["changed"] == done.changed("one-a")
    assert len(uploads(lab, "one-a")) == 2
    assert lab.simulator.violations() == []
    manifest = json.loads((tmp_path / "packages" / "manifest.json").read_text())
    appliance = lab.device("a")["appliance_id"]
    assert [entry["installed_on"] for entry in manifest["packages"]] == [[appliance], [appliance]]
    again = lab.play("upgrade_single")
    assert again.status == 0, again.output
    assert again.changed("one-a") == 0


def connected(lab: Lab, folder: pathlib.Path) -> tuple[str, ...]:
    """Options that lead to the simulated update server."""
    server = lab.simulator.ready["update_server"]
    lab.settings.update(
        sra_package_dir=str(folder),
        sra_update_server_url=f"https://{server['hostname']}:{server['port']}",
        sra_update_server_address=server["address"],
        sra_update_server_ca_path=lab.simulator.ready["ca_path"],
    )
    lab.write_inventory()
    return ()


@pytest.mark.parametrize(
    ("page", "skin"), [("plain", "english2019"), ("portal", "german2019"), ("table", "modern_english")]
)
def test_from_the_key_to_the_upgraded_pair(start_lab: StartLab, tmp_path: pathlib.Path, page: str, skin: str) -> None:
    folder = tmp_path / "usb"
    single = page != "plain"
    scenario = {"pairs": [{"name": "one", "single": single, "both": {"skin": skin}}], "update_server": {"page": page}}
    lab = start_lab(scenario)
    connected(lab, folder)
    checked = lab.play("download_packages", "--tags", "keys")
    assert checked.status == 0, checked.output
    keys = [path.read_text().strip() for path in folder.glob("*.key")]
    assert len(keys) == (1 if single else 2)
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("*.key"))
    predicted = lab.play("download_packages", "--tags", "packages", "--check")
    assert predicted.status == 0, predicted.output
    assert lab.device("a")["taken"] == []
    fetched = lab.play("download_packages", "--tags", "packages", "-vvv")
    assert fetched.status == 0, fetched.output
    assert lab.device("a")["taken"] == ["base-3.3.2", "product-12.2.0-53417"]
    assert "listed no more" in " ".join(fetched.output.split())
    assert not any(key in output.output for key in keys for output in (checked, predicted, fetched))
    again = lab.play("download_packages")
    assert again.status == 0, again.output
    assert all(counts["changed"] == 0 for counts in again.recap.values())
    lab.simulator.update_server(up=False)
    lab.settings["sra_update_method"] = "manual"
    lab.write_inventory()
    done = lab.play("upgrade_single" if single else "upgrade_asynchronous", "-e", "sra_confirmed=true")
    assert done.status == 0, done.output
    for letter in "a" if single else "ab":
        assert (lab.device(letter)["base"], lab.device(letter)["product"]) == ("3.3.2", "12.2.0")
    assert lab.simulator.violations() == []


def test_a_product_update_that_failed_is_gone_on_with_by_hand(start_lab: StartLab, tmp_path: pathlib.Path) -> None:
    fill(tmp_path / "packages", manifest=False)
    lab = start_lab(SINGLE)
    lab.simulator.fault("install_failed", "one-a", count=1, skip=1)
    failed = lab.play("upgrade_single")
    assert failed.status != 0
    assert lab.device("a")["base"] == "3.3.2"
    assert "BASE UPDATE IN TROUBLE" not in failed.output
    lab.settings.update(sra_update_method="manual", sra_package_dir=str(tmp_path / "packages"))
    lab.write_inventory()
    lab.simulator.update_server(up=False)
    done = lab.play("upgrade_single")
    assert done.status == 0, done.output
    assert lab.device("a")["product"] == "12.2.0"
    assert lab.simulator.violations() == []


def test_damaged_packages_stop_a_run_before_anything_is_changed(start_lab: StartLab, tmp_path: pathlib.Path) -> None:
    fill(tmp_path / "packages")
    lab = offline(start_lab, tmp_path / "packages", SINGLE)
    (tmp_path / "packages" / "product-12.2.0-53417.pkg").write_bytes(package_bytes("product-12.2.0-53417")[:-1] + b"!")
    refused = lab.play("upgrade_single")
    assert refused.status != 0
    said = " ".join(refused.output.replace("[one]", " ").split())
    assert "Packages for" in said
    assert "SHA-256 is not the one in the manifest" in said
    assert lab.writes() == []


def test_what_was_downloaded_and_not_installed_is_remembered(start_lab: StartLab, tmp_path: pathlib.Path) -> None:
    fill(tmp_path / "packages")
    lab = start_lab(SINGLE, sra_package_dir=str(tmp_path / "packages"))
    shown = lab.play("preflight")
    assert shown.status == 0, shown.output
    said = " ".join(shown.output.replace("[one]", " ").split())
    assert "(MAN-4): downloaded, but not installed: Base Software 3.3.2, Bomgar-12.2.0" in said
    assert "lists a package only once" in said
    assert lab.writes() == []


def test_old_backups_and_vault_key_through_the_playbook(start_lab: StartLab, tmp_path: pathlib.Path) -> None:
    pair = {"name": "one", "single": True, "both": {"vault_key": True}}
    settings = {"sra_backup_password": "Backup-Secret-1", "sra_backup_vault_key": True, "sra_backup_max_age": 3600}
    lab = start_lab({"pairs": [pair]}, sra_backup_keep=2, **settings)
    first = lab.play("backup")
    assert first.status == 0, first.output
    assert first.changed("one-a") == 1
    assert lab.play("backup").changed("one-a") == 0
    keys = list((tmp_path / "backups").glob("*.vault-key"))
    assert [key.stat().st_mode & 0o777 for key in keys] == [0o600]
    assert "Backup-Secret-1" not in first.output
    upgraded = lab.play("upgrade_single")
    assert upgraded.status == 0, upgraded.output
    backups = sorted(path.name for path in (tmp_path / "backups").glob("*.nsb"))
    assert len(backups) == 2, "a young backup will do before the upgrade, but not between Base and product"
