# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module's resource against a real BIND 9: what it changes, what it proves, and what it says where it cannot."""

from __future__ import annotations

import base64
import pathlib
import typing as t

import pytest
from unit.dns.conftest import Zone
from unit.dns.name_server import KEY_NAME, ZONE, free_port

from ansible_collections.bseries.sra.plugins.module_utils._dns.client import DnsClient
from ansible_collections.bseries.sra.plugins.module_utils._dns.model import Key, RecordSet, parse_server
from ansible_collections.bseries.sra.plugins.module_utils._errors import (
    AuthenticationError,
    InputError,
    PermissionMissing,
    SraError,
    StateError,
    TransportError,
    WaitTimeout,
)
from ansible_collections.bseries.sra.plugins.module_utils._module import Connection, Interrupted, execute
from ansible_collections.bseries.sra.plugins.module_utils._resources import dns_record
from ansible_collections.bseries.sra.plugins.modules.dns_record import ARGUMENT_SPEC

A, B = "192.0.2.11", "192.0.2.12"


def options(zone: Zone, /, **changes: t.Any) -> dict[str, t.Any]:
    return {
        **{name: t.cast("dict[str, t.Any]", spec).get("default") for name, spec in ARGUMENT_SPEC.items()},
        "server": zone.primary.address,
        "port": zone.primary.port,
        "zone": ZONE,
        "record": "access",
        "key_name": KEY_NAME,
        "key_secret": zone.secret,
        "wait_timeout": 20,
        "timeout": 3.0,
        **changes,
    }


def no_appliance(_params: t.Any) -> Connection:
    raise AssertionError("no appliance may be contacted")


def run(zone: Zone, /, *, check_mode: bool = False, **changes: t.Any) -> dict[str, t.Any]:
    return dns_record.run(options(zone, **changes), check_mode, no_appliance)


def failure(zone: Zone, /, **changes: t.Any) -> SraError:
    serial = zone.primary.serial()
    with pytest.raises(SraError) as caught:
        run(zone, **changes)
    assert zone.primary.serial() == serial, "a refused change leaves no trace"
    assert zone.secret not in str(caught.value)
    return caught.value


def test_moves_the_record_once_and_proves_it_everywhere(zone: Zone) -> None:
    everybody = {"nameservers": [zone.primary.label, zone.secondary.label], "resolvers": [zone.resolver.label]}
    move: dict[str, t.Any] = {"address": B, "replaces": [A, B], "ttl": 60, **everybody}
    checked = run(zone, check_mode=True, **move)
    assert zone.primary.ask(f"access.{ZONE}") == [(A, 300)]
    result = run(zone, **move)
    assert result["changed"]
    assert checked["changed"]
    assert checked["diff"] == result["diff"]
    assert result["before"]["addresses"] == [A]
    assert [(row["kind"], row["addresses"]) for row in result["servers"]] == [
        ("authoritative", [B]),
        ("authoritative", [B]),
        ("resolver", [B]),
    ]
    assert zone.secondary.ask(f"access.{ZONE}") == [(B, 60)]
    serial = zone.primary.serial()
    again = run(zone, **move)
    assert not again["changed"]
    assert zone.primary.serial() == serial


def test_only_the_ttl(zone: Zone) -> None:
    assert run(zone, ttl=30)["changed"]
    assert zone.primary.ask(f"access.{ZONE}") == [(A, 30)]
    assert not run(zone, ttl=30)["changed"]
    assert not run(zone, ttl=30, check_mode=True)["changed"]
    assert run(zone, ttl=30, check_mode=True, assume_ttl=300)["changed"]


def test_an_ipv6_address(zone: Zone) -> None:
    result = run(zone, record="six", address="2001:DB8:0::12", replaces=["2001:db8::11"])
    assert (result["type"], result["after"]["addresses"]) == ("AAAA", ["2001:db8::12"])


def test_waits_for_the_old_ttl(zone: Zone) -> None:
    run(zone, ttl=2, verify=False)
    result = run(zone, address=B, wait_for_ttl=True)
    assert 2 <= result["seconds"] < 15


def test_the_ttl_of_before_is_remembered_waited_for_and_put_back(zone: Zone, tmp_path: pathlib.Path) -> None:
    note = str(tmp_path / "notes" / "one.json")
    run(zone, ttl=8, verify=False)
    assert run(zone, ttl=1, remember=note, check_mode=True)["old_ttl_left"] == 0
    assert not (tmp_path / "notes").exists()
    lowered = run(zone, ttl=1, remember=note)
    assert (lowered["original_ttl"], lowered["changed"]) == (8, True)
    assert (tmp_path / "notes" / "one.json").stat().st_mode & 0o777 == 0o600
    looked = run(zone, address=B, ttl=1, remember=note, check_mode=True)
    assert 4 <= looked["old_ttl_left"] <= 8
    moved = run(zone, address=B, ttl=1, remember=note, wait_for_ttl=True)
    assert looked["old_ttl_left"] - 2 <= moved["seconds"] < 15
    assert run(zone, address=B, ttl=1, remember=note, wait_for_ttl=True)["old_ttl_left"] == 0
    restored = run(zone, state="restored", remember=note)
    assert (restored["changed"], zone.primary.ask(f"access.{ZONE}")) == (True, [(B, 8)])
    assert not (tmp_path / "notes" / "one.json").exists()
    serial = zone.primary.serial()
    assert not run(zone, state="restored", remember=note)["changed"]
    assert zone.primary.serial() == serial


