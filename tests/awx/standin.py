# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stand-in for the API of an AWX, over real sockets. It keeps what it is given and refuses what an AWX would refuse.

Fields, types, choices and lengths are those of ``schema.json``; the rules for surveys, types of credentials, prompts of workflow
nodes and unique names are those of AWX's own code (awx/api/views, awx/main/fields.py, awx/main/models). It runs no jobs.
"""

from __future__ import annotations

import base64
import http.server
import json
import pathlib
import re
import threading
import typing as t
import urllib.parse

SCHEMA: dict[str, dict[str, dict[str, t.Any]]] = json.loads(
    pathlib.Path(__file__).with_name("schema.json").read_text(encoding="utf-8")
)["endpoints"]
Item = dict[str, t.Any]

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "id": (int,),
    "json": (dict, str),
    "choice": (str, int),
}
# Which list an id names, where it is not the field's name with an s.
_REFERENCES = {
    "inventory": "inventories",
    "source_project": "projects",
    "default_environment": "execution_environments",
    "webhook_credential": "credentials",
    "unified_job_template": "unified_job_templates",
}
_SINGULAR = {"inventories": "inventory"}
_UNIFIED = ("job_templates", "workflow_job_templates", "projects", "inventory_sources", "workflow_approval_templates")
_ASSOCIATIONS: dict[str, dict[str, str]] = {
    "job_templates": {"credentials": "credentials", "instance_groups": "instance_groups"},
    "workflow_job_templates": {},
    "workflow_job_template_nodes": {
        **dict.fromkeys(("success_nodes", "failure_nodes", "always_nodes"), "workflow_job_template_nodes"),
        "credentials": "credentials",
    },
    "groups": {"hosts": "hosts", "children": "groups"},
    "instance_groups": {"instances": "instances"},
    "roles": {"teams": "teams", "users": "users"},
}
for _owner in ("job_templates", "workflow_job_templates"):
    for _when in ("started", "success", "error", "approvals"):
        _ASSOCIATIONS[_owner][f"notification_templates_{_when}"] = "notification_templates"
_ROLES = {
    "organizations": ("admin", "execute", "read", "member", "auditor", "approval"),
    "teams": ("admin", "member", "read"),
    "projects": ("admin", "use", "update", "read"),
    "inventories": ("admin", "use", "adhoc", "update", "read"),
    "credentials": ("admin", "use", "read"),
    "job_templates": ("admin", "execute", "read"),
    "workflow_job_templates": ("admin", "execute", "read", "approval"),
}
_UNIQUE = {
    "groups": ("name", "inventory"),
    "hosts": ("name", "inventory"),
    "schedules": ("name", "unified_job_template"),
    "workflow_job_template_nodes": ("identifier", "workflow_job_template"),
    "credentials": ("name", "organization", "credential_type"),
}
_SURVEY_DEFAULTS = {
    **dict.fromkeys(("text", "textarea", "password", "multiplechoice", "multiselect"), str),
    "integer": int,
    "float": float,
}
ENCRYPTED = "$encrypted$"
_HIDDEN = ("password", "token")
"""What an AWX does not show of a notification's configuration."""


class Refused(Exception):
    """What the API answers with status 400 or 404."""

    def __init__(self, problem: t.Any, status: int = 400) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.status = status


