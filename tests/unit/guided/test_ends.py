# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When a step by a person is done: only when the appliances show it, waited for with a deadline and with few words."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import pathlib
import typing as t

import pytest
from unit.resources import fakes
from unit.resources.fakes import Appliance, World

from ansible_collections.bseries.sra.plugins.module_utils._errors import ApiError, InputError, WaitTimeout
from ansible_collections.bseries.sra.plugins.module_utils._guided import ends, run
from ansible_collections.bseries.sra.plugins.module_utils._guided.steps import BY_NAME
from ansible_collections.bseries.sra.plugins.module_utils._records import Failover, SiteAnswer, User

ACCOUNTS = {
    "appliance_username": "admin",
    "appliance_password": "appliance-secret",
    "login_username": "admin",
    "login_password": "login-secret",
    "client_id": "id",
    "client_secret": "api-secret",
}
BASE = {"name": "Base Software 3.3.2", "kind": "base", "version": "3.3.2"}


def guide(
    world: World,
    step: str,
    device: str = "b",
    known: dict[str, t.Any] | None = None,
    timeout: float = 600,
    **more: t.Any,
) -> tuple[dict[str, t.Any], list[str]]:
    """Wait for a step of the pair a, b; the lines that were said."""
    said: list[str] = []
    options = run.Options(
        step=step,
        planned={"device": device, "title": step, "packages": more.pop("packages", [])},
        a={"host": "a", **ACCOUNTS},
        b={"host": "b", **ACCOUNTS},
        names={"a": "node-a", "b": "node-b"},
        known=known or {},
        timeout=timeout,
        target_version="12.2.0",
        **more,
    )
    return run.wait(options, more.get("file"), said.append, world.connect(), world.clock), said


def pair(world: World) -> tuple[Appliance, Appliance]:
    return world.add("a", appliance_id="a" * 32), world.add("b", appliance_id="b" * 32)


def after(world: World, seconds: float, act: t.Callable[[], None]) -> None:
    """Let something happen when that much time has passed."""
    start, sleep = world.clock.now(), world.clock.sleep
    pending = [act]

    def slept(length: float) -> None:
        sleep(length)
        if pending and world.clock.now() - start >= seconds:
            pending.pop()()

    world.clock.sleep = slept  # type: ignore[method-assign]


def test_an_update_is_done_with_product_and_base(world: World) -> None:
    _a, b = pair(world)
    after(world, 100, lambda: setattr(b, "product", "12.2.0"))
    with pytest.raises(WaitTimeout) as caught:
        guide(world, "update_b", packages=[BASE], timeout=300)
    assert "Base 3.2.4" in str(caught.value.seen)
    b.base = "3.3.2"
    _result, said = guide(world, "update_b", packages=[BASE])
    assert b.writes == []
    assert said == []


def test_pages_are_looked_at_seldom_and_with_one_sign_in(world: World) -> None:
    _a, b = pair(world)
    b.product = "12.2.0"
    after(world, 1200, lambda: setattr(b, "base", "3.3.2"))
    guide(world, "update_b", packages=[BASE], timeout=3600)
    assert b.sign_ins == {"appliance": 1, "login": 0}


def test_an_appliance_that_is_away_is_waited_for(world: World) -> None:
    _a, b = pair(world)
    b.unreachable = True

    def back() -> None:
        b.unreachable, b.product = False, "12.2.0"

    after(world, 900, back)
    _result, said = guide(world, "update_b", timeout=3600)
    assert len(said) == 2, "one line when it went away, one in ten minutes"
    assert "not answering" in said[0]


def test_a_separation_is_seen_on_both_sides(world: World) -> None:
    a, b = pair(world)
    a.failover, b.failover = Failover(True, "primary"), Failover(True, "backup")
    after(world, 50, lambda: setattr(a, "failover", Failover(False, "none")))
    with pytest.raises(WaitTimeout, match="separate, done by a person") as caught:
        guide(world, "separate", "a", timeout=100)
    assert caught.value.seen == "a:443 has failover role none, b:443 has failover role backup"
    b.failover = Failover(False, "none")
    guide(world, "separate", "a")


def test_a_relationship_needs_the_right_primary(world: World) -> None:
    a, b = pair(world)
    a.failover, b.failover = Failover(True, "primary"), Failover(True, "backup")
    with pytest.raises(WaitTimeout):
        guide(world, "establish", "b", timeout=30)
    a.failover, b.failover = b.failover, a.failover
    guide(world, "establish", "b")


