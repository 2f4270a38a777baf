"""The `ivschat` command: the environment, files, streams and the network around it.

What the arguments mean, and the answers, is `core.command_line`'s business. The result
goes to stdout, all else to stderr; the exit codes are those of version 2 of the AWS
CLI (CLI-22).
"""

import os
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ivschat_conformance import __version__, clock
from ivschat_conformance.reference_impl.core.command_line.invocation import (
    Invocation,
    Page,
    interpret,
)
from ivschat_conformance.reference_impl.core.command_line.output_formats import render
from ivschat_conformance.reference_impl.core.command_line.refusals import (
    CommandLineError,
    ConfigurationError,
    ExitCode,
    UsageError,
)
from ivschat_conformance.reference_impl.core.command_line.settings import (
    NO_CREDENTIALS,
    Settings,
    find_credentials,
    find_settings,
    profile_name,
)

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.adapters.endpoint_call import (
        Connecting,
        Headers,
    )
    from ivschat_conformance.reference_impl.core.command_line.profile_files import (
        Profile,
    )
    from ivschat_conformance.reference_impl.core.command_line.request_signing import (
        Credentials,
    )
    from ivschat_conformance.reference_impl.core.command_line.service_answers import (
        WireAnswer,
    )
    from ivschat_conformance.reference_impl.core.command_line.wire_requests import (
        WireRequest,
    )

    Call = Callable[[WireRequest, Headers, Connecting], WireAnswer]

PROGRAM = f"ivschat/{__version__}"


def main(argv: Sequence[str] | None = None, call: "Call | None" = None) -> int:
    """Run one command line and return its exit code.

    `call` sends a request in place of the network.
    """
    words = sys.argv[1:] if argv is None else argv
    try:
        return _print(_result(words, os.environ, call))
    except CommandLineError as error:
        _complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED


def _result(
    words: Sequence[str], environment: Mapping[str, str], call: "Call | None"
) -> str:
    """Return the text that a command line prints."""
    version = f"{PROGRAM} Python/{sys.version.split()[0]} {sys.platform}"
    asked = interpret(words, _read_file, version)
    if isinstance(asked, Page):
        return asked.text
    profile = _read_profile(profile_name(asked.options, environment), environment)
    settings = find_settings(asked.options, environment, profile)
    if asked.sample is not None:
        result = asked.sample
    else:
        result = _call(asked, settings, environment, profile, call)
    return render(asked.select(result), settings.output) if result else ""


def _call(
    asked: Invocation,
    settings: Settings,
    environment: Mapping[str, str],
    profile: "Profile",
    call: "Call | None",
) -> Mapping[str, object]:
    """Return the service's result, after as many attempts as the settings allow."""
    # What only a call needs is imported when there is one.
    from ivschat_conformance.reference_impl.adapters import (  # noqa: PLC0415
        endpoint_call,
    )
    from ivschat_conformance.reference_impl.core.command_line import (  # noqa: PLC0415
        request_signing,
        retries,
        service_answers,
        wire_requests,
    )

    request = wire_requests.build_request(
        asked.operation, asked.parameters, settings.endpoint(), PROGRAM
    )
    credentials = None
    if asked.options.signs:
        region = settings.signing_region()
        credentials = _find_credentials(asked, environment, profile)
    connecting = endpoint_call.Connecting(
        connect_timeout=asked.options.connect_timeout or None,
        read_timeout=asked.options.read_timeout or None,
        ca_bundle=settings.ca_bundle,
        verifies_tls=asked.options.verifies_tls,
        proxy=endpoint_call.environment_proxy(request.endpoint, [*environment]),
    )
    send = call or endpoint_call.call_endpoint
    for attempt in range(1, settings.attempts + 1):
        if attempt > 1:
            time.sleep(retries.wait_before(attempt, random.random()))  # noqa: S311
        headers = request.headers
        if credentials is not None:
            headers += request_signing.signed_headers(
                request, credentials, region, clock.now()
            )
        try:
            answer = send(request, headers, connecting)
        except endpoint_call.NoAnswerError:
            if attempt == settings.attempts:
                raise
            continue
        if answer.is_success:
            return service_answers.read_result(answer, asked.operation)
        if not retries.is_worth_a_retry(answer):
            raise service_answers.refusal(answer, asked.operation, 0)
    raise service_answers.refusal(answer, asked.operation, settings.attempts - 1)


def _find_credentials(
    asked: Invocation, environment: Mapping[str, str], profile: "Profile"
) -> "Credentials":
    """Return our own finding, else botocore's, if that is installed."""
    found = find_credentials(asked.options, environment, profile)
    found = found or _credentials_of_botocore(asked.options.profile)
    if found is None:
        raise ConfigurationError(NO_CREDENTIALS)
    return found


def _credentials_of_botocore(profile: str | None) -> "Credentials | None":
    """Return what the rest of botocore's chain finds: roles, SSO, processes, hosts."""
    try:
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415
        from botocore.session import Session  # noqa: PLC0415
    except ImportError:  # the extra [aws] is not installed
        return None
    from ivschat_conformance.reference_impl.core.command_line import (  # noqa: PLC0415
        request_signing,
    )

    try:
        credentials = Session(profile=profile).get_credentials()
        frozen = credentials and credentials.get_frozen_credentials()
    except BotoCoreError as error:  # its text may hold what a process printed
        raise ConfigurationError(
            f"The credentials of the profile cannot be had: {type(error).__name__}"
        ) from None
    if not frozen or not frozen.access_key or not frozen.secret_key:
        return None
    return request_signing.Credentials(
        frozen.access_key, frozen.secret_key, frozen.token or None
    )


def _read_profile(name: str, environment: Mapping[str, str]) -> "Profile":
    """Return what the shared files say of a profile; a file may be missing."""
    from ivschat_conformance.reference_impl.core.command_line import (  # noqa: PLC0415
        profile_files,
    )

    texts = []
    for variable, usual in (
        ("AWS_CONFIG_FILE", "~/.aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    ):
        path = environment.get(variable) or usual
        try:
            texts.append(_read_file(path).decode())
        except FileNotFoundError:
            texts.append("")
        except (OSError, ValueError):
            raise ConfigurationError(f"The file {path} cannot be read") from None
    return profile_files.read_profile(name, *texts)


def _read_file(path: str) -> bytes:
    return Path(os.path.expandvars(path)).expanduser().read_bytes()


def _print(text: str) -> int:
    """Print a result; a reader that went away is no error worth words."""
    stream: TextIO | None = sys.stdout  # None where the caller closed it
    if stream is None:
        return ExitCode.FAILURE
    if hasattr(stream, "reconfigure"):  # what no encoding knows is shown as an escape
        stream.reconfigure(errors="backslashreplace")
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        _discard_stdout()
        return ExitCode.FAILURE
    return ExitCode.SUCCESS


def _discard_stdout() -> None:
    """Keep the interpreter from flushing once more, and complaining, when it ends."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def _complain(error: CommandLineError) -> None:
    """Say on stderr what was refused, after an empty line as AWS's command does."""
    stream: TextIO | None = sys.stderr
    if stream is None:
        return
    text = f"\n{error}\n"
    if isinstance(error, UsageError):
        from ivschat_conformance.reference_impl.core.command_line import (  # noqa: PLC0415
            service_page,
        )

        text = f"\n{service_page.USAGE}\nivschat: error: {error}\n"
    stream.write(text)


if __name__ == "__main__":
    sys.exit(main())
