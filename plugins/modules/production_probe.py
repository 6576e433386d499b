#!/usr/bin/python
# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: production_probe
short_description: Watch from outside whether the site answers while a play runs
version_added: 0.1.0
author: The bseries.sra maintainers (@bseries)
description:
  - Starts a small program on the controller that asks the site's health check again and again, without any account, and writes what it sees to
    a file that only its owner can read.
  - It ends when it is told to, and in any case with the Ansible process that started it, however that ends.
extends_documentation_fragment:
  - bseries.sra.attributes
attributes:
  check_mode:
    support: full
    details: In check mode nothing is watched.
  diff_mode:
    support: none
    details: There is nothing to compare.
  idempotent:
    support: full
options:
  state:
    description: Start or end the probe.
    type: str
    choices: [started, stopped]
    default: started
  file:
    description: File of what was seen; its folder is made where it is missing.
    type: path
    required: true
  hostname:
    description: The site's host name. Needed to start.
    type: str
  port:
    description: Its port.
    type: int
    default: 443
  address:
    description: Where the site is asked; else where its name leads at each question.
    type: str
  ca_path:
    description: The CA that signed the site's certificate, a PEM file or a folder of such files.
    type: path
  validate_certs:
    description: Whether the certificate is verified.
    type: bool
    default: true
  interval:
    description: Seconds between two questions.
    type: float
    default: 1.0
  pid:
    description: The process to end.
    type: int
"""

EXAMPLES = r"""
- name: Watch production while the play runs
  bseries.sra.production_probe:
    hostname: access.example.com
    file: /srv/sra-reports/berlin/12.2.0/probe-1.jsonl
"""

RETURN = r"""
pid:
  description: The number of the probe's process; null in check mode.
  returned: success
  type: int
file:
  description: The file of what was seen.
  returned: success
  type: str
"""
