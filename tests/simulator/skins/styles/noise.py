# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands on pages beside the matter: footers, help, news, other forms, scripts, comments. None of it means anything.

The forms here lead to paths that no screen has.
"""

from __future__ import annotations

from .page import Page


def copyright_line(page: Page) -> str:
    return f'<div class="foot">Copyright &copy; 2002-2026 BeyondTrust Corporation. {page.local("All rights reserved.", "Alle Rechte vorbehalten.")}</div>'


def help_links(page: Page) -> str:
    words = page.local("Documentation", "Dokumentation")
    return (
        f'<p class="help"><a href="https://docs.example.org/b-series" target="_blank" rel="noopener">{words}</a> '
        f'<a href="javascript:void(0)">{page.local("Help", "Hilfe")}</a> <a href="#top">{page.local("Top", "Nach oben")}</a> '
        '<a href="mailto:support@example.org">support@example.org</a></p>'
    )


def language_form(page: Page) -> str:
    """Chooses a language, with a Go of its own."""
    chosen = {each: " selected" if each == page.language else "" for each in ("en", "de", "fr")}
    options = (
        f'<option value="en"{chosen["en"]}>English (US)</option><option value="de"{chosen["de"]}>Deutsch</option>'
        f'<option value="fr"{chosen["fr"]}>Fran&ccedil;ais</option>'
    )
    return (
        f'<form class="lang" method="post" action="/{page.screen.interface}/set_language"><label>'
        f'{page.local("Language", "Sprache")} <select name="ui_lang">{options}</select></label> '
        f'<input type="submit" value="{page.local("Go", "Los")}"></form>'
    )


def search_form(page: Page) -> str:
    words = page.local("Search", "Suchen")
    return (
        f'<form role="search" method="get" action="/{page.screen.interface}/search"><input type="search" name="q" '
        f'placeholder="{words}" aria-label="{words}"><button type="submit">{words}</button></form>'
    )


def news_box(page: Page) -> str:
    text = page.local(
        "Version 99.1.2 of the mobile app was released. Read how to plan your next upgrade.",
        "Version 99.1.2 der mobilen App ist erschienen. Lesen Sie, wie Sie Ihr nächstes Upgrade planen.",
    )
    return f'<aside class="news"><h5>{page.local("News", "Neuigkeiten")}</h5><p>{text}</p></aside>'


def comment(page: Page) -> str:
    return '<!-- <form action="/old"><input type="password" name="old_pw"></form> build 7f3a -->'


def script(page: Page) -> str:
    return (
        '<script type="text/javascript">//<![CDATA[\nvar tpl = \'<form action="/x"><input type="submit" '
        'value="OK"><\\/form>\'; if (1 < 2 && tpl) { window.tpl = tpl; }\n//]]></script>'
    )


def no_script(page: Page) -> str:
    words = page.local("Some functions need JavaScript.", "Einige Funktionen benötigen JavaScript.")
    return f"<noscript><p>{words}</p></noscript>"


def idle_dialog(page: Page) -> str:
    """A dialog that a script would show before the session ends; hidden until then."""
    if page.screen.sign_out is None:
        return ""
    words = page.local("Your session is about to expire.", "Ihre Sitzung läuft demnächst ab.")
    return (
        f'<div id="idle" role="dialog" style="display: none" hidden><p>{words}</p>'
        f'<form method="post" action="/{page.screen.interface}/keep_alive"><button type="submit" name="alive" value="1">'
        f"{page.local('Stay signed in', 'Angemeldet bleiben')}</button></form></div>"
    )
