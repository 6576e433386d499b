# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import importlib
import json
import pathlib
import typing as t

import pytest
import yaml
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.bseries.sra.plugins.doc_fragments.connection import ModuleDocFragment
from ansible_collections.bseries.sra.plugins.module_utils import _module
from ansible_collections.bseries.sra.plugins.module_utils._errors import InputError, StateError

ROOT = pathlib.Path(__file__).parents[3]
MODULES = (
    "appliance_backup",
    "appliance_info",
    "appliance_update",
    "appliance_verify",
    "failover_relationship",
    "failover_role",
    "jump_client_settings",
    "jump_client_wait",
    "shared_ip",
    "site_probe",
    "user_logout",
)
SECRETS = {"appliance_password", "login_password", "client_secret"}


class Left(Exception):
    """A module's exit, by whichever way."""

    def __init__(self, failed: bool, result: dict[str, t.Any]) -> None:
        super().__init__(json.dumps(result))
        self.failed, self.result = failed, result


class FakeModule:
    """What ``run_module`` needs of an AnsibleModule."""

    def __init__(self, params: dict[str, t.Any], check_mode: bool = False, diff: bool = False) -> None:
        self.params, self.check_mode, self._diff = params, check_mode, diff
        self.warned: list[str] = []

    def warn(self, text: str) -> None:
        self.warned.append(text)

    def exit_json(self, **result: t.Any) -> None:
        raise Left(False, result)

    def fail_json(self, **result: t.Any) -> None:
        raise Left(True, result)


def leave(run: t.Callable[..., dict[str, t.Any]], params: dict[str, t.Any] | None = None, **how: bool) -> Left:
    with pytest.raises(Left) as caught:
        _module.run_module(t.cast(AnsibleModule, FakeModule(params or {}, **how)), run)
    return caught.value


def spec_of(name: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, t.Any]:
    """The argument spec that a module's main() hands to Ansible."""
    module = importlib.import_module(f"ansible_collections.bseries.sra.plugins.modules.{name}")
    seen: dict[str, t.Any] = {}
    monkeypatch.setattr(module, "AnsibleModule", lambda **arguments: seen.update(arguments))
    monkeypatch.setattr(module, "run_module", lambda _module, run: seen.update(run=run))
    module.main()
    assert seen["supports_check_mode"] is True
    assert seen["run"].__module__.endswith(f"_resources.{name}")
    return t.cast(dict[str, t.Any], seen["argument_spec"])


