# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every skin shows what a screen says, and reads back what a browser sends."""

from __future__ import annotations

import collections
import dataclasses
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from simulator.captions import ENGLISH
from simulator.screens import (
    SCREENS,
    Bullets,
    Facts,
    Field,
    Form,
    Label,
    Link,
    Message,
    Paragraph,
    Part,
    Progress,
    Screen,
    Section,
    Submit,
    Table,
    Target,
    Upload,
    Visit,
    caption,
)
from simulator.skins import make_skin
from simulator.skins.base import BadSubmission, Skin, WebRequest
from simulator.skins.wording import DATES, utc
from simulator.skins.wording.german import GERMAN
from simulator.skins.wording.modern import MODERN_ENGLISH, MODERN_GERMAN
from simulator.skins.wording.synonyms import SYNONYMS

from .browser import Document
from .browser import Form as BrowserForm
from .sample_screens import NOW, SAMPLES

TOKEN = "token-<&>-1"
SEEDS = range(1, 31)
FIXED = ("german2019", "modern_english", "modern_german", "other_hands", "other_hands_german")
SKINS = [(name, 1) for name in FIXED] + [("randomised", seed) for seed in SEEDS]
SKINS += [(name, seed) for name in ("randomised_english", "randomised_german") for seed in (1, 2)]


@pytest.fixture(params=SKINS, ids=lambda skin: f"{skin[0]}-{skin[1]}")
def skin(request: pytest.FixtureRequest) -> Skin:
    name, seed = request.param
    return make_skin(name, seed)


def opened(skin: Skin, screen: Screen) -> Document:
    return Document(skin.render(screen, TOKEN), skin.path(screen.interface, screen.key))


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00ad", "").replace("\u00a0", " ")).strip().lower()


def seen(document: Document) -> str:
    """All that a person can read: text, and the captions that stand in attributes."""
    root = document.root
    words = root.xpath("//text()[not(ancestor::script) and not(ancestor::style)]")
    attributes = root.xpath(
        "//@alt | //@placeholder | //@title | //@aria-label | //input[@type='submit']/@value | //input[@readonly]/@value"
        " | //@data-first"
    )
    return plain(" ".join(words)) + " | " + " | ".join(plain(value) for value in attributes)


def parts_of(parts: tuple[Part, ...]) -> t.Iterator[Part]:
    for part in parts:
        yield part
        if isinstance(part, Section):
            yield from parts_of(part.parts)


def labels_of(part: Part) -> t.Iterator[Label]:
    if isinstance(part, Section):
        yield part.heading
    elif isinstance(part, (Paragraph, Message)):
        yield part.text
    elif isinstance(part, (Progress, Link)):
        yield part.label
    elif isinstance(part, Facts):
        yield from (label for fact in part.rows for label in (fact.label, fact.value))
    elif isinstance(part, Bullets):
        yield from part.items
    elif isinstance(part, Table):
        yield from labels_of_table(part)
    elif isinstance(part, Form):
        yield from (button.label for button in part.buttons)
        yield from (label for group in part.groups for label in (group.legend, group.note))
        yield from (label for field in part.fields for label in (field.label, field.hint))
        yield from (option.label for field in part.fields for option in field.options)
        yield from labels_of_table(part.table) if part.table else ()


def labels_of_table(table: Table) -> t.Iterator[Label]:
    yield from (table.columns if table.rows else (table.empty,))
    yield from (cell for row in table.rows for cell in row.cells)


def forms_of(screen: Screen) -> list[Form]:
    return [part for part in parts_of(screen.parts) if isinstance(part, Form)]


def ours(skin: Skin, screen: Screen, document: Document) -> list[BrowserForm]:
    """The forms that are sent to the appliance's screens with its anti-forgery value."""
    return [form for form in document.forms() if form.element.xpath(".//input[@name=$name]", name=skin.token_name)]


def submits(skin: Skin, screen: Screen, document: Document) -> list[Submit]:
    """What comes back when each button of the page is pressed with nothing changed, button-like links included."""
    out = []
    for form in document.forms():
        for button in form.buttons:
            asked = skin.read(screen.interface, form.request(button))
            out.append(asked)
    out += [skin.read(screen.interface, document.request(link.get("href"))) for link in document.links()]
    return [asked for asked in out if isinstance(asked, Submit)]


