"""Defects of the core: logged by type and place, and outlived by the server."""

import logging
from random import SystemRandom
from traceback import walk_tb

from ivschat_conformance.reference_impl.core.http_messages import HttpResponse
from ivschat_conformance.reference_impl.core.ids import Ids

logger = logging.getLogger("ivschat_conformance.server")


def report_defect(about: str, error: Exception) -> None:
    """Log the type and place of what the core raised.

    The exception's message may hold values of the request: it goes nowhere.
    """
    steps = walk_tb(error.__traceback__)
    places = ", ".join(f"{step.f_code.co_filename}:{line}" for step, line in steps)
    logger.error("%s: the core raised %s at %s", about, type(error).__name__, places)


def failed_answer(error: Exception) -> HttpResponse:
    """Log what the core raised for a request, and return what to answer."""
    request_id = Ids(SystemRandom()).request_id()
    report_defect(f"request {request_id}", error)
    return HttpResponse(
        500,
        (
            ("Content-Type", "application/json"),
            ("x-amzn-RequestId", request_id),
            ("x-amzn-ErrorType", "InternalServerException"),
        ),
        b'{"__type":"InternalServerException",'
        b'"message":"The server failed; its log says where."}',
    )
