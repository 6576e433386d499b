# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Updates pages in several hands."""

from __future__ import annotations

LISTS = {
    "cards": (
        "en",
        """""<h1>Updates</h1>
<p>Installed: Base Software 3.2.4</p>
<p>Current version: Bomgar 12.1.0</p><a class=btn href=/chk>Check for Updates</a>
<section>
<h2>Available Updates</h2>
<div class=cards>
<article class=card>
<h3>BeyondTrust Privileged Remote Access 24.3.4 (Build 1234)</h3>
<p>3.2.4 does not satisfy 24.3.4's requirements.</p><ul>
<li>Primary Hostname: s.example.com</li>
<li>Licenses: 15</li></ul>
<button disabled>Install This Update</button></article>
<article class=card>
<h3>Base Software 7.0.1</h3>
<p>Fixes.</p>
<form method=post action=/inst>
<input type=hidden name=p value=b>
<button>Install this update</button></form></article></div></section>"""
        "",
    ),
    "german list": (
        "de",
        """""<h3>Aktualisierungen :: Prüfen</h3>
<form method=post action=/chk>
<button>Auf Aktualisierungen prüfen</button></form>
<h3>Verfügbare Aktualisierungen</h3><ul>
<li>Basissoftware 3.3.2 <form method=post action=/inst style=display:inline>
<input type=hidden name=p value=b>
<input type=submit value="Diese Aktualisierung installieren"></form></li>
<li class=disabled>Bomgar-12.2.0<br>Primärer Hostname: s.example.com<br>Lizenzen: 15<br>
<i>3.2.4 erfüllt nicht die Anforderungen von 12.2.0.</i></li></ul>
<h3>Manuelle Installation</h3>
<form method=post enctype=multipart/form-data>
<input type=file name=f>
<button>Software aktualisieren</button></form>"""
        "",
    ),
    "headings": (
        "en",
        """""<h2>Updates :: Check</h2>
<form method=post action=/chk>
<input type=submit value='Check for Updates'></form>
<h2>Available Updates</h2>
<p>There are updates available to be installed</p>
<h3>Base Software 3.3.2</h3>
<form method=post action=/inst>
<input type=hidden name=p value=b>
<input type=submit value="Install This Update"></form>
<h3>Bomgar-12.2.0</h3>
<p>Primary Hostname: s</p>
<p>Licenses: 15</p>
<p>Expires: Never</p>
<p>3.2.4 does not satisfy 12.2.0's requirements. Please install any other available package by clicking "Install this Update".</p>
<h2>Manual Installation</h2>
<form method=post enctype=multipart/form-data>
<input type=file name=f>
<button>Update Software</button></form>"""
        "",
    ),
    "radio buttons": (
        "en",
        """""<h2>Updates</h2>
<form method=post action=/chk>
<input type=submit value='Check for Updates'></form>
<h3>Available Updates</h3>
<form method=post action=/inst>
<input type=hidden name=z value=1>
<table>
<tr><th></th><th>Package</th><th>Version</th><th>Note</th></tr>
<tr>
<td>
<input type=radio name=p value=b></td>
<td>Base Software</td>
<td>3.3.2</td>
<td></td></tr>
<tr>
<td>
<input type=radio name=p value=c disabled></td>
<td>Bomgar</td>
<td>12.2.0</td>
<td>3.2.4 does not satisfy 12.2.0's requirements</td></tr></table>
<button>Install This Update</button></form>"""
        "",
    ),
    "definition list": (
        "en",
        """""<h2>Updates</h2>
<form method=post action=/chk>
<input type=submit value='Check for Updates'></form>
<h3>Available Updates</h3>
<dl>
<dt>Base Software 3.3.2</dt>
<dd><a class=button href="/inst?p=b">Install This Update</a></dd>
<dt>Bomgar-12.2.0</dt>
<dd>Licenses: 15<br>Expires: Never<br>3.2.4 does not satisfy 12.2.0's requirements.</dd></dl>"""
        "",
    ),
    "rows of boxes": (
        "en",
        """""<h2>Updates</h2>
<form method=post action=/chk>
<button>Check for Updates</button></form>
<div class=head>Available Updates</div>
<div class=r>
<div class=c>Base Software 3.3.2</div>
<div class=c>Licenses: -</div>
<div class=c>
<form method=post action=/inst>
<input type=hidden name=p value=b>
<button>Install This Update</button></form></div></div>
<div class=r>
<div class=c>Bomgar-12.2.0</div>
<div class=c>
<div>Primary Hostname: s</div>
<div>Licenses: 15</div></div>
<div class=c>
<span class="btn disabled">Install This Update</span><small>3.2.4 does not satisfy 12.2.0's requirements.</small>
</div></div>"""
        "",
    ),
}

SINGLE = (
    """""<h2>Updates</h2>
<form method=post action=/chk>
<input type=submit value='Check for Updates'></form>
<div class=panel>
<div class=panel-title>Available Updates</div>
<div>
<p>There are updates available to be installed</p>
<div><b>Base Software 3.3.2</b> <form method=post action=/inst>
<button name=p value=b>Install This Update</button></form></div></div></div>
<p>Copyright 2019 Bomgar Corporation. Base 3.2.4</p>"""
    ""
)

NOTHING = (
    """""<h2>Updates</h2>
<form method=post action=/chk>
<input type=submit value='Check for Updates'></form>
<p>Your appliance is up to date. No updates available.</p>"""
    ""
)

LICENCE = """<h1>End User License Agreement</h1>
<div class=eula>You must not copy. Errors may occur.</div>
<form method=post action=/lic>
<input type=hidden name=q value=7>
<label>
<input type=checkbox name=ok value=1> I have read and accept the license agreement</label>
<button>Continue</button>
<button name=no>Cancel</button></form>"""
