#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: appliance_info
short_description: Read everything known about one appliance
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Reads versions, time, health, available updates, addresses, certificates, the failover relationship, users and
    Jump Clients of one appliance.
  - Reads only. C(Check for Updates) is pressed for the subset V(updates), which asks the update server and changes
    nothing.
extends_documentation_fragment:
  - bseries.sra.attributes
  - bseries.sra.attributes.info_module
  - bseries.sra.attributes.action_group
  - bseries.sra.connection
options:
  gather_subset:
    description:
      - What to read. V(all) is everything; a name with V(!) before it leaves that subset out.
      - V(basics), V(updates), V(network) and V(certificates) need O(appliance_username); V(failover) needs
        O(login_username);
        V(health), V(clients) and V(jump_clients) need O(client_id). V(time) needs O(appliance_username) or O(client_id).
      - Subsets are V(basics), V(time), V(health), V(updates), V(network), V(certificates), V(failover), V(clients)
        and V(jump_clients).
    type: list
    elements: str
    default: [all]
seealso:
  - module: bseries.sra.upgrade_plan
  - module: bseries.sra.site_probe
"""

EXAMPLES = r"""
---
- name: Read versions and health of an appliance
  bseries.sra.appliance_info:
    host: pra-a.example.com
    tls_server_name: access.example.com
    appliance_username: admin
    appliance_password: "{{ vault_appliance_password }}"
    client_id: "{{ vault_client_id }}"
    client_secret: "{{ vault_client_secret }}"
    gather_subset: [basics, time, health]
  delegate_to: localhost
  register: read

- name: Say which version it has
  ansible.builtin.debug:
    msg: "{{ read.appliance.hostname }} has version {{ read.appliance.version }} on Base {{ read.appliance.base_version }}"
"""

RETURN = r"""
---
appliance:
  description:
    - What was read. Sections that were not asked for are null. Unknown values are null.
  returned: success
  type: dict
  contains:
    host:
      description: The option O(host).
      type: str
      returned: success
    port:
      description: The option O(port).
      type: int
      returned: success
    appliance_id:
      description: The appliance's own id.
      type: str
      returned: success
    hostname:
      description: The appliance's own host name.
      type: str
      returned: success
    version:
      description: Version of the product.
      type: str
      returned: success
      sample: 12.2.0
    build:
      description: Build of the product.
      type: str
      returned: success
    base_version:
      description: Version of the Base software.
      type: str
      returned: success
      sample: 3.3.2
    failover_role:
      description: V(none), V(primary) or V(backup); from the failover page if it was read, else from the API.
      type: str
      returned: success
    enabled_shared_ips:
      description: Shared IP addresses that are enabled on this appliance, as the API says (at most a minute old).
      type: list
      elements: str
      returned: success
    api:
      description: Which Command API answers (RV(appliance.api.command_api)), what the API account may do, and the
        product.
      type: dict
      returned: success
      contains:
        command_api:
          description: V(v2) or V(v1).
          type: str
          returned: success
        permissions:
          description: Permissions of the API account.
          type: dict
          returned: success
        product:
          description: V(pra) or V(rs).
          type: str
          returned: success
        versions:
          description: Versions of the APIs.
          type: dict
          returned: success
        failover_role:
          description: The role as the API's list of appliances shows it, which comes from no cache.
          type: str
          returned: success
    basics:
      description: The page C(/appliance > Status > Basics).
      type: dict
      returned: success
    time:
      description:
        - C(appliance) and C(controller) are both clocks at the same moment, C(skew_seconds) is positive where the
          appliance is ahead.
        - C(source) is V(api) or V(page). C(ntp_servers) are those of the network page.
      type: dict
      returned: success
      sample:
        appliance: '2026-11-22T15:04:05Z'
        controller: '2026-11-22T15:04:04Z'
        skew_seconds: 1.0
        source: api
        ntp_servers: [ntp.example.com]
    health:
      description: The health that the API reports; at most a minute old.
      type: dict
      returned: success
    updates:
      description: The page C(/appliance > Updates).
      type: dict
      returned: success
      sample:
        listed: true
        message: There are updates available to be installed
        progress: null
        available:
          - name: Base Software 3.3.2
            kind: base
            version: 3.3.2
            installable: true
            reason: null
            details: {}
    network:
      description: The page C(/appliance > Networking > IP Configuration).
      type: dict
      returned: success
    certificates:
      description: C(stored) are the rows of the certificates page, C(served) is the certificate that the connection
        showed.
      type: dict
      returned: success
    failover:
      description: The page C(/login > Management > Failover).
      type: dict
      returned: success
    clients:
      description: Counts of connected C(access_consoles), C(asset_clients) and C(gateways), and the list of C(users)
        logged in.
      type: dict
      returned: success
    jump_clients:
      description:
        - Counts of Jump Clients (C(total), C(online), C(pending), C(lost), C(active), C(passive), C(uninstalled),
          C(active_online),
          C(active_pending), C(passive_pending)) and Jumpoints (C(jumpoints_total), C(jumpoints_connected)).
        - C(active_not_ready) names the active Jump Clients that are offline or wait for their upgrade.
      type: dict
      returned: success
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

from ansible_collections.bseries.sra.plugins.module_utils._module import connection_spec, run_module
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_info

ARGUMENT_SPEC = {
    **connection_spec(),
    "gather_subset": {"type": "list", "elements": "str", "default": ["all"]},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), appliance_info.run)


if __name__ == "__main__":
    main()
