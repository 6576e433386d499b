# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a person is told: exact, complete, in the language of the pages; and which steps may be named."""

from __future__ import annotations

import pytest

from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError
from ansible_collections.bseries.sra.plugins.module_utils._guided.by_hand import Side, Task, caption, instruction, way
from ansible_collections.bseries.sra.plugins.module_utils._guided.steps import can_do_without, expand, subset_of
from ansible_collections.bseries.sra.plugins.module_utils._plan.moves import MOVES
from ansible_collections.bseries.sra.plugins.module_utils._plan.steps import STEP_IDS

ENGLISH = {"appliance": "en", "login": "en"}
GERMAN = {"appliance": "de", "login": "de"}
A = Side("a", "node-a", "192.0.2.11", 443, ENGLISH)
B = Side("b", "node-b", "2001:db8::12", 8443, GERMAN)


def text(step: str, here: Side, peer: Side | None = None, **more: str) -> str:
    return "\n".join(instruction(Task(step, here, peer, target_version="12.2.0", **more)))


def test_an_update_names_address_menu_buttons_and_order() -> None:
    told = "\n".join(instruction(Task("update_b", B, A, "12.2.0", ("Base Software 3.3.2", "Bomgar-12.2.0"))))
    assert "https://[2001:db8::12]:8443/appliance" in told
    assert "/appliance > Aktualisierungen" in told
    assert '"Auf Aktualisierungen prüfen"' in told
    assert '"Diese Aktualisierung installieren" in this order: Base Software 3.3.2, Bomgar-12.2.0' in told
    assert "do NOT restart" in told
    assert "device B (node-b) runs version 12.2.0" in told


def test_the_shared_ip_is_never_on_both() -> None:
    told = instruction(
        Task("swing", B, A, swing_method="shared_ip", shared_ip="192.0.2.10", site_hostname="access.example.com")
    )
    untick = next(index for index, line in enumerate(told) if "untick" in line)
    tick = next(index for index, line in enumerate(told) if " tick " in line)
    assert untick < tick
    assert 'On device A (node-a): at 192.0.2.10 untick "Enabled"' in told[untick]
    assert 'on device B (node-b): at 192.0.2.10 tick "Aktiviert"' in told[tick]
    assert "Never have it enabled on both" in told[tick]


@pytest.mark.parametrize(("method", "said"), [("dns", "DNS record of access.example.com"), ("nat", "NAT entry")])
def test_other_swings_name_what_to_point_where(method: str, said: str) -> None:
    told = text("swing", B, A, swing_method=method, site_hostname="access.example.com")
    assert said in told
    assert "2001:db8::12" in told
    assert "answered by device B" in told


def test_a_relationship_has_both_ways_with_own_addresses() -> None:
    told = text("establish", B, A, site_hostname="access.example.com")
    assert 'Verbindungsdetails zu neuem Backup-Standort": "Hostname oder IP-Adresse" 192.0.2.11, "TLS-Port" 443' in told
    assert 'primären Standort": "Hostname oder IP-Adresse" 2001:db8::12, "TLS-Port" 8443' in told
    assert "Never give the shared host name access.example.com" in told


def test_a_language_that_is_not_known_gives_both() -> None:
    assert caption("sync_now", None) == '"Sync Now" (German "Jetzt synchronisieren")'
    assert way("updates", None) == "/appliance > Updates (German: /appliance > Aktualisierungen)"
    assert way("updates", "de") == "/appliance > Aktualisierungen"


def test_every_step_of_every_procedure_that_can_be_guided_has_an_instruction() -> None:
    known = {step for steps in STEP_IDS.values() for step in steps} - {"confirm", "verify_pair"} - MOVES
    for step in known:
        told = instruction(Task(step, A, B, "12.2.0", backup_file="/b.nsb"))
        assert "The run goes on when" in told[-1]
        assert expand([step]) == (step,)


def test_names_stand_for_steps_of_both_devices() -> None:
    assert expand(["update", "sync"]) == ("update_a", "update_b", "sync")
    assert expand(["update_b", "update"]) == ("update_b", "update_a")
    with pytest.raises(InputError, match="'coffee' is no step"):
        expand(["coffee"])


@pytest.mark.parametrize(
    ("subset", "letter", "procedure", "guided", "method", "without"),
    [
        ("updates", "a", "synchronous", ("update_a",), None, True),
        ("updates", "b", "synchronous", ("update_a",), None, False),
        ("updates", "a", "single", (), None, False),
        ("failover", "a", "synchronous", ("sync", "separate", "establish"), None, False),
        ("failover", "a", "synchronous", ("sync", "separate", "establish", "final_sync"), None, True),
        ("network", "a", "asynchronous", (), "shared_ip", False),
        ("network", "a", "asynchronous", ("swing",), "shared_ip", True),
        ("network", "a", "asynchronous", (), "nat", True),
        ("certificates", "b", "asynchronous", (), None, True),
        ("health", "a", "single", (), None, False),
    ],
)
def test_a_run_does_without_a_page_only_where_no_step_of_its_own_needs_it(
    subset: str, letter: str, procedure: str, guided: tuple[str, ...], method: str | None, without: bool
) -> None:
    assert can_do_without(subset, letter, procedure, guided, method) is without


def test_the_page_that_an_error_names_tells_the_subset() -> None:
    assert subset_of("/appliance > Networking > IP Configuration") == "network"
    assert subset_of("/login > Management > Security") is None
    assert subset_of(None) is None
