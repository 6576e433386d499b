# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""/appliance > Networking > IP Configuration: the addresses, and enabling or disabling one of them."""

from __future__ import annotations

import dataclasses
import functools
import ipaddress
import re
import typing as t

from .._errors import StateError
from .._records import Address, Network
from .._transport.held import MayGo, NotReleased
from .._transport.transport import Response
from .._web import dom
from .._web.controls import Button, Control
from .._web.filling import Value
from .._web.finder import Finder
from .._web.navigation import Link
from .._web.session import Ready, WebSession
from .._web.tables import Table
from .._web.view import PageView
from .._web.words import SAME_WORDS
from ._entries import Entry, entries
from ._press import Press

PAGE: t.Final = "ip_configuration"
# Rows of all tables; a page with more is no list of the addresses of one appliance.
_MOST_ROWS: t.Final = 1000

_YES = re.compile(r"^(yes|ja|true|on|ein|an|enabled|active|aktiviert|aktiv|eingeschaltet|up)$|^[✓✔☑✅●]", re.IGNORECASE)
_NO = re.compile(
    r"^(no|nein|false|off|aus|disabled|inactive|deaktiviert|inaktiv|not enabled|nicht aktiviert|nicht aktiv"
    r"|ausgeschaltet|down)$|^[✗✘☐❌○✕×–-]$",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?<![\w.:/])(\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7})(/\d{1,3})?(?![\w:])(?!\.\d)"
)
_OTHER_ADDRESS = re.compile(
    r"gateway|dns|name ?server|ntp|time server|zeitserver|netmask|subnet|maske|broadcast|route|mac\b|syslog",
    re.IGNORECASE,
)


