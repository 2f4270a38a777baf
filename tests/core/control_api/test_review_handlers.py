"""Message review handlers through the control API: where each ARN leads."""

import json

import pytest

from tests.core.control_api.conftest import (
    HANDLERS,
    LAMBDA,
    OTHER_LAMBDA,
    URL,
    call,
    handlers,
    started,
)


def test_review_handlers_lead_where_each_was_last_led() -> None:
    """A call names some and leaves the others; with null one leads nowhere again."""
    fake = started()

    assert handlers(fake) == {}
    assert handlers(fake, **{LAMBDA: URL}) == {LAMBDA: URL}
    both = handlers(fake, **{OTHER_LAMBDA: f"{URL}/2"})
    assert both == {LAMBDA: URL, OTHER_LAMBDA: f"{URL}/2"}
    assert handlers(fake) == both
    assert handlers(fake, **{LAMBDA: None}) == {OTHER_LAMBDA: f"{URL}/2"}
    assert handlers(fake, **{LAMBDA: None}) == {OTHER_LAMBDA: f"{URL}/2"}
    moved = handlers(fake, **{OTHER_LAMBDA: URL, LAMBDA: URL})
    assert moved == {OTHER_LAMBDA: URL, LAMBDA: URL}


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1",
        "http://127.0.0.1/",
        "http://127.0.0.1:1/a/b?c=d#e",
        "http://127.1.2.3:65535",
        "http://localhost:9000",
        "http://[::1]:9000/x",
    ],
)
def test_review_handler_may_be_anywhere_on_this_machine(url: str) -> None:
    """On any port and path of a loopback address."""
    fake = started()

    assert handlers(fake, **{LAMBDA: url}) == {LAMBDA: url}


def test_function_of_this_process_is_not_shown() -> None:
    """What somebody has put there in Python stays, and an answer says nothing of it."""
    fake = started()
    fake.service.review_targets = {OTHER_LAMBDA: print}

    assert handlers(fake, **{LAMBDA: URL}) == {LAMBDA: URL}
    assert fake.service.review_target(OTHER_LAMBDA) is print


def test_handler_that_leads_nowhere_again_leads_where_all_do() -> None:
    """With null an ARN is as it was before anybody named it, for the setting too."""
    fake = started(review_handler=print)
    handlers(fake, **{LAMBDA: URL})

    handlers(fake, **{LAMBDA: None})

    assert fake.service.review_target(LAMBDA) is print


WRONG_HANDLERS: list[object] = [
    {"": URL, LAMBDA[4:]: URL},
    {"review": URL},
    {LAMBDA.replace("lambda", "sns"): URL},
    {LAMBDA: ""},
    {LAMBDA: "127.0.0.1:9000"},
    {LAMBDA: "https://127.0.0.1:9000"},
    {LAMBDA: "http://example.com/"},
    {LAMBDA: "http://10.0.0.1:9000/"},
    {LAMBDA: "http://127.0.0.1.example.com/"},
    {LAMBDA: "http://127.0.0.1@example.com/"},
    {LAMBDA: "http://127.0.0.1:9000@example.com/"},
    {LAMBDA: "http://user@127.0.0.1:9000/"},
    {LAMBDA: "http://localhost.example.com/"},
    {LAMBDA: "http://127.0.0.1/\n"},
    {LAMBDA: 9000},
    {LAMBDA: [URL]},
    {LAMBDA: URL, OTHER_LAMBDA: "http://example.com/"},
    [LAMBDA, URL],
    b"{",
]


@pytest.mark.parametrize("body", WRONG_HANDLERS, ids=str)
def test_review_handler_leads_nowhere_else(body: object) -> None:
    """What is no ARN of a function or no URL of this machine changes nothing at all."""
    fake = started()
    before = handlers(fake, **{OTHER_LAMBDA: URL})

    answer = call(fake, "PUT", HANDLERS, body)

    assert answer.status == 400
    assert list(json.loads(answer.body)) == ["message"]
    assert "example.com" not in answer.body.decode()
    assert handlers(fake) == before