@pytest.mark.parametrize("name", MODULES)
def test_every_module_takes_all_connection_options(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = spec_of(name, monkeypatch)

    for option, expected in _module.connection_spec().items():
        assert spec[option] == expected


@pytest.mark.parametrize("name", MODULES)
def test_no_secret_is_shown(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(options: dict[str, t.Any]) -> None:
        for option, spec in options.items():
            if option in SECRETS or option == "password":
                assert spec["no_log"] is True, option
            check(spec.get("options", {}))

    check(spec_of(name, monkeypatch))


def test_action_group_names_exactly_the_modules_that_take_the_options() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())

    assert runtime["action_groups"]["all"] == sorted(runtime["action_groups"]["all"])
    assert set(MODULES) <= set(runtime["action_groups"]["all"])
    for name in runtime["action_groups"]["all"]:
        documentation = (ROOT / "plugins" / "modules" / f"{name}.py").read_text()
        assert "bseries.sra.connection" in documentation
        assert "bseries.sra.attributes.action_group" in documentation


def test_documentation_agrees_with_the_spec() -> None:
    documented = yaml.safe_load(ModuleDocFragment.DOCUMENTATION)["options"]
    spec = _module.connection_spec()

    assert set(documented) == set(spec)
    for option, description in documented.items():
        assert description["type"] == spec[option]["type"], option
        assert description.get("default") == spec[option].get("default"), option
        assert description.get("choices") == spec[option].get("choices"), option


def test_environment_fallbacks(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = {
        "SRA_HOST": "host",
        "SRA_APPLIANCE_USERNAME": "appliance_username",
        "SRA_APPLIANCE_PASSWORD": "appliance_password",
        "SRA_LOGIN_USERNAME": "login_username",
        "SRA_LOGIN_PASSWORD": "login_password",
        "BT_CLIENT_ID": "client_id",
        "BT_CLIENT_SECRET": "client_secret",
    }
    for variable in expected:
        monkeypatch.setenv(variable, f"value of {variable}")

    result = ArgumentSpecValidator(_module.connection_spec()).validate({})

    assert {option: result.validated_parameters[option] for option in expected.values()} == {
        option: f"value of {variable}" for variable, option in expected.items()
    }


def test_nested_connection_inherits_all_but_what_identifies_an_appliance() -> None:
    params = {
        "host": "a.example.com",
        "appliance_id": "a" * 32,
        "port": 8443,
        "validate_certs": True,
        "appliance_username": "admin",
        "appliance_password": "one",
        "to": {"host": "b.example.com", "appliance_password": "two", "validate_certs": False},
    }

    merged = _module.nested_params(params, "to")

    assert merged["host"] == "b.example.com"
    assert merged["appliance_id"] is None
    assert (merged["port"], merged["appliance_username"]) == (8443, "admin")
    assert merged["appliance_password"] == "two"
    assert merged["validate_certs"] is False


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({}, "No appliance is named"),
        ({"host": "https://a"}, "no host name"),
        ({"host": "a", "port": 0}, "no TCP port"),
        ({"host": "a", "timeout": 0.0}, "timeout"),
        ({"host": "a", "ca_path": "/nowhere/ca.pem"}, "/nowhere/ca.pem"),
        ({"host": "a", "report_dir": __file__}, "report_dir"),
        ({"host": "a", "login_username": "admin"}, "login_username and login_password"),
        ({"host": "a", "client_secret": "api-secret"}, "client_id and client_secret"),
        ({"host": "a", "vocabulary": {"no_such_control": ["x"]}}, "no_such_control"),
    ],
)
def test_what_cannot_work_is_refused(params: dict[str, t.Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        _module.ConnectionOptions.from_params(params)


def test_secrets_are_not_in_the_representation() -> None:
    options = _module.ConnectionOptions.from_params(
        {"host": "a", "appliance_username": "admin", "appliance_password": "appliance-secret"}
    )

    assert "appliance-secret" not in repr(options)


class TestRunModule:
    def test_success(self) -> None:
        left = leave(lambda *_: {"changed": True, "diff": {"before": 1, "after": 2}, "value": 3})

        assert (left.failed, left.result) == (False, {"changed": True, "value": 3})

    def test_diff_only_when_asked_for(self) -> None:
        assert leave(lambda *_: {"changed": True, "diff": {"before": 1}}, diff=True).result["diff"] == {"before": 1}

    def test_failure_says_its_parts(self) -> None:
        def run(*_: t.Any) -> dict[str, t.Any]:
            raise StateError("It is so", appliance="a:443", advice="Do that")

        left = leave(run)

        assert left.failed
        assert left.result["msg"] == "It is so\nAppliance: a:443\nWhat to do: Do that"
        assert left.result["error"]["kind"] == "state"
        assert left.result["changed"] is False

    def test_failure_after_a_change_says_what_was_done(self) -> None:
        def run(*_: t.Any) -> dict[str, t.Any]:
            raise _module.Interrupted(StateError("Stopped"), {"changed": True, "installed": ["Base"]})

        left = leave(run)

        assert left.failed
        assert (left.result["changed"], left.result["installed"]) == (True, ["Base"])

    @pytest.mark.parametrize("nested", [False, True])
    def test_secrets_are_taken_out_of_every_way_out(self, nested: bool) -> None:
        params: dict[str, t.Any] = {"host": "a", "client_secret": "api-secret"}

        def defect(*_: t.Any) -> dict[str, t.Any]:
            raise RuntimeError("cannot open https://a/?key=api-secret")

        left = leave(defect, {"from": params} if nested else params)

        assert left.failed
        assert "RuntimeError" in left.result["msg"]
        assert "api-secret" not in str(left)
        assert "api-secret" not in str(leave(lambda *_: {"changed": False, "text": "api-secret"}, params))
