# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say how an appliance is reached and with which accounts; written once for all modules."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  host:
    description:
      - Host name or IP address of the appliance itself, never the name or address that a pair shares.
      - If not given, the value of the environment variable E(SRA_HOST) is used.
    type: str
  port:
    description:
      - TCP port of the appliance's HTTPS server.
    type: int
    default: 443
  tls_server_name:
    description:
      - The name that the appliance's certificate must carry, where that is not O(host).
      - A node is reached by its own address while its certificate often carries the site's name only; then give the
        site's name here.
        The connection still goes to O(host).
    type: str
  ca_path:
    description:
      - PEM file, or folder of hashed PEM files, with the certificate authorities to trust on the controller.
      - If not given, the controller's own authorities are trusted.
    type: path
  validate_certs:
    description:
      - Whether the certificate and its name are verified. Give O(ca_path) and O(tls_server_name) rather than switch
        this off.
    type: bool
    default: true
  appliance_username:
    description:
      - Account of the appliance administration under C(/appliance).
      - If not given, the value of the environment variable E(SRA_APPLIANCE_USERNAME) is used.
    type: str
  appliance_password:
    description:
      - Password of O(appliance_username).
      - If not given, the value of the environment variable E(SRA_APPLIANCE_PASSWORD) is used.
    type: str
  login_username:
    description:
      - Account of the software's administration under C(/login). It is another account than the one of C(/appliance).
      - If not given, the value of the environment variable E(SRA_LOGIN_USERNAME) is used.
    type: str
  login_password:
    description:
      - Password of O(login_username).
      - If not given, the value of the environment variable E(SRA_LOGIN_PASSWORD) is used.
    type: str
  client_id:
    description:
      - OAuth client id of an API account (C(/login > Management > API Configuration)).
      - If not given, the value of the environment variable E(BT_CLIENT_ID) is used.
    type: str
  client_secret:
    description:
      - OAuth client secret of the API account.
      - If not given, the value of the environment variable E(BT_CLIENT_SECRET) is used.
    type: str
  language:
    description:
      - Language in which the appliance shows its pages. V(auto) reads it from the pages.
    type: str
    choices: [auto, en, de]
    default: auto
  vocabulary:
    description:
      - Captions to add to those that the collection knows, for pages that are worded otherwise.
      - The keys name controls. The values are lists of captions, or dictionaries of such lists by language.
    type: dict
  timeout:
    description:
      - Seconds that a single request may wait for the appliance. Waiting for an end state has its own limit.
    type: float
    default: 30
  appliance_id:
    description:
      - The id that the appliance must have, as returned by M(bseries.sra.appliance_info). Nothing is written on any
        other.
    type: str
  report_dir:
    description:
      - Folder on the controller where a page that was not understood is saved, with secrets and tokens removed.
    type: path
  web_driver:
    description:
      - How the appliance's pages are worked. V(html) reads what the appliance sends. V(browser) works the pages through
        Chromium, for appliances whose pages are drawn by scripts. V(auto) begins with V(html) and changes to V(browser) at
        the first page that is an empty shell, or menus around an empty place, in the same session.
      - V(browser) needs Chromium and the Python library playwright on the controller.
    type: str
    choices: [auto, html, browser]
    default: auto
requirements:
  - Python 3.11 or newer on the controller
  - requests, urllib3, lxml, defusedxml, cryptography and requests-toolbelt on the controller
notes:
  - Run the module on the controller (C(delegate_to=localhost) or C(connection=local)); nothing can be installed on an
    appliance.
"""
