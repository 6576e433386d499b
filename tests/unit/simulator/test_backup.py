# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
import requests

from simulator import backup_file


def restore(pair, content, password=""):
    browser = pair.signed_in("a", "login")
    browser.follow("management")
    return browser.upload("Upload Backup", content, password=password)


def test_a_backup_by_api_is_the_size_that_it_says_and_can_be_read(pair, tmp_path):
    answer = pair.api("a").call("GET", "/api/backup")
    assert len(answer.content) == int(answer.headers["Content-Length"]) == 2_000_000
    assert answer.headers["Content-Disposition"].endswith('.nsb"')
    path = tmp_path / "backup.nsb"
    path.write_bytes(answer.content)
    assert backup_file.read(str(path), None).version == "12.1.0"


def test_a_password_protects_the_backup(pair, tmp_path):
    path = tmp_path / "backup.nsb"
    path.write_bytes(pair.api("a").call("POST", "/api/backup", json={"password": "open sesame"}).content)
    with pytest.raises(backup_file.BackupError, match="password"):
        backup_file.read(str(path), "wrong")
    assert backup_file.read(str(path), "open sesame").data["settings"]["revision"] == 1


def test_a_backup_by_the_page_can_be_restored(pair):
    browser = pair.signed_in("a", "login")
    browser.follow("management")
    action, data = browser.form("Download Backup", password="pw-1", confirm="pw-1")
    content = browser.session.post(action, data=data).content
    pair.sim.change(pair.a["name"], settings={"max_concurrent_upgrades": 3}, shared_key="other")
    assert "The backup was restored" in restore(pair, content, "pw-1")
    assert pair.device("a")["settings"]["max_concurrent_upgrades"] == 50
    kinds = {entry["action"]: entry["kind"] for entry in pair.sim.log(screen="management.software", method="POST")}
    assert kinds == {"backup.download": "read", "restore.upload": "write"}


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda content: content[:-1], "not a valid backup"),
        (lambda content: content[:1000] + b"?" + content[1001:], "not a valid backup"),
        (lambda _content: b"<html></html>", "not a valid backup"),
        (lambda _content: b"", "not a valid backup"),
    ],
)
def test_a_damaged_backup_is_not_restored(pair, damage, message):
    content = pair.api("a").call("GET", "/api/backup").content
    pair.sim.change(pair.a["name"], settings={"max_concurrent_upgrades": 3})
    assert message in restore(pair, damage(content))
    assert pair.device("a")["settings"]["max_concurrent_upgrades"] == 3


def test_a_wrong_password_and_a_newer_version_are_refused(pair):
    content = pair.api("a").call("POST", "/api/backup", json={"password": "right"}).content
    assert "password of the backup file is wrong" in restore(pair, content, "wrong")
    pair.sim.change(pair.a["name"], product="12.0.9")
    assert "newer version 12.1.0" in restore(pair, content, "right")


def test_faults_of_backups(pair):
    api = pair.api("a")
    pair.sim.fault("backup_html", count=1)
    assert api.call("GET", "/api/backup").headers["Content-Type"] == "text/html"
    pair.sim.fault("backup_truncated", count=1)
    with pytest.raises(requests.RequestException):
        api.call("GET", "/api/backup")
