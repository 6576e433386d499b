# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The screen output for operators: steps, changes, warnings and failures, and nothing else."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import unicodedata

import pytest

from ansible_collections.bseries.sra.plugins.callback.runbook import _LONG
from ansible_collections.bseries.sra.plugins.module_utils._lane.lock import take

ROOT = pathlib.Path(__file__).resolve().parents[3]

WARNING_MODULE = """
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule({})
module.warn("the sign-out failed")
module.exit_json(changed=False)
"""
PLAYBOOK = """
- hosts: localhost
  gather_facts: false
  tasks:
    - name: A step of the procedure
      ansible.builtin.include_role: {name: quiet}
    - name: Something else
      ansible.builtin.include_role: {name: failing}
"""
QUIET = """
- name: Look at something
  ansible.builtin.set_fact: {seen: true}
- name: Read with a warning
  warns:
- name: Write a file
  ansible.builtin.copy: {dest: "{{ playbook_dir }}/written", content: x, mode: "0600"}
- name: Not today
  ansible.builtin.debug:
  when: false
"""
FAILING = """
- name: Stop here
  ansible.builtin.fail:
    msg: |-
      First line.
      Second line.
"""


@pytest.fixture
def folder(tmp_path: pathlib.Path) -> pathlib.Path:
    for name, text in (
        ("play.yml", PLAYBOOK),
        ("library/warns.py", WARNING_MODULE),
        ("roles/quiet/tasks/main.yml", QUIET),
        ("roles/failing/tasks/main.yml", FAILING),
        ("ansible.cfg", ""),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def play(folder: pathlib.Path, *options: str, hosts: str = "localhost,", status: int = 2) -> str:
    done = subprocess.run(
        [
            pathlib.Path(sys.executable).with_name("ansible-playbook"),
            "-i",
            hosts,
            "-c",
            "local",
            "play.yml",
            *options,
        ],
        cwd=folder,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")},
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(folder / "home"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
            "ANSIBLE_STDOUT_CALLBACK": "bseries.sra.runbook",
            "LC_ALL": "C.UTF-8",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=300,
        check=False,
    )
    # Not read as text by Python, which takes carriage returns for ends of lines.
    output = done.stdout.decode()
    assert done.returncode == status, output
    return re.sub(r"\d\d:\d\d:\d\d", "TIME", re.sub(r"\d+\.\d s", "N s", output))


def test_shows_steps_changes_warnings_and_failures(folder: pathlib.Path) -> None:
    output = play(folder)
    lines = [line for line in output.partition("PLAY RECAP")[0].splitlines() if line.strip()]
    assert [re.sub(r" \*+$", "", line) for line in lines] == [
        "PLAY [localhost]",
        "TASK [A step of the procedure]",
        "[WARNING]: the sign-out failed",
        "TIME localhost: changed: Write a file (N s)",
        "TASK [Something else]",
        "TIME localhost: FAILED: Stop here (N s)",
        "    First line.",
        "    Second line.",
    ]


HOSTILE_MODULE = """
import sys
from ansible.module_utils.basic import AnsibleModule
TEXT = "seen \\x1b[2J\\x1b]0;title\\x07\\x9b31m\\rok: [n1] all is well\\u202edecnalab\\u2066\\u200b"
module = AnsibleModule({"fails": {"type": "bool"}, "long": {"type": "bool"}}, supports_check_mode=True)
module.warn(TEXT)
told = {"msg": TEXT + "\\nsecond line" + (TEXT * 20000 if module.params["long"] else ""), TEXT: [TEXT]}
if module.params["fails"]:
    module.fail_json(**told)
module.exit_json(changed=True, diff={"before": "", "after": TEXT + "\\n"}, **told)
"""
HOSTILE = """
- hosts: all
  gather_facts: false
  vars: {said: "x\\e[2J\\r\\u202e\\nPLAY RECAP"}
  tasks:
    - name: Read {{ said }}
      hostile: {}
      register: told
    - name: Each of {{ said }}
      hostile: {fails: "{{ item != said }}"}
      loop: ["{{ said }}", b]
      ignore_errors: true
    - name: Failed and went on
      hostile: {fails: true}
      ignore_errors: true
    - name: Announce
      bseries.sra.announce: {label: "{{ said }}", text: "{{ told.msg }}"}
    - name: Stop at {{ said }}
      hostile: {fails: true, long: true}
"""


@pytest.mark.parametrize("options", [(), ("--diff",), ("-vv", "--diff")], ids=["brief", "diff", "verbose"])
def test_nothing_that_appliances_say_reaches_the_terminal_raw(folder: pathlib.Path, options: tuple[str, ...]) -> None:
    (folder / "library" / "hostile.py").write_text(HOSTILE_MODULE, encoding="utf-8")
    (folder / "play.yml").write_text(HOSTILE, encoding="utf-8")
    output = play(folder, *options, "-e", "sra_pair=berlin\x1b[2J")
    raw = {repr(one) for one in output if one not in "\n\t" and unicodedata.category(one) in ("Cc", "Cf", "Zl", "Zp")}
    assert raw == set()
    assert output.count("\nPLAY RECAP") == 1, "no line of it passes for one of Ansible's"
    if not options:
        assert "second line" in output
        assert len(output) < 50_000, "a message without end is cut"


LOCKING = """
- hosts: all
  gather_facts: false
  tasks:
    - name: Lock {{ place }}
      bseries.sra.lane_lock: {paths: ["{{ playbook_dir }}/{{ inventory_hostname }}.lock"], procedure: single}
      changed_when: true
      vars: {place: "room {{ inventory_hostname[-1] }}"}
"""


def test_lines_of_several_hosts_have_the_values_of_each(folder: pathlib.Path) -> None:
    (folder / "play.yml").write_text(LOCKING, encoding="utf-8")
    output = play(folder, hosts="n1,n2,", status=0)
    for host, place in (("n1", "room 1"), ("n2", "room 2")):
        assert f"TIME {host}: changed: Lock {place} (N s)\n" in output


def test_a_run_that_waits_for_its_turn_says_for_whom(folder: pathlib.Path) -> None:
    waiting = LOCKING.replace("procedure: single", "procedure: single, wait: 7")
    (folder / "play.yml").write_text(waiting, encoding="utf-8")
    with subprocess.Popen(["sleep", "300"]) as other:
        try:
            take([folder / "n1.lock"], other.pid, "asynchronous", 0)
            output = play(folder, hosts="n1,", status=2)
        finally:
            other.kill()
    said = output.index(f"held by n1: process {other.pid} of ")
    assert said < output.index("Another run works on these appliances")


def test_whatever_waits_for_an_appliance_is_seen_to_begin() -> None:
    modules = (ROOT / "plugins" / "modules").glob("*.py")
    waiting = {path.stem for path in modules if "\n  wait_timeout:\n" in path.read_text(encoding="utf-8")}
    assert {"appliance_update", "dns_record", "shared_ip"} <= waiting
    assert {f"bseries.sra.{name}" for name in waiting} <= _LONG


def test_check_mode_says_what_would_change(folder: pathlib.Path) -> None:
    assert "TIME localhost: would change: Write a file (N s)" in play(folder, "--check")
    assert not (folder / "written").exists()


def test_verbose_shows_everything(folder: pathlib.Path) -> None:
    output = play(folder, "-v")
    for shown in ("TASK [quiet : Look at something]", "included: ", "skipping: [localhost]", "FAILED! =>"):
        assert shown in output


def test_a_pair_goes_by_its_name(folder: pathlib.Path) -> None:
    assert "TIME [berlin] changed: Write a file (N s)" in play(folder, "-e", "sra_pair=berlin")