class Platform:
    """The state: objects by list and id, and every call with its status."""

    def __init__(self, token: str, playbooks: t.Collection[str]) -> None:
        self.token = token
        self.playbooks = set(playbooks)
        self.lists: dict[str, dict[int, Item]] = {name: {} for name in (*SCHEMA, "roles", "instances", "users")}
        self.links: dict[tuple[str, int, str], list[int]] = {}
        self.surveys: dict[tuple[str, int], Item] = {}
        self.secrets: dict[int, Item] = {}
        self.calls: list[tuple[str, str, int, t.Any]] = []
        self._next = 1
        self.lock = threading.Lock()

    # What tests ask.

    def names(self, name: str) -> list[str]:
        return sorted(item.get("name") or item["identifier"] for item in self.lists[name].values())

    def named(self, name: str, item_name: str) -> Item:
        return next(
            item for item in self.lists[name].values() if item_name in (item.get("name"), item.get("identifier"))
        )

    def linked(self, name: str, number: int, link: str) -> list[int]:
        return self.links.get((name, number, link), [])

    def writes(self) -> list[tuple[str, str, int, t.Any]]:
        return [call for call in self.calls if call[0] != "GET" and "/tokens/" not in call[1]]

    # What the API does.

    def call(self, method: str, path: str, query: dict[str, str], body: t.Any) -> tuple[int, t.Any]:
        parts = [part for part in path.removeprefix("/api/v2/").split("/") if part]
        name = parts[0]
        if name == "tokens":
            return (201, {"id": 1, "token": self.token}) if method == "POST" else (204, None)
        if name not in self.lists and name != "unified_job_templates":
            raise Refused({"detail": "Not found."}, 404)
        if len(parts) == 1:
            return (200, self._listing(name, query)) if method == "GET" else (201, self._create(name, body))
        number = int(parts[1])
        if name not in self.lists or number not in self.lists[name]:
            raise Refused({"detail": "Not found."}, 404)
        if len(parts) == 2:
            return 200, (self._shown(name, number) if method == "GET" else self._change(name, number, body))
        return self._below(method, name, number, parts[2], body)

    def _below(self, method: str, name: str, number: int, part: str, body: t.Any) -> tuple[int, t.Any]:
        if part == "survey_spec" and name in ("job_templates", "workflow_job_templates"):
            if method == "GET":
                return 200, self.surveys.get((name, number), {})
            check_survey(body)
            self.surveys[name, number] = body
            return 200, {}
        if part == "create_approval_template" and name == "workflow_job_template_nodes" and method == "POST":
            made = self._create("workflow_approval_templates", body)
            self.lists[name][number]["unified_job_template"] = made["id"]
            return 201, made
        target = _ASSOCIATIONS.get(name, {}).get(part)
        if target is None:
            raise Refused({"detail": "Not found."}, 404)
        ids = self.links.setdefault((name, number, part), [])
        if method == "GET":
            return 200, _page([self._shown(target, one) for one in ids])
        self._associate(name, number, part, target, body)
        return 204, None

    def _associate(self, name: str, number: int, part: str, target: str, body: Item) -> None:
        unknown = set(body) - {"id", "disassociate"}
        if unknown or body.get("id") not in self.lists[target]:
            raise Refused({"msg": f"{body} names no object of {target}"})
        ids = self.links[name, number, part]
        if body.get("disassociate"):
            ids.remove(body["id"])
            return
        if part == "credentials" and name == "job_templates":
            kinds = [self.lists["credentials"][one]["credential_type"] for one in ids]
            if self.lists["credentials"][body["id"]]["credential_type"] in kinds:
                raise Refused({"error": "Cannot assign multiple credentials of one type."})
        if target == name == "workflow_job_template_nodes":
            owner = [self.lists[name][one]["workflow_job_template"] for one in (number, body["id"])]
            if owner[0] != owner[1] or self._reaches(body["id"], number):
                raise Refused({"Error": "Cycle detected or other workflow."})
        ids.append(body["id"])

    def _reaches(self, start: int, goal: int) -> bool:
        if start == goal:
            return True
        nexts = [
            one
            for part in ("success_nodes", "failure_nodes", "always_nodes")
            for one in self.linked("workflow_job_template_nodes", start, part)
        ]
        return any(self._reaches(one, goal) for one in nexts)

    def _listing(self, name: str, query: dict[str, str]) -> Item:
        names = _UNIFIED if name == "unified_job_templates" else (name,)
        shown = [self._shown(one, number) for one in names for number in self.lists[one]]
        either = {key.removeprefix("or__"): value for key, value in query.items() if key.startswith("or__")}
        both = {key: value for key, value in query.items() if not key.startswith("or__")}
        for key in {*either, *both} - {"page", "page_size"}:
            known = {"id", "type", "name", *(SCHEMA.get(name) or {}), "organization"}
            if key not in known:
                raise Refused({"detail": f"{name} has no field {key}"})
        found = [
            item
            for item in shown
            if all(str(item.get(key)) == value for key, value in both.items() if key not in ("page", "page_size"))
            and (not either or any(str(item.get(key)) == value for key, value in either.items()))
        ]
        return _page(found)

    def _create(self, name: str, body: t.Any) -> Item:
        fields = SCHEMA.get(name)
        if fields is None:
            raise Refused({"detail": 'Method "POST" not allowed.'}, 405)
        given = self._checked(name, body, None)
        item = {key: field.get("default", "" if field["type"] == "string" else None) for key, field in fields.items()}
        item.update(given)
        for key, field in fields.items():
            if field.get("required") and item.get(key) in (None, ""):
                raise Refused({key: ["This field is required."]})
        if name == "credential_types":
            item.setdefault("managed", False)
        number, self._next = self._next, self._next + 1
        self._keep(name, number, item)
        roles = {}
        for role in _ROLES.get(name, ()):
            self.lists["roles"][self._next] = {"name": role}
            roles[f"{role}_role"] = {"id": self._next, "name": role}
            self._next += 1
        self.lists[name][number]["object_roles"] = roles
        return self._shown(name, number)

    def _change(self, name: str, number: int, body: t.Any) -> Item:
        given = self._checked(name, body, number)
        self._keep(name, number, {**self.lists[name][number], **given})
        return self._shown(name, number)

    def _keep(self, name: str, number: int, item: Item) -> None:
        self._check_meaning(name, number, item)
        if name == "credentials":
            inputs = item.get("inputs") or {}
            kept = self.secrets.setdefault(number, {})
            secret = self._secret_fields(item["credential_type"])
            kept.update({key: value for key, value in inputs.items() if key in secret and value != ENCRYPTED})
            item["inputs"] = {key: ENCRYPTED if key in secret else value for key, value in inputs.items()}
        if name == "notification_templates":
            given = item.get("notification_configuration") or {}
            kept = self.secrets.setdefault(number, {})
            kept.update({key: value for key, value in given.items() if key in _HIDDEN and value != ENCRYPTED})
            item["notification_configuration"] = {**given, **{key: ENCRYPTED for key in given if key in _HIDDEN}}
        self.lists[name][number] = item

    def _checked(self, name: str, body: t.Any, number: int | None) -> Item:
        """The fields of a body as far as they are the API's; refuses wrong types, choices, lengths and references."""
        if not isinstance(body, dict):
            raise Refused({"detail": "JSON object expected"})
        fields = SCHEMA[name]
        given = {}
        for key, value in body.items():
            # Read-only fields are ignored by the API, unknown ones too; ours must send neither.
            if key in ("type", "managed") or (key == "organization" and name == "job_templates"):
                continue
            if key == "inventory_source" or key not in fields:
                raise Refused({key: ["unknown field"]})
            given[key] = value
            self._check_value(name, key, fields[key], value)
        unique = _UNIQUE.get(name, ("name", "organization") if "organization" in fields else ("name",))
        probe = {**(self.lists[name].get(number or 0) or {}), **given}
        for other, item in self.lists[name].items():
            same = all(probe.get(key) is not None and item.get(key) == probe.get(key) for key in unique)
            if other != number and same:
                raise Refused({"__all__": [f"{name} with this {' and '.join(unique)} already exists."]})
        return given

    def _check_value(self, name: str, key: str, field: Item, value: t.Any) -> None:
        if value is None:
            return
        kind = field["type"]
        # The framework takes a number for a choice as text too.
        if not isinstance(value, _TYPES[kind]) or (kind in ("integer", "id") and isinstance(value, bool)):
            raise Refused({key: [f"{value!r} is no {kind}"]})
        if "choices" in field and value not in field["choices"] and str(value) not in map(str, field["choices"]):
            raise Refused({key: [f"{value!r} is not a valid choice."]})
        if "max_length" in field and len(str(value)) > field["max_length"]:
            raise Refused({key: ["too long"]})
        if "min_value" in field and value < field["min_value"]:
            raise Refused({key: ["too small"]})
        if kind == "id":
            target = _REFERENCES.get(key, f"{key}s")
            lists = _UNIFIED if target == "unified_job_templates" else (target,)
            if not any(value in self.lists.get(one, {}) for one in lists):
                raise Refused({key: [f'Invalid pk "{value}" - object does not exist.']})
        if kind == "json" and isinstance(value, str) and value:
            try:
                json.loads(value)
            except ValueError:
                raise Refused({key: ["Cannot parse as JSON"]}) from None

    def _check_meaning(self, name: str, number: int, item: Item) -> None:
        if name == "credential_types":
            check_credential_type(item)
        elif name == "credentials":
            known = {
                field["id"] for field in self.lists["credential_types"][item["credential_type"]]["inputs"]["fields"]
            }
            if set(item.get("inputs") or {}) - known:
                raise Refused({"inputs": ["Additional properties are not allowed"]})
        elif name == "job_templates":
            if item["project"] is None or item["playbook"] not in self.playbooks:
                raise Refused({"playbook": ["Playbook not found for project."]})
        elif name == "workflow_job_template_nodes":
            self._check_prompts(item)
        elif name == "schedules":
            if not re.fullmatch(r"DTSTART:\d{8}T\d{6}Z RRULE:FREQ=\w+;INTERVAL=\d+(;[A-Z]+=\w+)*", item["rrule"]):
                raise Refused({"rrule": ["rrule parsing failed validation"]})
            self._check_prompts(item)

    def _check_prompts(self, item: Item) -> None:
        template = item.get("unified_job_template")
        owner = next((one for one in _UNIFIED if template in self.lists[one]), None)
        if owner is None or not item.get("extra_data"):
            return
        asked = {
            question["variable"] for question in self.surveys.get((owner, t.cast(int, template)), {}).get("spec", [])
        }
        if not self.lists[owner][t.cast(int, template)].get("ask_variables_on_launch"):
            extra = set(item["extra_data"]) - asked
            if extra:
                raise Refused({"extra_data": [f"Variables {sorted(extra)} are not allowed on launch."]})

    def _secret_fields(self, credential_type: int) -> set[str]:
        fields = self.lists["credential_types"][credential_type]["inputs"]["fields"]
        return {field["id"] for field in fields if field.get("secret")}

    def _shown(self, name: str, number: int) -> Item:
        item = {key: value for key, value in self.lists[name][number].items() if key != "object_roles"}
        url = f"/api/v2/{name}/{number}/"
        related = {part: f"{url}{part}/" for part in _ASSOCIATIONS.get(name, {})}
        if name in ("job_templates", "workflow_job_templates"):
            related["survey_spec"] = f"{url}survey_spec/"
        template = item.get("unified_job_template")
        if template is not None:
            owner = next(one for one in _UNIFIED if template in self.lists[one])
            related["unified_job_template"] = f"/api/v2/{owner}/{template}/"
        if name == "projects":
            item["scm_revision"] = "0123456789abcdef0123456789abcdef01234567"
        if name == "job_templates":
            item["organization"] = self.lists["projects"][item["project"]]["organization"]
        summary = {"object_roles": self.lists[name][number].get("object_roles", {})}
        kind = _SINGULAR.get(name, name.removesuffix("s"))
        return {**item, "id": number, "type": kind, "url": url, "related": related, "summary_fields": summary}


