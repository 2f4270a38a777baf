"""What a server that keeps its state is asked, and what it has acknowledged."""

import http.client
import json
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

if TYPE_CHECKING:
    from tests.conftest import Served

DEADLINE = 20.0


@dataclass(frozen=True, slots=True)
class Token:
    """A chat token, which no failure shows."""

    text: str = field(repr=False)


class Caller:
    """Calls one server over one connection."""

    def __init__(self, served: "Served") -> None:
        self.endpoint = served.endpoint
        self._http = http.client.HTTPConnection(
            urlsplit(self.endpoint).netloc, timeout=DEADLINE
        )

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def answer(self, target: str, method: str = "POST", **body: Any) -> tuple[int, Any]:
        """Make a call and return the status and the members of its answer."""
        self._http.request(method, target, json.dumps(body))
        with self._http.getresponse() as response:
            return response.status, json.loads(response.read() or b"null")

    def call(self, operation: str, **body: Any) -> Any:
        """Make a call that succeeds."""
        status, members = self.answer(f"/{operation}", **body)
        assert status in {200, 204}, members
        return members

    def token(self, room: str) -> Token:
        """Return a token for a room."""
        asked = {"roomIdentifier": room, "userId": "user-1"}
        return Token(self.call("CreateChatToken", **asked)["token"])

    def opens(self, token: Token) -> bool:
        """Return whether a token opens a connection, which is dropped at once."""
        endpoint = self.endpoint.replace("http", "ws", 1)
        opened = False
        try:
            with connect(
                endpoint,
                subprotocols=[token.text],  # type: ignore[list-item]
                open_timeout=DEADLINE,
            ):
                opened = True
        except InvalidStatus:
            return False
        except ConnectionClosed:  # the server was killed: before it opened, or after?
            if not opened:
                raise
        return True

    def rooms(self) -> dict[str, Any]:
        """Return every room by its ARN."""
        found: dict[str, Any] = {}
        more = {"nextToken": ""}
        while more:
            page = self.call("ListRooms", **more)
            found |= {room["arn"]: room for room in page["rooms"]}
            more = {"nextToken": page["nextToken"]} if "nextToken" in page else {}
        return found


@dataclass(slots=True)
class Acknowledged:
    """What servers have said is so; what was asked for last may be so or not."""

    tags: dict[str, dict[str, str]] = field(default_factory=dict)  # by a room's ARN
    deleted: set[str] = field(default_factory=set)
    used: set[Token] = field(default_factory=set)
    unused: set[Token] = field(default_factory=set)
    in_doubt: str | Token | None = None  # an ARN, or a token

    def ask_for_ever(self, caller: Caller, random: Random, lobby: str) -> None:
        """Call and connect until the server is gone."""
        number = 0
        while True:
            number += 1
            match random.choices(range(5), weights=[3, 2, 1, 2, 2])[0]:
                case 0:
                    arn = caller.call("CreateRoom", name=f"room-{number}")["arn"]
                    self.tags[arn] = {}
                case 1 if self.tags:
                    self._tag(caller, random.choice([*self.tags]), str(number))
                case 2 if self.tags:
                    self._delete(caller, random.choice([*self.tags]))
                case 3:
                    self.unused.add(caller.token(lobby))
                case 4 if self.unused:
                    self._use(caller, random.choice([*self.unused]))

    def _tag(self, caller: Caller, arn: str, value: str) -> None:
        self.in_doubt = arn
        target = f"/tags/{quote(arn, safe='')}"
        assert caller.answer(target, tags={"number": value}) == (200, None)
        self.tags[arn] = {"number": value}
        self.in_doubt = None

    def _delete(self, caller: Caller, arn: str) -> None:
        self.in_doubt = arn
        caller.call("DeleteRoom", identifier=arn)
        self.deleted.add(arn)
        del self.tags[arn]
        self.in_doubt = None

    def _use(self, caller: Caller, token: Token) -> None:
        self.in_doubt = token
        assert caller.opens(token)
        self.used.add(token)
        self.unused.discard(token)
        self.in_doubt = None

    def hold(self, caller: Caller) -> None:
        """Hold a new server against all that; what was in doubt is settled now."""
        rooms = caller.rooms()
        assert not self.deleted & rooms.keys()
        assert not [token for token in self.used if caller.opens(token)]
        if isinstance(self.in_doubt, Token):
            self.unused.discard(self.in_doubt)
        elif self.in_doubt is not None:
            self.tags.pop(self.in_doubt, None)
        self.in_doubt = None
        assert {arn: rooms[arn]["tags"] for arn in self.tags} == self.tags
        for token in [*self.unused][:3]:  # some, so that others wait for the next one
            assert caller.opens(token)
            self.unused.discard(token)
            self.used.add(token)
