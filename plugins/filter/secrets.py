# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jinja filter ``bseries.sra.secrets``."""

from __future__ import annotations

import re
import typing as t

_SECRET: t.Final = re.compile(r"sra_(.*_)?(password|passphrase|secret|token|key|webhook)")


def secrets(variables: t.Mapping[str, t.Any]) -> list[str]:
    """The secrets in a host's variables; see ``secrets.yml`` beside this file."""
    found = (variables.get(name) for name in list(variables) if _SECRET.fullmatch(str(name)))
    return [str(value) for value in found if isinstance(value, str) and value]


class FilterModule:
    """The filter for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"secrets": secrets}