def _page(results: list[Item]) -> Item:
    return {"count": len(results), "next": None, "previous": None, "results": results}


def check_survey(spec: t.Any) -> None:
    """The rules of AWX's JobTemplateSurveySpec."""
    parts: tuple[tuple[str, type], ...] = (("name", str), ("description", str), ("spec", list))
    for key, kind in parts:
        if not isinstance(spec, dict) or not isinstance(spec.get(key), kind):
            raise Refused({"error": f"Expected field '{key}' in the survey spec."})
    if not spec["spec"]:
        raise Refused({"error": "'spec' doesn't contain any items."})
    seen: set[str] = set()
    for number, question in enumerate(spec["spec"]):
        needed: tuple[tuple[str, type], ...] = (("type", str), ("question_name", str), ("variable", str))
        for key, kind in (*needed, ("required", bool)):
            if not isinstance(question.get(key), kind):
                raise Refused({"error": f"'{key}' in survey question {number} is missing or of another type."})
        if question["variable"] in seen or question["type"] not in _SURVEY_DEFAULTS:
            raise Refused({"error": f"survey question {number}: doubled variable or unknown type."})
        seen.add(question["variable"])
        default = question.get("default", "")
        if default != "" and not isinstance(default, _SURVEY_DEFAULTS[question["type"]]):
            raise Refused({"error": f"Default value of survey question {number} has another type."})
        for key in ("min", "max"):
            if question.get(key) is not None and not isinstance(question[key], int):
                raise Refused({"error": f"The {key} limit of survey question {number} is no integer."})
        if question["type"] in ("multiselect", "multiplechoice") and not question.get("choices"):
            raise Refused({"error": f"Survey question {number} must specify choices."})


