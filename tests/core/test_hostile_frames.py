"""Frames and handshakes of every make: none breaks a room, none is repeated.

`IVSCHAT_TEST_FUZZ` sets how many of both are made, 2,000 unless it says otherwise.
"""

import json
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.effects import Close, Deliver, Review
from ivschat_conformance.reference_impl.core.handshakes import Opening
from ivschat_conformance.reference_impl.core.http_messages import (
    HttpRequest,
    HttpResponse,
)

if TYPE_CHECKING:
    from tests.core.conftest import LiveRoom, Member, OpenRoom

EXAMPLES = int(os.environ.get("IVSCHAT_TEST_FUZZ", "2000"))
SHOWN = 3 / 4  # of them are frames, and the others handshakes
PLANTED = "planted-zq7"  # in every value but the request id, and in nothing else
ACTIONS = ["SEND_MESSAGE", "DELETE_MESSAGE", "DISCONNECT_USER"]
MESSAGE_ID = "Ab3dEf6hIj9L"

SCALARS = st.sampled_from(
    [
        *(None, True, False, "", PLANTED, f"{PLANTED}\ud800", "\udc00\ud800", "\0"),
        *(0, -1, 0.5, 1e308, 2**63, 2**64, 10**400, -0.0, float("nan"), float("inf")),
        *(PLANTED * 20, PLANTED * 100, "😀" * 500, "😀" * 501, MESSAGE_ID, "user-1"),
    ]
)
KEYS = st.sampled_from(["", PLANTED, "\ud800", PLANTED * 100, "Reason", "MessageId"])
VALUES = st.one_of(
    SCALARS,
    st.lists(SCALARS, max_size=3),
    st.lists(st.lists(SCALARS, max_size=2), max_size=2),
    st.dictionaries(KEYS, SCALARS, max_size=3),
    st.dictionaries(KEYS, st.lists(SCALARS, max_size=2), max_size=2),
)
RIGHT = st.sampled_from(
    [
        ("Content", PLANTED),
        ("Attributes", {PLANTED: PLANTED}),
        ("Attributes", {PLANTED: PLANTED * 100}),
        ("Id", MESSAGE_ID),
        ("UserId", "user-1"),
        ("Reason", PLANTED),
    ]
)
NAMES = st.sampled_from(
    [
        *("Content", "content", "CONTENT", "Attributes", "attributes", "Id", "iD"),
        *("UserId", "userid", "Reason", "reason", "Action", "action", "ACTION"),
        *("", PLANTED, "\ud800", "Sender", "Content ", "Cont\0ent", "Type"),
    ]
)
REQUEST_IDS = st.sampled_from(
    [("RequestId", "r-1")] * 6
    + [("requestid", "r-1"), ("REQUESTID", "\ud800"), ("RequestId", 7)]
    + [("RequestId", None), ("RequestId", {}), ("RequestId", "r" * 400)]
)
WHOLE = st.sampled_from(
    [
        [("Action", "SEND_MESSAGE"), ("Content", PLANTED)],
        [("Action", "DELETE_MESSAGE"), ("Id", MESSAGE_ID)],
        [("Action", "DISCONNECT_USER"), ("UserId", PLANTED)],
    ]
)
CHOICES = st.sampled_from(
    [[("Action", action)] for action in ACTIONS]
    + [[("action", "SEND_MESSAGE")], [("Action", "send_message")], [("", "")]]
    + [[("Action", None)], [("Action", [PLANTED])], [("Action", {})]]
)


def written(members: list[tuple[str, Any]]) -> bytes:
    """Return an object with these members, equal names and all."""
    pairs = (f"{json.dumps(name)}:{json.dumps(value)}" for name, value in members)
    return f"{{{','.join(pairs)}}}".encode()


def nested(member: str, depth: int, opened: str, closed: str) -> bytes:
    """Return a message with one member nested so deep."""
    deep = opened * depth + closed * depth
    return f'{{"Action":"SEND_MESSAGE","Content":"x","{member}":{deep}}}'.encode()


