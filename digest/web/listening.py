"""Addresses to listen at: whether a caller means this machine, and what to say when one cannot be had."""

from __future__ import annotations

import errno
from ipaddress import ip_address
from urllib.parse import urlsplit

from digest.core.errors import DigestError

_ADVICE = {
    errno.EADDRINUSE: "another program listens there: stop it, or choose another port",
    errno.EACCES: "this user may not listen there: choose a port above 1023",
    errno.EADDRNOTAVAIL: "this machine has no such address: 127.0.0.1 always works",
}


def host_named(header: str) -> str:
    """The name or address in a Host header, in small letters and without its port; empty when it is none."""
    if set(header) & set("@/\\?#"):  # a whole URL could hide another name in it
        return ""
    try:
        return (urlsplit(f"//{header}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def is_loopback(host: str) -> bool:
    """Whether a name or address is this machine's own; of names, only localhost is, for the DNS may say anything."""
    return host == "localhost" or (is_address(host) and ip_address(host).is_loopback)


def is_address(host: str) -> bool:
    """Whether it is an IP address, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def not_listening(listen: tuple[str, int], error: OSError | OverflowError, place: str) -> DigestError:
    """The error that says why an address and port cannot be had, and what to do.

    Args:
        listen: Address and port.
        error: What came of trying.
        place: The key in config.yaml, or the option.
    """
    host, port = listen
    reason = error.strerror if isinstance(error, OSError) else "there is no such port"
    advice = _ADVICE.get(error.errno or 0, "") if isinstance(error, OSError) else ""
    return DigestError(f"cannot listen on {host} port {port} ({reason}): {advice or 'check the address'}", place=place)
