"""`ivschat-conformance doctor`: one screen on a target, and the line to change."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ivschat_conformance.commands import doctor
from ivschat_conformance.fixtures.bundled import bundled_target
from tests.commands.partial_emulator import partial_emulator


@pytest.fixture(autouse=True)
def _nobody_elses(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Take away what the developer's own environment says, and set the width."""
    for name in ("ENDPOINT", "MESSAGING_ENDPOINT", "REGION", "ROOM", "CREDENTIAL"):
        monkeypatch.delenv(f"IVSCHAT_{name}", raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def reference() -> Iterator[str]:
    """Give the reference implementation, without its control API."""
    with bundled_target() as target:
        yield target.endpoint


@pytest.fixture
def reference_room() -> Iterator[tuple[str, str]]:
    """Give the reference implementation that has a room, and the room's ARN."""
    room = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"
    with bundled_target(room=room) as target:
        yield target.endpoint, room


@pytest.fixture(scope="module")
def partial() -> Iterator[str]:
    """Give an emulator of two operations."""
    with partial_emulator() as endpoint:
        yield endpoint


def write(text: str) -> Path:
    """Write a target file into the folder of the test."""
    path = Path("target.toml")
    path.write_text(text)
    return path


def test_target_that_is_as_claimed_is_well(
    reference: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0, every value with its source, no secret, and nothing beyond 80 columns."""
    file = write(
        f'[target]\nname = "Ours"\nendpoint = "{reference}"\nregion = "us-west-2"\n'
        'credentials = { access_key_id = "test", secret_access_key = "test" }\n'
        "[target.features]\ncontrol_plane = true\nmessaging = true\n"
        "signatures = true\nlogging_configuration_quota = 10\n"
    )

    code = doctor.main(["--target", str(file)])

    said = capsys.readouterr().out
    assert code == 0, said
    assert said.startswith("Ours\n")
    assert f"endpoint        {reference} (target.toml, line 3)" in said
    assert "credentials     an access key (target.toml, line 5)" in said
    assert "+ control_plane   ListRooms was answered 200" in said
    assert "what to change" not in said
    assert said.endswith("All is well.\n")
    assert max(map(len, said.splitlines())) <= 80


def test_target_by_url_is_probed_and_its_file_can_be_pasted(
    reference: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is shown is a target file that claims what was found."""
    assert doctor.main([reference, "--credential", "test:test"]) == 0

    said = capsys.readouterr().out
    pasted = said[said.index("      [target]") : said.index("All is well")]
    file = write("\n".join(line.strip() for line in pasted.splitlines()))
    assert doctor.main(["--target", str(file), "--credential", "test:test"]) == 0
    again = capsys.readouterr().out
    assert "claims          control_plane, messaging, signatures (target" in again
    assert "what to change" not in again


def test_what_is_there_and_not_claimed_is_told_with_its_line(
    reference: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 0: it is only not judged."""
    file = write(f"[target]\nendpoint = '{reference}'\n[target.features]\n")

    assert doctor.main(["--target", str(file), "--credential", "test:test"]) == 0

    said = capsys.readouterr().out
    assert "! messaging       there, but not claimed" in said
    assert "add to [target.features]:\n      control_plane = true\n" in said


def test_what_is_claimed_and_not_there_is_told_with_its_line(
    partial: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 1, since `check` will fail for it."""
    file = write(
        f"[target]\nendpoint = '{partial}'\n[target.features]\n"
        "signatures = true\nmessaging = true\n"
    )

    assert doctor.main(["--target", str(file)]) == 1

    said = capsys.readouterr().out
    assert "x messaging       claimed, but not there" in said
    assert "x signatures      claimed, but not there" in said
    assert "take out target.toml, line 5:\n      messaging = true" in said
    assert "+ CreateChatToken" in said


def test_room_that_is_named_is_asked_for(
    reference_room: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A room that is there is well; of another it is said, with what to do."""
    endpoint, room = reference_room
    of_here = [endpoint, "--credential", "test:test", "--room"]

    assert doctor.main([*of_here, room]) == 0
    assert "+ room            it is there" in capsys.readouterr().out

    assert doctor.main([*of_here, f"{room[:-1]}Z"]) == 1
    said = capsys.readouterr().out
    assert "x room            it is not there: GetRoom was answered 404" in said
    assert "in place of --room's" in said
    assert f"      aws ivschat list-rooms --endpoint-url {endpoint}" in said


def test_room_that_nobody_can_be_asked_about_is_doubted(
    partial: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An emulator without GetRoom is not told that its room is missing."""
    room = "arn:aws:ivschat:us-west-2:123456789012:room/g1H2I3j4k5L6"

    assert doctor.main([partial, "--room", room]) == 0

    assert "! room            cannot be told: GetRoom" in capsys.readouterr().out


def test_target_that_is_not_there_is_exit_code_3(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What was understood is told all the same, for that is where the mistake is."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        endpoint = f"http://127.0.0.1:{server.getsockname()[1]}"

    assert doctor.main([endpoint]) == 3

    said = capsys.readouterr().out
    assert f"endpoint        {endpoint} (the argument)" in said
    assert "x unreachable" in said


def test_server_of_something_else_is_exit_code_3(
    loopback_page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """It answers, but nothing there is IVS Chat, and so the URL is asked about."""
    assert doctor.main([loopback_page]) == 3

    said = capsys.readouterr().out
    assert "is the endpoint the right one?" in said
    assert "Nothing there speaks IVS Chat." in said


@pytest.fixture
def loopback_page() -> Iterator[str]:
    """Give a server of files, as Python has one."""
    import threading  # noqa: PLC0415
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer  # noqa: PLC0415

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ftp://127.0.0.1"], "endpoint: give an http or https URL"),
        (["http://127.0.0.1:1", "--credential", "planted"], "--credential: give an"),
        (["--target", "nowhere.toml"], "nowhere.toml: it cannot be read"),
        (["--bogus"], "there is no option --bogus"),
    ],
)
def test_what_cannot_be_understood_is_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    """One sentence says what is wrong, and repeats no secret."""
    with pytest.raises(SystemExit) as ended:
        doctor.main(arguments)

    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert sentence in said
    assert "planted" not in said


def test_without_a_target_there_is_nothing_to_set_up(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The bundled reference implementation it is, then."""
    assert doctor.main([]) == 0
    assert "bundled reference" in capsys.readouterr().out