OBJECTS = st.builds(
    lambda start, request_id, right, other, step: [
        *(*start, request_id, *right, *other)[::step]
    ],
    st.one_of(WHOLE, WHOLE, WHOLE, CHOICES),
    REQUEST_IDS,
    st.lists(RIGHT, max_size=3),
    st.one_of(st.just([]), st.lists(st.tuples(NAMES, VALUES), max_size=2)),
    st.sampled_from([1, -1]),
)
WRITTEN = OBJECTS.map(written)
CHANGED = st.builds(
    lambda frame, at, cut, put: frame[:at] + put + frame[at + cut :],
    WRITTEN,
    st.integers(0, 200),
    st.integers(0, 3),
    st.sampled_from(
        [
            *(b"", b"\0", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b'"', b"{", b"}"),
            *(b",", b"\\", b"1e999", b"\\ud83c", b"-", b" "),
        ]
    ),
)
NESTED = st.builds(
    nested,
    st.sampled_from(["Content", "Attributes", "RequestId", "Action", "more"]),
    st.sampled_from([1, 100, 254, 255, 256, 257, 500, 900, 990, 2000, 8000]),
    *(st.just("["), st.just("]")),
)
MAPS = st.builds(
    nested,
    st.sampled_from(["Content", "Attributes", "RequestId", "more"]),
    st.sampled_from([1, 2, 100, 255, 256, 900, 3000]),
    *(st.just('{"":'), st.just("}")),
).map(lambda frame: frame.replace(b":}", b":0}", 1))
NUMBERS = st.builds(
    lambda member, number: (
        b'{"Action":"SEND_MESSAGE","Content":"x","%s":%s}' % (member, number)
    ),
    st.sampled_from([b"Content", b"Attributes", b"RequestId", b"more"]),
    st.sampled_from(
        [b"1" * 4300, b"1" * 4301, b"1e99999", b"-1e-99999", b"0.1" + b"0" * 9000]
    ),
)
FRAMES = st.sampled_from(
    [
        *[WRITTEN] * 8,
        *[CHANGED] * 3,
        NESTED,
        MAPS,
        NUMBERS,
        VALUES.map(lambda value: json.dumps(value).encode()),
        st.binary(max_size=40),
    ]
).flatmap(lambda strategy: strategy)

PROFILE = {
    "deadline": None,
    "phases": [Phase.explicit, Phase.generate],  # of a failure the seed is enough
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}


