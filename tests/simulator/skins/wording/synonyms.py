# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What another hand may say instead: variants of the guides where a guide fixes the caption, near-synonyms where none does."""

from __future__ import annotations

import random

SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {
    "en": {
        "sign_in.title": ("Login", "Sign In", "Authentication"),
        "sign_in.heading": ("Login", "Please sign in", "Authentication required", "Welcome"),
        "sign_in.username": ("Username", "User name", "User", "Account Name", "Login name"),
        "sign_in.password": ("Password", "Your password"),
        "sign_in.button": ("Login", "Log In", "Log on", "Sign In", "Sign on", "Continue", "Submit"),
        "sign_out": ("Logout", "Log Out", "Log off", "Sign Out", "Sign off"),
        "agreement.accept": ("I Agree", "Accept", "Agree and continue"),
        "cancel": ("Cancel", "Go back", "Abort"),
        "menu.jump": ("Jump", "Jump", "Asset Management"),
        "menu.software": ("Software Management", "Software"),
        "menu.information": ("Information", "Site Information"),
        "menu.users_security": ("Users & Security", "Users and Security"),
        "basics.hostname": ("Host Name", "Hostname", "Appliance Host Name"),
        "basics.appliance_id": ("Appliance ID", "Appliance GUID", "Appliance Identifier", "GUID"),
        "basics.base_version": ("Base Software Version", "Base Version", "Base Software"),
        "basics.product_version": ("Product Version", "Software Version", "Product Software Version"),
        "basics.product_build": ("Product Build", "Build Number", "Build"),
        "basics.time": ("Appliance Time", "System Time", "Current Time", "Date and Time"),
        "ip.enabled": ("Enabled", "Enabled", "enabled"),
        "ip.ntp": ("NTP Servers", "NTP", "Network Time (NTP)"),
        "ip.ntp.server": ("NTP Server", "NTP"),
        "certificates.go": ("Go", "Apply", "OK", "Execute"),
        "certificates.name": ("Friendly Name", "Certificate Friendly Name", "Name"),
        "export.certificate": ("Include Certificate", "Certificate", "Export the certificate"),
        "export.private_key": ("Include Private Key", "Private Key", "Export the private key"),
        "export.chain": ("Include Certificate Chain", "Certificate Chain", "Export the certificate chain"),
        "import.file": ("Certificate or Private Key File", "Certificate File", "File"),
        "import.password": ("Password", "Passphrase"),
        "updates.licence.accept": (
            "I have read and accept the license agreement",
            "I accept the terms of the End User License Agreement",
            "Accept",
        ),
        "updates.licence.button": ("Continue", "Accept", "Accept and install", "Next", "Proceed"),
        "updates.manual.file": ("Software Update File", "Update Package", "File"),
        "software.backup.history": ("Include Logged Session Reporting Data", "Include logged history reporting data"),
        "failover.port": ("TLS Port", "Port"),
        "failover.establish": ("Finish", "Establish Relationship", "Establish"),
        "failover.last_sync": ("Last Data Sync", "Last data-sync", "Last data sync time", "Last Synchronization"),
        "failover.last_status": ("Last Data Sync Status", "Data Sync Status", "Result of the last data sync"),
        "jump_clients.state": ("Status", "State"),
        "information.version": ("Product Version", "Software Version"),
        "information.build": ("Product Build", "Build Number", "Build"),
        "yes": ("Yes", "Yes", "On"),
        "no": ("No", "No", "Off"),
    },
    "de": {
        "sign_in.title": ("Anmeldung", "Anmelden", "Authentifizierung"),
        "sign_in.heading": ("Anmeldung", "Bitte melden Sie sich an", "Willkommen"),
        "sign_in.username": ("Benutzername", "Benutzer", "Anmeldename", "Benutzerkennung"),
        "sign_in.password": ("Passwort", "Kennwort", "Ihr Passwort"),
        "sign_in.button": ("Anmelden", "Einloggen", "Login", "Weiter", "Absenden"),
        "sign_out": ("Abmelden", "Ausloggen", "Logout"),
        "agreement.accept": ("Ich stimme zu", "Akzeptieren", "Zustimmen und fortfahren"),
        "cancel": ("Abbrechen", "Zurück"),
        "menu.software": ("Softwareverwaltung", "Software"),
        "menu.information": ("Informationen", "Information"),
        "menu.users_security": ("Benutzer und Sicherheit", "Benutzer & Sicherheit"),
        "basics.hostname": ("Hostname", "Host-Name", "Hostname des Geräts"),
        "basics.appliance_id": ("Geräte-ID", "Geräte-GUID", "Gerätekennung", "GUID"),
        "basics.base_version": ("Version der Basissoftware", "Base-Version", "Basissoftware", "Basissoftware-Version"),
        "basics.product_version": ("Produktversion", "Softwareversion", "Version der Produktsoftware"),
        "basics.product_build": ("Produkt-Build", "Build-Nummer", "Build"),
        "basics.time": ("Gerätezeit", "Systemzeit", "Aktuelle Uhrzeit", "Datum und Uhrzeit"),
        "ip.ntp": ("NTP-Server", "NTP", "Zeitserver (NTP)"),
        "ip.ntp.server": ("NTP-Server", "NTP"),
        "certificates.go": ("Los", "Anwenden", "OK", "Ausführen"),
        "certificates.name": ("Anzeigename", "Name", "Name des Zertifikats"),
        "export.certificate": ("Zertifikat einschließen", "Zertifikat", "Zertifikat exportieren"),
        "export.private_key": ("Privaten Schlüssel einschließen", "Privater Schlüssel", "privater Schlüssel"),
        "export.chain": ("Zertifikatskette einschließen", "Zertifikatskette"),
        "import.file": ("Datei mit Zertifikat oder privatem Schlüssel", "Zertifikatsdatei", "Datei"),
        "import.password": ("Passwort", "Kennwort", "Passphrase"),
        "updates.base": ("Basissoftware {version}", "Base Software {version}"),
        "updates.licence.accept": (
            "Ich habe die Lizenzvereinbarung gelesen und stimme ihr zu",
            "Ich akzeptiere die Lizenzvereinbarung",
            "Akzeptieren",
        ),
        "updates.licence.button": ("Weiter", "Akzeptieren", "Zustimmen und installieren", "Fortfahren"),
        "updates.manual.file": ("Software-Aktualisierungsdatei", "Aktualisierungspaket", "Datei"),
        "software.backup.button": ("Sicherung herunterladen", "Sicherungskopie herunterladen"),
        "failover.absent": ("Failover ist momentan nicht konfiguriert.", "Failover ist derzeit nicht konfiguriert."),
        "failover.port": ("TLS-Port", "TLS Port", "Port"),
        "failover.last_sync": ("Letzte Datensynchronisierung", "Zeit der letzten Datensynchronisierung"),
        "failover.last_status": (
            "Status der letzten Datensynchronisierung",
            "Ergebnis der letzten Datensynchronisierung",
        ),
        "information.version": ("Produktversion", "Softwareversion"),
        "information.build": ("Produkt-Build", "Build-Nummer", "Build"),
        "jump_clients.state": ("Status", "Zustand"),
    },
}


def choose(language: str, dice: random.Random) -> dict[str, str]:
    """One caption out of each row of the language's synonyms."""
    return {key: dice.choice(variants) for key, variants in sorted(SYNONYMS[language].items())}