def check_credential_type(item: Item) -> None:
    """The rules of AWX's CredentialTypeInputField and CredentialTypeInjectorField."""
    inputs, injectors = item.get("inputs") or {}, item.get("injectors") or {}
    allowed = {
        "id",
        "label",
        "type",
        "format",
        "choices",
        "help_text",
        "multiline",
        "secret",
        "ask_at_runtime",
        "default",
    }
    if set(inputs) - {"fields", "required"}:
        raise Refused({"inputs": ["Additional properties are not allowed"]})
    ids = [field.get("id") for field in inputs.get("fields", [])]
    for field in inputs.get("fields", []):
        if set(field) - allowed or not re.fullmatch(r"[a-zA-Z_]\w*", str(field.get("id"))) or not field.get("label"):
            raise Refused({"inputs": [f"{field} is not valid"]})
        if field.get("type", "string") not in ("string", "boolean"):
            raise Refused({"inputs": [f"{field['type']} is no type of a field"]})
    if len(set(ids)) != len(ids) or set(inputs.get("required", [])) - set(ids):
        raise Refused({"inputs": ["field IDs must be unique, and what is required must be one"]})
    if set(injectors) - {"file", "env", "extra_vars"}:
        raise Refused({"injectors": ["Additional properties are not allowed"]})
    for name in injectors.get("env", {}):
        if name.startswith("ANSIBLE_"):
            raise Refused({"injectors": [f"Environment variable {name} is not allowed in credentials."]})
    for value in [*injectors.get("env", {}).values(), *injectors.get("extra_vars", {}).values()]:
        for used in re.findall(r"\{\{\s*(\w+)\s*\}\}", str(value)):
            if used not in ids:
                raise Refused({"injectors": [f"{used} uses an undefined field"]})
        if "{{" not in str(value):
            raise Refused({"injectors": [f"{value!r} injects nothing; an AWX would take it as plain text"]})