def read_request_id(frame: bytes) -> object:
    """Return the request's id if it could be read, None if that is not to be judged."""
    try:
        members = json.loads(frame.decode(), parse_constant=_refuse)
        json.dumps(members, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return ""
    if not isinstance(members, dict):
        return ""
    found = [value for name, value in members.items() if name.lower() == "requestid"]
    if len(found) > 1:
        return None
    return found[0] if found and isinstance(found[0], str) else ""


def _refuse(_name: str) -> NoReturn:
    raise ValueError


def check_error(sent: bytes, told: Deliver) -> None:
    """Hold an ERROR frame against what holds of all of them."""
    error = json.loads(told.frame)
    assert len(told.sessions) == 1
    assert error["ErrorCode"] in {400, 403, 413, 429}
    assert error["ErrorMessage"]
    expected = read_request_id(sent)
    assert expected is None or error["RequestId"] == expected
    assert PLANTED not in error["ErrorMessage"]
    assert MESSAGE_ID not in error["ErrorMessage"]


def works(room: "LiveRoom", viewer: "Member") -> bool:
    """Say whether somebody who comes now can talk to somebody who has been there."""
    newcomer = room.connect("user-3")
    viewer.took()
    room.say(newcomer, "afterwards")
    frame = newcomer.took_one()
    return viewer.took() == [frame] and frame["Content"] == "afterwards"


@pytest.mark.ivschat_verifies("WS-REQ-18", "WS-ERR-01", "WS-ERR-03", "WS-ERR-15")
@settings(max_examples=int(EXAMPLES * SHOWN), **PROFILE)  # type: ignore[arg-type]
@given(sent=FRAMES, capabilities=st.sampled_from([ACTIONS] * 3 + [ACTIONS[:1], []]))
@example(sent=nested("Content", 900, "[", "]"), capabilities=ACTIONS)
@example(sent=nested("RequestId", 250, "[", "]"), capabilities=ACTIONS)
@example(sent=b"[" * 16_384, capabilities=ACTIONS)
@example(sent=b'{"":' * 4096, capabilities=ACTIONS)
@example(sent=b"", capabilities=[])
def test_whatever_is_sent_a_room_goes_on(
    open_room: "OpenRoom", sent: bytes, capabilities: list[str]
) -> None:
    """A frame is an action with its effect, or an ERROR that repeats nothing of it.

    Frames are valid by schema, and afterwards others talk in the room as before.
    """
    room = open_room(control=False)
    viewer = room.connect("user-2", capabilities=[])
    sender = room.connect("user-1", capabilities=capabilities)

    effects = room.receive(sender, sent)

    assert isinstance(effects, tuple)
    assert effects
    assert not [effect for effect in effects if isinstance(effect, Review)]
    told = effects[0]
    assert isinstance(told, Deliver)
    if json.loads(told.frame)["Type"] == "ERROR":
        check_error(sent, told)
        assert len(effects) == 1
        assert (viewer.took(), sender.closed) == ([], None)
    closed = {effect.session for effect in effects if isinstance(effect, Close)}
    assert closed <= {sender.session}
    assert works(room, viewer)


NAMES_OF_HEADERS = st.sampled_from(
    ["sec-websocket-protocol"] * 6 + ["origin", "authorization", "", "\xff"]
)
TEXTS = st.text(st.characters(max_codepoint=255), max_size=40)
ENDS = st.sampled_from(["", "!", "!#0", "!#1", "=!#0", "==", ",", "\t", "\xa0", "\0"])
PARTS = st.sampled_from(["A", "AAAA", "gAAAAA", "-_", "é", "%", "A" * 5000, " , ", "="])


AT = st.integers(0, 300)
# What is made of two tokens: one mutilated, both mixed, or neither.
MADE: st.SearchStrategy[Callable[[str, str], str]] = st.one_of(
    TEXTS.map(lambda text: lambda _one, _two: text),
    st.builds(lambda at, put: lambda one, _: one[:at] + put + one[at:], AT, PARTS),
    st.builds(
        lambda at, cut: lambda one, _: one[:at] + one[at + cut :], AT, st.integers(1, 9)
    ),
    AT.map(lambda at: lambda one, two: one[:at] + two[at:]),
    st.builds(
        lambda parts, end: lambda _one, _two: "".join(parts) + end,
        st.lists(PARTS, max_size=4),
        ENDS,
    ),
    st.builds(
        lambda text, end: lambda one, _: f"{text}, {one}{end}",
        TEXTS,
        ENDS,
    ),
    ENDS.map(lambda end: lambda one, _: one + end),
    st.sampled_from(
        [
            lambda one, _: one.swapcase(),
            lambda one, _: one[::-1],
            lambda one, _: one * 2,
            lambda one, _: f'"{one}"',
        ]
    ),
)
HEADERS = st.lists(st.tuples(NAMES_OF_HEADERS, MADE), max_size=3)
TARGETS = st.one_of(st.sampled_from(["/", "", "*", "/_control/reset"]), TEXTS)


@pytest.mark.ivschat_verifies("WS-CONN-08", "WS-CONN-03", "TOKEN-LIFE-05")
@settings(max_examples=int(EXAMPLES * (1 - SHOWN)), **PROFILE)  # type: ignore[arg-type]
@given(method=st.sampled_from(["GET", "POST", ""]), target=TARGETS, made=HEADERS)
def test_whatever_is_offered_only_a_token_opens(
    open_room: "OpenRoom",
    method: str,
    target: str,
    made: list[tuple[str, Callable[[str, str], str]]],
) -> None:
    """A handshake is refused with a sentence that repeats nothing, or was a token's.

    Afterwards a token opens that was not used up.
    """
    room = open_room(control=False)
    viewer = room.connect("user-2", capabilities=[])
    token, other = room.token("user-1"), room.token("user-1")
    headers = tuple((name, make(token, other)) for name, make in made)
    request = HttpRequest(method, target, headers)
    offered = request.header("sec-websocket-protocol") or ""
    first = offered.partition(",")[0].strip(" \t")

    answer = room.fake.open_session(request, "192.0.2.7", room.now)

    if isinstance(answer, Opening):
        assert first in {token, other}
        assert answer.subprotocol == first
        room.fake.leave(answer.session)
    else:
        assert isinstance(answer, HttpResponse)
        assert first not in {token, other}
        assert answer.status == 401
        assert len(first) < 20 or first not in answer.body.decode()
        assert token not in answer.body.decode()
    unused = other if first == token else token
    assert not isinstance(room.offer(unused), HttpResponse)
    assert works(room, viewer)
