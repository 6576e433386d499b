# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Status > Basics in several hands."""

from __future__ import annotations

BASICS = {
    "german list": (
        "de",
        """<h2>Status :: Einfach</h2>
<dl>
<dt>Geräte-ID</dt>
<dd>0123456789ABCDEF0123456789ABCDEF</dd>
<dt>Basissoftware</dt>
<dd>3.2.4</dd>
<dt>Produktversion</dt>
<dd>12.1.0</dd>
<dt>Build</dt>
<dd>4711</dd>
<dt>Gerätezeit</dt>
<dd>22. November 2026, 16:04 Uhr MEZ</dd>
<dt>Hostname</dt>
<dd>a.example.com</dd></dl>""",
    ),
    "grid": (
        "en",
        """<h1>Basics</h1>
<div class=grid>
<div class=k>Appliance ID</div>
<div class=v>01234567-89ab-cdef-0123-456789abcdef</div>
<div class=k>Base Version</div>
<div class=v>3.2.4 (r12345)</div>
<div class=k>Product</div>
<div class=v>Privileged Remote Access 24.3.4 (Build 1234)</div>
<div class=k>Time Zone</div>
<div class=v>Europe/Berlin</div>
<div class=k>Current Time</div>
<div class=v>2026-11-22 16:04:05</div></div>""",
    ),
    "lines": (
        "en",
        """<h3>Status :: Basics</h3>
<p>GUID: 0123456789abcdef0123456789abcdef<br>Base Software: 3.2.4<br>Bomgar: 12.1.0<br>Appliance time: Sun, 22 Nov 2026 15:04:05 +0000</p>
<form method=post>
<input type=submit value='Reset Appliance to Factory Defaults'></form>""",
    ),
    "read-only fields": (
        "en",
        """<p><b>Basics</b></p>
<form>
<label>Appliance GUID <input readonly value=0123456789abcdef0123456789abcdef></label>
<label>Base Build <input readonly value='3.2.4'></label>
<label>Site Version<input disabled value='12.1.0'></label></form>
<p data-label='Appliance Time'>11/22/2026 3:04:05 PM UTC</p>""",
    ),
    "columns": (
        "en",
        """<h2>Basics</h2>
<table>
<tr><th>Component</th><th>Version</th></tr>
<tr>
<td>Base Software</td>
<td>3.2.4</td></tr>
<tr>
<td>Privileged Remote Access</td>
<td>24.1.2</td></tr></table><ul>
<li><b>Appliance ID</b> 0123456789abcdef0123456789abcdef</li>
<li><b>Time</b> Nov 22 15:04:05 UTC 2026</li></ul>""",
    ),
}