class Server:
    """The stand-in on a free port of this machine; a context manager."""

    def __init__(self, platform: Platform, user: str = "admin", password: str = "") -> None:
        self.platform = platform
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                parsed = urllib.parse.urlsplit(self.path)
                length = int(self.headers.get("Content-Length") or 0)
                raw = self.rfile.read(length)
                body: t.Any = None
                allowed = self.headers.get("Authorization") in (f"Bearer {platform.token}", f"Basic {basic}")
                try:
                    body = json.loads(raw) if raw else None
                    if not allowed:
                        raise Refused({"detail": "Authentication credentials were not provided."}, 401)
                    if body is not None and "json" not in (self.headers.get("Content-Type") or ""):
                        raise Refused({"detail": "Unsupported media type"}, 415)
                    with platform.lock:
                        query = dict(urllib.parse.parse_qsl(parsed.query, keep_blank_values=True))
                        status, answer = platform.call(self.command, parsed.path, query, body)
                except Refused as refused:
                    status, answer = refused.status, refused.problem
                platform.calls.append((self.command, self.path, status, body if status < 400 else answer))
                data = b"" if answer is None else json.dumps(answer).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("X-API-Product-Name", "AWX")
                self.send_header("X-API-Product-Version", "24.6.1")
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815

            def log_message(self, format: str, *args: t.Any) -> None:
                """Nothing: tests look at the calls."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Server:
        self._thread.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
