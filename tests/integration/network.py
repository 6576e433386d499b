# Copyright (c) 2026, the bseries.sra maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network namespace for the test itself, and a Linux firewall in another one, joined by a cable."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pathlib
import shutil
import subprocess
import time
import typing as t

import pytest

_CLONE_NEWNET = 0x40000000
_PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
INSIDE, FIREWALL, SITE = "198.51.100", "198.51.100.1", "203.0.113.10"


class Forbidden(Exception):
    """The kernel, or this container, does not allow it."""


def _run(*command: str, text: str | None = None) -> str:
    done = subprocess.run(
        command, input=text, capture_output=True, text=True, check=False, env={**os.environ, "PATH": _PATH}
    )
    if done.returncode:
        raise Forbidden(f"{' '.join(command)}: {done.stderr.strip()}")
    return done.stdout


@contextlib.contextmanager
def own_namespace() -> t.Iterator[None]:
    """This thread, and all programs that it starts, in a new network namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    with pathlib.Path("/proc/thread-self/ns/net").open("rb") as before:
        if libc.unshare(_CLONE_NEWNET):
            raise Forbidden(f"unshare: {os.strerror(ctypes.get_errno())}")
        try:
            yield
        finally:
            libc.setns(before.fileno(), _CLONE_NEWNET)


@contextlib.contextmanager
def firewall(target: str) -> t.Iterator[list[str]]:
    """A firewall that translates the site's address to ``target``; yields the command that runs nft on it."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(own_namespace())
        box = subprocess.Popen(["unshare", "-n", "sleep", "3600"], env={**os.environ, "PATH": _PATH})
        stack.callback(box.wait)
        stack.callback(box.kill)
        there = ["nsenter", "-t", str(box.pid), "-n"]
        own = pathlib.Path("/proc/thread-self/ns/net").readlink()
        end = time.monotonic() + 5
        while pathlib.Path(f"/proc/{box.pid}/ns/net").readlink() == own:
            if time.monotonic() > end or box.poll() is not None:
                raise Forbidden("unshare -n does not give a namespace")
            time.sleep(0.02)
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "link", "add", "inside", "type", "veth", "peer", "name", "cable")
        _run("ip", "link", "set", "cable", "netns", str(box.pid))
        for number in (11, 12):
            _run("ip", "addr", "add", f"{INSIDE}.{number}/24", "dev", "inside")
        _run("ip", "link", "set", "inside", "up")
        _run(*there, "ip", "addr", "add", f"{FIREWALL}/24", "dev", "cable")
        _run(*there, "ip", "link", "set", "cable", "up")
        _run(*there, "sysctl", "-qw", "net.ipv4.ip_forward=1")
        _run("ip", "route", "add", f"{SITE}/32", "via", FIREWALL)
        rules = f"""table ip nat {{
            map sra_site {{ type ipv4_addr : ipv4_addr; elements = {{ {SITE} : {target} }} }}
            chain prerouting {{ type nat hook prerouting priority dstnat; dnat to ip daddr map @sra_site; }}
            chain postrouting {{ type nat hook postrouting priority srcnat; masquerade; }}
        }}"""
        _run(*there, "nft", "-f", "-", text=rules)
        yield [*there, "nft"]


def need_firewall() -> None:
    """Skip where it cannot be had, saying why."""
    for program in ("ip", "nft", "nsenter", "unshare", "sysctl"):
        if shutil.which(program, path=_PATH) is None:
            pytest.skip(f"{program} is not installed")
    try:
        with firewall(f"{INSIDE}.11"):
            pass
    except (Forbidden, OSError) as error:
        pytest.skip(f"no network namespaces with nftables here: {error}")
