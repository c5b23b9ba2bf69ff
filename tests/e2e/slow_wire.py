"""A slow line: a relay between two sockets that passes so many bits a second, each of them so much later."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import NamedTuple

CHUNK = 512  # bytes: small, so that the line is filled evenly
HOST = "127.0.0.1"


class Line(NamedTuple):
    """`bits` a second each way; `round_trip` seconds there and back."""

    bits: int
    round_trip: float


@contextmanager
def relayed(port: int, line: Line) -> Iterator[int]:
    """A relay to a local port. The port it listens on."""
    listening = Event()
    opened: list[tuple[int, Callable[[], object]]] = []

    async def serve() -> None:
        loop, end = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(lambda reader, writer: _connect(reader, writer, port, line), HOST, 0)
        opened.append((server.sockets[0].getsockname()[1], lambda: loop.call_soon_threadsafe(end.set)))
        listening.set()
        await end.wait()

    thread = Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    listening.wait()
    slow_port, stop = opened[0]
    try:
        yield slow_port
    finally:
        stop()
        thread.join()


async def _connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, line: Line) -> None:
    other_reader, other_writer = await asyncio.open_connection(HOST, port)
    await asyncio.gather(_carry(reader, other_writer, line), _carry(other_reader, writer, line))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: Line) -> None:
    """One direction: bytes go out one after the other, and arrive half a round trip after they are out."""
    loop = asyncio.get_running_loop()
    under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=64)

    async def send() -> None:
        free = loop.time()
        while chunk := await reader.read(CHUNK):
            free = max(free, loop.time()) + len(chunk) * 8 / line.bits
            await under_way.put((free + line.round_trip / 2, chunk))
        await under_way.put((free, b""))

    async with asyncio.TaskGroup() as group:
        group.create_task(send())
        while True:
            due, chunk = await under_way.get()
            await asyncio.sleep(max(due - loop.time(), 0))
            if not chunk:
                break
            writer.write(chunk)
    writer.close()
