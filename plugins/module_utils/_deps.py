# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The only door to libraries that are not part of Python or Ansible.

``from .._deps import lxml_html`` gives the imported module, or a stand-in that raises InputError at its first use where
the library is missing, so that every file of the collection can be imported and documented without them. A library is
imported when its name is first asked for; ``from .. import _deps`` and ``_deps.cryptography`` at the place of use puts
that off until it is needed. Derive classes from ``base_class(...)``, never from these names themselves.
"""

from __future__ import annotations

import importlib
import operator
import sys
import typing as t

from ._errors import InputError


class _Library(t.NamedTuple):
    """What to import for a name (the first module is what the name stands for), and what pip calls it."""

    modules: tuple[str, ...]
    pip: str


_LIBRARIES: t.Final[dict[str, _Library]] = {
    "requests": _Library(("requests", "requests.adapters", "requests.cookies"), "requests"),
    "urllib3": _Library(("urllib3", "urllib3.connection", "urllib3.connectionpool", "urllib3.exceptions"), "urllib3"),
    "requests_toolbelt": _Library(("requests_toolbelt", "requests_toolbelt.multipart.encoder"), "requests-toolbelt"),
    "lxml_html": _Library(("lxml.html",), "lxml"),
    "lxml_etree": _Library(("lxml.etree",), "lxml"),
    "defusedxml": _Library(("defusedxml", "defusedxml.ElementTree"), "defusedxml"),
    "cryptography": _Library(
        (
            "cryptography",
            "cryptography.exceptions",
            "cryptography.x509",
            "cryptography.hazmat.primitives.hashes",
            "cryptography.hazmat.primitives.serialization.pkcs7",
            "cryptography.hazmat.primitives.serialization.pkcs12",
        ),
        "cryptography",
    ),
    "playwright": _Library(("playwright.sync_api",), "playwright"),
    "dns": _Library(
        ("dns", "dns.flags", "dns.message", "dns.name", "dns.query", "dns.rcode", "dns.tsig", "dns.update"), "dnspython"
    ),
}

_loaded: dict[str, t.Any] = {}
_failures: dict[str, str] = {}


class _Missing:
    """Stands where a module would be; every use of it says what to install."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> t.Any:
        # Dunder look-ups come from tools that inspect modules (copy, pickle, doctest), not from a use of the library.
        if not attribute.startswith("__"):
            require(self._name)
        raise AttributeError(attribute)

    def __bool__(self) -> bool:
        return False


def _load(name: str) -> t.Any:
    if name not in _loaded:
        library = _LIBRARIES[name]
        try:
            modules = [importlib.import_module(module) for module in library.modules]
        except ImportError as exc:
            _failures[name] = str(exc)
            _loaded[name] = _Missing(name)
        else:
            _loaded[name] = modules[0]
    return _loaded[name]


def __getattr__(name: str) -> t.Any:
    if name not in _LIBRARIES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _load(name)


def base_class(name: str, path: str) -> t.Any:
    """A class of a library to derive from, by its path inside of the module that the name stands for.

    Where the library is missing it is ``object``, so that the file can be imported: ``require`` the library before use.
    """
    module = _load(name)
    return operator.attrgetter(path)(module) if module else object


def require(*names: str) -> None:
    """Raise InputError where one of these names of this module cannot be imported, saying what to install and where."""
    for name in names:
        _load(name)
    missing = [name for name in names if name in _failures]
    if not missing:
        return
    libraries = sorted({_LIBRARIES[name].pip for name in missing})
    raise InputError(
        f"Python cannot import {', '.join(libraries)}, which this needs",
        expected=f"the Python libraries {', '.join(libraries)} for {sys.executable}",
        seen="; ".join(sorted({_failures[name] for name in missing})),
        advice=f"{sys.executable} -m pip install {' '.join(libraries)}",
    )
