# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The site's own tasks files at the turning points of a run, from the setting ``sra_hooks``. Pure but for looking at local files."""

from __future__ import annotations

import pathlib
import typing as t

EVENTS: t.Final = ("before_window", "after_window", "before_step", "after_step", "failure")
_FOLDER: t.Final = pathlib.Path(__file__).parents[3] / "playbooks" / "hooks"
SHIPPED: t.Final[dict[str, pathlib.Path]] = {
    f"bseries.sra.hook_{name}": _FOLDER / f"{name}.yml" for name in ("mail", "chat", "monitoring", "change_ticket")
}
"""Tasks files of the collection that ``sra_hooks`` may name."""


def hook_problems(settings: dict[str, t.Any]) -> t.Iterator[str]:
    """Turn the setting into a list of files for every event; sentences for what is wrong with it."""
    given = settings["hooks"]
    settings["hooks"] = {event: [] for event in EVENTS}
    if not isinstance(given, t.Mapping):
        yield f"sra_hooks is no dictionary. Give tasks files by event: {', '.join(EVENTS)}."
        return
    for event, files in given.items():
        if event not in EVENTS:
            yield f"sra_hooks names the event {event!r}. Known: {', '.join(EVENTS)}."
            continue
        for name in [files] if isinstance(files, str) else files or ():
            path = SHIPPED.get(str(name), pathlib.Path(str(name)).expanduser())
            if not path.is_file():
                yield (
                    f"sra_hooks.{event} names {name}, which is no file on the controller. Give an absolute path, or one of "
                    f"{', '.join(SHIPPED)}."
                )
            else:
                settings["hooks"][event].append(str(path.absolute()))
