"""Chat tokens: what one says, and how it is sealed so that only we can read it.

A token is a Fernet token (AES-128-CBC and HMAC-SHA256) over a msgpack array, without
its padding, followed by the two characters and the digit that real tokens end in
(OPEN-18). Every character is an RFC 7230 tchar, so it can be offered as a WebSocket
subprotocol as it stands (TOKEN-RESP-04). Packed so, the largest legal input stays
under 4,096 characters (TOKEN-RESP-08); as JSON it would not.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgpack
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

_FORM = 1
_SUFFIX = "!#0"


class TokenError(Exception):
    """The text opens nothing; which of the many ways it is bad is nobody's business."""


@dataclass(frozen=True, slots=True)
class ChatToken:
    """What a token fixes for the session that it opens; times are whole seconds.

    `number` tells it from every other token of one fake: they count up from 1.
    """

    number: int
    room_arn: str
    user_id: str
    capabilities: tuple[str, ...]
    attributes: Mapping[str, str]
    issued_at: datetime
    token_expiration_time: datetime
    session_expiration_time: datetime

    def __repr__(self) -> str:
        """Name the room alone: user id and attributes are sensitive."""
        return f"ChatToken(room_arn={self.room_arn!r})"


def issue(  # noqa: PLR0913 - a token says seven things, each under its name
    *,
    number: int,
    room_arn: str,
    user_id: str,
    capabilities: Sequence[str],
    attributes: Mapping[str, str],
    session_duration: timedelta,
    token_lifetime: timedelta,
    now: datetime,
) -> ChatToken:
    """Return the token that a valid request made at `now` is due.

    The issue time is cut to whole seconds (TOKEN-RESP-16, OPEN-19); the session counts
    from it (TOKEN-RESP-09), and so does the token, for no longer than the session
    (TOKEN-RESP-17). Repeated capabilities collapse (TOKEN-REQ-06).
    """
    issued_at = now.replace(microsecond=0)
    return ChatToken(
        number=number,
        room_arn=room_arn,
        user_id=user_id,
        capabilities=tuple(dict.fromkeys(capabilities)),
        attributes=attributes,
        issued_at=issued_at,
        token_expiration_time=issued_at + min(token_lifetime, session_duration),
        session_expiration_time=issued_at + session_duration,
    )


class TokenVault:
    """Seals and opens tokens; it alone knows the keys, and never shows one.

    `keys` are Fernet keys, the newest first; each opens what it once sealed. Without
    any, nothing is opened that was sealed elsewhere.
    """

    def __init__(self, *keys: bytes) -> None:
        self._fernets = [Fernet(key) for key in keys]
        self._recipe = MultiFernet(self._fernets or [Fernet(Fernet.generate_key())])

    @property
    def has_keys(self) -> bool:
        """Whether it was given any keys."""
        return bool(self._fernets)

    def rotate(self, key: bytes, *, keep: int = 1) -> None:
        """Seal with `key` from now on; the `keep` newest older keys go on opening.

        Tokens in flight live no longer than the token lifetime, so one older key is
        enough for anybody who rotates less often than that.
        """
        self._fernets = [Fernet(key), *self._fernets[:keep]]
        self._recipe = MultiFernet(self._fernets)

    def seal(self, token: ChatToken) -> str:
        """Return the token's text, different at every call (TOKEN-RESP-15)."""
        content = msgpack.packb(
            (
                _FORM,
                token.number,
                token.room_arn,
                token.user_id,
                token.capabilities,
                dict(token.attributes),
                _seconds(token.issued_at),
                _seconds(token.token_expiration_time),
                _seconds(token.session_expiration_time),
            )
        )
        sealed = self._recipe.encrypt_at_time(content, _seconds(token.issued_at))
        return sealed.rstrip(b"=").decode("ascii") + _SUFFIX

    def open(self, text: str) -> ChatToken:
        """Return what the text says, whatever the time; TokenError for any other text.

        Exactly the issued text opens: base64 has spare bits and ignores stray
        characters, so what was decoded must encode to the same text again, to which
        nobody has given back its padding.
        """
        bare = text.removesuffix(_SUFFIX)
        if bare == text or "=" in bare or not bare.isascii():
            raise TokenError
        padded = bare + "=" * (-len(bare) % 4)
        try:
            raw = urlsafe_b64decode(padded)
            if urlsafe_b64encode(raw).decode("ascii") != padded:
                raise TokenError
            content = self._recipe.decrypt(padded)
        except (Base64Error, InvalidToken):
            raise TokenError from None
        _form, number, room_arn, user_id, capabilities, attributes, *times = (
            msgpack.unpackb(content)
        )
        issued_at, token_expiration, session_expiration = map(_instant, times)
        return ChatToken(
            number=number,
            room_arn=room_arn,
            user_id=user_id,
            capabilities=tuple(capabilities),
            attributes=attributes,
            issued_at=issued_at,
            token_expiration_time=token_expiration,
            session_expiration_time=session_expiration,
        )


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
