"""The form that every command's line of arguments has, and how it refuses."""

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

USAGE_ERROR = 2


class CommandLine(argparse.ArgumentParser):
    """Refuses in one sentence, which never repeats what may be a secret."""

    def __init__(self, name: str, **settings: Any) -> None:
        # An abbreviation that is legal today is ambiguous after the next option.
        super().__init__(
            prog=f"ivschat-conformance {name}", allow_abbrev=False, **settings
        )

    def parse(self, argv: Sequence[str]) -> argparse.Namespace:
        """Return the options, or name the first that there is not."""
        options, unknown = self.parse_known_args(argv)
        if unknown:
            name, _, _ = unknown[0].partition("=")
            if not name.startswith("-"):
                self.error("there is an argument too many: see --help")
            self.error(f"there is no option {name}: see --help")
        return options

    def error(self, message: str) -> NoReturn:
        """End with exit code 2, without the lines of usage."""
        self.exit(USAGE_ERROR, f"{self.prog}: error: {message}\n")
