"""How the tests ask: quickly, and with names and addresses of their own."""

from __future__ import annotations

from datetime import UTC, datetime

import httpcore2

from digest.core.fetching import Visit, Wanted
from digest.fetch.fetcher import Fetcher
from digest.fetch.limits import Limits

NOW = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
QUICK = Limits(spacing=0.0, seconds=20.0)
PUBLIC = "8.8.4.4"
"""Never dialled: `Elsewhere` stands in its place."""


def want(url, kind="feed", state=None, *, local=True, key="k"):
    return Wanted(key, url, kind, local, state or Visit(url))


def fetch(url, kind="feed", state=None, *, local=True, limits=QUICK, **more):
    (found,) = Fetcher("https://news.example.org/", limits, **more).fetch([want(url, kind, state, local=local)], NOW)
    return found


class Elsewhere(httpcore2.AsyncNetworkBackend):
    """Dials the test's server, whatever the address; what was dialled is kept."""

    def __init__(self, port):
        self.port = port
        self.dialled = []

    async def connect_tcp(self, host, port, *args, **more):
        self.dialled.append((host, port))
        return await httpcore2.AnyIOBackend().connect_tcp("127.0.0.1", self.port, *args, **more)


def names(**answers):
    """A resolver: each name has lists of addresses, one for each time it is asked, the last one from then on."""
    asked = []

    async def resolve(host, port):
        asked.append(host)
        found = answers[host.replace(".", "_")]
        return found.pop(0) if len(found) > 1 else found[0]

    resolve.asked = asked
    return resolve
