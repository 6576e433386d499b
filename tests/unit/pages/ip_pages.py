# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""IP Configuration pages in several hands: 10.0.0.5 is enabled, 10.0.0.9 is not."""

from __future__ import annotations

LISTS = {
    "boxes in a table": (
        "en",
        """<h2>IP Configuration</h2>
<form method=post action=/save>
<input type=hidden name=t value=1>
<table><thead>
<tr><th>IP Address</th><th>Subnet Mask</th><th>Enabled</th></tr></thead>
<tr>
<td>10.0.0.5</td>
<td>255.255.255.0</td>
<td>
<input type=checkbox name=e1 checked></td></tr>
<tr>
<td>10.0.0.9</td>
<td>255.255.255.0</td>
<td>
<input type=checkbox name=e2></td></tr></table>
<button>Save Changes</button></form>
<h3>NTP</h3>
<form method=post action=/ntp>
<label>NTP Server <input name=n value='clock.example.com'></label>
<input type=submit value='Save Changes'></form>""",
    ),
    "german links": (
        "de",
        """<h2>Netzwerk :: IP-Konfiguration</h2><ul>
<li><a href=/ip/1>10.0.0.5</a> - 255.255.255.0 (Aktiviert)</li>
<li><a href=/ip/2>10.0.0.9</a> - 255.255.255.0 (Deaktiviert)</li></ul>
<p>Standardgateway: 10.0.0.1</p>
<p>DNS-Server: 10.0.0.2</p>""",
    ),
    "cards": (
        "en",
        """<h1>IP Configuration</h1>
<div class=cards>
<div class=card>
<h3>10.0.0.5</h3>
<dl>
<dt>Subnet mask</dt>
<dd>255.255.255.0</dd>
<dt>Enabled</dt>
<dd>Yes</dd></dl><a href=/ip/1>Edit</a></div>
<div class=card>
<h3>10.0.0.9</h3>
<dl>
<dt>Subnet mask</dt>
<dd>255.255.255.0</dd>
<dt>Enabled</dt>
<dd>No</dd></dl><a href=/ip/2>Edit</a></div></div>
<h3>DNS</h3>
<p>10.0.0.2</p>
<h3>NTP</h3>
<form method=post action=/ntp>
<label>NTP Server <input name=n value='clock.example.com'></label>
<input type=submit value='Save Changes'></form>""",
    ),
    "state only on the edit page": (
        "en",
        """<h1>IP Configuration</h1>
<p>Click an address to edit it.</p>
<p><a href=/ip/1>10.0.0.5/24</a></p>
<p><a href=/ip/2>10.0.0.9/24</a></p>""",
    ),
    "ticks": (
        "en",
        """<h1>IP Configuration</h1>
<table>
<tr>
<td colspan=3><b>IP Addresses</b></td></tr>
<tr>
<td>eth0</td>
<td><a href=/ip/1>10.0.0.5</a></td>
<td>✓</td></tr>
<tr>
<td>eth0</td>
<td><a href=/ip/2>10.0.0.9</a></td>
<td>✗</td></tr></table>
<table>
<tr>
<td>Default gateway</td>
<td>10.0.0.1</td></tr></table>""",
    ),
    "buttons": (
        "en",
        """<h1>IP Configuration</h1>
<table>
<tr><th>Address</th><th>Status</th><th>Action</th></tr>
<tr>
<td>10.0.0.5</td>
<td>Enabled</td>
<td>
<form method=post action=/dis>
<input type=hidden name=a value=1>
<button>Disable</button></form></td></tr>
<tr>
<td>10.0.0.9</td>
<td>Disabled</td>
<td>
<form method=post action=/ena>
<input type=hidden name=a value=2>
<button>Enable</button></form></td></tr></table>""",
    ),
    "a form each": (
        "en",
        """<h1>IP Configuration</h1>
<form method=post action=/save1>
<fieldset><legend>10.0.0.5</legend>
<label>
<input type=checkbox name=en value=1 checked> Enabled</label>
<button>Save Changes</button></fieldset></form>
<form method=post action=/save2>
<fieldset><legend>10.0.0.9</legend>
<label>
<input type=checkbox name=en value=1> Enabled</label>
<button>Save Changes</button></fieldset></form>""",
    ),
    "inputs": (
        "en",
        """<h1>IP Configuration</h1>
<form method=post action=/save1>
<p>IP Address <input name=ip value=10.0.0.5> Subnet Mask <input name=m value=255.255.255.0>
 <input type=checkbox name=en checked> Enabled <input type=submit value='Save Changes'></p></form>
<form method=post action=/save2>
<p>IP Address <input name=ip value=10.0.0.9> Subnet Mask <input name=m value=255.255.255.0>
 <input type=checkbox name=en> Enabled <input type=submit value='Save Changes'></p></form>""",
    ),
}
