"""The text of a chat token: whole it opens, and to others it says nothing."""

import json
import re
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.tokens import (
    ChatToken,
    TokenError,
    TokenVault,
    issue,
)

NOW = datetime(2026, 11, 24, 1, 51, 27, tzinfo=UTC)
ROOM = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
KEYS = [urlsafe_b64encode(bytes(range(start, start + 32))) for start in (0, 40, 80)]
VAULT = TokenVault(KEYS[0])

# RFC 7230, section 3.2.6.
TCHARS = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def due(
    *,
    number: int = 1,
    room: str = ROOM,
    user_id: str = "user-1",
    capabilities: tuple[str, ...] = ("SEND_MESSAGE",),
    attributes: dict[str, str] | None = None,
    minutes: int = 60,
    lifetime: int = 60,
    now: datetime = NOW,
) -> ChatToken:
    """Return the token that is due for an ordinary request, or one that differs."""
    return issue(
        number=number,
        room_arn=room,
        user_id=user_id,
        capabilities=capabilities,
        attributes={"displayName": "Ada"} if attributes is None else attributes,
        session_duration=timedelta(minutes=minutes),
        token_lifetime=timedelta(seconds=lifetime),
        now=now,
    )


def opens(text: str, vault: TokenVault = VAULT) -> bool:
    """Say whether the vault opens the text; it may refuse it by TokenError only."""
    try:
        vault.open(text)
    except TokenError:
        return False
    return True


def flips(text: str) -> Iterator[str]:
    """Yield the text as often as it has bits, each time with another one changed."""
    for at, character in enumerate(text):
        for bit in range(8):
            yield text[:at] + chr(ord(character) ^ 1 << bit) + text[at + 1 :]


# Base64 pads by how many bytes are left over: with these ids by 0, 2 and 1 characters.
USER_IDS = ["u" * length for length in (1, 17, 33)]


@pytest.mark.ivschat_verifies("TOKEN-LIFE-08")
@pytest.mark.parametrize("user_id", USER_IDS)
def test_token_with_any_one_bit_changed_opens_nothing(user_id: str) -> None:
    """A token opens as it is, and with no bit of it changed: it cannot be altered."""
    text = VAULT.seal(due(user_id=user_id))

    changed = list(flips(text))

    assert opens(text)
    assert len(changed) == 8 * len(text) > 1800
    assert [other for other in changed if opens(other)] == []


@pytest.mark.ivschat_verifies("TOKEN-LIFE-08")
@pytest.mark.parametrize("user_id", USER_IDS)
def test_token_cut_or_lengthened_opens_nothing(user_id: str) -> None:
    """Neither a part of a token nor a token with anything around or in it opens."""
    text = VAULT.seal(due(user_id=user_id))
    middle = len(text) // 2
    cut = [text[:end] for end in range(len(text))]
    cut += [text[start:] for start in range(1, len(text))]
    more = [
        *map(chr, range(256)),
        "==",
        "===",
        "====",
        "!#0",
        "é",
        "\N{FULLWIDTH DIGIT ZERO}",
        "\ud800",
    ]
    longer = [
        longer
        for extra in more
        for longer in (
            text + extra,
            extra + text,
            text.replace("!", f"{extra}!"),
            text[:middle] + extra + text[middle:],
        )
    ]

    assert opens(text)
    assert [other for other in cut + longer if opens(other)] == []


@pytest.mark.parametrize("user_id", USER_IDS)
def test_token_is_written_in_one_way_only(user_id: str) -> None:
    """Base64's spare bits, its padding and its other alphabet make no second token."""
    texts = [VAULT.seal(due(user_id=user_id)) for _ in range(100)]
    text = next(text for text in texts if "-" in text and "_" in text)
    bare = text.removesuffix("!#0")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    others = [f"{bare[:-1]}{last}!#0" for last in alphabet if last != bare[-1]]
    others += [bare + "=" * count + "!#0" for count in range(1, 5)]
    others.append(text.replace("-", "+").replace("_", "/"))
    others.append(text.swapcase())

    assert opens(text)
    assert [other for other in others if opens(other)] == []


@pytest.mark.parametrize(
    "suffix",
    [
        "",
        "!",
        "!#",
        "#0",
        "!0",
        "!#00",
        "!#\N{FULLWIDTH DIGIT ZERO}",
        "!#0!#0",
        *"123456789",
    ],
)
def test_token_with_another_end_opens_nothing(suffix: str) -> None:
    """A token ends in the two characters and the digit that it was issued with."""
    text = VAULT.seal(due())
    bare = text.removesuffix("!#0")
    other = bare + (f"!#{suffix}" if suffix.isdigit() else suffix)

    assert opens(bare + "!#0")
    assert not opens(other)


