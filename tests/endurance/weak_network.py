"""A network between a server and the desktops of a team: it is slow, stalls, and breaks off.

It passes on what TCP carries, and needs no rights. In `packet_network.py` packets come in another order, too.
"""

import asyncio
from random import Random
from threading import Thread
from typing import Final

_CHUNK: Final = 65_536  # bytes


class WeakNetwork:
    """Listens on a port of its own, in a thread, and hands on what comes to the port of the server.

    Each part of what is sent takes `delay` seconds at most. `cut` of the connections break off at some time in
    `lifetime` seconds, in the middle of whatever is under way.
    """

    def __init__(
        self, server_port: int, seed: int, *, delay: float = 0.05, cut: float = 0.1, lifetime: float = 2
    ) -> None:
        self._server_port, self._random = server_port, Random(seed)
        self._delay, self._cut, self._lifetime = delay, cut, lifetime
        self._is_up = True
        self._loop = asyncio.new_event_loop()
        self._connections: set[asyncio.Task[None]] = set()
        self._server = self._loop.run_until_complete(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.breaks = 0
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def read_figures(self) -> dict[str, int]:
        """Return the number of connections that it broke off."""
        return {"connections broken off": self.breaks}

    def go_down(self) -> None:
        """Break off all connections and let none through, until it goes up."""
        self._is_up = False
        asyncio.run_coroutine_threadsafe(self._break_off(), self._loop).result()

    def go_up(self) -> None:
        """Let connections through."""
        self._is_up = True

    def stop_cutting(self) -> None:
        """Be slow, and no worse, from now on."""
        self._cut = 0

    def close(self) -> None:
        """Stop for good."""
        self.go_down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    async def _break_off(self) -> None:
        connections = list(self._connections)
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        self.breaks += len(connections)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._connections.add(task)
        try:
            if self._is_up:
                await self._connect(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # as networks do
        finally:
            self._connections.discard(task)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        is_cut = self._random.random() < self._cut
        limit = self._random.uniform(0, self._lifetime) if is_cut else None
        ways = (
            asyncio.create_task(self._pass_on(reader, server_writer)),
            asyncio.create_task(self._pass_on(server_reader, writer)),
        )
        try:
            ended, _others = await asyncio.wait(ways, timeout=limit, return_when=asyncio.FIRST_EXCEPTION)
            self.breaks += not ended
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            server_writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(_CHUNK):
            await asyncio.sleep(self._random.uniform(0, self._delay))
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
