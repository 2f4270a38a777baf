"""What the options of a command say of a target, as `check` and `doctor` take them."""

import argparse
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ivschat_conformance.fixtures.target import SaidOfTarget


def said_of_target(options: argparse.Namespace) -> "SaidOfTarget":
    """Return what options and the environment say, before it is understood."""
    from ivschat_conformance.fixtures.target import SaidOfTarget

    return SaidOfTarget(
        url=options.url,
        region=options.region,
        room=options.room,
        credential=options.credential,
        messaging_endpoint=options.messaging_endpoint,
        target_file=options.target,
        environ=os.environ,
    )
