# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An address record of a zone: read from the primary server, compared, changed at most once, seen by everybody (ASYNC-6)."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

from .._dns import note as notes
from .._dns.client import DnsClient
from .._dns.model import ALGORITHMS, Key, RecordSet, absolute_name, address_type, normal_addresses, parse_server
from .._dns.note import Note
from .._dns.proof import Viewpoint, prove, viewpoints
from .._errors import InputError, StateError, TransportError, WaitTimeout
from .._module import Connect, Interrupted, Params
from .._records import as_data
from .._wait import Clock, Deadline

_MAX_TTL: t.Final = 2**31 - 1


@dataclasses.dataclass(frozen=True)
class Wish:
    """What the record is to be; None is as it is. ``replaces`` are the addresses that it may have until then."""

    name: str
    type: str
    address: str | None
    ttl: int | None
    replaces: tuple[str, ...]

    def after(self, before: RecordSet) -> RecordSet:
        addresses = before.addresses if self.address is None else (self.address,)
        ttl = before.ttl if self.ttl is None else self.ttl
        return dataclasses.replace(before, addresses=addresses, ttl=ttl)


def run(params: Params, check_mode: bool, _connect: Connect, clock: Clock | None = None) -> dict[str, t.Any]:
    """Make the record as wished and wait until every server shows it. Contacts name servers only.

    What ``remember`` holds is contacted for only where it exists: with state restored and without a note nothing is.
    """
    path = pathlib.Path(params["remember"]) if params["remember"] else None
    restoring = params["state"] == "restored"
    if restoring and path is None:
        raise InputError("state restored needs remember, the file that holds the TTL to put back")
    if restoring and params["ttl"] is None and path is not None and not path.exists():
        return _nothing_to_restore(params)
    wish, key = _wish(params), key_of(params)
    server = parse_server(params["server"], params["port"])
    client = DnsClient(server, key, timeout=params["timeout"])
    client.check_zone(params["zone"])
    before = client.read(wish.name, wish.type)
    _check(wish, before, client)
    note = notes.read(path, before)
    if restoring:
        wish = _restored(wish, before, note)
    if check_mode and params["assume_ttl"] is not None:
        before = dataclasses.replace(before, ttl=params["assume_ttl"])
    after = wish.after(before)
    changed = after != before
    if path is not None and not restoring and not check_mode and _is_news(note, before, after):
        note = notes.write(path, before, after.ttl or 0)
    result: dict[str, t.Any] = {
        "changed": changed,
        "record": after.name,
        "type": after.type,
        "before": before.to_dict(),
        "after": after.to_dict(),
        "servers": [],
        "original_ttl": note.original if note else before.ttl,
        "old_ttl_left": round(note.left()) if note else 0,
        "old_ttl_until": as_data(note.until) if note else None,
        "diff": {"before": before.to_dict(), "after": after.to_dict()},
    }
    if check_mode:
        return result
    points = viewpoints(client, params["zone"], params["nameservers"], params["resolvers"])
    if changed:
        _update(client, params["zone"], before, after)
    if params["verify"]:
        _prove(params, before, after, points, clock or Clock(), result, note)
    if restoring and path is not None:
        path.unlink(missing_ok=True)
    return result


def _nothing_to_restore(params: Params) -> dict[str, t.Any]:
    name = absolute_name(params["record"], params["zone"])
    record: dict[str, t.Any] = {"record": name, "type": params["type"] or "A", "addresses": [], "ttl": None}
    return {
        "changed": False,
        "record": name,
        "type": record["type"],
        "before": record,
        "after": record,
        "servers": [],
        "original_ttl": None,
        "old_ttl_left": 0,
        "old_ttl_until": None,
        "diff": {"before": record, "after": record},
    }


def _is_news(note: Note | None, before: RecordSet, after: RecordSet) -> bool:
    """Whether the TTL is lowered from one that a note of an earlier lowering does not stand for."""
    lowers = before.ttl is not None and after.ttl is not None and after.ttl < before.ttl
    return lowers and (note is None or before.ttl != note.set_to)


def _restored(wish: Wish, before: RecordSet, note: Note | None) -> Wish:
    """The wish for the TTL that the record had, unless another was asked for or somebody else has set a third one since."""
    if wish.ttl is not None or note is None:
        return wish
    return dataclasses.replace(wish, ttl=note.original if before.ttl in (note.set_to, note.original) else before.ttl)