def test_a_ttl_that_somebody_else_has_set_since_is_left_or_remembered_anew(zone: Zone, tmp_path: pathlib.Path) -> None:
    note = str(tmp_path / "one.json")
    run(zone, ttl=60, remember=note)
    run(zone, ttl=900, verify=False)
    assert not run(zone, state="restored", remember=note)["changed"]
    assert zone.primary.ask(f"access.{ZONE}") == [(A, 900)]
    run(zone, ttl=60, remember=note)
    run(zone, ttl=700, verify=False)
    assert run(zone, ttl=60, remember=note)["original_ttl"] == 700, "lowered once more, from another TTL"
    assert run(zone, state="restored", remember=note, ttl=120)["after"]["ttl"] == 120
    assert not (tmp_path / "one.json").exists()


@pytest.mark.parametrize(
    "text", ["", "{}", '{"record": "other.", "type": "A", "original": 1, "set_to": 1, "since": "x"}']
)
def test_a_note_that_tells_nothing_stops_before_anything_is_changed(
    zone: Zone, tmp_path: pathlib.Path, text: str
) -> None:
    path = tmp_path / "one.json"
    path.write_text(text)
    for change in ({"state": "restored"}, {"ttl": 60}):
        assert "which TTL" in str(failure(zone, remember=str(path), **change))
    assert path.exists()


def test_a_cached_old_answer_ends_the_wait_by_name(zone: Zone) -> None:
    zone.resolver.ask(f"access.{ZONE}")
    zone_of_ttl = options(zone, address=B, resolvers=[zone.resolver.label], wait_timeout=1)
    run(zone, ttl=1, verify=False)
    with pytest.raises(Interrupted) as caught:
        dns_record.run(zone_of_ttl, False, no_appliance)
    assert isinstance(caught.value.error, WaitTimeout)
    assert f"{zone.resolver.label} (resolver) answers {A}" in str(caught.value.error)
    assert caught.value.result["changed"]


def test_a_stopped_secondary_is_named(zone: Zone) -> None:
    zone.secondary.stop()
    run(zone, ttl=1, verify=False)
    with pytest.raises(Interrupted) as caught:
        run(zone, address=B, nameservers=[zone.primary.label, zone.secondary.label], wait_timeout=1)
    assert zone.secondary.label in str(caught.value.error)


def test_a_key_that_the_server_does_not_know(zone: Zone) -> None:
    wrong = base64.b64encode(b"w" * 32).decode()
    for change in ({"key_secret": wrong}, {"key_name": "stranger"}, {"key_algorithm": "hmac-sha512"}):
        error = failure(zone, address=B, **change)
        assert isinstance(error, AuthenticationError)
        assert "does not accept the key" in str(error)
        assert wrong not in str(error)


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"record": "ns1", "address": B}, PermissionMissing, "REFUSED"),
        ({"key_name": None, "key_secret": None, "address": B}, PermissionMissing, "without a key"),
        ({"zone": "nowhere.test", "address": B}, InputError, "serves no zone nowhere.test."),
        ({"zone": f"access.{ZONE}", "record": "@", "address": B}, InputError, f"in the zone {ZONE}."),
        ({"record": "alias", "address": B}, StateError, "alias (CNAME)"),
        ({"record": "gone", "address": B, "replaces": [A]}, StateError, "has no A record"),
        ({"address": B, "replaces": ["192.0.2.99", B]}, StateError, "neither device"),
        ({"record": "access.elsewhere.test.", "address": B}, InputError, "not in the zone"),
        ({"address": "access-b"}, InputError, "no IP address"),
        ({"address": B, "key_secret": "not base64!"}, InputError, "no base64"),
        ({"address": B, "key_name": None}, InputError, "belong together"),
        ({"address": B, "key_algorithm": "rot13"}, InputError, "no TSIG algorithm"),
        ({}, InputError, "nothing to make"),
    ],
)
def test_each_refusal_is_named(zone: Zone, change: dict[str, t.Any], kind: type[SraError], said: str) -> None:
    error = failure(zone, **change)
    assert isinstance(error, kind), error
    assert said in str(error)


def test_a_server_that_is_down_or_not_authoritative(zone: Zone) -> None:
    down = failure(zone, address=B, port=free_port())
    assert isinstance(down, TransportError)
    assert "does not answer" in str(down)
    with pytest.raises((StateError, InputError)) as caught:
        run(zone, address=B, server=zone.resolver.address, port=zone.resolver.port, key_name=None, key_secret=None)
    assert "authoritative" in str(caught.value) or "serves no zone" in str(caught.value)


def test_a_change_by_somebody_else_in_between_is_not_overwritten(zone: Zone) -> None:
    client = DnsClient(parse_server(zone.primary.label), Key(KEY_NAME, zone.secret), timeout=3.0)
    stale = RecordSet(f"access.{ZONE}.", "A", ("192.0.2.50",), 300)
    with pytest.raises(StateError, match="changed by somebody else"):
        client.update(ZONE, stale, RecordSet(stale.name, "A", (B,), 60))
    assert zone.primary.ask(f"access.{ZONE}") == [(A, 300)]


def test_a_lost_answer_is_looked_up_not_sent_again(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = []
    update = DnsClient.update

    def lose(self: DnsClient, *args: t.Any) -> None:
        sent.append(args)
        update(self, *args)
        raise TransportError("the answer was lost")

    monkeypatch.setattr(DnsClient, "update", lose)
    assert run(zone, address=B)["changed"]
    assert len(sent) == 1
    assert zone.primary.ask(f"access.{ZONE}") == [(B, 300)]


def test_no_secret_in_any_result(zone: Zone) -> None:
    for change in ({"address": B}, {"address": B, "key_secret": zone.secret[::-1]}, {"server": zone.secret}):
        params = options(zone, **change)
        outcome = execute(dns_record.run, params, check_mode=False, diff=True)
        assert params["key_secret"] not in str(outcome)
