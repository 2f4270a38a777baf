"""Handshakes: a token opens one session, or what keeps it from that is answered."""

import json
from dataclasses import dataclass, replace
from datetime import datetime

from ivschat_conformance.reference_impl.core.calls import Note, Refusal
from ivschat_conformance.reference_impl.core.changes import (
    Change,
    TokensForgotten,
    TokenUsed,
)
from ivschat_conformance.reference_impl.core.fault_effects import ending
from ivschat_conformance.reference_impl.core.faults import (
    CONNECT,
    FaultName,
    Faults,
    PlannedFault,
)
from ivschat_conformance.reference_impl.core.findings import FindingName
from ivschat_conformance.reference_impl.core.http_messages import (
    Delivery,
    HttpRequest,
    HttpResponse,
)
from ivschat_conformance.reference_impl.core.live_rooms import Effects
from ivschat_conformance.reference_impl.core.records import Records
from ivschat_conformance.reference_impl.core.service import Service
from ivschat_conformance.reference_impl.core.sessions import Session
from ivschat_conformance.reference_impl.core.tokens import ChatToken, TokenError

_JSON = (("Content-Type", "application/json"),)
_CUT = HttpResponse(503, delivery=Delivery(share=None))


class HandshakeRefusedError(Exception):
    """The token opens nothing: the status and the text say why (WS-CONN-09)."""

    def __init__(
        self, status: int, message: str, finding: FindingName | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.finding = finding


@dataclass(frozen=True, slots=True)
class Opening:
    """A session, the subprotocol to answer with, and what is to be remembered.

    A shell carries out `effects` as soon as the handshake is answered.
    """

    session: Session
    subprotocol: str
    changes: tuple[Change, ...]
    effects: Effects = ()


class Handshakes:
    """Opens sessions for one service, and records who asked for one."""

    def __init__(self, service: Service, faults: Faults, records: Records) -> None:
        self._service = service
        self._faults = faults
        self._records = records

    def answer(
        self, request: HttpRequest, address: str, now: datetime
    ) -> Opening | HttpResponse:
        """Open the session that a handshake asks for, or answer why not (OPEN-01)."""
        fault = self._faults.take(CONNECT) if self._faults.waiting else None
        status: int | None = 101
        refusal = number = None
        opened: Opening | HttpResponse
        try:
            opened = self._open(request, address, now, fault)
            if isinstance(opened, HttpResponse):
                status = None
            else:
                number = opened.session.token.number
        except HandshakeRefusedError as error:
            status, refusal = error.status, Refusal(error.message, error.finding)
            body = json.dumps({"message": error.message}).encode()
            opened = HttpResponse(status, _JSON, body)
        note = Note(now, request, CONNECT, status, 0, refusal, fault, number)
        self._records.add(note)
        return opened

    def _open(
        self,
        request: HttpRequest,
        address: str,
        now: datetime,
        fault: PlannedFault | None,
    ) -> Opening | HttpResponse:
        """Open a session, unless a planned fault has something else in mind."""
        if fault is None:
            return self._opening(request, address, now)
        if fault.fault == FaultName.refuse:
            raise HandshakeRefusedError(
                fault.members["status"], "A planned fault refuses this handshake."
            )
        if not fault.is_performed:
            return _CUT
        opening = self._opening(request, address, now)
        self._service.live.sessions.remove(opening.session)
        return replace(opening, effects=ending(fault, opening.session))

    def _opening(self, request: HttpRequest, address: str, now: datetime) -> Opening:
        """Open the session of the token that a handshake offers, and use it up.

        Of several subprotocols the first counts (WS-CONN-12); path and origin do not
        (WS-CONN-06, WS-CONN-07). Raises HandshakeRefusedError.
        """
        text = (request.header("sec-websocket-protocol") or "").partition(",")[0]
        if not (text := text.strip(" \t")):
            raise _refused(
                "Offer a chat token as the subprotocol.", FindingName.token_missing
            )
        token = self._admitted(text, now)
        changes = (
            TokenUsed(token.number, token.token_expiration_time),
            *self._forgotten(now),
        )
        self._service.apply(changes)
        session = Session(token, address, now)
        self._service.live.sessions.add(session)
        return Opening(session, text, changes)

    def _admitted(self, text: str, now: datetime) -> ChatToken:
        """Return the token that this text is, if it opens a session now."""
        state = self._service.state
        if self._service.settings.pending_verification:
            raise HandshakeRefusedError(403, "The account is pending verification.")
        try:
            token = state.tokens.open(text)
        except TokenError:
            raise _refused(
                "This is no chat token.", FindingName.token_unknown
            ) from None
        if token.token_expiration_time <= now:
            raise _refused("The chat token has expired.", FindingName.token_expired)
        if state.used_tokens.has(token.number, token.token_expiration_time):
            raise _refused("The chat token has been used.", FindingName.token_reused)
        if token.room_arn not in state.rooms:
            raise HandshakeRefusedError(
                404,
                "The token's room is not there any more.",
                FindingName.room_unknown,
            )
        return token

    def _forgotten(self, now: datetime) -> tuple[Change, ...]:
        up_to = self._service.state.used_tokens.to_forget(now)
        return () if up_to is None else (TokensForgotten(up_to, now),)


def _refused(message: str, finding: FindingName) -> HandshakeRefusedError:
    return HandshakeRefusedError(401, message, finding)
