"""An application in small: a backend's functions, and a visitor as AWS's SDKs are one.

The tests beside it put the bugs into it that others had.
"""

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError
from websockets.exceptions import (
    ConnectionClosedError,
    InvalidHandshake,
    InvalidMessage,
)
from websockets.sync.client import ClientConnection, connect

DEADLINE = 5.0  # seconds; whatever is to come takes milliseconds
SEND = ["SEND_MESSAGE"]
MODERATE = ["SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER"]


class TokenUnavailableError(Exception):
    """The backend gives no token now: what the SDKs call fetchTokenError."""


class TokenDeniedError(TokenUnavailableError):
    """The backend gives no token, and will not: asking again is pointless."""


class ChatUnavailableError(Exception):
    """No connection opens: what the SDKs call socketError."""


def fetch_token(client: Any, room: str, user_id: str, **asked: Any) -> dict[str, Any]:
    """Return the service's answer, or say whether it is worth to ask again."""
    try:
        return dict(
            client.create_chat_token(roomIdentifier=room, userId=user_id, **asked)
        )
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status in {401, 403, 404, 409}:
            raise TokenDeniedError(error.response["Error"]["Code"]) from error
        raise TokenUnavailableError(error.response["Error"]["Code"]) from error


class Visitor:
    """A visitor's connection, by the rules of AWS's messaging SDKs.

    A token is fetched for every attempt, since it opens one connection. A close frame
    is the end; a connection that breaks is replaced.
    """

    def __init__(self, url: str, token_provider: Callable[[], str]) -> None:
        self.attempts = 0
        self._url = url
        self._token_provider = token_provider
        self._socket: ClientConnection | None = None
        self._seen: set[str] = set()

    def connect(self, attempts: int = 4) -> None:
        """Open a connection, in so many attempts."""
        problem: Exception = ChatUnavailableError("no attempt was made")
        for _ in range(attempts):
            self.attempts += 1
            try:
                return self._open(self._token_provider())
            except TokenDeniedError:
                raise
            except TokenUnavailableError as error:
                problem = error
            except (InvalidHandshake, InvalidMessage, OSError, EOFError) as error:
                problem = ChatUnavailableError(str(error))
        raise problem

    def _open(self, token: str) -> None:
        """Open a connection; it lasts longer than a `with` block would."""
        self._socket = connect(
            self._url,
            subprotocols=[token],  # type: ignore[list-item]
            open_timeout=DEADLINE,
            close_timeout=DEADLINE,
            legacy=True,
        )

    def send(self, content: str) -> None:
        """Say something."""
        assert self._socket is not None
        self._socket.send(json.dumps({"Action": "SEND_MESSAGE", "Content": content}))

    def next_frame(self) -> dict[str, Any] | None:
        """Return the next frame that did not come before; None after a new connection.

        ConnectionClosedError or ConnectionClosedOK once the service has closed.
        """
        assert self._socket is not None
        while True:
            try:
                frame: dict[str, Any] = json.loads(self._socket.recv(DEADLINE))
            except ConnectionClosedError:
                if self._socket.protocol.close_rcvd is not None:
                    raise
                self.connect()
                return None
            if frame["Id"] not in self._seen:
                self._seen.add(frame["Id"])
                return frame

    def leave(self) -> None:
        """Close."""
        if self._socket is not None:
            self._socket.close()
