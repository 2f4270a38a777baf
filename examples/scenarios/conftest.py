"""What the scenarios share: boto3 as a backend has it, and a way to be refused."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from botocore.config import Config
from chat_app import Visitor

from ivschat_conformance import FakeIvsChat

Visit = Callable[[Callable[[], str]], Visitor]


@pytest.fixture
def backend(ivschat: FakeIvsChat) -> Iterator[Any]:
    """Give boto3's client; a call is made once, since botocore would wait and retry."""
    client = ivschat.boto3_client(config=Config(retries={"total_max_attempts": 1}))
    yield client

    client.close()


@pytest.fixture
def visit(ivschat: FakeIvsChat) -> Iterator[Visit]:
    """Give what makes a visitor whose tokens come from there."""
    visitors = []

    def visitor(token_provider: Callable[[], str]) -> Visitor:
        visitors.append(Visitor(ivschat.messaging_endpoint, token_provider))
        return visitors[-1]

    yield visitor

    for one in visitors:
        one.leave()


@pytest.fixture
def refused() -> Callable[[], AbstractContextManager[object]]:
    """Give what expects a handshake to be refused."""
    return lambda: pytest.raises(AssertionError, match="answered 401")
