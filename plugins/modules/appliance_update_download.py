#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: appliance_update_download
short_description: Download an appliance's updates on a connected host
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - For appliances without a way to the vendor's update server. Gives the server the Appliance Download Key and downloads
    all packages that it lists into a folder, with a C(manifest.json) of their sizes and SHA-256.
  - Needs a way to the update server only; neither the appliances nor the controller are contacted.
  - The server's page is read as a person reads it, by captions in English or German.
  - Packages are streamed to disk. A package that is there and intact is not downloaded again. Where a connection broke
    off, the next run goes on, as far as the server allows.
  - No file that is there is overwritten. A package whose name is taken gets a number, such as C(update-2.pkg); the manifest
    tells which file is which package.
  - The update server lists a package only once. Keep the folder, and install the packages soon.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
    details: The list is asked for; no package is downloaded.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  key:
    description:
      - The Appliance Download Key, as M(bseries.sra.appliance_download_key) writes it to a file.
    type: str
    required: true
  dest:
    description:
      - Folder for the packages and the manifest, one for each appliance. It is made if it does not exist.
    type: path
    required: true
  url:
    description:
      - The update server's page.
    type: str
    default: https://btupdate.com
  allowed_hosts:
    description:
      - Other hosts that packages may come from, where the update server leads there by a redirect or a link. C(*.) in front of
        a name means every host below it. They are reached by HTTPS and their certificates are verified too.
      - A form with the key is sent to the update server only.
    type: list
    elements: str
    default: []
  address:
    description:
      - IP address to connect to instead of what the name in O(url) resolves to.
    type: str
  ca_path:
    description:
      - File or folder of the certificate authorities to trust, in place of the system's.
    type: path
  validate_certs:
    description:
      - Whether the server's certificate is verified.
    type: bool
    default: true
  timeout:
    description:
      - Seconds that the server may be silent.
    type: float
    default: 30.0
  wait_timeout:
    description:
      - Seconds that the download of one package may take.
    type: int
    default: 14400
  vocabulary:
    description:
      - Captions to add, by control (C(update_server_key), C(update_server_submit), C(download_package)) and language.
    type: dict
seealso:
  - module: bseries.sra.appliance_download_key
  - module: bseries.sra.appliance_update
"""

EXAMPLES = r"""
---
- name: Download what is there for an appliance
  bseries.sra.appliance_update_download:
    key: "{{ lookup('ansible.builtin.file', '/media/usb/pra-b.key') }}"
    dest: /media/usb/pra-b
"""

RETURN = r"""
---
downloaded:
  description: The packages that came now. C(resumed) is how many bytes were there from before.
  returned: always
  type: list
  elements: dict
  sample:
    - file: base-3.3.2.pkg
      kind: base
      version: 3.3.2
      size: 734003200
      sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      resumed: 0
would_download:
  description: In check mode the packages that would be downloaded.
  returned: always
  type: list
  elements: dict
  sample: []
packages:
  description: Everything in the folder, as in the manifest.
  returned: always
  type: list
  elements: dict
  sample: []
manifest:
  description: Path of the manifest.
  returned: always
  type: str
  sample: /media/usb/pra-b/manifest.json
fingerprint:
  description: First twelve hex digits of the key's SHA-256.
  returned: always
  type: str
  sample: 1f3a0c9e77b2
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
from ansible_collections.bseries.sra.plugins.module_utils._resources import appliance_update_download

ARGUMENT_SPEC = {
    "key": {"type": "str", "required": True, "no_log": True},
    "dest": {"type": "path", "required": True},
    "url": {"type": "str", "default": "https://btupdate.com"},
    "allowed_hosts": {"type": "list", "elements": "str", "default": []},
    "address": {"type": "str"},
    "ca_path": {"type": "path"},
    "validate_certs": {"type": "bool", "default": True},
    "timeout": {"type": "float", "default": 30.0},
    "wait_timeout": {"type": "int", "default": 14400},
    "vocabulary": {"type": "dict"},
}


def main() -> None:
    run_module(AnsibleModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True), appliance_update_download.run)


if __name__ == "__main__":
    main()
