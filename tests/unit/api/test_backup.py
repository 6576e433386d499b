# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A backup is kept only if it is one."""

from __future__ import annotations

import datetime
import hashlib
import pathlib
import stat

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._api.client import ApiClient
from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    ApiError,
    InputError,
    PermissionMissing,
    TransportError,
)
from ansible_collections.bseries.sra.plugins.module_utils._transport.redact import Redactor
from ansible_collections.bseries.sra.tests.unit.api.appliance_api import (
    ApplianceApi,
    reply_html,
    reply_json,
)
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import Reply, TlsServer

CONTENT = bytes(range(256)) * 2000


def test_backup(client: ApiClient, appliance: ApplianceApi, server: TlsServer, tmp_path: pathlib.Path) -> None:
    appliance.answers["GET /api/backup"] = Reply(body=CONTENT)
    dest = tmp_path / "a.nsb"
    before = datetime.datetime.now(datetime.UTC)
    backup = client.backup(dest)
    assert (backup.path, backup.size, backup.source) == (str(dest), len(CONTENT), "api")
    assert backup.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert before <= backup.created <= datetime.datetime.now(datetime.UTC)
    assert dest.read_bytes() == CONTENT
    assert stat.S_IMODE(dest.stat().st_mode) == 0o600
    assert server.lines == ["POST /oauth2/token", "GET /api/backup"]


def test_backup_with_password(
    client: ApiClient, appliance: ApplianceApi, server: TlsServer, tmp_path: pathlib.Path, redactor: Redactor
) -> None:
    appliance.answers["POST /api/backup"] = Reply(body=CONTENT)
    client.backup(tmp_path / "a.nsb", "p4ssword")
    assert (server.requests[-1].line, server.requests[-1].body) == ("POST /api/backup", b'{"password": "p4ssword"}')
    assert server.requests[-1].headers["content-type"] == "application/json"
    assert redactor.text("p4ssword") == "********"


@pytest.mark.parametrize(
    ("reply", "error", "words"),
    [
        (reply_html(), ApiError, "not a backup"),
        (Reply(body=b"\r\n <HTML>" + b"x" * 9999), ApiError, "not a backup"),
        (Reply(body=b"Invalid credentials"), ApiError, "a text of 19 bytes"),
        (Reply(body=b'{"error": "x"}'), ApiError, "JSON"),
        (reply_json({"message": "later"}), ApiError, "not a backup"),
        (Reply(body=b""), ApiError, "nothing"),
        (Reply(body=b"\0" * 9999), ApiError, "zero bytes"),
        (Reply(body=CONTENT[:1000], length=len(CONTENT), end="cut"), TransportError, "cut the answer"),
        (Reply(body=[CONTENT], end="cut"), TransportError, "whether that was all"),
        (reply_json({"message": "no"}, 403), PermissionMissing, "perm_backup"),
        (reply_html(503), ApiError, "not ready"),
        (Reply(404), ApiError, "switched on"),
    ],
)
def test_anything_else_is_refused_and_leaves_the_old_file(
    client: ApiClient,
    appliance: ApplianceApi,
    tmp_path: pathlib.Path,
    reply: Reply,
    error: type[Exception],
    words: str,
) -> None:
    appliance.answers["GET /api/backup"] = reply
    dest = tmp_path / "a.nsb"
    dest.write_bytes(b"the last one")
    with pytest.raises(error, match=words):
        client.backup(dest)
    assert dest.read_bytes() == b"the last one"
    assert list(tmp_path.iterdir()) == [dest]


def test_folder_that_cannot_be_written_is_noticed_before_the_download(
    client: ApiClient, server: TlsServer, tmp_path: pathlib.Path
) -> None:
    with pytest.raises(InputError, match="Cannot write"):
        client.backup(tmp_path / "missing" / "a.nsb")
    assert server.connections == 0
