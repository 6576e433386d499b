#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: dns_record
short_description: Point an address record of a zone elsewhere
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Reads an A or AAAA record from the zone's primary name server, and where it is not as wished changes it with one dynamic
    update (RFC 2136), signed with TSIG, over TCP. The update holds the condition that the record still is as it was read.
  - Then asks the primary, every other authoritative server and the given resolvers until all of them show it.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - V(present) makes the record as the options say.
      - V(restored) gives it the TTL that O(remember) holds, or O(ttl) where given, and removes that file. Without the file and
        without O(ttl) nothing is contacted. A TTL that somebody else has set since is left.
    type: str
    choices: [present, restored]
    default: present
  server:
    description:
      - The zone's primary name server, as host name or IP address.
    type: str
    required: true
  port:
    description:
      - Its port.
    type: int
    default: 53
  zone:
    description:
      - The zone that holds the record.
    type: str
    required: true
  record:
    description:
      - The record, as full name or relative to O(zone); V(@) is the zone itself.
    type: str
    required: true
  address:
    description:
      - The only IP address that the record is to have. Without it the addresses stay as they are.
    type: str
  type:
    description:
      - Type of the record. If not given, it follows from O(address), and is V(A) without one.
    type: str
    choices: [A, AAAA]
  replaces:
    description:
      - The addresses that the record may have before. If it has any other, or does not exist, nothing is changed and the
        task fails. Without them any record is replaced, and one that does not exist is made.
    type: list
    elements: str
    default: []
  ttl:
    description:
      - TTL in seconds. Without it the TTL stays as it is.
    type: int
  key_name:
    description:
      - Name of the TSIG key. Without a key nothing is signed.
    type: str
  key_secret:
    description:
      - Its secret, in base64.
    type: str
  key_algorithm:
    description:
      - Its algorithm.
    type: str
    default: hmac-sha256
  nameservers:
    description:
      - The authoritative servers to ask afterwards, each as C(host) or C(host:port). If not given, those of the zone's NS
        records.
    type: list
    elements: str
    default: []
  resolvers:
    description:
      - The resolvers to ask afterwards, each as C(host) or C(host:port).
    type: list
    elements: str
    default: []
  verify:
    description:
      - Whether to wait until all servers show the record.
    type: bool
    default: true
  remember:
    description:
      - File on the controller. Where the TTL is lowered, the one before is kept there, and since when, before anything is
        changed; a file that is there already is kept as it is.
    type: path
  wait_for_ttl:
    description:
      - After a change of the address, wait at least until its old TTL has run out, because caches that nobody can ask may
        hold the old address as long. Where O(remember) tells that the TTL was lowered lately, also until the TTL of before
        has run out since.
    type: bool
    default: false
  wait_timeout:
    description:
      - Seconds that the servers may take to show the record, on top of its old TTL.
    type: int
    default: 300
  timeout:
    description:
      - Seconds that a single question may take.
    type: float
    default: 10.0
  assume_ttl:
    description:
      - In check mode, the TTL that earlier steps of a procedure will have set by then.
    type: int
requirements:
  - dnspython
seealso:
  - module: bseries.sra.site_probe
"""

EXAMPLES = r"""
---
- name: Lower the TTL well before the swing
  bseries.sra.dns_record:
    server: ns1.example.com
    zone: example.com
    record: access
    ttl: 60
    key_name: sra-swing
    key_secret: "{{ vault_dns_key_secret }}"
  delegate_to: localhost

- name: Point the site at B
  bseries.sra.dns_record:
    server: ns1.example.com
    zone: example.com
    record: access.example.com
    address: 192.0.2.12
    replaces: [192.0.2.11, 192.0.2.12]
    ttl: 60
    key_name: sra-swing
    key_secret: "{{ vault_dns_key_secret }}"
    resolvers: [192.0.2.53, 198.51.100.53]
    wait_for_ttl: true
  delegate_to: localhost