def test_halves_of_two_tokens_open_nothing() -> None:
    """Parts of issued tokens put together are no issued token.

    Twelve characters say the form and the second of issue: those they have in common.
    """
    one, two = VAULT.seal(due()), VAULT.seal(due())
    bare = one.removesuffix("!#0")
    middle = len(bare) // 2
    mixed = [one[:at] + two[at:] for at in (13, 20, 40, middle, len(one) - 10)]
    mixed.append(f"{bare[middle:]}{bare[:middle]}!#0")

    assert one[:12] == two[:12]
    assert opens(one)
    assert opens(two)
    assert [text for text in mixed if opens(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!#0",
        "=!#0",
        "A!#0",
        "AAAA!#0",
        "gAAAAA!#0",
        "\0!#0",
        "é!#0",
        "\ud800!#0",
        "A" * 4_000_000 + "!#0",
        "=" * 1_000_000 + "!#0",
        "!#0" * 100_000,
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1c2VyLTEifQ.c2lnbmF0dXJl",
        "AQICAHhpc29tZXJlYWxseS1sb29raW5nLXRva2Vu!#0",
        TokenVault(KEYS[1]).seal(due()),
    ],
    ids=lambda text: f"{text[:12]!r} of {len(text)}",
)
def test_what_was_never_issued_opens_nothing(text: str) -> None:
    """The empty, the enormous, the foreign: refused, without a word about why."""
    with pytest.raises(TokenError) as caught:
        VAULT.open(text)

    assert caught.value.args == ()
    assert caught.value.__cause__ is None


def test_token_opens_whatever_the_time() -> None:
    """The vault reads tokens of any year; that one is over is for others to see."""
    first = due(now=datetime(1970, 1, 1, tzinfo=UTC))
    last = due(now=datetime(9999, 12, 30, tzinfo=UTC), minutes=180)

    assert VAULT.open(VAULT.seal(first)) == first
    assert VAULT.open(VAULT.seal(last)) == last
    assert last.session_expiration_time == datetime(9999, 12, 30, 3, 0, tzinfo=UTC)


TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
USERS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=128)
ATTRIBUTES = st.dictionaries(TEXTS, TEXTS, max_size=20).filter(
    lambda texts: sum(len((k + v).encode()) for k, v in texts.items()) <= 1024
)
TOKENS = st.builds(
    due,
    number=st.integers(1, 2**63 - 1),
    room=st.from_regex(
        r"arn:aws:ivschat:[a-z0-9-]{1,20}:[0-9]{1,12}:room/[a-zA-Z0-9-]{1,40}",
        fullmatch=True,
    ),
    user_id=USERS,
    capabilities=st.lists(
        st.sampled_from(["SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE"]),
        max_size=5,
    ).map(tuple),
    attributes=ATTRIBUTES,
    minutes=st.integers(1, 180),
    lifetime=st.integers(1, 100_000),
    now=st.datetimes(
        datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis adds the time zone
        datetime(9999, 12, 30),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
)


@pytest.mark.ivschat_verifies("TOKEN-RESP-04", "TOKEN-RESP-08", "TOKEN-LIFE-08")
@settings(deadline=None, max_examples=200)
@given(TOKENS)
def test_any_token_is_short_goes_into_a_header_and_says_what_was_sealed(
    token: ChatToken,
) -> None:
    """Every character is a tchar, there are under 4,096, and all comes back."""
    text = VAULT.seal(token)

    assert TCHARS.fullmatch(text)
    assert len(text) < 4096
    assert VAULT.open(text) == token


@pytest.mark.ivschat_verifies("TOKEN-RESP-08")
def test_largest_legal_token_is_under_4096_characters() -> None:
    """All members at their limits, the 1,024 bytes in as many entries as they can make.

    577 keys without values: the empty one, all of one byte, and 448 of two bytes. Its
    number is one that a token a nanosecond would reach after 292 years.
    """
    keys = [
        "",
        *map(chr, range(128)),
        *(chr(code) for code in range(0x80, 0x80 + 448)),
    ]
    room = "arn:aws:ivschat:us-west-2:123456789012:room/" + "r" * 84
    largest = due(
        number=2**63 - 1,
        room=room,
        user_id="\N{PERFORMING ARTS}" * 128,
        capabilities=("SEND_MESSAGE", "DISCONNECT_USER", "DELETE_MESSAGE"),
        attributes=dict.fromkeys(keys, ""),
        minutes=180,
    )

    text = VAULT.seal(largest)

    assert (len(room), len(largest.attributes)) == (128, 577)
    assert sum(len(key.encode()) for key in keys) == 1024
    assert VAULT.open(text) == largest
    assert TCHARS.fullmatch(text)
    assert 3500 < len(text) < 4096


def decodings(text: str) -> Iterator[bytes]:
    """Yield the text, and what it says as base64 from each of four characters on."""
    yield text.encode()
    for start in range(4):
        part = text.removesuffix("!#0")[start:]
        yield urlsafe_b64decode(part[: len(part) // 4 * 4])


@pytest.mark.ivschat_verifies("TOKEN-RESP-05")
def test_nothing_of_what_a_token_says_is_readable_from_it() -> None:
    """User id, attributes, capabilities and room: neither in the text nor decoded."""
    token = due(
        user_id="readable-user",
        attributes={"readable-key": "readable-value"},
        capabilities=("SEND_MESSAGE", "DELETE_MESSAGE"),
    )
    words = ["readable-", "-value", "SEND_MES", "DELETE_MES"]
    words += ["arn:aws:", "ivschat:", ":room/", "g1H2I3j4k5L6", "123456789012"]
    forms = [
        form(word)
        for word in words
        for form in (
            str.encode,
            lambda text: text.encode("utf-16-le"),
            lambda text: b64encode(text.encode()).rstrip(b"=")[:-1],
            lambda text: text.encode().hex().encode(),
        )
    ]

    text = VAULT.seal(token)

    assert VAULT.open(text).user_id == "readable-user"
    for decoded in decodings(text):
        assert [form for form in forms if form in decoded] == []


@pytest.mark.ivschat_verifies("TOKEN-RESP-05")
def test_token_is_no_web_token() -> None:
    """No token has a JSON Web Token's three parts, and no part of one is JSON."""
    text = VAULT.seal(due())

    assert text.count(".") == 0
    for part in (text, text.removesuffix("!#0")):
        padded = part + "=" * (-len(part) % 4)
        with pytest.raises((Base64Error, UnicodeDecodeError)):
            json.loads(urlsafe_b64decode(padded))


@pytest.mark.ivschat_verifies("TOKEN-RESP-15", "TOKEN-REQ-19")
def test_no_two_of_100000_tokens_are_alike() -> None:
    """Identical requests of one instant get tokens of which no two are the same."""
    token = due()

    texts = {VAULT.seal(token) for _ in range(100_000)}

    assert len(texts) == 100_000


@pytest.mark.ivschat_verifies("TOKEN-LIFE-01")
def test_token_in_flight_survives_one_rotation_of_keys() -> None:
    """After a rotation old tokens open still and new ones are sealed with the new key.

    After the second the first key is gone, and its tokens open nothing.
    """
    vault = TokenVault(KEYS[0])
    first = vault.seal(due(user_id="first"))

    vault.rotate(KEYS[1])
    second = vault.seal(due(user_id="second"))

    assert vault.open(first).user_id == "first"
    assert vault.open(second).user_id == "second"
    assert opens(second, TokenVault(KEYS[1]))
    assert not opens(second, TokenVault(KEYS[0]))

    vault.rotate(KEYS[2])
    third = vault.seal(due(user_id="third"))

    assert not opens(first, vault)
    assert vault.open(second).user_id == "second"
    assert opens(third, TokenVault(KEYS[2]))


@pytest.mark.parametrize(("keep", "opened"), [(0, []), (1, [1]), (2, [1, 0])])
def test_rotation_keeps_as_many_older_keys_as_it_is_told(
    keep: int, opened: list[int]
) -> None:
    """The newest key seals; of the older ones the newest are kept, none by 0."""
    vault = TokenVault(KEYS[1], KEYS[0])
    texts = {0: TokenVault(KEYS[0]).seal(due()), 1: vault.seal(due())}
    assert opens(texts[1], TokenVault(KEYS[1]))

    vault.rotate(KEYS[2], keep=keep)

    assert [number for number in (1, 0) if opens(texts[number], vault)] == opened


def test_vault_and_token_keep_their_secrets_when_shown() -> None:
    """A log of a vault has no key, and one of a token neither user nor attributes."""
    token = due(user_id="hidden-user", attributes={"hidden-key": "hidden-value"})
    shown = f"{VAULT!r} {VAULT} {token!r} {token} {[token]}"

    assert ROOM in shown
    assert "hidden" not in shown
    assert KEYS[0].decode() not in shown
    assert repr(bytes(range(16)))[2:-1] not in shown
    assert bytes(range(8)).hex() not in shown