def default_values(form: Form) -> dict[str, str]:
    return {
        field.key: field.value
        for field in form.fields
        if field.kind != "file" and not (field.kind == "checkbox" and field.value != "1")
    }


def comparable(submit: Submit) -> tuple[t.Any, ...]:
    return (submit.target, submit.form, submit.button, tuple(sorted(submit.values.items())), submit.selected)


def test_each_screen_shows_all_that_it_says(skin: Skin) -> None:
    for screen in SAMPLES:
        shown = seen(opened(skin, screen))
        labels = [label for part in parts_of(screen.parts) for label in labels_of(part)]
        labels += [entry.label for entry in screen.menu]
        labels += [child.label for entry in screen.menu if entry.current for child in entry.children]
        missing = [words for words in map(skin.text, labels) if plain(words) not in shown]
        missing += [words for words in skin.text(screen.heading).split(" :: ") if plain(words) not in shown]
        assert missing == [], screen.key
        for progress in (part for part in screen.parts if isinstance(part, Progress)):
            assert f"{progress.percent}" in shown


def test_each_button_reads_back_as_the_submit_that_it_is(skin: Skin) -> None:
    for screen in SAMPLES:
        document = opened(skin, screen)
        expected = [
            (form.action, form.key, button.key, tuple(sorted(default_values(form).items())), ())
            for form in forms_of(screen)
            for button in form.buttons
        ]
        got = [comparable(submit) for submit in submits(skin, screen, document)]
        assert collections.Counter(got) == collections.Counter(expected), screen.key
        assert all(
            submit.token == TOKEN for submit in submits(skin, screen, document) if submit.form not in ("check",)
        ), screen.key


def test_what_is_filled_in_comes_back_by_field(skin: Skin) -> None:
    for screen in SAMPLES:
        document = opened(skin, screen)
        by_key = {form.key: form for form in forms_of(screen)}
        for form in ours(skin, screen, document):
            key = t.cast(Submit, skin.read(screen.interface, form.request(form.buttons[0]))).form
            fill(skin, by_key[key], form)
            check_filled(skin, screen, by_key[key], form)


def fill(skin: Skin, form: Form, shown: BrowserForm) -> None:
    for field in form.fields:
        (control,) = shown.named(skin.name(form.key, "field", field.key))[:1]
        if field.kind in ("text", "number", "password"):
            control.set("value", f"filled {field.key} ä&=")
        elif field.kind == "select":
            for option in control.xpath(".//option"):
                option.attrib.pop("selected", None)
            control.xpath(".//option")[-1].set("selected", "selected")


def check_filled(skin: Skin, screen: Screen, form: Form, shown: BrowserForm) -> None:
    boxes = {skin.name(form.key, "field", field.key) for field in form.fields if field.kind == "checkbox"}
    selection = skin.name(form.key, "selection", form.table.key) if form.table else ""
    upload = Upload("update.bin", 3, "/dev/null")
    files = [(skin.name(form.key, "field", field.key), upload) for field in form.fields if field.kind == "file"]
    submit = skin.read(screen.interface, shown.request(shown.buttons[0], boxes | {selection}, tuple(files)))
    assert isinstance(submit, Submit)
    assert submit.values == {field.key: filled(field) for field in form.fields if field.kind != "file"}
    rows = form.table.rows if form.table else ()
    assert sorted(submit.selected) == sorted(row.key for row in rows if row.selectable)
    assert submit.files == {field.key: upload for field in form.fields if field.kind == "file"}


def filled(field: Field) -> str:
    return {
        "checkbox": "1",
        "select": field.options[-1].value if field.options else "",
        "radio": field.value,
    }.get(field.kind, f"filled {field.key} ä&=")


def test_each_control_has_its_label_near(skin: Skin) -> None:
    """In the label that points to or holds it, in an attribute, or in the smallest thing that holds only this control."""
    for screen in SAMPLES:
        document = opened(skin, screen)
        for form in forms_of(screen):
            for field in form.fields:
                controls = [
                    control
                    for shown in document.forms()
                    for control in shown.named(skin.name(form.key, "field", field.key))
                ]
                assert controls, (screen.key, field.key)
                words = plain(skin.text(field.label))
                assert words in label_of(document, controls), (screen.key, field.key)


