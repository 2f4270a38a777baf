"""Serve what people use today: `websockets.broadcast()` on asyncio, and nothing else.

Every text goes to everybody. Nothing is compressed, no token asked for, and no pings
are sent, since the load generator measures and does not answer. Writes one JSON object
once it listens: {"port"}.
"""

import asyncio
import json

from websockets.asyncio.server import ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosedError

HOST = "127.0.0.1"


async def main() -> None:
    """Serve until the process is ended."""
    members: set[ServerConnection] = set()

    async def relay(connection: ServerConnection) -> None:
        members.add(connection)
        try:
            async for text in connection:
                broadcast(members, text)
        except ConnectionClosedError:  # the load generator cuts its connections
            pass
        finally:
            members.discard(connection)

    async with serve(relay, HOST, 0, compression=None, ping_interval=None) as server:
        port = server.sockets[0].getsockname()[1]
        print(json.dumps({"port": port}), flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
