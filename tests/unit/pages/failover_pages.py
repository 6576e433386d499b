# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Failover pages in several hands."""

from __future__ import annotations

UNRELATED = {
    "table": (
        "en",
        """""<h2>Failover :: Configuration</h2>
<p>Failover is currently not configured.</p>
<form method=post action=/fo/set>
<input type=hidden name=x value=y>
<table>
<tr>
<td colspan=2><b>Setup a Failover Relationship</b></td></tr>
<tr><th colspan=2>New Backup Site Connection Details</th></tr>
<tr>
<td>Host Name or IP Address:</td>
<td>
<input name=h1></td></tr>
<tr>
<td>TLS Port:</td>
<td>
<input name=p1 value=443></td></tr>
<tr><th colspan=2>Reverse Connection Details To This Primary Site</th></tr>
<tr>
<td>Host Name or IP Address:</td>
<td>
<input name=h2></td></tr>
<tr>
<td>TLS Port:</td>
<td>
<input name=p2 value=443></td></tr>
<tr>
<td></td>
<td>
<input type=submit value=Finish></td></tr></table></form>"""
        "",
    ),
    "german fieldsets": (
        "de",
        """""<h2>Failover :: Konfiguration</h2>
<p>Failover ist derzeit nicht konfiguriert.</p>
<form method=post action=/fo/set>
<fieldset><legend>Verbindungsdetails zu neuem Backup-Standort</legend>
<dl>
<dt>Hostname oder IP-Adresse<dd>
<input name=h1 required>
<dt>TLS-Port<dd>
<input name=p1 value=443 required></dl></fieldset>
<fieldset><legend>Umgekehrte Verbindungsdetails zu diesem primären Standort</legend>
<dl>
<dt>Hostname oder IP-Adresse<dd>
<input name=h2 required>
<dt>TLS-Port<dd>
<input name=p2 value=443></dl></fieldset>
<button>Verbindung herstellen</button></form>"""
        "",
    ),
    "modern cards": (
        "en",
        """""<main>
<h1>Failover</h1>
<div class=alert>Failover is currently not configured.</div>
<form method=post action=/fo/set>
<div class=card>
<div class=card-header>New backup site connection details</div>
<div class=row>
<div>
<label for=a>Host name or IP address *</label>
<input id=a name=h1 required></div>
<div>
<label for=b>Port</label>
<input type=number id=b name=p1></div></div></div>
<div class=card>
<div class=card-header>Reverse connection details to this primary site</div>
<div class=row>
<div>
<label for=c>Host name or IP address *</label>
<input id=c name=h2 required></div>
<div>
<label for=d>Port</label>
<input type=number id=d name=p2></div></div></div>
<button class=btn>Establish Relationship</button></form></main>"""
        "",
    ),
    "plain text": (
        "en",
        """""
<p><strong>Failover</strong></p>
<p>Failover is currently not configured.</p>
<form method=post action=/fo/set>New Backup Site Connection Details<br>Host Name or IP Address <input name=h1>
 TLS Port <input name=p1>
<hr>Reverse Connection Details To This Primary Site<br>Host Name or IP Address <input name=h2>
 TLS Port <input name=p2><br><a href="#" onclick="this.form.submit()">nope</a>
<input type=image alt="Finish" src=f.gif></form>"""
        "",
    ),
    "aria labels": (
        "en",
        """""<h1>Failover</h1>
<p>Failover is currently not configured.</p>
<form method=post action=/fo/set>
<input name=h1 aria-label="New Backup Site Connection Details: Host Name or IP Address">
<input name=p1 aria-label="New Backup Site Connection Details: TLS Port">
<input name=h2 aria-label="Reverse Connection Details To This Primary Site: Host Name or IP Address">
<input name=p2 aria-label="Reverse Connection Details To This Primary Site: TLS Port">
<input type=submit value=Finish></form>"""
        "",
    ),
}

RELATED = {
    "table": (
        "en",
        """<h2>Failover :: Status</h2>
<table>
<tr>
<td>This host's status:</td>
<td>Primary site instance</td></tr>
<tr>
<td>Peer host:</td>
<td>b.example.com</td></tr>
<tr>
<td>Last Data Sync:</td>
<td>Nov 22, 2026 3:04 PM UTC</td></tr></table>
<form method=post action=/sync>
<input type=submit value="Sync Now"></form>
<form method=post action=/brk>
<input type=submit value="Break Failover Relationship"></form>""",
    ),
    "german list": (
        "de",
        """<h2>Failover :: Status</h2>
<p>Dies ist der Standort.</p>
<dl>
<dt>Status dieses Hosts</dt>
<dd>Primär</dd>
<dt>Gegenstelle</dt>
<dd>b.example.com (Backup)</dd>
<dt>Letzte Datensynchronisierung</dt>
<dd>22.11.2026 15:04:05</dd></dl>
<form method=post action=/sync>
<button name=a value=s>Jetzt synchronisieren</button>
<button name=a value=b>Failover-Verbindungen trennen</button></form>""",
    ),
    "modern pairs": (
        "en",
        """<h1>Failover</h1>
<section>
<h3>Status</h3>
<div class=kv>
<span>This host&rsquo;s status</span>
<span>Primary</span></div>
<div class=kv>
<span>Peer</span>
<span>b.example.com:443</span></div>
<div class=kv>
<span>Last data sync</span><time datetime="2026-11-22T15:04:05Z">5 minutes ago</time></div></section>
<form method=post action=/sync>
<input type=hidden name=csrf value=1>
<button>Sync now</button></form>
<form action=/brk method=post>
<button>Break failover relationship</button>
<label>Become Backup<input type=checkbox name=z></label></form>""",
    ),
    "sentences and links": (
        "en",
        """<p>This appliance is the <b>backup</b> of a.example.com.</p>
<p>The last data sync was completed on 2026-11-22 15:04:05 UTC. Synchronization in progress</p>
<a class=btn href=/sync>Sync Now</a> <a class=btn href=/brkc>Break Failover Relationship</a>""",
    ),
}
