# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What kind of page stands in the way: sign-in, agreement, forced password change, two factors, single sign-on, start-up."""

from __future__ import annotations

import re
import typing as t

from . import dom
from .controls import Button, Control, Form
from .navigation import Link
from .view import PageView
from .vocabulary import Vocabulary
from .words import PREFIX, SAME_WORDS

_AGREEMENT = re.compile(
    r"login agreement|terms of use|usage agreement|acceptable use|user agreement|pre.?login"
    r"|terms and conditions|anmeldevereinbarung|login-vereinbarung|nutzungsbedingungen|nutzungsvereinbarung"
    r"|anmeldungsvereinbarung",
    re.IGNORECASE,
)
# Only of sign-ins; "terms and conditions" may be those of an update.
_LOGIN_AGREEMENT = re.compile(
    r"login agreement|usage agreement|acceptable use|pre.?login|anmeldevereinbarung|login-vereinbarung"
    r"|nutzungsvereinbarung|anmeldungsvereinbarung",
    re.IGNORECASE,
)
_PASSWORD_CHANGE = re.compile(
    r"change (?:your )?password|new password|password (?:has )?expired|must change|reset your password"
    r"|passwort ändern|kennwort ändern|neues passwort|neues kennwort|passwort ist abgelaufen"
    r"|kennwort ist abgelaufen",
    re.IGNORECASE,
)
_TWO_FACTOR = re.compile(
    r"two.?factor|2fa|one.?time (?:code|password|passcode)|authenticat(?:or|ion) (?:app|code)|verification code"
    r"|multi.?factor|security code|totp|fido2?|passkey|zwei.?faktor|einmal.?(?:code|passwort|kennwort)"
    r"|bestätigungscode|authentifizierungs.?(?:code|app)|sicherheitscode|zwei-stufen",
    re.IGNORECASE,
)
_SAML = re.compile(
    r"\bsaml\b|single sign.?on|\bsso\b|identity provider|identitätsanbieter|einmalanmeldung|unternehmensanmeldung",
    re.IGNORECASE,
)
_SESSION_LIMIT = re.compile(
    r"(?:too many|maximum (?:number of)?|limit of|limit on).{0,40}sessions?|sessions?.{0,40}(?:limit|maximum"
    r"|exceeded)|already (?:logged|signed) in|(?:zu viele|maximale (?:an)?zahl|höchstzahl|limit).{0,40}sitzung"
    r"|sitzung.{0,40}(?:limit|erreicht|überschritten)|bereits angemeldet",
    re.IGNORECASE,
)
_LOCKED = re.compile(
    r"lock(?:ed)?[ -]?(?:out)?\b|too many (?:failed|attempts|login|sign)|gesperrt|zu viele (?:fehlgeschlagene"
    r"|versuche|anmelde)|temporarily disabled|account is disabled|vorübergehend deaktiviert",
    re.IGNORECASE,
)
_STARTING = re.compile(
    r"start(?:ing|s) up|is starting|is booting|being (?:started|updated|upgraded|restarted)|restarting"
    r"|rebooting|temporarily unavailable|service unavailable|under maintenance|please wait|back (?:soon"
    r"|shortly)|not (?:yet )?available|wird (?:neu )?gestartet|startet|wartungsarbeiten|in wartung|bitte warten"
    r"|vorübergehend nicht|wird aktualisiert|nicht verfügbar",
    re.IGNORECASE,
)
_SESSION_OVER = re.compile(
    r"\bsession\b.{0,60}\b(?:expired|timed out|timeout|(?:has|is) (?:ended|over)|(?:has been|was) (?:ended|terminated|closed)"
    r"|no longer valid|(?:is )?(?:not valid|invalid))\b"
    r"|\b(?:sitzung|session)\b.{0,80}\b(?:abgelaufen|(?:wurde|ist) .{0,40}beendet|ungültig|nicht mehr gültig)\b"
    r"|\b(?:been|are) (?:signed|logged) out\b|\b(?:automatisch|wurden) abgemeldet\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
# "If the session has expired, sign in again" says what may be.
_SUPPOSED = re.compile(r"\b(if|when|whenever|before|until|once|falls|wenn|bevor|bis|sobald|sollten?)\b", re.IGNORECASE)
# Words of pages on which going on is more than having read them.
_BINDING = re.compile(
    r"\b(accept\w*|agree\w*|consent\w*|terms|licen[cs]e|password|passwort|kennwort|akzeptier\w*|zustimm\w*|stimmen?"
    r"|einverstanden\w*|bedingungen|vereinbarung\w*|lizenz\w*)\b",
    re.IGNORECASE,
)

# A sign-in form may also hold a language, a domain and a box to be remembered, hardly more.
_MOST_SIGN_IN_FIELDS: t.Final = 6
_FEW_LINKS: t.Final = 4


def _shown_text(view: PageView) -> str:
    parts = [
        view.title,
        *view.lines,
        *(button.caption for button in view.buttons),
        *(link.caption for link in view.links),
    ]
    parts += [label for control in view.controls for label in control.labels]
    return "\n".join(parts)


def password_fields(form: Form) -> list[Control]:
    return [control for control in form.shown if control.type == "password" and not control.disabled]


def text_fields(form: Form) -> list[Control]:
    return [
        c
        for c in form.shown
        if c.type in ("text", "email", "tel", "search", "number") and not c.disabled and not c.readonly
    ]


def has_sign_out(view: PageView, vocabulary: Vocabulary) -> bool:
    """True where the page offers to sign out, as only pages of a session do."""
    items = [*(button.captions for button in view.buttons), *(link.captions for link in view.links)]
    return bool(vocabulary.best("sign_out", items, lambda captions: captions, floor=PREFIX))


def sign_in_form(view: PageView, vocabulary: Vocabulary) -> Form | None:
    """The form with the page's only password field and a field for the user name; None where there is no such form."""
    if sum(len(password_fields(form)) for form in view.forms) != 1:
        return None
    form = next(form for form in view.forms if password_fields(form))
    if form.index < 0 or any(control.type == "file" for control in form.shown) or has_sign_out(view, vocabulary):
        return None
    return form if text_fields(form) else None


def asks_to_sign_in(view: PageView, vocabulary: Vocabulary, *, alone: bool = False) -> bool:
    """True for a sign-in page in the middle of a session: the form alone may also be one of settings with a password.

    ``alone``: pages of this session may come without menus, so that few links say nothing.
    """
    form = sign_in_form(view, vocabulary)
    if form is None:
        return False
    named = vocabulary.best("username", text_fields(form), lambda control: control.labels, loose=True)
    pressed = vocabulary.best("sign_in", form.buttons, lambda button: button.captions)
    return len(form.shown) <= _MOST_SIGN_IN_FIELDS and bool(
        named or pressed or (not alone and len(view.links) <= _FEW_LINKS)
    )


def tells_session_over(view: PageView, vocabulary: Vocabulary) -> bool:
    """True for a page that says that the session is over and offers, at most, the way back to the sign-in."""
    if has_sign_out(view, vocabulary) or len(view.links) > _FEW_LINKS or any(map(text_fields, view.forms)):
        return False
    if any(map(password_fields, view.forms)):
        return False
    return any(map(says_session_over, (view.title, *view.lines)))


def says_session_over(text: str) -> bool:
    """True for words that say so as a fact, in one of their sentences."""
    sentences = _SENTENCE_END.split(text)
    return any(_SESSION_OVER.search(one) and not _SUPPOSED.search(one) for one in sentences)


def sign_in_name(form: Form, vocabulary: Vocabulary) -> Control | None:
    """The field for the user name: by its label, else the only text field, else the last one before the password."""
    fields = text_fields(form)
    named = vocabulary.best("username", fields, lambda control: control.labels, loose=True)
    if len(named) == 1:
        return named[0]
    if len(fields) == 1:
        return fields[0]
    required = [field for field in fields if field.required]
    return required[0] if len(required) == 1 else None


def obstacle(view: PageView, vocabulary: Vocabulary) -> str | None:
    """The name of what stands where a sign-in was expected, or None."""
    if has_sign_out(view, vocabulary) and not any(len(password_fields(form)) >= 2 for form in view.forms):
        return None
    text = _shown_text(view)
    passwords = max((len(password_fields(form)) for form in view.forms), default=0)
    if passwords >= 2 and _PASSWORD_CHANGE.search(text):
        return "forced password change"
    if has_sign_out(view, vocabulary):
        return None
    if passwords >= 2:
        return "forced password change"
    if _SESSION_LIMIT.search(text):
        return "limit of concurrent sessions reached"
    inputs = [control for form in view.forms for control in text_fields(form)]
    if _TWO_FACTOR.search(text) and (inputs or not passwords) and sign_in_form(view, vocabulary) is None:
        return "two-factor authentication"
    if not passwords and _AGREEMENT.search(text) and (view.buttons or view.links):
        return "login agreement"
    if not passwords and not inputs and _SAML.search(text):
        return "SAML single sign-on"
    return None


def obstacle_in_session(view: PageView, vocabulary: Vocabulary) -> str | None:
    """The same for a page without any way to sign out, in the middle of a session, by its words only.

    Agreements are not named here: those of updates are answered by whoever installs.
    """
    if has_sign_out(view, vocabulary) or len(view.links) > _FEW_LINKS:
        return None
    text = _shown_text(view)
    passwords = sum(len(password_fields(form)) for form in view.forms)
    inputs = [control for form in view.forms for control in text_fields(form)]
    if passwords >= 2 and _PASSWORD_CHANGE.search(text):
        return "forced password change"
    if not passwords and len(inputs) == 1 and _TWO_FACTOR.search(text):
        return "two-factor authentication"
    if not passwords and not inputs and _SAML.search(text) and (view.buttons or view.links):
        return "SAML single sign-on"
    if not passwords and not inputs and _LOGIN_AGREEMENT.search(text) and (view.buttons or view.links):
        return "login agreement"
    return None


def way_on(view: PageView, vocabulary: Vocabulary) -> Button | Link | None:
    """The one button or link that a notice is left by; None where the page is, or may be, more than a notice."""
    if any(form.shown for form in view.forms) or _BINDING.search(_shown_text(view)):
        return None
    if view.status >= 400:
        return None
    actions: list[Button | Link] = [b for b in view.buttons if b.visible and not b.disabled and b.form is not None]
    known = {id(button.element) for button in actions}
    actions += [
        link
        for link in view.links
        if link.visible and not link.disabled and not link.aside and id(link.element) not in known
    ]
    found = [a for a in actions if vocabulary.score("continue", a.captions, floor=SAME_WORDS) is not None]
    return found[0] if len(found) == 1 else None


def required_extras(form: Form, expected: t.Collection[Control]) -> list[Control]:
    """Shown fields of a sign-in form that must be filled and are neither the name nor the password."""
    return [c for c in form.shown if c.required and c.empty and c not in expected and not c.disabled]


def name_of_extra(control: Control) -> str:
    """What a required extra field of a sign-in form means."""
    text = " ".join((*control.labels, *control.section))
    if _TWO_FACTOR.search(text):
        return "two-factor authentication"
    if control.type == "checkbox" or _AGREEMENT.search(text):
        return "login agreement"
    return f"an additional required field {control.caption!r}"


def is_locked(text: str) -> bool:
    return bool(_LOCKED.search(text))


def is_session_limit(text: str) -> bool:
    return bool(_SESSION_LIMIT.search(text))


def is_starting(view: PageView) -> bool:
    """True for a page of a server that is not up yet: nothing to fill in, next to no links, words of waiting."""
    if view.status >= 500:
        return True
    shown = [control for form in view.forms for control in form.shown]
    return (
        not shown
        and len(view.links) <= 2
        and len(view.text) < 1500
        and bool(_STARTING.search("\n".join((view.title, view.text))))
    )


_LONGEST_SHELL: t.Final = 80
"""Characters of text that an empty page may have, such as a word to wait."""
_LONGEST_HINT: t.Final = 400
_NEEDS_SCRIPTS: t.Final = re.compile(
    r"java\s?script|(?:not supported|unsupported|outdated) browser|browser.{0,40}unterstützt", re.IGNORECASE
)

_PLACES: t.Final = re.compile(
    r"^(?:app|application|root|spa|mount|__next|__nuxt|ember-app)$|[-_](?:app|root)$|^(?:app|root)[-_]"
)


def _silent(view: PageView) -> set[t.Any]:
    """What only browsers without scripts show."""
    return {element for box in view.root.iter("noscript") for element in box.iter()}


def is_shell(view: PageView) -> bool:
    """A page that says nothing by itself: scripts draw what it is to show."""
    scripts = list(view.root.iter("script"))
    if not scripts:
        return False
    silent = _silent(view)
    if any(form.element not in silent for form in view.forms if form.shown):
        return False
    if any(link.visible and not link.aside and link.element not in silent for link in view.links):
        return False
    places = _has_place(view)
    if not places and not any(script.get("src") for script in scripts):
        return False
    text = " ".join(dom.lines(view.root, without=silent))
    if not places and _STARTING.search(text):
        # A page to wait on, which may well have a script that asks again.
        return False
    return len(text) <= _LONGEST_SHELL or (len(text) <= _LONGEST_HINT and bool(_NEEDS_SCRIPTS.search(text)))


def is_hollow(view: PageView) -> bool:
    """A page with its menus around an empty place, which scripts are to fill."""
    if not any(True for _script in view.root.iter("script")) or not any(link.visible for link in view.links):
        return False
    if is_shell(view):
        return False
    silent = _silent(view)
    shown = [control for form in view.forms for control in form.shown if control.element not in silent]
    if shown or view.facts or any(table.rows for table in view.tables):
        return False
    around = {link.element for link in view.links} | {button.element for button in view.buttons} | silent
    around |= {heading.element for heading in view.sections.headings}
    around |= set(view.root.iter("header", "footer", "nav"))
    if len(" ".join(dom.lines(view.root, without=around))) > _LONGEST_SHELL:
        return False
    return _has_place(view)


def _has_place(view: PageView) -> bool:
    return any(_is_place(element) for element in view.root.iter() if dom.is_element(element))


def _is_place(element: t.Any) -> bool:
    """Where a script draws: a box of the usual name, an empty one with a name, or one of a kind that only scripts know."""
    name = element.get("id")
    box = element.tag in ("div", "main", "section") and name is not None
    if not (box or "-" in element.tag) or not dom.visible(element):
        return False
    return bool(name and _PLACES.search(name)) or (not len(element) and not dom.has_text(element))


def binds(text: str) -> bool:
    """True for words on which going on is more than having read them."""
    return bool(_BINDING.search(text))
