# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that somebody else may have written: manifests, notes, records, descriptions, certificates, reports; and names of files."""

from __future__ import annotations

import dataclasses
import datetime
import email.message
import json
import pathlib
import typing as t

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError, SraError
from ansible_collections.bseries.sra.plugins.module_utils._lane import record
from ansible_collections.bseries.sra.plugins.module_utils._offline import download, manifest
from ansible_collections.bseries.sra.plugins.module_utils._offline.packages import PackageSet
from ansible_collections.bseries.sra.plugins.module_utils._offline.update_server import Offer
from ansible_collections.bseries.sra.plugins.module_utils._resources import _backup_folder as backup_folder
from ansible_collections.bseries.sra.plugins.module_utils._resources import jump_client_settings
from ansible_collections.bseries.sra.plugins.module_utils._resources._bundle import open_bundle
from ansible_collections.bseries.sra.plugins.module_utils._survey import files as survey_files
from ansible_collections.bseries.sra.plugins.module_utils._transport.transport import Response
from ansible_collections.bseries.sra.tests.unit.fuzz.shapes import documents, fuzz, json_values, only_our_errors, texts
from ansible_collections.bseries.sra.tests.unit.transport.tls_server import SITE, Authority

DEEP = "[" * 100_000
ENTRY: dict[str, t.Any] = {
    "file": "base.pkg",
    "size": 4,
    "sha256": "0" * 64,
    "name": "Base Software 3.3.2",
    "kind": "base",
    "version": "3.3.2",
    "downloaded": "2026-11-22T10:00:00Z",
    "source": "https://update.example.com",
    "key": "abcd",
    "installed_on": [],
}
DESCRIPTION: dict[str, t.Any] = {
    "file": "a.nsb",
    "host": "a.example.com",
    "port": 443,
    "size": 4,
    "sha256": "0" * 64,
    "created": "2026-11-22T10:00:00Z",
    "source": "api",
    "protected": False,
    "version": "12.1.0",
    "appliance_id": "1" * 32,
    "vault_key": None,
    "vault_key_sha256": None,
}
STEP: dict[str, t.Any] = {"id": "swing", "letter": "b", "seconds": 3.0, "ended": "2026-11-22T10:00:00Z"}
UPGRADE: dict[str, t.Any] = {
    "target": "12.2.0",
    "ids": {"a": "1", "b": "2"},
    "steps": [STEP],
    "packages": [{"letter": "a", "kind": "base", "name": "Base", "seconds": 1.0}],
    "before": {"a": {"version": "12.1.0"}},
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("files")


def contents(known: st.SearchStrategy[t.Any]) -> st.SearchStrategy[bytes]:
    """A document as JSON, sometimes broken, sometimes no JSON at all."""
    whole = known.map(lambda data: json.dumps(data).encode("utf-8", "surrogatepass"))
    cut = st.builds(lambda text, at: text[: at % (len(text) + 1)], whole, st.integers(0, 10_000))
    return st.one_of(whole, whole, cut, st.binary(max_size=60))


@fuzz
@given(
    contents(
        documents({"format": 1, "packages": [ENTRY]}) | documents(ENTRY).map(lambda e: {"format": 1, "packages": [e]})
    )
)
@example(DEEP.encode())
@example(json.dumps({"format": 1, "packages": [{**ENTRY, "size": float("inf")}]}).encode())
@example(json.dumps({"format": 1, "packages": [{**ENTRY, "version": 3}]}).encode())
@example(json.dumps({"format": 1, "packages": [{**ENTRY, "file": "../out.pkg"}]}).encode())
def test_manifests(folder: pathlib.Path, content: bytes) -> None:
    (folder / manifest.NAME).write_bytes(content)
    with only_our_errors():
        for entry in manifest.read(folder) or ():
            assert pathlib.PurePath(entry.file).name == entry.file
            manifest.damage(folder, entry)
        PackageSet.open(str(folder)).verify(("base", "product", "other"))


@fuzz
@given(contents(documents({**DESCRIPTION, "label": "a:443", "original": 50, "set_to": 5, "since": ""})))
@example(DEEP.encode())
@example(json.dumps({**DESCRIPTION, "size": "4"}).encode())
@example(json.dumps({**DESCRIPTION, "created": "2026-11-22T10:00:00"}).encode())
@example(json.dumps({**DESCRIPTION, "sha256": None, "host": ["a"]}).encode())
def test_descriptions_of_backups(folder: pathlib.Path, content: bytes) -> None:
    (folder / "a.nsb").write_bytes(b"1234")
    (folder / "a.nsb.json").write_bytes(content)
    with only_our_errors():
        found = backup_folder.backups_of(folder, "a.example.com", 443)
        for one in found:
            assert one.file == "a.nsb"
            backup_folder.is_intact(folder, one)
            assert one.time <= datetime.datetime.max.replace(tzinfo=datetime.UTC)
        backup_folder.surplus(found, 1, datetime.datetime.now(datetime.UTC))


@fuzz
@given(contents(documents({"label": "a:443", "original": 50, "set_to": 5, "since": ""})))
@example(DEEP.encode())
@example(b'{"label": "a:443", "original": true, "set_to": 5, "since": ""}')
@example(b'{"label": "a:443", "original": -1, "set_to": 5, "since": ""}')
def test_notes_of_the_limit(folder: pathlib.Path, content: bytes) -> None:
    path = folder / "note.json"
    path.write_bytes(content)
    with only_our_errors():
        note = jump_client_settings._read_note(path, "a:443")
        assert note is not None
        assert isinstance(note.original, int)
        assert 1 <= note.original <= 500


@fuzz
@given(
    contents(
        documents({"format": 1, "upgrades": [UPGRADE]})
        | documents(UPGRADE).map(lambda u: {"format": 1, "upgrades": [u]})
        | documents(STEP).map(lambda s: {"format": 1, "upgrades": [{**UPGRADE, "steps": [s]}]})
    )
)
@example(DEEP.encode())
@example(b'{"format": 1, "upgrades": [1, null, []]}')
@example(json.dumps({"format": 1, "upgrades": [{**UPGRADE, "before": [1]}]}).encode())
def test_records_of_upgrades(folder: pathlib.Path, content: bytes) -> None:
    path = folder / "record.json"
    path.write_bytes(content)
    with only_our_errors():
        data = record.read_record(path)
        upgrade = record.upgrade_of(data, "12.2.0", {"a": "1", "b": "2"})
        record.learnt(data, upgrade)
        record.measured(upgrade)
        record.production_since(upgrade, "asynchronous")
        record.before_of(upgrade, {"a": {"version": "12.1.0"}}, begun=True)
        record.note_step(upgrade, STEP, UPGRADE["packages"])
        record.write_record(path, data)


@fuzz
@given(
    contents(
        documents(
            {
                "name": "Base 3.3.2",
                "kind": "base",
                "version": "3.3.2",
                "url": "https://x/{key}",
                "fields": None,
                "validator": '"1"',
                "total": 9,
            }
        )
    )
)
@example(DEEP.encode())
@example(b'{"name": 5, "kind": "base", "version": null, "url": "x", "fields": null, "validator": null, "total": null}')
@example(
    b'{"name": "x", "kind": "base", "version": null, "url": 5, "fields": [["a", 1]], "validator": 7, "total": "9"}'
)
def test_downloads_that_broke_off(folder: pathlib.Path, content: bytes) -> None:
    (folder / ".Base-3.3.2.part").write_bytes(b"1234")
    (folder / ".x.part").write_bytes(b"1234")
    (folder / ".Base-3.3.2.part.json").write_bytes(content)
    with only_our_errors():
        for partial in download.partials(folder).values():
            partial.offer("key")
            assert partial.total is None or partial.total >= 0


@fuzz
@given(contents(documents({"format": 1, "host": "a", "port": 443, "verdicts": [], "pages": []})))
@example(DEEP.encode())
@example(b'{"verdicts": [1]}')
def test_reports_that_name_the_steps_for_people(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("reports")
    stem = survey_files.stem("a", 443)
    (folder / f"{stem}-20261122T100000Z.json").write_bytes(content)
    with only_our_errors():
        survey_files.guided_steps(folder, [("a", 443)], "asynchronous", "shared_ip")


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """The same certificate with its key in the formats that appliances export."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12

    pem = Authority(tmp_path_factory.mktemp("ca")).issue(SITE).read_bytes()
    certificate = x509.load_pem_x509_certificate(pem)
    key = serialization.load_pem_private_key(pem, None)
    secret = serialization.BestAvailableEncryption(b"secret")
    return [
        pem,
        pkcs12.serialize_key_and_certificates(b"site", t.cast(t.Any, key), certificate, None, secret),
        certificate.public_bytes(serialization.Encoding.DER),
        pkcs7.serialize_certificates([certificate], serialization.Encoding.DER),
    ]


@fuzz
@given(
    kind=st.integers(0, 3),
    changes=st.lists(st.tuples(st.integers(0, 5000), st.binary(min_size=1, max_size=3)), max_size=6),
    cut=st.none() | st.integers(0, 5000),
    passphrase=st.sampled_from([None, "secret", "wrong", "\ud800", "\x00"]),
)
def test_certificates(
    bundles: list[bytes], kind: int, changes: list[tuple[int, bytes]], cut: int | None, passphrase: str | None
) -> None:
    content = bytearray(bundles[kind])
    for place, values in changes:
        at = place % len(content)
        content[at : at + len(values)] = values
    with only_our_errors():
        bundle = open_bundle(bytes(content)[:cut], passphrase)
        assert bundle.subject is not None
        assert bundle.names is not None
        assert bundle.path
        bundle.problems(datetime.datetime.now(datetime.UTC), chain=True)
        assert bundle.serial
        assert bundle.issuer is not None


@fuzz
@given(st.binary(max_size=300), st.none() | texts)
@example(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", None)
@example(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----", "x")
@example(b"-----BEGIN PKCS7-----\nMAA=\n-----END PKCS7-----", None)
def test_certificates_that_are_none(content: bytes, passphrase: str | None) -> None:
    with pytest.raises(InputError):
        open_bundle(content, passphrase)


OFFER = Offer("Base Software 3.3.2", "base", "3.3.2", "https://update.example.com/get", None)


def answer(disposition: str | None, url: str) -> Response:
    headers = email.message.Message()
    if disposition is not None:
        headers["Content-Disposition"] = disposition
    return Response(200, url, t.cast(t.Any, headers), b"")


@fuzz
@given(st.none() | texts.map(lambda name: f'attachment; filename="{name}"') | texts, texts)
@example('attachment; filename="../../../etc/cron.d/evil"', "/x")
@example('attachment; filename="..\\\\..\\\\evil.pkg"', "/x")
@example('attachment; filename="/etc/passwd"', "/x")
@example("attachment; filename*=utf-8''%2e%2e%2fevil.pkg", "/x")
@example("attachment; filename*=nonsense'x'%ff.pkg", "/x")
@example('attachment; filename="manifest.json"', "/x")
@example('attachment; filename="MANIFEST.JSON"', "/x")
@example('attachment; filename="node-a.key"', "/x")
@example('attachment; filename=".bashrc"', "/x")
@example('attachment; filename="CON"', "/x")
@example(None, "/%2e%2e%2f%2e%2e%2fevil.pkg")
@example(None, "/a%00b.pkg")
def test_names_that_a_server_gives_to_files(disposition: str | None, path: str) -> None:
    response = answer(
        None if disposition is None else disposition.replace("\n", " ").replace("\r", " "), "https://u/" + path
    )
    with only_our_errors():
        name = download.file_name(response, OFFER)
        assert pathlib.PurePath(name).name == name
        assert not name.startswith(".")
        assert name.isascii()
        assert name.isprintable()
        assert not name.lower().endswith((".json", ".part", ".key"))


@fuzz
@given(texts, texts)
@example("..", "..")
@example("../../x", "a/b")
@example("\x00", "")
def test_names_that_are_made_of_what_others_said(host: str, label: str) -> None:
    folder = pathlib.Path("/backups")
    now = datetime.datetime(2026, 11, 22, tzinfo=datetime.UTC)
    target = backup_folder.Target(folder, None)
    for path in (
        target.path_for(host, label, now),
        record.record_path(str(folder), label),
        record.limit_note_path(str(folder), label, host),
    ):
        assert path.parent == folder
        assert "\x00" not in str(path)


@fuzz
@given(json_values)
def test_errors_are_told_as_data(value: t.Any) -> None:
    error = SraError(str(value)[:100], seen=str(value)[:100])
    assert dataclasses.is_dataclass(error) is False
    json.dumps(error.to_dict())
