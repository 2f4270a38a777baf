"""Every refusal of the service, by whose fault it is, with the status it deserves.

ServiceError                             (abstract: a refusal on the wire)
├── CallerError                          the caller's doing: 4xx
│   ├── ValidationException              400  modelled
│   ├── AccessDeniedException            403  modelled
│   ├── PendingVerification              403  modelled
│   ├── ResourceNotFoundException        404  modelled
│   ├── ConflictException                409  modelled
│   ├── ServiceQuotaExceededException    402  modelled
│   ├── ThrottlingException              429  modelled
│   ├── SerializationException           400  the body cannot be read
│   ├── UnsupportedMediaTypeException    415  the body is not JSON
│   ├── RequestEntityTooLarge            413  the body is over the server's limit
│   ├── RequestHeaderFieldsTooLarge      431  the head is over the server's limit
│   ├── RequestTimeoutException          408  the request did not arrive in time
│   ├── BadRequestException              400  no HTTP at all
│   └── SignatureError                   403  (abstract: who asks is not established)
│       ├── MissingAuthenticationTokenException
│       ├── IncompleteSignatureException
│       ├── InvalidSignatureException
│       ├── UnrecognizedClientException
│       └── ExpiredTokenException
└── InternalServerException              500  modelled; ours

Names, statuses and members are contract.md's ERR-07 to ERR-16, SIG-02 to SIG-09, PARSE
and OPEN-08. No message ever repeats a value of the request: `userId` and `attributes`
are sensitive (TOKEN-REQ-17), and a rule with exceptions would be forgotten.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import ClassVar

from ivschat_conformance.reference_impl.core.findings import FindingName


class Reason(StrEnum):
    """Why a request is invalid: `ValidationExceptionReason` (ERR-15)."""

    UNKNOWN_OPERATION = "UNKNOWN_OPERATION"
    FIELD_VALIDATION_FAILED = "FIELD_VALIDATION_FAILED"
    OTHER = "OTHER"


class ServiceError(Exception):
    """A refusal on the wire: raise one of the concrete classes below.

    `finding` says what the caller does wrong; None where it is not the caller's doing.
    """

    status: ClassVar[int]
    finding: FindingName | None = None

    def __init__(self, message: str, **members: object) -> None:
        super().__init__(message)
        self.message = message
        self.members: Mapping[str, object] = members

    @property
    def type(self) -> str:
        """The name by which clients tell errors apart."""
        return type(self).__name__

    def body(self) -> dict[str, object]:
        """Return the members of the error's JSON object."""
        return {"message": self.message, **self.members}


class CallerError(ServiceError):
    """The caller can mend this."""

    finding: FindingName | None = FindingName.request_invalid


class InternalServerException(ServiceError):
    """The server failed, and says no more than that."""

    status = 500


class ValidationException(CallerError):
    """The request breaks a constraint; `fields` pairs a member with what is allowed."""

    status = 400

    def __init__(
        self,
        message: str,
        reason: Reason = Reason.OTHER,
        fields: Sequence[tuple[str, str]] = (),
        finding: FindingName = FindingName.request_invalid,
    ) -> None:
        self.finding = finding
        members: dict[str, object] = {"reason": reason.value}
        if fields:
            members["fieldList"] = [
                {"name": name, "message": text} for name, text in fields
            ]
        super().__init__(message, **members)


class AccessDeniedException(CallerError):
    """The caller is known and may not do this."""

    status = 403
    finding = None


class PendingVerification(CallerError):
    """The account has not been verified yet."""

    status = 403
    finding = None


class ResourceError(CallerError):
    """A refusal that names the resource it is about (abstract)."""

    def __init__(
        self, message: str, resource_id: str, resource_type: str, **members: object
    ) -> None:
        super().__init__(
            message, resourceId=resource_id, resourceType=resource_type, **members
        )


class ResourceNotFoundException(ResourceError):
    """No such resource; `finding` says whether there could be one of this ARN."""

    status = 404

    def __init__(
        self,
        message: str,
        resource_id: str,
        resource_type: str,
        finding: FindingName = FindingName.room_unknown,
    ) -> None:
        super().__init__(message, resource_id, resource_type)
        self.finding = finding


class ConflictException(ResourceError):
    """The resource is in use, or in a state that does not allow this."""

    status = 409
    finding = FindingName.resource_in_use


class ServiceQuotaExceededException(ResourceError):
    """The account has as many as it may have; `limit` says how many."""

    status = 402
    finding = FindingName.quota_exceeded

    def __init__(
        self, message: str, resource_id: str, resource_type: str, limit: int
    ) -> None:
        super().__init__(message, resource_id, resource_type, limit=limit)


class ThrottlingException(ResourceError):
    """Too many calls; `limit` says how many a second are allowed."""

    status = 429
    finding = FindingName.rate_exceeded

    def __init__(
        self, message: str, resource_id: str, resource_type: str, limit: int
    ) -> None:
        super().__init__(message, resource_id, resource_type, limit=limit)


class SerializationException(CallerError):
    """The body cannot be read as the operation's input."""

    status = 400


class UnsupportedMediaTypeException(CallerError):
    """The body is declared as something other than JSON."""

    status = 415


class RequestEntityTooLarge(CallerError):
    """The body is over the server's limit."""

    status = 413


class RequestHeaderFieldsTooLarge(CallerError):
    """The request line and headers are over the server's limit."""

    status = 431


class RequestTimeoutException(CallerError):
    """The request did not arrive whole in the time that the server waits."""

    status = 408


class BadRequestException(CallerError):
    """The bytes are no HTTP/1.1 request."""

    status = 400


class SignatureError(CallerError):
    """Who asks is not established (abstract)."""

    status = 403


class MissingAuthenticationTokenException(SignatureError):
    """Nothing in the request says who asks (SIG-01, SIG-02)."""

    finding = FindingName.signature_missing


class IncompleteSignatureException(SignatureError):
    """The Authorization header or the date is missing a part (SIG-03)."""

    finding = FindingName.signature_incomplete


class InvalidSignatureException(SignatureError):
    """The signature, its scope or its time is wrong (SIG-04, 05, 08, 09)."""

    def __init__(
        self, message: str, finding: FindingName = FindingName.signature_wrong
    ) -> None:
        super().__init__(message)
        self.finding = finding


class UnrecognizedClientException(SignatureError):
    """No such access key, or not its session token (SIG-06)."""

    finding = FindingName.credentials_unknown


class ExpiredTokenException(SignatureError):
    """The session token's time is over (SIG-07)."""

    finding = FindingName.credentials_expired
