"""`digest keys`: the keys that sign messages, and what the DNS is to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from digest.terminal import CommandGroup, Terminal, now_or, options, relative

if TYPE_CHECKING:
    from collections.abc import Iterator

    from digest.config import Settings
    from digest.settings.mail import DkimSettings


@dataclass(frozen=True, slots=True)
class Record:
    """A record to publish.

    Attributes:
        name: Fully qualified, with its last dot.
        type: "TXT" or "MX".
        value: Of TXT the text itself.
        note: What to mind.
    """

    name: str
    type: str
    value: str
    note: str


@click.group(name="keys", cls=CommandGroup)
def command() -> None:
    """Make the keys that sign messages, and print the DNS records to publish."""


@command.command(name="make")
@click.option("--selector", metavar="S", help="Name of the key in the DNS; of this month when left out.")
@click.option("--ed25519", is_flag=True, help="An Ed25519 key, to sign beside an RSA key.")
@click.option("--bits", type=int, default=2048, show_default=True, help="Length of an RSA key, at most 4096.")
@click.option("--domain", metavar="D", help="The domain it signs for; that of the first newsletter when left out.")
@options()
def make(terminal: Terminal, *, selector: str | None, ed25519: bool, bits: int, domain: str | None) -> int:
    """Make a private key in keys/, which its owner alone may read, and say what to do with it.

    A file that is there is never overwritten. Nothing is signed before the key is named in config.yaml.
    """
    from digest import config
    from digest.core.errors import UsageError
    from digest.delivery.keyfiles import dkim_record, make_key, zone_text
    from digest.settings.mail import parse_domain, parse_selector

    settings = config.load(terminal.config)
    try:
        name = parse_selector(selector or f"{'e' if ed25519 else 'r'}{now_or(None):%Y%m}")
        owner = parse_domain(domain) if domain else next(iter(_domains(settings)))
    except ValueError as error:
        raise UsageError(str(error)) from error
    path = settings.root / "keys" / f"{name}.pem"
    record = dkim_record(make_key(path, ed25519=ed25519, bits=bits))
    entry = f"{{domain: {owner}, selector: {name}, key: keys/{name}.pem}}"
    dns = f"{name}._domainkey.{owner}."
    if terminal.as_json:
        terminal.data({"path": str(path), "name": dns, "type": "TXT", "value": record})
        return 0
    terminal.say(f"{relative(path)}: keep it secret and in your backup, and out of version control")
    terminal.say("\nPublish:\n")
    click.echo(f"{dns} IN TXT {zone_text(record)}")
    terminal.say("\nOnce the DNS answers with it, add to config.yaml:\n")
    terminal.say(f"mail:\n  dkim:\n    - {entry}")
    return 0


@command.command(name="show")
@options()
def show(terminal: Terminal) -> int:
    """List the keys of config.yaml, and which of them sign today."""
    from digest import config

    settings = config.load(terminal.config)
    rows = [
        (
            one.selector,
            one.domain,
            algorithm,
            one.start.isoformat() if one.start else "",
            "signs" if signs else "published only",
            relative(one.path),
        )
        for one, algorithm, signs in _standing(settings)
    ]
    names = ("selector", "domain", "algorithm", "from", "state", "file")
    if terminal.as_json:
        terminal.data([dict(zip(names, row, strict=True)) for row in rows])
    else:
        terminal.table(names, rows)
    return 0


@command.command(name="dns")
@options()
def dns(terminal: Terminal) -> int:
    """Print the DNS records to publish: DKIM, and suggestions for SPF, DMARC and MX, in the form of a zone file."""
    from digest import config
    from digest.delivery.keyfiles import zone_text

    records = list(_records(config.load(terminal.config)))
    if terminal.as_json:
        terminal.data(
            [{"name": each.name, "type": each.type, "value": each.value, "note": each.note} for each in records]
        )
        return 0
    for each in records:
        click.echo(f"; {each.note}")
        click.echo(f"{each.name} IN {each.type} {zone_text(each.value) if each.type == 'TXT' else each.value}")
    return 0


def _domains(settings: Settings) -> list[str]:
    """The domains of the newsletters' From addresses, in order."""
    from digest.delivery.envelope import mailbox

    found = (mailbox(each.newsletter.sender).domain.lower() for each in settings.newsletters.values())
    return list(dict.fromkeys(found))


def _standing(settings: Settings) -> Iterator[tuple[DkimSettings, str, bool]]:
    """Each key of config.yaml, its algorithm, and whether it signs for any newsletter today."""
    from digest.delivery.dkim import SigningKey
    from digest.delivery.keyfiles import DatedKey, read_key, signing

    today = now_or(None).date()
    dated = [
        DatedKey(SigningKey(one.domain, one.selector, read_key(one.path)), one.start) for one in settings.mail.dkim
    ]
    active = {(key.domain, key.selector) for domain in _domains(settings) for key in signing(dated, domain, today)}
    for one, each in zip(settings.mail.dkim, dated, strict=True):
        yield one, each.key.algorithm.partition("-")[0], (one.domain, one.selector) in active


def _records(settings: Settings) -> Iterator[Record]:
    from digest.delivery.keyfiles import dkim_record, read_key

    for one in settings.mail.dkim:
        since = f" from {one.start} on" if one.start else ""
        note = f"DKIM: {relative(one.path)} signs{since}; leave it published for a month after its last message"
        yield Record(f"{one.selector}._domainkey.{one.domain}.", "TXT", dkim_record(read_key(one.path)), note)
    domains = _domains(settings)
    bounces = settings.mail.bounces.rpartition("@")[2].lower()
    for domain in dict.fromkeys([bounces, *domains] if bounces else domains):
        note = "SPF: a suggestion; in place of mx, name the hosts that send (a:HOST, ip4:ADDRESS, include:PROVIDER)"
        yield Record(f"{domain}.", "TXT", "v=spf1 mx ~all", note)
    for domain in domains:
        note = "DMARC: a suggestion; p=quarantine, then p=reject, once the reports show that all your mail passes"
        yield Record(f"_dmarc.{domain}.", "TXT", f"v=DMARC1; p=none; rua=mailto:postmaster@{domain}", note)
    if bounces:
        tagged = settings.mail.bounces.replace("@", "+anything@")
        note = f"MX: a suggestion; the host that takes mail to {settings.mail.bounces}, and to {tagged} as well"
        yield Record(f"{bounces}.", "MX", f"10 mail.{bounces}.", note)
