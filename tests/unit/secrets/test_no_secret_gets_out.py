# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret leaves a module, whatever goes wrong: every option that holds one is known, masked and kept out of results."""

from __future__ import annotations

import base64
import html
import importlib
import json
import os
import pathlib
import secrets as random_secrets
import stat
import sys
import typing as t
import urllib.parse
from collections.abc import Iterator

import pytest

from ansible_collections.bseries.sra.plugins.module_utils import _module
from ansible_collections.bseries.sra.plugins.module_utils._errors import SraError
from ansible_collections.bseries.sra.plugins.module_utils._lane.record import write_record
from ansible_collections.bseries.sra.plugins.module_utils._offline import manifest
from ansible_collections.bseries.sra.plugins.module_utils._resources import _backup_folder, jump_client_settings
from ansible_collections.bseries.sra.plugins.module_utils._transport.files import atomic_file
from ansible_collections.bseries.sra.plugins.module_utils._web.dom import parse_html
from ansible_collections.bseries.sra.plugins.module_utils._web.saving import save_page

ROOT = pathlib.Path(__file__).parents[3]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py") if path.stem != "__init__")
PACKAGE = "ansible_collections.bseries.sra.plugins.modules"


def marked(name: str) -> str:
    """A secret like no other text, with every character that an encoding changes."""
    return f"{name}<{random_secrets.token_hex(6)}>&\"'+/%é {{x}}\\"


def forms(secret: str) -> set[str]:
    """The spellings in which a secret may get out."""
    raw = secret.encode()
    return {
        secret,
        urllib.parse.quote(secret, safe=""),
        urllib.parse.quote(secret),
        urllib.parse.quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
    }


def pieces(secret: str) -> set[str]:
    """What is left of the secret in the Base64 of a longer text, as in HTTP Basic, wherever it stands there."""
    raw = secret.encode()
    return {base64.b64encode(b"u" * shift + raw + b"zzz").decode()[4 * (shift > 0) : -8] for shift in range(3)}


def in_texts(secret: str) -> set[str]:
    """Texts that hold the secret in all spellings."""
    raw = secret.encode()
    return forms(secret) | {base64.b64encode(b"u" * shift + raw + b"zzz").decode() for shift in range(3)}


def specification(name: str) -> dict[str, t.Any]:
    return t.cast(dict[str, t.Any], getattr(importlib.import_module(f"{PACKAGE}.{name}"), "ARGUMENT_SPEC", {}))


def secret_options(spec: t.Mapping[str, t.Any], path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of all options that are not to be logged, nested ones included."""
    for name, option in spec.items():
        if option.get("no_log"):
            yield (*path, name)
        yield from secret_options(option.get("options") or {}, (*path, name))


SECRET_OPTIONS = [(module, path) for module in MODULES for path in secret_options(specification(module))]


def put(params: dict[str, t.Any], path: tuple[str, ...], value: t.Any) -> dict[str, t.Any]:
    inner = params
    for name in path[:-1]:
        inner = inner.setdefault(name, {})
    inner[path[-1]] = value
    return params


def test_there_are_secret_options() -> None:
    assert len(SECRET_OPTIONS) > 60


@pytest.mark.parametrize("module", MODULES)
def test_options_that_look_like_secrets_are_not_logged(module: str) -> None:
    def walk(spec: t.Mapping[str, t.Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for name, option in spec.items():
            looks = any(word in name for word in ("password", "passphrase", "secret", "token")) or name in (
                "key",
                "private_key",
            )
            if looks and option.get("type", "str") in ("str", "raw") and not option.get("no_log"):
                yield (*path, name)
            yield from walk(option.get("options") or {}, (*path, name))

    assert list(walk(specification(module), ())) == []


@pytest.mark.parametrize(
    ("module", "path"), SECRET_OPTIONS, ids=lambda value: value if isinstance(value, str) else ".".join(value)
)
def test_a_secret_is_masked_in_every_way_out(module: str, path: tuple[str, ...]) -> None:
    secret = marked(path[-1])
    params = put({}, path, secret)
    everything = "; ".join(sorted(in_texts(secret)))

    def succeed(_params: t.Any, _check_mode: bool, _connect: t.Any) -> dict[str, t.Any]:
        return {
            "changed": True,
            "text": everything,
            "diff": {"before": everything, "after": {everything: [everything]}},
            "warnings": [everything],
        }

    def refuse(_params: t.Any, _check_mode: bool, _connect: t.Any) -> dict[str, t.Any]:
        raise SraError(everything, seen=everything, candidates=[everything], advice=everything)

    def interrupt(_params: t.Any, _check_mode: bool, _connect: t.Any) -> dict[str, t.Any]:
        raise _module.Interrupted(SraError(everything), {"installed": [everything]})

    def break_down(_params: t.Any, _check_mode: bool, _connect: t.Any) -> dict[str, t.Any]:
        raise RuntimeError(everything)

    for run in (succeed, refuse, interrupt, break_down):
        told = _module.execute(t.cast(t.Any, run), params, check_mode=False, diff=True)
        written = json.dumps(told, ensure_ascii=False) + json.dumps(told) + str(told)
        assert not [form for form in forms(secret) | pieces(secret) if form in written]


@pytest.fixture
def creations(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> Iterator[list[tuple[str, int]]]:
    """Every file below the folder with its permissions at the moment at which it is made, without help of the umask."""
    made: list[tuple[str, int]] = []
    real = os.open

    def watched(path: t.Any, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        descriptor = real(path, flags, mode, dir_fd=dir_fd)
        makes = flags & os.O_CREAT or flags & os.O_TMPFILE == os.O_TMPFILE
        if makes and str(path).startswith(str(tmp_path)):
            made.append((str(path), stat.S_IMODE(os.fstat(descriptor).st_mode)))
        return descriptor

    active = True

    def audit(event: str, args: tuple[t.Any, ...]) -> None:
        # What is not opened by os.open has the permissions that the umask leaves.
        if (
            active
            and event == "open"
            and isinstance(args[1], str)
            and set(args[1]) & set("wax+")
            and str(args[0]).startswith(str(tmp_path))
        ):
            made.append((str(args[0]), 0o666))

    monkeypatch.setattr(os, "open", watched)
    sys.addaudithook(audit)
    before = os.umask(0)
    yield made
    os.umask(before)
    active = False


def test_private_files_are_private_from_their_first_byte(
    creations: list[tuple[str, int]], tmp_path: pathlib.Path
) -> None:
    folder = tmp_path / "private"
    _backup_folder.Target(folder, None).prepare()
    with atomic_file(folder / "backup.nsb") as file:
        file.write(b"secret")
    write_record(folder / "record.json", {"format": 1, "upgrades": []})
    jump_client_settings._write_note(folder / "note.json", jump_client_settings.Note("a:443", 50, 5, "now"))
    manifest.write(folder, [])
    save_page(tmp_path / "pages", "a", "updates", parse_html(b"<p>Hello</p>"), str)
    assert len(creations) == 5
    assert {mode for _path, mode in creations} == {0o600}
    for made in (folder, tmp_path / "pages"):
        assert stat.S_IMODE(made.stat().st_mode) == 0o700
        assert {stat.S_IMODE(path.stat().st_mode) for path in made.iterdir()} == {0o600}


def test_the_watch_sees_what_is_open_to_others(creations: list[tuple[str, int]], tmp_path: pathlib.Path) -> None:
    (tmp_path / "open").write_text("x")
    assert [mode for _path, mode in creations] == [0o666]
