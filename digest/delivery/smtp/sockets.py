"""Small things about sockets."""

from __future__ import annotations

import errno
import ipaddress
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from digest.delivery.smtp.relay import Address


def begin(address: Address) -> tuple[socket.socket | None, int]:
    """Begin to connect: a socket that will be writable when it is done, or None; and the error number, or 0."""
    family, there = address
    opened = None
    try:
        opened = socket.socket(family, socket.SOCK_STREAM)
        opened.setblocking(False)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = opened.connect_ex(there)
    except OSError as error:  # no IPv6 here, say
        code = error.errno or errno.EIO
    if opened is not None and code in (0, errno.EINPROGRESS):
        return opened, 0
    if opened is not None:
        opened.close()
    return None, code


def broke(error: OSError) -> str:
    """What is said of a connection that broke."""
    return f"the connection broke: {error.strerror or error}"


def is_near(sock: socket.socket) -> bool:
    """Whether it leads to this machine itself."""
    try:
        return ipaddress.ip_address(sock.getpeername()[0].partition("%")[0]).is_loopback
    except (OSError, ValueError):  # gone meanwhile
        return False


def own_name(sock: socket.socket) -> str:
    """This machine's name where it is a full one, else its address as a literal [RFC 5321 section 4.1.3]."""
    name = socket.gethostname()
    if "." in name and name.isascii() and " " not in name:
        return name
    try:
        address = sock.getsockname()[0].partition("%")[0]
    except OSError:  # gone meanwhile
        return "localhost"
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"
