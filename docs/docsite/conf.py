# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Settings of Sphinx for the documentation site; ``make docs`` assembles the pages and builds it."""

from __future__ import annotations

project = "bseries.sra"
copyright = "2026, the bseries.sra maintainers"
root_doc = "index"

extensions = ["myst_parser", "sphinx_antsibull_ext", "sphinx_copybutton"]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
# So that a page can name a heading of another one, as it does on a forge.
myst_heading_anchors = 3
myst_linkify_fuzzy_links = False

# The site is complete without a network: nothing is looked up elsewhere.
intersphinx_mapping: dict[str, object] = {}
default_role = "any"
nitpicky = False
# Plugin pages refer to two chapters of Ansible's own manual.
suppress_warnings = ["ref.ref"]

html_theme = "furo"
html_title = "bseries.sra"
html_show_sourcelink = False
html_copy_source = False
html_static_path: list[str] = []
pygments_style = "ansible"
pygments_dark_style = "ansible"
