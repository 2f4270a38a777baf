"""Measure the server, the command and the plugin, side by side with other servers.

`python benchmarks/run.py` measures everything and prints a table; benchmarks/README.md
says how and what it needs. All traffic stays on the loopback.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from command_lines import BESIDE as COMMAND_OF_AWS
from figures import (
    MOTO,
    MOTO_IN_PROCESS,
    STUBBER,
    conditions,
    inserted,
    table,
)
from many_rooms import BESIDE as TEN_ROOMS
from measurements import MEASUREMENTS
from messaging import BESIDE
from plans import FULL, QUICK
from servers import CORES, BenchmarkError, pinned

_MARKS = {
    MOTO: "figures",
    STUBBER: "figures beside the Stubber",
    MOTO_IN_PROCESS: "figures in process",
    BESIDE: "figures of messaging",
    TEN_ROOMS: "figures of many rooms",
    COMMAND_OF_AWS: "figures of the command line",
}


def main() -> int:
    """Measure and print; 1 and a sentence on stderr where that was not possible."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--only",
        choices=MEASUREMENTS,
        action="append",
        metavar="NAME",
        help=f"measure this alone; repeatable: {', '.join(MEASUREMENTS)}",
    )
    parser.add_argument(
        "--quick", action="store_true", help="few rounds, for a first impression"
    )
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="write each table to this file, between its marks where it has them",
    )
    options = parser.parse_args()
    plan = QUICK if options.quick else FULL
    rows = []
    try:
        with pinned(*CORES[-1:]):
            for name in options.only or MEASUREMENTS:
                print(f"measuring: {name}", file=sys.stderr)
                rows += MEASUREMENTS[name](plan)
    except BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    for beside, mark in _MARKS.items():
        chosen = [row for row in rows if row.beside == beside]
        if chosen:
            lines = [*conditions(len(CORES), plan.manner), "", *table(chosen)]
            print("\n".join(lines))
            if options.markdown:
                _write(options.markdown, lines, mark)
    return 0


def _write(file: Path, lines: Sequence[str], mark: str) -> None:
    document = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(inserted(document, lines, mark), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
