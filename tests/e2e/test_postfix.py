"""A small edition through a real Postfix, and a real bounce that comes back and suppresses its reader.

The Postfix is a private one: its configuration, queue and mail lie in a folder of the test, it listens on a free port
of loopback, it delivers to Maildirs of the test alone, and refuses whatever is not for those: nothing leaves.
"""

from __future__ import annotations

import json
import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

POSTFIX = "/usr/sbin/postfix"
DAEMONS = ("/usr/lib/postfix/sbin", "/usr/libexec/postfix", "/usr/lib/postfix")
PATIENCE = 60.0

MAIN = """\
compatibility_level = 3.6
queue_directory = {root}/queue
data_directory = {root}/data
command_directory = /usr/sbin
daemon_directory = {daemons}
mail_owner = postfix
setgid_group = postdrop
myhostname = mx.example.net
inet_interfaces = loopback-only
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
local_recipient_maps =
alias_maps =
alias_database =
maillog_file = {root}/log/mail.log
maillog_file_prefixes = {root}
smtpd_relay_restrictions = permit_mynetworks, reject
# Unknown readers are found out at delivery, as behind many gateways: else there would be no bounce.
smtpd_reject_unlisted_recipient = no
default_transport = error:5.7.1 nothing leaves this test
relay_transport = error:5.7.1 nothing leaves this test
recipient_delimiter = +
virtual_mailbox_domains = example.net, lists.example.org
virtual_mailbox_base = {root}/mail
virtual_mailbox_maps = texthash:{root}/etc/mailboxes
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
biff = no
smtpd_tls_security_level = none
smtp_tls_security_level = none
"""

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n 1000? 1 tlsmgr
"""

MAILBOXES = """\
ann@example.net ann/
ben@example.net ben/
bounces@lists.example.org bounces/
"""

CONFIG = """\
site: {{title: Test, url: https://news.example.org, organisation: Test Press, address: 1 Test Lane}}
newsletters:
  weekly:
    title: The Test Weekly
    from: Desk <desk@lists.example.org>
    timezone: UTC
    schedule: "0 8 * * mon"
    window: 7d
sinks: [{{type: smtp, host: 127.0.0.1, port: {port}, security: none}}]
mail: {{bounces: bounces@lists.example.org}}
bounces: [{{type: maildir, path: {root}/mail/bounces}}]
"""


def until(holds, otherwise) -> Any:
    began = time.monotonic()
    while not (found := holds()):
        assert time.monotonic() - began < PATIENCE, otherwise()
        time.sleep(0.1)
    return found


class Postfix:
    """One that runs from a folder of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        owner = pwd.getpwnam("postfix")
        daemons = next(each for each in DAEMONS if Path(each, "master").exists())
        for name in ("etc", "queue", "data", "mail", "log"):
            (root / name).mkdir()
        os.chown(root / "data", owner.pw_uid, owner.pw_gid)
        os.chown(root / "mail", owner.pw_uid, owner.pw_gid)
        values = {"root": root, "daemons": daemons, "uid": owner.pw_uid, "gid": owner.pw_gid, "port": self.port}
        (root / "etc" / "main.cf").write_text(MAIN.format(**values))
        (root / "etc" / "master.cf").write_text(MASTER.format(**values))
        (root / "etc" / "mailboxes").write_text(MAILBOXES)

    def tell(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [POSTFIX, "-c", str(self.root / "etc"), *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE)

    def start(self) -> None:
        done = self.tell("start")
        assert done.returncode == 0, done.stderr + self.log()
        until(self.listens, self.log)

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def log(self) -> str:
        with suppress(OSError):
            return (self.root / "log" / "mail.log").read_text()
        return "no log"

    def mail(self, box: str) -> list[bytes]:
        """The messages of a mailbox, wherever in it they lie."""
        places = (self.root / "mail" / box / part for part in ("new", "cur"))
        return [path.read_bytes() for place in places if place.is_dir() for path in sorted(place.iterdir())]


@pytest.fixture
def postfix():
    if not Path(POSTFIX).exists():
        pytest.skip(f"there is no {POSTFIX} here: install Debian's package postfix")
    if os.geteuid() != 0:
        pytest.skip("Postfix starts as root alone")
    # Not in pytest's own folder, which is closed to the user that Postfix works as.
    root = Path(tempfile.mkdtemp(prefix="digest-postfix-"))
    root.chmod(0o755)
    one = Postfix(root)
    try:
        one.start()
        yield one
    finally:
        stopped = one.tell("stop")
        with suppress(AssertionError):
            until(lambda: not one.listens(), lambda: "")
        shutil.rmtree(root, ignore_errors=True)
        assert not root.exists(), stopped.stderr


class Newsroom:
    """A newsroom, and digest run on it as its operator would."""

    def __init__(self, root: Path, postfix: Postfix) -> None:
        self.root = root
        (root / "config.yaml").write_text(CONFIG.format(port=postfix.port, root=postfix.root))
        for number, day in ((1, 25), (2, 26), (3, 27)):
            self.article(f"first{number}", f"2026-02-{day}")

    def article(self, name: str, date: str) -> None:
        (self.root / "articles").mkdir(exist_ok=True)
        text = f"---\ntitle: About {name}\ndate: {date}\n---\nThe text about {name} has a sentence. And another one.\n"
        (self.root / "articles" / f"{name}.md").write_text(text)

    def digest(self, *words: str) -> Any:
        done = subprocess.run(
            [sys.executable, "-m", "digest", *words],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=2 * PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        if "--json" not in words:
            return done.stdout
        if words[:2] == ("bounces", "read"):  # an object a report
            return [json.loads(line) for line in done.stdout.splitlines()]
        return json.loads(done.stdout)

    def edition(self, at: str) -> dict[str, int]:
        """Make and send one; how its deliveries stand."""
        counts: dict[str, int] = self.digest("run", "weekly", "--at", at, "--json")["deliveries"]
        return {state: count for state, count in counts.items() if count}


def test_a_real_bounce_comes_back_and_the_next_edition_goes_to_those_who_are_there(postfix, tmp_path):
    room = Newsroom(tmp_path, postfix)
    for name in ("ann", "ben", "gone"):
        room.digest("subscribers", "add", f"{name}@example.net", "--newsletter", "weekly")
    assert room.edition("2026-03-02T12:00:00Z") == {"planned": 3, "accepted": 3}
    for name in ("ann", "ben"):
        (raw,) = until(lambda name=name: postfix.mail(name), postfix.log)
        message = message_from_bytes(raw)
        assert message["To"] == f"{name}@example.net"
        # The envelope sender of each is one of its own.
        assert message["Return-Path"].startswith("<bounces+")
        assert message["Return-Path"].endswith("@lists.example.org>")
    (bounce,) = until(lambda: postfix.mail("bounces"), postfix.log)
    assert b"Action: failed" in bounce
    assert b"Status: 5.1.1" in bounce

    (taken,) = room.digest("bounces", "read", "--json")
    assert (taken["kind"], taken["address"], taken["effect"]) == ("hard", "gone@example.net", "suppress")
    assert (taken["newsletter"], taken["edition"]) == ("weekly", "2026-03-02T0800Z")
    assert room.digest("subscribers", "show", "gone@example.net", "--json")["suppressed"]["reason"] == "bounce"
    assert room.digest("bounces", "read", "--json") == []

    room.article("second", "2026-03-05")
    assert room.edition("2026-03-09T12:00:00Z") == {"planned": 2, "accepted": 2}
    until(lambda: len(postfix.mail("ann")) == len(postfix.mail("ben")) == 2, postfix.log)
    assert len(postfix.mail("bounces")) == 1
    assert postfix.log().count("to=<gone@example.net>") == 1