def label_of(document: Document, controls: list[t.Any]) -> str:
    first = controls[0]
    words = [first.get(name, "") for name in ("aria-label", "title", "placeholder")]
    for own in (first.get("aria-labelledby"), first.get("id")):
        words += [each.text_content() for each in document.root.xpath("//*[@id=$o or @for=$o]", o=own)] if own else []
    around = first
    while around.getparent() is not None and holds_only(around.getparent(), controls):
        around = around.getparent()
    words.append(around.text_content())
    before = around.getprevious()
    if before is not None:
        words.append(before.text_content())
    words.append(" ".join(around.xpath("preceding-sibling::node()[position() < 4]/descendant-or-self::text()")))
    words.append(" ".join(around.xpath("following-sibling::node()[position() < 3]/descendant-or-self::text()")))
    return plain(" ".join(words))


def holds_only(element: t.Any, controls: list[t.Any]) -> bool:
    inside = element.xpath(".//input[not(@type='hidden')] | .//select | .//button")
    return all(control in controls for control in inside) and element.tag != "form"


def test_ids_are_unique_and_what_points_to_one_finds_it(skin: Skin) -> None:
    for screen in SAMPLES:
        root = opened(skin, screen).root
        ids = root.xpath("//@id")
        assert len(ids) == len(set(ids)), screen.key
        assert set(root.xpath("//label/@for | //@aria-labelledby | //@form")) <= set(ids), screen.key


def test_each_value_follows_its_label(skin: Skin) -> None:
    for screen in SAMPLES:
        document = opened(skin, screen)
        for shown in document.root.xpath("//input[@readonly]"):
            shown.text = shown.get("value")
        text = bare(document.root.text_content())
        facts = [fact for part in parts_of(screen.parts) if isinstance(part, Facts) for fact in part.rows]
        for fact in facts:
            assert bare(skin.text(fact.label)) + bare(skin.text(fact.value)) in text, (screen.key, fact.key)


def bare(text: str) -> str:
    return re.sub(r"[\s:]", "", plain(text))


def test_each_cell_stands_under_its_column(skin: Skin) -> None:
    for screen in SAMPLES:
        document = opened(skin, screen)
        tables = [part for part in parts_of(screen.parts) if isinstance(part, Table)]
        tables += [form.table for form in forms_of(screen) if form.table]
        for table in tables:
            for row in table.rows:
                check_row(skin, document, table, [skin.text(cell) for cell in row.cells])


def check_row(skin: Skin, document: Document, table: Table, values: list[str]) -> None:
    cells = cells_of_row(document, values[0])
    for column, value in zip(map(skin.text, table.columns), values, strict=True):
        (cell,) = (each for each in cells if plain(each.text_content()) == plain(value))
        if cell.tag == "dd":
            head = cell.getprevious()
        elif cell.tag == "h4":
            continue  # the title of a card has no column
        else:
            place = len(list(cell.itersiblings(preceding=True)))
            head = next(cell.getparent().itersiblings(preceding=True), cell.getparent())
            while (above := next(head.itersiblings(preceding=True), None)) is not None:
                head = above
            if head.tag == "tbody" or cell.getparent().getparent().tag == "tbody":
                head = (cell.getparent().getparent().getprevious())[0]
            head = head[place]
        assert plain(head.text_content()) == plain(column)


def cells_of_row(document: Document, first: str) -> list[t.Any]:
    kinds = "self::td or self::th or self::dd or self::h4 or @role='cell'"
    cells = document.root.xpath(f"//*[{kinds}]")
    (start,) = (each for each in cells if plain(each.text_content()) == plain(first))
    row = start.getparent()
    return t.cast("list[t.Any]", row.xpath(f".//*[{kinds}]"))


