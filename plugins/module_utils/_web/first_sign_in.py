# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first sign-in on an appliance that is new or was reset: the factory's account, the agreement, a new password.

Nothing else answers these pages: in any other sign-in an agreement or a forced password change stops the run.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from .._errors import AuthenticationError, StateError
from . import recognise, signing
from .controls import Button, Control, Form
from .messages import outcome
from .view import PageView

if t.TYPE_CHECKING:
    from .session import WebSession

# Agreement, password change, and one page that sends on.
_MOST_PAGES: t.Final = 4
_LICENCE = re.compile(
    r"licen[cs]e agreement|end.user licen[cs]e|\beula\b|lizenzvereinbarung|lizenzvertrag|endbenutzer", re.IGNORECASE
)


@dataclasses.dataclass(frozen=True)
class FirstSignIn:
    """What was met on the way in."""

    password_changed: bool = False
    agreement_accepted: bool = False


def first_sign_in(web: WebSession, new_password: str | None, accept_license: bool) -> FirstSignIn:
    """Sign in with the account of ``web``; answer the licence agreement and the forced change of the password, once each.

    Without ``new_password`` the password is not changed: it was set before, and a page that asks for it stops the sign-in.
    Raises AuthenticationError where the account is refused (it may have been used before), StateError where an agreement
    is asked for and ``accept_license`` is False, PageError for a page that is neither.
    """
    if web.check_mode:
        raise StateError("check mode: would sign in for the first time", appliance=web.label, state="nothing was sent")
    web.redactor.add(new_password)
    seen = FirstSignIn()
    before = web.start_page()
    view = signing.submit_account(web, before)
    for _page in range(_MOST_PAGES):
        if not _stops(web, view):
            break
        form = _change_form(view)
        if form is not None and new_password is not None and not seen.password_changed:
            view, before = _change(web, view, form, new_password), view
            _refuse_if_same(web, before, view)
            seen = dataclasses.replace(seen, password_changed=True)
            continue
        agreement = _agreement(web, view) if not seen.agreement_accepted else None
        if agreement is None:
            break
        if not accept_license:
            raise StateError(
                f"{web.start}: the first sign-in asks to accept the licence agreement",
                appliance=web.label, page=web.start, state="not accepted; not signed in",
                advice="Read the agreement and set accept_license to true.",
            )  # fmt: skip
        view, before = web.submit(*agreement, "accept the licence agreement", kind="sign_in", view=view), view
        seen = dataclasses.replace(seen, agreement_accepted=True)
    if new_password is not None and seen.password_changed and recognise.sign_in_form(view, web.vocabulary) is not None:
        # Some ask to sign in with the new password right after it was set.
        web.password = new_password
        web.sign_in_again()
        return seen
    web.adopt(signing.judge(web, before, view))
    if new_password is not None and seen.password_changed:
        web.password = new_password
    return seen


def _stops(web: WebSession, view: PageView) -> bool:
    return _change_form(view) is not None or not recognise.has_sign_out(view, web.vocabulary)


def _change_form(view: PageView) -> Form | None:
    forms = [form for form in view.forms if form.index >= 0 and len(recognise.password_fields(form)) >= 2]
    return forms[0] if len(forms) == 1 else None


def _change(web: WebSession, view: PageView, form: Form, new_password: str) -> PageView:
    fields = recognise.password_fields(form)
    current = web.vocabulary.best("current_password", fields, lambda control: control.labels) if len(fields) > 2 else []
    new = [field for field in fields if field not in current]
    if len(current) > 1 or len(new) != 2:
        raise web.page_error(
            view,
            "the fields of the forced password change were not understood",
            key="new_password",
            page=web.start,
            candidates=[field.caption for field in fields],
        )
    values: dict[Control, t.Any] = {**dict.fromkeys(current, web.password), **dict.fromkeys(new, new_password)}
    finder = web.finder(view, web.start)
    button = finder.actions("change_password", form=form)
    chosen = button[0] if len(button) == 1 else signing.only_button(web, view, form)
    return web.submit(form, t.cast(Button, chosen), values, "set the first password", kind="sign_in", view=view)


def _refuse_if_same(web: WebSession, before: PageView, after: PageView) -> None:
    if _change_form(after) is None:
        return
    said = outcome(before.all_lines(), after)
    raise AuthenticationError(
        f"{web.start}: the appliance does not accept the new password of {web.username!r}",
        expected="the new password set",
        seen=web.redactor.text(said.text or " ".join(said.news[:3])),
        appliance=web.label,
        page=web.start,
        state="the factory's password is still set",
        advice="Choose a password that meets the rules of the page.",
    )


def _agreement(web: WebSession, view: PageView) -> tuple[Form, Button, dict[Control, bool]] | None:
    text = "\n".join((view.title, *view.headings, *view.lines))
    if not _LICENCE.search(text):
        return None
    for form in view.forms:
        if form.index < 0 or form.method != "POST" or recognise.password_fields(form):
            continue
        boxes = [c for c in form.shown if c.type == "checkbox" and not c.disabled]
        ticks = web.vocabulary.best("accept_license", boxes, lambda control: control.labels, loose=True)
        usable = [button for button in form.buttons if button.visible and not button.disabled]
        for key in ("accept_license", *(("confirm",) if ticks else ())):
            found = web.vocabulary.best(key, usable, lambda button: button.captions)
            if len(found) == 1:
                return form, found[0], dict.fromkeys(ticks, True)
    return None