@functools.lru_cache(maxsize=256)
def _ip(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def addresses_in(text: str) -> list[str]:
    """The IP addresses in a text, without masks."""
    return _ips(text)


def _ips(text: str) -> list[str]:
    return [ip for ip in (_ip(found.group(1)) for found in _TOKEN.finditer(text)) if ip and not _is_mask(ip)]


def _is_mask(ip: str) -> bool:
    return ip.startswith("255.") or ip == "0.0.0.0"  # noqa: S104 (compared, not bound)


def _mask_in(text: str) -> str | None:
    for found in _TOKEN.finditer(text):
        if found.group(1).startswith("255."):
            return found.group(1)
        if found.group(2):
            return found.group(2)
    return None


def state_in(text: str) -> bool | None:
    """Enabled or not, by a word or a tick in both languages; None where it says neither."""
    word = text.strip()
    return True if _YES.search(word) else False if _NO.search(word) else None


@dataclasses.dataclass(frozen=True, eq=False)
class _Seen:
    """One address on the list page, with the elements that belong to it."""

    record: Address
    entry: Entry
    control: Control | None


def _controls_of(finder: Finder, entry: Entry) -> list[Control]:
    """Tick boxes, choices and radios of an entry that mean enabled."""
    inside = [
        c
        for c in finder.view.controls
        if c.visible and c.type in ("checkbox", "select", "radio") and entry.holds(c.element)
    ]
    found = finder.vocabulary.best(
        "enabled", inside, lambda c: (*c.labels, *(c.section[-1:] if c.type == "radio" else ())), loose=True
    )
    return found if found and found[0].type != "radio" else []


def _control_state(control: Control) -> bool | None:
    if control.type == "checkbox":
        return control.checked
    chosen = next((o for o in control.options if o.selected), control.options[0] if control.options else None)
    return state_in(chosen.text) if chosen else None


def _from_tables(finder: Finder) -> list[_Seen]:
    found = []
    rows = sum(len(table.rows) for table in finder.view.tables)
    if rows > _MOST_ROWS:
        raise finder.fail(f"the page has {rows} rows, more than any list of addresses", key="ip_address")
    for table in finder.view.tables:
        column = _column(finder, table, "ip_address")
        enabled = _column(finder, table, "enabled") if table.headers else None
        for row in table.rows:
            cells = [i for i, text in enumerate(row.cells) if len(_ips(text)) == 1] if column is None else [column]
            if not cells or cells[0] >= len(row.cells) or len(set(row.elements)) < 2:
                continue
            text = row.cells[cells[0]] or " ".join(
                c.value for c in finder.view.controls if dom.contains(row.elements[cells[0]], c.element) and c.is_text
            )
            ips = _ips(text)
            if len(ips) != 1 or (
                column is None
                and (_OTHER_ADDRESS.search(row.cells[0]) or not _is_address_row(finder, row.element, row.cells))
            ):
                continue
            entry = Entry(row.element, (row.element,))
            controls = _controls_of(finder, entry)
            state = _control_state(controls[0]) if len(controls) == 1 else None
            if not controls:
                # Without a column named so, a lone Yes or No may mean something else.
                texts = (
                    [row.cells[enabled]]
                    if enabled is not None and enabled < len(row.cells)
                    else [c for c in row.cells if not table.headers]
                )
                states = [s for s in (state_in(t_) for t_ in texts) if s is not None]
                state = states[0] if len(states) == 1 else _labelled_state(finder, entry)
                if state is None and enabled is not None and enabled < len(row.elements):
                    state = _image_state(row.elements[enabled])
            found.append(
                _Seen(
                    Address(
                        ips[0],
                        _cell(finder, table, row.cells, "netmask") or _mask_in(" ".join(row.cells)),
                        state,
                        _cell(finder, table, row.cells, "interface"),
                    ),
                    entry,
                    controls[0] if len(controls) == 1 else None,
                )
            )
    return found


def _image_state(cell: t.Any) -> bool | None:
    for node in cell.iter():
        for name in ("alt", "title", "aria-label"):
            if dom.is_element(node) and node.get(name):
                state = state_in(node.get(name))
                if state is not None:
                    return state
    return None


def _column(finder: Finder, table: Table, key: str) -> int | None:
    best = finder.vocabulary.best(key, range(len(table.headers)), lambda i: (table.headers[i],), floor=SAME_WORDS)
    return best[0] if best else None


def _cell(finder: Finder, table: Table, cells: t.Sequence[str], key: str) -> str | None:
    column = _column(finder, table, key)
    return (cells[column] or None) if column is not None and column < len(cells) else None


def _is_address_row(finder: Finder, row: t.Any, cells: t.Sequence[str]) -> bool:
    texts = [control.labels for control in finder.view.controls if dom.contains(row, control.element)]
    boxed = any(finder.vocabulary.score("enabled", labels, loose=True) is not None for labels in texts)
    return boxed or _mask_in(" ".join(cells)) is not None or any(state_in(cell) is not None for cell in cells[1:])


def _labelled_state(finder: Finder, entry: Entry) -> bool | None:
    facts = [fact for fact in finder.view.facts if entry.holds(fact.element)]
    best = finder.vocabulary.best("enabled", facts, lambda fact: (fact.label,), floor=SAME_WORDS)
    states = {state_in(fact.value) for fact in best} - {None}
    if len(states) == 1:
        return states.pop()
    best = finder.vocabulary.best("status", facts, lambda fact: (fact.label,), floor=SAME_WORDS)
    states = {state_in(fact.value) for fact in best} - {None}
    if len(states) == 1:
        return states.pop()
    words = [part.strip(" .,;:()[]–-") for line in entry.lines for part in re.split(r"[·|,;()\[\]/]|\s[–-]\s", line)]
    states = {state_in(word) for word in words if word} - {None}
    return states.pop() if len(states) == 1 else None


def _marks(finder: Finder) -> list[tuple[t.Any, str]]:
    """The innermost elements whose text begins with an address that is neither a mask nor a server's; or inputs with one."""
    found: list[tuple[t.Any, str]] = []
    for element in finder.view.root.iter(
        "a",
        "li",
        "div",
        "span",
        "p",
        "h3",
        "h4",
        "h5",
        "td",
        "dt",
        "dd",
        "strong",
        "b",
        "legend",
        "summary",
        "label",
        "code",
        "button",
    ):
        lines = dom.lines(element, form_parts=True)
        if (
            not lines
            or len(lines[0]) > 60
            or not dom.visible(element)
            or any(dom.contains(element, mark) or dom.contains(mark, element) for mark, _ip in found)
        ):
            continue
        match = re.match(
            r"^(?:(?:IPv?[46]?[ -]?(?:Address|Adresse)?|Shared IP|Address|Adresse)[ :]*)?", lines[0], re.IGNORECASE
        )
        rest = lines[0][match.end() :] if match else lines[0]
        ips = _ips(rest)
        inner = [c for c in element if dom.is_element(c) and _ips(dom.text_of(c, form_parts=True))]
        if len(ips) == 1 and rest.startswith(ips[0][:3]) and not inner and not _serves_other(finder, element):
            found.append((element, ips[0]))
    for control in finder.view.controls:
        ips = _ips(control.value) if control.is_text and control.visible else []
        if len(ips) == 1 and finder.vocabulary.score("ip_address", control.labels, floor=SAME_WORDS) is not None:
            found.append((control.element, ips[0]))
    order = finder.view.order
    return sorted(found, key=lambda item: order.get(item[0], 0))


def _serves_other(finder: Finder, element: t.Any) -> bool:
    if any(_OTHER_ADDRESS.search(part) for part in finder.view.sections.path(element)[-1:]):
        return True
    labels = [
        fact.label
        for fact in finder.view.facts
        if fact.element is element or dom.contains(fact.element, element) or dom.contains(element, fact.element)
    ]
    return any(_OTHER_ADDRESS.search(label) for label in labels) and not any(
        finder.vocabulary.matches("ip_address", label) for label in labels
    )


def _from_entries(finder: Finder) -> list[_Seen]:
    marks = _marks(finder)
    borders = [
        c.element for c in finder.view.controls if c.visible and finder.vocabulary.matches("ntp_server", c.caption)
    ]
    borders += [
        h.element
        for h in finder.view.sections.headings
        if h.level <= 6 and not any(dom.contains(h.element, m) or dom.contains(m, h.element) for m, _ip in marks)
    ]
    found = []
    for entry, (_element, ip) in zip(entries([mark for mark, _ip in marks], borders), marks):
        controls = _controls_of(finder, entry)
        state = _control_state(controls[0]) if len(controls) == 1 else _labelled_state(finder, entry)
        facts = [fact for fact in finder.view.facts if entry.holds(fact.element)]
        mask = finder.vocabulary.best("netmask", facts, lambda fact: (fact.label,), floor=SAME_WORDS)
        nic = finder.vocabulary.best("interface", facts, lambda fact: (fact.label,), floor=SAME_WORDS)
        found.append(
            _Seen(
                Address(
                    ip, mask[0].value if mask else _mask_in(" ".join(entry.lines)), state, nic[0].value if nic else None
                ),
                entry,
                controls[0] if len(controls) == 1 else None,
            )
        )
    return found


def _list(finder: Finder) -> list[_Seen]:
    found = _from_tables(finder) or _from_entries(finder)
    if not found:
        raise finder.fail(
            "no list of addresses was found",
            key="ip_address",
            candidates=[h for table in finder.view.tables for h in table.headers] + list(finder.view.lines),
        )
    return [one for number, one in enumerate(found) if not _said_better(one, found[:number], found[number + 1 :])]


def _said_better(one: _Seen, before: t.Sequence[_Seen], after: t.Sequence[_Seen]) -> bool:
    """True where the same address was read from inside of this entry too: tables that only lay out hold others."""
    same_place = any(
        other.record.address == one.record.address and other.entry.mark is one.entry.mark for other in before
    )
    return same_place or any(
        other.record.address == one.record.address
        and other.entry.mark is not one.entry.mark
        and dom.contains(one.entry.mark, other.entry.mark)
        for other in (*before, *after)
    )


def _ntp(finder: Finder) -> tuple[str, ...]:
    found = [
        c.value
        for c in finder.view.controls
        if c.visible
        and c.value
        and c.is_text
        and (
            finder.vocabulary.score("ntp_server", c.labels) is not None
            or finder.vocabulary.score("ntp_server", c.section[-1:]) is not None
        )
    ]
    if not found:
        found = [fact.value for fact in finder.facts("ntp_server")]
    tokens = [
        token for text in found for token in re.split(r"[\s,;]+", text) if re.fullmatch(r"[\w.:-]*[.:][\w.:-]+", token)
    ]
    return tuple(dict.fromkeys(tokens))


def read(web: WebSession) -> Network:
    """The addresses with what the list tells of each; ``enabled`` is None where only the address's own page tells."""
    view = web.open(PAGE)
    finder = web.finder(view, PAGE)
    seen = _list(finder)
    facts: dict[str, str] = {}
    for fact in view.facts:
        facts.setdefault(fact.label, fact.value)
    records = [_told(web, finder, one) for one in seen]
    return Network(tuple(dict.fromkeys(records)), _ntp(finder), facts)


def _told(web: WebSession, finder: Finder, seen: _Seen) -> Address:
    """Where the list does not say whether an address is enabled, its own page is opened."""
    if seen.record.enabled is not None or not isinstance(_way(finder, seen), Link):
        return seen.record
    prepared = _on_its_page(web, finder, seen, True)
    return dataclasses.replace(seen.record, enabled=prepared.already)


@dataclasses.dataclass(frozen=True)
class _Sign:
    """How the list says whether the address is enabled: one cell of the one row that holds the address."""

    url: str
    tag: str
    cells: int
    cell: int
    address: str

    @classmethod
    def of(cls, finder: Finder, seen: _Seen) -> _Sign | None:
        row = seen.entry.mark
        states = [state_in(dom.text_of(cell)) for cell in row]
        telling = [index for index, state in enumerate(states) if state is not None]
        if len(telling) != 1 or states[telling[0]] is not seen.record.enabled or not isinstance(row.tag, str):
            return None
        sign = cls(finder.view.url, row.tag, len(row), telling[0], seen.record.address)
        return sign if sign.read(finder.view.root) is seen.record.enabled else None

    def says(self, answer: Response) -> bool | None:
        """Whether an answer is this list and says that the address is enabled, or disabled; None in any doubt."""
        if answer.status != 200 or answer.url != self.url:
            return None
        return self.read(dom.parse_html(answer.body, answer.headers.get("Content-Type") or ""))

    def read(self, root: t.Any) -> bool | None:
        rows = [
            row
            for row in root.iter(self.tag)
            if len(row) == self.cells and self.address in _ips(" ".join(row.itertext()))
        ]
        return state_in(dom.text_of(rows[0][self.cell])) if len(rows) == 1 else None


@dataclasses.dataclass
class Prepared:
    """An opened and filled form that has not been sent. ``already``: the address is as wished, ``commit`` would change nothing."""

    web: WebSession = dataclasses.field(repr=False)
    view: PageView = dataclasses.field(repr=False)
    button: Button | Link
    values: t.Mapping[Control, Value] = dataclasses.field(repr=False)
    address: str
    enabled: bool
    already: bool
    key: str = "save_changes"
    sign: _Sign | None = dataclasses.field(default=None, repr=False)
    _ready: Ready | None = dataclasses.field(default=None, init=False, repr=False)
    _answer: Response | None = dataclasses.field(default=None, init=False, repr=False)

    def commit(self) -> PageView:
        """Send it. Raises RefusedByAppliance with the appliance's words, StateError in check mode."""
        self.send()
        return self.settle()

    def make_ready(self) -> None:
        """Do everything that can be done before it is sent, so that ``send`` takes no time of its own."""
        if self._ready is None and isinstance(self.button, Button):
            form = self.web.finder(self.view, PAGE).form_of(self.button)
            self._ready = self.web.prepare(
                form, self.button, self.values, self._press.purpose, view=self.view, page=PAGE
            )
            if self.sign is not None:
                self.web.transport.foresee(self.sign.url, self._ready.headers)

    def send(self) -> bool:
        """Send it; True where the answer by itself proves that it was done. Else ``settle`` tells.

        While a shared IP is on neither appliance every moment counts: this reads no more of the answer than one cell.
        """
        self.make_ready()
        if self._ready is None:
            return False
        self._answer = self.web.send(self._ready)
        return self.sign is not None and self.sign.says(self._answer) is self.enabled

    def send_when(self, may_go: MayGo) -> bool:
        """Send it once ``may_go`` says so, everything but the form itself ahead; False where the form was not sent.

        ``may_go`` is not asked where nothing of it can go ahead.
        """
        self.make_ready()
        if self._ready is None:
            return False
        try:
            self._answer = self.web.send(self._ready, may_go)
        except NotReleased:
            return False
        return True

    def settle(self) -> PageView:
        """Understand the answer as a whole. Raises RefusedByAppliance, PageError."""
        if self._answer is None:
            return self._press.run(self.view, self.button, dict(self.values)).view
        return self._press.judge(self.view, self.web.read(self._answer)).view

    @property
    def _press(self) -> Press:
        verb = "enable" if self.enabled else "disable"
        return Press(self.web, PAGE, self.key, f"{verb} the address {self.address}")


def _way(finder: Finder, seen: _Seen) -> Link | None:
    """The link to the address's own page: the address itself, else the entry's Edit."""
    links = [link for link in finder.view.links if seen.entry.holds(link.element) and not link.disabled]
    named = [link for link in links if any(_ips(text) == [seen.record.address] for text in link.captions)]
    edits = finder.vocabulary.best("edit", links, lambda link: link.captions)
    for some in (named, edits):
        if len({link.url for link in some}) == 1:
            return some[0]
    return None


def _edit_button(finder: Finder, seen: _Seen) -> Button | None:
    """The entry's Edit where it is a button: one whose form holds nothing that a person fills in."""
    found = [
        action
        for part in seen.entry.parts
        for action in finder.actions("edit", within=part)
        if isinstance(action, Button) and not action.chooses and not finder.form_of(action).shown
    ]
    return found[0] if len(found) == 1 else None


def prepare_enabled(web: WebSession, address: str, enabled: bool) -> Prepared:
    """Open what enables or disables the address and fill it in, without sending anything.

    Raises StateError where the appliance has no such address, PageError where it is not understood how to change it.
    """
    wanted = _ip(address) or address
    view = web.stay_on(PAGE)
    finder = web.finder(view, PAGE)
    seen = _list(finder)
    same = [one for one in seen if one.record.address == wanted]
    if not same:
        raise StateError(
            f"the appliance has no address {wanted}", expected=wanted, seen=", ".join(one.record.address for one in seen),
            appliance=web.label, page="/appliance > Networking > IP Configuration", state="nothing was sent",
        )  # fmt: skip
    if len(same) > 1:
        raise finder.fail(
            f"the address {wanted} is listed {len(same)} times",
            key="ip_address",
            candidates=[one.record.address for one in seen],
        )
    sign = _Sign.of(finder, same[0])
    prepared = (
        _on_the_list(finder, web, same[0], enabled)
        or _by_button(finder, web, same[0], enabled)
        or _on_its_page(web, finder, same[0], enabled)
    )
    prepared.sign = sign
    return prepared


def _value_for(control: Control, enabled: bool, finder: Finder) -> Value:
    if control.type != "select":
        return enabled
    fitting = [option for option in control.options if state_in(option.text) is enabled and not option.disabled]
    if len(fitting) != 1:
        raise finder.fail(
            "the choice of enabled or disabled is not understood",
            key="enabled",
            candidates=[o.text for o in control.options],
        )
    return fitting[0].value


def _on_the_list(finder: Finder, web: WebSession, seen: _Seen, enabled: bool) -> Prepared | None:
    if seen.control is None or seen.control.disabled or seen.control.form < 0:
        return None
    form = finder.form_of(seen.control)
    in_entry = [
        a
        for a in finder.actions("save_changes", within=seen.entry.parts[0])
        if isinstance(a, Button) and a.form == form.index
    ]
    button = in_entry[0] if len(in_entry) == 1 else finder.button_in(form, "save_changes")
    values = {seen.control: _value_for(seen.control, enabled, finder)}
    return Prepared(web, finder.view, button, values, seen.record.address, enabled, seen.record.enabled is enabled)


def _by_button(finder: Finder, web: WebSession, seen: _Seen, enabled: bool) -> Prepared | None:
    """A button of the entry that says Enable or Disable."""
    inside = {
        key: [a for part in seen.entry.parts for a in finder.actions(key, within=part)] for key in ("enable", "disable")
    }
    if bool(inside["enable"]) == bool(inside["disable"]):
        return None
    is_enabled = bool(inside["disable"])
    found = inside["disable"] or inside["enable"]
    if len(found) != 1 or not isinstance(found[0], Button):
        return None
    return Prepared(
        web,
        finder.view,
        found[0],
        {},
        seen.record.address,
        enabled,
        is_enabled is enabled,
        "enable" if enabled else "disable",
    )


def _on_its_page(web: WebSession, finder: Finder, seen: _Seen, enabled: bool) -> Prepared:
    address = seen.record.address
    link, button = _way(finder, seen), _edit_button(finder, seen)
    if link is not None:
        view = web.follow(link)
    elif button is not None:
        form = finder.form_of(button)
        is_read = (button.method or form.method) == "GET"
        if (web.check_mode or web.reading_only) and not is_read and seen.record.enabled is not None:
            # Opening the page would post a form; the list says what there is to know.
            return Prepared(web, finder.view, button, {}, address, enabled, seen.record.enabled is enabled, "edit")
        view = web.submit(
            form,
            button,
            {},
            f"open the page of {address}",
            kind="read" if is_read else "write",
            view=finder.view,
            page=PAGE,
        )
    else:
        raise finder.fail(
            f"no way to edit the address {address} was found",
            key="edit",
            candidates=[*(x.caption for x in finder.view.links), *(x.caption for x in finder.view.buttons)],
        )
    inner = web.finder(view, PAGE)
    control = _enabled_control(inner, seen.record.address)
    form = inner.form_of(control)
    _shows(inner, form.element, seen.record.address)
    is_enabled = _control_state(control) if control.type != "radio" else control.checked
    if control.type == "radio":
        control, is_enabled = _radio(inner, control, enabled)
    values = {control: _value_for(control, enabled, inner) if control.type != "radio" else True}
    return Prepared(
        web, view, inner.button_in(form, "save_changes"), values, seen.record.address, enabled, is_enabled is enabled
    )


def _enabled_control(finder: Finder, address: str) -> Control:
    found = finder.controls("enabled", types=("checkbox", "select"), loose=True)
    if len(found) > 1:
        forms = [
            c
            for c in found
            if address in _ips(dom.text_of(finder.form_of(c).element))
            or any(_ips(o.value) == [address] for o in finder.form_of(c).shown)
        ]
        found = forms if len(forms) == 1 else found
    if len(found) == 1:
        return found[0]
    if not found:
        radios = [
            c
            for c in finder.view.controls
            if c.type == "radio"
            and c.visible
            and finder.vocabulary.score("enabled", (*c.labels, *c.section[-1:]), loose=True) is not None
        ]
        if radios and len({r.name for r in radios}) == 1:
            return radios[0]
    return finder.control("enabled", types=("checkbox", "select"), loose=True)


def _radio(finder: Finder, one: Control, enabled: bool) -> tuple[Control, bool]:
    group = [c for c in finder.view.controls if c.type == "radio" and c.name == one.name and c.form == one.form]
    meaning = {c: next((s for s in map(state_in, c.labels) if s is not None), None) for c in group}
    wanted = [c for c, state in meaning.items() if state is enabled]
    on = [c for c, state in meaning.items() if state is True]
    if len(wanted) != 1 or len(on) != 1:
        raise finder.fail(
            "the choice of enabled or disabled is not understood", key="enabled", candidates=[c.caption for c in group]
        )
    return wanted[0], on[0].checked


def _shows(finder: Finder, form: t.Any, address: str) -> None:
    """The form must be the one of this address: it shows it, as a value or as text, in itself or in the headings."""
    values = [c.value for c in finder.view.controls if c.visible and dom.contains(form, c.element)]
    texts = [*dom.lines(form), *values, *finder.view.headings, *finder.view.sections.path(form)]
    shown = {ip for text in texts for ip in _ips(text)}
    if address not in shown:
        raise finder.fail(
            f"the form that was opened does not show the address {address}",
            key="ip_address",
            candidates=sorted(shown),
            seen=", ".join(sorted(shown)) or "no address",
        )
