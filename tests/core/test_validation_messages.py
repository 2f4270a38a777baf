"""Refusals, which repeat nothing of the request that was refused."""

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivschat_conformance.reference_impl.core.errors import (
    CallerError,
    SerializationException,
)

if TYPE_CHECKING:
    from tests.core.conftest import Refusal

TOKEN = "CreateChatTokenRequest"  # noqa: S105 - a shape's name
ROOM_REQUEST = "CreateRoomRequest"

MARK = "zq7-mark"
NUMBER = 918273645
TEXTS = st.text(max_size=4).map(lambda text: f"{text}{MARK}{text}")
SCALARS = st.one_of(
    TEXTS, st.just(NUMBER), st.just(-NUMBER), st.just(NUMBER + 0.5), st.none()
)
VALUES = st.recursive(
    SCALARS | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3)
    ),
    max_leaves=6,
)
TOKEN_MEMBERS = (
    *("roomIdentifier", "userId", "capabilities", "attributes"),
    "sessionDurationInMinutes",
)
ROOM_MEMBERS = (
    *("name", "maximumMessageRatePerSecond", "maximumMessageLength", "tags"),
    *("messageReviewHandler", "loggingConfigurationIdentifiers"),
)
HANDLERS = st.dictionaries(
    st.sampled_from(["uri", "fallbackResult"]) | TEXTS, VALUES, max_size=3
)
BAD_TOKENS = st.dictionaries(st.sampled_from(TOKEN_MEMBERS) | TEXTS, VALUES, max_size=6)
BAD_ROOMS = st.builds(
    lambda members, bad: members | bad,
    st.dictionaries(st.sampled_from(ROOM_MEMBERS) | TEXTS, VALUES | HANDLERS),
    st.fixed_dictionaries(
        {"name": st.just(f"{MARK} "), "loggingConfigurationIdentifiers": VALUES}
    ),
)
BAD_REQUESTS = st.tuples(st.just(TOKEN), BAD_TOKENS) | st.tuples(
    st.just(ROOM_REQUEST), BAD_ROOMS
)


def repeats(error: CallerError) -> bool:
    """Say whether the error, however it is shown, has a value of the marked request."""
    shown = f"{json.dumps(error.body())} {error} {error!r} {error.__cause__!r}"
    return MARK in shown or str(NUMBER) in shown


@pytest.mark.ivschat_verifies("TOKEN-REQ-17")
@settings(deadline=None, max_examples=150)
@given(BAD_REQUESTS, st.booleans())
def test_refusal_repeats_nothing_of_the_request(
    refusal: "Refusal", request: tuple[str, dict[str, object]], escaped: bool
) -> None:
    """Whatever is wrong, no string, key or number of the request is in the error."""
    shape, members = request
    text = json.dumps(members, ensure_ascii=escaped)

    assert not repeats(refusal(text.encode(), shape))


@pytest.mark.ivschat_verifies("TOKEN-REQ-17", "PARSE-01")
@settings(deadline=None, max_examples=50)
@given(BAD_TOKENS, st.data())
def test_refusal_of_a_cut_body_repeats_nothing_of_it(
    refusal: "Refusal", members: dict[str, object], data: st.DataObject
) -> None:
    """A parser's own message likes to quote the place: ours only counts to it."""
    whole = json.dumps(members).encode()
    end = data.draw(st.integers(1, len(whole) - 1))

    error = refusal(whole[:end])

    assert type(error) is SerializationException
    assert not repeats(error)
