"""What reads a command line, without any file system or network."""

from collections.abc import Callable, Mapping

import pytest

from ivschat_conformance.reference_impl.core.command_line.invocation import (
    Invocation,
    Page,
    interpret,
)
from ivschat_conformance.reference_impl.core.command_line.refusals import (
    CommandLineError,
)

FILES: Mapping[str, bytes] = {
    "user.txt": "Zoë\n".encode(),
    "latin.txt": "Zoë".encode("latin-1"),
    "attributes": b"a=1,b=2\n",
    "capabilities.json": b'["SEND_MESSAGE"]',
    "input.json": b'{"roomIdentifier": "r", "userId": "u"}',
    "input.yaml": b"roomIdentifier: r\nuserId: u\n",
}

Read = Callable[..., Invocation]
Refused = Callable[..., CommandLineError]


def read_file(path: str) -> bytes:
    """Return one of the files above."""
    try:
        return FILES[path]
    except KeyError:
        raise FileNotFoundError(2, "No such file or directory", path) from None


@pytest.fixture
def read() -> Read:
    """Give what returns the call that words ask for."""

    def read(*words: str) -> Invocation:
        asked = interpret(words, read_file, "ivschat/1")
        assert isinstance(asked, Invocation)
        return asked

    return read


@pytest.fixture
def page() -> Callable[..., str]:
    """Give what returns the text that words ask for."""

    def page(*words: str) -> str:
        asked = interpret(words, read_file, "ivschat/1")
        assert isinstance(asked, Page)
        return asked.text

    return page


@pytest.fixture
def refused() -> Refused:
    """Give what returns the refusal that words deserve."""

    def refused(*words: str) -> CommandLineError:
        with pytest.raises(CommandLineError) as caught:
            interpret(words, read_file, "ivschat/1")
        return caught.value

    return refused