def test_each_link_opens_what_it_says(skin: Skin) -> None:
    for screen in SAMPLES:
        document = opened(skin, screen)
        expected = {part.target for part in parts_of(screen.parts) if isinstance(part, Link)}
        tables = [part for part in parts_of(screen.parts) if isinstance(part, Table)]
        tables += [form.table for form in forms_of(screen) if form.table]
        expected |= {row.link for table in tables for row in table.rows if row.link}
        expected |= {entry.target for entry in screen.menu if not entry.current}
        tabs = [child for entry in screen.menu if entry.current for child in entry.children]
        expected |= {tab.target for tab in tabs if not tab.current}
        requests = [document.request(link.get("href")) for link in document.links()]
        requests += [
            form.request(button)
            for form in document.forms()
            for button in form.buttons
            if form.element.get("method") == "get"
        ]
        visits = {
            asked.target
            for asked in (skin.read(screen.interface, each) for each in requests)
            if isinstance(asked, Visit)
        }
        assert expected <= visits, screen.key
        assert (Target("sign_out") in visits) == (screen.sign_out is not None)


def test_every_screen_has_an_address_of_its_own(skin: Skin) -> None:
    for interface, keys in SCREENS.items():
        targets = [Target(key, item) for key in keys for item in ("", "base-3.3.2", "127.0.1.10")]
        requests = [Document(b"<p>", "/").request(skin.url(interface, target)) for target in targets]
        assert [skin.read(interface, request) for request in requests] == [Visit(target) for target in targets]
        assert all(request.path.startswith(f"/{interface}/") for request in requests)


def test_unknown_paths_and_names_are_not_understood(skin: Skin) -> None:
    assert skin.read("login", WebRequest("GET", "/login/no/such/page")) is None
    screen = SAMPLES[1]
    form = ours(skin, screen, opened(skin, screen))[0]
    request = form.request(form.buttons[0])
    with pytest.raises(BadSubmission):
        skin.read("login", dataclasses.replace(request, form=(*request.form, ("unknown", "1"))))


def test_the_same_seed_gives_the_same_bytes(skin: Skin) -> None:
    name = type(skin).__module__.rpartition(".")[2]
    again = make_skin(name, skin.seed)
    first = [skin.render(screen, TOKEN) for screen in SAMPLES]
    assert [again.render(screen, TOKEN) for screen in reversed(SAMPLES)] == first[::-1]
    assert [skin.render(screen, TOKEN) for screen in SAMPLES] == first


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib; from simulator.skins import make_skin; from sample_screens import SAMPLES\n"
        "skin = make_skin('randomised', 7)\n"
        "print(hashlib.sha256(b''.join(skin.render(each, 'x') for each in SAMPLES)).hexdigest())"
    )
    here = Path(__file__).parent
    path = f"{here.parents[1]}:{here}"
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONPATH": path, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1
    assert runs.pop().strip()


def test_seeds_differ() -> None:
    pages = {make_skin("randomised", seed).render(SAMPLES[2], TOKEN) for seed in SEEDS}
    assert len(pages) == len(SEEDS)
    assert {make_skin("randomised", seed).language for seed in SEEDS} == {"en", "de"}


@pytest.mark.parametrize(("name", "language"), [("randomised_english", "en"), ("randomised_german", "de")])
def test_the_language_can_be_fixed(name: str, language: str) -> None:
    assert {make_skin(name, seed).language for seed in SEEDS} == {language}


def with_form(skin: Skin, key: str, form: str) -> tuple[Screen, BrowserForm]:
    (screen,) = (each for each in SAMPLES if any(part.key == form for part in forms_of(each)) and each.key == key)
    for shown in ours(skin, screen, opened(skin, screen)):
        asked = skin.read(screen.interface, shown.request(shown.buttons[0]))
        if isinstance(asked, Submit) and asked.form == form:
            return screen, shown
    raise AssertionError(f"no form {form}")


def test_hidden_values_must_come_back_unchanged() -> None:
    skin = make_skin("other_hands", 1)
    screen, shown = with_form(skin, "networking.address", "address")
    request = shown.request(shown.buttons[0])
    for change in (
        tuple(pair for pair in request.form if pair[0] != "step"),
        tuple((name, "other" if name == "step" else value) for name, value in request.form),
    ):
        with pytest.raises(BadSubmission):
            skin.read(screen.interface, dataclasses.replace(request, form=change))


