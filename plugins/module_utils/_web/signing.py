# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Signing in once and signing out, without knowing the form: by its structure and by near-synonyms."""

from __future__ import annotations

import typing as t

from .._errors import AuthenticationError, PageError, SignInObstacle, TransportError
from . import recognise
from .controls import Button, Control, Form
from .messages import outcome
from .navigation import Link
from .view import PageView
from .words import PREFIX

if t.TYPE_CHECKING:
    from .session import WebSession

_FIRST_ERROR_STATUS: t.Final = 400
# Notices that are shown one after the other before the first page.
_MOST_NOTICES: t.Final = 3
_ADVICE: t.Final = {
    "login agreement": "Read and accept it in a browser, switch it off, or use an account or network it does not apply to.",
    "forced password change": "Sign in with a browser, set a new password, and give that one.",
    "SAML single sign-on": "Use a local account and a sign-in page that offers it.",
    "two-factor authentication": "Use an account without two-factor authentication for automation.",
    "limit of concurrent sessions reached": "End sessions that are open, or wait until they expire.",
}


def sign_in(web: WebSession) -> PageView:
    """Open the start page and sign in; the password is sent at most once. Returns the first page of the session."""
    view = _towards_form(web, web.start_page())
    if recognise.has_sign_out(view, web.vocabulary):
        return view
    return judge(web, view, _past_notices(web, view, _submit(web, view)))


def _past_notices(web: WebSession, before: PageView, answer: PageView) -> PageView:
    """Go on from notices that only want to be read; from anything else the answer is returned as it came.

    A notice asks for nothing, speaks of no agreement and no failure, and has one way on.
    """
    view = answer
    for _notice in range(_MOST_NOTICES):
        if recognise.has_sign_out(view, web.vocabulary) or view.status >= _FIRST_ERROR_STATUS:
            break
        onward = recognise.way_on(view, web.vocabulary)
        if onward is None or recognise.obstacle(view, web.vocabulary):
            break
        if isinstance(onward, Link):
            following = web.get(onward.url, expect_session=False)
        elif outcome(before.all_lines(), view).errors:
            break
        else:
            form = next(form for form in view.forms if form.index == onward.form)
            following = web.submit(form, onward, {}, "go on from a notice", kind="sign_in", view=view)
        if recognise.sign_in_form(following, web.vocabulary) is not None:
            break  # The page that came first says why.
        view = following
    return view


def submit_account(web: WebSession, page: PageView) -> PageView:
    """Fill in and send the form of a start page, once; the answer is for the caller to judge."""
    return _submit(web, _towards_form(web, page))


def _submit(web: WebSession, view: PageView) -> PageView:
    form = recognise.sign_in_form(view, web.vocabulary)
    if form is None:
        form, view = _two_steps(web, view)
    _refuse_extras(web, form)
    name = recognise.sign_in_name(form, web.vocabulary)
    password = recognise.password_fields(form)[0]
    values: dict[Control, str] = {password: web.password}
    if name is not None:
        values[name] = web.username
    elif recognise.text_fields(form):
        raise web.page_error(view, "several fields could be the user name", key="username", page=web.start)
    return web.submit(form, only_button(web, view, form), values, "sign in", kind="sign_in")


def _towards_form(web: WebSession, view: PageView) -> PageView:
    """The page with the form; a start page that only offers a link to sign in is followed once."""
    for _hop in range(2):
        if recognise.sign_in_form(view, web.vocabulary) or recognise.has_sign_out(view, web.vocabulary):
            return view
        name = recognise.obstacle(view, web.vocabulary)
        if name:
            raise obstacle_error(web, name)
        if recognise.is_starting(view):
            raise web.starting(view)
        links = [link for link in view.links if link.visible and web.transport.is_same_origin(link.url)]
        found = web.vocabulary.best("sign_in", links, lambda link: link.captions)
        if not found or any(recognise.text_fields(form) for form in view.forms):
            return view
        view = web.get(found[0].url)
    return view


def _two_steps(web: WebSession, view: PageView) -> tuple[Form, PageView]:
    """A sign-in that asks for the user name first and for the password on the next page."""
    candidates = [form for form in view.forms if form.index >= 0 and len(recognise.text_fields(form)) == 1]
    named = [
        f
        for f in candidates
        if web.vocabulary.best("username", recognise.text_fields(f), lambda c: c.labels, loose=True)
    ]
    if len(named) == 1 and not any(recognise.password_fields(form) for form in view.forms):
        field = recognise.text_fields(named[0])[0]
        after = web.submit(
            named[0], only_button(web, view, named[0]), {field: web.username}, "give the user name", kind="sign_in"
        )
        forms = [form for form in after.forms if len(recognise.password_fields(form)) == 1]
        if len(forms) == 1:
            return forms[0], after
        name = recognise.obstacle(after, web.vocabulary)
        if name:
            raise obstacle_error(web, name)
        view = after
    raise web.page_error(
        view, "no sign-in form was found", key="sign_in", page=web.start, candidates=[b.caption for b in view.buttons]
    )


def _refuse_extras(web: WebSession, form: Form) -> None:
    name = recognise.sign_in_name(form, web.vocabulary)
    expected = [control for control in (name, *recognise.password_fields(form)) if control is not None]
    extras = recognise.required_extras(form, expected)
    if extras:
        raise obstacle_error(web, recognise.name_of_extra(extras[0]))


