# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From what was found on the appliances of a lane to a verdict on each playbook. Pure: plain data in, records out."""

from __future__ import annotations

import dataclasses
import typing as t

from .._guided.steps import BY_NAME, NEEDS_PAGE, SUBSETS, can_do_without, steps_of
from .._plan.steps import STEP_IDS

Data = t.Mapping[str, t.Any]
Outcome = t.Literal["can_run", "guided", "cannot_run"]

PLAYBOOKS: t.Final[dict[str, tuple[str, ...]]] = {
    "plan": (),
    "preflight": (),
    "verify": (),
    "backup": ("backup",),
    "upgrade_single": ("backup", "update", "verify"),
    "upgrade_synchronous": ("backup", "sync", "separate", "update", "verify", "establish", "final_sync"),
    "upgrade_asynchronous": ("backup", "sync", "separate", "update", "verify", "swing", "establish", "final_sync"),
    "swing": ("verify_b", "backup_a", "swing"),
    "swing_back": ("backup_b", "swing"),
}
"""The steps that each playbook does, by name, or by id where it does them on one device only."""

ALONE: t.Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "download_packages": (("updates", "appliance_download_key"),),
    "migrate_hardware": (("basics", "appliance_id"), ("certificates", "certificates"), ("certificates", "export")),
    "decommission": (("basics", "appliance_id"), ("basics", "reset_appliance"), ("basics", "shut_down_appliance")),
}
"""Playbooks that do no steps of an upgrade: the page and control that each needs on an appliance of the lane."""

_IF: t.Final = {
    "download_packages": "a connected host reaches the update server",
    "migrate_hardware": "this is the old appliance, and the new one is set up at /appliance and of the same or a newer Base",
    "decommission": "this is the old appliance, and the new one serves the site",
}
OTHER_PLAYBOOKS: t.Final = ("compatibility", "explain_inventory", "awx_setup", "rehearse")
"""Playbooks that ask for no verdict: the one that gives them, the rehearsal, which is one, and those that contact no appliance."""

SWING_METHODS: t.Final = ("shared_ip", "dns", "nat", "custom")
_BY_SWING: t.Final = ("upgrade_asynchronous", "swing", "swing_back")
_FOR_PAIRS: t.Final = ("upgrade_synchronous", "upgrade_asynchronous", "swing", "swing_back")

