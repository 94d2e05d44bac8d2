"""A real name server on loopback, over UDP: it answers what a zone says."""

from __future__ import annotations

import socketserver
import threading
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

if TYPE_CHECKING:
    from collections.abc import Iterator


class Zone:
    """Records by name and type; a name without any does not exist.

    Args:
        records: Name to lines such as `TXT "v=spf1 -all"`.
        broken: Names for which the server fails.
    """

    def __init__(self, records: dict[str, list[str]], broken: tuple[str, ...] = ()) -> None:
        self.records = records
        self.broken = broken
        self.asked: list[tuple[str, str]] = []

    def answer(self, wire: bytes) -> bytes:
        query = dns.message.from_wire(wire)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.broken:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.records:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        values = [line.partition(" ")[2] for line in self.records.get(name, []) if line.split()[0] == kind]
        if values and name not in self.broken:
            reply.answer.append(dns.rrset.from_text_list(question.name, 60, "IN", kind, values))
        return reply.to_wire()


class _Asked(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, connection = self.request
        connection.sendto(self.server.zone.answer(data), self.client_address)


def serve(zone: Zone) -> Iterator[str]:
    """Serve a zone while the generator is held; its address and port."""
    server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), _Asked)
    server.zone = zone
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield f"127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()
