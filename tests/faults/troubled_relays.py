"""Delivery to relays in trouble: rows 13 to 21 of docs/faults.md.

Each is a function in which it is asserted what must hold. It takes a folder and gives what it came to. Rests and
deadlines are shorter than usual (hurried_digest.py), for that changes nothing but the time it takes.
"""

from __future__ import annotations

import ipaddress
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from delivery_rig import (
    CONNECTIONS,
    PASSWORD,
    QUICK,
    SLOW,
    Room,
    Score,
    Sink,
    clean,
    configuration,
    ended,
    lay_out,
    until,
)

if TYPE_CHECKING:
    from pathlib import Path


def tries(room: Room) -> Counter[int]:
    """How many deliveries took how many attempts."""
    rows = room.query("SELECT attempts, count(*) FROM deliveries GROUP BY attempts")
    return Counter({row[0]: row[1] for row in rows})


def relay_restarts(root: Path) -> Score:
    """13: the relay is killed and started again in the middle, three times."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 800)
        sink.tell(SLOW)
        sender = room.start("deliver", hurry=QUICK)
        for wanted in (100, 250, 400):
            until(lambda wanted=wanted: len(sink.taken()) >= wanted, sender)
            sink.stop()
            sink.start()
            sink.tell(SLOW)
        ended(sender)
        sink.tell()
        room.finish(hurry=QUICK)
        return clean(room, sink, uncertain=3 * CONNECTIONS)


def reset_before(root: Path) -> Score:
    """14: resets at every step before the final dot: nothing was handed over, no reader's attempt is spent."""
    steps = ("connect", "ehlo", "mail", "rcpt", "data")
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 300)
        sink.tell(*({"at": at, "do": do, "times": 2, "skip": 7} for at in steps for do in ("rst", "fin")))
        room.run("deliver", hurry=QUICK)
        score = clean(room, sink, accepted=300)
        assert tries(room) == {1: 300}
        return score


def reset_in_the_middle(root: Path) -> Score:
    """14: resets in the middle of messages that are longer than what fits between the two."""
    with Sink(root / "record", ("--narrow",)) as sink:
        room = lay_out(root / "room", sink, 60, words=12_000)
        sink.tell({"at": "middle", "do": "rst", "times": 6, "skip": 100})
        room.run("deliver", hurry=QUICK | {"send_buffer": 4096})
        room.run("deliver", hurry=QUICK | {"ahead": 1000})
        return clean(room, sink, accepted=60)


def broken_after_the_dot(root: Path) -> Score:
    """15, 16: RST, FIN and half-close after the dot, and silence: exactly those messages are uncertain, and stay so."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 300)
        ways = ("rst", "fin", "half", "hang")
        sink.tell(*({"at": "dot", "do": do, "to": f"reader000{n}[0-3]@*"} for n, do in enumerate(ways, 2)))
        hurry = {"deadlines": QUICK["deadlines"] | {"message": 1.5}}
        room.run("deliver", hurry=hurry)
        room.finish(hurry=hurry)
        score = clean(room, sink, accepted=284, uncertain=16)
        doubtful = {address for address, state in room.rows() if state == "uncertain"}
        assert doubtful == sink.seen().keys() - sink.taken().keys()
        assert len(doubtful) == 16
        return score


def slow_greetings(root: Path) -> Score:
    """17: a greeting of one byte a second, and none at all: a deadline for the whole of it."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 100)
        sink.tell(
            {"at": "connect", "do": "drip", "seconds": 0.2, "times": 4},
            {"at": "connect", "do": "hang", "skip": 4, "times": 4},
        )
        room.run("deliver", hurry={"deadlines": QUICK["deadlines"] | {"greeting": 1.0}})
        score = clean(room, sink, accepted=100)
        assert tries(room) == {1: 100}
        return score


def sent_away(root: Path) -> Score:
    """18: 421 after some messages, then connections refused for a while: the relay rests, no attempt is spent."""
    with Sink(root / "record") as sink:
        # With a rate, a 421 halves it; without, it would rest for a minute.
        room = lay_out(root / "room", sink, 400, more=", limits: {per_second: 2000}")
        gone = "421 4.3.2 Closing for a moment"
        sink.tell(
            {"at": "mail", "do": "refuse", "seconds": 2, "skip": 120, "times": 1},
            {"at": "mail", "do": "say", "text": gone, "skip": 120, "times": CONNECTIONS},
            {"at": "dot", "do": "say", "text": gone, "skip": 250, "times": 3},
        )
        room.run("deliver", hurry=QUICK)
        score = clean(room, sink, accepted=400)
        assert tries(room) == {1: 400}
        return score