_CONTROLS: t.Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "sync": (("failover", "sync_now"),),
    "final_sync": (("failover", "sync_now"),),
    "separate": (("failover", "break_relationship"),),
    "establish": tuple(
        ("failover", control)
        for control in ("new_peer_host", "new_peer_port", "reverse_host", "reverse_port", "establish_relationship")
    ),
    "update": (
        ("updates", "list"),
        ("updates", "check_for_updates"),
        ("updates", "install_this_update"),
    ),
    "swing": (
        ("ip_configuration", "addresses"),
        ("ip_configuration", "enabled"),
        ("ip_configuration", "save_changes"),
    ),
}
_OF_HOME: t.Final = {"sync": "a", "separate": "a"}
_LACKS: t.Final = ("missing", "not_understood", "not_looked_at")


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Whether a playbook can run here. ``guided`` are the steps for a person, ``unseen`` what only another state shows."""

    playbook: str
    swing_method: str | None
    outcome: Outcome
    because: tuple[str, ...] = ()
    guided: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.playbook} ({self.swing_method})" if self.swing_method else self.playbook

    @property
    def text(self) -> str:
        """``can run``, ``can run with guided steps: ...``, ``cannot run, because ...``."""
        because = "; ".join(self.because)
        if self.outcome == "cannot_run":
            return f"cannot run, because {because}"
        if self.outcome == "guided":
            return f"can run with guided steps: {', '.join(self.guided)}" + (f" ({because})" if because else "")
        return "can run" + (f", if {' and '.join(self.conditions)}" if self.conditions else "")


@dataclasses.dataclass
class _Findings:
    """What speaks against one playbook; words once each, in the order of finding."""

    blocks: list[str] = dataclasses.field(default_factory=list)
    reasons: list[str] = dataclasses.field(default_factory=list)
    guided: list[str] = dataclasses.field(default_factory=list)
    without_backup: list[str] = dataclasses.field(default_factory=list)
    conditions: list[str] = dataclasses.field(default_factory=list)
    unseen: list[str] = dataclasses.field(default_factory=list)
    by_hand: list[str] = dataclasses.field(default_factory=list)

    def verdict(self, playbook: str, method: str | None) -> Verdict:
        outcome: Outcome = "cannot_run" if self.blocks else "guided" if self.guided else "can_run"

        def once(texts: list[str]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(texts))

        return Verdict(
            playbook,
            method,
            outcome,
            once(self.blocks or (self.reasons if self.guided else [])),
            once(self.guided),
            once(self.conditions),
            once(self.unseen),
            once(self.by_hand),
        )


def verdicts(surveys: t.Sequence[Data], problems: t.Sequence[str] = (), shared_ip: str | None = None) -> list[Verdict]:
    """The verdict on each playbook for the surveys of device A and, in a pair, device B.

    ``problems`` are those of the inventory: with one no playbook runs. ``shared_ip`` is the pair's, where it has one.
    """
    lane = dict(zip("ab", surveys, strict=False))
    found = []
    for playbook in PLAYBOOKS:
        for method in SWING_METHODS if playbook in _BY_SWING else (None,):
            found.append(_judge(playbook, method, lane, problems, shared_ip))
    return [*found, *(_alone(playbook, lane, problems) for playbook in ALONE)]


def _alone(playbook: str, lane: Data, problems: t.Sequence[str]) -> Verdict:
    """Of a playbook whose steps nobody is asked to do by hand in between: what is missing stops it."""
    findings = _Findings(blocks=[f"of the inventory: {problem}" for problem in problems])
    findings.conditions.append(_IF[playbook])
    for survey in lane.values():
        if playbook == "download_packages":
            _signed_in(findings, survey, ("appliance",))
        else:
            _reach(findings, survey)
        for page, key in ALONE[playbook]:
            lack = _page_lack(survey, page)
            control = _control(survey, page, key)
            if lack is not None:
                findings.blocks.append(f"{survey['label']}: {lack}")
            elif control is not None and control["state"] in _LACKS:
                findings.blocks.append(f"{survey['label']}: {control['name']} {_why(control)}")
                findings.by_hand += [control["by_hand"]] if control["by_hand"] else []
        if playbook == "migrate_hardware":
            _backup(findings, survey, "backup")
            findings.guided.clear()
            findings.blocks += findings.without_backup
    return findings.verdict(playbook, None)


def _judge(playbook: str, method: str | None, lane: Data, problems: t.Sequence[str], shared_ip: str | None) -> Verdict:
    findings = _Findings(blocks=[f"of the inventory: {problem}" for problem in problems])
    if playbook in _FOR_PAIRS and len(lane) == 1:
        findings.blocks.append("this is a single appliance: no device B with the same sra_pair")
        return findings.verdict(playbook, method)
    if playbook == "upgrade_single" and len(lane) > 1:
        findings.blocks.append("this is a pair: its upgrades are upgrade_synchronous and upgrade_asynchronous")
        return findings.verdict(playbook, method)
    procedure = _procedure(playbook, lane)
    for letter, survey in lane.items():
        _reach(findings, survey)
        _pages(findings, survey, letter, procedure, method)
    for name in PLAYBOOKS[playbook]:
        for step in steps_of(procedure, name) if name in BY_NAME else (name,):
            _step(findings, lane, step, procedure)
    if playbook.startswith("upgrade_") and any(_lacks_limit(survey) for survey in lane.values()):
        findings.conditions.append("sra_jump_client_limit is not set, for its page is not understood")
    if playbook == "backup":
        # It makes the backups itself and hands none to a person.
        findings.blocks += findings.without_backup
    if method is not None:
        _swing(findings, lane, method, shared_ip)
    return findings.verdict(playbook, method)


def _procedure(playbook: str, lane: Data) -> str:
    if len(lane) == 1:
        return "single"
    return "asynchronous" if playbook in _BY_SWING else "synchronous"


def _reach(findings: _Findings, survey: Data) -> None:
    """Every playbook signs in to both interfaces and reads health and roles from the Command API."""
    host = survey["label"]
    _signed_in(findings, survey, ("appliance", "login"))
    commands = [api for api in survey["apis"] if api["api"].startswith("command_")]
    if not any(api["available"] for api in commands):
        findings.blocks.append(f"{host}: no Command API: {commands[0]['detail'] if commands else 'not asked'}")
    for permission in survey["permissions"]:
        if permission["needed"] and permission["granted"] is False:
            findings.blocks.append(f"{host}: the API account lacks {permission['caption']} ({permission['name']})")


def _signed_in(findings: _Findings, survey: Data, interfaces: t.Collection[str]) -> None:
    for one in survey["interfaces"]:
        if one["interface"] in interfaces and not one["signed_in"]:
            findings.blocks.append(f"{survey['label']}: no sign-in to /{one['interface']}: {one['detail']}")


def _pages(findings: _Findings, survey: Data, letter: str, procedure: str, method: str | None) -> None:
    """Pages that every run reads; without one a run goes on only where a person does the steps that need it."""
    for page, subset in SUBSETS.items():
        lack = _page_lack(survey, page)
        if lack is None:
            continue
        steps = [step for name in NEEDS_PAGE[subset] for step in steps_of(procedure, name, letter)]
        if can_do_without(subset, letter, procedure, (), method):
            steps = []
        findings.reasons.append(f"{survey['label']}: {lack}")
        findings.guided += steps
        if subset == "updates" and steps:
            findings.conditions.append("sra_target_version names the version")


def _page_lack(survey: Data, page: str) -> str | None:
    """Words for a page of which nothing is understood; None where it is, or where its interface is closed anyway."""
    seen = _page(survey, page)
    if seen is None or seen["state"] in ("not_offered", "not_looked_at"):
        return None
    name = f"/{seen['interface']} > {seen['name']}"
    if seen["state"] != "found":
        return f"the page {name} was not found"
    contents = [control for control in seen["controls"] if control["state"] == "not_understood" and not control["how"]]
    return f"the page {name} was not understood ({contents[0]['name']})" if contents else None


def _page(survey: Data, page: str) -> Data | None:
    return next((one for one in survey["pages"] if one["page"] == page), None)


def _step(findings: _Findings, lane: Data, step: str, procedure: str) -> None:
    name = step.removesuffix("_a").removesuffix("_b")
    if name == "swing" or (name == "backup" and step not in STEP_IDS[procedure]):
        return
    letter = step[-1] if step.endswith(("_a", "_b")) else _home(name, procedure)
    survey = lane.get(letter)
    if survey is None:
        return
    if name == "backup":
        _backup(findings, survey, step)
        return
    _controls(findings, survey, name, step)


def _home(name: str, procedure: str) -> str:
    """The device that a step of the pair is done on."""
    return _OF_HOME.get(name, "b" if procedure == "asynchronous" else "a")


def _backup(findings: _Findings, survey: Data, step: str) -> None:
    by_api = any(api["api"] == "backup" and api["available"] is not False for api in survey["apis"])
    control = _control(survey, "software_management", "download_backup")
    if by_api or (control is not None and control["state"] == "found"):
        return
    why = f"{survey['label']}: neither the Backup API nor Download Backup on the page can be used"
    findings.guided.append(step)
    findings.reasons.append(why)
    findings.without_backup.append(why)
    findings.by_hand += [control["by_hand"]] if control is not None and control["by_hand"] else []


def _controls(findings: _Findings, survey: Data, name: str, step: str) -> None:
    for page, key in _CONTROLS.get(name, ()):
        control = _control(survey, page, key)
        if control is None:
            # The page itself is missing, which was said already; a page of the other role is not there to be seen.
            continue
        if control["state"] in _LACKS:
            findings.guided.append(step)
            findings.reasons.append(f"{survey['label']}: {control['name']} {_why(control)}")
            findings.by_hand += [control["by_hand"]] if control["by_hand"] else []
        elif control["state"] == "not_visible" and key != "list":
            findings.unseen.append(f"what {step} needs on {survey['label']}: {control['detail']}")


def _lacks_limit(survey: Data) -> bool:
    """Whether the number of concurrent Jump Client upgrades cannot be set; a backup does not offer the page."""
    seen = _page(survey, "jump_clients")
    if seen is None or seen["state"] in ("not_offered", "not_looked_at"):
        return False
    return seen["state"] != "found" or any(control["state"] in _LACKS for control in seen["controls"])


def _why(control: Data) -> str:
    if control["state"] == "missing":
        return "was not found"
    return f"is not understood: {control['detail']}"


def _control(survey: Data, page: str, key: str) -> Data | None:
    seen = _page(survey, page)
    return next((one for one in (seen or {}).get("controls", ()) if one["control"] == key), None)


def _swing(findings: _Findings, lane: Data, method: str, shared_ip: str | None) -> None:
    if method == "dns":
        findings.conditions.append(
            "the sra_dns_ variables name a server that takes signed updates of the site's record"
        )
    elif method != "shared_ip":
        findings.conditions.append("sra_swing_tasks names the tasks that move production")
    elif not shared_ip:
        findings.blocks.append("sra_shared_ip is not set")
    else:
        for survey in lane.values():
            _controls(findings, survey, "swing", "swing")
