"""A command as our child: it gets the signals meant for us, and is waited for."""

import os
import signal
from collections.abc import Mapping, Sequence
from typing import Self

_PASSED_ON = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT}
_AWAITED = _PASSED_ON | {signal.SIGCHLD}
_IGNORED_BY_PYTHON = (signal.SIGPIPE, signal.SIGXFSZ)
_KILLED = 128  # what a shell adds to the number of the signal that ended a command


class HeldSignals:
    """Holds signals back, in the main thread and in those that are started meanwhile.

    Between `run` and the command's end they go to the command; what came earlier, too.
    """

    def __enter__(self) -> Self:
        """Hold signals from now on."""
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)  # else its exit code can be lost
        self._before = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Let signals through, but for those that were meant for the command."""
        while _AWAITED & signal.sigpending():
            signal.sigwait(_AWAITED)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._before)

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run a command to its end; return its exit code as a shell would.

        The three standard streams are ours. Raises OSError where it cannot be started.
        """
        pid = os.posix_spawnp(
            command[0],
            list(command),
            environment,
            setsigmask=self._before,
            setsigdef=_IGNORED_BY_PYTHON,
        )
        while True:
            number, of_terminal = _next_signal()
            if number == signal.SIGCHLD:
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended:
                    code = os.waitstatus_to_exitcode(status)
                    return code if code >= 0 else _KILLED - code
            elif not of_terminal:
                os.kill(pid, number)


def _next_signal() -> tuple[int, bool]:
    """Return the next signal, and whether the command has got it already.

    A terminal sends Ctrl+C to us and to the command alike, and a second one would cut
    short what the first began. It is the system that sends it, and no process.
    """
    if not hasattr(signal, "sigwaitinfo"):  # macOS, which does not say who sent it
        number = signal.sigwait(_AWAITED)
        return number, number in {signal.SIGINT, signal.SIGQUIT} and os.isatty(0)
    told = signal.sigwaitinfo(_AWAITED)
    return told.si_signo, told.si_code > 0
