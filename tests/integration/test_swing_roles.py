# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Production moves within a pair that stays together, and back from a stand-alone device B, by the shared IP."""

from __future__ import annotations

import typing as t

from .conftest import Lab

StartLab = t.Callable[..., Lab]


def changes(outcome: t.Any) -> set[int]:
    return {counts["changed"] for counts in outcome.recap.values()}


def test_the_roles_of_a_pair_are_swapped_there_and_back(start_lab: StartLab) -> None:
    lab = start_lab(sra_swing_role_swap=True)
    for playbook, primary, backup in (("swing", "b", "a"), ("swing_back", "a", "b")):
        checked = lab.play(playbook, "--check")
        assert checked.status == 0, checked.output
        assert lab.device(backup)["role"] == "primary"
        outcome = lab.play(playbook)
        assert outcome.status == 0, outcome.output
        assert "utomatic failover" in outcome.output
        assert (lab.device(primary)["role"], lab.device(backup)["role"]) == ("primary", "backup")
        assert lab.device(primary)["shared_ip_enabled"]
        assert not lab.device(backup)["shared_ip_enabled"]
        assert changes(outcome) == changes(checked) != {0}
        again = lab.play(playbook)
        assert again.status == 0, again.output
        assert changes(again) == {0}
    assert lab.simulator.violations() == []


def test_the_shared_ip_is_swung_back_during_the_soak(start_lab: StartLab) -> None:
    lab = start_lab({"pairs": [{"name": "one", "both": {"skin": "randomised"}}], "seed": 7})
    assert lab.play("upgrade_asynchronous").status == 0
    back = lab.play("swing_back")
    assert back.status == 0, back.output
    assert "AT STAKE" in back.output
    assert lab.device("a")["shared_ip_enabled"]
    assert not lab.device("b")["shared_ip_enabled"]
    assert changes(lab.play("swing_back")) == {0}
    assert lab.simulator.violations() == []