def key_of(params: Params) -> Key | None:
    """The TSIG key of the options. Raises InputError where only half of it was given."""
    name, secret = params["key_name"] or None, params["key_secret"] or None
    if (name is None) != (secret is None):
        raise InputError("key_name and key_secret belong together: give both or none")
    if name is None or secret is None:
        return None
    algorithm = str(params["key_algorithm"]).lower().rstrip(".")
    if algorithm not in ALGORITHMS:
        raise InputError(f"{params['key_algorithm']!r} is no TSIG algorithm", expected=", ".join(ALGORITHMS))
    return Key(name, secret, algorithm)


def _wish(params: Params) -> Wish:
    address, ttl = params["address"] or None, params["ttl"]
    if address is None and ttl is None and params["state"] == "present":
        raise InputError("Neither address nor ttl is given, so there is nothing to make of the record")
    if ttl is not None and not 0 <= ttl <= _MAX_TTL:
        raise InputError(f"ttl must be from 0 to {_MAX_TTL} seconds, not {ttl}")
    if params["wait_timeout"] < 0 or params["timeout"] <= 0:
        raise InputError("wait_timeout and timeout must not be negative, and timeout not 0")
    kind = params["type"] or (address_type(address) if address else "A")
    for given in filter(None, [address, *params["replaces"]]):
        if address_type(given) != kind:
            raise InputError(f"{given} is no address for a record of type {kind}")
    return Wish(
        absolute_name(params["record"], params["zone"]),
        kind,
        normal_addresses([address])[0] if address else None,
        ttl,
        normal_addresses(params["replaces"]),
    )


def _check(wish: Wish, before: RecordSet, client: DnsClient) -> None:
    """Nothing unexpected is overwritten, and no record is made out of a typing error."""
    if not before.addresses and (wish.address is None or wish.replaces):
        raise StateError(
            f"{client.server.label} has no {wish.type} record {wish.name}",
            expected=" or ".join(wish.replaces) or "a record whose TTL can be set",
            state="Nothing was changed.",
            advice="Correct sra_dns_record, or make the record once by hand.",
        )
    if wish.ttl is None and before.ttl is None:
        raise InputError(f"{wish.name} does not exist yet, so it needs a ttl")
    if wish.address is None or before.addresses == (wish.address,) or not wish.replaces:
        return
    strange = [address for address in before.addresses if address not in (*wish.replaces, wish.address)]
    if strange:
        raise StateError(
            f"{wish.name} leads to {', '.join(strange)}, which is neither device",
            expected=" or ".join(wish.replaces),
            seen=before.words(),
            state="Nothing was changed.",
            advice="Correct sra_dns_record, or sra_dns_address of the devices.",
        )


def _update(client: DnsClient, zone: str, before: RecordSet, after: RecordSet) -> None:
    """One update; where its answer was lost, the record itself tells what became of it."""
    try:
        client.update(zone, before, after)
    except TransportError as lost:
        try:
            seen = client.read(after.name, after.type)
        except TransportError:
            raise TransportError(
                lost.message,
                seen=lost.seen,
                state=f"It is not known whether {after.name} was changed.",
                advice="Run again when the name server answers: it reads the record anew.",
            ) from lost
        if seen != after:
            raise TransportError(
                lost.message, seen=lost.seen, state=f"{after.name} is {seen.words()}", advice=lost.advice
            ) from lost


def _prove(
    params: Params,
    before: RecordSet,
    after: RecordSet,
    points: t.Sequence[Viewpoint],
    clock: Clock,
    result: dict[str, t.Any],
    note: Note | None,
) -> None:
    """A cache may hold the old answer for the old TTL; the servers get ``wait_timeout`` seconds on top."""
    moved = not before.same_addresses(after)
    old_ttl = float(before.ttl or 0) if moved else 0.0
    # A record that is as wished already may have become so a moment ago, by a run that was stopped.
    patience = float(before.ttl or 0) if moved or not result["changed"] else 0.0
    if params["wait_for_ttl"] and note is not None and params["state"] == "present":
        # What was asked for before the TTL was lowered is held for the TTL of then.
        old_ttl = max(old_ttl, note.left())
        patience = max(patience, old_ttl)
    deadline = Deadline(patience + params["wait_timeout"], clock)
    try:
        prove(after, points, deadline, least=old_ttl if params["wait_for_ttl"] else 0.0)
    except WaitTimeout as error:
        raise Interrupted(error, {**result, "servers": [point.to_dict() for point in points]}) from error
    result["servers"] = [point.to_dict() for point in points]
    result["seconds"] = round(deadline.elapsed, 1)