def test_an_image_is_pressed_at_a_position() -> None:
    skin = make_skin("other_hands", 1)
    screen, shown = with_form(skin, "networking.address", "address")
    assert shown.buttons[0].get("type") == "image"
    request = shown.request(shown.buttons[0])
    pressed = tuple((name.removesuffix(".x"), value) for name, value in request.form if not name.endswith(".y"))
    with pytest.raises(BadSubmission):
        skin.read(screen.interface, dataclasses.replace(request, form=pressed))


def test_the_hidden_value_beside_a_checkbox_is_needed_and_means_off() -> None:
    skin = make_skin("modern_english", 1)
    screen, shown = with_form(skin, "networking.address", "address")
    box = skin.name("address", "field", "enabled")
    request = shown.request(shown.buttons[0])
    assert [value for name, value in request.form if name == box] == ["0", "1"]
    off = dataclasses.replace(request, form=tuple(pair for pair in request.form if pair != (box, "1")))
    submit = skin.read(screen.interface, off)
    assert isinstance(submit, Submit)
    assert "enabled" not in submit.values
    bare = dataclasses.replace(request, form=tuple(pair for pair in request.form if pair != (box, "0")))
    with pytest.raises(BadSubmission):
        skin.read(screen.interface, bare)


def test_a_checkbox_sends_the_value_that_it_has() -> None:
    skin = make_skin("other_hands", 1)
    screen, shown = with_form(skin, "networking.address", "address")
    box = skin.name("address", "field", "enabled")
    request = shown.request(shown.buttons[0])
    assert (box, "on") in request.form
    wrong = tuple((name, "1" if name == box else value) for name, value in request.form)
    with pytest.raises(BadSubmission):
        skin.read(screen.interface, dataclasses.replace(request, form=wrong))


def test_german_has_every_caption_with_the_same_placeholders() -> None:
    def placeholders(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    assert set(GERMAN) == set(ENGLISH)
    assert {key for key in ENGLISH if placeholders(ENGLISH[key]) != placeholders(GERMAN[key])} == set()


@pytest.mark.parametrize("table", [MODERN_ENGLISH, MODERN_GERMAN, SYNONYMS["en"], SYNONYMS["de"]])
def test_editions_change_only_captions_that_exist(table: dict[str, t.Any]) -> None:
    assert set(table) <= set(ENGLISH)


def test_dates_are_written_as_a_person_of_the_language_writes_them() -> None:
    assert make_skin("german2019", 1).text(SAMPLES[2].parts[2].rows[2].value) == "22.11.2026 15:05:04"  # type: ignore[union-attr]
    written = {style.__name__: style for styles in DATES.values() for style in styles}
    assert {name: style(utc(NOW)) for name, style in written.items()} == {
        "iso_utc": "2026-11-22 15:05:04 UTC",
        "iso_strict": "2026-11-22T15:05:04Z",
        "unix_date": "Sun Nov 22 15:05:04 UTC 2026",
        "american": "Nov 22, 2026, 3:05:04 PM UTC",
        "american_digits": "11/22/2026 03:05:04 PM",
        "british": "22 November 2026 15:05:04 (UTC)",
        "german_digits": "22.11.2026 15:05:04",
        "german_clock": "22.11.2026, 15:05:04 Uhr (UTC)",
        "german_long": "22. November 2026, 15:05:04 UTC",
    }


def test_the_german_captions_of_the_guides_are_word_for_word() -> None:
    skin = make_skin("german2019", 1)
    fixed = {
        "updates.check": "Auf Aktualisierungen prüfen",
        "updates.install": "Diese Aktualisierung installieren",
        "updates.key": "Geräte-Download-Schlüssel",
        "basics.reset": "Gerät auf Originalstandards zurücksetzen",
        "save_changes": "Änderungen speichern",
        "failover.peer": "Verbindungsdetails zu neuem Backup-Standort",
        "failover.sync": "Jetzt synchronisieren",
        "failover.break": "Failover-Verbindungen trennen",
        "management.security.key": "Schlüssel zur Kommunikation zwischen Geräten",
    }
    assert {key: skin.text(caption(key)) for key in fixed} == fixed
