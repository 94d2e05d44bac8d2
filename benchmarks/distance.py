"""Sending to a relay that is far away: what a dialogue waits for is round trips, whatever its sender is written in."""

from __future__ import annotations

import asyncio
import multiprocessing
import smtplib
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from benchmarks.harness import Figure
from benchmarks.sending import LINES, forked, ours, planned, relay, start_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.sample import Sample
    from benchmarks.sending import Cost

ROUNDS = 3
MESSAGES, FEW = 2000, 400
ROUND_TRIP = 0.01
"""Seconds."""
CONNECTIONS = 4


def distance(_sample: Sample) -> Iterator[Figure]:
    """Ours beside smtplib over as many kept connections, 10 ms away."""
    with TemporaryDirectory(prefix="digest-bench-") as folder, relay(Path(folder)) as (port, counted):
        template = Path(folder) / "planned.db"
        planned(template, MESSAGES)
        times: tuple[list[float], list[float]] = ([], [])
        with _far(port) as far:
            for _ in range(ROUNDS):
                path = start_over(template)
                times[0].append(_checked(partial(ours, path, connections=CONNECTIONS), far, MESSAGES, counted).wall)
                times[1].append(_checked(_smtplib, far, FEW, counted).wall)
    yield Figure(
        "sending: time of a message, 10 ms away",
        f"smtplib, {CONNECTIONS} connections too",
        tuple(times[0]),
        tuple(times[1]),
        1 / 3.5,
    )


def _checked(work: Callable[[int, int], None], port: int, count: int, counted: Callable[[], int]) -> Cost:
    before = counted()
    cost = forked(work, port, count)
    assert counted() - before == count, "the relay counted another number of messages"
    return cost


def _smtplib(port: int, count: int) -> None:
    def send(share: int) -> None:
        with smtplib.SMTP("127.0.0.1", port) as client:
            for number in range(share):
                client.sendmail("desk@example.org", f"reader{number}@example.org", LINES.decode())

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(send, [count // CONNECTIONS] * CONNECTIONS))


@contextmanager
def _far(port: int) -> Iterator[int]:
    """The relay at a port, from further away: what is written arrives half a round trip later."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        child = multiprocessing.get_context("fork").Process(target=_carry, args=(listening, port), daemon=True)
        child.start()
        try:
            yield listening.getsockname()[1]
        finally:
            child.terminate()
            child.join()


def _carry(listening: socket.socket, port: int) -> None:
    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                if not data:
                    writer.close()
                    return
                writer.write(data)
                await writer.drain()

        delivering = asyncio.ensure_future(deliver())
        while data := await reader.read(1 << 20):
            waiting.put_nowait((time.monotonic() + ROUND_TRIP / 2, data))
        waiting.put_nowait((time.monotonic() + ROUND_TRIP / 2, b""))
        await delivering

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_relay, to_relay = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        await asyncio.gather(pump(reader, to_relay), pump(from_relay, writer), return_exceptions=True)

    async def main() -> None:
        async with await asyncio.start_server(serve, sock=listening, limit=1 << 20) as server:
            await server.serve_forever()

    asyncio.run(main())
