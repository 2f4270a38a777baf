"""The state file is refused where it is another's, damaged, or cannot be written."""

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ivschat_conformance.reference_impl.adapters.state_file import (
    StateFile,
    StateFileError,
)
from ivschat_conformance.reference_impl.core.changes import (
    TokenNumbersReserved,
)
from ivschat_conformance.reference_impl.core.state import State

NOBODY = 65_534


def loaded(path: Path) -> State:
    """Return the state that a file leads to."""
    state = State()
    with closing(StateFile(path)) as file:
        state.apply(file.load())
    return state


def refusal(path: Path) -> str:
    """Return the sentence with which a file is refused, its path left out."""
    with pytest.raises(StateFileError) as caught:
        StateFile(path)
    return str(caught.value).replace(str(path), "FILE")


@pytest.fixture
def read_only_folder() -> Iterator[Path]:
    """Give a folder that nobody may write to; the superuser becomes somebody else."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o555)
        effective = os.geteuid()
        if effective == 0:
            os.seteuid(NOBODY)
        yield Path(folder)
        os.seteuid(effective)
        Path(folder).chmod(0o755)


def test_file_in_use_is_refused(path: Path) -> None:
    """A second server would undo what the first one does; after its end it may."""
    with closing(StateFile(path)) as file:
        assert refusal(path) == (
            "state file: FILE is in use by another server; stop that one, or give "
            "another file"
        )
        file.keep([TokenNumbersReserved(1)])

    assert loaded(path).token_numbers_reserved == 1


@pytest.mark.parametrize(
    "content",
    [b"no database at all", b"SQLite format 3\0" + b"x" * 200, b"\0" * 5000],
    ids=["text", "almost", "zeros"],
)
def test_file_of_something_else_is_refused_and_left_alone(
    path: Path, content: bytes
) -> None:
    """Whatever is in it belongs to somebody."""
    path.write_bytes(content)

    assert refusal(path) == (
        "state file: FILE is no state file; move it away, or give another"
    )
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE rooms (arn, document)", "PRAGMA application_id = 7"]
)
def test_database_of_another_program_is_refused_and_left_alone(
    path: Path, statement: str
) -> None:
    """Even one whose table has a name of ours."""
    with closing(sqlite3.connect(path)) as database:
        database.execute(statement)
    content = path.read_bytes()

    assert "is no state file" in refusal(path)
    assert path.read_bytes() == content


def test_file_of_a_later_version_is_refused(path: Path) -> None:
    """It says what to do, and the file stays what it was."""
    StateFile(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 2")
    content = path.read_bytes()

    assert refusal(path) == (
        "state file: FILE was written by a later version; use that version, or give "
        "another file"
    )
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "document", ["no JSON", "{}", '{"arn": 1, "colour": "red"}', "[]"]
)
def test_damaged_file_is_refused(path: Path, document: str) -> None:
    """A row that nobody can read ends in a sentence, not in half a state."""
    StateFile(path).close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("INSERT INTO rooms VALUES ('arn', ?)", (document,))

    with (
        closing(StateFile(path)) as file,
        pytest.raises(StateFileError, match="is damaged; move it away, or give"),
    ):
        file.load()


def test_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """Nothing is made but the file."""
    assert refusal(tmp_path / "no" / "state.db") == (
        "state file: cannot open FILE: No such file or directory; give a file in a "
        "folder that is there and that this user may write to"
    )
    assert not (tmp_path / "no").exists()


def test_folder_as_the_file_is_refused(tmp_path: Path) -> None:
    """It is no file."""
    assert refusal(tmp_path).startswith("state file: cannot open FILE: ")


def test_read_only_folder_is_refused(read_only_folder: Path) -> None:
    """A file that cannot be made keeps nothing."""
    assert refusal(read_only_folder / "state.db") == (
        "state file: cannot open FILE: Permission denied; give a file in a folder "
        "that is there and that this user may write to"
    )


def test_read_only_file_is_refused(read_only_folder: Path) -> None:
    """One that could only be read would keep nothing either."""
    effective = os.geteuid()
    os.seteuid(os.getuid())
    path = read_only_folder / "state.db"
    read_only_folder.chmod(0o755)
    StateFile(path).close()
    path.chmod(0o444)
    read_only_folder.chmod(0o555)
    os.seteuid(effective)

    assert refusal(path).startswith("state file: cannot open FILE: ")


def test_name_is_always_one_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`:memory:` means something to SQLite, and would keep nothing."""
    monkeypatch.chdir(tmp_path)

    with closing(StateFile(Path(":memory:"))) as file:
        file.keep([TokenNumbersReserved(1)])

    assert loaded(tmp_path / ":memory:").token_numbers_reserved == 1
