# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The swing by NAT (ASYNC-7) with the collection's tasks file and a real nftables between the playbook and the devices."""

from __future__ import annotations

import contextlib
import json
import subprocess
import typing as t

from .conftest import Lab, clients_follow
from .network import INSIDE, SITE, firewall, need_firewall

StartLab = t.Callable[..., Lab]
CONFIRMED = ("-e", "sra_confirmed=true")


def target(nft: list[str]) -> str:
    listed = subprocess.run([*nft, "-j", "list", "map", "ip", "nat", "sra_site"], capture_output=True, check=True)
    maps = [entry["map"] for entry in json.loads(listed.stdout)["nftables"] if "map" in entry]
    found: str = dict(maps[0]["elem"])[SITE]
    return found


def test_a_whole_upgrade_with_a_nat_swing_and_back(start_lab: StartLab) -> None:
    need_firewall()
    a, b = f"{INSIDE}.11", f"{INSIDE}.12"
    with firewall(a) as nft, contextlib.ExitStack() as stack:
        pair = {"name": "one", "site": {"shared_ip": None}, "a": {"address": a}, "b": {"address": b}}
        lab = start_lab(
            {"pairs": [pair]},
            sra_swing_method="nat",
            sra_swing_tasks="bseries.sra.swing_nftables",
            sra_site_address=SITE,
            sra_nft_site_address=SITE,
            sra_nft_command=nft,
        )
        stack.enter_context(clients_follow(lab, lambda: target(nft)))
        first = lab.play("upgrade_asynchronous")
        assert first.status == 0, first.output
        assert target(nft) == b
        back = lab.play("swing_back")
        assert back.status == 0, back.output
        assert target(nft) == a
        checked = lab.play("upgrade_asynchronous", "--check", *CONFIRMED)
        assert target(nft) == a
        real = lab.play("upgrade_asynchronous", *CONFIRMED)
        assert real.status == 0, real.output
        assert target(nft) == b
        assert checked.changed("one-a") == real.changed("one-a")
        again = lab.play("upgrade_asynchronous", *CONFIRMED)
        assert again.status == 0, again.output
        assert {counts["changed"] for counts in again.recap.values()} == {0}
        assert lab.simulator.violations() == []
