# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an appliance serves the site's host name, asked from outside before something is done that would end that."""

from __future__ import annotations

import dataclasses

from .._api.site import probe_site
from .._errors import StateError
from .._module import Connection, Params, same_id


@dataclasses.dataclass(frozen=True)
class Production:
    """Where production is reached; None as ``hostname`` is not to be asked."""

    hostname: str | None
    port: int
    address: str | None

    @classmethod
    def from_params(cls, params: Params) -> Production:
        return cls(params["site_hostname"] or None, params["site_port"], params["site_address"] or None)

    def refuse_if_served_by(self, connection: Connection, appliance_id: str | None, what: str) -> None:
        """Raise StateError where this appliance answers on the site's host name, or it cannot be told who does.

        Nobody answering is no reason to refuse: then there is no production to end.
        """
        if self.hostname is None:
            return
        options = connection.options
        answer = probe_site(
            self.hostname,
            self.port,
            self.address,
            options.ca_path,
            options.validate_certs,
            options.timeout,
            options.client_id,
            options.client_secret,
            redactor=connection.redactor,
            shelf=connection.shelf,
        )
        if not answer.answering and answer.certificate is None:
            return
        if answer.appliance_id and appliance_id and not same_id(answer.appliance_id, appliance_id):
            return
        known = bool(answer.appliance_id and appliance_id)
        raise StateError(
            f"This appliance serves {self.hostname}; did not {what}"
            if known
            else f"It cannot be told whether this appliance serves {self.hostname}; did not {what}",
            appliance=connection.label,
            expected=f"another appliance than {appliance_id or 'this one'} on {self.hostname}",
            seen=answer.appliance_id or answer.error or "an appliance without a readable id",
            state="nothing was changed",
            advice="Make another appliance serve the site first, and give an API account that works there.",
        )