def test_a_sync_is_later_than_the_one_known_before(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pair(world)
    synced = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
    told = [synced]
    health = fakes.FakeApi.health
    monkeypatch.setattr(fakes.FakeApi, "health", lambda self: dataclasses.replace(health(self), last_data_sync=told[0]))
    known = {"a": {"health": {"last_data_sync": "2026-11-22T12:00:00Z"}}}
    with pytest.raises(WaitTimeout):
        guide(world, "sync", "a", known, timeout=60)
    after(world, 20, lambda: told.__setitem__(0, synced + datetime.timedelta(minutes=5)))
    guide(world, "sync", "a", known, timeout=60)
    guide(world, "final_sync", "a", known, timeout=60)


def test_without_word_from_the_api_the_page_tells_of_the_sync(world: World) -> None:
    a, _b = pair(world)
    a.failover = Failover(True, "primary", last_sync_text="2026-11-22 12:00")
    known = {"a": {"health": {}, "failover": {"last_sync_text": "2026-11-22 12:00"}}}
    with pytest.raises(WaitTimeout):
        guide(world, "sync", "a", known, timeout=60)
    a.failover = Failover(True, "primary", last_sync_text="2026-11-22 12:30")
    guide(world, "sync", "a", known, timeout=60)


def test_a_verification_needs_a_session(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _a, b = pair(world)
    b.product = "12.2.0"
    monkeypatch.setattr(fakes.FakeApi, "users", lambda _self: (User(1, "Ada", session_count=0),))
    with pytest.raises(WaitTimeout, match="verify_b"):
        guide(world, "verify_b", timeout=30)
    monkeypatch.setattr(fakes.FakeApi, "users", lambda _self: (User(1, "Ada", session_count=1),))
    guide(world, "verify_b", timeout=30)


def test_the_swing_is_seen_from_outside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pair(world)
    answers = [SiteAnswer("access", None, 443, True, "a" * 32), SiteAnswer("access", None, 443, False, error="refused")]
    answers += [SiteAnswer("access", None, 443, True, "b" * 32)]
    monkeypatch.setattr(ends, "probe_site", lambda *_given, **_more: answers.pop(0))
    known = {"a": {"appliance_id": "a" * 32, "host": "192.0.2.11"}, "b": {"appliance_id": "b" * 32}}
    _result, said = guide(world, "swing", "both", known, site=ends.Site("access"))
    assert "answered by device A (192.0.2.11)" in said[0]
    assert "nobody answers" in said[1]
    assert answers == []


def test_a_swing_without_a_site_cannot_be_seen(world: World) -> None:
    pair(world)
    with pytest.raises(InputError, match="sra_site_hostname"):
        guide(world, "swing", "both")


def test_a_backup_is_taken_when_it_is_complete_and_one(world: World, tmp_path: pathlib.Path) -> None:
    pair(world)
    path = tmp_path / "backups" / "node-b.nsb"
    content = b"\x01backup" * 1000
    after(world, 10, lambda: t.cast("None", path.write_bytes(content)))
    result = _backup(world, path)
    assert result["backup"] == {"path": str(path), "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_page_is_no_backup(world: World, tmp_path: pathlib.Path) -> None:
    pair(world)
    path = tmp_path / "node-b.nsb"
    path.write_text("<!doctype html><html><body>Please sign in</body></html>", encoding="utf-8")
    with pytest.raises(ApiError, match="not a backup"):
        _backup(world, path)


def _backup(world: World, path: pathlib.Path) -> dict[str, t.Any]:
    options = run.Options(
        step="backup_b",
        planned={"device": "b", "title": "Back up device B"},
        a={"host": "a", **ACCOUNTS},
        b={"host": "b", **ACCOUNTS},
        names={"a": "node-a", "b": "node-b"},
        known={},
        timeout=600,
        backup_dir=str(path.parent),
    )
    return run.wait(options, str(path), lambda _text: None, world.connect(), world.clock)


def test_what_waiting_cannot_mend_ends_the_wait(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    pair(world)

    def refused(_self: t.Any) -> t.Any:
        raise ApiError("forbidden", status=403)

    monkeypatch.setattr(fakes.FakeApi, "own_entry", refused)
    with pytest.raises(ApiError, match="forbidden"):
        guide(world, "separate", "a")


def test_an_update_to_an_unknown_version_is_refused_at_once(world: World) -> None:
    pair(world)
    options = run.Options("update_b", {"device": "b"}, {"host": "a"}, {"host": "b", **ACCOUNTS}, {}, {}, 10)
    with pytest.raises(InputError, match="which version"):
        run.wait(options, None, lambda _text: None, world.connect(), world.clock)


def test_every_guided_step_has_an_end() -> None:
    assert set(ends._ENDS) == set(BY_NAME)