"""

RETURN = r"""
---
record:
  description: The full name of the record.
  returned: success
  type: str
  sample: access.example.com.
type:
  description: Its type.
  returned: success
  type: str
  sample: A
before:
  description: The record as it was read, with C(record), C(type), C(addresses) and C(ttl).
  returned: success
  type: dict
  sample: {record: access.example.com., type: A, addresses: [192.0.2.11], ttl: 60}
after:
  description: The record afterwards, likewise; in check mode as predicted.
  returned: success
  type: dict
  sample: {record: access.example.com., type: A, addresses: [192.0.2.12], ttl: 60}
servers:
  description: Who was asked afterwards, each with C(server), C(kind), C(addresses), C(ttl) and C(error).
  returned: always, empty in check mode
  type: list
  elements: dict
  sample: [{server: "192.0.2.53:53", kind: resolver, addresses: [192.0.2.12], ttl: 42, error: null}]
original_ttl:
  description: The TTL in seconds that the record had before it was lowered, as far as O(remember) tells; else the one it had now.
  returned: success
  type: int
  sample: 3600
old_ttl_left:
  description: Seconds that caches may still hold answers with that TTL, as far as O(remember) tells.
  returned: success
  type: int
  sample: 1740
old_ttl_until:
  description: When that ends; null without a remembered TTL.
  returned: success
  type: str
  sample: "2026-03-07T23:10:00Z"
seconds:
  description: How long it took until all of them showed it.
  returned: where that was waited for
  type: float
  sample: 60.2
error:
  description:
    - What went wrong, in parts. C(msg) holds the same as text.
  returned: on failure
  type: dict
  contains:
    kind:
      description: V(input), V(transport), V(starting), V(tls), V(authentication), V(session_expired), V(sign_in_obstacle),
        V(permission), V(api), V(page), V(refused), V(state), V(timeout), V(install) or V(error).
      type: str
      returned: on failure
    message:
      description: What happened, in one sentence.
      type: str
      returned: on failure
    expected:
      description: What should have been there.
      type: str
      returned: on failure
    seen:
      description: What was there instead; for a refusal the appliance's own words.
      type: str
      returned: on failure
    appliance:
      description: Host and port.
      type: str
      returned: on failure
    page:
      description: The page, as a path of captions.
      type: str
      returned: on failure
    state:
      description: In which state things are now, as far as known.
      type: str
      returned: on failure
    advice:
      description: What to do next.
      type: str
      returned: on failure
    candidates:
      description: The nearest things seen.
      type: list
      elements: str
      returned: on failure
    saved:
      description: Where the page was saved.
      type: str
      returned: on failure
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.bseries.sra.plugins.module_utils._module import run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources import dns_record

ARGUMENT_SPEC = {
    "state": {"type": "str", "choices": ["present", "restored"], "default": "present"},
    "server": {"type": "str", "required": True},
    "port": {"type": "int", "default": 53},
    "zone": {"type": "str", "required": True},
    "record": {"type": "str", "required": True},
    "address": {"type": "str"},
    "type": {"type": "str", "choices": ["A", "AAAA"]},
    "replaces": {"type": "list", "elements": "str", "default": []},
    "ttl": {"type": "int"},
    "key_name": {"type": "str"},
    "key_secret": {"type": "str", "no_log": True},
    "key_algorithm": {"type": "str", "default": "hmac-sha256"},
    "nameservers": {"type": "list", "elements": "str", "default": []},
    "resolvers": {"type": "list", "elements": "str", "default": []},
    "verify": {"type": "bool", "default": True},
    "remember": {"type": "path"},
    "wait_for_ttl": {"type": "bool", "default": False},
    "wait_timeout": {"type": "int", "default": 300},
    "timeout": {"type": "float", "default": 10.0},
    "assume_ttl": {"type": "int"},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), dns_record.run)


if __name__ == "__main__":
    main()
