"""Findings: what a caller does wrong, each under a name and with a sentence.

Most come from the place that refuses the call, which knows why. The judges here see
what the service accepts in silence, or what takes two looks to tell apart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ivschat_conformance.schemas import documents
from ivschat_conformance.schemas.arn import Arn, ArnError
from ivschat_conformance.schemas.operations import load_operations

if TYPE_CHECKING:
    from ivschat_conformance.reference_impl.core.calls import Call


class FindingName(StrEnum):
    """What is wrong with a call."""

    token_missing = "token_missing"  # noqa: S105 - a name, and no secret
    token_unknown = "token_unknown"  # noqa: S105
    token_expired = "token_expired"  # noqa: S105
    token_reused = "token_reused"  # noqa: S105
    session_expired = "session_expired"
    capability_missing = "capability_missing"
    rate_exceeded = "rate_exceeded"
    content_too_long = "content_too_long"
    attributes_too_large = "attributes_too_large"
    operation_unknown = "operation_unknown"
    member_unknown = "member_unknown"
    request_invalid = "request_invalid"
    room_id_instead_of_arn = "room_id_instead_of_arn"
    room_unknown = "room_unknown"
    logging_configuration_unknown = "logging_configuration_unknown"
    wrong_region = "wrong_region"
    wrong_account = "wrong_account"
    resource_in_use = "resource_in_use"
    quota_exceeded = "quota_exceeded"
    signature_missing = "signature_missing"
    signature_incomplete = "signature_incomplete"
    signature_wrong = "signature_wrong"
    signature_scope = "signature_scope"
    signature_stale = "signature_stale"
    credentials_unknown = "credentials_unknown"
    credentials_expired = "credentials_expired"
    called_from_browser = "called_from_browser"

    @property
    def sentence(self) -> str:
        """What the caller did, and what is right."""
        return _SENTENCES[self]


_SENTENCES: Mapping[FindingName, str] = {
    FindingName.token_missing: (
        "The handshake offers no chat token: give it as the WebSocket's subprotocol."
    ),
    FindingName.token_unknown: (
        "The handshake offers a text that is no chat token of this service: take the "
        "token as CreateChatToken of the same region returned it, whole and unchanged."
    ),
    FindingName.token_expired: (
        "The chat token was used after its tokenExpirationTime: ask for one when it is "
        "needed, and connect at once."
    ),
    FindingName.token_reused: (
        "The chat token has opened a connection already: ask for a new one for every "
        "connection, when reconnecting too."
    ),
    FindingName.session_expired: (
        "The client sent something after its session's end: open a new connection with "
        "a new token before the sessionExpirationTime."
    ),
    FindingName.capability_missing: (
        "The session's chat token lacks the capability that this action needs: name it "
        "in the capabilities of CreateChatToken."
    ),
    FindingName.rate_exceeded: (
        "More requests were sent in a second than the connection or its room takes."
    ),
    FindingName.content_too_long: (
        "The message has more characters than its room's maximumMessageLength."
    ),
    FindingName.attributes_too_large: (
        "The attributes have more than 1 KB of keys and values together."
    ),
    FindingName.operation_unknown: (
        "No operation has this method and path, or no action has this name: look at "
        "the endpoint's URL and at the spelling."
    ),
    FindingName.member_unknown: (
        "The request has a member that its operation does not know, and that the "
        "service ignores: look at its spelling."
    ),
    FindingName.request_invalid: "The request breaks a rule of its operation.",
    FindingName.room_id_instead_of_arn: (
        "The request names the room by its id: give its ARN."
    ),
    FindingName.room_unknown: (
        "There is no such room: it was never created, or it has been deleted."
    ),
    FindingName.logging_configuration_unknown: (
        "There is no such logging configuration: it was never created, or it has been "
        "deleted."
    ),
    FindingName.wrong_region: (
        "The ARN is of another region than the endpoint: each region has its own "
        "resources."
    ),
    FindingName.wrong_account: "The ARN is of another account than the endpoint.",
    FindingName.resource_in_use: (
        "The resource is in use, or in a state that does not allow this."
    ),
    FindingName.quota_exceeded: "The account has as many of these as it may have.",
    FindingName.signature_missing: (
        "The request is not signed: the control plane is for a backend that has "
        "credentials."
    ),
    FindingName.signature_incomplete: (
        "The Authorization header or X-Amz-Date lacks a part of Signature Version 4."
    ),
    FindingName.signature_wrong: (
        "The signature is not that of this request: look at the secret access key, and "
        "at whoever changes the request after it was signed."
    ),
    FindingName.signature_scope: (
        "The signature is for another region, service or day: sign for the endpoint's "
        "region and for ivschat."
    ),
    FindingName.signature_stale: (
        "The signature's time is more than 5 minutes away: look at the caller's clock."
    ),
    FindingName.credentials_unknown: (
        "The server does not know this access key id or its session token."
    ),
    FindingName.credentials_expired: "The temporary credentials are over.",
    FindingName.called_from_browser: (
        "A web page calls the control plane: that takes credentials, which must not be "
        "in a page; let a backend ask for the chat token."
    ),
}


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """One thing that is wrong with one call."""

    name: FindingName
    call: "Call"

    @property
    def sentence(self) -> str:
        """What the caller did, and what is right."""
        return self.name.sentence

    def document(self) -> dict[str, str]:
        """Return it as JSON shows it, beside its call."""
        return {"name": self.name.value, "sentence": self.sentence}

    def __str__(self) -> str:
        """Return its name, its call and its sentence; nothing that was sent."""
        return f"{self.name} ({self.call.operation}): {self.sentence}"


def missing_resource(arn: str, home: tuple[str, str] | None) -> FindingName:
    """Say why an ARN leads to nothing in the region and account that are `home`."""
    try:
        parts = Arn.parse(arn)
    except ArnError:  # of some other kind of resource
        return FindingName.request_invalid
    if home is not None and parts.region != home[0]:
        return FindingName.wrong_region
    if home is not None and parts.account_id != home[1]:
        return FindingName.wrong_account
    if parts.resource_type == "room":
        return FindingName.room_unknown
    return FindingName.logging_configuration_unknown


def in_silence(call: "Call") -> Iterable[FindingName]:
    """Judge what the service accepts without a word."""
    if call.is_action:
        shape = _ACTION_SHAPES.get(call.operation)
        known = _lower(_members(shape, documents.MESSAGING)) if shape else None
        if known is not None and not known.issuperset(_lower(call.request)):
            yield FindingName.member_unknown
    elif operation := load_operations().get(call.operation):
        if not _members(operation.request).issuperset(call.request):
            yield FindingName.member_unknown
        if "origin" in call.headers:
            yield FindingName.called_from_browser


_ACTION_SHAPES = {
    "SEND_MESSAGE": "SendMessageAction",
    "DELETE_MESSAGE": "DeleteMessageAction",
    "DISCONNECT_USER": "DisconnectUserAction",
}


def _members(shape: str, api: str = documents.CONTROL_PLANE) -> frozenset[str]:
    return frozenset(documents.load(shape, api).get("properties", ()))


def _lower(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)
