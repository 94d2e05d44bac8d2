"""What `digest check --online` asks the network: whether links and the model answer, what the DNS says of domains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from digest.checks import alive, dnsrecords, links
from digest.checks.catalogue import found
from digest.checks.page import Page
from digest.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from digest.app import Newsroom
    from digest.core.edition import EditionRecord
    from digest.core.fetching import Fetched, Wanted
    from digest.core.finding import Finding
    from digest.terminal import Terminal


def resolver(nameserver: str | None) -> dnsrecords.Resolver:
    """Who is asked.

    Raises:
        click.UsageError: It is no address, or the system has none.
    """
    from digest.checks.dnsask import DnsResolver

    try:
        return DnsResolver(nameserver)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def follow(newsroom: Newsroom, terminal: Terminal, record: EditionRecord, now: datetime) -> Iterator[Finding]:
    """Whether the links and pictures of an edition answer; not its own, not published yet, nor private ones."""
    from digest.fetch.fetcher import Fetcher
    from digest.fetch.limits import Limits

    content = newsroom.store.editions.files(record.newsletter, record.id)["email.html"]
    site = newsroom.settings.site
    own = (site.url, *([site.readers_url] if site.readers_url else []))
    page = Page(content, f"{record.newsletter} email.html")
    linked = links.web_addresses(page)
    for element in page.all("img"):
        if (address := (element.get("src") or "").strip()).lower().startswith(("http://", "https://")):
            linked.setdefault(address, page.at(element))
    sick = {each.place for each in links.links(page) if each.code in ("LINK001", "LINK004")}
    others = [each for each in linked.items() if each[1] not in sick and not each[0].startswith(own)]
    # A reader would not wait longer for a page, nor an editor for all of them.
    fetcher = Fetcher(site.url, Limits(parallel=20, per_host=1, seconds=8.0, connect=8.0, total=120.0))

    def fetch(wanted: Sequence[Wanted]) -> Iterator[Fetched]:
        return terminal.progress(fetcher.fetch(wanted, now), total=len(wanted), label="links")

    yield from alive.follow(others, fetch)


def domains(newsroom: Newsroom, asked: dnsrecords.Resolver, keys: Sequence[str]) -> Iterator[Finding]:
    """What the DNS says of the domains of From addresses, of bounces, and of the keys that sign."""
    from digest.delivery.envelope import mailbox
    from digest.delivery.keyfiles import dkim_record, read_key

    known = newsroom.settings
    authors = dict.fromkeys(mailbox(known.newsletters[key].newsletter.sender).domain.lower() for key in keys)
    bounces = known.mail.bounces.rpartition("@")[2].lower()
    for domain in dict.fromkeys((*authors, *([bounces] if bounces else []))):
        envelope = domain == bounces if bounces else True
        yield from dnsrecords.check(asked, domain, envelope=envelope, author=domain in authors)
    for one in known.mail.dkim:
        try:
            public = dkim_record(read_key(one.path)).partition("p=")[2]
        except ConfigError:  # found before, as CONF005
            continue
        yield from dnsrecords.dkim(asked, dnsrecords.DkimKey(one.domain, one.selector, public))


def model(newsroom: Newsroom, keys: Sequence[str]) -> Iterator[Finding]:
    """Whether the model that is to write summaries answers; nobody is asked where it is to write none."""
    known = newsroom.settings
    summaries = newsroom.by_model() if any(known.newsletters[key].newsletter.by_model for key in keys) else None
    if summaries is not None and (wrong := summaries.try_out()):
        yield found("CONF012", f"{known.path} summaries", wrong)
