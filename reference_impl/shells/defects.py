"""Defects of the core: logged by type and place, and outlived by the server."""

import logging
from traceback import walk_tb

logger = logging.getLogger("ivschat_conformance.server")


def report_defect(about: str, error: Exception) -> None:
    """Log the type and place of what the core raised.

    The exception's message may hold values of the request: it goes nowhere.
    """
    steps = walk_tb(error.__traceback__)
    places = ", ".join(f"{step.f_code.co_filename}:{line}" for step, line in steps)
    logger.error("%s: the core raised %s at %s", about, type(error).__name__, places)
