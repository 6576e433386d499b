# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Peers that their device A describes, results for a platform, and inventories explained."""

from __future__ import annotations

import pathlib
import typing as t

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._lane.explain import explain
from ansible_collections.bseries.sra.plugins.module_utils._lane.peer import describe_peer
from ansible_collections.bseries.sra.plugins.module_utils._lane.results import files_to_keep, results

PEER = {"name": "berlin2", "host": "192.0.2.12", "port": 8443}
GROUPS = {"all": ["berlin1", "wien1"], "device_a": ["berlin1", "wien1"], "device_b": [], "europe": ["berlin1"]}


def hostvars(**own: t.Any) -> dict[str, dict[str, t.Any]]:
    return {"berlin1": {"sra_pair": "berlin", "sra_peer": PEER, **own}, "wien1": {"sra_pair": "wien"}}


def test_a_peer_joins_the_groups_of_its_lane() -> None:
    peer = describe_peer("berlin1", PEER, hostvars(), GROUPS)
    assert (peer.name, peer.groups) == ("berlin2", ("device_b", "europe"))
    assert peer.variables == {"sra_host": "192.0.2.12", "sra_port": 8443, "sra_pair": "berlin"}


def test_a_peer_without_a_name_is_called_by_its_address() -> None:
    assert describe_peer("berlin1", {"host": "192.0.2.12"}, hostvars(), GROUPS).name == "192.0.2.12"


@pytest.mark.parametrize(
    ("peer", "said"),
    [
        ("192.0.2.12", "describes no device"),
        ({"name": "berlin2"}, "describes no device"),
        ({"name": "berlin1", "host": "192.0.2.12"}, "another host"),
        ({"name": "wien1", "host": "192.0.2.12"}, "another host"),
    ],
)
def test_what_is_no_peer_is_refused_by_name(peer: t.Any, said: str) -> None:
    with pytest.raises(InputError, match=said) as caught:
        describe_peer("berlin1", peer, hostvars(), GROUPS)
    assert "berlin1" in str(caught.value)


def test_two_lanes_cannot_have_the_same_peer() -> None:
    hosts = hostvars()
    hosts["wien1"]["sra_peer"] = {"name": "berlin2", "host": "192.0.2.22"}
    with pytest.raises(InputError, match="berlin1 and wien1 name the same peer"):
        describe_peer("berlin1", PEER, hosts, GROUPS)


LANE: dict[str, t.Any] = {"a": "berlin1", "b": "berlin2", "label": "berlin", "settings": {}}


@pytest.mark.parametrize(
    ("run", "plan", "failure", "outcome"),
    [
        ({}, {"done": True}, None, "done"),
        ({}, {"waiting_for": "confirmation"}, None, "waits for confirmation"),
        ({"held": "Now is outside every window."}, {}, None, "waits for time"),
        ({}, {"waiting_for": "soak"}, None, "waits for time"),
        ({}, {"waiting_for": "confirmation"}, "update_b: no", "failed"),
        ({}, {}, None, "to do"),
    ],
)
def test_results_say_how_the_run_ended(run: t.Any, plan: t.Any, failure: str | None, outcome: str) -> None:
    assert results(LANE, run, {}, plan, "asynchronous", failure=failure)["outcome"] == outcome


def test_results_hold_no_more_of_a_device_than_is_needed() -> None:
    state = {"a": {"host": "192.0.2.11", "version": "12.1.0", "network": {"addresses": []}}, "b": None}
    assert results(LANE, {}, state, {}, "single")["devices"] == {
        "a": {"host": "192.0.2.11", "version": "12.1.0", "base_version": None, "failover_role": None}
    }


PAGE = "192.0.2.11-443-appliance-updates-20260102T000000Z.html"
EVIDENCE = "evidence-192.0.2.11-443-20260102T000000Z.json"


def test_files_to_keep_are_those_of_this_run_and_pair_that_exist(tmp_path: pathlib.Path) -> None:
    own = (
        "one.nsb",
        "berlin.upgrades.json",
        "reports/berlin/12.2.0/report.html",
        f"reports/{PAGE}",
        f"reports/{EVIDENCE}",
    )
    foreign = (
        "reports/wien/12.2.0/report.html",
        f"reports/{PAGE.replace('11', '21')}",
        f"reports/1{PAGE}",
        "reports/x",
    )
    for name in (*own, *foreign):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    settings = {
        "record": str(tmp_path / "berlin.upgrades.json"),
        "limit_notes": {"berlin1": str(tmp_path / "not-there.json")},
        "report_dir": str(tmp_path / "reports"),
        "reports": str(tmp_path / "reports" / "berlin"),
        "in_names": ["192.0.2.11-443", "192.0.2.12-443"],
    }
    run = {"started": "2026-01-01T00:00:00Z", "all_backups": [{"path": str(tmp_path / "one.nsb")}]}
    kept = files_to_keep({**LANE, "settings": settings}, run)
    assert set(kept) == {str(tmp_path / name) for name in own}
    later = files_to_keep({**LANE, "settings": settings}, {**run, "started": "2999-01-01T00:00:00Z"})
    assert [pathlib.Path(path).name for path in later] == ["one.nsb", "berlin.upgrades.json"]


def test_a_device_b_without_its_device_a_is_named() -> None:
    hosts = {"berlin2": {"sra_pair": "berlin", "sra_host": "192.0.2.12"}, "pc": {}}
    said = explain(hosts, {"all": ["berlin2", "pc"], "device_a": [], "device_b": ["berlin2"]})
    assert said["problems"] > 0
    assert "! berlin2 (sra_pair='berlin') is in device_b, but no device A of that pair" in said["text"]