def greylisted(root: Path) -> Score:
    """19: 451 the first time: tried again by the schedule, 5 to 15 minutes later, and not before."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 200)
        later = "451 4.7.1 Greylisted, come again"
        sink.tell({"at": "rcpt", "do": "say", "text": later, "to": "*@d[12].example", "each": 1})
        room.run("deliver")
        grey = sum(address.endswith(("@d1.example", "@d2.example")) for address, _ in room.rows())
        assert room.states() == {"accepted": 200 - grey, "deferred": grey}
        room.run("deliver", hurry={"ahead": 290})
        assert room.states()["deferred"] == grey
        room.run("deliver", hurry={"ahead": 910})
        score = clean(room, sink, accepted=200)
        assert tries(room) == {1: 200 - grey, 2: grey}
        return score


def refused(root: Path) -> Score:
    """20: 5.1.1 suppresses the reader; 5.7.1 of several domains pauses the newsletter until somebody says so."""
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 400)
        dead = {"at": "rcpt", "do": "say", "text": "550 5.1.1 No such user", "to": "reader0000[1-4]@*"}
        policy = {"at": "dot", "do": "say", "text": "554 5.7.1 Refused by policy", "skip": 100}
        sink.tell(dead, policy)
        stopped = room.run("deliver")
        assert stopped.code == 1
        assert "nothing more goes out" in stopped.err
        assert room.states()["waiting"] > 200
        again = room.run("deliver")
        assert (again.code, len(sink.taken())) == (1, 100), again
        status = room.run("status")
        assert status.code == 1
        assert "digest resume" in status.err, status
        sink.tell(dead)
        assert room.run("resume", "weekly").code == 0
        room.finish()
        score = clean(room, sink)
        assert set(score.states) == {"accepted", "refused"}
        shown = room.run("editions", "show", room.edition())
        assert "5.1.1" in shown.out
        assert "5.7.1" in shown.out
        suppressed = room.query("SELECT address FROM suppressions")
        assert sorted(row[0].partition("@")[0] for row in suppressed) == [f"reader0000{n}" for n in range(1, 5)]
        return score


def locked_out(root: Path) -> Score:
    """20: 535 pauses the relay: nothing is spent, `digest status` names it, `digest resume` lets it go on."""
    with Sink(root / "record") as sink:
        login = f", username: desk, password: '${{{PASSWORD}}}'"
        room = lay_out(root / "room", sink, 100, more=login)
        sink.tell({"at": "auth", "do": "say", "text": "535 5.7.8 Wrong password"})
        room.run("deliver", **{PASSWORD: "old"})
        sink.tell()
        room.run("deliver", **{PASSWORD: "old"})
        assert room.states().keys() <= {"waiting", "deferred"}
        assert not sink.events("mail")
        status = room.run("status")
        assert status.code == 1
        assert "535" in status.err, status
        assert room.run("resume", "--relay", f"127.0.0.1:{sink.port}").code == 0
        room.run("deliver", "--at-once", **{PASSWORD: "new"})
        score = clean(room, sink, accepted=100)
        assert tries(room) == {1: 100}
        return score


def without_tls(root: Path) -> Score:
    """21: TLS that is not offered, refused, broken off, or another's: not a word in plain text, nothing lost."""
    good, other = certificate(root, "127.0.0.1"), certificate(root, "192.0.2.1")
    cases: tuple[tuple[str, tuple[str, ...], Path, str], ...] = (
        ("starttls", (), good, ""),
        ("starttls", ("--tls", str(good)), good, "454 4.7.0 Not now"),
        ("starttls", ("--tls", str(good)), other, ""),
        ("starttls", ("--tls", str(other)), other, ""),
        ("tls", ("--tls", str(good), "--wrapped"), other, ""),
        ("tls", ("--tls", str(other), "--wrapped"), other, ""),
        ("tls", (), good, ""),
    )
    with Sink(root / "record") as sink:
        room = lay_out(root / "room", sink, 100)
        for number, (security, flags, trusted, says) in enumerate(cases):
            again(sink, root / f"record-{number}", flags)
            sink.tell(*([{"at": "starttls", "do": "say", "text": says}] if says else []))
            room.config.write_text(configuration(room.store, sink.port, security=security, more=f", ca: '{trusted}'"))
            sender = room.start("deliver", hurry=QUICK)
            until(lambda: len(sink.events("open")) >= 3, sender)
            sender.send_signal(signal.SIGTERM)
            done = ended(sender)
            # Stopped before it gave the relay up there is nothing to say yet.
            assert done.code == ("messages wait" in done.err), done
            assert not sink.events("mail"), (security, flags)
            assert room.states() == {"waiting": 100}
        again(sink, root / "record", ("--tls", str(good)))
        room.config.write_text(configuration(room.store, sink.port, security="starttls", more=f", ca: '{good}'"))
        room.run("deliver")
        score = clean(room, sink, accepted=100)
        assert Counter(said for _, said in sink.events("mail")).keys() == {"tls"}
        assert tries(room) == {1: 100}
        return score


def again(sink: Sink, record: Path, flags: tuple[str, ...]) -> None:
    """The server anew, on the same port."""
    sink.stop()
    sink.record, sink.flags = record, flags
    sink.start()


def certificate(folder: Path, address: str) -> Path:
    """A file with a key and a certificate of its own authority, for an IP address."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a relay under fault")])
    now = datetime.now(UTC)
    subject = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(subject, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = folder / f"{address}.pem"
    path.write_bytes(key.private_bytes(*form) + made.public_bytes(serialization.Encoding.PEM))
    return path
