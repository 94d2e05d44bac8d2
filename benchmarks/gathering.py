"""Gathering: feeds over loopback into a library, twice, the second time by 304s; the time of each stage.

The server is a process of its own, and each feed has a host of its own: names are resolved to loopback, and the pauses
between requests to one host do not count. The reference reads the same bytes by feedparser and keeps nothing.
"""

from __future__ import annotations

import asyncio
import io
import random
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.harness import Figure
from digest.core.sourcerules import SourceRules
from digest.fetch.fetcher import Fetcher
from digest.fetch.limits import Limits
from digest.gathering import Gathering, Remote
from digest.sources.feed_source import FeedReader
from digest.store.opening import open_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from benchmarks.sample import Sample

ENTRIES = 50
ARTICLES_A_FEED = 20
"""`--articles` by this: 500 feeds of ten thousand."""
WORDS = 180
NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
BEGIN = NOW - timedelta(days=30)
STAGES = ("fetch", "parse", "record")


def gathering(sample: Sample) -> Iterator[Figure]:
    """Each stage of both times, beside feedparser over the same bytes."""
    count = max(sample.count // ARTICLES_A_FEED, 1)
    made = [_feed(number) for number in range(count)]
    alone = (_feedparser(made),)
    with TemporaryDirectory(prefix="digest-bench-") as folder:
        for number, content in enumerate(made):
            (Path(folder) / str(number)).write_bytes(content)
        with _served(folder) as port, open_store(f"sqlite:///{folder}/digest.db") as store:
            for when, later in (("first", timedelta()), ("second, by 304s", timedelta(hours=1))):
                stages = _Stages()
                total = stages.gather(count, port, store, NOW + later, read=count if not later else 0)
                name = f"{count} feeds of {ENTRIES}, {when}"
                reference = "feedparser alone"
                yield Figure(name, reference, (total,), alone)
                for stage in STAGES if not later else ("fetch", "record"):
                    yield Figure(f"{name}: {stage}", reference, (stages.seconds[stage],), alone)
            found = sum(store.library.counts().values())
            if found != count * ENTRIES:
                raise RuntimeError(f"{found} articles came of {count * ENTRIES} entries")


class _Stages:
    """Gathers, and keeps how long each stage had: what is neither parsing nor the store is fetching, and waiting."""

    def __init__(self) -> None:
        self.seconds = dict.fromkeys(STAGES, 0.0)
        self.read = 0

    def gather(self, count: int, port: int, store: Any, now: datetime, *, read: int) -> float:
        """The seconds of all."""
        remotes = [
            Remote(
                f"feed:{number}",
                f"http://site-{number}.example.org:{port}/{number}",
                "feed",
                _Timed(FeedReader(f"feed:{number}", None, full_text=False), "parse", self.add),  # type: ignore[arg-type]
                SourceRules(first=ENTRIES),
                local=True,
            )
            for number in range(count)
        ]
        fetcher = Fetcher("desk@example.org", Limits(spacing=0, total=3600), resolve=_loopback)
        library, visits = (_Timed(port_, "record", self.add) for port_ in (store.library, store.visits))
        start = time.perf_counter()
        found = Gathering(remotes, library, visits, fetcher, lambda _: 10).gather(now, lambda items, **_: iter(items))  # type: ignore[arg-type]
        total = time.perf_counter() - start
        self.seconds["fetch"] = total - self.seconds["parse"] - self.seconds["record"]
        troubled = [each.trouble for each in found if each.trouble]
        if troubled or len(found) != count or sum(each.seen > 0 for each in found) != read:
            raise RuntimeError(f"{len(found)} of {count} feeds were asked; {troubled[:1]}")
        return total

    def add(self, stage: str, seconds: float) -> None:
        """A stage took so long once more."""
        self.seconds[stage] += seconds


class _Timed:
    """Something whose methods are timed."""

    def __init__(self, inner: object, stage: str, add: Callable[[str, float], None]) -> None:
        self._inner, self._stage, self._add = inner, stage, add

    def __getattr__(self, name: str) -> Callable[..., object]:
        method = getattr(self._inner, name)

        def timed(*args: object, **more: object) -> object:
            start = time.perf_counter()
            try:
                return method(*args, **more)
            finally:
                self._add(self._stage, time.perf_counter() - start)

        return timed


async def _loopback(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def _feedparser(made: Sequence[bytes]) -> float:
    import feedparser  # noqa: PLC0415 for this alone

    start = time.perf_counter()
    for content in made:
        if len(feedparser.parse(io.BytesIO(content)).entries) != ENTRIES:
            raise RuntimeError("feedparser finds other entries")
    return time.perf_counter() - start


def _feed(number: int) -> bytes:
    """A feed of invented words, with markup as blogs have it."""
    draw = random.Random(number)  # noqa: S311 the same number, the same feed
    vocabulary = ["".join(draw.choices("aeiourtnslkm", k=draw.randint(3, 9))) for _ in range(800)]
    items = []
    for entry in range(ENTRIES):
        words = draw.choices(vocabulary, k=WORDS)
        link = f"https://site-{number}.example.org/{entry}"
        third = WORDS // 3
        first, second, last = (" ".join(words[start : start + third]) for start in range(0, WORDS, third))
        text = (
            f"<p>{first}, <a href='{link}/more?utm_source=rss'>{words[0]}</a>.</p><h2>{words[1]}</h2><p>{second}; "
            f"<em>{words[2]}</em>.</p><ul><li>{words[3]}</li><li>{words[4]}</li></ul><p>{last}.</p>"
        )
        date = BEGIN + timedelta(hours=entry, minutes=number % 60)
        items.append(
            f"<item><title>{' '.join(words[:6])}</title><link>{link}</link><guid>{link}</guid>"
            f"<pubDate>{date:%a, %d %b %Y %H:%M:%S} +0000</pubDate><category>{words[5]}</category>"
            f"<description><![CDATA[{text}]]></description></item>"
        )
    head = f"<title>Site {number}</title><link>https://site-{number}.example.org/</link>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'.encode()


@contextmanager
def _served(folder: str) -> Iterator[int]:
    server = subprocess.Popen([sys.executable, "-m", "benchmarks.gathering", folder], stdout=subprocess.PIPE)
    assert server.stdout is not None
    try:
        yield int(server.stdout.readline())
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


async def _serve(files: Mapping[str, bytes]) -> None:
    """Answer each file's name with its content, and with 304 whoever has it."""
    tags = {name: f'"{sha256(content).hexdigest()[:16]}"' for name, content in files.items()}

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                name = head.split(" ", 2)[1].removeprefix("/")
                known = tags[name] in head
                first = "304 Not Modified" if known else "200 OK"
                content = b"" if known else files[name]
                length = "" if known else f"content-length: {len(content)}\r\ncontent-type: application/rss+xml\r\n"
                writer.write(f"HTTP/1.1 {first}\r\netag: {tags[name]}\r\n{length}\r\n".encode() + content)
                await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    found = (path for path in Path(sys.argv[1]).iterdir() if path.name.isdecimal())
    asyncio.run(_serve({path.name: path.read_bytes() for path in found}))