def only_button(web: WebSession, view: PageView, form: Form) -> Button:
    """The button that signs in, or the only one of the form."""
    usable = [button for button in form.buttons if button.visible and not button.disabled]
    named = web.vocabulary.best("sign_in", usable, lambda button: button.captions)
    if len(named) == 1:
        return named[0]
    if not named and len(usable) == 1:
        return usable[0]
    if not any(button.visible for button in form.buttons):
        # A form without a button is sent by the Enter key; one whose button is disabled is not.
        return Button(form.index, ("(Enter)",), "", "", "submit", None, None, False, True, (), form.element)
    raise web.page_error(
        view,
        "the button to sign in was not found",
        key="sign_in",
        page=web.start,
        candidates=[b.caption for b in usable],
    )


def obstacle_error(web: WebSession, name: str, words: str | None = None, *, in_session: bool = False) -> SignInObstacle:
    """Names what stands in the way; ``in_session``: after the sign-in, where something may have been asked for."""
    what = "session" if in_session else "sign-in"
    return SignInObstacle(
        f"{web.start}: the {what} of {web.username!r} stops at: {name}",
        expected="a page of the session" if in_session else "a sign-in form and then the pages of the interface",
        seen=web.redactor.text(words) if words else name,
        appliance=web.label,
        page=web.start,
        state="signed in; what was asked for last may not have been done"
        if in_session
        else "not signed in; nothing was changed",
        advice=_ADVICE.get(name, "Sign in with a browser and look what is asked for."),
    )


def judge(web: WebSession, before: PageView, answer: PageView) -> PageView:
    """The first page of the session, or the error that says why it is none."""
    vocabulary = web.vocabulary
    if recognise.has_sign_out(answer, vocabulary) and not any(
        len(recognise.password_fields(f)) >= 2 for f in answer.forms
    ):
        return answer
    said = outcome(before.all_lines(), answer)
    words = said.text or " ".join(message.text for message in answer.messages) or " ".join(said.news[:4])
    again = recognise.sign_in_form(answer, vocabulary)
    if recognise.is_session_limit(words):
        raise obstacle_error(web, "limit of concurrent sessions reached", words)
    if recognise.is_locked(words):
        raise _refused(web, "is locked", words)
    name = recognise.obstacle(answer, vocabulary) if again is None else None
    if name:
        raise obstacle_error(web, name, words or None)
    if again is not None or answer.status in (401, 403):
        raise _refused(web, "was refused", words)
    if recognise.is_starting(answer):
        raise web.starting(answer)
    if said.errors and not answer.links:
        raise _refused(web, "was refused", words)
    if not any(
        web.vocabulary.matches(key, caption) for key in MENU_KEYS for link in answer.links for caption in link.captions
    ):
        raise web.page_error(
            answer, "the page after the sign-in shows neither a menu nor a way to sign out", key="sign_out", page=web.start,
            candidates=[*(link.caption for link in answer.links), *(button.caption for button in answer.buttons)],
        )  # fmt: skip
    return answer


MENU_KEYS: t.Final = (
    "status",
    "networking",
    "security",
    "updates",
    "management",
    "jump",
    "support",
    "failover",
    "basics",
)


def _refused(web: WebSession, how: str, words: str) -> AuthenticationError:
    return AuthenticationError(
        f"{web.start}: the account {web.username!r} {how}",
        expected="to be signed in",
        seen=web.redactor.text(words) or "the sign-in form again",
        appliance=web.label,
        page=web.start,
        state="not signed in; the password was sent once and is not tried again",
        advice=f"Check {web.interface}_username and {web.interface}_password; repeated wrong passwords lock an account.",
    )


def sign_out(web: WebSession, view: PageView) -> None:
    """Press or follow what ends the session, and the one confirmation that may follow."""
    buttons = [button for button in view.buttons if not button.disabled and button.form is not None]
    links = [link for link in view.links if web.transport.is_same_origin(link.url)]
    found: list[t.Any] = web.vocabulary.best("sign_out", [*buttons, *links], lambda item: item.captions, floor=PREFIX)
    visible = [item for item in found if item.visible] or found
    if not visible:
        raise web.page_error(view, "no way to sign out was found", key="sign_out", page=web.start)
    item = visible[0]
    if isinstance(item, Link):
        after = web.leave_by(item)
    else:
        form = next(form for form in view.forms if form.index == item.form)
        after = web.submit(form, item, {}, "sign out", kind="sign_out")
    _confirm_sign_out(web, after)


def _confirm_sign_out(web: WebSession, view: PageView) -> None:
    if recognise.sign_in_form(view, web.vocabulary) or not any(button.form is not None for button in view.buttons):
        return
    for form in view.forms:
        answers = [b for b in form.buttons if b.visible and not b.disabled]
        yes = web.vocabulary.best("sign_out", answers, lambda b: b.captions) or web.vocabulary.best(
            "confirm", answers, lambda b: b.captions
        )
        if len(yes) == 1 and not form.shown:
            web.submit(form, yes[0], {}, "confirm the sign-out", kind="sign_out")
            return


EXPECTED_AT_SIGN_OUT: t.Final = (TransportError, AuthenticationError, PageError)
